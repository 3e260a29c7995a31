"""Weighs a text's words for and against each topic, by a table that was fitted on labeled texts and can be read.

It does not know the phrases of the vocabulary, learns nothing at run time and chooses no topic: `bot.core.topics` does.

Rules
    1. Words count in their singular, alone and in pairs of neighbors; names of countries count together, as how many
       different ones there are. A word in the title counts twice, one said again adds the logarithm of how often.
    2. A topic's sum has the weights of its own words and of the words of `all`, divided by a measure of the text's
       length, and of twelve measures (`MEASURES`): what the phrases of the vocabulary say, how many countries are
       named, how much is everyday life (sport, shows, cooking, weather), how long the text is and whether it is a
       headline alone.
    3. The chance of the topic is the logistic function of that sum.

Theory
    Logistic regression with an L1 penalty, which leaves few words and so a table that can be read: Tibshirani,
    "Regression shrinkage and selection via the lasso" (1996). Where a label says only that a text has one of the
    topics, the chance of any is 1 minus the product of the chances of none: a noisy-or, Pearl (1988).

Known exceptions
    Weights come from English news of 1987, 1996-2006 and 2004, bills, and a gold set of our own of 2018-2026; a word
    that began to mean something else since is weighed as it was then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

MEASURES = (
    "start",  # what every text has
    "strong",  # the strong phrases' weight
    "strong_short",  # the same in a text of up to 75 words, 1.5 at most: there one phrase is not said in passing
    "supporting",  # the supporting phrases' weight
    "abroad",  # 1 if a foreign country is named
    "abroad_two",  # 1 if two are
    "abroad_three",  # 1 if three are
    "length",  # how much more evidence the text's length asks for
    "everyday",  # the logarithm of how many words of everyday life there are
    "headline",  # 1 if there is nothing but a headline
    "headline_abroad",
    "headline_abroad_two",
)
EVERY_TOPIC = "all"
_WORD = re.compile(r"[A-Za-z][A-Za-z.&'’-]*[A-Za-z]|[A-Za-z]")
_SHORTEST_PLURAL = 4
_MANY = 2  # countries
_SHORT, _MOST_IN_SHORT = 1.4, 1.5  # as an allowance: 75 words; as the weight of one strong phrase in the first lines


@dataclass(slots=True)
class WordCount:
    """The known words of a text: how often each is there, and where first (`None`: as part of a title)."""

    counts: dict[str, int] = field(default_factory=dict)
    firsts: dict[str, str] = field(default_factory=dict)
    everyday: int = 0


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a text besides its words: countries named, the measure of its length, a bare headline or not."""

    abroad: int
    allowance: float
    headline: bool


@dataclass(frozen=True)
class TopicWeights:
    """The table of one language: `measures` by topic, `words` by topic and for `all`.

    >>> weights = TopicWeights("en", {"conflict": {"start": -1.0}}, {"conflict": {"truce": 2.0}}, ("recipe",))
    >>> words = weights.count([("A recipe for truces", 1, ())])
    >>> words.counts, words.everyday, words.firsts
    ({'truce': 1}, 1, {'truce': 'truces'})
    >>> weights.sums(words, {}, Signs(0, 1.0, headline=False))
    {'conflict': 1.0}
    """

    language: str
    measures: Mapping[str, Mapping[str, float]]
    words: Mapping[str, Mapping[str, float]]
    everyday: tuple[str, ...] = ()

    @cached_property
    def _rows(self) -> dict[str, tuple[tuple[str, float], ...]]:
        """Every word with its weight for each topic it counts for."""
        rows: dict[str, dict[str, float]] = {}
        for topic, words in self.words.items():
            for word, weight in words.items():
                row = rows.setdefault(word, {})
                for each in self.measures if topic == EVERY_TOPIC else (topic,):
                    row[each] = row.get(each, 0.0) + weight
        return {word: tuple(row.items()) for word, row in rows.items()}

    @cached_property
    def _everyday(self) -> frozenset[str]:
        return frozenset(" ".join(singular(word) for word in _WORD.findall(phrase)) for phrase in self.everyday)

    def count(self, parts: Iterable[tuple[str, int, Iterable[tuple[int, int]]]]) -> WordCount:
        """Count the known words of parts of a text: each with what a word in it counts, and the spans to leave out."""
        found = WordCount()
        everyday: set[str] = set()
        for text, worth, gaps in parts:
            before, end_before = "", -1
            for word, start, end in words_between(text, gaps):
                pair = f"{before} {word}" if before and end_before >= 0 else ""
                for each, begin in ((word, start), (pair, end_before)):
                    if each in self._rows:
                        found.counts[each] = found.counts.get(each, 0) + worth
                        if each not in found.firsts:
                            found.firsts[each] = text[begin:end]
                    if each in self._everyday:
                        everyday.add(each)
                before, end_before = (word, start) if word else ("", -1)
        found.everyday = len(everyday)
        return found

    def sums(self, words: WordCount, phrases: Mapping[str, tuple[float, float]], signs: Signs) -> dict[str, float]:
        """Return each topic's sum: above 0 it is rather there than not.

        `phrases` has the weights of a topic's strong and supporting phrases.
        """
        sums = {}
        known = _measured(words, signs)
        for topic, weights in self.measures.items():
            strong, supporting = phrases.get(topic, (0.0, 0.0))
            values = {**known, "strong": strong, "supporting": supporting}
            values["strong_short"] = strong_in_short(strong, signs)
            sums[topic] = sum(weight * values[name] for name, weight in weights.items())
        for word, count in words.counts.items():
            value = (1 + math.log(count)) / signs.allowance
            for topic, weight in self._rows[word]:
                sums[topic] += weight * value
        return sums

    def telling(self, words: WordCount, topic: str) -> list[str]:
        """Return the words of a text that speak for a topic, as they stand there, the most telling first."""
        ranked = sorted(
            (-weight * (1 + math.log(count)), words.firsts[word])
            for word, count in words.counts.items()
            for of, weight in self._rows[word]
            if of == topic and weight > 0
        )
        return [text for _, text in ranked]


def strong_in_short(strong: float, signs: Signs) -> float:
    """Return what strong phrases weigh in addition because the text is short."""
    return min(_MOST_IN_SHORT, strong) if signs.allowance < _SHORT else 0.0


def _measured(words: WordCount, signs: Signs) -> dict[str, float]:
    return {
        "start": 1.0,
        "abroad": float(signs.abroad > 0),
        "abroad_two": float(signs.abroad > 1),
        "abroad_three": float(signs.abroad > _MANY),
        "length": signs.allowance - 1,
        "everyday": math.log1p(words.everyday) / signs.allowance,
        "headline": float(signs.headline),
        "headline_abroad": float(signs.headline and signs.abroad > 0),
        "headline_abroad_two": float(signs.headline and signs.abroad > 1),
    }


def words_between(text: str, gaps: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int, int]]:
    """Give the words of a text in their singular, with their spans; an empty word stands for each gap and the end.

    >>> [word for word, _, _ in words_between("Envoys left Peru's cities", [(12, 18)])]
    ['envoy', 'left', '', 'city', '']
    """
    at = 0
    for start, end in (*gaps, (len(text), len(text))):
        for found in _WORD.finditer(text, at, max(at, start)):
            yield singular(found[0]), found.start(), found.end()
        yield "", start, end
        at = max(at, end)


@lru_cache(maxsize=20_000)  # the words of a language: a call costs ten times what remembering does
def singular(word: str) -> str:
    """Return an English word in small letters, without the ending of plural or possession.

    >>> [singular(word) for word in ("Cities", "pass", "U.S", "crisis", "envoys", "Peru’s", "gas")]
    ['city', 'pass', 'u.s', 'crisis', 'envoy', 'peru', 'gas']
    """
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip(".'-")
    if low.endswith("ies") and len(low) > _SHORTEST_PLURAL + 1:
        return low[:-3] + "y"
    if len(low) < _SHORTEST_PLURAL or low.endswith(("ss", "us", "is")):
        return low
    return low.removesuffix("s")
