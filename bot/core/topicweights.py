"""Weighs a text's words for and against each topic, by a table that was fitted on labeled texts and can be read.

It does not know the phrases of the vocabulary, learns nothing at run time and chooses no topic: `bot.core.topics` does.

Rules
    1. Words count in their singular, alone and in pairs of neighbors; names of countries count together, as how many
       different ones there are. A word in the title counts twice, one said again adds the logarithm of how often.
    2. A topic's sum has the weights of its own words and of the words of `all`, divided by a measure of the text's
       length, and of the measures (`MEASURES`): what the phrases of the vocabulary say, alone, beside a foreign
       country and (in short texts) against those of other topics, how many countries are named, how long the text is,
       whether it is a headline alone or a few sentences without one, and how many different words it has of each
       general field of words (`FIELDS`): of everyday life, of local news, of officials, of the deeds of states.
       Somebody who acts for a state and a deed together are a sign of their own, whichever words they are: that is
       what holds for events nobody has seen. The fields of one part of life each (`subjects`: farm goods, patrols,
       football …) are weighed again beside one foreign country and beside two: soybeans are no tariff, soybeans
       between Brazil and China may be. Only short texts are weighed by these: a long one has goods and war and sport,
       and several topics.
    3. A text of over 50 words is long. A topic may have weights of its own for long texts (`long_measures`,
       `long_words`), which then stand for all others: what a report says in passing is worth nothing in a headline,
       and there are labels enough to tell its words one by one.
    4. The chance of the topic is the logistic function of that sum.

Theory
    Logistic regression with an L1 penalty, which leaves few words and so a table that can be read: Tibshirani,
    "Regression shrinkage and selection via the lasso" (1996). Where a label says only that a text has one of the
    topics, the chance of any is 1 minus the product of the chances of none: a noisy-or, Pearl (1988). That political
    events are told by who does what to whom is the premise of event coding: Schrodt, "CAMEO: Conflict and Mediation
    Event Observations" (2012). The fields of words are our own, by meaning: they carry what is known of the world to
    words that no labeled text has.

Known exceptions
    Weights come from English news of 1987, 1996-2006 and 2004, bills, and 24,000 invented items and reports in
    the manner of 1979 to 2026; a word that began to mean something else since is weighed as it was then. In a few
    sentences without a title, politics at home (a trial, a rally) may pass for a topic: measured on the open half of
    the evaluation sets, F1 of any topic on sentences of political events is best so. At 50 words the tables change, and
    sums with them: a text that says nothing but one sentence on a tariff, three times, loses its topic there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, pairwise
from operator import mul
from typing import NamedTuple

from bot.core.packedweights import FINE, UNIT, as_digit, digits
from bot.core.verbforms import verb_forms
from bot.core.wordcounts import WORD, Part, WordCounter, singular, words_between

MEASURES = (
    "start",  # what every text has
    "strong",  # the strong phrases' weight
    "strong_once",  # the same whatever the length, 1.5 at most: one phrase in the first lines is much more than none
    "strong_abroad",  # as strong_once, if a foreign country is named
    "supporting",  # the supporting phrases' weight
    "supporting_abroad",  # that again if a foreign country is named
    "hints",  # the hints' weight
    "hints_abroad",  # that again if a foreign country is named
    "supporting_more",  # what supporting phrases weigh beyond what is enough to show a topic
    "lead",  # by how much its phrases weigh more, or less, than those of the strongest other topic; in longer texts,
    # which may have several topics, than nothing
    "abroad",  # 1 if a foreign country is named
    "abroad_two",  # 1 if two are
    "abroad_three",  # 1 if three are
    "length",  # how much more evidence the text's length asks for
    "everyday",  # the logarithm of how many words of everyday life there are
    "local",  # of how many words of crime, courts, accidents, health and towns
    "officials",  # of how many words for who acts for a state, against it or between states
    "deeds",  # of how many words for what states and those do to each other
    "officials_deeds",  # the two multiplied: somebody who acts, and an act
    "untitled",  # 1 if a short text has no title
    "untitled_officials_deeds",
    "headline",  # 1 if there is nothing but a headline
    "headline_abroad",
    "headline_abroad_two",
)
_OF_PHRASES = MEASURES[MEASURES.index("strong") : MEASURES.index("lead") + 1]
_OF_TEXT = ("start", *MEASURES[MEASURES.index("abroad") :])
EVERY_TOPIC = "all"
FIELDS = ("everyday", "local", "officials", "deeds")  # those that are weighed in texts of every length
BESIDE = ("alone", "beside a foreign country", "beside two")  # what a field of one part of life has a weight for
_MANY = 2  # countries
_LEAD = 2.0  # beyond this a lead says no more
_LONG, _ONCE = 1.25, 1.5  # as an allowance: 50 words; as the weight of one strong phrase in the first lines


class PhraseWeights(NamedTuple):
    """What the phrases of a topic weigh in a text, by its length.

    `more` is what supporting ones weigh beyond what is enough to show a topic; `rival`, what all but the hints weigh
    of the topic that has most besides this one.
    """

    strong: float = 0.0
    supporting: float = 0.0
    more: float = 0.0
    hints: float = 0.0
    rival: float = 0.0


NO_PHRASES = PhraseWeights()


@dataclass(slots=True)
class WordCount:
    """The words of a text that are known, with how often each is there, and how many are of a field, if any are."""

    counts: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a text besides its words: countries named, the measure of its length, which parts it has."""

    abroad: int
    allowance: float
    headline: bool = False
    titled: bool = True

    @property
    def is_long(self) -> bool:
        """Whether the text has more than 50 words."""
        return self.allowance > _LONG


class _Register(NamedTuple):
    """What weighs in short texts, or in long ones; of words and texts for all columns in one number.

    Such a number has one digit (`bot.core.packedweights`) for each column; it is 0 for a word that is only in a field.
    `of_text` are the measures of a text in their order, `of_phrases` what those of a topic's phrases weigh, in theirs.
    """

    rows: dict[str, int]
    of_text: tuple[int, ...]
    of_phrases: dict[str, list[float]]


def _register(
    columns: Sequence[str],
    measures: Mapping[str, Mapping[str, float]],
    words: Mapping[str, Mapping[str, float]],
    known: Iterable[str],
) -> _Register:
    rows: dict[str, int] = dict.fromkeys(known, 0)
    of_text = dict.fromkeys(_OF_TEXT, 0)
    for place, topic in enumerate(columns):
        for word, weight in words.get(topic, {}).items():
            rows[word] = rows.get(word, 0) + as_digit(weight, place)
        for name, weight in measures.get(topic, {}).items():
            if name in of_text:
                of_text[name] += as_digit(weight, place)
    of_phrases = {topic: [weights.get(name, 0.0) for name in _OF_PHRASES] for topic, weights in measures.items()}
    return _Register(rows, tuple(of_text.values()), of_phrases)


@dataclass(frozen=True)
class TopicWeights:
    """The table of one language: `measures` by topic, `words` by topic and for `all`; the words of `fields` by name.

    In `fields` a verb with `~` behind it stands for all its forms. `subjects` has the weights of `BESIDE` by
    topic and field, for the fields that are not among `FIELDS`. `long_measures` and `long_words` are what topics weigh
    by in long texts, if they are there; words of `all` do not count for them then.

    >>> fields = {"everyday": ("recipe",)}
    >>> table = TopicWeights("en", {"conflict": {"start": -1.0}}, {"conflict": {"truce": 2.0}}, fields)
    >>> words = table.count([("A recipe for truces", 1, ())])
    >>> words.counts, words.fields["everyday"]
    ({'recipe': 1, 'truce': 1}, 1)
    >>> table.sums(words, {}, Signs(0, 1.0))
    {'conflict': 1.0}
    """

    language: str
    measures: Mapping[str, Mapping[str, float]]
    words: Mapping[str, Mapping[str, float]]
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    subjects: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    long_measures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    long_words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The topics that have words, and at last what counts for all of them."""
        return (*dict.fromkeys([*self.measures, *(topic for topic in self.words if topic != EVERY_TOPIC)]), EVERY_TOPIC)

    @cached_property
    def _short(self) -> _Register:
        return _register(self._columns, self.measures, self.words, self._fields)

    @cached_property
    def _long(self) -> _Register:
        measures = {**self.measures, **self.long_measures}
        if self.long_words.keys() >= set(self._columns[:-1]):
            return _register(self._columns, measures, self.long_words, self._general_fields)
        every = self.words.get(EVERY_TOPIC, {})
        own = {  # what counts for every topic is added later: here it is taken away
            topic: {word: words.get(word, 0.0) - every.get(word, 0.0) for word in (*words, *every)}
            for topic, words in self.long_words.items()
        }
        return _register(self._columns, measures, {**self.words, **own}, self._general_fields)

    @cached_property
    def _subjects(self) -> tuple[dict[str, int], ...]:
        """Every field of one part of life with its weights, as words have them: alone, beside one country, two."""
        ways: tuple[dict[str, int], ...] = ({}, {}, {})
        for place, topic in enumerate(self._columns):
            for name, weights in self.subjects.get(topic, {}).items():
                for rows, weight in zip(ways, accumulate(weights), strict=True):
                    rows[name] = rows.get(name, 0) + as_digit(weight, place)
        return ways

    @cached_property
    def _fields(self) -> dict[str, tuple[str, ...]]:
        """Every word of a field with the names of its fields."""
        return _names_by_word(self.fields)

    @cached_property
    def _general_fields(self) -> dict[str, tuple[str, ...]]:
        """The same, of those fields that are weighed in texts of every length."""
        return _names_by_word({name: phrases for name, phrases in self.fields.items() if name in FIELDS})

    @cached_property
    def _counter(self) -> WordCounter:
        return WordCounter(self._short.rows)

    @cached_property
    def _counter_of_long(self) -> WordCounter:
        return WordCounter(self._long.rows)

    def count(self, parts: Iterable[Part], allowance: float = 1.0) -> WordCount:
        """Count the words of parts of a text; in a long one those of general fields only.

        Args:
            parts: title and body; gaps are where words of the setting stand.
            allowance: the measure of the text's length.
        """
        is_long = allowance > _LONG
        counts = (self._counter_of_long if is_long else self._counter).count(parts)
        fields = self._general_fields if is_long else self._fields
        found = WordCount(counts)
        for word in counts.keys() & fields.keys():
            for name in fields[word]:
                found.fields[name] = found.fields.get(name, 0) + 1
        return found

    def sums(self, words: WordCount, phrases: Mapping[str, PhraseWeights], signs: Signs) -> dict[str, float]:
        """Return each topic's sum: above 0 it is rather there than not.

        `phrases` has the weights of a topic's strong and supporting phrases.
        """
        register = self._long if signs.is_long else self._short
        *own, every = self._weighed(words, signs, register)
        sums = {topic: total + every for topic, total in zip(self._columns, own, strict=False)}
        for topic, weights in register.of_phrases.items():
            if any(phrases.get(topic, ())):
                sums[topic] += sum(map(mul, weights, _phrase_values(phrases[topic], signs)))
        return sums

    def _weighed(self, words: WordCount, signs: Signs, register: _Register) -> list[float]:
        """Return what the words, the text's measures and, in a short text, its fields weigh for each column."""
        rows = register.rows
        by_count = dict.fromkeys(words.counts.values(), 0)
        for word, count in words.counts.items():
            by_count[count] += rows.get(word, 0)
        packed = sum([units * round((1 + math.log(count)) * FINE) for count, units in by_count.items()])
        if not signs.is_long:
            rows = self._subjects[min(signs.abroad, _MANY)]
            fields = words.fields.items()
            packed += sum([rows[name] * round(math.log1p(count) * FINE) for name, count in fields if name in rows])
        fine = FINE * signs.allowance  # by which all is divided in the end
        values = _text_values(words, signs)
        packed += sum(
            [weights * round(value * fine) for weights, value in zip(register.of_text, values, strict=True) if value]
        )
        unit = UNIT / fine
        return [unit * units for units in digits(packed, len(self._columns))]

    def telling(self, parts: Iterable[Part], topic: str, *, is_long: bool = False) -> list[str]:
        """Return the words of a text that speak for a topic, as they stand there first, the most telling first."""
        own, every = self.words.get(topic, {}), self.words.get(EVERY_TOPIC, {})
        if is_long and topic in self.long_words:
            own, every = self.long_words[topic], {}
        firsts: dict[str, str] = {}
        for text, _, gaps in parts:
            spans = list(words_between(text, gaps))
            for word, start, end in spans:
                firsts.setdefault(word, text[start:end])
            for (word, start, _), (after, _, end) in pairwise(spans):
                firsts.setdefault(f"{word} {after}", text[start:end])
        weights = {word: own.get(word, 0.0) + every.get(word, 0.0) for word in firsts}
        ranked = sorted((word for word, weight in weights.items() if weight > 0), key=lambda word: -weights[word])
        return [firsts[word] for word in ranked]


def measured_phrases(weights: PhraseWeights, signs: Signs) -> dict[str, float]:
    """Return the measures of a topic's phrases, from what they weigh.

    >>> measured_phrases(PhraseWeights(2.0, 0.5), Signs(1, 1.0))["strong_once"]
    1.5
    """
    return dict(zip(_OF_PHRASES, _phrase_values(weights, signs), strict=True))


def _phrase_values(weights: PhraseWeights, signs: Signs) -> tuple[float, ...]:
    """Return the values of `_OF_PHRASES`."""
    strong, supporting, more, hints, rival = weights
    is_long = signs.is_long
    once = min(_ONCE, strong * signs.allowance)
    lead = strong + supporting + more - (0.0 if is_long else rival)
    return (
        strong,
        once,
        once if signs.abroad else 0.0,
        supporting,
        supporting if signs.abroad else 0.0,
        hints,
        hints if signs.abroad else 0.0,
        more,
        max(-_LEAD, min(_LEAD, lead)),
    )


def measured(words: WordCount, signs: Signs) -> dict[str, float]:
    """Return the measures of a text that are the same for every topic.

    >>> measured(WordCount(), Signs(1, 1.0, titled=False))["untitled"]
    1.0
    """
    return dict(zip(_OF_TEXT, _text_values(words, signs), strict=True))


def measured_subjects(words: WordCount, signs: Signs, names: Sequence[str]) -> list[float]:
    """Return the values that fields of one part of life have in a text: all alone, all beside one country, beside two.

    >>> measured_subjects(WordCount(fields={"oil": 1}), Signs(1, 1.0), ["gas", "oil"])
    [0.0, 0.6931471805599453, 0.0, 0.6931471805599453, 0.0, 0.0]
    """
    if signs.is_long:
        return [0.0] * len(names) * len(BESIDE)
    alone = [math.log1p(words.fields.get(name, 0)) / signs.allowance for name in names]
    return [value * (signs.abroad >= least) for least in range(len(BESIDE)) for value in alone]


def _names_by_word(fields: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for name, phrases in fields.items():
        forms = chain.from_iterable(verb_forms(each[:-1]) if each[-1:] == "~" else (each,) for each in phrases)
        for word in {" ".join(map(singular, WORD.findall(form))) for form in forms}:
            names[word] = (*names.get(word, ()), name)
    return names


def _text_values(words: WordCount, signs: Signs) -> tuple[float, ...]:
    """Return the values of `_OF_TEXT`."""
    abroad, allowance = signs.abroad, signs.allowance
    found = words.fields
    everyday, local, officials, deeds = [
        math.log1p(found[name]) / allowance if name in found else 0.0 for name in FIELDS
    ]
    acts = officials * deeds
    untitled = not signs.titled and not signs.is_long
    return (
        1.0,
        float(abroad > 0),
        float(abroad > 1),
        float(abroad > _MANY),
        allowance - 1,
        everyday,
        local,
        officials,
        deeds,
        acts,
        float(untitled),
        untitled * acts,
        float(signs.headline),
        float(signs.headline and abroad > 0),
        float(signs.headline and abroad > 1),
    )
