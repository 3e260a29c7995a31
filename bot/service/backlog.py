"""What came of a poll's feeds and waits to be kept: when it is a batch, and when it is too much; it keeps nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from bot.service.keeping import Polled

Progress = Callable[[int, int], None]

BATCH = 1000
"""Articles that are kept in one transaction, about: 0.1 s of CPU for 260 words each (measured 2026-11). Half as many
take a twentieth more of a whole first poll, for the index of words is put together once a transaction."""

LEAST = 250
"""Articles that are kept at the end of a poll, where no more feeds are to come than wait: so that when the last one has
come little is left to write, for which nothing else would be done meanwhile."""

MOST_WAITING = 2 * BATCH
"""Articles beyond which no new feed is asked: one batch being written, the next one ready."""


class Backlog:
    """A queue of what comes of some feeds; `room` is set while more may come.

    Args:
        feeds: how many will come.
        progress: called with how many came and how many will, while somebody waits for what is due.
    """

    def __init__(self, feeds: int, progress: Progress | None = None) -> None:
        self._feeds = self._missing = feeds
        self._progress = progress
        self._came: deque[Polled] = deque()
        self._articles = 0
        self._is_late = False
        self._stirred = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()

    @property
    def is_due(self) -> bool:
        """Whether it is time to keep something: there is a batch, little more will come, or what came waited."""
        if self._articles >= BATCH or not self._missing or (self._is_late and self._came):
            return True
        return self._articles >= LEAST and len(self._came) >= self._missing

    def add(self, polled: Polled) -> None:
        """Let one more wait."""
        self._came.append(polled)
        self._missing -= 1
        self._count(len(polled.articles))
        if self._progress is not None or self.is_due:
            self._stirred.set()

    def take(self) -> list[Polled]:
        """Take out the first of what came, up to the feed with which a batch is full."""
        taken: list[Polled] = []
        articles = 0
        while self._came and articles < BATCH:
            taken.append(self._came.popleft())
            articles += len(taken[-1].articles)
        self._count(-articles)
        return taken

    async def due(self, seconds: float) -> None:
        """Return when there is a batch or nothing more will come, or after so many seconds with what came by then.

        Whoever waits is woken for nothing else: most feeds bring nothing, and waking takes as long as adding ten.
        """
        self._is_late = False
        late = asyncio.get_running_loop().call_later(seconds, self._run_late)
        try:
            while not self.is_due:
                self._stirred.clear()
                await self._stirred.wait()
                if self._progress is not None:
                    self._progress(self._feeds - self._missing, self._feeds)
        finally:
            late.cancel()

    def _run_late(self) -> None:
        self._is_late = True
        self._stirred.set()

    def _count(self, articles: int) -> None:
        self._articles += articles
        if self._articles > MOST_WAITING:
            self.room.clear()
        else:
            self.room.set()
