"""Lets one request at a time go to a host, with a pause behind each; it sends none.

It also remembers until when a host wants to be left alone. Seconds are those of the event loop's clock.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
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

    def turn(self, host: str, *, pause: float = 0.0) -> Turn:
        """Return what waits, as `async with`, until nobody else is at the host, and goes on alone.

        Args:
            host: any name for it.
            pause: seconds that pass behind this turn before the next one.

        Raises:
            TimeoutError: those before took longer than one's patience.
        """
        return Turn(self, self._host(host), pause)

    async def take(self, known: _Host) -> None:
        """Wait for a host's turn; it is to be given back.

        Raises:
            TimeoutError: those before took longer than one's patience.
        """
        known.waiting += 1
        try:
            if known.taken:
                await self._wait(known)
            known.taken = True
            if known.free_at and (early := known.free_at - asyncio.get_running_loop().time()) > 0:
                try:
                    await asyncio.sleep(early)
                except BaseException:
                    known.pass_on()
                    raise
        except BaseException:
            self._left(known)
            raise

    def give_back(self, known: _Host, pause: float) -> None:
        """Let the next one go on, once the pause is over."""
        known.free_at = asyncio.get_running_loop().time() + pause if pause else 0.0
        known.pass_on()
        self._left(known)

    async def _wait(self, known: _Host) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        known.queue.append((turn, loop.time() + self._patience))
        if known.watch is None:
            known.watch = loop.call_later(self._patience, known.lose_patience)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                known.pass_on()  # it came in the moment in which nobody wanted it any more
            raise

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

    def _left(self, known: _Host) -> None:
        known.waiting -= 1
        self._forget_some()

    def _forget_some(self) -> None:
        excess = len(self._hosts) - self._most_hosts
        if excess > 0:
            unused = (host for host, known in self._hosts.items() if not known.waiting)
            for host in list(islice(unused, excess)):
                del self._hosts[host]


class Turn:
    """One turn at a host, for `async with`."""

    __slots__ = ("_known", "_pause", "_turns")

    def __init__(self, turns: Turns, known: _Host, pause: float) -> None:
        self._turns = turns
        self._known = known
        self._pause = pause

    async def __aenter__(self) -> None:
        await self._turns.take(self._known)

    async def __aexit__(self, *_: object) -> None:
        self._turns.give_back(self._known, self._pause)


class _Host:
    """What is known of one host: who is there and who waits, when it is free, and until when it wants nobody."""

    __slots__ = ("free_at", "held_until", "queue", "status", "taken", "waiting", "watch")

    def __init__(self) -> None:
        self.taken = False
        self.queue: deque[tuple[asyncio.Future[None], float]] = deque()
        self.watch: asyncio.TimerHandle | None = None
        self.waiting = 0
        self.free_at = 0.0
        self.held_until = 0.0
        self.status = 0

    def pass_on(self) -> None:
        """Hand the turn to the first who still waits; while it is handed on it stays taken."""
        while self.queue:
            turn, _ = self.queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.taken = False

    def lose_patience(self) -> None:
        """Let those give up who waited too long: the first, for all have the same patience; watch over the next one.

        One timer a host, not one for each who waits: these would cost as much as all the rest here.
        """
        loop, self.watch = asyncio.get_running_loop(), None
        while self.queue:
            turn, until = self.queue[0]
            if not turn.done():
                if until > loop.time():
                    self.watch = loop.call_at(until, self.lose_patience)
                    return
                turn.set_exception(TimeoutError())
            self.queue.popleft()
