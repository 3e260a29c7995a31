from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.stories import WINDOW, group_articles
from bot.model import Article

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STEEL = "The ministry in Tokyo weighs an answer to the duty on steel plate, officials said after the cabinet met."
STEEL_TOO = (
    "Tokyo weighs its answer to a duty on steel plate; the cabinet met and the ministry will decide, officials said."
)
PORTS = "Four ports drop the levy on containers from March, the shipping ministers agreed in the evening."


def article(text, *, places=("JP",), language="en", at=AT, title=""):
    return Article(title, text, places=places, language=language, published_at=at)


def sizes(articles):
    return sorted(len(group) for group in group_articles(articles))


def test_two_reports_of_one_event_are_one_story():
    assert sizes([article(STEEL), article(STEEL_TOO), article(PORTS)]) == [1, 2]


def test_another_place_another_language_or_another_week_is_another_story():
    assert sizes([article(STEEL), article(STEEL, places=("KR",)), article(PORTS)]) == [1, 1, 1]
    assert sizes([article(STEEL), article(STEEL, language="de"), article(PORTS)]) == [1, 1, 1]
    assert sizes([article(STEEL), article(STEEL, at=AT + WINDOW * 2), article(PORTS)]) == [1, 1, 1]


def test_articles_without_places_join_only_such():
    assert sizes([article(STEEL, places=()), article(STEEL, places=()), article(PORTS)]) == [1, 2]
    assert sizes([article(STEEL, places=()), article(STEEL), article(PORTS)]) == [1, 1, 1]


def test_stories_stand_in_time_order_and_empty_texts_stand_alone():
    late = article(PORTS, places=("BR",), at=AT + timedelta(hours=1))
    groups = group_articles([late, article(STEEL), article("", at=None), article("", at=None)])
    assert [group[0].text for group in groups] == ["", "", STEEL, PORTS]


@given(st.lists(st.builds(article, st.text(max_size=60), title=st.text(max_size=20)), max_size=8))
def test_every_article_is_in_exactly_one_story(articles):
    grouped = [each for group in group_articles(articles) for each in group]
    assert sorted(map(id, grouped)) == sorted(map(id, articles))
