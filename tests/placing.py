"""Articles put into stories as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Article, Placing, StoryHead
from bot.store.sql import SqlStore


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
