"""The quality gate of the default summary: longer articles with an editor's key sentences, and junk in between.

Thirty invented articles with scenes in front, explainers, timelines, statements and plain news (`longer/`). The
ranking was made on `fitted.txt`. `kept.txt` and then `last.txt` were written unseen and measured once, 0.67 and 0.56;
after that both were looked at and rules were changed, so that no file is unseen any more and all figures below are of
fitted articles. A floor that must go down goes down here, with a date and a reason.
"""

from __future__ import annotations

import pytest

from bot.app import make_analyzer
from tests.quality.longer_articles import longer_articles

# Share of three chosen sentences that are an editor's key sentences, measured on 2026-11-22: 0.89, 0.81, 0.83; each
# floor is some slips below. The first three sentences have 0.06 in each; see CONTRIBUTING for sumy's methods.
FLOORS = {"fitted.txt": 0.77, "kept.txt": 0.72, "last.txt": 0.6}


@pytest.fixture(scope="module")
def analyzer():
    return make_analyzer()


@pytest.mark.parametrize("name", FLOORS)
def test_a_summary_takes_the_sentences_an_editor_would_take(analyzer, name):
    chosen = [
        (article, sentence)
        for article in longer_articles(name)
        for sentence in analyzer.summarize(article.text, title=article.title, n=3).sentences
    ]
    share = sum(article.is_key(sentence) for article, sentence in chosen) / len(chosen)
    others = [f"{article.id}: {sentence.text}" for article, sentence in chosen if not article.is_key(sentence)]
    assert share >= FLOORS[name], f"{share:.3f}\n" + "\n".join(others)


@pytest.mark.parametrize("name", FLOORS)
@pytest.mark.parametrize("n", [1, 3, 5, 8])
def test_lines_of_the_page_are_never_chosen(analyzer, name, n):
    for article in longer_articles(name):
        chosen = analyzer.summarize(article.text, title=article.title, n=n).sentences
        assert [sentence.text for sentence in chosen if article.is_junk(sentence)] == []


def test_the_articles_are_long_and_marked():
    articles = [article for name in FLOORS for article in longer_articles(name)]
    assert len(articles) == len({article.id for article in articles}) == 30
    assert all(3 <= len(article.keys) <= 6 and len(article.junk) >= 3 for article in articles)
