from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import stories as module
from bot.core.linkage import WINDOW
from bot.core.stories import Stories, group_articles
from bot.core.storychanges import Placed, follow
from bot.core.storywords import read_traits
from bot.model import Article

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STEEL = "The ministry in Tokyo weighs an answer to the duty on steel plate, officials said after the cabinet met."
STEEL_TOO = (
    "Tokyo weighs its answer to a duty on steel plate; the cabinet met and the ministry will decide, officials said."
)
PORTS = "Four ports drop the levy on containers from March, the shipping ministers agreed in the evening."
LONG = " ".join(f"Word{n} came to Place{n} with envoy{n}" for n in range(12))


def article(text, *, places=("JP",), language="en", at=AT, title=""):
    return Article(title, text, places=places, language=language, published_at=at)


def sizes(articles):
    return sorted(len(group) for group in group_articles(articles))


def put(stories, *articles, first=1):
    return [stories.add(read_traits(each, key, at=each.published_at)) for key, each in enumerate(articles, start=first)]


def test_two_reports_of_one_event_are_one_story():
    assert sizes([article(STEEL), article(STEEL_TOO), article(PORTS)]) == [1, 2]


def test_another_language_or_another_week_is_another_story():
    assert sizes([article(STEEL), article(STEEL, language="de"), article(PORTS)]) == [1, 1, 1]
    assert sizes([article(STEEL), article(STEEL_TOO, at=AT + timedelta(days=7)), article(PORTS)]) == [1, 1, 1]


def test_stories_stand_in_time_order_and_empty_texts_stand_alone():
    late = article(PORTS, places=("BR",), at=AT + timedelta(hours=1))
    groups = group_articles([late, article(STEEL), article("", at=None), article("", at=None)])
    assert [group[0].text for group in groups] == ["", "", STEEL, PORTS]


def test_the_leading_article_has_the_title_whose_words_most_of_the_others_have():
    odd = article(STEEL, title="Morning briefing", at=AT - timedelta(hours=1))
    apt = article(STEEL_TOO, title="Tokyo weighs answer to steel duty")
    (group, _) = group_articles([odd, apt, article(PORTS, at=AT + timedelta(days=1))])
    assert [each.title for each in group] == [apt.title, odd.title]


def test_a_story_is_called_after_the_article_that_began_it_and_says_what_it_is():
    stories = Stories()
    assert put(stories, article(STEEL, title="Steel"), article(PORTS), article(STEEL_TOO)) == [1, 2, 1]
    changes = stories.take_changes()
    assert {key: placed.story for key, placed in changes.placed.items()} == {1: 1, 2: 2, 3: 1}
    assert (changes.told[1].title, changes.told[1].language, changes.merged) == ("Steel", "en", {})
    assert stories.take_changes().placed == {}


def test_a_copy_goes_where_its_original_is_and_so_does_a_copy_of_the_copy():
    stories = Stories()
    put(stories, article(LONG), article(PORTS), article(f"{LONG}. (Agency)", title="Another title"), article(LONG))
    placed = stories.take_changes().placed
    assert placed == {1: Placed(1), 2: Placed(2), 3: Placed(1, 1), 4: Placed(1, 1)}


def test_copies_move_with_their_original():
    stories = Stories()
    put(stories, article(PORTS), article(STEEL), article(STEEL, title="Another title"), article(STEEL_TOO))
    assert {placed.story for placed in stories.take_changes().placed.values()} == {1, 2}
    assert put(stories, article(STEEL), first=9) == [2]


def test_what_was_silent_for_the_window_is_forgotten_and_the_memory_stays_bounded():
    stories = Stories()
    for day in range(30):
        at = AT + timedelta(days=day)
        put(stories, article(f"{PORTS} {day}", at=at), article(f"{STEEL} {day}", at=at), first=10 * day)
        stories.take_changes()
        assert len(stories) <= 2 * (WINDOW / 24 + 1)
    assert put(stories, article(STEEL, at=AT + timedelta(days=40)), first=999) == [999]


def test_old_articles_that_come_in_bulk_are_forgotten_too(monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 5)
    stories = Stories()
    put(stories, article(PORTS))
    stories.take_changes()
    for n in range(12):
        put(stories, article(f"Archive piece{n} of place{n}", at=AT - timedelta(days=99)), first=100 + n)
        stories.take_changes()
    assert len(stories) < 8


def test_a_restored_story_goes_on():
    stories = Stories()
    stories.restore(read_traits(article(STEEL), 5, at=AT), Placed(3))
    stories.restore(read_traits(article(LONG), 6, at=AT), Placed(6))
    stories.restore(read_traits(article(LONG), 7, at=AT), Placed(6, 6))
    assert stories.take_changes().placed == {}
    assert put(stories, article(STEEL_TOO), article(LONG), first=8) == [3, 6]
    assert stories.take_changes().placed[9] == Placed(6, 6)


def test_what_others_decided_meanwhile_is_taken_over():
    stories = Stories()
    steel = article(STEEL)
    put(stories, steel, article(PORTS), article(LONG))
    stories.restore(read_traits(steel, 1, at=AT), Placed(2))
    put(stories, article(PORTS + " It was told again in other words."), first=9)
    changes = stories.take_changes()
    assert {changes.placed[1].story, changes.placed[2].story} == {2}


def test_stories_that_turn_out_to_be_one_are_merged_and_their_numbers_followed():
    stories = Stories()
    put(stories, *(article(f"Letter{n} sent. Envoy{n} left for Port{n}.") for n in range(9)))
    stories.restore(read_traits(article(STEEL), 20, at=AT), Placed(20))
    stories.restore(read_traits(article(STEEL + " More."), 21, at=AT), Placed(21))
    stories.restore(read_traits(article(STEEL + " Much more."), 22, at=AT), Placed(21))
    placed = {20: 20, 21: 21, 22: 21, 99: 21}
    stories.take_changes()
    put(stories, article(STEEL_TOO), first=30)
    follow(placed, stories.take_changes())
    assert len({placed[key] for key in (20, 21, 22, 30, 99)}) == 1


def test_a_large_story_grows_and_is_not_taken_apart():
    stories = Stories()
    many = [f"{STEEL} Outlet{n} adds that Expert{n} of Institute{n} was doubtful{n} about it." for n in range(40)]
    put(stories, *(article(f"Envoy{n} went to Port{n} in Month{n}") for n in range(400)), first=100)
    assert set(put(stories, *map(article, many))) == {1}


@given(st.lists(st.builds(article, st.text(max_size=60), title=st.text(max_size=20)), max_size=8))
def test_every_article_is_in_exactly_one_story(articles):
    grouped = [each for group in group_articles(articles) for each in group]
    assert sorted(map(id, grouped)) == sorted(map(id, articles))


WORDS = st.sampled_from(["Tokyo", "duty", "steel", "Lima", "port", "levy", "Oslo", "cable", "ship", "envoy", "truce"])


@given(
    st.lists(
        st.builds(
            lambda words, hours: article(" ".join(words), at=AT + timedelta(hours=hours)),
            st.lists(WORDS, min_size=1, max_size=12),
            st.integers(0, 200),
        ),
        max_size=25,
    )
)
def test_numbers_stay_those_of_articles_in_the_story_whatever_comes(articles):
    stories, placed = Stories(), {}
    for key, each in enumerate(articles):
        stories.add(read_traits(each, key, at=each.published_at))
        if key % 3 == 0:
            follow(placed, stories.take_changes())
    follow(placed, stories.take_changes())
    assert placed.keys() == set(range(len(articles)))
    assert all(placed[number] == number for number in set(placed.values()))
