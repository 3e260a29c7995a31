"""Lets one request at a time go to a host, with a pause behind each; it sends none.

It also remembers until when a host wants to be left alone. Seconds are those of the event loop's clock.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

MOST_HOSTS = 4_096  # remembered at once; the longest unused go first (about 1 MB)


class Turns:
    """The turns of all hosts.

    Args:
        patience: seconds one waits for a turn at most.
        most_hosts: how many hosts are remembered.
    """

    def __init__(self, *, patience: float, most_hosts: int = MOST_HOSTS) -> None:
        self._patience = patience
        self._most_hosts = most_hosts
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str, *, pause: float = 0.0) -> AsyncIterator[None]:
        """Wait until nobody else is at the host, and go on alone.

        Args:
            host: any name for it.
            pause: seconds that pass behind this turn before the next one.

        Raises:
            TimeoutError: those before took longer than one's patience.
        """
        known = self._host(host)
        known.waiting += 1
        clock = asyncio.get_running_loop().time
        try:
            if known.lock.locked():
                async with asyncio.timeout(self._patience):
                    await known.lock.acquire()
            else:
                await known.lock.acquire()
            try:
                if (early := known.free_at - clock()) > 0:
                    await asyncio.sleep(early)
                try:
                    yield
                finally:
                    known.free_at = clock() + pause
            finally:
                known.lock.release()
        finally:
            known.waiting -= 1
            self._forget_some()

    def hold(self, host: str, seconds: float, status: int) -> None:
        """Remember that a host wants no request for some seconds, and with which HTTP status it said so."""
        known = self._host(host)
        known.held_until = asyncio.get_running_loop().time() + seconds
        known.status = status
        self._forget_some()

    def held(self, host: str) -> tuple[float, int] | None:
        """Return for how many seconds a host still wants no request, and the status it gave; None if it takes some."""
        known = self._hosts.get(host)
        left = known.held_until - asyncio.get_running_loop().time() if known else 0.0
        return (left, known.status) if known and left > 0 else None

    def _host(self, host: str) -> _Host:
        known = self._hosts.get(host)
        if known is None:
            known = self._hosts[host] = _Host()
        else:
            self._hosts.move_to_end(host)
        return known

    def _forget_some(self) -> None:
        excess = len(self._hosts) - self._most_hosts
        if excess > 0:
            unused = (host for host, known in self._hosts.items() if not known.waiting)
            for host in list(islice(unused, excess)):
                del self._hosts[host]


class _Host:
    """What is known of one host: who is there, when it is free, and until when it wants nobody."""

    __slots__ = ("free_at", "held_until", "lock", "status", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.free_at = 0.0
        self.held_until = 0.0
        self.status = 0
