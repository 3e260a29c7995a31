"""Who may be sent to next, and when: one fair queue of everything that leaves for Telegram.

It sends nothing and asks no clock: instants come in as seconds of a clock that never goes back, and go out likewise.

Rules
    All chats together get `per_second` messages in any second, and they leave in volleys, one a beat: each waking of
    the process costs more than a message, and the notes on a volley share a transaction. What a beat leaves over, and
    the beats that a busy process slept through while somebody waited, are made up for, up to `CREDIT`.
    A private chat gets 3 in 3 seconds, so that the parts of one answer come together; any other chat also no more than
    20 in a minute.
    What somebody waits for (`urgent`) goes before what was only due, but every tenth place is left to the latter.
    Within each, who came first goes first; a chat that must wait stands aside and lets the others pass.
    A chat that Telegram refuses with `retry_after` is left alone for that long. Where at least half of the last 20
    answers refuse, from ten chats or more, the bot as a whole is too fast: everything waits, and goes on at half the
    pace, which grows back within a minute.

Theory
    Telegram's answer does not say whether a chat or the bot is too fast. A chat's own limit shows in that chat only;
    the bot's shows in all of them at once. Of 20 answers, 10 refusals come by chance from chats of their own limits
    less than once in 10^7 where 5 % of all answers refuse.

    Beats are a little slower than the limit (`SLACK`), because what leaves evenly arrives unevenly. The window of a
    second is less slack (by `HEALING`): the lump that made up for a stop comes again each second, a little flatter, and
    no message is late by more than the stop was long.

Known exceptions
    A bot of fewer than ten chats can't be told apart from its chats: each is held back by its own answers.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

FREE = 30.0  # messages a second; https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
PAID = 1000.0  # with allow_paid_broadcast
CHAT = ((3, 3.0),)  # messages in seconds
GROUP = ((3, 3.0), (20, 60.0))
VOLLEY = 3  # messages a beat: at 30 a second it costs 3.5 % of a core; one by one they cost 6.5 %
VOLLEY_SECONDS = 0.01  # … and at 1,000 a second
SLACK = 1.03  # what leaves evenly arrives closer: 30 in 0.98 s, measured on loopback of a busy machine
PAID_SLACK = 1.02
HEALING = 0.005  # seconds by which the window of a second is less slack than the beats
CREDIT = 0.25  # seconds of beats that are made up for
OVERTAKING = 9  # urgent ones that pass in a row while others wait
ANSWERS = 20
REFUSED = 10
RECOVERY = 60.0  # seconds from half the pace to the whole
SLOWEST = 1 / 32
REMEMBERED = 10_000  # chats, before those that were quiet for long enough are forgotten


class Window:
    """At most `most` events in any `seconds`."""

    __slots__ = ("_events", "seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._events: deque[float] = deque(maxlen=most)
        self.seconds = seconds

    def earliest(self, now: float, share: float = 1.0) -> float:
        """Return when the next event may be, at a share of the pace."""
        if len(self._events) < (self._events.maxlen or 0):
            return now
        return max(now, self._events[0] + self.seconds / share)

    def note(self, at: float) -> None:
        """Count an event."""
        self._events.append(at)

    def quiet_since(self) -> float:
        """Return when the last event was."""
        return self._events[-1] if self._events else float("-inf")


@dataclass(slots=True)
class _Chat:
    windows: tuple[Window, ...]
    held_until: float = float("-inf")

    def earliest(self, now: float) -> float:
        return max(self.held_until, *(window.earliest(now) for window in self.windows))


@dataclass(frozen=True, slots=True, order=True)
class _Waiting(Generic[T]):
    at: float
    number: int
    chat_id: int = field(compare=False)
    urgent: bool = field(compare=False)
    who: T = field(compare=False)


class Pacing(Generic[T]):
    """The queue, and what is remembered of chats and answers.

    >>> pacing = Pacing[str](FREE)
    >>> for chat, who in ((1, "Ada's digest"), (1, "Ada's answer"), (2, "Bob's digest")):
    ...     pacing.ask(who, chat, 0.0, urgent="answer" in who)
    >>> [pacing.next(0.0) for _ in range(4)]
    ["Ada's answer", "Ada's digest", "Bob's digest", None]
    """

    def __init__(self, per_second: float) -> None:
        self._volley = max(VOLLEY, round(per_second * VOLLEY_SECONDS))
        slack = SLACK if per_second < PAID else PAID_SLACK
        self._period = slack * self._volley / per_second
        self._window = Window(round(per_second), slack - HEALING)
        self._beat_at = float("-inf")
        self._left = 0  # of this beat's volley
        self._chats: dict[int, _Chat] = {}
        self._remembered = REMEMBERED
        self._aside: list[_Waiting[T]] = []  # a heap by when the chat may be sent to
        self._ready: tuple[deque[_Waiting[T]], deque[_Waiting[T]]] = (deque(), deque())  # urgent, others
        self._numbers = count()
        self._overtaken = 0
        self._answers: deque[int | None] = deque(maxlen=ANSWERS)  # the chats of those that refused
        self._paused_until = float("-inf")
        self._share = (1.0, float("-inf"))  # of the pace, at an instant

    def ask(self, who: T, chat_id: int, now: float, *, urgent: bool) -> None:
        """Stand in the queue; the chat's own limits count it from now on."""
        chat = self._chat(chat_id, now)
        at = chat.earliest(now)
        for window in chat.windows:
            window.note(at)
        waiting = _Waiting(at, next(self._numbers), chat_id, urgent, who)
        if at > now:
            heapq.heappush(self._aside, waiting)
        else:
            self._enter(waiting, now)

    def wait(self, chat_id: int, now: float) -> float:
        """Return the seconds until a chat may be sent to by its own limits."""
        return self._chat(chat_id, now).earliest(now) - now

    def held(self, chat_id: int, now: float) -> float:
        """Return the seconds for which Telegram wants a chat (or the whole bot) left alone."""
        chat = self._chats.get(chat_id)
        until = self._paused_until if chat is None else max(self._paused_until, chat.held_until)
        return max(0.0, until - now)

    def next(self, now: float) -> T | None:
        """Take who may go now out of the queue, or return None."""
        self._let_in(now)
        urgent, others = self._ready
        if not (urgent or others) or self._earliest(now) > now:
            return None
        if urgent and not (others and self._overtaken >= OVERTAKING):
            waiting = urgent.popleft()
            self._overtaken += bool(others)
        else:
            waiting = others.popleft()
            self._overtaken = 0
        if not self._left:
            self._beat_at = max(self._next_beat(now), now - CREDIT)
            self._left = self._volley
        self._left -= 1
        self._window.note(now)
        return waiting.who

    def pause(self, now: float) -> float | None:
        """Return the seconds until somebody may go; None if nobody waits."""
        if self._ready[0] or self._ready[1]:
            return self._earliest(now) - now
        if self._aside:
            return max(self._aside[0].at, self._earliest(now)) - now
        return None

    def answered(self) -> None:
        """Note an answer of Telegram's that did not say "too fast"."""
        self._answers.append(None)

    def refused(self, chat_id: int, seconds: float, now: float) -> bool:
        """Note that Telegram wants to be left alone; return whether that is the bot as a whole, not the chat."""
        chat = self._chat(chat_id, now)
        chat.held_until = max(chat.held_until, now + seconds)
        self._answers.append(chat_id)
        if len(set(self._answers) - {None}) < REFUSED:
            return False
        self._answers.clear()
        self._paused_until = max(self._paused_until, now + seconds)
        self._share = (max(SLOWEST, self.share(now) / 2), self._paused_until)
        self._beat_at = self._paused_until
        return True

    def share(self, now: float) -> float:
        """Return how much of the whole pace is gone at."""
        share, since = self._share
        return min(1.0, share + max(0.0, now - since) / RECOVERY) if share < 1 else 1.0

    def _chat(self, chat_id: int, now: float) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            if len(self._chats) >= self._remembered:
                self._forget(now)
            limits = CHAT if chat_id > 0 else GROUP
            chat = self._chats[chat_id] = _Chat(tuple(Window(most, seconds) for most, seconds in limits))
        return chat

    def _forget(self, now: float) -> None:
        kept = {
            number: chat
            for number, chat in self._chats.items()
            if chat.held_until > now or any(now - each.quiet_since() < each.seconds for each in chat.windows)
        }
        self._chats = kept
        self._remembered = max(REMEMBERED, 2 * len(kept))  # so that looking through all of them stays rare

    def _let_in(self, now: float) -> None:
        while self._aside and self._aside[0].at <= now:
            self._enter(heapq.heappop(self._aside), now)

    def _enter(self, waiting: _Waiting[T], now: float) -> None:
        urgent, others = self._ready
        if not (urgent or others) and self._next_beat(now) < now:  # nobody waited for those that passed
            self._beat_at, self._left = now, self._volley
        self._ready[not waiting.urgent].append(waiting)

    def _earliest(self, now: float) -> float:
        beat = self._beat_at if self._left else self._next_beat(now)
        return max(self._paused_until, beat, self._window.earliest(now, self.share(now)))

    def _next_beat(self, now: float) -> float:
        return self._beat_at + self._period / self.share(now)
