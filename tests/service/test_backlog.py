"""What waits to be kept: in batches, in order, and never too much of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Article, Feed
from bot.service.backlog import BATCH, MOST_WAITING, Backlog
from bot.service.keeping import Polled


def polled(count, number=0):
    return Polled(Feed(f"https://kairos.example/{number}"), articles=(Article("Duty stays", ""),) * count)


@given(st.lists(st.integers(0, 700), max_size=20))
def test_what_came_is_taken_in_its_order_in_batches_that_end_with_the_feed_that_fills_them(counts):
    backlog = Backlog()
    came = [polled(count, number) for number, count in enumerate(counts)]
    for each in came:
        backlog.add(each)
    assert backlog.is_batch == (sum(counts) >= BATCH)
    assert backlog.room.is_set() == (sum(counts) <= MOST_WAITING)
    taken = []
    while backlog:
        batch = backlog.take()
        assert sum(len(each.articles) for each in batch[:-1]) < BATCH
        taken += batch
    assert taken == came
    assert backlog.room.is_set()


async def test_one_waits_for_what_comes_but_not_for_ever():
    backlog = Backlog()
    await backlog.grown(0.01)
    backlog.add(polled(0))
    await backlog.grown(60)
    assert len(backlog) == 1
