"""When a story breaks, and when a chat may be told of it at once; it looks nothing up and sends nothing.

Rules
    1. A story breaks when `SOURCES` independent sources have reported it within `WITHIN`: it is told at once, if that
       was no more than `FRESH` ago.
    2. A report counts at the instant it was published, or came in where that is not known: a date without a time
       (midnight to the second, UTC) is no instant. None counts later than it came in.
    3. A chat is told at most `MOST_A_DAY` times on a local date. In its quiet hours nothing is sent: what broke is in
       one message when they end. It counts on the day it is sent.

Theory
    Three newsrooms that are not one another's copies within two hours is what editors call breaking. The time is the
    publisher's own, because feeds are asked at most every few minutes, and after an outage all at once.

Known exceptions
    Feeds that publish hours late never alert. An article published in the second of midnight counts when it came in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.digest import LONG_AGO
from bot.core.outlets import one_an_outlet
from bot.core.timing import first_instant
from bot.model import Alerted, Article, Schedule, Story

SOURCES = 3
WITHIN = timedelta(hours=2)
FRESH = timedelta(hours=2)
MOST_A_DAY = 3


def broke_at(story: Story) -> datetime | None:
    """Return when a story broke: when the third independent source in two hours reported it; None if none did.

    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> reports = [Article("t", "", source=name, published_at=noon + timedelta(minutes=minutes))
    ...     for name, minutes in (("Kairos Wire", 1), ("Harbor Post", 100), ("Meridian Daily", 130), ("Ostsee", 200))]
    >>> broke_at(Story("t", tuple(reports))).time(), broke_at(Story("t", tuple(reports[:2])))
    (datetime.time(15, 20), None)
    """
    own = (article for article in story.articles if article.id not in story.copies)
    in_order = one_an_outlet(sorted(own, key=reported_at))
    moments = [reported_at(article) for article in in_order]
    for first, last in zip(moments, moments[SOURCES - 1 :], strict=False):
        if last - first <= WITHIN:
            return last
    return None


def is_breaking(story: Story, now: datetime) -> bool:
    """Tell whether a story broke just now."""
    at = broke_at(story)
    return at is not None and now - at <= FRESH


def reported_at(article: Article) -> datetime:
    """Return the instant a report counts at."""
    came_at = article.added_at or article.published_at or LONG_AGO
    published_at = article.published_at
    if published_at is None or published_at.astimezone(UTC).time() == time():
        return came_at
    return min(published_at, came_at)


def quiet_until(schedule: Schedule, now: datetime) -> datetime | None:
    """Return when the quiet hours end that now is in; None outside of them.

    >>> schedule = Schedule(zone="Asia/Tokyo", quiet_from=time(22), quiet_until=time(7))
    >>> quiet_until(schedule, datetime(2026, 11, 20, 14, tzinfo=UTC)).isoformat()
    '2026-11-20T22:00:00+00:00'
    """
    begin, end = schedule.quiet_from, schedule.quiet_until
    if begin is None or end is None or begin == end:
        return None
    there = ZoneInfo(schedule.zone)
    local = now.astimezone(there)
    clock = local.time().replace(tzinfo=None)
    over_midnight = begin > end
    quiet = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    if not quiet:
        return None
    wakes_tomorrow = over_midnight and clock >= begin
    day = local.date() + timedelta(days=int(wakes_tomorrow))
    at = first_instant(datetime.combine(day, end), there)
    # where clocks go back, the hours that come twice are quiet once only
    return at if at is not None and at > now else None


def told_on(alerts: Iterable[Alerted], due_at: datetime, zone: str) -> int:
    """Count the alerts that a chat has on the local date of an instant; what it asked for is none."""
    there = ZoneInfo(zone)
    day = due_at.astimezone(there).date()
    return sum(alert.due_at.astimezone(there).date() == day for alert in alerts if not alert.asked)
