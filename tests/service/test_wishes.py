from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.timing import next_run
from bot.errors import WishError
from bot.model import Chat, Schedule, Subscription, Wish
from bot.service.wishes import LEANS_MOST, MUTED_MOST, PHRASES_MOST, Wishes, phrases_in

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADA = Chat(1, zone="Asia/Tokyo")


@pytest.fixture
def wishes(sqlite_store):
    return Wishes(sqlite_store)


@pytest.fixture
def running(sqlite_store):
    sqlite_store.save_chat(ADA)
    schedule = Schedule(zone="UTC")
    return sqlite_store.save_subscription(Subscription(ADA.id, Wish(), schedule, next_run=next_run(schedule, NOW)))


def test_a_chat_that_never_subscribed_has_a_wish_that_is_stopped_and_not_kept(wishes, sqlite_store):
    assert wishes.of(ADA, None) == Subscription(ADA.id, Wish(), Schedule(zone="Asia/Tokyo"))
    assert sqlite_store.subscription(ADA.id) is None


def test_what_it_sets_is_kept_for_when_it_starts(wishes, sqlite_store):
    changed = wishes.set_topic(ADA, None, key="energy", on=True)
    assert changed.wish.topics == ("alliances", "tariffs", "energy")
    assert changed.next_run is None
    assert sqlite_store.subscription(ADA.id) == changed
    started = wishes.resume(ADA, None, NOW)
    assert started.next_run == next_run(Schedule(zone="Asia/Tokyo"), NOW)
    assert started.wish == changed.wish


@pytest.mark.parametrize(
    "change",
    [
        lambda wishes: wishes.set_topic(ADA, None, key="energy", on=True),
        lambda wishes: wishes.set_topic(ADA, None, key="tariffs", on=False),
        lambda wishes: wishes.set_place(ADA, None, key="JP", on=True),
        lambda wishes: wishes.mute(ADA, None, story_id=7, on=True),
        lambda wishes: wishes.lean(ADA, None, key="JP", way="more"),
        lambda wishes: wishes.include(ADA, None, phrases=["tin"], on=True),
        lambda wishes: wishes.exclude(ADA, None, phrases=["tin"], on=True),
        lambda wishes: wishes.set_length(ADA, None, stories=5, sentences=1),
        lambda wishes: wishes.set_slot(ADA, None, NOW, at=time(6, 45), on=True),
        lambda wishes: wishes.set_slots(ADA, None, NOW, slots=[time(18), time(6)]),
        lambda wishes: wishes.set_day(ADA, None, NOW, day=0, on=False),
        lambda wishes: wishes.set_days(ADA, None, NOW, days=range(5)),
        lambda wishes: wishes.set_zone(ADA, None, NOW, zone="Europe/Lisbon"),
        lambda wishes: wishes.set_quiet(ADA, None, hours=(time(22), time(7))),
        lambda wishes: wishes.set_alerts(ADA, None, on=True),
        lambda wishes: wishes.pause(ADA, None),
        lambda wishes: wishes.resume(ADA, None, NOW),
    ],
)
def test_a_change_done_twice_is_done_once_and_its_next_run_fits_its_schedule(wishes, running, sqlite_store, change):
    once = change(wishes)
    assert change(wishes) == once == sqlite_store.subscription(ADA.id)
    assert once.id == running.id
    if once.next_run is not None:
        assert once.next_run == next_run(once.schedule, NOW)


def test_forum_topics_have_wishes_of_their_own(wishes):
    wishes.set_topic(ADA, 5, key="energy", on=True)
    assert wishes.of(ADA, 5).wish.topics == ("alliances", "tariffs", "energy")
    assert wishes.of(ADA, None).wish == Wish()


def test_a_run_that_is_due_already_is_not_lost_by_a_change(wishes, running, sqlite_store):
    due = replace(running, next_run=next_run(running.schedule, NOW - timedelta(days=1)))
    sqlite_store.save_subscription(due)
    assert due.next_run.at < NOW
    assert wishes.set_zone(ADA, None, NOW, zone="Europe/Lisbon").next_run == due.next_run


def test_the_last_time_and_the_last_day_stay(wishes, running):
    assert wishes.set_slot(ADA, None, NOW, at=time(8), on=False).schedule.slots == (time(8),)
    assert wishes.set_slots(ADA, None, NOW, slots=[]).schedule.slots == (time(8),)
    assert wishes.set_days(ADA, None, NOW, days=[]).schedule.days == running.schedule.days
    wishes.set_days(ADA, None, NOW, days=[3])
    assert wishes.set_day(ADA, None, NOW, day=3, on=False).schedule.days == frozenset({3})


def test_more_than_six_times_are_too_many(wishes):
    hours = [time(hour) for hour in range(7)]
    with pytest.raises(WishError) as refused:
        wishes.set_slots(ADA, None, NOW, slots=hours)
    assert refused.value.kind == "times"
    wishes.set_slots(ADA, None, NOW, slots=hours[:6])
    with pytest.raises(WishError):
        wishes.set_slot(ADA, None, NOW, at=time(23), on=True)
    assert len(wishes.of(ADA, None).schedule.slots) == 6


def test_a_topic_counts_more_or_fewer_never_both(wishes):
    assert wishes.lean(ADA, None, key="JP", way="more").wish.more == ("JP",)
    fewer = wishes.lean(ADA, None, key="JP", way="fewer").wish
    assert (fewer.more, fewer.fewer) == ((), ("JP",))
    even = wishes.lean(ADA, None, key="JP", way="even").wish
    assert (even.more, even.fewer) == ((), ())


def test_lists_are_bounded_the_oldest_goes(wishes):
    for story_id in range(MUTED_MOST + 1):
        muted = wishes.mute(ADA, None, story_id=story_id, on=True).wish.muted
    assert muted == tuple(range(1, MUTED_MOST + 1))
    for n in range(LEANS_MOST + 1):
        more = wishes.lean(ADA, None, key=f"K{n}", way="more").wish.more
    assert len(more) == LEANS_MOST
    with pytest.raises(WishError) as refused:
        wishes.exclude(ADA, None, phrases=[f"w{n}" for n in range(PHRASES_MOST + 1)], on=True)
    assert refused.value.kind == "phrases"


def test_a_muted_story_can_be_told_again(wishes):
    wishes.mute(ADA, None, story_id=7, on=True)
    assert wishes.mute(ADA, None, story_id=7, on=False).wish.muted == ()


def test_a_zone_is_the_chats_own_too_and_a_language_is_kept(wishes, sqlite_store):
    wishes.set_zone(ADA, None, NOW, zone="Europe/Lisbon")
    assert sqlite_store.chat(ADA.id).zone == "Europe/Lisbon"
    wishes.set_language(sqlite_store.chat(ADA.id), None, language="pt")
    assert (sqlite_store.chat(ADA.id).language, sqlite_store.chat(ADA.id).zone) == ("pt", "Europe/Lisbon")


def test_quiet_hours_begin_and_end(wishes):
    assert wishes.set_quiet(ADA, None, hours=(time(22), time(7))).schedule.quiet_from == time(22)
    quiet = wishes.set_quiet(ADA, None, hours=None).schedule
    assert (quiet.quiet_from, quiet.quiet_until) == (None, None)


def test_lengths_have_bounds(wishes):
    wish = wishes.set_length(ADA, None, stories=99, sentences=99).wish
    assert (wish.most_stories, wish.sentences) == (10, 5)


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        ("steel", ("steel",)),
        ('"Trade War" STEEL, steel', ("trade war", "steel")),
        ("„rare earths“ «Seltene  Erden»", ("rare earths", "seltene erden")),
        ("steel; tin", ("steel", "tin")),
        ("— ! ''", ()),
        ("", ()),
    ],
)
def test_words_and_phrases_are_read(words, phrases):
    assert phrases_in(words) == phrases


def test_a_phrase_that_is_too_long_is_refused():
    with pytest.raises(WishError) as refused:
        phrases_in("x" * 81)
    assert refused.value.kind == "phrase"


@given(st.text(max_size=200))
def test_any_words_give_phrases_without_case_each_once(words):
    try:
        phrases = phrases_in(words)
    except WishError:
        return
    assert len(set(phrases)) == len(phrases)
    assert all(phrase == phrase.casefold() and phrase.strip() == phrase != "" for phrase in phrases)
