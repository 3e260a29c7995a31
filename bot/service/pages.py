"""Whole texts for entries that have a teaser only: their pages, a few at a time; it keeps nothing.

Rule: of a poll's new entries the five newest are looked up, one after the other. A page whose robots metas ask not to
be kept, or that shows only a part to everybody, is not used: the teaser stays, and the notes say so.

Theory: a digest is made of the newest articles, and a poll in the feed's rhythm brings fewer than five. The first poll
of 300 feeds would otherwise load 15,000 pages.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bot.errors import FetchError
from bot.model import FeedEntry, Page
from bot.service.entries import newest_first
from bot.service.ports import Reading, Web

MOST_PAGES = 5
"""Pages a feed and poll."""

PAGES_WITHIN = 60.0
"""Seconds for all pages of a feed: hosts are asked one page at a time, with a pause."""

WHOLE = 1200
"""Characters from which an entry's text is no teaser, whatever the feed calls it."""

_DOCUMENTS = frozenset({"pdf", "docx"})
_SAID = {
    "noarchive": "ask not to be kept",
    "paywall": "are behind a paywall",
    "short": "say no more than the feed",
    "other": "are no articles",
}


class Found(NamedTuple):
    """Pages by the URL of their entry, and what is to be said of the others."""

    pages: dict[str, Page]
    notes: tuple[str, ...]


def is_teaser(entry: FeedEntry) -> bool:
    """Say whether there may be more of an entry on its page."""
    return bool(entry.url) and not entry.full and len(entry.text) < WHOLE


async def look_up(entries: Sequence[FeedEntry], web: Web, reading: Reading) -> Found:
    """Fetch and read the pages of the newest entries that have a teaser only."""
    teasers = newest_first([entry for entry in entries if is_teaser(entry)])
    pages: dict[str, Page] = {}
    missed: Counter[str] = Counter()
    try:
        async with asyncio.timeout(PAGES_WITHIN):
            for entry in teasers[:MOST_PAGES]:
                page = await _page(entry, web, reading)
                if isinstance(page, Page) and entry.url:
                    pages[entry.url] = page
                else:
                    missed[str(page)] += 1
    except TimeoutError:
        missed["timeout"] += 1
    notes = (f"{count} {'page' if count == 1 else 'pages'}: {_said(why)}" for why, count in missed.items())
    return Found(pages, tuple(f"{note}; the teaser stays" for note in notes))


async def _page(entry: FeedEntry, web: Web, reading: Reading) -> Page | str:
    """Return the page of an entry, or why it is not used."""
    try:
        fetched = await web.fetch(entry.url or "")
        if fetched.kind == "html":
            page = await reading.page(fetched.content, url=fetched.url, charset=fetched.charset)
        elif fetched.kind in _DOCUMENTS:
            page = await reading.document(fetched.content, name=fetched.url)
        else:
            return "other"
    except FetchError as error:
        return error.reason
    if page.noarchive:
        return "noarchive"
    if page.paywalled:
        return "paywall"
    return page if len(page.text.strip()) > len(entry.text.strip()) else "short"


def _said(why: str) -> str:
    return _SAID.get(why, f"can't be read ({why})")
