from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.core.alerting import FRESH, broke_at, is_breaking, quiet_until, reported_at, told_on
from bot.model import Alerted, Article, Schedule, Story

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NIGHT = Schedule(zone="Europe/Berlin", quiet_from=time(22), quiet_until=time(7))


def story(*reports, copies=()):
    told = [
        Article("t", "x", source=source, published_at=NOON + timedelta(minutes=minutes), id=number)
        for number, (source, minutes) in enumerate(reports, 1)
    ]
    return Story("t", tuple(told), id=1, copies=frozenset(copies))


def test_three_sources_within_two_hours_break_a_story_at_the_third():
    assert broke_at(story(("A", 0), ("B", 60), ("C", 120))) == NOON + timedelta(hours=2)
    assert broke_at(story(("A", 0), ("B", 60), ("C", 121))) is None


def test_copies_and_the_same_outlet_again_do_not_count():
    assert broke_at(story(("A", 0), ("B", 60), ("C", 90), copies=(3,))) is None
    assert broke_at(story(("A", 0), ("B", 60), ("a", 90))) is None


def test_a_story_may_begin_slowly_and_break_later():
    assert broke_at(story(("A", 0), ("B", 400), ("C", 450), ("D", 500))) == NOON + timedelta(minutes=500)


def test_what_broke_long_ago_is_not_breaking():
    one = story(("A", 0), ("B", 1), ("C", 2))
    assert is_breaking(one, NOON + FRESH)
    assert not is_breaking(one, NOON + FRESH + timedelta(minutes=3))
    assert not is_breaking(story(("A", 0)), NOON)


def test_a_date_without_a_time_and_a_date_in_the_future_count_when_the_report_came_in():
    report = Article("t", "x", published_at=NOON.replace(hour=0), added_at=NOON)
    assert reported_at(report) == NOON
    assert reported_at(replace(report, published_at=NOON + timedelta(hours=1))) == NOON
    assert reported_at(replace(report, published_at=None)) == NOON
    assert reported_at(replace(report, published_at=NOON - timedelta(hours=1))) == NOON - timedelta(hours=1)
    assert reported_at(Article("t", "x")).year == 1970


def test_quiet_hours_end_the_next_morning_or_the_same_day():
    evening, small_hours = NOON.replace(hour=22), NOON.replace(hour=2)
    assert quiet_until(NIGHT, evening) == datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert quiet_until(NIGHT, small_hours) == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert quiet_until(NIGHT, NOON) is None
    siesta = replace(NIGHT, quiet_from=time(12), quiet_until=time(15))
    assert quiet_until(siesta, NOON) == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert quiet_until(siesta, evening) is None


def test_no_quiet_hours_and_quiet_hours_of_no_length_are_never():
    assert quiet_until(Schedule(), NOON) is None
    assert quiet_until(replace(NIGHT, quiet_until=None), NOON) is None
    assert quiet_until(replace(NIGHT, quiet_from=time(7)), NOON) is None


def test_quiet_hours_that_end_in_a_gap_end_behind_it():
    spring = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30 in Berlin; at 02:00 the clocks go to 03:00
    assert quiet_until(replace(NIGHT, quiet_until=time(2, 30)), spring) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_hours_that_come_twice_are_quiet_once():
    autumn = replace(NIGHT, quiet_until=time(2, 30))
    first, second = datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10, twice
    assert quiet_until(autumn, first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert quiet_until(autumn, second) is None


def test_quiet_hours_that_end_on_a_date_that_a_zone_skips_end_at_once():
    apia = Schedule(zone="Pacific/Apia", quiet_from=time(22), quiet_until=time(7))
    assert quiet_until(apia, datetime(2011, 12, 30, 9, 0, tzinfo=UTC)) is None  # 23:00 on the 29th; then comes the 31st


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.times(),
    st.times(),
)
def test_quiet_hours_end_within_a_day_and_outside_of_themselves(now, zone, begin, end):
    begin, end = begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    schedule = Schedule(zone=zone, quiet_from=begin, quiet_until=end)
    until = quiet_until(schedule, now)
    if until is not None:
        assert timedelta(0) < until - now <= timedelta(hours=26)
        assert until.astimezone(ZoneInfo(zone)).time() >= end or end > time(22)


def test_alerts_are_counted_by_the_readers_date():
    alerts = [Alerted(f"alert {n}", NOON + timedelta(hours=n)) for n in (0, 2, 14)]
    assert told_on(alerts, NOON, "UTC") == 2
    assert told_on(alerts, NOON, "Asia/Tokyo") == 2
    assert told_on(alerts, NOON + timedelta(hours=14), "America/New_York") == 3
