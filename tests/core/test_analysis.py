from __future__ import annotations

import pytest

from bot.core import analysis
from bot.core.decode import text_from_bytes
from bot.errors import AskedWronglyError, RefusalError
from bot.model import Article

TEXT = "The ministry in Tokyo raised the tariff on steel. Mills in Japan closed. Talks with the United States go on."


def test_annotating_keeps_what_an_article_has_already(analyzer):
    annotated = analyzer.annotate(Article("Steel", TEXT))
    assert (annotated.language, annotated.topics[0]) == ("en", "tariffs")
    assert {"JP", "US"} == set(annotated.places)
    own = analyzer.annotate(Article("Steel", TEXT, language="en", topics=("own",), places=("XX",)))
    assert (own.topics, own.places) == (("own",), ("XX",))


def test_the_words_of_a_wish_are_known(analyzer):
    assert analyzer.topic_words["trade"] == "tariffs"
    assert analyzer.place_words["japanese"] == "JP"
    assert {"alliances", "tariffs"} <= set(analyzer.vocabulary.topics)


def test_key_sentences_of_stored_articles_are_remembered_and_the_oldest_forgotten(analyzer, monkeypatch):
    monkeypatch.setattr(analysis, "REMEMBERED", 1)
    article = Article("Steel", TEXT, language="en", id=1)
    first = analyzer.key_sentences(article, 1)
    assert analyzer.key_sentences(article, 1) is first
    analyzer.key_sentences(article, 2)
    again = analyzer.key_sentences(article, 1)
    assert again == first
    assert again is not first
    assert analyzer.key_sentences(Article("Steel", TEXT, language="en"), 1) == first


def test_a_story_takes_turns_and_says_nothing_twice(analyzer):
    other = "The ministry in Tokyo raised the tariff on steel! Unions in Osaka objected. Importers wait."
    story = analyzer.analyze_story([("A", TEXT), ("B", ""), ("C", other)], n=4)
    texts = [sentence.text for _, sentence in story.sentences]
    assert len(texts) == 4
    assert sum("raised the tariff" in text for text in texts) == 1
    assert {article for article, _ in story.sentences} == {0, 2}
    assert story.analysis.title == "A"
    assert "JP" in story.analysis.places


def test_a_story_with_nothing_to_read_is_refused(analyzer):
    with pytest.raises(RefusalError):
        analyzer.analyze_story([("A", ""), ("B", "12 34")])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Zölle".encode(), "Zölle"),
        (b"\xef\xbb\xbfA", "A"),
        ("Zölle".encode("utf-16"), "Zölle"),
        (b"Z\xf6lle", "Zölle"),
        (b"\x00\x01", None),
        (b"\x81\xff", None),
        (b"\xff\xfeA", None),
    ],
)
def test_text_is_decoded_by_its_mark_or_as_utf8_or_windows_1252(raw, text):
    assert text_from_bytes(raw) == text


@pytest.mark.parametrize("articles", [[("A", TEXT)], [("A", TEXT), ("B", "")], [("B", ""), ("A", TEXT), ("C", TEXT)]])
def test_a_storys_sentences_alone_are_those_of_the_whole_story(analyzer, articles):
    for n in (1, 2, 5):
        whole = analyzer.analyze_story(articles, n=n)
        assert analyzer.story_sentences(articles, n=n) == whole.sentences
        assert whole.analysis.title == "A"
    with pytest.raises(AskedWronglyError):
        analyzer.story_sentences(articles, n=0)
