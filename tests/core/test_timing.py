"""Every slot runs once on every local date a zone has, through every change of its clocks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.timing import (
    MOST_SKIPPED_LISTED,
    backoff,
    catch_up,
    next_run,
    spread,
)
from bot.model import MISSED_FOR, Run, Schedule

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SHARDS = 8


def local(at, zone):
    """What the zone's clocks show at an instant."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def offset(at, zone):
    return ZoneInfo(zone).utcoffset(at.astimezone(ZoneInfo(zone)))


def runs_between(schedule, start_at, end_at):
    """Walk as the bot does: an instant first, then from run to run."""

    def walk():
        run = next_run(schedule, start_at)
        while True:
            yield run
            run = next_run(schedule, run)

    return list(takewhile(lambda run: run.at <= end_at, walk()))


@cache
def transitions(zone):
    """Every instant of 2024–2030 at which a zone's offset changes: looked for day by day, then to the second."""
    found = []
    days = [datetime(2024, 1, 1, tzinfo=UTC) + n * DAY for n in range(7 * 365 + 3)]
    offsets = [offset(day, zone) for day in days]
    for (day, before), (_, after) in pairwise(zip(days, offsets, strict=True)):
        if before != after:
            low, high = 0, 86_400
            while low + 1 < high:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(day + timedelta(seconds=middle), zone) == before else (low, middle)
            found.append((day + timedelta(seconds=high), before, after))
    return found


def slots_around(at, before, after, chance):
    """Times just before, inside and after what a change skips or repeats, and two anywhere."""
    edges = [at.replace(tzinfo=None) + change for change in (before, after)]
    middle = edges[0] + (edges[1] - edges[0]) / 2
    steps = (timedelta(0), MINUTE, 17 * MINUTE, -MINUTE)
    near = {(edge + step).time() for edge in (*edges, middle) for step in steps}
    return sorted(near | {time(chance.randrange(24), chance.randrange(60)) for _ in range(2)})


def expected_runs(change, slots, days, start_at, end_at):
    """Reckon the runs of a window with one change in it, from the two offsets alone."""
    at, before, after = change
    first_day = (start_at.replace(tzinfo=None) - DAY).date()
    for day in (first_day + n * DAY for n in range((end_at - start_at).days + 4)):
        last_seen_before, first_seen_after = at.replace(tzinfo=None) + before, at.replace(tzinfo=None) + after
        midnight = datetime.combine(day, time())
        exists = midnight < last_seen_before or midnight + DAY > first_seen_after
        for slot in slots if exists and day.weekday() in days else ():
            wall = datetime.combine(day, slot).replace(tzinfo=UTC)
            run_at = wall - before if wall - before < at else max(wall - after, at)
            if start_at < run_at <= end_at:
                yield Run(run_at, slot, day)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_slot_runs_once_on_every_local_date_through_every_change_of_every_zone(shard):
    for zone in ZONES[shard::SHARDS]:
        chance = random.Random(zone)
        for change in transitions(zone):
            at = change[0]
            slots = slots_around(*change, chance)
            days = frozenset(range(7)) if chance.random() < 0.8 else frozenset(chance.sample(range(7), 4))
            window = (at - 2 * DAY, at + 2 * DAY)
            runs = runs_between(Schedule(tuple(slots), days, zone), *window)
            assert runs == list(expected_runs(change, slots, days, *window)), (zone, at)
            assert len({(run.local_date, run.slot) for run in runs}) == len(runs)
            for one, following in pairwise(runs):
                assert (one.at, one.local_date, one.slot) < (following.at, following.local_date, following.slot)


def test_the_zones_have_changes_to_test():
    changing = {zone for zone in ZONES if transitions(zone)}
    assert {"Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Almaty"} <= changing
    assert sum(len(transitions(zone)) for zone in changing) > 2000


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Asia/Almaty"],
)
def test_the_clock_on_the_wall_agrees_minute_by_minute(zone):
    for at, _, _ in transitions(zone)[:2]:
        start_at, end_at = at - 2 * DAY, at + 2 * DAY
        first_shown = {}
        for n in range(int((end_at - start_at) / MINUTE) + 1):
            first_shown.setdefault(local(start_at + n * MINUTE, zone), start_at + n * MINUTE)
        around = local(at, zone).replace(hour=0, minute=0)
        for minutes in range(0, 24 * 60, 7):
            wall = around + minutes * MINUTE
            shown_at = first_shown.get(wall, min((t for shown, t in first_shown.items() if shown > wall), default=None))
            run = next_run(Schedule((wall.time(),), zone=zone), shown_at - MINUTE)
            assert (run.at, run.local_date) == (shown_at, wall.date()), (zone, wall)


def only(zone, slots, start_at, end_at):
    schedule = Schedule(tuple(slots), zone=zone)
    return [
        (run.at.strftime("%d %H:%M"), run.slot.strftime("%H:%M"))
        for run in runs_between(schedule, start_at.replace(tzinfo=UTC), end_at.replace(tzinfo=UTC))
    ]


def test_berlins_autumn_night_has_one_half_past_two_and_it_is_the_first():
    assert only("Europe/Berlin", [time(2, 30)], datetime(2026, 10, 24, 12), datetime(2026, 10, 26, 12)) == [
        ("25 00:30", "02:30"),
        ("26 01:30", "02:30"),
    ]


def test_berlins_spring_night_runs_half_past_two_at_three():
    [night] = only("Europe/Berlin", [time(2, 30)], datetime(2027, 3, 27, 12), datetime(2027, 3, 28, 12))
    assert night == ("28 01:00", "02:30")


def test_cairo_skips_midnight_and_its_slot_runs_behind_the_gap_on_the_same_date():
    run = next_run(Schedule((time(0, 30),), zone="Africa/Cairo"), datetime(2027, 4, 29, 12, tzinfo=UTC))
    assert (run.at, run.local_date) == (datetime(2027, 4, 29, 22, tzinfo=UTC), date(2027, 4, 30))
    assert next_run(Schedule((time(0, 30),), zone="Africa/Cairo"), run).local_date == date(2027, 5, 1)


def test_two_slots_in_one_gap_are_two_runs_at_one_instant():
    slots = [time(2, 10), time(2, 50), time(3, 0)]
    assert only("Europe/Berlin", slots, datetime(2027, 3, 27, 12), datetime(2027, 3, 28, 12)) == [
        ("28 01:00", "02:10"),
        ("28 01:00", "02:50"),
        ("28 01:00", "03:00"),
    ]


def test_a_gap_that_cuts_a_date_short_keeps_its_slot_on_that_date():
    # Nuuk's clocks go from 23:00 to midnight on the last Saturday of March.
    run = next_run(Schedule((time(23, 30),), zone="America/Nuuk"), datetime(2027, 3, 27, 12, tzinfo=UTC))
    assert (run.at, run.local_date) == (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), date(2027, 3, 27))
    assert local(run.at, "America/Nuuk") == datetime(2027, 3, 28, 0, 0)


def test_lord_howe_moves_by_half_an_hour():
    zone = "Australia/Lord_Howe"
    assert only(zone, [time(2, 15)], datetime(2026, 10, 3), datetime(2026, 10, 3, 23)) == [("03 15:30", "02:15")]
    assert only(zone, [time(1, 45)], datetime(2026, 4, 4), datetime(2026, 4, 4, 23)) == [("04 14:45", "01:45")]


def test_troll_moves_by_two_hours():
    zone = "Antarctica/Troll"
    assert only(zone, [time(2, 30)], datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 12)) == [("29 01:00", "02:30")]
    assert only(zone, [time(1, 30)], datetime(2026, 10, 24, 12), datetime(2026, 10, 25, 12)) == [("24 23:30", "01:30")]


def test_sao_paulo_no_longer_changes():
    assert transitions("America/Sao_Paulo") == []
    night = only("America/Sao_Paulo", [time(0, 30)], datetime(2026, 11, 1), datetime(2026, 11, 2))
    assert night == [("01 03:30", "00:30")]


def test_casablanca_goes_back_for_ramadan_and_forth_behind_it():
    zone = "Africa/Casablanca"
    changes = [change for change in transitions(zone) if change[0].year == 2025]
    assert [(after - before) / timedelta(hours=1) for _, before, after in changes] == [-1, 1]
    twice = only(zone, [time(2, 30)], datetime(2025, 2, 22, 12), datetime(2025, 2, 24, 12))
    assert twice == [("23 01:30", "02:30"), ("24 02:30", "02:30")]
    never = only(zone, [time(2, 30)], datetime(2025, 4, 5, 12), datetime(2025, 4, 7, 12))
    assert never == [("06 02:00", "02:30"), ("07 01:30", "02:30")]


def test_scoresbysund_changed_its_standard_time_in_2024():
    dates = [
        run.local_date
        for run in runs_between(
            Schedule((time(0, 30),), zone="America/Scoresbysund"),
            datetime(2024, 3, 29, 12, tzinfo=UTC),
            datetime(2024, 4, 2, 12, tzinfo=UTC),
        )
    ]
    assert dates == [date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 1), date(2024, 4, 2)]


def test_kazakhstan_had_the_last_hour_of_february_twice_in_2024():
    night = only("Asia/Almaty", [time(23, 30)], datetime(2024, 2, 29, 12), datetime(2024, 3, 1, 19))
    assert night == [("29 17:30", "23:30"), ("01 18:30", "23:30")]
    midnight = only("Asia/Almaty", [time(0, 0)], datetime(2024, 2, 29, 12), datetime(2024, 3, 1, 12))
    assert midnight == [("29 19:00", "00:00")]


@pytest.mark.parametrize("slot", [time(0, 0), time(8, 0), time(23, 59)])
def test_nothing_runs_for_the_date_that_apia_skipped(slot):
    runs = runs_between(
        Schedule((slot,), zone="Pacific/Apia"),
        datetime(2011, 12, 28, 12, tzinfo=UTC),
        datetime(2012, 1, 1, 9, tzinfo=UTC),
    )
    dates = [run.local_date for run in runs]
    assert date(2011, 12, 30) not in dates
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= set(dates)
    assert len(set(dates)) == len(dates)


def test_a_weekly_slot_on_a_skipped_date_waits_another_week():
    friday = Schedule((time(8, 0),), frozenset({4}), "Pacific/Apia")
    run = next_run(friday, datetime(2011, 12, 24, 12, tzinfo=UTC))
    assert run.local_date == date(2012, 1, 6)


def test_a_run_goes_on_from_its_slot_and_date_even_if_the_zones_rules_moved_it():
    schedule = Schedule((time(8, 0),), zone="Europe/Berlin")
    moved = Run(datetime(2026, 11, 20, 6, 0, tzinfo=UTC), time(8, 0), date(2026, 11, 20))
    assert next_run(schedule, moved).local_date == date(2026, 11, 21)


@pytest.mark.parametrize("schedule", [Schedule(slots=()), Schedule(days=frozenset())])
def test_a_schedule_without_slots_or_days_is_refused(schedule):
    with pytest.raises(ValueError, match="no next run"):
        next_run(schedule, datetime(2026, 11, 20, tzinfo=UTC))


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        next_run(Schedule(), datetime(2026, 11, 20))


schedules = st.builds(
    Schedule,
    st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=6).map(tuple),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from(ZONES),
)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(schedules, instants)
def test_from_an_instant_and_from_a_run_it_goes_the_same_way(schedule, start_at):
    runs = [next_run(schedule, start_at)]
    for _ in range(8):
        runs.append(next_run(schedule, runs[-1]))
    assert runs[0].at > start_at
    for one, following in pairwise(runs):
        assert (one.local_date, one.slot) < (following.local_date, following.slot)
        assert one.at <= following.at
        assert next_run(schedule, one.at).at == min(run.at for run in [*runs, following] if run.at > one.at) or (
            following.at == one.at
        )


@given(schedules, instants, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_catching_up_owes_or_skips_each_run_once(schedule, stored_after, down_for):
    stored = next_run(schedule, stored_after)
    now = stored.at + down_for
    back = catch_up(schedule, stored, now)
    walked = runs_between(schedule, stored_after, now)
    skipped = [run for run in walked if now - run.at > MISSED_FOR]
    assert list(back.owed) == [run for run in walked if now - run.at <= MISSED_FOR]
    assert list(back.skipped) == skipped[:MOST_SKIPPED_LISTED]
    assert 0 <= back.skipped_count - len(skipped) <= len(set(schedule.slots))  # a date the zone skips counts
    assert back.next == next_run(schedule, walked[-1])
    assert back.next.at > now


def test_a_run_that_is_not_due_is_neither_owed_nor_skipped():
    run = next_run(Schedule(), datetime(2026, 11, 20, tzinfo=UTC))
    back = catch_up(Schedule(), run, run.at - MINUTE)
    assert (back.owed, back.skipped, back.skipped_count, back.next) == ((), (), 0, run)


def test_six_hours_late_is_owed_and_a_second_more_is_skipped():
    run = next_run(Schedule(), datetime(2026, 11, 20, tzinfo=UTC))
    assert catch_up(Schedule(), run, run.at + MISSED_FOR).owed == (run,)
    late = catch_up(Schedule(), run, run.at + MISSED_FOR + timedelta(seconds=1))
    assert (late.owed, late.skipped, late.skipped_count) == ((), (run,), 1)


def test_ten_years_down_are_counted_without_walking_them():
    schedule = Schedule((time(8, 0), time(18, 0)), frozenset({0, 2, 4}), "Europe/Berlin")
    stored = next_run(schedule, datetime(2016, 11, 20, tzinfo=UTC))
    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    back = catch_up(schedule, stored, now)
    walked = runs_between(schedule, datetime(2016, 11, 20, tzinfo=UTC), now)
    assert len(back.skipped) == MOST_SKIPPED_LISTED
    assert back.skipped_count == len(walked) - 1
    assert [run.local_date for run in back.owed] == [date(2026, 11, 20)]


def test_a_run_that_the_zones_rules_moved_is_not_owed_twice():
    moved = Run(datetime(2026, 11, 20, 6, 0, tzinfo=UTC), time(8, 0), date(2026, 11, 20))
    back = catch_up(Schedule(zone="Europe/Berlin"), moved, datetime(2026, 11, 20, 12, 30, tzinfo=UTC))
    assert (back.owed, back.skipped, back.next.local_date) == ((), (moved,), date(2026, 11, 21))


def test_gap_mates_are_both_owed():
    schedule = Schedule((time(2, 10), time(2, 50)), zone="Europe/Berlin")
    stored = next_run(schedule, datetime(2027, 3, 27, 12, tzinfo=UTC))
    back = catch_up(schedule, stored, stored.at)
    assert [run.slot for run in back.owed] == [time(2, 10), time(2, 50)]


@given(st.integers(-5, 10_000), st.timedeltas(MINUTE, DAY), st.timedeltas(timedelta(0), 30 * DAY))
def test_a_pause_grows_to_its_limit_and_no_further(attempts, first, most):
    pause = backoff(attempts, first=first, most=most)
    assert timedelta(0) <= pause <= most
    assert pause <= backoff(attempts + 1, first=first, most=most)
    assert pause == timedelta(0) or attempts > 0


def test_a_pause_doubles():
    pauses = [backoff(n, first=MINUTE, most=6 * MINUTE) / MINUTE for n in range(6)]
    assert pauses == [0, 1, 2, 4, 6, 6]


@given(st.integers(1, 10**9), st.timedeltas(timedelta(seconds=1), 10 * MINUTE))
def test_what_is_due_at_once_leaves_evenly_wherever_its_numbers_begin(first, over):
    waits = [spread(number, over) / over for number in range(first, first + 200)]
    assert all(0 <= wait <= 1 for wait in waits)
    in_tenths = [sum(tenth <= wait * 10 < tenth + 1 for wait in waits) for tenth in range(10)]
    assert all(17 <= count <= 23 for count in in_tenths)
