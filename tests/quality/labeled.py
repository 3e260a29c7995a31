"""Labeled texts → what the fit of the topics' weights learns from; the caller names the folder of evaluation data.

It fits nothing. Nothing of the texts is kept: only counts leave this module.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.core.topics import TopicFinder
from bot.core.topicweights import PhraseWeights, Signs, TopicWeights
from bot.core.wordcounts import words_between

# Disasters and accidents are "World" to an agency and no topic of ours: such positives teach little.
_NOT_OURS = re.compile(
    r"\b(earthquakes?|quakes?|typhoons?|hurricanes?|storms?|floods?|flooding|landslides?|crash(es|ed)?|derail\w*|"
    r"bus(es)?|trains?|ferry|volcan\w*|miners?|coal mine|heat ?wave|cyclone|tsunami|avalanche|flu|"
    r"virus|disease|cancer|tourists?|pope)\b",
    re.IGNORECASE,
)
_BUSINESS = {"earn", "acq", "interest", "money-supply"}
_PLOVER = {"SANCTION": "sanctions", "FIGHT": "conflict", "CONSULT": "diplomacy"}
_MENTIONS = 4  # of tariffs in a text found by searching for them: from there on they are its subject
GOLD_WEIGHTS = {
    "seen": 2.0,
    "fitting": 12.5,
    "late": 12.5,
    "kept": 12.5,
    "last": 12.5,
    "broad": 12.5,
    "broad_kept": 12.5,
    "wide": 0.5,
    "agency": 0.5,
    "front": 0.5,
    "reports": 18.75,
}  # parts of the gold set that are learned from
OURS = tuple(GOLD_WEIGHTS)


@dataclass(slots=True)
class Labeled:
    """A text with its labels: by topic (absent: not known), whether it has any topic, and how much it counts."""

    group: str
    id: str
    title: str
    text: str
    topics: dict[str, bool] = field(default_factory=dict)
    any_topic: bool | None = None
    weight: float = 1.0
    gold: bool | None = None  # what the evaluation asks: `tariffs` in trade texts and bills, else any topic

    @property
    def fold(self) -> int:
        """The text's fold of five, from its id: with and without its title it is in the same."""
        return int(hashlib.sha1(self.id.encode()).hexdigest(), 16) % 5


@dataclass(slots=True)
class Features:
    """What a text is to the fit: word counts, values of the phrases by topic, signs, and words by field."""

    words: Counter[str]
    phrases: dict[str, PhraseWeights]
    signs: Signs
    fields: dict[str, int]


def labeled_texts(folder: Path, gold: Path) -> Iterator[Labeled]:
    """Give the texts of an evaluation folder (its open half) and of our own gold set.

    Short ones that have a title are given a second time without it, as `untitled`, `untitled seen` …, so that what
    a bare sentence is like is not learned from the one set that has nothing else; not so our `reports`, which are
    long.
    """
    yield from _trade(folder)
    yield from _bills(folder)
    for row in _rows(folder, "topics_nyt_cap"):
        foreign = row["cap_code"] in {16, 18, 19}
        yield Labeled("headlines", row["id"], row["title"], row["title"], any_topic=foreign, gold=foreign)
    for each in _world(folder):
        yield each
        yield replace(each, group="untitled", title="", weight=each.weight / 2)
    yield from _acts(folder)
    for row in _rows(folder, "topics_weak_tariff_peoplesdaily"):
        if int(row["tariff_mentions"]) >= _MENTIONS:
            yield Labeled("searched", row["id"], row["title"], row["text"], {"tariffs": True}, weight=0.7)
    for each in _own(gold):
        yield each
        if each.group != "reports" and each.title not in {"", each.text}:
            yield replace(each, group=f"untitled {each.group}", title="", text=f"{each.title}. {each.text}")


def _own(gold: Path) -> Iterator[Labeled]:
    for line in gold.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["part"] in GOLD_WEIGHTS:
            topics = dict.fromkeys(row["topics"], True)
            weight = GOLD_WEIGHTS[row["part"]] / 2
            yield Labeled(row["part"], row["id"], row["title"], row["text"], topics, weight=weight)


def _trade(folder: Path) -> Iterator[Labeled]:
    for row in _rows(folder, "topics_reuters"):
        trade = "trade" in row["labels"]
        business = bool(row["labels"]) and set(row["labels"]) <= _BUSINESS
        labels: tuple[dict[str, bool], bool | None] = {"tariffs": trade}, False if business else None
        weight = 12.0 if trade else 4.8
        yield Labeled("reuters", row["id"], row["title"], row["text"], *labels, weight=weight, gold=trade)


def _bills(folder: Path) -> Iterator[Labeled]:
    for row in _rows(folder, "topics_uscongress_cap"):
        trade = row["cap_code"] == 18
        domestic = row["cap_code"] not in {16, 18, 19, 99}
        labels: tuple[dict[str, bool], bool | None] = {"tariffs": trade}, False if domestic else None
        yield Labeled("bills", row["id"], "", row["text"], *labels, weight=1.0 if trade else 0.5, gold=trade)


def _acts(folder: Path) -> Iterator[Labeled]:
    for row in _rows(folder, "topics_cameo_sentences"):
        event = row["labels"] == ["political_event"]
        yield Labeled("events", row["id"], "", row["text"], any_topic=event, weight=6.0, gold=event)
    for row in _rows(folder, "topics_plover_events"):
        label = row["labels"][0]
        if label in _PLOVER:
            yield Labeled("acts", row["id"], "", row["text"], {_PLOVER[label]: True}, weight=12.0)
        else:
            yield Labeled("acts", row["id"], "", row["text"], any_topic=True, weight=3.0)


def _world(folder: Path) -> Iterator[Labeled]:
    for row in _rows(folder, "topics_agnews"):
        world = row["labels"] == ["World"]
        unlike = world and _NOT_OURS.search(f"{row['title']} {row['text']}")
        weight = 0.65 if unlike else 2.1
        yield Labeled("world", row["id"], row["title"], row["text"], any_topic=world, weight=weight, gold=world)


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"**/{name}_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def features_of(each: Labeled, finder: TopicFinder, blank: TopicWeights) -> Features:
    """Return what a text is to the fit; `blank` is a table that has only the fields of words."""
    read = finder.read(each.text, title=each.title, language="en")
    words: Counter[str] = Counter()
    parts = read.parts()
    for text, worth, gaps in parts:
        before = ""
        for word, _, _ in words_between(text, gaps):
            if word:
                words[word] += worth
                if before:
                    words[f"{before} {word}"] += worth
            before = word
    return Features(words, read.phrases(), read.signs(), blank.count(parts).fields)


def value_of(count: int, allowance: float) -> float:
    """Return what a word that is there so often counts."""
    return (1 + math.log(count)) / allowance
