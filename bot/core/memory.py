"""What a chat was told, and whether a story moved since; it keeps nothing: the memory travels inside digests.

Rules
    1. A story was told if it, or one that is now a part of it, was in a digest or an alert: a story's id is that of an
       article, so an id told before that is among the story's articles is the same story. So is one whose leading
       report was told in another story, from which it was told apart since.
    2. It is *new* if it was not told; *developing* if it was and since then a report that is no copy says something
       new, or it is carried by `GREW` independent sources more and by half as many again; else it is *quiet*.
    3. A sentence says something new if `FRESH` of its words of content stand in none of the reports that were there
       when the chat was told, or if it has a figure that none of them has and `FRESH_BY_FIGURE` of its words are new.
    4. A story is remembered for `REMEMBERED` after its newest report.

Theory
    A paper that rewrites what was known takes its nouns and figures over; what happened since brings others. Comparing
    with the whole of the earlier reports, not only with the sentences that were told, errs towards silence: a story
    that is not repeated can be asked for, one that is repeated for nothing is why people leave.

Known exceptions
    A background article that tells the prehistory of a story is taken for a development. A denial in the same words
    ("did not agree" after "agreed") is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.digest import LONG_AGO, newest_at
from bot.core.outlets import independent_reports
from bot.core.stopwords import stop_words
from bot.model import Article, Story, Told

REMEMBERED = timedelta(days=7)
KNOWN_BY = 8  # reports of a story that are remembered with it
GREW = 3
FRESH = 0.5
FRESH_BY_FIGURE = 0.3
FEWEST_FRESH = 2  # words: one new name alone is a variant of spelling more often than news

_STEM = 6  # first letters by which words are compared, as in ranking.py
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u4e00-\u9fff]{2}")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_WHEN = frozenset(
    word
    for words in (
        "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow week month year",
        "january february march april may june july august september october november december",
    )
    for word in words.split()
)


def told_of(story: Story, told: Iterable[Told]) -> Told | None:
    """Return what a chat knows of a story, the latest where it was told more than once; None if it was not told.

    >>> at = LONG_AGO
    >>> merged = Story("t", (Article("a", "", id=7), Article("b", "", id=9)), id=7)
    >>> told_of(merged, [Told(9, 1, at, at)])
    Told(story_id=9, sources=1, newest_at=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), \
told_at=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), articles=())
    """
    ids = {story.id, *(article.id for article in story.articles)}
    lead_id = story.articles[0].id if story.articles else None
    known = (one for one in told if one.story_id in ids or lead_id in one.articles)
    return max(known, key=lambda one: one.told_at, default=None)


def reports_before(story: Story, at: datetime) -> tuple[Article, ...]:
    """Return the articles of a story that were there at an instant, copies too."""
    return tuple(article for article in story.articles if _came_at(article) <= at)


def reports_since(story: Story, at: datetime) -> tuple[Article, ...]:
    """Return the articles of a story that came after an instant and are no copies, the newest first."""
    came = [article for article in story.articles if _came_at(article) > at and article.id not in story.copies]
    return tuple(sorted(came, key=_came_at, reverse=True))


def has_grown(story: Story, told: Told) -> bool:
    """Tell whether so many more independent sources carry a story that it moved by that alone."""
    more = len(independent_reports(story)) - told.sources
    return more >= max(GREW, told.sources / 2)


def new_sentences(
    candidates: Sequence[tuple[int, str]], known: Sequence[Article], *, language: str, most: int
) -> list[tuple[int, str]]:
    """Return those of the sentences that say what none of the known articles does, none twice; at most so many.

    Args:
        candidates: sentences with the place of their article, the best first.
        known: the articles the reader may know of.
        language: of the sentences.
        most: how many at most.

    >>> before = [Article("Duty on steel", "Tokyo said the duty of 15 percent on steel plate would hurt its mills.")]
    >>> new_sentences([(0, "The duty of 15 percent on steel would hurt mills, Tokyo said."),
    ...     (1, "Parliament voted to answer with a levy on soybeans.")], before, language="en", most=2)
    [(1, 'Parliament voted to answer with a levy on soybeans.')]
    """
    passed_over = stop_words(language)
    words, figures = set[str](), set[str]()
    for article in known:
        text = f"{article.title}\n{article.text}"
        words |= _stems(text, passed_over)
        figures |= set(_FIGURE.findall(text))
    chosen: list[tuple[int, str]] = []
    for place, sentence in candidates:
        if len(chosen) < most and _says_new(sentence, words, figures, passed_over):
            chosen.append((place, sentence))
            words |= _stems(sentence, passed_over)
            figures |= set(_FIGURE.findall(sentence))
    return chosen


def told_before(story: Story, at: datetime) -> Told | None:
    """Return what somebody knows of a story who read everything up to an instant; None if it began later."""
    before = reports_before(story, at)
    if not before or story.id is None:
        return None
    known = replace(story, articles=before, published_at=None)
    return Told(story.id, len(independent_reports(known)), newest_at(known), at)


def joined(before: Iterable[Told], since: Iterable[Told]) -> tuple[Told, ...]:
    """Put two memories together; of a story told twice the later telling counts.

    >>> at = LONG_AGO
    >>> once, again = Told(7, 3, at, at), Told(7, 5, at, at + timedelta(days=1))
    >>> joined([again], [once]) == (again,)
    True
    """
    memory = {one.story_id: one for one in sorted([*before, *since], key=lambda one: one.told_at)}
    return tuple(sorted(memory.values(), key=lambda one: one.story_id))


def told_after(
    before: Iterable[Told], told: Iterable[Story], quiet: Iterable[Story], *, now: datetime
) -> tuple[Told, ...]:
    """Return what a chat knows after a digest: what it knew and may still move, and the digest's stories.

    Args:
        before: what it knew.
        told: the stories that the digest tells.
        quiet: stories that it knows, that came up again and were left out: they are remembered for longer.
        now: when the digest is told.
    """
    memory = {one.story_id: one for one in before}
    for story in quiet:
        if (known := told_of(story, memory.values())) is not None:
            memory[known.story_id] = replace(known, newest_at=max(known.newest_at, newest_at(story)))
    for story in told:
        if story.id is not None:
            reports = independent_reports(story)
            ids = tuple(one.id for one in reports[:KNOWN_BY] if one.id is not None)
            memory[story.id] = Told(story.id, len(reports), newest_at(story), now, ids)
    fresh = (one for one in memory.values() if now - max(one.newest_at, one.told_at) <= REMEMBERED)
    return tuple(sorted(fresh, key=lambda one: one.story_id))


def _says_new(sentence: str, words: set[str], figures: set[str], passed_over: frozenset[str]) -> bool:
    own = _stems(sentence, passed_over)
    fresh = own - words
    if len(fresh) < FEWEST_FRESH:
        return False
    new_figure = bool(set(_FIGURE.findall(sentence)) - figures)
    return len(fresh) >= (FRESH_BY_FIGURE if new_figure else FRESH) * len(own)


def _stems(text: str, passed_over: frozenset[str]) -> set[str]:
    found = _WORD.findall(text.casefold())
    return {word[:_STEM] for word in found if word not in passed_over and word not in _WHEN}


def _came_at(article: Article) -> datetime:
    """Return when the store had an article: that, and not when it was published, decides what a chat could be told."""
    return article.added_at or article.published_at or LONG_AGO
