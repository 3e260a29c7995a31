"""A feed's entries → articles: which are worth keeping, and as what; it fetches and stores nothing.

Rules: an entry without title and text is none. One from before the time that articles are kept for is left out, or it
would be news again each time it was dropped. A date in the future is now: most are a zone that was forgotten. A date
before 1990 is none: it is a zero of somebody's clock.

Known exceptions: an entry without date that stays in its feed for longer than articles are kept comes in again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from bot.model import Article, Feed, FeedEntry, Page, ParsedFeed

T = TypeVar("T")

LONGEST_TITLE = 120
"""Characters of a text that stand for a title where there is none: a line and a half of a phone."""

_NO_DATE_BEFORE = datetime(1990, 1, 1, tzinfo=UTC)


def dated(published_at: datetime | None, now: datetime) -> datetime | None:
    """Return a date as it can be true, or None.

    >>> now = datetime(2026, 11, 20, tzinfo=UTC)
    >>> dated(datetime(2027, 1, 1, tzinfo=UTC), now) == now, dated(datetime(1970, 1, 1, tzinfo=UTC), now)
    (True, None)
    """
    if published_at is None or published_at < _NO_DATE_BEFORE:
        return None
    return min(published_at, now)


def kept_entries(entries: Sequence[FeedEntry], *, now: datetime, kept_for: timedelta) -> list[FeedEntry]:
    """Return the entries that say something and are not too old, each URL once, in their order."""
    urls: set[str] = set()
    kept: list[FeedEntry] = []
    for entry in entries:
        published_at = dated(entry.published_at, now)
        too_old = published_at is not None and now - published_at > kept_for
        if too_old or not (entry.title.strip() or entry.text.strip()) or (entry.url and entry.url in urls):
            continue
        kept.append(entry)
        if entry.url:
            urls.add(entry.url)
    return kept


def newest_first(entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    """Return entries by date, the newest first; those without one behind, in the feed's order."""
    with_date = [entry for entry in entries if entry.published_at is not None]
    without = [entry for entry in entries if entry.published_at is None]
    return sorted(with_date, key=lambda entry: entry.published_at or _NO_DATE_BEFORE, reverse=True) + without


def article_from_entry(entry: FeedEntry, feed: Feed, *, now: datetime, page: Page | None = None) -> Article:
    """Return the article an entry tells of; with the page's text, where there is a page."""
    text = page.text if page is not None else entry.text
    return Article(
        title=entry.title.strip() or (page.title.strip() if page is not None else "") or beginning(text),
        text=text.strip(),
        source=feed.name or host_of(feed.url),
        url=entry.url,
        published_at=dated(entry.published_at or (page.published_at if page is not None else None), now),
        language=feed.language,
    )


def seen_in_entries(
    parsed: ParsedFeed,
    *,
    see: Callable[[Sequence[Article]], Sequence[T | None]],
    feed: Feed,
    now: datetime,
    kept_for: timedelta,
) -> list[T | None]:
    """Return for each entry what is seen in the article it tells of; None for those that are not worth keeping.

    >>> entries = (FeedEntry("Duty stays", text="It stays."), FeedEntry())
    >>> given = {"feed": Feed("https://kairos.example/feed"), "now": datetime(2026, 11, 20, tzinfo=UTC)}
    >>> see = lambda articles: [each.text for each in articles]
    >>> seen_in_entries(ParsedFeed(entries=entries), see=see, **given, kept_for=timedelta(days=90))
    ['It stays.', None]
    """
    kept = kept_entries(parsed.entries, now=now, kept_for=kept_for)
    seen = see([article_from_entry(entry, feed, now=now) for entry in kept])
    of_entry = dict(zip(map(id, kept), seen, strict=True))
    return [of_entry.get(id(entry)) for entry in parsed.entries]


def beginning(text: str) -> str:
    """Return the first line of a text, cut behind a word where it is long.

    >>> beginning("Ministers met." + " They talked." * 20)[-14:]
    'They talked. …'
    """
    line = text.strip().split("\n", 1)[0].strip()
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[:LONGEST_TITLE]
    return (cut.rsplit(None, 1)[0] if " " in cut else cut) + " …"


def host_of(url: str) -> str:
    """Return the host of an address as people say it.

    >>> host_of("https://www.kairos.example:8443/feed")
    'kairos.example'
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host.removeprefix("www.")
