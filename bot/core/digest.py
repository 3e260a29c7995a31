"""Stories + a wish → what a digest tells, in which order; it writes no sentence and fetches nothing.

Rules
    A story fits if it has one of the wish's topics and one of its places (none asked for: any). Stories that more
    sources carry come first, among equals the newest; no outlet leads more than half of them. At most
    `wish.most_stories` are told, and the rest is dropped.

Theory
    What several newsrooms chose independently matters more than what one did; what is newer is more useful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.model import Article, Story, Wish

WORDS_A_MINUTE = 230  # silent reading of English non-fiction: Brysbaert 2019, mean 238, rounded down
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def fits(article: Article, wish: Wish) -> bool:
    """Tell whether an article is what a wish asks for.

    >>> fits(Article("t", "x", topics=("tariffs",), places=("JP",)), Wish(topics=("tariffs",), places=("KR",)))
    False
    """
    topical = not wish.topics or bool(set(wish.topics) & set(article.topics))
    local = not wish.places or bool(set(wish.places) & set(article.places))
    return topical and local


def choose_stories(groups: Iterable[Sequence[Article]], wish: Wish) -> list[Story]:
    """Choose and order the stories of a digest, from groups of articles that tell one event each.

    A story carries no sentences yet. Its topics and places are in the order of its leading article, then of the
    others; topics that were wished for stand before those that were not.
    """
    stories = [_story(group, wish) for group in groups if any(fits(article, wish) for article in group)]
    stories.sort(key=lambda story: (-len(sources(story)), _age(story), story.title))
    return _varied(stories, wish.most_stories)


def sources(story: Story) -> tuple[str, ...]:
    """Name the outlets that carry a story, each once, the leading one first."""
    return tuple(dict.fromkeys(article.source for article in story.articles if article.source))


def reading_minutes(texts: Iterable[str]) -> float:
    """Estimate how long it takes to read texts."""
    return sum(len(text.split()) for text in texts) / WORDS_A_MINUTE


def _story(group: Sequence[Article], wish: Wish) -> Story:
    topics = dict.fromkeys(topic for article in group for topic in article.topics)
    return Story(
        title=group[0].title,
        articles=tuple(group),
        topics=tuple(sorted(topics, key=lambda topic: topic not in wish.topics)),
        places=tuple(dict.fromkeys(place for article in group for place in article.places)),
        published_at=max((at for article in group if (at := article.published_at or article.added_at)), default=None),
    )


def _age(story: Story) -> float:
    return -(story.published_at or LONG_AGO).timestamp()


def _varied(stories: list[Story], most: int) -> list[Story]:
    """Take stories in order, but let no outlet lead more than half of what is told while others wait."""
    share = max(1, most // 2)
    led: Counter[str] = Counter()
    first: list[Story] = []
    waiting: list[Story] = []
    for story in stories:
        outlet = story.articles[0].source
        if outlet and led[outlet] >= share:
            waiting.append(story)
        else:
            led[outlet] += 1
            first.append(story)
    return (first + waiting)[:most]
