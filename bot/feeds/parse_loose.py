"""Feeds that no XML parser makes sense of → a parsed feed, by feedparser; only `parse` calls it."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.feeds.dates import date_from_text
from bot.feeds.entries import MOST_ENTRIES, Findings, compose_entry, feed_from
from bot.model import FeedEntry, ParsedFeed

MOST_CHARACTERS = 500_000
"""Characters that are read this way: feedparser takes 1 to 3 seconds for these, and the time grows with the size."""

_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser itself was seen to trip over on random input."""


def read_loosely(text: str, *, url: str | None = None, doubt: str = "") -> ParsedFeed:
    """Read a feed as tag soup.

    HTML is neither cleaned nor are its links completed by feedparser: entries become plain text anyway.

    Args:
        text: the document, decoded and without a DOCTYPE.
        url: where the feed came from.
        doubt: what was wrong with the document, to be told among the problems.
    """
    findings = Findings(base=url, problems=[doubt] if doubt else [])
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS]
        findings.problems.append(f"it is no XML; its first {MOST_CHARACTERS} characters were read")
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8"} | ({"content-location": url} if url else {})
    raw = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        found = feedparser.parse(raw, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    except _STUMBLES as error:
        findings.problems.append(f"it could not be read ({type(error).__name__})")
        return feed_from(findings, [], total=0)
    head, items = found.feed, found.entries
    site = _said(head, "link") or None
    findings.base = findings.base or site
    entries = [_entry(item, findings) for item in items[:MOST_ENTRIES]]
    return feed_from(
        findings, entries, total=len(items), title=_said(head, "title"), language=_said(head, "language"), site=site
    )


def _entry(item: Mapping[str, Any], findings: Findings) -> FeedEntry:
    contents = [each.get("value") or "" for each in item.get("content") or () if isinstance(each, dict)]
    return compose_entry(
        findings,
        title=_said(item, "title"),
        link=_said(item, "feedburner_origlink") or _said(item, "link"),
        content=max(contents, key=len, default=""),
        summary=_said(item, "summary"),
        published_at=findings.dated(*_date(item)),
        authors=[each.get("name") or "" for each in item.get("authors") or ()],
        guid=_said(item, "id"),
    )


def _date(item: Mapping[str, Any]) -> tuple[str, datetime | None]:
    """Return the first date that can be read: our reading before feedparser's, which knows a few more calendars."""
    first = ""
    for key in ("published", "created", "updated"):
        written = _said(item, key)
        if written and (found := date_from_text(written) or _instant(item[f"{key}_parsed"])):
            return written, found
        first = first or written
    return first, None


def _instant(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _said(item: Mapping[str, Any], key: str) -> str:
    # Not `get`: feedparser's makes up an `updated` out of `published`, and warns that it did.
    value = item[key] if key in item else None  # noqa: SIM401 -- as said
    return value if isinstance(value, str) else ""
