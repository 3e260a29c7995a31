"""When a digest is due, and how long to pause after a failure.

It asks no clock and keeps no schedule: instants come in and go out as aware UTC datetimes.

Rule: a slot runs once on every local date the zone has and the schedule allows: at the first instant at which the
zone's clocks show the slot's time or, where a gap skips it, at the first instant after the gap.

Theory: the instant at which clocks first show a time or a later one never falls while local times rise. So runs are
ordered by local date and slot alone, and that pair, not the instant, is where iteration goes on. Two slots in one gap
share an instant and are still two runs.

Known exceptions: a local date that a zone skips whole (Apia, 2011-12-30) has no runs; a gap is found to the second,
which is how finely tzdata tells it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bot.model import MISSED_FOR, Run, Schedule

_GOLDEN = (5**0.5 - 1) / 2
MOST_SKIPPED_LISTED = 20  # a bot that was down for a week with three slots a day still tells nearly each of them


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What is to be done with a run that has come due.

    `skipped` and `owed` are runs in their order, the given run first; `next` is the first run that is not due yet.
    Together they are the steps a subscription takes: each run's next is the one behind it. `skipped` lists
    at most MOST_SKIPPED_LISTED, the oldest; `skipped_count` counts all of them.
    """

    owed: tuple[Run, ...]
    skipped: tuple[Run, ...]
    skipped_count: int
    next: Run


def next_run(schedule: Schedule, after: datetime | Run) -> Run:
    """Return the first run after an instant or after another run of the schedule.

    Start with an instant and go on with the runs themselves: that way none is lost or repeated, even where
    two share an instant, and even if the zone's rules change between two calls.

    Args:
        schedule: at least one slot and one day, in a zone that tzdata knows.
        after: an aware datetime (the run is strictly later), or a run (the next slot or local date behind it).

    Raises:
        ValueError: the schedule has no slot or no day, or `after` is a naive datetime.
        zoneinfo.ZoneInfoNotFoundError: the zone is unknown.

    >>> autumn = Schedule((time(2, 30),), zone="Europe/Berlin")
    >>> first = next_run(autumn, datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    >>> first.at.isoformat(), next_run(autumn, first).at.isoformat()
    ('2026-10-25T00:30:00+00:00', '2026-10-26T01:30:00+00:00')
    """
    if not schedule.slots or not schedule.days:
        raise ValueError("a schedule without slots or days has no next run")
    if isinstance(after, Run):
        return next(_runs(schedule, after.local_date, behind=after.slot))
    if after.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    first_date = after.astimezone(ZoneInfo(schedule.zone)).date()
    return next(run for run in _runs(schedule, first_date) if run.at > after)


def catch_up(schedule: Schedule, run: Run, now: datetime) -> CatchUp:
    """Decide what is owed when a run's instant has come, perhaps long ago.

    What was due no more than MISSED_FOR before `now` is owed, what was due earlier is skipped. Work is bounded: behind
    MOST_SKIPPED_LISTED runs it jumps. The jump counts by the calendar, so a date that a zone skips whole counts too.

    >>> daily = Schedule((time(8, 0),), zone="UTC")
    >>> stored = next_run(daily, datetime(2026, 11, 18, 9, 0, tzinfo=UTC))
    >>> back = catch_up(daily, stored, datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    >>> [str(run.local_date) for run in back.owed], back.skipped_count, str(back.next.local_date)
    (['2026-11-21'], 2, '2026-11-22')
    """
    oldest = now - MISSED_FOR
    skipped: list[Run] = []
    while run.at < oldest and len(skipped) < MOST_SKIPPED_LISTED:
        skipped.append(run)
        run = next_run(schedule, run)
    skipped_count = len(skipped)
    if run.at < oldest:
        kept = next_run(schedule, oldest - timedelta(microseconds=1))
        skipped_count += _ordinal(schedule, kept) - _ordinal(schedule, run)
        run = kept
    owed: list[Run] = []
    while run.at <= now:
        owed.append(run)
        run = next_run(schedule, run)
    return CatchUp(tuple(owed), tuple(skipped), skipped_count, run)


def backoff(attempts: int, *, first: timedelta, most: timedelta) -> timedelta:
    """Return the pause after so many failures in a row: `first`, doubled with each further one, `most` at last.

    Nothing failed, no pause. It has no chance in it; a caller that fears a stampede adds its own.

    >>> [backoff(n, first=timedelta(seconds=1), most=timedelta(minutes=1)).seconds for n in (0, 1, 2, 3, 9)]
    [0, 1, 2, 4, 60]
    """
    if attempts <= 0:
        return timedelta(0)
    pause = first
    for _ in range(attempts - 1):
        if pause >= most:
            break
        pause *= 2
    return min(pause, most)


def spread(number: int, over: timedelta) -> timedelta:
    """Return how long after its instant the one with a number leaves, of many that are due at once: less than `over`.

    Multiples of the golden ratio, without their whole parts, lie evenly however many follow one another (Knuth, "The
    Art of Computer Programming", 6.4). The same number waits as long every time.

    >>> [spread(number, timedelta(seconds=60)).seconds for number in range(1, 6)]
    [37, 14, 51, 28, 5]
    """
    return over * (number * _GOLDEN % 1)


def _runs(schedule: Schedule, first_date: date, *, behind: time | None = None) -> Iterator[Run]:
    """Yield runs from a local date on, on that date only those of slots behind a time if one is given."""
    zone = ZoneInfo(schedule.zone)
    slots = sorted(set(schedule.slots))
    for days in count():  # ends where the calendar does, with an OverflowError in the year 9999
        local_date = first_date + timedelta(days=days)
        if local_date.weekday() not in schedule.days:
            continue
        for slot in slots:
            if days == 0 and behind is not None and slot <= behind:
                continue
            at = first_instant(datetime.combine(local_date, slot), zone)
            if at is not None:
                yield Run(at, slot, local_date)


def first_instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a local time is due, or None if its whole date is skipped."""
    at = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local:
        return at
    # In a gap fold 0 reckons with the offset before it and so lands behind it, fold 1 before it (PEP 495).
    early = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((at - early).total_seconds()) + 1)
    passed = bisect_left(
        seconds, x=True, key=lambda s: (early + timedelta(seconds=s)).astimezone(zone).replace(tzinfo=None) >= local
    )
    gap_ends_at = (early + timedelta(seconds=passed)).replace(microsecond=0)
    dates = {(gap_ends_at - timedelta(seconds=s)).astimezone(zone).date() for s in (0, 1)}
    return gap_ends_at if local.date() in dates else None


def _ordinal(schedule: Schedule, run: Run) -> int:
    """Return how many slots the calendar has before a run, counted from the year 1."""
    weeks, rest = divmod(run.local_date.toordinal() - 1, 7)  # day 1 was a Monday
    allowed_days = weeks * len(schedule.days) + sum(day < rest for day in schedule.days)
    slots = sorted(set(schedule.slots))
    return allowed_days * len(slots) + (
        bisect_left(slots, run.slot) if run.local_date.weekday() in schedule.days else 0
    )
