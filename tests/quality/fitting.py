"""Features of labeled texts → weights of words and measures for each topic, by logistic regression.

It reads no file and writes none; `tests.quality.fit_topics` does. `bot.core.topicweights` says what the weights mean.

Short and long texts have weights of their own. In a short one few words decide; its fit has an L1 penalty (and learns
from long texts too, which helps with headlines). In a report of hundreds of words each says a little: its fit has an L2
penalty, and begins with a share of what the words weigh in short texts, of which there are twenty times as many labels.
With one table for both, reports had twice the topics that they are about.

Theory
    Proximal gradient descent with momentum (Beck and Teboulle, "A fast iterative shrinkage-thresholding algorithm",
    2009), with a step of its own for each word. L1 and L2 together are the elastic net: Zou and Hastie,
    "Regularization and variable selection via the elastic net" (2005). To begin with what was learned elsewhere and
    fit the rest is a prior as in Chelba and Acero, "Adaptation of maximum entropy capitalizer" (2004).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.core.topics import TopicEntry
from bot.core.topicweights import (
    MEASURES,
    NO_PHRASES,
    Signs,
    WordCount,
    measured,
    measured_phrases,
    measured_subjects,
)
from bot.core.wordcounts import singular
from tests.quality.labeled import OURS, Features, Labeled, value_of

# Of a topic's own word in short texts, and of one for all topics: what is taken from it, and what part of it. With the
# second, words that mean the same share what they say, and the folds gain 0.005 to 0.01; all chosen by the folds.
PENALTY, PENALTY_ALL, SHRINKAGE = 0.5, 2.5, 0.5
PENALTY_SUBJECTS = 0.5  # of a field of one part of life
ROUNDS = 200
SETTLED = "tariffs"  # of which thousands of long texts have a label, all of them of one manner and time
# For long texts, of words, of measures, of the settled topic's measures, and of the share of short texts' words.
RIDGE, RIDGE_MEASURES, RIDGE_SETTLED, RIDGE_SHARE = 30.0, 10.0, 200.0, 200.0
ROUNDS_LONG = 400
# Below the first a word has no weight in long texts, the others are rounded to the second; finer for the settled topic.
LEAST_LONG, STEP_LONG = 0.15, 0.1
LEAST_SETTLED, STEP_SETTLED = 0.05, 0.05
# Added to what some measures weigh in short texts, for the other topics: in the folds, any topic on headlines, news and
# sentences of events is best so, and our own items lose nothing.
LEAN = {"start": 0.4, "untitled": 0.2, "untitled_officials_deeds": 2.0}
LEAN_LONG = 0.5  # the same in long texts, added to each of the other topics: as many are left out as too many given
STEP = 0.25  # what words' weights are rounded to
FEWEST, FEWEST_PAIRS = 4, 8  # texts that must have a word, or a pair of words
LETTERS = 2
PHRASES = tuple(measured_phrases(NO_PHRASES, Signs(0, 1.0)))
LEAST_OF_PHRASES = np.array([{"strong": 0.3, "supporting": 0.2}.get(name, 0.0) for name in PHRASES])
START_OF_PHRASES = [{"strong": 3.0, "supporting": 2.0, "strong_once": 0.5}.get(name, 0.0) for name in PHRASES]
LEARNED = tuple(name for name in MEASURES if name not in PHRASES)
# Words that say nothing of a subject, only how long a text is.
IDLE = frozenset(
    """the a an of in on to and for by with at from as is are was were be been it its that this which who or over
    will they their them he him his she her has have had not but than into all would could no when if there we our
    you your i may can do did so some such other""".split()  # noqa: SIM905 -- words read best as words
)


class Rows:
    """A sparse matrix by rows, as far as it is needed here."""

    def __init__(self, rows: Sequence[dict[int, float]], width: int) -> None:
        self.shape = (len(rows), width)
        self.row = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.column = np.array([j for row in rows for j in row], dtype=np.int64)
        self.value = np.array([x for row in rows for x in row.values()])
        self.by_column = np.argsort(self.column, kind="stable")

    def dot(self, weights: np.ndarray) -> np.ndarray:
        return _summed(self.value[:, None] * weights[self.column], self.row, self.shape[0])

    def dot_transposed(self, errors: np.ndarray) -> np.ndarray:
        order = self.by_column
        return _summed(self.value[order, None] * errors[self.row[order]], self.column[order], self.shape[1])


def _summed(values: np.ndarray, keys: np.ndarray, size: int) -> np.ndarray:
    """Sum rows of equal key; the keys ascend."""
    out = np.zeros((size, values.shape[1]))
    if len(keys):
        starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        out[keys[starts]] = np.add.reduceat(values, starts)
    return out


@dataclass(slots=True)
class Data:
    """The texts as the fit sees them."""

    texts: list[Labeled]
    rows: list[dict[int, float]]
    vocabulary: list[str]
    subjects: list[str]  # fields of one part of life
    measures: np.ndarray  # texts × (LEARNED, then the ways of each of the subjects)
    phrases: np.ndarray  # texts × topics × PHRASES
    labels: np.ndarray  # texts × topics; not a number where it is not known
    any_topic: np.ndarray  # not a number where it is not known
    weights: np.ndarray
    settled: np.ndarray  # topics: which one labels settle
    is_long: np.ndarray
    # words × topics: the least weight a word may have; one of the topic's phrases never speaks against it
    least: np.ndarray

    @property
    def folds(self) -> np.ndarray:
        return np.array([each.fold for each in self.texts])

    @property
    def groups(self) -> np.ndarray:
        return np.array([each.group for each in self.texts])


@dataclass(slots=True)
class Fitted:
    """What has been fitted."""

    own: np.ndarray  # words × topics
    every: np.ndarray  # words × 1
    measures: np.ndarray  # (LEARNED, then the ways of each of the subjects) × topics
    phrases: np.ndarray  # topics × PHRASES

    def parts(self) -> list[np.ndarray]:
        return [self.own, self.every, self.measures, self.phrases]


@dataclass(slots=True)
class FittedLong:
    """What has been fitted for long texts."""

    words: np.ndarray  # words × topics
    measures: np.ndarray  # (LEARNED, PHRASES, share of what short texts' words weigh) × topics


def prepare(texts: list[Labeled], features: list[Features], entries: Sequence[TopicEntry], subjects: list[str]) -> Data:
    """Return the texts as matrices."""
    topics = [entry.key for entry in entries]
    seen: Counter[str] = Counter()
    for each in features:
        seen.update(each.words.keys())
    vocabulary = sorted(word for word, count in seen.items() if _may_stand(word, count))
    numbers = {word: n for n, word in enumerate(vocabulary)}
    return Data(
        texts=texts,
        rows=[
            {numbers[w]: value_of(c, each.signs.allowance) for w, c in each.words.items() if w in numbers}
            for each in features
        ],
        vocabulary=vocabulary,
        subjects=subjects,
        measures=np.array([_measures(each, subjects) for each in features]),
        phrases=np.array([_phrases(each, topics) for each in features]),
        labels=_labels(texts, topics),
        any_topic=np.array([np.nan if each.any_topic is None else float(each.any_topic) for each in texts]),
        weights=np.array([_weight(each, found) for each, found in zip(texts, features, strict=True)]),
        settled=np.array([topic == SETTLED for topic in topics]),
        is_long=np.array([each.signs.is_long for each in features]),
        least=_least(vocabulary, entries),
    )


def _labels(texts: list[Labeled], topics: list[str]) -> np.ndarray:
    labels = np.full((len(texts), len(topics)), np.nan)
    for n, each in enumerate(texts):
        if each.group.removeprefix("untitled ") in OURS:
            labels[n] = 0
        for topic, there in each.topics.items():
            labels[n, topics.index(topic)] = there
    return labels


def _measures(each: Features, subjects: list[str]) -> list[float]:
    words = WordCount(fields=each.fields)
    known = measured(words, each.signs)
    return [*(known[name] for name in LEARNED), *measured_subjects(words, each.signs, subjects)]


def _phrases(each: Features, topics: list[str]) -> list[tuple[float, ...]]:
    pairs = (each.phrases.get(topic, NO_PHRASES) for topic in topics)
    return [tuple(measured_phrases(pair, each.signs).values()) for pair in pairs]


def _least(vocabulary: list[str], entries: Sequence[TopicEntry]) -> np.ndarray:
    least = np.full((len(vocabulary), len(entries)), -np.inf)
    for column, entry in enumerate(entries):
        phrases = (*entry.words["en"].strong, *entry.words["en"].supporting)
        own = {singular(phrase.removeprefix("=")) for phrase in phrases if " " not in phrase}
        least[[n for n, word in enumerate(vocabulary) if word in own], column] = 0
    return least


def _weight(each: Labeled, found: Features) -> float:
    """Return how much a text counts; what an agency files under business or science may be ours all the same."""
    ours = ("tariffs", "energy", "technology", "sanctions", "diplomacy")
    strongest = max(found.phrases.get(topic, NO_PHRASES)[0] for topic in ours)
    maybe = each.group in {"world", "untitled"} and not each.any_topic and strongest > math.log(2)
    return 0.25 if maybe else each.weight


def _may_stand(word: str, count: int) -> bool:
    first, _, second = word.partition(" ")
    if second:
        return count >= FEWEST_PAIRS and not (first in IDLE and second in IDLE)
    return count >= FEWEST and len(word) >= LETTERS and word not in IDLE


class _Descent:
    """The chosen texts, and one step downhill on them."""

    def __init__(self, data: Data, index: np.ndarray) -> None:
        self.data = data
        self.x = Rows([data.rows[n] for n in index], len(data.vocabulary))
        self.measures, self.phrases, self.weights = data.measures[index], data.phrases[index], data.weights[index]
        self.labels, self.any_topic = data.labels[index], data.any_topic[index]
        total = np.array([[sum(data.rows[n].values())] for n in index])
        size = np.abs(self.measures)
        self.steps = 1 / (0.25 * self.x.dot_transposed(total * self.weights[:, None]) + 5)
        self.steps_measures = 1 / ((size * (self.weights * size.sum(1))[:, None]).sum(0) + 5)[:, None]
        size_phrases = np.abs(self.phrases)
        spread = self.weights[:, None, None] * size_phrases * size_phrases.sum(2, keepdims=True)
        self.steps_phrases = 1 / (0.25 * spread.sum(0) + 20)

    def step(self, at: Fitted) -> Fitted:
        """Return better weights than those given."""
        sums = self.x.dot(at.own + at.every) + self.measures @ at.measures
        sums += np.einsum("ntk,tk->nt", self.phrases, at.phrases)
        errors = _errors(_chances(sums), self.labels, self.any_topic) * self.weights[:, None]
        slope, steps = self.x.dot_transposed(errors), self.steps
        phrases = at.phrases - self.steps_phrases * np.einsum("ntk,nt->tk", self.phrases, errors)
        return Fitted(
            np.maximum(_shrunk(at.own - steps * slope, PENALTY * steps) / (1 + SHRINKAGE * steps), self.data.least),
            _shrunk(at.every - steps / 3 * slope.sum(1, keepdims=True), PENALTY_ALL * steps / 3)
            / (1 + SHRINKAGE * steps / 3),
            self._measures(at.measures - self.steps_measures * (self.measures.T @ errors)),
            np.maximum(phrases, LEAST_OF_PHRASES),
        )

    def _measures(self, weights: np.ndarray) -> np.ndarray:
        """Draw the weights of subjects towards 0."""
        first = len(LEARNED)
        weights[first:] = _shrunk(weights[first:], PENALTY_SUBJECTS * self.steps_measures[first:])
        return weights


def fit(data: Data, chosen: np.ndarray) -> Fitted:
    """Fit the weights on the chosen texts, on long ones as well: what they teach of words helps with headlines."""
    descent = _Descent(data, np.flatnonzero(chosen))
    now = _start(len(data.vocabulary), data.labels.shape[1], data.measures.shape[1])
    ahead, momentum = Fitted(*(part.copy() for part in now.parts())), 1.0
    for _ in range(ROUNDS):
        new = descent.step(ahead)
        later = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        push = (momentum - 1) / later
        ahead = Fitted(*(n + push * (n - o) for n, o in zip(new.parts(), now.parts(), strict=True)))
        now, momentum = new, later
    for name, lean in LEAN.items():
        now.measures[LEARNED.index(name)] += lean * ~data.settled
    now.own, now.every = np.round(now.own / STEP) * STEP, np.round(now.every / STEP) * STEP
    return now


def fit_long(data: Data, chosen: np.ndarray) -> FittedLong:
    """Fit what words and measures weigh in long texts, on those of the chosen ones whose label is known.

    A share of what a word weighs in short texts is the beginning; what is added to it is drawn towards 0. For that,
    short texts are fitted by themselves: weights that had seen the long ones would be trusted too much.
    """
    short = fit(data, chosen & ~data.is_long)
    index = np.flatnonzero(chosen & data.is_long)
    labels = np.where(np.isnan(data.labels[index]) & (data.any_topic[index] == 0)[:, None], 0, data.labels[index])
    weights = np.where(np.isnan(labels), 0, data.weights[index, None])
    x, dense = _long_features(data, index, short)
    total = np.array([sum(data.rows[n].values()) for n in index]).reshape(-1, 1) + np.abs(dense).sum(2)
    ridges = np.tile(np.where(data.settled, RIDGE_SETTLED, RIDGE_MEASURES), (dense.shape[2], 1))
    ridges[-1] = RIDGE_SHARE
    lower = np.where(data.settled, -np.inf, data.least)
    steps = 1 / (0.25 * x.dot_transposed(total * weights) + RIDGE)
    steps_dense = 1 / (0.25 * np.einsum("ntk,nt->kt", np.abs(dense), total * weights) + ridges)
    now = ahead = FittedLong(np.zeros((x.shape[1], labels.shape[1])), np.zeros((dense.shape[2], labels.shape[1])))
    momentum = 1.0
    for _ in range(ROUNDS_LONG):
        sums = x.dot(ahead.words) + np.einsum("ntk,kt->nt", dense, ahead.measures)
        errors = (_chances(sums) - np.nan_to_num(labels)) * weights
        slopes = x.dot_transposed(errors) + RIDGE * ahead.words
        slopes_dense = np.einsum("ntk,nt->kt", dense, errors) + ridges * ahead.measures
        words = np.maximum(ahead.words - steps * slopes, lower)
        new = FittedLong(words, ahead.measures - steps_dense * slopes_dense)
        later = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        push = (momentum - 1) / later
        ahead = FittedLong(
            new.words + push * (new.words - now.words), new.measures + push * (new.measures - now.measures)
        )
        now, momentum = new, later
    words = np.maximum(now.words + now.measures[-1] * (short.own + short.every), lower)
    now.measures[LEARNED.index("start")] += LEAN_LONG * ~data.settled
    least = np.where(data.settled, LEAST_SETTLED, LEAST_LONG)
    step = np.where(data.settled, STEP_SETTLED, STEP_LONG)
    words = np.where(np.abs(words) < least, 0, words)
    return FittedLong(np.round(np.round(words / step) * step, 2) + 0.0, now.measures)


def _long_features(data: Data, index: np.ndarray, short: Fitted) -> tuple[Rows, np.ndarray]:
    """Return the words of texts, and by topic their measures and what their words weigh in short texts."""
    x = Rows([data.rows[n] for n in index], len(data.vocabulary))
    known = np.repeat(data.measures[index, None, : len(LEARNED)], data.labels.shape[1], axis=1)
    return x, np.concatenate([known, data.phrases[index], x.dot(short.own + short.every)[:, :, None]], axis=2)


def _start(words: int, topics: int, measures: int) -> Fitted:
    start = Fitted(
        np.zeros((words, topics)),
        np.zeros((words, 1)),
        np.zeros((measures, topics)),
        np.tile(START_OF_PHRASES, (topics, 1)),
    )
    start.measures[LEARNED.index("start")] = -4
    return start


def _errors(chances: np.ndarray, labels: np.ndarray, any_topic: np.ndarray) -> np.ndarray:
    """Return the slope of the loss by each topic's sum."""
    errors = np.where(np.isnan(labels), 0, chances - np.nan_to_num(labels))
    none = np.prod(1 - chances, axis=1)
    share = none / np.maximum(1 - none, 1e-9)
    errors += np.where((any_topic == 1)[:, None], -share[:, None] * chances, 0)
    return errors + np.where((any_topic == 0)[:, None], chances, 0)


def _shrunk(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.maximum(np.abs(values) - by, 0)


def _chances(sums: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(sums, -30, 30)))


def chances_of(data: Data, short: Fitted, long: FittedLong, index: np.ndarray) -> np.ndarray:
    """Return the chance of each topic for texts by their numbers."""
    x = Rows([data.rows[n] for n in index], len(data.vocabulary))
    sums = x.dot(short.own + short.every) + data.measures[index] @ short.measures
    sums += np.einsum("ntk,tk->nt", data.phrases[index], short.phrases)
    sums_long = x.dot(long.words) + data.measures[index, : len(LEARNED)] @ long.measures[: len(LEARNED)]
    sums_long += np.einsum("ntk,kt->nt", data.phrases[index], long.measures[len(LEARNED) : -1])
    return _chances(np.where(data.is_long[index, None], sums_long, sums))


def found_in(chances: np.ndarray, is_long: np.ndarray) -> np.ndarray:
    """Return which topics would be found, as `bot.core.topics` does (its rule 5)."""
    found = chances >= 0.5
    alone = ~found.any(1) & ~is_long & (1 - np.prod(1 - chances, axis=1) >= 0.5)
    found[alone, chances[alone].argmax(1)] = True
    return found
