"""A site on loopback, and a door that trusts it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.feeds.http import GuardedWeb
from tests.feeds.sites import Site, serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A server of pages and feeds, good and bad."""
    async with serving() as made:
        yield made


@pytest.fixture
async def fetching(site: Site) -> AsyncIterator[GuardedWeb]:
    """The guarded web, which may ask that server."""
    async with GuardedWeb(trusted_hosts=[site.place]) as made:
        yield made
