"""Bytes → nouns, each where it may cost what it costs: the `Reading` of the use cases; it fetches and stores nothing.

Pages and documents are read in processes that can be killed. A feed is read in a thread if it is small and has no
entities of its own: `bot.feeds.parse` is linear then (below a millisecond an entry), and hundreds of feeds an hour are
not worth copying to another process; other feeds go the way of pages. When many come at once, or their entries are to
be looked at in the same go, as in the first poll, they go to two processes that are for polls only, so that every core
works and the bot's own answers people.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Self, TypeVar

import structlog

from bot.errors import FetchError
from bot.feeds.workers import Workers
from bot.model import FeedEntry, Fetched, Page, ParsedFeed

log = structlog.get_logger(__name__)

S = TypeVar("S")
T = TypeVar("T")

PAGE_SECONDS = 10.0
DOCUMENT_SECONDS = 20.0
"""Longest time a page or feed, and a document, may take (promise 6 of the contract)."""

THREAD_BYTES = 1 << 20
"""Largest feed, in bytes, that is read in a thread; real ones have 20 to 300 KB."""

LARGEST_DOCUMENT = 20 << 20
"""Bytes of a document (promise 6); more is not even handed to a process."""

FEW_BYTES = 16 << 10
"""Feeds of fewer bytes have some ten entries at most: no process is worth its start for them."""

MOST_HERE = 4
"""Feeds read in threads at a time; those beyond, when many come at once, are read in processes."""

_OWN_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)


class Readers:
    """The reading door; `async with` or `close` ends its processes.

    Args:
        workers: where the work is done; made by default.
    """

    def __init__(self, workers: Workers | None = None) -> None:
        self._workers = workers or Workers()
        self._crowd = Workers()  # a poll of many feeds has its own: a page that a person sent does not wait for it
        self._here = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes there are now."""
        return (*self._workers.processes, *self._crowd.processes)

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """Read a feed; one with nothing in it, or that can't be read in time, gives no entries and a problem."""
        from bot.feeds.parse import parse_feed

        small = _is_small(fetched)
        if small and self._here < MOST_HERE:
            self._here += 1
            try:
                return await asyncio.to_thread(parse_feed, fetched.content, url=fetched.url, charset=fetched.charset)
            finally:
                self._here -= 1
        return await self._feed_in(self._crowd if small else self._workers, fetched)

    async def _feed_in(self, workers: Workers, fetched: Fetched) -> ParsedFeed:
        from bot.feeds.parse import parse_feed

        try:
            return await workers.run(
                parse_feed, PAGE_SECONDS, fetched.url, fetched.content, url=fetched.url, charset=fetched.charset
            )
        except FetchError as error:
            return ParsedFeed(problems=(error.detail or str(error),))

    async def feed_with(self, fetched: Fetched, look: Callable[[ParsedFeed], T], /) -> tuple[ParsedFeed, T | None]:
        """Read a feed, and look at it in the process beside this one that read it.

        `look` is a function of a module; texts and numbers come back. None where the feed has too little for a process,
        is read in another way, or could not be looked at.
        """
        from bot.feeds.looking import read_and_look

        if len(fetched.content) < FEW_BYTES or not _is_small(fetched):
            return await self.feed(fetched), None
        try:
            parsed, rows, seen = await self._crowd.run(read_and_look, PAGE_SECONDS, fetched.url, fetched, look)
        except FetchError as error:
            log.warning("feed_not_looked_at", feed=fetched.url, reason=str(error))
            return await self._feed_in(self._crowd, fetched), None
        return replace(parsed, entries=tuple(FeedEntry(*row) for row in rows)), seen

    async def prepare(self, look: Callable[[ParsedFeed], object], /) -> None:
        """Start the processes in which many feeds are read, and have them load what reading and looking at them takes.

        Before there is something to read, that is 0.3 s of each process which nobody waits for. Where there is nothing
        to read, they end by themselves.
        """
        from bot.feeds.looking import get_ready

        ready = (self._crowd.run(get_ready, PAGE_SECONDS, "", look) for _ in range(self._crowd.most))
        for error in await asyncio.gather(*ready, return_exceptions=True):
            if isinstance(error, FetchError):
                log.warning("no_process_ready", reason=str(error))
            elif error is not None:
                raise error

    async def page(self, content: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
        """Read an HTML page.

        Raises:
            FetchError: there is no article in it (`unreadable`), or reading it took too long (`timeout`) or too much
                memory (`too_large`).
        """
        from bot.feeds.page import read_page

        return await self._workers.run(read_page, PAGE_SECONDS, url or "page", content, url=url, charset=charset)

    async def document(self, content: bytes, *, name: str = "") -> Page:
        """Read a PDF, DOCX, Markdown, HTML or text document, told apart by its bytes, then by its name.

        Raises:
            FetchError: `unreadable`, `too_large` or `timeout`.
        """
        from bot.feeds.document import read_document

        if len(content) > LARGEST_DOCUMENT:
            raise FetchError("too_large", name or "document", detail=f"{len(content) >> 20} MB; up to 20 MB are read")
        return await self._workers.run(read_document, DOCUMENT_SECONDS, name or "document", content, name=name)

    async def elsewhere(self, function: Callable[[S], T], given: S, /) -> T:
        """Run CPU work of ours, a function of a module, in a process beside this one; texts and numbers come back.

        Raises:
            FetchError: it took too long, or its process died.
        """
        return await self._crowd.run(function, PAGE_SECONDS, function.__name__, given)

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(self._workers.close(), self._crowd.close())


def _is_small(fetched: Fetched) -> bool:
    return len(fetched.content) <= THREAD_BYTES and not _OWN_ENTITIES.search(fetched.content)
