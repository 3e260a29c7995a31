"""The pace: no limit is ever broken, nobody stands in another's way, and what is too fast slows down and recovers."""

from __future__ import annotations

import random
from bisect import bisect_right
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import pacing
from bot.core.pacing import FREE, PAID, PAID_SLACK, REFUSED, SLACK, Pacing


def drain(queue, now, *, until=float("inf")):
    """Take everybody out of the queue as soon as they may go; return who left when."""
    left = []
    while (pause := queue.pause(now)) is not None and now + pause <= until:
        now += pause
        while (who := queue.next(now)) is not None:
            left.append((now, who))
    return left


def most_within(times, seconds):
    """Return the most instants in any half-open span of so many seconds."""
    times = sorted(times)
    return max((bisect_right(times, at + seconds - 1e-9) - n for n, at in enumerate(times)), default=0)


asks = st.lists(st.tuples(st.integers(-6, 6).filter(bool), st.booleans(), st.floats(0, 3)), min_size=1, max_size=120)


@settings(max_examples=60)
@given(asks)
def test_no_limit_is_ever_broken_and_everybody_leaves(asked):
    queue, now, left = Pacing(FREE), 0.0, []
    for number, (chat, urgent, pause) in enumerate(asked):
        left += drain(queue, now, until=now + pause)
        now += pause
        queue.ask((chat, urgent, number), chat, now, urgent=urgent)
    left += drain(queue, now)
    assert sorted(who[2] for _, who in left) == list(range(len(asked)))
    assert most_within([at for at, _ in left], 1.0) <= FREE
    for chat in {chat for chat, _, _ in asked}:
        mine = [at for at, who in left if who[0] == chat]
        assert most_within(mine, 3.0) <= 3
        assert chat > 0 or most_within(mine, 60.0) <= 20


def test_ten_thousand_chats_take_hardly_longer_than_the_floor():
    queue = Pacing(FREE)
    for chat in range(1, 10_001):
        queue.ask(chat, chat, 0.0, urgent=False)
    left = drain(queue, 0.0)
    assert left[-1][0] <= 1.05 * 10_000 / FREE
    assert [who for _, who in left] == list(range(1, 10_001))
    assert max(later - sooner for (sooner, _), (later, _) in pairwise(left)) < 0.3  # no long silences


def test_the_paid_pace_is_a_thousand_a_second():
    queue = Pacing(PAID)
    for chat in range(1, 5001):
        queue.ask(chat, chat, 0.0, urgent=False)
    times = [at for at, _ in drain(queue, 0.0)]
    assert times[-1] <= 5000 / 950
    assert most_within(times, 1.0) <= PAID


def test_a_chat_that_must_wait_stands_in_nobodys_way():
    queue = Pacing(FREE)
    for number in range(40):
        queue.ask(("group", number), -5, 0.0, urgent=False)
    queue.ask("Ada", 1, 0.0, urgent=False)
    left = {who: at for at, who in drain(queue, 0.0)}
    assert left["Ada"] < 1
    assert left["group", 2] < 1
    assert left["group", 19] < 60 <= left["group", 20]


def test_what_somebody_waits_for_overtakes_but_every_tenth_place_is_left():
    queue = Pacing(FREE)
    for chat in range(1, 40):
        queue.ask("due", chat, 0.0, urgent=False)
        queue.ask("asked", 1000 + chat, 0.0, urgent=True)
    order = [who for _, who in drain(queue, 0.0)]
    assert order[:9] == ["asked"] * 9
    assert order[:50].count("due") >= 4


def test_a_chat_that_is_refused_is_left_alone_and_the_others_are_not():
    queue = Pacing(FREE)
    assert not queue.refused(1, 30.0, now=5.0)
    assert (queue.held(1, 10.0), queue.wait(1, 10.0), queue.held(2, 10.0)) == (25.0, 25.0, 0.0)
    assert queue.held(1, 40.0) == 0
    queue.ask("Ada", 1, 10.0, urgent=True)
    queue.ask("Bob", 2, 10.0, urgent=True)
    assert [(at, who) for at, who in drain(queue, 10.0)] == [(10.0, "Bob"), (35.0, "Ada")]


def test_where_most_answers_refuse_the_whole_bot_slows_down_and_recovers():
    queue = Pacing(FREE)
    verdicts = [queue.refused(chat, 4.0, now=100.0) for chat in range(1, REFUSED + 1)]
    assert verdicts == [False] * (REFUSED - 1) + [True]
    assert queue.held(999, 100.0) == 4.0
    assert queue.share(104.0) == 0.5
    assert 0.5 < queue.share(120.0) < 1
    assert queue.share(134.0) == queue.share(1000.0) == 1
    for chat in range(100, 200):
        queue.ask(chat, chat, 100.0, urgent=False)
    times = [at for at, _ in drain(queue, 100.0)]
    assert times[0] >= 104
    assert most_within(times[:30], 1.0) <= 2 * FREE / 3


def test_one_refusal_in_twenty_is_never_taken_for_the_whole_bot():
    queue = Pacing(FREE)
    for round_ in range(500):
        for _ in range(19):
            queue.answered()
        assert not queue.refused(round_, 3.0, now=float(round_))
    assert queue.share(500.0) == 1


def test_chats_that_were_quiet_are_forgotten_but_not_those_that_are_held_back(monkeypatch):
    monkeypatch.setattr(pacing, "REMEMBERED", 100)
    queue = Pacing(FREE)
    queue.refused(7, 3600.0, now=0.0)
    for chat in range(1000, 2000):
        queue.wait(chat, float(chat))
    assert len(queue._chats) <= 101
    assert queue.held(7, 100.0) == 3500.0


def drain_late(queue, chance, *, latest, asks=0.0):
    """Take everybody out by timers that fire late, while somebody asks for something now and then; return when."""
    now, times, waits, asked = 0.0, [], [], 1_000_000
    while (pause := queue.pause(now)) is not None:
        timer = now + pause + chance.uniform(0, latest)
        if asks and chance.random() < (timer - now) * asks:
            now, asked = chance.uniform(now, timer), asked + 1
            queue.ask(now, asked, now, urgent=True)
        else:
            now = timer
        while (who := queue.next(now)) is not None:
            times.append(now)
            if isinstance(who, float):
                waits.append(now - who)
    return times, waits


@pytest.mark.parametrize(("per_second", "slack"), [(FREE, SLACK), (PAID, PAID_SLACK)])
@pytest.mark.parametrize("latest", [0.0, 0.002, 0.03])
def test_what_a_busy_process_sleeps_through_is_made_up_for_and_no_second_has_too_many(per_second, slack, latest):
    queue, count = Pacing[object](per_second), round(40 * per_second)
    for chat_id in range(1, count + 1):
        queue.ask("due", chat_id, 0.0, urgent=False)
    times, waits = drain_late(queue, random.Random(7), latest=latest, asks=0.8)
    assert waits
    assert sorted(waits)[int(0.95 * len(waits))] <= 0.11 + 2 * latest
    assert times[-1] <= 1.01 * slack * len(times) / per_second + latest
    assert most_within(times, 1.0) <= per_second


def test_a_stop_of_a_fifth_of_a_second_makes_no_message_later_than_that():
    queue = Pacing[int](PAID)
    for chat_id in range(1, 30_001):
        queue.ask(chat_id, chat_id, 0.0, urgent=False)
    times = [at for at, _ in drain(queue, 0.0, until=5.0)]
    stopped = times[-1] + 0.2
    while queue.next(stopped) is not None:
        times.append(stopped)
    times += [at for at, _ in drain(queue, stopped)]
    assert all(at <= PAID_SLACK * number / PAID + 0.2 for number, at in enumerate(times))
    assert most_within(times, 1.0) <= PAID


def test_what_is_only_due_leaves_in_volleys_that_wake_the_process_a_third_as_often():
    queue = Pacing[int](FREE)
    for chat_id in range(1, 301):
        queue.ask(chat_id, chat_id, 0.0, urgent=False)
    left = drain(queue, 0.0)
    assert {len(list(volley)) for _, volley in groupby(at for at, _ in left)} == {3}
    alone = Pacing[int](FREE)
    alone.ask(1, 1, 0.0, urgent=False)
    assert alone.next(0.0) == 1  # nobody waits for others


def test_beats_that_nobody_waited_for_are_not_made_up_for():
    queue = Pacing[int](FREE)
    for number, start in enumerate((0.0, 100.0, 200.0)):
        for chat_id in range(1, 61):
            queue.ask(chat_id, 100 * number + chat_id, start, urgent=False)
        times = [at for at, _ in drain(queue, start)]
        assert most_within(times, 0.05) <= 3
