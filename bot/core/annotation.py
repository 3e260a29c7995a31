"""An article → the same with its language, topics and places; it summarizes nothing.

It stands apart from `bot.core.analysis`, so that a process that does nothing else loads nothing else.
"""

from __future__ import annotations

from bot.core.language import detect_language
from bot.core.places import PlaceFinder
from bot.core.topics import TopicFinder
from bot.model import Article

MOST_READ = 300_000  # characters in which topics and places are looked for: fifty thousand words, half a book


def annotated(article: Article, topics: TopicFinder, places: PlaceFinder) -> Article:
    """Return the article with its language, topics and places, as far as it does not have them yet."""
    language = article.language or detect_language(f"{article.title}\n{article.text}")
    text = article.text[:MOST_READ]
    found = topics.find(text, title=article.title, language=language)
    # as `replace` does it, in a quarter of the time
    return Article(
        title=article.title,
        text=article.text,
        source=article.source,
        url=article.url,
        published_at=article.published_at,
        language=language,
        topics=article.topics or tuple([match.topic for match in found]),
        places=article.places or places.find(text, title=article.title),
        chat_id=article.chat_id,
        sample=article.sample,
        added_at=article.added_at,
        id=article.id,
    )
