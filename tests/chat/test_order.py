from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from bot.chat.order import let_pass
from bot.chat.updates import Updates


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
