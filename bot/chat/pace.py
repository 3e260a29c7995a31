"""The one gate through which all messages leave for Telegram; in which order is decided in `bot.core.pacing`.

It sends nothing. What waits here is not asked of Telegram yet: it can be given back without a doubt.
"""

from __future__ import annotations

import asyncio
from math import ceil

import structlog
from telegram.error import RetryAfter

from bot.core.pacing import FREE, PAID, Pacing

log = structlog.get_logger(__name__)

URGENT_PATIENCE = 60.0  # seconds; an answer that comes later is none
DUE_PATIENCE = 5.0  # seconds that what is owed waits for its chat; then it is put back into the ledger


class Pace:
    """Gives out turns, on the event loop it is used from.

    Args:
        paid: whether the bot may send at the pace of paid broadcasts.
    """

    def __init__(self, *, paid: bool = False) -> None:
        self._pacing: Pacing[asyncio.Future[None]] = Pacing(PAID if paid else FREE)
        self._timer: asyncio.TimerHandle | None = None
        self._due: set[asyncio.Future[None]] = set()
        self._closed = False

    async def turn(self, chat_id: int, *, urgent: bool) -> None:
        """Wait until a message to a chat may leave.

        Raises:
            RetryAfter: its chat must wait for longer than anybody has patience for; nothing was asked of Telegram.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        wait = self._pacing.wait(chat_id, now)
        if wait > (URGENT_PATIENCE if urgent else DUE_PATIENCE) or (self._closed and not urgent):
            raise RetryAfter(max(1, ceil(wait)))
        turn: asyncio.Future[None] = loop.create_future()
        self._pacing.ask(turn, chat_id, now, urgent=urgent)
        if not urgent:
            self._due.add(turn)
            turn.add_done_callback(self._due.discard)
        self._run()
        await turn
        self.check(chat_id)  # an answer to somebody before may have said that the chat is to be left alone

    def check(self, chat_id: int) -> None:
        """Raise if Telegram wants a chat left alone.

        Raises:
            RetryAfter: for so many seconds.
        """
        held = self._pacing.held(chat_id, asyncio.get_running_loop().time())
        if held > 0:
            raise RetryAfter(ceil(held))

    def answered(self) -> None:
        """Note an answer of Telegram's that did not say "too fast"."""
        self._pacing.answered()

    def refused(self, chat_id: int, seconds: float) -> None:
        """Note that Telegram said "too fast"."""
        now = asyncio.get_running_loop().time()
        if self._pacing.refused(chat_id, seconds, now):
            log.warning("too_fast", retry_after=seconds, share=round(self._pacing.share(now), 3))

    def close(self) -> None:
        """Let nothing more pass that is only due; who waits for a turn is told so."""
        self._closed = True
        for turn in tuple(self._due):
            if not turn.done():
                turn.set_exception(RetryAfter(1))

    def _run(self) -> None:
        """Let pass who may, and come back when the next one may."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (turn := self._pacing.next(loop.time())) is not None:
            if not turn.done():
                turn.set_result(None)
        pause = self._pacing.pause(loop.time())
        if pause is not None:
            self._timer = loop.call_later(max(pause, 0.001), self._run)
