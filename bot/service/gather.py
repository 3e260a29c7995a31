"""Feeds that are due → articles in the store; when each is asked next is decided in `bot.core.polling`.

A poll asks many feeds at once, and each within its time. What comes is kept in batches: the articles first, then what
is remembered of their feeds, so that a crash in between only asks a feed again. One bad feed, page or article never
stops the rest; only a store that can't be written stops the poll.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b

import structlog

from bot.core.analysis import Analyzer
from bot.core.annotation import Annotation
from bot.errors import CommuniqueError, FetchError
from bot.limits import Limits
from bot.model import Feed, FeedState, Fetched, ParsedFeed
from bot.service.annotating import AnnotateAll, Annotator
from bot.service.backlog import Backlog, Progress
from bot.service.entries import article_from_entry, kept_entries, seen_in_entries
from bot.service.finding import Discover, find_feed, no_discovery
from bot.service.keeping import Keeper, Polled, PollReport
from bot.service.pages import is_teaser, look_up
from bot.service.ports import Clock, Offload, Reading, Web
from bot.service.stores import Store

log = structlog.get_logger(__name__)

AT_ONCE = 64
FEED_WITHIN = 150.0
"""Seconds for a feed with its pages: a minute of waiting for its host, a fetch, a minute of pages."""

MOST_DUE = 1000
"""Feeds in one poll; the next one goes on with the others."""

PATIENCE = 2.0
"""Seconds after which what came is kept, be it much or little."""


class Gatherer:
    """Fills the store from its feeds.

    Args:
        store: where feeds and articles are.
        web: the guarded door.
        reading: bytes → nouns.
        analyzer: returns the analyzer; called in a thread.
        offload: where blocking work goes.
        clock: the time.
        annotate_all: annotates a batch of articles in the process it is called in; it is called in processes of
            `reading`. Articles are annotated in threads if it is not given.
        discover: finds addresses of feeds on a page: `(html, url=…) -> list[str]`, best first.
        retention_days: how long articles are kept; older entries are left out.
        poll_minutes: the least pause between two polls of a feed.
        at_once: how many feeds are asked at the same time.
    """

    def __init__(
        self,
        store: Store,
        web: Web,
        reading: Reading,
        analyzer: Callable[[], Analyzer],
        offload: Offload,
        clock: Clock,
        *,
        annotate_all: AnnotateAll | None = None,
        discover: Discover = no_discovery,
        retention_days: int,
        poll_minutes: int,
        at_once: int = AT_ONCE,
    ) -> None:
        self._store = store
        self._web = web
        self._reading = reading
        self._offload = offload
        self._clock = clock
        self._discover = discover
        self._kept_for = timedelta(days=retention_days)
        self._floor = timedelta(minutes=poll_minutes)
        self._at_once = at_once
        self._annotate_all = annotate_all
        elsewhere = None if annotate_all is None else partial(reading.elsewhere, annotate_all)
        self._annotator = Annotator(analyzer, offload, elsewhere)
        self._keeper = Keeper(store, floor=self._floor)
        self._limits = Limits()
        self._polling = asyncio.Lock()

    async def prepare(self) -> None:
        """Have ready what a first poll needs, if there is a feed that brought nothing yet.

        Whoever starts the bot calls it before what else takes time: the first poll is done a fifteenth sooner.
        """
        known = await self._offload(self._store.feeds)
        if self._annotate_all and any(feed.state is FeedState.ACTIVE and feed.newest_at is None for feed in known):
            await self._reading.prepare(self._look_for(Feed("https://outlet.example/feed", language="en")))

    async def poll_due(self) -> PollReport:
        """Poll the feeds that are due; feeds set aside or silent are in one report only, once for each time."""
        async with self._polling:
            due = await self._offload(self._store.due_feeds, self._clock.now(), limit=MOST_DUE)
            if not due:
                return PollReport()
            return await self._poll_feeds(due, telling=True)

    async def poll_all(self, progress: Progress | None = None) -> PollReport:
        """Poll all active feeds, due or not, but for those asked less than the least pause ago.

        Args:
            progress: called with how many feeds are done and how many there are.
        """
        async with self._polling:
            now = self._clock.now()
            known = await self._offload(self._store.feeds)
            active = [feed for feed in known if feed.state is FeedState.ACTIVE]
            asked = [feed for feed in active if feed.polled_at is None or feed.polled_at + self._floor <= now]
            return await self._poll_feeds(asked, progress, telling=False)

    async def feed_for(self, url: str) -> Feed:
        """Return the feed at an address, or the one that the page there names; it is not kept yet.

        Raises:
            AddressRefusedError: the address is never opened.
            FetchError: it can't be had, or there is no feed (`no_feed`).
        """
        return await find_feed(url, self._web, self._reading, self._offload, self._discover)

    async def look(self, feed: Feed) -> ParsedFeed:
        """Fetch and read a feed as it is now; nothing is kept.

        Raises:
            FetchError: it can't be had, or is none (`unreadable`).
        """
        return _readable(await self._reading.feed(await self._web.fetch(feed.url)), feed)

    async def _read(self, fetched: Fetched, feed: Feed) -> tuple[ParsedFeed, dict[int, Annotation | None]]:
        """Return a feed, and what was read out of entries meanwhile, by `id`."""
        if self._annotate_all is None or feed.newest_at is not None:
            return _readable(await self._reading.feed(fetched), feed), {}
        parsed, seen = await self._reading.feed_with(fetched, self._look_for(feed))
        return _readable(parsed, feed), dict(zip(map(id, parsed.entries), seen or (), strict=False))

    def _look_for(self, feed: Feed) -> Callable[[ParsedFeed], list[Annotation | None]]:
        """Return what reads topics and places out of a feed's entries, in whichever process."""
        assert self._annotate_all is not None
        return partial(
            seen_in_entries, see=self._annotate_all, feed=feed, now=self._clock.now(), kept_for=self._kept_for
        )

    async def _poll_feeds(
        self, feeds: Sequence[Feed], progress: Progress | None = None, *, telling: bool
    ) -> PollReport:
        """Ask feeds, a number at once, and keep what comes in batches; none is asked while too much waits."""
        waiting, backlog = deque(feeds), Backlog(len(feeds), progress)

        async def ask_one_after_the_other() -> None:
            while await backlog.room.wait() and waiting:
                backlog.add(await self._poll(waiting.popleft()))

        report, kept = PollReport(feeds=len(feeds)), 0
        asking = [asyncio.create_task(ask_one_after_the_other()) for _ in range(min(self._at_once, len(feeds)))]
        try:
            while True:
                await backlog.due(PATIENCE)
                batch = backlog.take()
                kept += len(batch)
                if kept == len(feeds):
                    return await self._offload(self._keeper.finish, batch, report, self._clock.now(), telling=telling)
                report = await self._offload(self._keeper.keep, batch, report, self._clock.now())
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
            self._limits.close()

    async def _poll(self, feed: Feed) -> Polled:
        """Ask one feed, within its time; whatever goes wrong is its own failure."""
        try:
            with self._limits.within(FEED_WITHIN):
                polled, known = await self._ask(feed)
            if not polled.articles:
                return polled
            return polled._replace(articles=await self._annotator.annotate(polled.articles, known))
        except CommuniqueError as error:
            return Polled(feed, error=error)
        except TimeoutError:
            return Polled(feed, error=FetchError("timeout", feed.url))
        except Exception as error:
            log.exception("feed_failed", feed=feed.url)
            return Polled(feed, error=CommuniqueError(f"{type(error).__name__}: {error}"))

    async def _ask(self, feed: Feed) -> tuple[Polled, Sequence[Annotation | None]]:
        """Return what came, and what is known of each of its articles already."""
        fetched = await self._web.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        if fetched.unchanged:
            return Polled(feed, fetched), ()
        body_hash = blake2b(fetched.content, digest_size=16).hexdigest()
        slim = replace(fetched, content=b"")  # what waits to be kept needs the bytes no longer
        if body_hash == feed.body_hash:
            return Polled(feed, slim), ()
        parsed, seen = await self._read(fetched, feed)
        entries = kept_entries(parsed.entries, now=self._clock.now(), kept_for=self._kept_for)
        if not seen or any(map(is_teaser, entries)):  # else nothing is saved: the store keeps each article once anyway
            known = await self._offload(self._store.known_urls, [entry.url for entry in entries if entry.url])
            entries = [entry for entry in entries if entry.url not in known]
        found = await look_up(entries, self._web, self._reading)
        now, pages = self._clock.now(), [found.pages.get(entry.url or "") for entry in entries]
        articles = [
            article_from_entry(entry, feed, now=now, page=page) for entry, page in zip(entries, pages, strict=True)
        ]
        polled = Polled(feed, slim, parsed, tuple(articles), body_hash, (*parsed.problems, *found.notes))
        return polled, [None if page else seen.get(id(entry)) for entry, page in zip(entries, pages, strict=True)]


def _readable(parsed: ParsedFeed, feed: Feed) -> ParsedFeed:
    if parsed.problems and not parsed.entries:
        raise FetchError("unreadable", feed.url, detail=parsed.problems[0])
    return parsed
