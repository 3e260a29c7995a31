"""A wish and a period → how many stories a day; it draws nothing and says no sentence."""

from __future__ import annotations

from datetime import datetime

from bot.core.trend import span, trend_from
from bot.model import Trend, Wish
from bot.service.stores import TrendStore


class Trends:
    """Counts stories over time."""

    def __init__(self, store: TrendStore) -> None:
        self._store = store

    def trend(self, wish: Wish, now: datetime, *, days: int, zone: str) -> Trend:
        """Count the stories a day that have one of the wish's topics and one of its places (none: any).

        Args:
            wish: whose topics and places count; its filters by words don't.
            now: the present.
            days: how many days, today the last.
            zone: the IANA zone whose days are meant.
        """
        _, before_at = span(now, days, zone)
        return trend_from(
            self._store.story_starts(since_at=before_at, topics=wish.topics, places=wish.places),
            now=now,
            days=days,
            zone=zone,
            reaches_back_to=self._store.first_story_at(),
            topics=wish.topics,
            places=wish.places,
        )
