"""The quality gate of stories: events stay whole, and look-alikes stay apart.

`stories.jsonl` has 124 invented wires of three weeks on 50 events and 8 single pieces of news, 21 pairs of them
look-alikes (letters to two countries in one week, one yearly drill a year apart), three of the wires copies under other
titles. Thresholds were set with the half marked `open`; the other half was written before, and first measured after.
A floor that must go down goes down here, with a date and a reason.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from bot.app import make_place_finder
from bot.core.stories import Stories
from bot.core.storychanges import follow
from bot.core.storywords import read_traits
from bot.model import Article

FILE = Path(__file__).parent / "stories.jsonl"
GOLD = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

# Measured on 2026-11-22: 0.968 and 0.984, one pair of ten and one of eleven; a floor is one slip below.
FLOORS = {"open": 0.95, "held": 0.965, "open merged": 1, "held merged": 1}


@pytest.fixture(scope="module")
def placed():
    finder = make_place_finder()
    rows = sorted(GOLD, key=lambda row: (row["published"], row["id"]))
    stories, found, copies = Stories(), {}, set()
    read = []
    for key, row in enumerate(rows):
        article = Article(
            row["title"],
            row["text"],
            source=row["source"],
            language="en",
            places=finder.find(row["text"], title=row["title"]),
            published_at=datetime.fromisoformat(row["published"]),
        )
        read.append(read_traits(article, key, at=article.published_at))
    for traits in read:
        stories.learn(traits)
    for traits in read:
        stories.add(traits, learned=True)
        changes = stories.take_changes()
        follow(found, changes)
        copies |= {key for key, one in changes.placed.items() if one.copy_of is not None}
    return {rows[key]["id"]: story for key, story in found.items()}, {rows[key]["id"] for key in copies}


@pytest.mark.parametrize("half", ["open", "held"])
def test_events_are_told_as_well_as_ever(placed, half):
    rows = [row for row in GOLD if row["half"] == half]
    score = b_cubed([placed[0][row["id"]] for row in rows], [row["event"] for row in rows])
    assert score >= FLOORS[half], f"{half}: B-cubed F1 {score:.3f} < {FLOORS[half]}"


@pytest.mark.parametrize("half", ["open", "held"])
def test_look_alikes_are_not_merged(placed, half):
    by_event: dict[str, set[int]] = {}
    pairs: dict[str, set[str]] = {}
    for row in GOLD:
        if row["half"] == half:
            by_event.setdefault(row["event"], set()).add(placed[0][row["id"]])
            if row["pair"]:
                pairs.setdefault(row["pair"], set()).add(row["event"])
    merged = [pair for pair, (one, other) in pairs.items() if by_event[one] & by_event[other]]
    assert len(merged) <= FLOORS[f"{half} merged"], merged


def test_copies_are_told_from_reports_of_their_own(placed):
    assert placed[1] == {row["id"] for row in GOLD if row.get("copy")}


def test_the_set_is_whole():
    assert len({row["id"] for row in GOLD}) == len(GOLD) == 124
    assert len({row["event"] for row in GOLD}) == 58
    assert len({row["pair"] for row in GOLD if row["pair"]}) == 21


def b_cubed(found, gold):
    """Return the B-cubed F1 (Bagga and Baldwin 1998) of stories."""
    both, mine, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    precision = sum(n * n / mine[one] for (one, _), n in both.items()) / len(gold)
    recall = sum(n * n / theirs[event] for (_, event), n in both.items()) / len(gold)
    return 2 * precision * recall / (precision + recall)
