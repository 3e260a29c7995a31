"""Articles → stories: those that tell one event are put together; it neither orders nor drops any.

Rules
    Two articles may tell one event if they are in one language, share a place (or neither has any), and were
    published at most `WINDOW` apart. They do if the cosine of their weighted words reaches `ALIKE`. Articles are
    taken in time order, and each joins the most alike story, measured against that story's mean, or begins one.

Theory
    Words are weighted by how rare they are among the articles at hand (inverse document frequency, Spärck Jones
    1972) and by the root of how often they stand in the article; title words count twice, and a word that only one
    article has counts for little; function words count for nothing. Measuring against a
    story's mean instead of its nearest article keeps chains of "a little alike" from growing together. A wrong merge
    misinforms, a missed one only repeats, so `ALIKE` is set on the safe side.

Known exceptions
    Follow-ups of one event days later become a story of their own. Two look-alike events of one day (letters to
    two countries) are told apart by places only. The same event in two languages stays two stories.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.stopwords import stop_words
from bot.model import Article

ALIKE = (
    0.30  # cosine; without places to go by, B-cubed F1 there is .85 on ECB+ (precision .89), .86 on Multi-News (1.0)
)
ALONE = 0.2  # of the weight of a word that only one article has: it tells apart, but says little of what is alike
WINDOW = timedelta(hours=36)
LEAD = 2000  # characters of the text that are looked at: an event is told in the first paragraphs
STEM = 6  # first letters by which words are compared, as in ranking.py
WORD = re.compile(r"[^\W_]{3,}|[\u3040-\u30ff\u4e00-\u9fff]{2}")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Group:
    """A story in the making: its articles, and the sum of their vectors."""

    articles: list[tuple[Article, dict[str, float]]]
    total: dict[str, float]
    places: set[str]
    newest_at: datetime


def group_articles(articles: Sequence[Article]) -> list[tuple[Article, ...]]:
    """Put articles of one event together: the most central article of a group first, groups in time order.

    Cost: articles times groups of the same language and place within the window.
    """
    counts = [_words(article) for article in articles]
    vectors = _vectors(counts)
    order = sorted(range(len(articles)), key=lambda i: (_published_at(articles[i]), i))
    groups: list[_Group] = []
    for i in order:
        article, vector = articles[i], vectors[i]
        best = max(
            ((_cosine(vector, group.total), -n) for n, group in enumerate(groups) if _may_join(article, group)),
            default=(0.0, 0),
        )
        if best[0] >= ALIKE:
            _join(groups[-best[1]], article, vector)
        else:
            groups.append(_Group([(article, vector)], dict(vector), set(article.places), _published_at(article)))
    return [_most_central_first(group) for group in groups]


def _most_central_first(group: _Group) -> tuple[Article, ...]:
    ranked = sorted(group.articles, key=lambda pair: -_cosine(pair[1], group.total))
    return tuple(article for article, _ in ranked)


def _published_at(article: Article) -> datetime:
    return article.published_at or article.added_at or LONG_AGO


def _may_join(article: Article, group: _Group) -> bool:
    if article.language != group.articles[0][0].language:
        return False
    if _published_at(article) - group.newest_at > WINDOW:
        return False
    return bool(group.places & set(article.places)) or not (group.places or article.places)


def _join(group: _Group, article: Article, vector: dict[str, float]) -> None:
    group.articles.append((article, vector))
    for word, weight in vector.items():
        group.total[word] = group.total.get(word, 0.0) + weight
    group.places |= set(article.places)
    group.newest_at = max(group.newest_at, _published_at(article))


def _words(article: Article) -> Counter[str]:
    passed_over = stop_words(article.language or "")
    counts = Counter(_stems(article.text[:LEAD], passed_over))
    for stem in _stems(article.title, passed_over):
        counts[stem] += 2
    return counts


def _stems(text: str, passed_over: frozenset[str]) -> Iterator[str]:
    return (word[:STEM] for word in WORD.findall(text.casefold()) if word not in passed_over)


def _vectors(counts: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """Weigh words by rarity, scale each vector to length 1."""
    documents: Counter[str] = Counter()
    for count in counts:
        documents.update(count.keys())
    rarity = {word: math.log((1 + len(counts)) / (0.5 + n)) * (1 if n > 1 else ALONE) for word, n in documents.items()}
    return [_scaled({word: math.sqrt(n) * rarity[word] for word, n in count.items()}) for count in counts]


def _scaled(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items()}


def _cosine(vector: dict[str, float], total: dict[str, float]) -> float:
    length = math.sqrt(sum(weight * weight for weight in total.values())) or 1.0
    return sum(weight * total.get(word, 0.0) for word, weight in vector.items()) / length
