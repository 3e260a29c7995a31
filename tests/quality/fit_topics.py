"""`python -m tests.quality.fit_topics FOLDER`: fits the topics' weights and writes `data/topic_weights.toml`.

FOLDER is evaluation data as `make quality EVAL=FOLDER` takes it. The table says how it was fitted and how well it does
on texts it has not seen: in five folds, and on each set when fitted without it. Nothing of the texts is kept. It takes
about ten minutes, and the same texts give the same table; `tests.quality.fitting` has the arithmetic.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bot.core.topics import TopicFinder
from bot.core.topicweights import BESIDE, EVERY_TOPIC, FIELDS, MEASURES, TopicWeights
from bot.seeds import load_fields, load_topics
from tests.quality.fitting import (
    LEAN,
    LEAN_SETTLED,
    LEARNED,
    PENALTY,
    PENALTY_ALL,
    PENALTY_SUBJECTS,
    PHRASES,
    ROUNDS,
    Data,
    Fitted,
    chances_of,
    fit,
    found_in,
    prepare,
)
from tests.quality.labeled import OURS, features_of, labeled_texts

GOLD = Path(__file__).parent / "modern.jsonl"
OUT = Path(__file__).parents[2] / "data" / "topic_weights.toml"
FOLDS = 5
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
#
# Fitted on the open half of the evaluation sets (news of 1987 by subject, bills and front pages by policy code, news
# of 2004 by section with and without its titles, sentences with political events) and on the gold set in
# tests/quality but for its parts `held`, `unseen` and `fresh`: logistic regression, L1 penalty {own} ({every} for words
# of all topics, {subjects} for fields of words), {rounds} rounds, words' weights rounded to quarters. Added were
# {settled} for tariffs, and for the others
# {lean}.
# On texts it had not seen, in five folds:
{folds}
# On each set when fitted without that set:
{kinds}
# (reuters and bills: tariffs; headlines, world, untitled and events: any topic; the last eight: every topic of parts
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
    fitted = fit(data, np.ones(len(texts), dtype=bool))
    OUT.write_text(written(data, fitted, topics, head(folds, kinds)), encoding="utf-8")
    return 0


def of_kind(data: Data, kind: tuple[str, ...]) -> np.ndarray:
    """Return which texts are of a kind, with a title or without."""
    return np.isin([group.removeprefix("untitled ") for group in data.groups], kind)


def chances_unseen(data: Data, parts: list[np.ndarray]) -> np.ndarray:
    """Return the chances of topics in each part of the texts, fitted on all the others; 0 in no part."""
    chances = np.zeros(data.labels.shape)
    for n, part in enumerate(parts, 1):
        index = np.flatnonzero(part)
        chances[index] = chances_of(data, fit(data, ~part), index)
        print(f"{n} of {len(parts)}", flush=True)
    return chances


def report(data: Data, chances: np.ndarray, topics: list[str]) -> Iterator[str]:
    """Give a line a group: how well topics are found."""
    found = found_in(chances)
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
        rounds=ROUNDS,
        settled=_said(LEAN_SETTLED),
        lean=_said(LEAN),
        folds="\n".join(f"#   {line}" for line in folds),
        kinds="\n".join(f"#   {line}" for line in without),
    )


def _said(leans: dict[str, float]) -> str:
    return ", ".join(f"{lean:+} to {name}" for name, lean in leans.items())


def written(data: Data, fitted: Fitted, topics: list[str], comment: str) -> str:
    """Return the table as TOML."""
    out = [comment]
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
    for topic, column in [(EVERY_TOPIC, fitted.every[:, 0]), *zip(topics, fitted.own.T, strict=True)]:
        out.append(f"\n[en.words.{topic}]")
        for weight in sorted(set(column) - {0.0}, reverse=True):
            words = [data.vocabulary[n] for n in np.flatnonzero(column == weight)]
            wrapped = textwrap.wrap(", ".join(words), 117, break_long_words=False, break_on_hyphens=False)
            out.append(f"\"{weight:+.2f}\" = '''\n" + "\n".join(wrapped) + "\n'''")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(main())
