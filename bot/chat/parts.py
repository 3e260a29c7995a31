"""Several messages that are one thing → one again: a text that Telegram cut, an album; what follows is not its matter.

Rules
    Messages of one album belong together; the album waits `PATIENCE` for its next.
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

from bot.chat.contents import Contents, together
from bot.chat.render import MESSAGE_LIMIT, units

NEARLY_FULL = MESSAGE_LIMIT - 600  # a client goes back this far for a good place to cut
PATIENCE = 1.0  # seconds
MOST_PARTS = 60  # 250,000 characters: a long read; more is no article
SENTENCE_ENDS = ".!?…。！？؟»”\"')"  # noqa: RUF001 -- full-width ones too


Answer = Callable[[Contents], Awaitable[None]]
Key = tuple[int, int | None, str | None]


@dataclass(slots=True)
class _Waiting:
    parts: list[Contents]
    answer: Answer
    timer: asyncio.TimerHandle | None = field(default=None)

    @property
    def whole(self) -> Contents:
        texts = [part.text for part in self.parts if part.text]
        return together(self.parts, joined(texts) if texts else "")


class Parts:
    """Holds back what may go on; one for the whole bot, used from its event loop."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting: dict[Key, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, chat_id: int, user_id: int | None, contents: Contents, answer: Answer) -> None:
        """Answer a message, at once where it is whole, else when its last part is there or its time is over.

        Args:
            chat_id: where it was sent.
            user_id: who sent it.
            contents: what is in it.
            answer: what is to be done with the whole; of several parts, the first one's is used.
        """
        key = (chat_id, user_id, contents.album)
        waiting = self._waiting.get(key)
        goes_on = contents.album is not None or units(contents.text) >= NEARLY_FULL
        if waiting is None and not goes_on:
            await answer(contents)
            return
        if waiting is None:
            waiting = self._waiting[key] = _Waiting([], answer)
        if waiting.timer is not None:
            waiting.timer.cancel()
        waiting.parts.append(contents)
        if goes_on and len(waiting.parts) < MOST_PARTS:
            waiting.timer = asyncio.get_running_loop().call_later(self._patience, self._time_is_over, key)
            return
        del self._waiting[key]
        await waiting.answer(waiting.whole)

    def _time_is_over(self, key: Key) -> None:
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            task = asyncio.ensure_future(waiting.answer(waiting.whole))
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
