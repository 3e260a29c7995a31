"""`python -m tests.quality.fit_topics FOLDER`: fits the topics' weights and writes `data/topic_weights.toml`.

FOLDER is evaluation data as `make quality EVAL=FOLDER` takes it. The table says how it was fitted and how well it does
on texts it has not seen (five folds). Nothing of the texts is kept. It takes some minutes; `bot.core.topicweights` says
what the weights mean.

Theory
    Proximal gradient descent with momentum (Beck and Teboulle, "A fast iterative shrinkage-thresholding algorithm",
    2009), with a step of its own for each word.
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.core.topics import TopicEntry, TopicFinder
from bot.core.topicweights import EVERY_TOPIC, MEASURES, TopicWeights, WordCount, _measured, once_and_long, singular
from bot.seeds import load_everyday, load_topics
from tests.quality.labeled import Features, Labeled, features_of, labeled_texts, value_of

GOLD = Path(__file__).parent / "modern.jsonl"
OUT = Path(__file__).parents[2] / "data" / "topic_weights.toml"
PENALTY, PENALTY_ALL = 0.8, 2.5  # of a topic's own word, and of one for all topics; chosen by the folds
ROUNDS = 200
LEAN = 0.5  # added to every sum: in the folds, any topic on news and headlines is found best there
LONG, ENOUGH_LONG = 0.75, 20  # `strong_long` where fewer long texts have a topic: a fit would see only negatives
STEP = 0.25  # what words' weights are rounded to
FEWEST, FEWEST_PAIRS = 4, 8  # texts that must have a word, or a pair of words
FOLDS = 5
OURS = ("seen", "fitting")  # parts of the gold set; the third, "held", is not learned from
LETTERS = 2
# Words that say nothing of a subject, only how long a text is.
IDLE = frozenset(
    """the a an of in on to and for by with at from as is are was were be been it its that this which who or over
    will they their them he him his she her has have had not but than into all would could no when if there we our
    you your i may can do did so some such other""".split()  # noqa: SIM905 -- words read best as words
)
LEARNED = tuple(name for name in MEASURES if name not in {"strong", "strong_once", "strong_long", "supporting"})


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
    measures: np.ndarray  # texts × LEARNED
    strong: np.ndarray  # texts × topics
    supporting: np.ndarray
    once: np.ndarray  # what strong phrases count for being there at all
    long: np.ndarray  # that again in long texts
    labels: np.ndarray  # texts × topics; not a number where it is not known
    any_topic: np.ndarray
    weights: np.ndarray
    least: (
        np.ndarray
    )  # words × topics: the least weight a word may have; one of the topic's phrases never speaks against

    @property
    def folds(self) -> np.ndarray:
        return np.array([each.fold for each in self.texts])


@dataclass(slots=True)
class Fitted:
    own: np.ndarray  # words × topics
    every: np.ndarray  # words × 1
    measures: np.ndarray
    strong: np.ndarray
    supporting: np.ndarray
    once: np.ndarray
    long: np.ndarray

    def parts(self) -> list[np.ndarray]:
        return [self.own, self.every, self.measures, self.strong, self.supporting, self.once, self.long]


def prepare(texts: list[Labeled], features: list[Features], entries: Sequence[TopicEntry]) -> Data:
    topics = [entry.key for entry in entries]
    seen: Counter[str] = Counter()
    for each in features:
        seen.update(each.words.keys())
    vocabulary = sorted(word for word, count in seen.items() if _may_stand(word, count))
    numbers = {word: n for n, word in enumerate(vocabulary)}
    rows = [
        {numbers[w]: value_of(c, each.signs.allowance) for w, c in each.words.items() if w in numbers}
        for each in features
    ]
    measures = []
    for each in features:
        known = _measured(WordCount(everyday=each.everyday), each.signs)
        measures.append([known[name] for name in LEARNED])
    labels = np.full((len(texts), len(topics)), np.nan)
    for n, each in enumerate(texts):
        if each.group in OURS:
            labels[n] = 0
        for topic, there in each.topics.items():
            labels[n, topics.index(topic)] = there
    phrases = np.array([[each.phrases.get(topic, (0.0, 0.0)) for topic in topics] for each in features])
    any_topic = np.array([np.nan if e.any_topic is None else float(e.any_topic) for e in texts])
    once = np.array(
        [
            [once_and_long(strong, each.signs) for strong in own]
            for own, each in zip(phrases[:, :, 0], features, strict=True)
        ]
    )
    any_topic = np.array([np.nan if e.any_topic is None else float(e.any_topic) for e in texts])
    return Data(
        texts=texts,
        rows=rows,
        vocabulary=vocabulary,
        measures=np.array(measures),
        strong=phrases[:, :, 0],
        supporting=phrases[:, :, 1],
        once=once[:, :, 0],
        long=once[:, :, 1],
        labels=labels,
        any_topic=any_topic,
        has_long=((labels == 1) & _is_long(features)[:, None]).sum(0) >= ENOUGH_LONG,
        least=_least(vocabulary, entries),
        weights=np.array([_weight(each, found) for each, found in zip(texts, features, strict=True)]),
    )


def _is_long(features: list[Features]) -> np.ndarray:
    return np.array([once_and_long(1.0, each.signs)[1] > 0 for each in features])


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
    strongest = max(found.phrases.get(topic, (0.0, 0.0))[0] for topic in ours)
    return 0.25 if each.group == "world" and not each.any_topic and strongest > math.log(2) else each.weight


def _may_stand(word: str, count: int) -> bool:
    first, _, second = word.partition(" ")
    if second:
        return count >= FEWEST_PAIRS and not (first in IDLE and second in IDLE)
    return count >= FEWEST and len(word) >= LETTERS and word not in IDLE


def fit(data: Data, chosen: np.ndarray) -> Fitted:
    """Fit the weights on the chosen texts."""
    index = np.flatnonzero(chosen)
    x = Rows([data.rows[n] for n in index], len(data.vocabulary))
    g, phrases = data.measures[index], [p[index] for p in (data.strong, data.supporting, data.once, data.long)]
    strong, supporting, once, long = phrases
    weights, labels, any_topic = data.weights[index], data.labels[index], data.any_topic[index]
    total = np.array([[sum(data.rows[n].values())] for n in index])
    steps = 1 / (0.25 * x.dot_transposed(total * weights[:, None]) + 5)
    steps_measures = 1 / ((np.abs(g) * (weights * np.abs(g).sum(1))[:, None]).sum(0) + 5)[:, None]
    steps_phrases = [1 / (0.75 * (weights[:, None] * p * (p + 2)).sum(0) + 20) for p in phrases]
    now = _start(len(data.vocabulary), labels.shape[1], g.shape[1])
    ahead, momentum = Fitted(*(part.copy() for part in now.parts())), 1.0
    for _ in range(ROUNDS):
        sums = x.dot(ahead.own + ahead.every) + g @ ahead.measures
        sums += strong * ahead.strong + supporting * ahead.supporting + once * ahead.once + long * ahead.long
        errors = _errors(_chances(sums), labels, any_topic) * weights[:, None]
        slope = x.dot_transposed(errors)
        new = Fitted(
            np.maximum(_shrunk(ahead.own - steps * slope, PENALTY * steps), data.least),
            _shrunk(ahead.every - steps / 3 * slope.sum(1, keepdims=True), PENALTY_ALL * steps / 3),
            ahead.measures - steps_measures * (g.T @ errors),
            np.maximum(ahead.strong - steps_phrases[0] * (strong * errors).sum(0), 0.3),
            np.maximum(ahead.supporting - steps_phrases[1] * (supporting * errors).sum(0), 0.2),
            np.maximum(ahead.once - steps_phrases[2] * (once * errors).sum(0), 0),
            np.where(data.has_long, ahead.long - steps_phrases[3] * (long * errors).sum(0), LONG),
        )
        later = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        push = (momentum - 1) / later
        ahead = Fitted(*(n + push * (n - o) for n, o in zip(new.parts(), now.parts(), strict=True)))
        now, momentum = new, later
    now.measures[0] += LEAN
    now.own, now.every = np.round(now.own / STEP) * STEP, np.round(now.every / STEP) * STEP
    return now


def _start(words: int, topics: int, measures: int) -> Fitted:
    start = Fitted(
        np.zeros((words, topics)), np.zeros((words, 1)), np.zeros((measures, topics)),
        np.full(topics, 3.0), np.full(topics, 2.0), np.full(topics, 0.5), np.zeros(topics),
    )  # fmt: skip
    start.measures[0] = -4
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


def chances_of(data: Data, fitted: Fitted, index: np.ndarray) -> np.ndarray:
    x = Rows([data.rows[n] for n in index], len(data.vocabulary))
    sums = x.dot(fitted.own + fitted.every) + data.measures[index] @ fitted.measures
    sums += data.strong[index] * fitted.strong + data.supporting[index] * fitted.supporting
    return _chances(sums + data.once[index] * fitted.once + data.long[index] * fitted.long)


def found_in(data: Data, chances: np.ndarray) -> np.ndarray:
    """Return which topics would be found, as `bot.core.topics` does (its rule 5)."""
    likely, has_strong = chances >= 0.5, data.strong > 0
    found = likely & (has_strong | ~(likely & has_strong).any(1, keepdims=True))
    alone = ~found.any(1) & (1 - np.prod(1 - chances, axis=1) >= 0.5)
    found[alone, chances[alone].argmax(1)] = True
    return found


def report(data: Data, found: np.ndarray, topics: list[str]) -> list[str]:
    """Return a line a group: how well topics are found."""
    lines = []
    groups = np.array([each.group for each in data.texts])
    for group in ("reuters", "bills", "headlines", "world", "events", *OURS):
        own = groups == group
        if group in OURS:
            truth, seen = data.labels[own] == 1, found[own]
        else:
            truth = np.array([bool(each.gold) for each in data.texts])[own]
            seen = found[own, topics.index("tariffs")] if group in {"reuters", "bills"} else found[own].any(1)
        right = (truth & seen).sum()
        precision, recall = right / max(1, seen.sum()), right / max(1, truth.sum())
        lines.append(
            f"{group}: precision {precision:.3f}, recall {recall:.3f}, F1 {2 * right / (seen.sum() + truth.sum()):.3f}"
        )
    return lines


def written(data: Data, fitted: Fitted, topics: list[str], lines: list[str]) -> str:
    """Return the table as TOML."""
    out = [
        HEAD.format(
            results="\n".join(f"#   {line}" for line in lines), rounds=ROUNDS, own=PENALTY, every=PENALTY_ALL, lean=LEAN
        )
    ]
    for n, topic in enumerate(topics):
        out.append(f"\n[en.measures.{topic}]")
        values = dict(zip(LEARNED, fitted.measures[:, n], strict=True))
        values |= {"strong": fitted.strong[n], "supporting": fitted.supporting[n], "strong_once": fitted.once[n]}
        values["strong_long"] = fitted.long[n]
        out += [f"{name} = {values[name]:.2f}" for name in MEASURES]
    for topic, column in [(EVERY_TOPIC, fitted.every[:, 0]), *zip(topics, fitted.own.T, strict=True)]:
        out.append(f"\n[en.words.{topic}]")
        for weight in sorted(set(column) - {0.0}, reverse=True):
            words = [data.vocabulary[n] for n in np.flatnonzero(column == weight)]
            wrapped = textwrap.wrap(", ".join(words), 117, break_long_words=False, break_on_hyphens=False)
            out.append(f"\"{weight:+.2f}\" = '''\n" + "\n".join(wrapped) + "\n'''")
    return "\n".join(out) + "\n"


HEAD = """# The weights of words for and against each topic. Made by `python -m tests.quality.fit_topics`; a line may be
# edited by hand until it is made again. bot/core/topicweights.py says what they mean; phrases are in topics.toml.
#
#   [xx.measures.topic]   what the measures of a text weigh for the topic, in the language xx
#   [xx.words.topic]      words by weight: '+' speaks for the topic, '-' against it; singular, small letters, pairs too
#   [xx.words.all]        words that speak for or against every topic
#
# Fitted on the open half of the evaluation sets (news of 1987 by subject, bills and front pages by policy code, news
# of 2004 by section, sentences with political events) and on two parts of the gold set in tests/quality: logistic
# regression, L1 penalty {own} ({every} for words of all topics), {rounds} rounds, words' weights rounded to quarters,
# {lean} added to each start. On texts it had not seen, in five folds:
{results}
# (reuters and bills: tariffs; headlines, world and events: any topic; seen and fitting: every topic of the gold set.
# The phrases were chosen with an eye on `seen`, which flatters it; test_modern.py has a part never looked at.)"""


def main() -> int:
    """Fit by folds to tell how well it does, then on everything, and write the table."""
    entries = load_topics()
    finder = TopicFinder(entries)
    topics = list(finder.topics)
    blank = TopicWeights("en", {}, {}, load_everyday())
    texts = list(labeled_texts(Path(sys.argv[1]), GOLD))
    data = prepare(texts, [features_of(each, finder, blank) for each in texts], entries)
    chances = np.zeros(data.labels.shape)
    for fold in range(FOLDS):
        out = np.flatnonzero(data.folds == fold)
        chances[out] = chances_of(data, fit(data, data.folds != fold), out)
        print(f"fold {fold + 1} of {FOLDS}", flush=True)
    lines = report(data, found_in(data, chances), topics)
    print("\n".join(lines), flush=True)
    OUT.write_text(written(data, fit(data, np.ones(len(texts), dtype=bool)), topics, lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
