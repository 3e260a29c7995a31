"""Remembers what happened in the chats, in order, and wakes who waits for it; it does not say what it means."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bot.preview.refusals import Json

_KEPT = 50_000
"""Deeds kept; a page that fell further behind loads anew."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happened.

    `kind` is `sent`, `edited`, `deleted`, `typing`, `toast`, `chat` or `menu`; `number` grows by one a deed.
    """

    number: int
    kind: str
    chat_id: int | None = None
    message_id: int | None = None
    by_bot: bool = False
    detail: Json = field(default_factory=dict)


class Journal:
    """Deeds in order. All calls come from one event loop's thread."""

    def __init__(self) -> None:
        self._deeds: deque[Deed] = deque(maxlen=_KEPT)
        self._waiting: set[asyncio.Future[None]] = set()
        self.last = 0
        self.closed = False

    def write(
        self,
        kind: str,
        chat_id: int | None = None,
        message_id: int | None = None,
        *,
        by_bot: bool = False,
        detail: Json | None = None,
    ) -> Deed:
        """Add a deed and wake whoever waits."""
        self.last += 1
        deed = Deed(self.last, kind, chat_id, message_id, by_bot=by_bot, detail=detail or {})
        self._deeds.append(deed)
        self.wake()
        return deed

    def after(self, number: int) -> list[Deed]:
        """Return the deeds after a number, oldest first."""
        found: list[Deed] = []
        for deed in reversed(self._deeds):
            if deed.number <= number:
                break
            found.append(deed)
        return found[::-1]

    def reaches_back_to(self, number: int) -> bool:
        """Say whether every deed after a number is still kept."""
        return 0 <= number <= self.last and number >= self.last - len(self._deeds)

    async def news(self) -> None:
        """Wait until something happens, somebody is woken, or the journal is closed."""
        if self.closed:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again, also where no deed was done."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
