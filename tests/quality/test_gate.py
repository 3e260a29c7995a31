"""The quality gate: topics and places of a small gold set may not get worse silently.

`gold.jsonl` has forty invented items, labeled by hand: twenty-five with topics, five of them not in English, and
fifteen traps that use the topics' words for other things (a football trade, an airline alliance, china cups). It is a
smoke alarm, not a measure: vocabularies are not to be tuned to it, and a floor that must go down goes down here, with
a date and a reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import make_analyzer
from bot.model import Analysis

GOLD = [json.loads(line) for line in (Path(__file__).parent / "gold.jsonl").read_text(encoding="utf-8").splitlines()]

# Micro-F1 over all items, and the share of traps that get no topic. Measured on 2026-11-22: 0.897, 0.993 and 14 of 15;
# each floor is one or two slips below.
FLOORS = {"topics": 0.89, "places": 0.98, "traps": 0.86}

FOUND: dict[str, Callable[[Analysis], set[str]]] = {
    "topics": lambda analysis: {match.topic for match in analysis.topics},
    "places": lambda analysis: set(analysis.places),
}


@pytest.fixture(scope="module")
def analyses():
    analyzer = make_analyzer()
    return {item["id"]: analyzer.analyze(item["text"], title=item["title"]) for item in GOLD}


@pytest.mark.parametrize("field", FOUND)
def test_topics_and_places_of_the_gold_set_are_found_as_well_as_ever(analyses, field):
    pairs = [(item, set(item[field]), FOUND[field](analyses[item["id"]])) for item in GOLD]
    right = sum(len(gold & found) for _, gold, found in pairs)
    score = 2 * right / sum(len(gold) + len(found) for _, gold, found in pairs)
    misses = [
        f"{item['id']} {item['title']}: missed {sorted(gold - found)}, wrong {sorted(found - gold)}"
        for item, gold, found in pairs
        if gold != found
    ]
    assert score >= FLOORS[field], f"{field}: micro-F1 {score:.3f} < {FLOORS[field]}\n" + "\n".join(misses)


def test_words_that_mean_something_else_are_no_topic(analyses):
    traps = [item for item in GOLD if not item["topics"]]
    caught = {item["title"]: FOUND["topics"](analyses[item["id"]]) for item in traps}
    fallen = {title: sorted(found) for title, found in caught.items() if found}
    share = 1 - len(fallen) / len(traps)
    assert share >= FLOORS["traps"], f"traps: {share:.3f} < {FLOORS['traps']}\n{fallen}"


def test_the_gold_set_is_labeled_with_known_keys_and_has_traps():
    vocabulary = make_analyzer().vocabulary
    assert len(GOLD) == len({item["id"] for item in GOLD}) == 40
    assert all(set(item["topics"]) <= vocabulary.topics.keys() for item in GOLD)
    assert all(set(item["places"]) <= vocabulary.places.keys() for item in GOLD)
    assert sum(not item["topics"] for item in GOLD) == 15
    assert sum(item["language"] != "en" for item in GOLD) == 5
