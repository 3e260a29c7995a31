"""Stories + a wish → what a digest tells, in which order, how long; it writes no sentence and fetches nothing.

Rules
    1. A story fits if one of its reports has one of the wish's topics and one of its places (none asked for: any), or
       if it has a word of `include`. One that has a word of `exclude`, or is muted, is never told.
    2. It is worth `log2(1 + independent sources)`, halved every `HALF_LIFE` since its newest report, less where the
       wish's topics and places stand at the edge of the reports rather than in their middle, more where it has a word
       that was asked for, and by `MORE` or `FEWER` for each topic or place the chat leans to or from.
    3. What is told is chosen one by one, the worthiest first. A story is worth less the more of those before it share
       its first topic, its leading outlet or its places; no outlet leads more than half of what is told and no topic
       has more than six in ten, while others wait.
    4. At most `most_stories` and `most_minutes`: what no longer fits is told with fewer sentences, then left out.

Theory
    What several newsrooms chose independently matters more than what one did, with the logarithm because the tenth adds
    less than the second. Greedy choice with a discount for likeness is maximal marginal relevance (Carbonell &
    Goldstein 1998). A digest has an end: that is what tells it from a feed.

Known exceptions
    A report of one source that only a specialist would know to be great stands low. A word of `exclude` that one of ten
    reports says in passing takes the story away, as was asked. There is no measured set of "good digests" by others:
    the weights are set so that the examples in the tests come in the order an editor gave them, and no finer.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.core.filters import words_met
from bot.core.outlets import independent_reports
from bot.model import Article, Standing, Story, Wish

HALF_LIFE = timedelta(hours=18)  # one source now is worth as much as three 18 hours ago
ASIDE = 0.6  # of a topic that is not a report's first
EDGE = 0.5  # what a story is worth that has what was asked for in none of its reports' middles
ASKED = 1.5  # a word of `include` was typed by hand
MORE, FEWER = 1.6, 0.4
DISCOUNTS = {"topic": 0.85, "outlet": 0.7, "places": 0.8}  # for each story before it that is alike in that
TOPIC_SHARE, OUTLET_SHARE = 0.6, 0.5
LOOKED_AT = 200  # stories that are chosen from, the worthiest first

WORDS_A_MINUTE = 230  # silent reading of English non-fiction: Brysbaert 2019, mean 238, rounded down
LETTERS_A_WORD = 1.7  # where no spaces are written: 390 Chinese characters are read a minute
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Found = Callable[[Sequence[str], Story], tuple[str, ...]]


def words_of(words: Sequence[str], story: Story) -> tuple[str, ...]:
    """Return those of the words that any report of a story has."""
    return words_met(words, story.articles) if words else ()


def fits(article: Article, wish: Wish) -> bool:
    """Tell whether an article has the topics and places that a wish asks for.

    >>> fits(Article("t", "x", topics=("tariffs",), places=("JP",)), Wish(topics=("tariffs",), places=("KR",)))
    False
    """
    topical = not wish.topics or bool(set(wish.topics) & set(article.topics))
    local = not wish.places or bool(set(wish.places) & set(article.places))
    return topical and local


def is_wished(story: Story, wish: Wish, found: Found = words_of) -> bool:
    """Tell whether a story is what a wish asks for, its words and what is muted included."""
    if wish.muted and {story.id, *(article.id for article in story.articles)} & set(wish.muted):
        return False
    asked = any(fits(article, wish) for article in story.articles) or bool(found(wish.include, story))
    return asked and not found(wish.exclude, story)


def rank_stories(
    stories: Iterable[Story],
    wish: Wish,
    now: datetime,
    *,
    half_life: timedelta = HALF_LIFE,
    found: Found = words_of,
) -> list[Story]:
    """Return the stories that are wished for, the worthiest first, each with its standing (rank 0: none is chosen yet).

    Topics that were wished for stand before those that were not. `found` tells which words a story has.
    """
    ranked = [_judged(story, wish, now, half_life, found) for story in stories if is_wished(story, wish, found)]
    return sorted(ranked, key=lambda story: (-_score(story), -newest_at(story).timestamp(), story.title))


def choose_stories(ranked: Sequence[Story], wish: Wish) -> list[Story]:
    """Choose from ranked stories what a digest tells, in its order, each with its rank, so that none takes it over."""
    waiting = [_candidate(story) for story in ranked[: max(LOOKED_AT, wish.most_stories)]]
    quotas = _quotas(wish)
    seen: Counter[tuple[str, str]] = Counter()
    chosen: list[Story] = []
    while waiting and len(chosen) < wish.most_stories:
        free = [one for one in waiting if one.is_free(seen, quotas)]
        free = free or [one for one in waiting if one.is_free(seen, {"outlet": quotas["outlet"]})] or waiting
        best = max(free, key=lambda one: one.worth(seen))  # of equals the first, which is the better ranked
        waiting.remove(best)
        seen.update(best.signs)
        standing = best.story.standing
        assert standing is not None, "stories are ranked before they are chosen"
        chosen.append(replace(best.story, standing=replace(standing, rank=len(chosen) + 1)))
    return chosen


def within_minutes(stories: Iterable[Story], most_minutes: float) -> list[Story]:
    """Return the stories that can be read in so many minutes, in their order, some with fewer sentences.

    >>> long = Story("Pact", (), sentences=("word " * 150, "word " * 300), told_by=(0, 0))
    >>> [(len(story.sentences), story.told_by) for story in within_minutes([long, long], 1)]
    [(1, (0,)), (0, ())]
    """
    left = most_minutes
    kept: list[Story] = []
    for story in stories:
        for shorter in _shortened(story):
            minutes = reading_minutes(told_texts(shorter))
            if minutes <= left:
                kept.append(shorter)
                left -= minutes
                break
    return kept


def told_texts(story: Story) -> tuple[str, ...]:
    """Return everything of a story that a digest has to read."""
    return (story.title, *story.sentences, *story.changes)


def under_topics(stories: Sequence[Story], wish: Wish) -> list[tuple[str | None, list[Story]]]:
    """Put stories under their first topic, as a digest is laid out: topics as wished for, then as they appear.

    >>> told = [Story("a", (), topics=("energy",)), Story("b", (), topics=("tariffs",)), Story("c", ())]
    >>> [(topic, [story.title for story in under]) for topic, under in under_topics(told, Wish(topics=("tariffs",)))]
    [('tariffs', ['b']), ('energy', ['a']), (None, ['c'])]
    """
    order = dict.fromkeys([*wish.topics, *(topic for story in stories for topic in story.topics[:1])])
    under: dict[str | None, list[Story]] = {topic: [] for topic in [*order, None]}
    for story in stories:
        under[story.topics[0] if story.topics else None].append(story)
    return [(topic, told) for topic, told in under.items() if told]


def sources(story: Story) -> tuple[str, ...]:
    """Name the outlets that carry a story, each once, the leading one first, those of copies too."""
    return tuple(dict.fromkeys(article.source for article in story.articles if article.source))


def reading_minutes(texts: Iterable[str]) -> float:
    """Estimate how long it takes to read texts.

    >>> round(reading_minutes(["関税を引き上げる" * 100]), 1)
    2.0
    """
    words = 0.0
    for text in texts:
        unspaced = len(_UNSPACED.findall(text))
        words += (len(_UNSPACED.sub(" ", text).split()) if unspaced else len(text.split())) + unspaced / LETTERS_A_WORD
    return words / WORDS_A_MINUTE


def newest_at(story: Story) -> datetime:
    """Return when a story's newest report was published."""
    known = (article.published_at or article.added_at for article in story.articles)
    return story.published_at or max((at for at in known if at is not None), default=LONG_AGO)


def _judged(story: Story, wish: Wish, now: datetime, half_life: timedelta, found: Found) -> Story:
    reports = independent_reports(story)
    words = found(wish.include, story)
    age = max(now - newest_at(story), timedelta(0))
    topics = tuple(topic for topic in story.topics if topic in wish.topics)
    places = tuple(place for place in story.places if place in wish.places)
    score = math.log2(1 + len(reports)) * 0.5 ** (age / half_life)
    score *= _middle(wish.topics, [article.topics for article in reports])
    score *= _middle(wish.places, [article.places for article in reports])
    score *= ASKED if words else 1
    signs = {*story.topics, *story.places}
    score *= MORE ** len(signs & set(wish.more)) * FEWER ** len(signs & set(wish.fewer))
    standing = Standing(
        rank=0,
        score=round(score, 6),
        sources=len(reports),
        copies=sum(article.id in story.copies for article in story.articles),
        age=age,
        topics=topics,
        places=places,
        words=words,
    )
    in_order = tuple(sorted(story.topics, key=lambda topic: topic not in wish.topics))
    return replace(story, topics=in_order, published_at=newest_at(story), standing=standing)


def _middle(asked: Sequence[str], had: Sequence[Sequence[str]]) -> float:
    """Return 1 where all reports are first of all about what was asked for, down to `EDGE` where none mentions it."""
    if not asked or not had:
        return 1.0
    strengths = [
        max((1.0 if place == 0 else ASIDE for place, key in enumerate(keys) if key in asked), default=0.0)
        for keys in had
    ]
    return EDGE + (1 - EDGE) * sum(strengths) / len(strengths)


def _score(story: Story) -> float:
    return story.standing.score if story.standing is not None else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A ranked story that waits to be chosen; `signs` (kind and name) is what others may be alike in."""

    story: Story
    signs: tuple[tuple[str, str], ...]

    def is_free(self, seen: Mapping[tuple[str, str], int], quotas: Mapping[str, int]) -> bool:
        """Tell whether neither its topic nor its outlet has its full share yet."""
        return all(seen.get(sign, 0) < quotas.get(sign[0], sys.maxsize) for sign in self.signs)

    def worth(self, seen: Mapping[tuple[str, str], int]) -> float:
        """Return its score, less what it shares with those chosen before."""
        worth = _score(self.story)
        for sign in self.signs:
            worth *= DISCOUNTS[sign[0]] ** seen.get(sign, 0)
        return worth


def _candidate(story: Story) -> _Candidate:
    signs = [
        *(("topic", topic) for topic in story.topics[:1]),
        *(("outlet", article.source) for article in story.articles[:1] if article.source),
        *([("places", " ".join(sorted(story.places[:2])))] if story.places else []),
    ]
    return _Candidate(story, tuple(signs))


def _quotas(wish: Wish) -> dict[str, int]:
    """Return how many stories of one kind are told while others wait; a wish for one topic has no quota of topics."""
    quotas = {"outlet": max(1, int(wish.most_stories * OUTLET_SHARE))}
    if len(wish.topics) != 1:
        quotas["topic"] = max(1, math.ceil(wish.most_stories * TOPIC_SHARE))
    return quotas


def _shortened(story: Story) -> Iterable[Story]:
    """Yield a story, then with ever fewer sentences; what changed goes last."""
    yield story
    for n in range(len(story.sentences) - 1, -1, -1):
        yield replace(story, sentences=story.sentences[:n], told_by=story.told_by[:n])
    for n in range(len(story.changes) - 1, -1, -1):
        yield replace(story, sentences=(), told_by=(), changes=story.changes[:n])
