"""What the tests of the use cases stand on."""

from __future__ import annotations

import pytest

from bot.core.analysis import Analyzer
from bot.service.brief import Brief
from bot.store.sql import SqlStore


@pytest.fixture
def store(sqlite_store: SqlStore) -> SqlStore:
    """A store of its own."""
    return sqlite_store


@pytest.fixture
def brief(store: SqlStore, analyzer: Analyzer) -> Brief:
    """What composes digests of that store."""
    return Brief(store, lambda: analyzer)
