"""When the stories of the database began; how they are counted is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.store.tables import article_places, article_topics, articles, stories
from bot.store.transactions import Part


class Trends(Part):
    """The store's trends; see `bot.service.stores.TrendStore`."""

    def story_starts(
        self, *, since_at: datetime, topics: Sequence[str] = (), places: Sequence[str] = ()
    ) -> list[datetime]:
        """Return when the stories that began at an instant or later did, in time order."""
        query = sa.select(stories.c.first_at).where(stories.c.first_at >= since_at, stories.c.merged_into.is_(None))
        for table, column, keys in (
            (article_topics, article_topics.c.topic, topics),
            (article_places, article_places.c.place, places),
        ):
            if keys:
                having = sa.select(articles.c.story_id).join(table, table.c.article_id == articles.c.id)
                query = query.where(stories.c.id.in_(having.where(column.in_(list(keys)))))
        with self._transactions.reading() as db:
            return list(db.execute(query.order_by(stories.c.first_at)).scalars())

    def first_story_at(self) -> datetime | None:
        """Return when the oldest story that is kept began, None where there is none."""
        query = sa.select(stories.c.first_at).where(stories.c.merged_into.is_(None)).order_by(stories.c.first_at)
        with self._transactions.reading() as db:
            return db.execute(query.limit(1)).scalar()
