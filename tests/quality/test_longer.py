"""The quality gate of the default summary: longer articles with an editor's key sentences, and junk in between.

150 invented articles: scenes in front, explainers, timelines, statements, portraits, live blogs, rulings, statistics,
analyses and plain news (`longer/`). Each file was measured before the ranking was changed with it in view, and had
then: `kept` 0.67, `last` 0.56, `fourth` 0.72, `fifth` 0.97, `sixth` 0.81, `seventh` 0.58, `eighth` 0.83, `unseen` 0.81,
`ninth` and `tenth`, the largest, 0.83 each (`fitted` came first). With the last three nothing was changed. A floor that
must go down goes down here, with a date and a reason.
"""

from __future__ import annotations

import pytest

from bot.app import make_analyzer
from tests.quality.longer_articles import longer_articles

# Share of three chosen sentences that are an editor's key sentences, measured on 2026-11-22: 0.97, 0.94, 0.89, 0.92,
# 1.00, 0.86, 0.86, 0.89, 0.81, 0.83, 0.83; each floor is some slips below. See CONTRIBUTING for the first sentences
# and for sumy.
FLOORS = {
    "fitted.txt": 0.86,
    "kept.txt": 0.83,
    "last.txt": 0.77,
    "fourth.txt": 0.8,
    "fifth.txt": 0.88,
    "sixth.txt": 0.75,
    "seventh.txt": 0.75,
    "eighth.txt": 0.77,
    "unseen.txt": 0.69,
    "ninth.txt": 0.77,
    "tenth.txt": 0.77,
}
MEAN = 0.86
"""Floor of the mean of all files; measured: 0.89, and 0.90 before the last two files, which are unseen."""

TOPICS, PRECISION = 0.74, 0.76
"""Floors of micro-F1 and precision of topics on all articles. No weight was fitted to them; all but the last two files
were looked at, and helped choose penalties and how the sums of long texts lean. Measured on 2026-11-23: 0.75 and 0.79;
on the first nine files it was 0.68 and 0.54 before long texts had weights of their own. A second reader who labeled
these gave the same topics with F1 0.97."""


@pytest.fixture(scope="module")
def analyzer():
    return make_analyzer()


def shares(analyzer, names):
    """Return the share of key sentences of each file, and what else was chosen."""
    found, others = {}, []
    for name in names:
        chosen = [
            (article, sentence)
            for article in longer_articles(name)
            for sentence in analyzer.summarize(article.text, title=article.title, n=3).sentences
        ]
        found[name] = sum(article.is_key(sentence) for article, sentence in chosen) / len(chosen)
        others += [f"{article.id}: {sentence.text}" for article, sentence in chosen if not article.is_key(sentence)]
    return found, "\n".join(others)


def test_a_summary_takes_the_sentences_an_editor_would_take(analyzer):
    found, others = shares(analyzer, FLOORS)
    assert {name: share for name, share in found.items() if share < FLOORS[name]} == {}, others
    assert sum(found.values()) / len(found) >= MEAN, others


@pytest.mark.parametrize("name", FLOORS)
@pytest.mark.parametrize("n", [1, 3, 5, 8])
def test_lines_of_the_page_are_never_chosen(analyzer, name, n):
    for article in longer_articles(name):
        chosen = analyzer.summarize(article.text, title=article.title, n=n).sentences
        assert [sentence.text for sentence in chosen if article.is_junk(sentence)] == []


def test_the_articles_are_long_and_marked():
    articles = [article for name in FLOORS for article in longer_articles(name)]
    assert len(articles) == len({article.id for article in articles}) == 150
    assert all(3 <= len(article.keys) <= 8 and len(article.junk) >= 3 for article in articles)


def test_articles_have_the_topics_they_are_about(analyzer):
    articles = [article for name in FLOORS for article in longer_articles(name)]
    found = {a.id: {match.topic for match in analyzer.analyze(a.text, title=a.title).topics} for a in articles}
    right = sum(len(a.topics & found[a.id]) for a in articles)
    labels, given = sum(len(a.topics) for a in articles), sum(map(len, found.values()))
    slips = [
        f"{a.id} {a.title}: {sorted(a.topics)} got {sorted(found[a.id])}" for a in articles if a.topics != found[a.id]
    ]
    assert 2 * right / (labels + given) >= TOPICS, "\n".join(slips)
    assert right / given >= PRECISION, "\n".join(slips)
