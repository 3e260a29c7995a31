"""A week of stories → how they moved, by the days of where the review is read; it chooses none and draws nothing.

Rule: a report belongs to the local date on which it was published; a story is counted on every day it had one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.model import Story, TopicDayCount

HALF_LIFE = timedelta(days=14)  # a week's biggest story may have been on its first day


def reports_by_day(story: Story, zone: str) -> tuple[tuple[date, int], ...]:
    """Return on which days a story had independent reports, and how many; those without a date are left out.

    >>> from datetime import UTC, datetime
    >>> from bot.model import Article
    >>> late = Article("t", "", source="Kairos Wire", published_at=datetime(2026, 11, 20, 23, tzinfo=UTC))
    >>> reports_by_day(Story("t", (late,)), "Asia/Tokyo")
    ((datetime.date(2026, 11, 21), 1),)
    """
    there = ZoneInfo(zone)
    days = Counter(
        article.published_at.astimezone(there).date()
        for article in story.articles
        if article.published_at is not None and article.id not in story.copies
    )
    return tuple(sorted(days.items()))


def count_days(stories: Iterable[Story], topics: Iterable[str], zone: str) -> tuple[TopicDayCount, ...]:
    """Return how many stories each topic had a day; each story is counted under its first topic of those asked for."""
    counted: Counter[tuple[str, date]] = Counter()
    asked = tuple(topics)
    for story in stories:
        topic = next((one for one in asked if one in story.topics), story.topics[0] if story.topics else "")
        for day, _ in reports_by_day(story, zone):
            counted[topic, day] += 1
    return tuple(TopicDayCount(topic, day, number) for (topic, day), number in sorted(counted.items()))
