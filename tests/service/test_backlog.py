"""What waits to be kept: in batches, in order, and never too much of it."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Article, Feed
from bot.service.backlog import BATCH, LEAST, MOST_WAITING, Backlog
from bot.service.keeping import Polled


def polled(count, number=0):
    return Polled(Feed(f"https://kairos.example/{number}"), articles=(Article("Duty stays", ""),) * count)


@given(st.lists(st.integers(0, 700), max_size=20))
def test_what_came_is_taken_in_its_order_in_batches_that_end_with_the_feed_that_fills_them(counts):
    backlog = Backlog(len(counts) + 1)
    came = [polled(count, number) for number, count in enumerate(counts)]
    for each in came:
        backlog.add(each)
    assert backlog.is_due == (sum(counts) >= LEAST)  # one is missing
    assert backlog.room.is_set() == (sum(counts) <= MOST_WAITING)
    taken = []
    while batch := backlog.take():
        assert sum(len(each.articles) for each in batch[:-1]) < BATCH
        taken += batch
    assert taken == came
    assert backlog.room.is_set()


async def test_one_waits_for_a_batch_or_the_last_and_after_a_while_for_anything():
    backlog = Backlog(4)
    waiting = asyncio.create_task(backlog.due(60))
    for count in (BATCH - 1, 1):
        await asyncio.sleep(0)
        assert not waiting.done()
        backlog.add(polled(count))
    await waiting
    assert len(backlog.take()) == 2

    waiting = asyncio.create_task(backlog.due(0.01))
    await asyncio.sleep(0.03)
    assert not waiting.done()  # nothing came
    backlog.add(polled(0))
    await waiting
    assert len(backlog.take()) == 1

    waiting = asyncio.create_task(backlog.due(60))
    await asyncio.sleep(0)
    backlog.add(polled(0))
    await waiting
    assert len(backlog.take()) == 1
    await backlog.due(60)  # nothing more will come
    assert backlog.take() == []


def test_less_is_enough_where_no_more_feeds_are_to_come_than_wait():
    backlog = Backlog(4)
    backlog.add(polled(LEAST))
    assert not backlog.is_due
    backlog.add(polled(0))
    assert backlog.is_due
    assert len(backlog.take()) == 2
    backlog.add(polled(LEAST - 1))
    assert not backlog.is_due


async def test_what_came_is_due_as_soon_as_it_waited_long_enough():
    backlog = Backlog(2)
    backlog.add(polled(1))
    await backlog.due(0.01)
    assert len(backlog.take()) == 1


async def test_whoever_waits_hears_of_each_that_came():
    heard: list[tuple[int, int]] = []
    backlog = Backlog(3, lambda *counts: heard.append(counts))
    waiting = asyncio.create_task(backlog.due(60))
    for _ in range(3):
        await asyncio.sleep(0)
        backlog.add(polled(0))
    await waiting
    assert heard == [(1, 3), (2, 3), (3, 3)]
