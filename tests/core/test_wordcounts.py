"""Counting words: the quick way finds what looking for each word by itself finds."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core import wordcounts
from bot.core.wordcounts import WORD, WordCounter, between, singular, words_between

WANTED = ("truce", "talk", "u.s", "peace talk", "us truce", "a b c", "p&l", "war")
PIECES = st.sampled_from(
    [
        "truces",
        "Talk",
        "U.S.",
        "peace",
        "us",
        "’",
        "'s",
        "-",
        " ",
        "\n\n",
        ", ",
        " – ",
        "é",
        "\x01",
        "?",
        "P&L",
        "wars",
        ".",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40)
GAPS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=3)


def counted_one_by_one(text, gaps):
    found = Counter()
    for start, end in between(text, gaps):
        words = [singular(each[0]) for each in WORD.finditer(text, start, end)]
        found.update(word for word in words if word in WANTED)
        found.update(pair for pair in map(" ".join, pairwise(words)) if pair in WANTED)
    return dict(found)


def ascending(text, starts):
    at, gaps = 0, []
    for start, length in sorted(starts):
        if at <= start <= len(text):
            at = min(len(text), start + length)
            gaps.append((start, at))
    return gaps


@given(TEXTS, GAPS)
def test_the_words_are_those_that_are_found_one_by_one(text, starts):
    gaps = ascending(text, starts)
    assert WordCounter(WANTED).count([(text, 1, gaps)]) == counted_one_by_one(text, gaps)


def test_neighbors_are_words_whatever_stands_between_but_a_gap():
    counter = WordCounter(WANTED)
    assert counter.count([("peace — \n\n “talks”", 1, ())]) == {"talk": 1, "peace talk": 1}
    assert counter.count([("peace Peru talks", 1, [(6, 10)])]) == {"talk": 1}
    assert counter.count([("peace \x01 talks", 1, ())]) == {"talk": 1, "peace talk": 1}


def test_a_part_that_counts_twice_does_and_no_pair_reaches_into_the_next_one():
    assert WordCounter(WANTED).count([("a truce, peace", 2, ()), ("talks", 1, ())]) == {"truce": 2, "talk": 1}


def test_spellings_are_forgotten_when_they_are_too_many(monkeypatch):
    monkeypatch.setattr(wordcounts, "_REMEMBERED", 2)
    counter = WordCounter(WANTED)
    assert counter.count([("truce a b c truces d Truce", 1, ())]) == {"truce": 3}


def test_a_counter_without_words_counts_none():
    assert WordCounter([]).count([("truce", 1, ())]) == {}


def test_a_gap_stands_between_words_and_takes_those_within():
    assert [word for word, _, _ in words_between("a Peru b", [(2, 6)])] == ["a", "", "b", ""]
