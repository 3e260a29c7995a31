"""Ends what takes too long, with one timer for many at once; it does not know what it ends.

`asyncio.timeout` sets and calls off a timer for each block. Under uvloop that is a tenth of asking a feed that did not
change (measured 2026-11), and nearly all are in time: here a timer is set where none rings early enough, and when it
rings those whose time is over are ended.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

FINEST = 0.001
"""Seconds: uvloop's clock and timers count milliseconds, so that a timer may ring that much too early."""


class Limits:
    """Bounds of time for blocks of the tasks of one event loop; to be closed."""

    def __init__(self) -> None:
        self._running: set[Limit] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0

    def within(self, seconds: float) -> Limit:
        """Return what ends a block, as `with` in a task, after so many seconds.

        Raises:
            TimeoutError: at the block's end, if it was ended; what it awaited was cancelled.
        """
        return Limit(self, seconds)

    def close(self) -> None:
        """Call the timer off; blocks that still run are not ended any more."""
        self._running.clear()
        self._set_timer(None)

    def add(self, limit: Limit) -> None:
        """Let a block have its time."""
        self._running.add(limit)
        if self._timer is None or limit.ends_at < self._rings_at:
            self._set_timer(limit.ends_at)

    def discard(self, limit: Limit) -> None:
        """Let a block go that is over; the timer stays for others, and rings for nobody at the worst."""
        self._running.discard(limit)

    def _set_timer(self, at: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if at is not None:
            self._rings_at = at
            self._timer = asyncio.get_running_loop().call_at(at, self._ring)

    def _ring(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit in [limit for limit in self._running if limit.ends_at - now < FINEST]:
            self._running.discard(limit)
            limit.end()
        self._set_timer(min((limit.ends_at for limit in self._running), default=None))


class Limit:
    """One block's bound of time, for `with`; it ends the block as `asyncio.timeout` does."""

    __slots__ = ("_cancels", "_is_over", "_limits", "_seconds", "_task", "ends_at")

    def __init__(self, limits: Limits, seconds: float) -> None:
        self._limits = limits
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task's blocks can be ended")
        self._task = task
        self._cancels = task.cancelling()
        self.ends_at = asyncio.get_running_loop().time() + self._seconds
        self._limits.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.discard(self)
        # a cancellation that somebody else wanted as well goes on as such
        if self._is_over and self._task.uncancel() <= self._cancels and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end(self) -> None:
        """Cancel what the block waits for."""
        self._is_over = True
        self._task.cancel()
