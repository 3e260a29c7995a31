"""What came of polled feeds → the store: articles first, then their feeds; it asks no feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from bot.core.polling import SILENT_AFTER, after_failure, after_success, is_silent, next_pause
from bot.errors import CommuniqueError
from bot.model import Article, Feed, FeedState, Fetched, ParsedFeed
from bot.service.entries import host_of
from bot.service.stores import Store

MOST_NOTES = 3
"""Lines of what could not be read in one feed."""


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll did: how many feeds were asked, were as before, failed; how many entries and new articles came.

    `aside` and `silent` are feeds the admins are to be told of, `problems` has a line for each feed that failed,
    `notes` lines for what could not be read of the others.
    """

    feeds: int = 0
    unchanged: int = 0
    failed: int = 0
    entries: int = 0
    new_articles: int = 0
    aside: tuple[Feed, ...] = ()
    silent: tuple[Feed, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Polled(NamedTuple):
    """What came of asking a feed: an error, or an answer, which is as before where `parsed` is None."""

    feed: Feed
    fetched: Fetched | None = None
    parsed: ParsedFeed | None = None
    articles: tuple[Article, ...] = ()
    body_hash: str | None = None
    notes: tuple[str, ...] = ()
    error: CommuniqueError | None = None


class Keeper:
    """Keeps what came, and decides with `bot.core.polling` when each feed is asked again. Its calls block."""

    def __init__(self, store: Store, *, floor: timedelta) -> None:
        self._store = store
        self._floor = floor
        self._samples_may_be = True

    def keep(self, came: Sequence[Polled], report: PollReport, now: datetime) -> PollReport:
        """Keep the articles and then the feeds; return the report with what was done added.

        Raises:
            StoreError: the store can't be written.
        """
        articles = [article for polled in came for article in polled.articles]
        kept = iter(self._store.add_articles(articles, now) if articles else ())
        new = [sum(is_new for _, is_new in islice(kept, len(polled.articles))) for polled in came]
        if self._samples_may_be and any(new):
            self._store.drop_samples()  # real news is here
            self._samples_may_be = False
        self._store.save_polls([self._after(polled, count, now) for polled, count in zip(came, new, strict=True)])
        failed = [polled for polled in came if polled.error is not None]
        notes = (f"{_name(each.feed)}: {note}" for each in came for note in each.notes[:MOST_NOTES])
        return replace(
            report,
            unchanged=report.unchanged + sum(each.error is None and each.parsed is None for each in came),
            failed=report.failed + len(failed),
            entries=report.entries + sum(len(each.parsed.entries) for each in came if each.parsed is not None),
            new_articles=report.new_articles + sum(new),
            problems=(*report.problems, *(f"{_name(each.feed)}: {each.error}" for each in failed)),
            notes=(*report.notes, *notes),
        )

    def finish(self, came: Sequence[Polled], report: PollReport, now: datetime, *, telling: bool) -> PollReport:
        """Keep the last that came, and add the feeds set aside and the silent ones: all, or those to be told of now.

        Args:
            came: what is to be kept.
            report: what was done before.
            now: an aware instant.
            telling: add only feeds that nobody was told of yet, and note that somebody is.

        Raises:
            StoreError: the store can't be written.
        """
        kept = self.keep(came, report, now)
        aside, silent = self.note_told(now) if telling else self.troubled(now)
        return replace(kept, aside=aside, silent=silent)

    def note_told(self, now: datetime) -> tuple[tuple[Feed, ...], tuple[Feed, ...]]:
        """Return the feeds set aside and the silent ones that nobody was told of yet, and note that somebody is."""
        aside, silent = ([feed for feed in feeds if feed.told_at is None] for feeds in self.troubled(now))
        if aside or silent:
            self._store.save_polls([replace(feed, told_at=now) for feed in (*aside, *silent)])
        return tuple(aside), tuple(silent)

    def troubled(self, now: datetime) -> tuple[tuple[Feed, ...], tuple[Feed, ...]]:
        """Return the feeds set aside, and the silent ones."""
        feeds = self._store.troubled_feeds(now - SILENT_AFTER)
        aside = tuple(feed for feed in feeds if feed.state is FeedState.ASIDE)
        return aside, tuple(feed for feed in feeds if is_silent(feed, now))

    def _after(self, polled: Polled, new: int, now: datetime) -> Feed:
        if polled.error is not None or polled.fetched is None:
            return after_failure(polled.feed, polled.error or CommuniqueError("no answer"), now, floor=self._floor)
        fetched, parsed = polled.fetched, polled.parsed
        pause = next_pause(
            polled.feed,
            published=[entry.published_at for entry in parsed.entries if entry.published_at] if parsed else (),
            new=new,
            now=now,
            ttl=parsed.pause if parsed else None,
            max_age=fetched.max_age,
            floor=self._floor,
        )
        feed = polled.feed
        # a 304 need not repeat what it was asked with
        etag = fetched.etag or (feed.etag if fetched.unchanged else None)
        last_modified = fetched.last_modified or (feed.last_modified if fetched.unchanged else None)
        body_hash = polled.body_hash or feed.body_hash
        if (etag, last_modified, body_hash) != (feed.etag, feed.last_modified, feed.body_hash):
            feed = replace(feed, etag=etag, last_modified=last_modified, body_hash=body_hash)
        return after_success(feed, pause=pause, new=new, now=now)


def _name(feed: Feed) -> str:
    return feed.name or host_of(feed.url) or feed.url
