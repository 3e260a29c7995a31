"""`python -m tests.quality.fit_topics FOLDER`: fits the topics' weights and writes `data/topic_weights.toml`.

FOLDER is evaluation data as `make quality EVAL=FOLDER` takes it. The table says how it was fitted and how well it does
on texts it has not seen: in five folds, and on each set when fitted without it. Nothing of the texts is kept. It takes
half an hour on two cores, and the same texts give the same table; `tests.quality.fitting` has the arithmetic.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bot.core.topics import TopicFinder
from bot.core.topicweights import BESIDE, EVERY_TOPIC, FIELDS, MEASURES, TopicWeights
from bot.seeds import load_fields, load_topics
from tests.quality.fitting import (
    LEAN,
    LEARNED,
    PENALTY,
    PENALTY_ALL,
    PENALTY_SUBJECTS,
    PHRASES,
    RIDGE,
    ROUNDS,
    SHRINKAGE,
    Data,
    Fitted,
    FittedLong,
    chances_of,
    fit,
    fit_long,
    found_in,
    prepare,
)
from tests.quality.labeled import OURS, features_of, labeled_texts

GOLD = Path(__file__).parent / "modern.jsonl"
OUT = Path(__file__).parents[2] / "data" / "topic_weights.toml"
FOLDS = 5
LEAST_SHOWN = 0.005  # of a measure's weight
TARIFFS_ONLY = ("reuters", "bills")
# What is fitted without, to see what an unseen kind of text gets: sets that are of one kind go together.
KINDS = (("reuters",), ("bills",), ("headlines",), ("world", "untitled"), ("events",), OURS)

HEAD = """# The weights of words for and against each topic. Made by `python -m tests.quality.fit_topics`; a line may be
# edited by hand until it is made again. bot/core/topicweights.py says what they mean; phrases are in topics.toml.
#
#   [xx.measures.topic]   what the measures of a text weigh for the topic, in the language xx
#   [xx.fields.topic]     what the fields of words of fields.toml weigh, in short texts: alone, what is added beside a
#                         foreign country, and what beside two
#   [xx.words.topic]      words by weight: '+' speaks for the topic, '-' against it; singular, small letters, pairs too
#   [xx.words.all]        words that speak for or against every topic
#   [xx.long_measures.topic], [xx.long_words.topic]
#                         the same in texts of over 50 words, instead of all of the above
#
# Fitted on the open half of the evaluation sets (news of 1987 by subject, bills and front pages by policy code, news
# of 2004 by section with and without its titles, sentences with political events) and on the gold set in
# tests/quality but for its parts `held`, `unseen`, `fresh`, `agency_kept` and `reports_kept`: logistic regression. For
# short texts L1 penalty {own} ({every} for words of all topics, {subjects} for fields of words), L2 {shrinkage},
# {rounds} rounds, weights of words rounded to quarters; for long ones L2 penalty {ridge} on what is added to a share of
# the weights that words have in short ones. Added were, for all topics but tariffs,
# {lean}.
# On texts it had not seen, in five folds:
{folds}
# On each set when fitted without that set:
{kinds}
# (reuters and bills: tariffs; headlines, world, untitled and events: any topic; the last eleven: every topic of parts
# of the gold set; traps: those without any that have none. Phrases were chosen with an eye on all of these, which
# flatters them; tests/quality/test_modern.py has what each was at first sight.)"""


def main() -> int:
    """Fit by folds and without each set to tell how well it does, then on everything, and write the table."""
    entries = load_topics()
    finder = TopicFinder(entries)
    topics = list(finder.topics)
    fields = load_fields()
    blank = TopicWeights("en", {}, {}, fields)
    texts = list(labeled_texts(Path(sys.argv[1]), GOLD))
    features = [features_of(each, finder, blank) for each in texts]
    data = prepare(texts, features, entries, [name for name in fields if name not in FIELDS])
    folds = list(report(data, chances_unseen(data, [data.folds == fold for fold in range(FOLDS)]), topics))
    kinds = list(report(data, chances_unseen(data, [of_kind(data, kind) for kind in KINDS]), topics))
    print("\n".join([*folds, *kinds]), flush=True)
    everything = np.ones(len(texts), dtype=bool)
    short, long = fit(data, everything), fit_long(data, everything)
    OUT.write_text(written(data, short, long, topics, head(folds, kinds)), encoding="utf-8")
    return 0


def of_kind(data: Data, kind: tuple[str, ...]) -> np.ndarray:
    """Return which texts are of a kind, with a title or without."""
    return np.isin([group.removeprefix("untitled ") for group in data.groups], kind)


def chances_unseen(data: Data, parts: list[np.ndarray]) -> np.ndarray:
    """Return the chances of topics in each part of the texts, fitted on all the others; 0 in no part."""
    chances = np.zeros(data.labels.shape)
    with ProcessPoolExecutor(mp_context=get_context("fork"), initializer=_given.append, initargs=(data,)) as pool:
        for n, (part, found) in enumerate(zip(parts, pool.map(_chances_in, parts), strict=True), 1):
            chances[part] = found
            print(f"{n} of {len(parts)}", flush=True)
    return chances


_given: list[Data] = []  # to a process of the pool


def _chances_in(part: np.ndarray) -> np.ndarray:
    (data,) = _given
    return chances_of(data, fit(data, ~part), fit_long(data, ~part), np.flatnonzero(part))


def report(data: Data, chances: np.ndarray, topics: list[str]) -> Iterator[str]:
    """Give a line a group: how well topics are found."""
    found = found_in(chances, data.is_long)
    for group in ("reuters", "bills", "headlines", "world", "untitled", "events", *OURS):
        own = data.groups == group
        if group in OURS:
            truth, seen = data.labels[own] == 1, found[own]
            traps = ~truth.any(1)
            clean = f", traps {(traps & ~seen.any(1)).sum()}/{traps.sum()}"
        else:
            truth, clean = np.array([bool(each.gold) for each in data.texts])[own], ""
            seen = found[own, topics.index("tariffs")] if group in TARIFFS_ONLY else found[own].any(1)
        right = (truth & seen).sum()
        precision, recall = right / max(1, seen.sum()), right / max(1, truth.sum())
        score = 2 * right / (seen.sum() + truth.sum())
        yield f"{group}: precision {precision:.3f}, recall {recall:.3f}, F1 {score:.3f}{clean}"
    acts = data.groups == "acts"
    recalls = []
    for n, topic in enumerate(topics):
        truth = acts & (data.labels[:, n] == 1)
        if truth.any():
            recalls.append(f"{topic} {(truth & found[:, n]).sum()}/{truth.sum()}")
    yield f"events by topic, recall: {', '.join(recalls)}"


def head(folds: list[str], kinds: list[str]) -> str:
    """Return the comment above the table; of what was fitted without a set, only the sets left out are told."""
    without = [line for line in kinds if not line.startswith("events by topic")]
    return HEAD.format(
        own=PENALTY,
        every=PENALTY_ALL,
        subjects=PENALTY_SUBJECTS,
        shrinkage=SHRINKAGE,
        ridge=RIDGE,
        rounds=ROUNDS,
        lean=_said(LEAN),
        folds="\n".join(f"#   {line}" for line in folds),
        kinds="\n".join(f"#   {line}" for line in without),
    )


def _said(leans: dict[str, float]) -> str:
    return ", ".join(f"{lean:+} to {name}" for name, lean in leans.items())


def written(data: Data, fitted: Fitted, long: FittedLong, topics: list[str], comment: str) -> str:
    """Return the table as TOML."""
    out = [comment]
    for n, topic in enumerate(topics):
        values = dict(zip((*LEARNED, *PHRASES), long.measures[:, n], strict=False))
        shown = [f"{name} = {values[name]:.2f}" for name in MEASURES if abs(values[name]) >= LEAST_SHOWN]
        out += [f"\n[en.long_measures.{topic}]", *shown]
    for n, topic in enumerate(topics):
        out.append(f"\n[en.measures.{topic}]")
        values = dict(zip(LEARNED, fitted.measures[:, n], strict=False))
        values |= dict(zip(PHRASES, fitted.phrases[n], strict=True))
        out += [f"{name} = {values[name]:.2f}" for name in MEASURES]
    for n, topic in enumerate(topics):
        out.append(f"\n[en.fields.{topic}]")
        ways = fitted.measures[len(LEARNED) :, n].reshape(len(BESIDE), -1).T.round(2) + 0.0
        rows = zip(data.subjects, ways, strict=True)
        out += [f"{name} = [{', '.join(f'{weight:.2f}' for weight in row)}]" for name, row in rows if row.any()]
    columns = [("words", EVERY_TOPIC, fitted.every[:, 0])]
    columns += [("words", topic, column) for topic, column in zip(topics, fitted.own.T, strict=True)]
    columns += [("long_words", topic, column) for topic, column in zip(topics, long.words.T, strict=True)]
    for table, topic, column in columns:
        out.append(f"\n[en.{table}.{topic}]")
        for weight in sorted(set(column) - {0.0}, reverse=True):
            words = [data.vocabulary[n] for n in np.flatnonzero(column == weight)]
            wrapped = textwrap.wrap(", ".join(words), 117, break_long_words=False, break_on_hyphens=False)
            out.append(f"\"{weight:+.2f}\" = '''\n" + "\n".join(wrapped) + "\n'''")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(main())
