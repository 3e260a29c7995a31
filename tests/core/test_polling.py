"""When a feed is asked again: bounds that always hold, rhythm, failures, silence."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.polling import (
    DEAD_AFTER,
    LONGEST,
    LONGEST_RETRY_AFTER,
    SHORTEST,
    after_failure,
    after_success,
    is_silent,
    next_pause,
)
from bot.errors import FetchError, StoreError
from bot.model import Feed, FeedState

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed("https://kairos.example/feed", "Kairos", interval=30 * MINUTE)
LOST = FetchError("unreachable", "kairos.example")

instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
pauses = st.timedeltas(timedelta(days=-400), timedelta(days=4000))


def every(gap: timedelta, count: int = 10, *, newest: datetime = NOW) -> list[datetime]:
    return [newest - gap * n for n in range(count)]


@given(
    interval=pauses,
    published=st.lists(instants, max_size=40),
    new=st.integers(0, 1000),
    now=instants,
    ttl=st.none() | pauses,
    max_age=st.none() | pauses,
    floor=st.timedeltas(timedelta(0), DAY),
)
def test_a_pause_keeps_its_bounds_whatever_a_feed_says(interval, published, new, now, ttl, max_age, floor):
    feed = replace(FEED, interval=interval)
    pause = next_pause(feed, published=published, new=new, now=now, ttl=ttl, max_age=max_age, floor=floor)
    assert max(SHORTEST, floor) <= pause <= max(LONGEST, floor)
    for wanted in (ttl, max_age):
        assert wanted is None or pause >= min(wanted, LONGEST)


@given(
    failures=st.integers(0, 100_000),
    since=st.timedeltas(timedelta(0), timedelta(days=400)),
    retry_after=st.none() | st.floats(),
)
def test_a_feed_that_fails_waits_no_less_than_it_is_told_and_no_more_than_a_day(failures, since, retry_after):
    feed = replace(FEED, failures=failures, failing_since_at=NOW - since)
    failed = after_failure(feed, FetchError("status", "k", status=503, retry_after=retry_after), NOW)
    pause = failed.next_poll_at - NOW
    assert SHORTEST <= pause <= LONGEST_RETRY_AFTER
    if retry_after is not None and retry_after > 0:
        assert pause.total_seconds() >= min(retry_after, LONGEST_RETRY_AFTER.total_seconds()) - 1e-6
    assert (failed.state is FeedState.ASIDE) is (since >= DEAD_AFTER)


def test_a_feed_that_brings_something_is_asked_sooner_and_one_that_does_not_later():
    hourly = every(HOUR)
    assert next_pause(FEED, published=hourly, new=1, now=NOW) == 15 * MINUTE
    assert next_pause(FEED, published=hourly, new=0, now=NOW) == HOUR
    assert next_pause(replace(FEED, interval=2 * HOUR), published=hourly, new=0, now=NOW) == 2 * HOUR


def test_what_a_busy_feed_does_not_bring_at_night_makes_it_wait_no_longer_than_an_eighth_of_the_silence_and_half():
    busy = every(10 * MINUTE, newest=NOW - 8 * HOUR)
    assert next_pause(replace(FEED, interval=LONGEST), published=busy, new=0, now=NOW) == 2 * HOUR


def test_a_feed_without_dates_is_asked_by_what_it_brings_alone():
    assert next_pause(FEED, published=[], new=0, now=NOW) == HOUR
    assert next_pause(FEED, published=[NOW] * 20, new=3, now=NOW) == 15 * MINUTE


def test_the_operators_pause_is_kept_even_above_six_hours():
    assert next_pause(FEED, published=[], new=5, now=NOW, floor=45 * MINUTE) == 45 * MINUTE
    assert next_pause(FEED, published=[], new=5, now=NOW, floor=DAY) == DAY


def test_failures_double_the_pause_up_to_six_hours():
    feed, waited = FEED, []
    for _ in range(9):
        feed = after_failure(feed, LOST, NOW)
        waited.append((feed.next_poll_at - NOW) / MINUTE)
    assert waited == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert feed.failures == 9
    assert feed.failing_since_at == NOW
    assert feed.interval == FEED.interval
    assert "kairos.example" in feed.last_error


def test_an_error_that_is_not_of_the_web_fails_a_feed_too():
    assert after_failure(FEED, StoreError("full"), NOW).last_error == "full"


def test_a_feed_that_is_dead_for_five_days_is_set_aside_and_is_to_be_told_of():
    failing = replace(FEED, failing_since_at=NOW - DEAD_AFTER, failures=30, told_at=NOW - 2 * DAY)
    aside = after_failure(failing, LOST, NOW)
    assert aside.state is FeedState.ASIDE
    assert aside.told_at is None
    told = replace(aside, told_at=NOW)
    assert after_failure(told, LOST, NOW + DAY).told_at == NOW
    younger = replace(failing, failing_since_at=NOW - DEAD_AFTER + timedelta(seconds=1))
    assert after_failure(younger, LOST, NOW).state is FeedState.ACTIVE


def test_an_answer_forgives_everything():
    aside = replace(
        FEED, state=FeedState.ASIDE, failures=9, failing_since_at=NOW - 6 * DAY, last_error="x", told_at=NOW
    )
    back = after_success(aside, pause=HOUR, new=0, now=NOW)
    assert back == replace(FEED, interval=HOUR, next_poll_at=NOW + HOUR, polled_at=NOW, newest_at=NOW)


def test_an_answer_changes_nothing_that_polling_does_not_decide():
    """Each field of a feed has a value that is no default: one that is forgotten would get lost."""
    feed = Feed(
        *("https://kairos.example/feed", "Kairos", "el", "GR", "paper", "private", FeedState.ACTIVE),
        *("tag", "date", "hash", HOUR, NOW, NOW, NOW - DAY, NOW, 3, "x", NOW - DAY, 7),
    )
    assert all(
        getattr(feed, field.name) not in {field.default, None} for field in fields(Feed) if field.name != "state"
    )
    decided = {"next_poll_at": NOW + DAY + MINUTE, "polled_at": NOW + DAY, "interval": MINUTE}
    forgiven = {"failing_since_at": None, "failures": 0, "last_error": ""}
    assert after_success(feed, pause=MINUTE, new=0, now=NOW + DAY) == replace(feed, **decided, **forgiven)


@pytest.mark.parametrize(
    ("feed", "silent"),
    [
        (replace(FEED, polled_at=NOW, newest_at=NOW - 7 * DAY), True),
        (replace(FEED, polled_at=NOW, newest_at=NOW - 7 * DAY + MINUTE), False),
        (replace(FEED, polled_at=NOW, newest_at=NOW - 8 * DAY, failures=1), False),
        (replace(FEED, polled_at=NOW, newest_at=NOW - 8 * DAY, state=FeedState.ASIDE), False),
        (replace(FEED, polled_at=None), False),
        (replace(FEED, polled_at=NOW), False),
    ],
)
def test_a_feed_is_silent_that_answers_but_brought_nothing_for_a_week(feed, silent):
    assert is_silent(feed, NOW) is silent


def test_a_silent_feed_that_was_told_of_is_told_of_again_only_after_it_spoke():
    silent = replace(FEED, polled_at=NOW, newest_at=NOW - 9 * DAY, told_at=NOW - DAY)
    still = after_success(silent, pause=HOUR, new=0, now=NOW)
    assert still.told_at == silent.told_at
    assert is_silent(still, NOW)
    assert after_success(still, pause=HOUR, new=1, now=NOW).told_at is None


def test_a_feed_that_never_brings_anything_is_silent_a_week_after_its_first_answer():
    first = after_success(FEED, pause=HOUR, new=0, now=NOW)
    later = after_success(first, pause=HOUR, new=0, now=NOW + 7 * DAY)
    assert not is_silent(first, NOW)
    assert is_silent(later, NOW + 7 * DAY)
