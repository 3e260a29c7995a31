"""Instants at which stories began → how many a day, where the reader is; it knows no store and draws nothing.

Rules
    A story counts on the day it began, in the reader's zone; the day that is not over yet counts too. A period is
    compared with the equally long one before it only where the store reaches back that far.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import DayCount, Trend

PERIODS = (7, 30, 90)
"""Days a trend may cover: a week, a month, as long as articles are kept."""

_PERIOD = re.compile(r"(?<!\S)(\d{1,4})\s*(d|days?|w|weeks?|m|months?)(?!\S)", re.IGNORECASE)
_LENGTH = {"d": 1, "w": 7, "m": 30}
_STILL = 10  # a difference of no more than this part of what was before is no news


def split_period(words: str) -> tuple[str, int]:
    """Take the period out of words; return the other words and the days: the shortest of `PERIODS` that holds it.

    >>> split_period("tariffs 30d")
    ('tariffs', 30)
    >>> split_period("2 weeks japan")
    ('japan', 30)
    """
    match = _PERIOD.search(words)
    if match is None:
        return " ".join(words.split()), PERIODS[0]
    asked = int(match[1]) * _LENGTH[match[2][0].lower()]
    days = next((each for each in PERIODS if each >= asked), PERIODS[-1])
    return " ".join(f"{words[: match.start()]} {words[match.end() :]}".split()), days


def span(now: datetime, days: int, zone: str) -> tuple[datetime, datetime]:
    """Return the instants at which a period of local days, today the last, and the one before it begin."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    first = today - timedelta(days=days - 1)
    return _midnight(first, here), _midnight(first - timedelta(days=days), here)


def trend_from(
    starts: Iterable[datetime],
    *,
    now: datetime,
    days: int,
    zone: str,
    reaches_back_to: datetime | None,
    topics: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
) -> Trend:
    """Count stories by local day.

    Args:
        starts: when stories began, those of the period before among them.
        now: the present; its local day is the last one.
        days: how many days.
        zone: the reader's IANA zone.
        reaches_back_to: when the oldest story of the store began.
        topics: keys the stories were chosen by.
        places: keys the stories were chosen by.
    """
    here = ZoneInfo(zone)
    _, before_at = span(now, days, zone)
    today = now.astimezone(here).date()
    shown = [today - timedelta(days=n) for n in reversed(range(days))]
    counts = Counter(at.astimezone(here).date() for at in starts)
    before = sum(n for day, n in counts.items() if shown[0] - timedelta(days=days) <= day < shown[0])
    reaches = reaches_back_to is not None and reaches_back_to <= before_at + timedelta(days=1)
    return Trend(
        topics=topics,
        places=places,
        days=tuple(DayCount(day, counts[day]) for day in shown),
        before=before if reaches else None,
    )


def change(trend: Trend) -> float | None:
    """Return how much more there was than before, as a share (0.5: half as many again); None where unknown.

    A difference of a tenth or less is 0.
    """
    if not trend.before:
        return None
    difference = trend.total - trend.before
    return 0.0 if abs(difference) * _STILL <= trend.before else difference / trend.before


def peak(trend: Trend) -> DayCount | None:
    """Return the day with the most stories, the newest of several; None where there were none."""
    best = max(reversed(trend.days), key=lambda each: each.stories, default=None)
    return best if best is not None and best.stories else None


def by_week(trend: Trend) -> tuple[DayCount, ...]:
    """Add days up by sevens, the last seven ending today; each is named by its first day.

    What is left at the beginning is a shorter week.
    """
    weeks: list[DayCount] = []
    days = list(trend.days)
    while days:
        week, days = days[-7:], days[:-7]
        weeks.append(DayCount(week[0].day, sum(each.stories for each in week)))
    return tuple(reversed(weeks))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
