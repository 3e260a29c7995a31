"""The verb `feeds read`: feed files → a JSON line an entry; it fetches nothing and keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import CommuniqueError
from bot.feeds.parse import parse_feed
from bot.model import FeedEntry
from bot.verbs.files import bytes_of
from bot.verbs.output import dumped, say

_URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+\Z", re.IGNORECASE)


def read_feeds(paths: list[Path]) -> int:
    """Print the entries of feed files in their order; return 1 if a file has none, after the others are done."""
    status = 0
    for path in paths:
        lines = _lines(path)
        status |= any("error" in line for line in lines)
        for line in lines:
            say(dumped({"input": str(path), **line}))
    return int(status)


def _lines(path: Path) -> list[Mapping[str, Any]]:
    try:
        feed = parse_feed(bytes_of(path))
    except CommuniqueError as error:
        return [{"error": " ".join(str(error).split())}]
    return [_shown(entry) for entry in feed.entries] or [{"error": "; ".join(feed.problems)}]


def _shown(entry: FeedEntry) -> Mapping[str, Any]:
    """Return an entry as it is printed.

    A title with tags is shown as the feed wrote it: taking tags off may drop a word that was meant (`The <b> tag`),
    and this verb is there to see what a feed really says. The bot itself speaks the plain title. An entry without a
    link is shown by the URI that is its id (`urn:uuid:…`): it names the article, though it can't be opened.
    """
    named = entry.guid if entry.guid and _URI.match(entry.guid) else None
    return {
        "title": entry.title_markup or entry.title,
        "url": entry.url or named,
        "published": entry.published_at.isoformat() if entry.published_at else None,
        "text": entry.text,
        "authors": list(entry.authors),
    }
