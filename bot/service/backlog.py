"""What came of a poll's feeds and waits to be kept: when it is a batch, and when it is too much; it keeps nothing."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.service.keeping import Polled

BATCH = 1000
"""Articles that are kept in one transaction, about: 0.1 s of CPU for 260 words each (measured 2026-11). Half as many
take a twentieth more of a whole first poll, for the index of words is put together once a transaction."""

MOST_WAITING = 2 * BATCH
"""Articles beyond which no new feed is asked: one batch being written, the next one ready."""


class Backlog:
    """A queue of what came; `room` is set while more may come."""

    def __init__(self) -> None:
        self._came: deque[Polled] = deque()
        self._articles = 0
        self._grew = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()

    def __len__(self) -> int:
        """How many feeds wait."""
        return len(self._came)

    @property
    def is_batch(self) -> bool:
        """Whether there is enough for a transaction."""
        return self._articles >= BATCH

    def add(self, polled: Polled) -> None:
        """Let one more wait."""
        self._came.append(polled)
        self._count(len(polled.articles))
        self._grew.set()

    def take(self) -> list[Polled]:
        """Take out the first of what came, up to the feed with which a batch is full."""
        taken: list[Polled] = []
        articles = 0
        while self._came and articles < BATCH:
            taken.append(self._came.popleft())
            articles += len(taken[-1].articles)
        self._count(-articles)
        return taken

    async def grown(self, seconds: float) -> None:
        """Return when something came since the last call, or after so many seconds."""
        late = asyncio.get_running_loop().call_later(seconds, self._grew.set)
        try:
            await self._grew.wait()
        finally:
            late.cancel()
        self._grew.clear()

    def _count(self, articles: int) -> None:
        self._articles += articles
        if self._articles > MOST_WAITING:
            self.room.clear()
        else:
            self.room.set()
