"""Sending without a wire, a thread or a wait: time jumps to what comes next, and a process can die at any step.

A step is every time a task goes on behind an `await`, and every commit. A process that died does nothing more: no
statement, no request. What it had asked of Telegram may still be done there.
"""

from __future__ import annotations

import asyncio
import json
import random
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from sqlalchemy.util import LRUCache
from telegram import Bot

from bot.chat.deliver import Deliverer
from bot.chat.pace import Pace
from bot.chat.transport import AiohttpRequest
from bot.model import Vocabulary
from bot.store.sql import SqlStore, open_store
from tests.conftest import TOKEN

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
Answer = tuple[int, dict[str, Any]]
STATEMENTS = LRUCache(500)  # compiled once for all the lives of a test


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: the loop's time goes on instead."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everything waits, and nothing will ever come")
        events = super().select(0)
        if not events and timeout > 0:
            self.jump(timeout)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self, at: float = 0.0) -> None:
        selector = _Jumping()
        super().__init__(selector)
        self.at = at
        selector.jump = self._jump

    def _jump(self, seconds: float) -> None:
        self.at += seconds

    def time(self) -> float:
        return self.at


@dataclass
class World:
    """What Telegram has seen: messages by chat, in order; `answers` decides what it says to a request."""

    answers: Callable[[int, str], Answer | None] = lambda _chat, _text: None
    latency: float = 0.05
    messages: list[tuple[int, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    refusals: Counter[int] = field(default_factory=Counter)

    def arrive(self, chat_id: int, text: str, at: float) -> Answer:
        """Take a message, or refuse it."""
        refusal = self.answers(chat_id, text)
        if refusal is not None:
            self.refusals[refusal[0]] += 1
            return refusal
        self.messages.append((chat_id, text))
        self.at.append(at)
        return 200, {"ok": True, "result": {"message_id": len(self.messages)}}

    def counted(self) -> Counter[tuple[int, str]]:
        return Counter(self.messages)


class Wire(AiohttpRequest):
    """The way to a World; requests that were begun stand in `begun`."""

    def __init__(self, world: World, life: Life, pace: Pace | None) -> None:
        super().__init__(pace=pace)
        self.world, self.life = world, life
        self.begun: set[tuple[int, str]] = set()

    async def _exchange(self, _method, _url, body, _headers, _limits) -> tuple[int, bytes]:
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        chat_id, text = int(given["chat_id"]), given["text"]
        self.life.check()
        self.begun.add((chat_id, text))
        await asyncio.sleep(self.world.latency / 2)
        self.life.check()
        status, answer = self.world.arrive(chat_id, text, asyncio.get_running_loop().time())
        await asyncio.sleep(self.world.latency / 2)
        return status, json.dumps(answer).encode()


class Life:
    """One life of a process on a store: it ends when its work is done, or at a step."""

    def __init__(self, url: str, world: World, *, die_at: int | None = None, at: float = 0.0, paid: bool = False):
        self.steps, self.dead, self._die_at = 0, False, die_at
        self._loop = VirtualLoop(at)
        self._loop.set_task_factory(lambda loop, coro, **kw: asyncio.Task(_Stepped(coro, self), loop=loop, **kw))
        self.store: SqlStore = open_store(url)
        engine = self.store._transactions.engine
        sa.event.listen(engine, "commit", lambda _db: self.step())
        # no test cuts the power
        sa.event.listen(engine, "connect", lambda db, _record: db.execute("PRAGMA synchronous = OFF"))
        engine.dispose()
        for one in (engine, self.store._transactions._writing):
            one._compiled_cache = STATEMENTS
        self.pace = Pace(paid=paid)
        self.wire = Wire(world, self, self.pace)
        self.deliverer = Deliverer(
            bot=Bot(TOKEN, "http://wire/bot", request=self.wire, get_updates_request=self.wire),
            store=self.store,
            offload=self.offload,
            clock=self,
            vocabulary=lambda: Vocabulary({}, {}),
            pace=self.pace,
            paid=paid,
        )

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._loop.time())

    @property
    def at(self) -> float:
        return self._loop.time()

    def check(self) -> None:
        if self.dead:
            raise asyncio.CancelledError

    def step(self) -> None:
        self.check()
        self.steps += 1
        if self.steps == self._die_at:
            self.dead = True
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            raise asyncio.CancelledError

    async def offload(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        self.check()
        result = function(*args, **kwargs)
        await asyncio.sleep(0)
        return result

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do some work, to its end or until death."""
        try:
            self._loop.run_until_complete(work)
        except asyncio.CancelledError:
            if not self.dead:
                raise
        finally:
            if self.dead:
                while left := asyncio.all_tasks(self._loop):
                    for task in left:
                        task.cancel()
                    self._loop.run_until_complete(asyncio.wait(left, timeout=None))

    def send_all(self) -> None:
        """Let the heartbeat beat until nothing is owed any more that can be sent."""
        self.run(self._beat())

    async def _beat(self) -> None:
        while True:
            await self.deliverer.tick()
            if not {"owed", "sending"} & set(self.store.counts().deliveries):
                return
            await asyncio.sleep(1)

    def end(self) -> None:
        self.store.close()
        self._loop.close()


class _Stepped(Coroutine):
    """A coroutine whose every resumption is a step of a life."""

    def __init__(self, inner: Coroutine, life: Life) -> None:
        self._inner, self._life = inner, life

    def send(self, value: Any) -> Any:
        try:
            self._life.step()
        except asyncio.CancelledError as error:
            return self._inner.throw(error)
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        return self._inner.throw(*error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self):
        return self._inner.__await__()


def random_answers(seed: int, *, too_many: float, blocked: float, bad_gateway: float) -> Callable[..., Answer | None]:
    """Return answers of which some refuse: by chance, but for blocked chats, which are so for good."""
    chance = random.Random(seed)
    gone: dict[int, bool] = {}

    def answer(chat_id: int, _text: str) -> Answer | None:
        if gone.setdefault(chat_id, chance.random() < blocked):
            return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        dice = chance.random()
        if dice < too_many:
            seconds = chance.randint(1, 5)
            told = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return 429, {**told, "parameters": {"retry_after": seconds}}
        if dice < too_many + bad_gateway:
            return 502, {"ok": False, "error_code": 502, "description": "Bad Gateway"}
        return None

    return answer
