"""An article → its language, topics and places; it summarizes nothing.

It stands apart from `bot.core.analysis`, so that a process that does nothing else loads nothing else.
"""

from __future__ import annotations

from bot.core.language import detect_language
from bot.core.places import PlaceFinder
from bot.core.topics import TopicFinder
from bot.model import Article

MOST_READ = 300_000  # characters in which topics and places are looked for: fifty thousand words, half a book

Annotation = tuple[str | None, tuple[str, ...], tuple[str, ...]]
"""An article's language, topics and places."""


def annotation(article: Article, topics: TopicFinder, places: PlaceFinder) -> Annotation:
    """Return what is read out of an article, or what it has already."""
    language = article.language or detect_language(f"{article.title}\n{article.text}")
    text = article.text[:MOST_READ]
    found = topics.find(text, title=article.title, language=language)
    return (
        language,
        article.topics or tuple([match.topic for match in found]),
        article.places or places.find(text, title=article.title),
    )
