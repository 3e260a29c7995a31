"""Stories are counted on the day the reader had when they began."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.trend import PERIODS, by_week, change, peak, span, split_period, trend_from
from bot.model import DayCount, Trend

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def counted(*starts: datetime, zone: str = "UTC", days: int = 7, back_to: datetime | None = LONG_AGO) -> Trend:
    return trend_from(starts, now=NOW, days=days, zone=zone, reaches_back_to=back_to)


def of(*counts: int, before: int | None = None) -> Trend:
    first = date(2026, 11, 22) - timedelta(days=len(counts) - 1)
    return Trend((), (), tuple(DayCount(first + timedelta(days=n), count) for n, count in enumerate(counts)), before)


def test_a_story_counts_on_the_local_day_it_began():
    late = datetime(2026, 11, 20, 20, tzinfo=UTC)
    assert {each.day.day: each.stories for each in counted(late).days}[20] == 1
    assert {each.day.day: each.stories for each in counted(late, zone="Asia/Tokyo").days}[21] == 1


def test_days_without_stories_are_there_and_today_is_the_last():
    trend = counted(days=30)
    assert [each.stories for each in trend.days] == [0] * 30
    assert trend.days[-1].day == date(2026, 11, 22)
    assert trend.before == 0


def test_what_was_before_is_known_only_as_far_as_the_store_reaches():
    week_before = NOW - timedelta(days=9)
    assert counted(week_before, NOW).before == 1
    assert counted(week_before, NOW).total == 1
    assert counted(week_before, NOW, back_to=week_before).before is None
    assert counted(back_to=None).before is None


@given(st.lists(st.integers(0, 20 * 24 * 60)), st.sampled_from(PERIODS), st.sampled_from(["UTC", "Africa/Cairo"]))
def test_no_story_is_lost_or_counted_twice(minutes: list[int], days: int, zone: str):
    starts = [NOW - timedelta(minutes=each) for each in minutes]
    trend = counted(*starts, days=days, zone=zone)
    shown_at, before_at = span(NOW, days, zone)
    assert len(trend.days) == days
    assert trend.total == sum(at >= shown_at for at in starts)
    assert trend.before == sum(before_at <= at < shown_at for at in starts)
    assert sum(each.stories for each in by_week(trend)) == trend.total


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("", ("", 7)),
        ("tariffs", ("tariffs", 7)),
        ("tariffs japan 90d", ("tariffs japan", 90)),
        ("7D nato", ("nato", 7)),
        ("nato 2 weeks", ("nato", 30)),
        ("3m", ("", 90)),
        ("9999d", ("", 90)),
        ("g7", ("g7", 7)),
    ],
)
def test_a_period_is_taken_out_of_the_words(words: str, asked: tuple[str, int]):
    assert split_period(words) == asked


def test_a_change_of_a_tenth_is_no_news():
    assert change(of(11, before=10)) == 0
    assert change(of(15, before=10)) == 0.5
    assert change(of(5, before=0)) is None
    assert change(of(5)) is None


def test_the_highest_day_is_the_newest_of_several():
    assert peak(of(3, 1, 3)).day == date(2026, 11, 22)
    assert peak(of(0, 0)) is None


def test_weeks_end_today_and_the_first_may_be_short():
    assert [(each.day.day, each.stories) for each in by_week(of(*[1] * 10))] == [(13, 3), (16, 7)]
