"""An address a person gave → the feed that is there, or that the page there names; it keeps nothing."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.core.language import detect_language
from bot.errors import FetchError
from bot.model import Feed, Fetched
from bot.service.entries import host_of
from bot.service.ports import Offload, Reading, Web

log = structlog.get_logger(__name__)

MOST_CANDIDATES = 5
"""Addresses on a page that are tried as its feed."""

LONGEST_NAME = 80

_LOOKED_AT = 20  # entries whose language is looked at, with this many characters of each
_CHARACTERS = 300

Discover = Callable[..., list[str]]
"""Finds addresses of feeds on a page: `(html, url=…) -> list[str]`, best first."""


def no_discovery(_html: bytes, *, url: str) -> list[str]:  # noqa: ARG001 -- the form of a `Discover`
    """Find no feed on any page."""
    return []


async def find_feed(url: str, web: Web, reading: Reading, offload: Offload, discover: Discover) -> Feed:
    """Return the feed at an address, or the one that the page there names.

    Raises:
        AddressRefusedError: the address is never opened.
        FetchError: it can't be had, or there is no feed (`no_feed`).
    """
    address = url.strip() if "://" in url else f"https://{url.strip()}"
    fetched = await web.fetch(address)
    if fetched.kind != "html" and (found := await _feed_in(fetched, reading, offload)) is not None:
        return found
    for candidate in (await offload(discover, fetched.content, url=fetched.url))[:MOST_CANDIDATES]:
        try:
            there = await web.fetch(candidate)
        except FetchError as error:
            log.info("candidate_not_fetched", url=candidate, reason=error.reason)
            continue
        if (found := await _feed_in(there, reading, offload)) is not None:
            return found
    raise FetchError("no_feed", address)


async def _feed_in(fetched: Fetched, reading: Reading, offload: Offload) -> Feed | None:
    """Return the feed that an answer is, or None."""
    parsed = await reading.feed(fetched)
    if not parsed.entries and not (fetched.kind == "feed" and parsed.title):
        return None
    said = "\n".join(f"{entry.title}\n{entry.text[:_CHARACTERS]}" for entry in parsed.entries[:_LOOKED_AT])
    # what a feed says of its language is what its software came with, often enough
    language = await offload(detect_language, said) if said.strip() else (parsed.language or "")[:2].lower()
    name = " ".join(parsed.title.split())[:LONGEST_NAME] or host_of(fetched.url)
    return Feed(url=fetched.url, name=name, language=language or None)
