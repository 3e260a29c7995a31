"""A long text that Telegram cut into several messages → one text again; what is done with it is the handlers' matter.

Rules
    A message whose text is nearly as long as Telegram allows (`NEARLY_FULL`) may go on: it waits `PATIENCE` for the
    next of the same person in the same chat. A message that comes while one waits belongs to it; if it is shorter
    than nearly full, it is the last. Parts are joined by a line break where the first ends as a sentence does, else
    by a space.

Theory
    Clients cut at 4,096 units, at a line or word where there is one, and send the parts at once, one after another.

Known exceptions
    A text of exactly this length that is whole is answered a second late. A second text sent within that second is
    taken for its continuation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.chat.render import MESSAGE_LIMIT, units

NEARLY_FULL = MESSAGE_LIMIT - 600  # a client goes back this far for a good place to cut
PATIENCE = 1.0  # seconds
MOST_PARTS = 60  # 250,000 characters: a long read; more is no article
SENTENCE_ENDS = ".!?…。！？؟»”\"')"  # noqa: RUF001 -- full-width ones too


@dataclass(slots=True)
class _Waiting:
    texts: list[str]
    answer: Callable[[str], Awaitable[None]]
    timer: asyncio.TimerHandle | None = field(default=None)


class Parts:
    """Holds back texts that may go on; one for the whole bot, used from its event loop."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting: dict[tuple[int, int | None], _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, key: tuple[int, int | None], text: str, answer: Callable[[str], Awaitable[None]]) -> None:
        """Answer a text, at once where it is whole, else when its last part is there or its time is over.

        Args:
            key: the chat and the person.
            text: what the message says.
            answer: what is to be done with the whole text; of several parts, the first one's is used.
        """
        waiting = self._waiting.get(key)
        full = units(text) >= NEARLY_FULL
        if waiting is None and not full:
            await answer(text)
            return
        if waiting is None:
            waiting = self._waiting[key] = _Waiting([], answer)
        if waiting.timer is not None:
            waiting.timer.cancel()
        waiting.texts.append(text)
        if full and len(waiting.texts) < MOST_PARTS:
            waiting.timer = asyncio.get_running_loop().call_later(self._patience, self._time_is_over, key)
            return
        del self._waiting[key]
        await waiting.answer(joined(waiting.texts))

    def _time_is_over(self, key: tuple[int, int | None]) -> None:
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            task = asyncio.ensure_future(waiting.answer(joined(waiting.texts)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, within: float) -> None:
        """Answer what waits now, and wait for it."""
        for key, waiting in list(self._waiting.items()):
            if waiting.timer is not None:
                waiting.timer.cancel()
            self._time_is_over(key)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)


def joined(texts: list[str]) -> str:
    r"""Join the parts of a text.

    >>> joined(["It ended.", "Then it", "went on."])
    'It ended.\nThen it went on.'
    """
    whole = texts[0]
    for text in texts[1:]:
        whole += ("\n" if whole.rstrip().endswith(tuple(SENTENCE_ENDS)) else " ") + text
    return whole
