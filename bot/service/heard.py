"""What came in a span of time, as stories, looked up once for all the wishes that ask for it; it chooses none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

from bot.core.digest import LONG_AGO
from bot.core.filters import words_met
from bot.core.stories import group_articles
from bot.model import Article, Story, Wish
from bot.service.stores import Store

MOST_STORIES = 4000
"""Stories of one span: a day of 300 feeds brings about 3,000; their texts take 25 MB."""

STALE = timedelta(hours=48)  # what was published so long before the span is no news, as the store has it
MOST_UNPLACED = 1000


class Heard:
    """Stories that moved in a span; knows which of them have which words, and how many sources were heard in it."""

    def __init__(self, stories: Sequence[Story], sources: Callable[[], int]) -> None:
        self.stories = stories
        self.sources = cache(sources)
        self._having: dict[str, frozenset[int]] = {}

    def found(self, words: Sequence[str], story: Story) -> tuple[str, ...]:
        """Return those of the words that a story has; each word is looked for in all stories at once, and once."""
        return tuple(word for word in words if id(story) in self._with(word))

    def _with(self, word: str) -> frozenset[int]:
        if word not in self._having:
            having = (id(story) for story in self.stories if words_met([word], story.articles))
            self._having[word] = frozenset(having)
        return self._having[word]


def hear(
    store: Store,
    since_at: datetime | None,
    until_at: datetime,
    wish: Wish | None = None,
    *,
    limit: int = MOST_STORIES,
) -> Heard:
    """Look up the stories that moved in a span; with a wish, only what it can ask for.

    Articles that are not in a story yet, being only just here, are put together on the spot.
    """
    narrow = wish is not None and not wish.include
    topics, places = (wish.topics, wish.places) if wish is not None and narrow else ((), ())
    stories = store.stories(since_at=since_at, until_at=until_at, topics=topics, places=places, limit=limit)
    dated_since_at = None if since_at is None else since_at - STALE
    unplaced = [
        article
        for article in store.unplaced_articles(since_at=dated_since_at, limit=MOST_UNPLACED)
        if (since_at or LONG_AGO) < (article.added_at or LONG_AGO) <= until_at
    ]
    told = [*stories, *map(story_from_articles, group_articles(unplaced))]
    return Heard(told, lambda: store.sources_heard(since_at or LONG_AGO, until_at))


def story_from_articles(articles: Sequence[Article]) -> Story:
    """Make a story of articles that are about one event, its leading one first; its id is that of its oldest."""
    ids = [article.id for article in articles if article.id is not None]
    dates = [at for article in articles if (at := article.published_at or article.added_at)]
    return Story(
        title=articles[0].title,
        articles=tuple(articles),
        topics=tuple(dict.fromkeys(topic for article in articles for topic in article.topics)),
        places=tuple(dict.fromkeys(place for article in articles for place in article.places)),
        published_at=max(dates, default=None),
        first_at=min(dates, default=None),
        id=min(ids, default=None),
    )


def stories_from_articles(store: Store, articles: Sequence[Article]) -> list[Story]:
    """Return the stories that articles belong to, each once, in the order of the articles where that is known."""
    ids = [article.id for article in articles if article.id is not None]
    placed = store.stories_of(ids)
    members = {article.id for story in placed for article in story.articles}
    rest = [article for article in articles if article.id is None or article.id not in members]
    return [*placed, *map(story_from_articles, group_articles(rest))]
