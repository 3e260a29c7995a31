"""Articles put into stories as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Article, Placing, StoryHead
from bot.store.sql import SqlStore

TEXT = (
    "{0} said the tariff on steel from Japan would rise. Importers in the United States expect higher prices. {0} met."
)
"""A report in which somebody raises a duty: the name goes into it."""


def add_story(
    store: SqlStore, articles: Sequence[Article], at: datetime, *, copies: Sequence[int] = ()
) -> list[Article]:
    """Keep articles of one event as one story, led by the first; `copies` are places in the list."""
    kept = [one for one, _ in store.add_articles(articles, at)]
    join_story(store, kept, copies=[kept[place].id for place in copies])
    return kept


def join_story(store: SqlStore, members: Sequence[Article], *, copies: Sequence[int | None] = ()) -> None:
    """Make stored articles one story."""
    first = members[0]
    placings = [Placing(one.id, first.id, first.id if one.id in copies else None) for one in members]
    dates = sorted(one.published_at for one in members)
    head = StoryHead(first.id, first.id, first.title, "en", dates[0], dates[-1])
    assert store.place_articles(placings, [head], turn=store.story_turn())


def add_days(store: SqlStore, now: datetime, count: int) -> None:
    """Keep a story for each of the last days, today's first."""
    for n in range(count):
        at = now - timedelta(days=n, hours=2)
        url, text = f"https://a.example/{n}", TEXT.format(f"Minister {n}")
        told = Article(f"Duty {n}", text, "Kairos Wire", url=url, published_at=at, topics=("tariffs",), language="en")
        add_story(store, [told], at)
