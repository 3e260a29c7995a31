from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.chat.order import let_pass
from bot.chat.updates import LONG_POLL, Updates


class Recorder:
    """Stands for the application: a handler that is slow where its update is, and says when it began and ended."""

    def __init__(self):
        self.seen = []

    async def process_update(self, update):
        self.seen.append(f"{update.name} begins")
        if update.passes:
            let_pass()
        await asyncio.sleep(update.takes)
        self.seen.append(f"{update.name} ends")


def update(name, *, takes, passes=False, chat=1):
    return SimpleNamespace(
        name=name, takes=takes, passes=passes, effective_chat=SimpleNamespace(id=chat), effective_message=None
    )


@pytest.mark.parametrize(
    ("passes", "order"),
    [
        (False, ["slow begins", "slow ends", "next begins", "next ends"]),
        (True, ["slow begins", "next begins", "next ends", "slow ends"]),
    ],
)
async def test_only_what_lets_others_pass_is_overtaken_however_slow_it_is(passes, order):
    recorder = Recorder()
    updates = Updates(recorder, None)
    tasks = [
        await updates.take(update("slow", takes=0.3, passes=passes)),
        await updates.take(update("next", takes=0)),
    ]
    await asyncio.wait(tasks)
    assert recorder.seen == order


async def test_chats_do_not_wait_for_each_other():
    recorder = Recorder()
    updates = Updates(recorder, None)
    tasks = [await updates.take(update("slow", takes=0.2)), await updates.take(update("other", takes=0, chat=2))]
    await asyncio.wait(tasks)
    assert recorder.seen == ["slow begins", "other begins", "other ends", "slow ends"]


async def test_one_slow_update_does_not_keep_others_from_being_fetched_and_is_confirmed_when_it_is_done():
    done, all_confirmed, handled, asked = asyncio.Event(), asyncio.Event(), [], []

    class Slow:
        bot = None

        async def process_update(self, update):
            if update.update_id == 1:
                await done.wait()
            handled.append(update.update_id)

    class Telegram:
        there = (1,)

        async def get_updates(self, *, offset, **given):
            asked.append((offset, given["timeout"]))
            found = [number for number in self.there if number >= (offset or 0)]
            if not found:
                all_confirmed.set()
                await asyncio.sleep(3600)
            if handled == [2]:
                done.set()
            self.there = (1, 2)
            return tuple(SimpleNamespace(update_id=n, **vars(update("", takes=0, chat=n))) for n in found)

    async def none_was_answered(*_):
        return frozenset()

    slow = Slow()
    slow.bot = Telegram()
    desk = SimpleNamespace(offload=none_was_answered, answers=SimpleNamespace(answered_updates=None))
    updates = Updates(slow, desk)
    polling = asyncio.create_task(updates.poll())
    async with asyncio.timeout(10):
        await all_confirmed.wait()
    polling.cancel()
    assert handled == [2, 1]
    assert (asked[0], asked[-1]) == ((None, LONG_POLL), (3, LONG_POLL))
    assert set(asked[1:-1]) == {(1, timedelta(0))}
