"""The pace: no limit is ever broken, nobody stands in another's way, and what is too fast slows down and recovers."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import pacing
from bot.core.pacing import FREE, GRAIN, PAID, PAID_SLACK, REFUSED, Pacing


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


def test_what_leaves_late_by_the_grain_of_timers_makes_nobody_behind_it_late():
    queue = Pacing[int](PAID)
    for chat_id in range(1, 3001):
        queue.ask(chat_id, chat_id, 0.0, urgent=False)
    left, now = 0, 0.0
    while left < 3000:
        while queue.next(now) is not None:
            left += 1
        now += (queue.pause(now) or 0) + GRAIN / 2
    assert 3.0 - GRAIN <= now <= 3.0 * PAID_SLACK + 2 * GRAIN
