"""When a feed is asked again, and when it counts as dead or silent; it asks nothing and knows no clock.

Rule: after an answer, half the last pause if it brought something new, twice the last pause if not, but not less than
a quarter and not more than twice the gap that is usual between the feed's articles. A pause that the feed (TTL) or its
server (Cache-Control) wants is a lower bound, up to 6 hours. All of it stays between 5 minutes and 6 hours; the
operator's own pause is a lower bound too, even above 6 hours.

Theory: outlets publish in bursts and by the clock of their place. The median gap tells the burst's pace, whatever a
night or a weekend between the articles says; an eighth of the time since the newest tells that the burst is over. What
the last poll brought corrects both, since many feeds have dates that are rounded, wrong or missing.

Known exceptions: a feed that gives all its articles one date (a weekly edition) has no gaps, and is asked by what its
polls bring alone. One whose dates run ahead of the clock looks busy until the clock has reached them. A Retry-After of
more than a day is taken for a day: some servers send a year where they mean "go away", and a day costs them nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.errors import CommuniqueError
from bot.model import Feed, FeedState

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)

MOST_DATES = 20
"""Newest articles whose gaps are looked at: a busy paper's day, a ministry's month."""

FEWEST_GAPS = 3
"""Below that many gaps there is no rhythm to speak of."""

QUICKEST, SLOWEST = 1 / 4, 2.0
"""Share of the usual gap that a pause has at least and at most: four asks an article, or an article every other."""

OVER = 8
"""A pause follows the time since the newest article at this ratio: silent for two days, asked every six hours."""

DEAD_AFTER = timedelta(days=5)
"""A feed that failed for this long is set aside (issue 3)."""

SILENT_AFTER = timedelta(days=7)
"""A feed that answers but brought nothing new for this long is silent (issue 3)."""

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY_AFTER = timedelta(days=1)
LONGEST_ERROR = 300  # characters of an error that are kept

_SECOND = timedelta(seconds=1)
_DOUBLINGS = 10  # more than from 5 minutes to 6 hours; keeps the power small


def next_pause(
    feed: Feed,
    *,
    published: Sequence[datetime],
    new: int,
    now: datetime,
    ttl: timedelta | None = None,
    max_age: timedelta | None = None,
    floor: timedelta = timedelta(0),
) -> timedelta:
    """Return how long to wait before a feed is asked again.

    Args:
        feed: with the `interval` that was waited this time.
        published: when its articles came out, in any order; empty where nothing was read or dated.
        new: how many of them were not known.
        now: an aware instant.
        ttl: the pause the feed asks for.
        max_age: how long its server wants the answer to be kept.
        floor: the shortest pause the operator wants.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    >>> hourly = [now - timedelta(hours=n) for n in range(10)]
    >>> waited = Feed("https://kairos.example/feed", interval=timedelta(minutes=40))
    >>> str(next_pause(waited, published=hourly, new=2, now=now))
    '0:20:00'
    >>> str(next_pause(waited, published=hourly, new=0, now=now, ttl=timedelta(hours=3)))
    '3:00:00'
    """
    pause = _bounded(feed.interval, _SECOND, LONGEST)
    pause = pause / 2 if new else pause * 2
    gap = _usual_gap(published, now)
    if gap is not None:
        pause = _bounded(pause, gap * QUICKEST, gap * SLOWEST)
    for wanted in (ttl, max_age):
        if wanted is not None:
            pause = max(pause, min(wanted, LONGEST))
    return _bounded(pause, max(SHORTEST, floor), max(LONGEST, floor))


def after_success(feed: Feed, *, pause: timedelta, new: int, now: datetime) -> Feed:
    """Return a feed that answered: asked again after the pause, whatever was wrong with it before.

    Its `newest_at` begins to run with the first answer, so that one which never brings anything is silent some day.
    """
    came_back = feed.state is FeedState.ASIDE
    return Feed(  # field by field: `replace` takes twice as long, and most feeds of most polls come here
        id=feed.id,
        url=feed.url,
        name=feed.name,
        language=feed.language,
        country=feed.country,
        kind=feed.kind,
        ownership=feed.ownership,
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_hash=feed.body_hash,
        state=FeedState.ACTIVE,
        interval=pause,
        next_poll_at=now + pause,
        polled_at=now,
        newest_at=now if new or feed.newest_at is None else feed.newest_at,
        failing_since_at=None,
        failures=0,
        last_error="",
        told_at=None if new or came_back else feed.told_at,
    )


def after_failure(feed: Feed, error: CommuniqueError, now: datetime, *, floor: timedelta = timedelta(0)) -> Feed:
    """Return a feed that could not be had: asked again after 5 minutes, then twice that, and so on up to 6 hours.

    Not before the server allows it (`error.retry_after`), nor before the operator's own pause (`floor`) is over, and
    no more once it has failed for 5 days: it is set aside.

    >>> from datetime import UTC
    >>> from bot.errors import FetchError
    >>> now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    >>> feed = after_failure(Feed("https://kairos.example/feed"), FetchError("timeout", "kairos.example"), now)
    >>> feed.failures, str(feed.next_poll_at - now), feed.last_error
    (1, '0:05:00', 'timeout: kairos.example')
    >>> str(after_failure(feed, FetchError("timeout", "kairos.example"), now + timedelta(days=5)).state)
    'aside'
    """
    since = feed.failing_since_at or now
    dead = now - since >= DEAD_AFTER
    pause = max(min(FIRST_RETRY * 2 ** min(feed.failures, _DOUBLINGS), LONGEST), floor)
    retry_after = _retry_after(error)
    if retry_after is not None:
        pause = max(pause, retry_after)
    told_at = None if dead and feed.state is FeedState.ACTIVE else feed.told_at
    return replace(
        feed,
        state=FeedState.ASIDE if dead else feed.state,
        next_poll_at=now + pause,
        polled_at=now,
        failing_since_at=since,
        failures=feed.failures + 1,
        last_error=str(error)[:LONGEST_ERROR],
        told_at=told_at,
    )


def is_silent(feed: Feed, now: datetime) -> bool:
    """Tell whether a feed answers but brought nothing new for a week.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    >>> is_silent(Feed("https://kairos.example/feed", polled_at=now, newest_at=now - timedelta(days=7)), now)
    True
    """
    answers = feed.state is FeedState.ACTIVE and feed.polled_at is not None and not feed.failures
    return answers and feed.newest_at is not None and now - feed.newest_at >= SILENT_AFTER


def _usual_gap(published: Sequence[datetime], now: datetime) -> timedelta | None:
    """Return the median gap between the newest articles, or an eighth of the time since, if that is more."""
    if len(published) <= FEWEST_GAPS:
        return None
    dates = sorted(set(published), reverse=True)[:MOST_DATES]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(dates)]
    if len(gaps) < FEWEST_GAPS:
        return None
    since = max((now - dates[0]).total_seconds(), 0)
    return timedelta(seconds=max(statistics.median(gaps), since / OVER))


def _retry_after(error: CommuniqueError) -> timedelta | None:
    seconds = getattr(error, "retry_after", None)
    if seconds is None or not seconds > 0:  # a NaN is not above 0 either
        return None
    return timedelta(seconds=min(seconds, LONGEST_RETRY_AFTER.total_seconds()))


def _bounded(pause: timedelta, least: timedelta, most: timedelta) -> timedelta:
    return max(min(pause, most), least)
