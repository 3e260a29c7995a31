from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.digest import choose_stories, fits, reading_minutes, sources
from bot.model import Article, Wish

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def article(title, source="Kairos Wire", *, topics=("tariffs",), places=("JP",), age=1):
    return Article(title, "text", source=source, topics=topics, places=places, published_at=NOW - timedelta(hours=age))


def test_a_wish_for_nothing_in_particular_fits_everything():
    assert fits(article("a", topics=(), places=()), Wish(topics=()))


def test_a_wish_needs_one_of_its_topics_and_one_of_its_places():
    wish = Wish(topics=("tariffs", "energy"), places=("JP", "KR"))
    assert fits(article("a"), wish)
    assert not fits(article("a", places=("DE",)), wish)
    assert not fits(article("a", topics=("conflict",)), wish)


def test_what_more_sources_carry_comes_first_then_the_newest():
    groups = [
        [article("old", age=9)],
        [article("new", "Harbor Post", age=1)],
        [article("wide", age=20), article("wide too", "Harbor Post", age=20)],
    ]
    assert [story.title for story in choose_stories(groups, Wish())] == ["wide", "new", "old"]


def test_one_outlet_leads_at_most_half_while_others_wait():
    groups = [[article(f"k{n}", age=n)] for n in range(4)] + [[article("h", "Harbor Post", age=9)]]
    chosen = choose_stories(groups, Wish(most_stories=4))
    assert [story.title for story in chosen] == ["k0", "k1", "h", "k2"]


def test_a_story_is_told_if_any_of_its_articles_fits():
    groups = [[article("a", topics=("conflict",)), article("b", "Harbor Post", topics=("tariffs",))]]
    (story,) = choose_stories(groups, Wish(topics=("tariffs",)))
    assert story.topics == ("tariffs", "conflict")
    assert story.places == ("JP",)
    assert sources(story) == ("Kairos Wire", "Harbor Post")
    assert choose_stories(groups, Wish(topics=("energy",))) == []


def test_articles_without_a_date_or_a_source_are_told_last():
    dateless = Article("d", "text", topics=("tariffs",))
    chosen = choose_stories([[dateless], [article("a")]], Wish())
    assert [story.title for story in chosen] == ["a", "d"]
    assert sources(chosen[1]) == ()


def test_reading_takes_a_minute_for_230_words():
    assert reading_minutes(["word " * 115, "word " * 115]) == 1.0
