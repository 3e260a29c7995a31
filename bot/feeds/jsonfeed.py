"""JSON Feed 1.0 and 1.1 → a parsed feed; it reads no other JSON and decodes no bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.feeds.dates import date_from_text
from bot.feeds.entries import MOST_ENTRIES, Findings, compose_entry, feed_from
from bot.model import FeedEntry, ParsedFeed


def looks_like_json(text: str) -> bool:
    r"""Say whether a text can only be JSON: no XML begins with a brace.

    >>> looks_like_json(' \n{"version": 1}'), looks_like_json("<rss/>")
    (True, False)
    """
    return text[:1_000].lstrip().startswith(("{", "["))


def read_json_feed(text: str, *, url: str | None = None) -> ParsedFeed:
    """Read a JSON Feed; what has another shape than the standard says counts as absent.

    >>> read_json_feed('{"title": "T", "items": [{"id": 1, "title": "A", "content_text": "B"}]}').entries[0].text
    'B'
    """
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return ParsedFeed(problems=("it begins like JSON and is none",))
    items = root.get("items") if isinstance(root, dict) else None
    if not isinstance(items, list):
        return ParsedFeed(problems=("it is JSON, but no feed",))
    site = _string(root, "home_page_url") or None
    findings = Findings(base=url or _string(root, "feed_url") or site)
    entries = [_entry(item, findings) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return feed_from(
        findings, entries, total=len(items), title=_string(root, "title"), language=_string(root, "language"), site=site
    )


def _entry(item: Mapping[str, Any], findings: Findings) -> FeedEntry:
    written = _string(item, "date_published") or _string(item, "date_modified")
    links = (_string(item, "url"), _string(item, "external_url"), _string(item, "id"))
    named = next((link for at, link in enumerate(links) if link and (at < 2 or link.startswith("http"))), "")  # noqa: PLR2004 -- an id is a link only if it looks like one
    return compose_entry(
        findings,
        title=_string(item, "title"),
        link=named,
        content=_string(item, "content_html"),
        plain=_string(item, "content_text"),
        summary=_string(item, "summary"),
        summary_plain=True,
        published_at=findings.dated(written, date_from_text(written) if written else None),
        authors=_authors(item),
        guid=_string(item, "id"),
    )


def _authors(item: Mapping[str, Any]) -> list[str]:
    given = item.get("authors")
    people = given if isinstance(given, list) else [item.get("author")]
    return [_string(each, "name") for each in people if isinstance(each, dict)]


def _string(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
