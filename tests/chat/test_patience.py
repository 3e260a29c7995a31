from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.chat import patience
from bot.chat.patience import Patience

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def test_twenty_requests_a_minute_are_answered_and_the_next_is_told_when():
    each = Patience()
    assert [each.wait(1, NOW + timedelta(seconds=n)) for n in range(20)] == [0] * 20
    assert each.wait(1, NOW + timedelta(seconds=20)) == 40
    assert each.wait(2, NOW + timedelta(seconds=20)) == 0


def test_waiting_as_told_is_enough():
    each = Patience(requests=2)
    for second in (0, 10):
        assert each.wait(1, NOW + timedelta(seconds=second)) == 0
    wait = each.wait(1, NOW + timedelta(seconds=30))
    assert each.wait(1, NOW + timedelta(seconds=30 + wait)) == 0


def test_a_clock_that_jumps_back_locks_nobody_out():
    each = Patience(requests=1)
    each.wait(1, NOW)
    assert each.wait(1, NOW - timedelta(hours=1)) == 0


def test_whoever_was_quiet_longest_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(patience, "REMEMBERED", 2)
    each = Patience(requests=1)
    for user in (1, 2, 3):
        each.wait(user, NOW)
    assert each.wait(1, NOW) == 0
    assert each.wait(3, NOW) > 0
