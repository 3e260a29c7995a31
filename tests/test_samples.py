"""The sample articles are what they promise: dated, long enough, marked as invented, each in its own words."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "sample").glob("*.txt"))
MARKS = {
    "This is a sample article written for Communiqué; the event is invented.",
    "Dies ist ein Beispielartikel, der für Communiqué geschrieben wurde; das Ereignis ist erfunden.",
    "Cet article est un exemple rédigé pour Communiqué ; l’événement est inventé.",
}
EVENTS = {"steel": 3, "patrol": 3, "ports": 2}
SENTENCE_END = re.compile(r"(?<=[.!?])(?:[\"”“»]|\s»)?\s+(?=[\"“„«(A-ZÀ-ÖÜ])")


def parts(path):
    """Return the first line, the headline, the paragraphs and the mark."""
    first, title, *paragraphs, mark = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return first, title, paragraphs, mark


def sentences(path):
    return [
        sentence.strip(' "“”„«»')
        for paragraph in parts(path)[2]
        for sentence in SENTENCE_END.split(paragraph)
        if sentence
    ]


each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


def test_there_are_a_dozen_samples_and_some_tell_one_event():
    assert 12 <= len(SAMPLES) <= 14
    for word, tellings in EVENTS.items():
        told = [path for path in SAMPLES if word in path.name or (word == "patrol" and "patrouillen" in path.name)]
        assert len(told) == tellings
        assert len({parts(path)[2][0].partition(")")[0] for path in told}) == tellings


@each_sample
def test_a_sample_is_named_dated_and_counted(path):
    assert re.fullmatch(r"sample-\d\d-[a-z-]+\.txt", path.name)
    first, title, paragraphs, _ = parts(path)
    day, words = re.fullmatch(r" date (\d{4}-\d\d-\d\d) (\d+)", first).groups()
    assert date(2026, 11, 18) <= date.fromisoformat(day) <= date(2026, 11, 20)
    assert int(words) == sum(len(paragraph.split()) for paragraph in paragraphs)
    assert 20 <= len(title) <= 100
    assert not title.endswith(".")


@each_sample
def test_a_sample_has_the_size_of_a_news_article(path):
    _, _, paragraphs, _ = parts(path)
    assert 250 <= sum(len(paragraph.split()) for paragraph in paragraphs) <= 600
    assert 8 <= len(sentences(path)) <= 25
    assert len(paragraphs) >= 5


@each_sample
def test_a_sample_names_its_outlet_first_and_says_last_that_it_is_invented(path):
    _, _, paragraphs, mark = parts(path)
    assert re.match(r"\([A-Z][\w -]+\) [A-ZÀ-Ö-]+", paragraphs[0])
    assert mark in MARKS


@each_sample
def test_a_sample_is_clean_text(path):
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not re.search(r"  |\t|\n\n|\r| \n", text)
    assert text.count("“") == text.count("”") or "„" in text
    assert text.count('"') % 2 == 0


def test_no_sentence_stands_in_two_samples():
    seen = {}
    for path in SAMPLES:
        for sentence in sentences(path):
            assert seen.setdefault(sentence, path) == path
        assert len(set(sentences(path))) == len(sentences(path))


def test_tellings_of_one_event_share_few_runs_of_words():
    runs = {}
    for path in SAMPLES:
        words = re.findall(r"\w+", " ".join(parts(path)[2]).casefold())
        runs[path] = {tuple(words[at : at + 6]) for at in range(len(words) - 5)}
    assert all(len(runs[one] & runs[other]) <= 2 for one, other in combinations(SAMPLES, 2))
