from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import (
    choose_stories,
    fits,
    is_wished,
    newest_at,
    rank_stories,
    reading_minutes,
    sources,
    told_texts,
    under_topics,
    within_minutes,
)
from bot.model import Article, Story, Wish

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
OUTLETS = ("Kairos Wire", "Harbor Post", "Meridian Daily", "Ostsee Bote", "Delta Courier", "Fjord Times")


def article(title, source="Kairos Wire", *, topics=("tariffs",), places=("JP",), age=1, number=None, text="text"):
    at = NOW - timedelta(hours=age)
    return Article(title, text, source=source, topics=topics, places=places, published_at=at, id=number)


def story(title, count=1, *, lead=0, copies=(), **told):
    names = (OUTLETS[lead:] + OUTLETS[:lead])[:count]
    reports = [article(title, name, number=number, **told) for number, name in enumerate(names, 1)]
    return Story(
        title,
        tuple(reports),
        topics=reports[0].topics,
        places=reports[0].places,
        published_at=NOW - timedelta(hours=told.get("age", 1)),
        copies=frozenset(copies),
        id=abs(hash(title)),
    )


def order(stories, wish=None, **how):
    return [one.title for one in rank_stories(stories, wish or Wish(), NOW, **how)]


def test_a_wish_for_nothing_in_particular_fits_everything():
    assert fits(article("a", topics=(), places=()), Wish(topics=()))


def test_a_wish_needs_one_of_its_topics_and_one_of_its_places_in_one_report():
    wish = Wish(topics=("tariffs", "energy"), places=("JP", "KR"))
    assert fits(article("a"), wish)
    assert not fits(article("a", places=("DE",)), wish)
    assert not fits(article("a", topics=("conflict",)), wish)
    apart = Story("t", (article("a", places=("DE",)), article("b", topics=("conflict",))))
    assert not is_wished(apart, wish)


def test_a_word_of_include_is_enough_and_a_word_of_exclude_too_much():
    soy = story("Soy levy", topics=("energy",), text="The soybean levy rose.")
    assert not is_wished(soy, Wish())
    assert is_wished(soy, Wish(include=("soybean",)))
    assert not is_wished(soy, Wish(include=("soy bean", "levies")))
    assert not is_wished(soy, Wish(topics=("energy",), exclude=("LEVY",)))


def test_a_muted_story_is_never_told_even_after_it_joined_another():
    one = story("Duty", 2)
    assert is_wished(one, Wish())
    assert not is_wished(one, Wish(muted=(one.id,)))
    assert not is_wished(one, Wish(muted=(2,)))  # an article's id: what the story was called before


def test_what_more_independent_sources_carry_comes_first_then_the_newest():
    told = [story("old", age=9), story("new", age=1), story("wide", 3, age=2), story("copied", 5, copies=(2, 3, 4, 5))]
    assert order(told) == ["wide", "copied", "new", "old"]


def test_one_source_now_is_worth_three_sources_eighteen_hours_ago():
    assert order([story("wide", 3, age=19), story("new", age=0)]) == ["new", "wide"]
    assert order([story("wide", 3, age=17), story("new", age=0)]) == ["wide", "new"]


def test_a_story_about_what_was_asked_for_comes_before_one_that_mentions_it():
    about, mentions = story("about", topics=("tariffs", "energy")), story("mentions", topics=("energy", "tariffs"))
    assert order([mentions, about], Wish(topics=("tariffs",))) == ["about", "mentions"]
    here, also = story("here", places=("JP", "US")), story("also", places=("US", "JP"))
    assert order([also, here], Wish(places=("JP",))) == ["here", "also"]


def test_words_and_leanings_move_a_story():
    plain, lithium = story("plain"), story("lithium", text="Lithium.", age=5)
    assert order([plain, lithium]) == ["plain", "lithium"]
    assert order([plain, lithium], Wish(include=("lithium",))) == ["lithium", "plain"]
    brazil = story("brazil", places=("BR",), age=5)
    assert order([plain, brazil], Wish(more=("BR",))) == ["brazil", "plain"]
    assert order([brazil, plain], Wish(fewer=("JP",))) == ["brazil", "plain"]


def test_a_standing_says_what_a_place_comes_from():
    (one,) = rank_stories([story("a", 4, copies=(4,), age=3)], Wish(places=("JP",), include=("text",)), NOW)
    standing = one.standing
    assert (standing.sources, standing.copies, standing.age) == (3, 1, timedelta(hours=3))
    assert (standing.topics, standing.places, standing.words) == (("tariffs",), ("JP",), ("text",))
    (chosen,) = choose_stories([one], Wish())
    assert chosen.standing.rank == 1


def test_one_outlet_leads_at_most_half_while_others_wait():
    told = [story(f"k{n}", 3, places=(str(n),)) for n in range(6)] + [story(f"h{n}", lead=1, age=40) for n in range(2)]
    chosen = choose_stories(rank_stories(told, Wish(most_stories=4), NOW), Wish(most_stories=4))
    assert [one.articles[0].source for one in chosen].count("Kairos Wire") == 2
    alone = choose_stories(rank_stories(told[:6], Wish(most_stories=4), NOW), Wish(most_stories=4))
    assert len(alone) == 4


def test_one_topic_has_at_most_six_in_ten_while_others_wait_unless_it_was_all_that_was_asked_for():
    many = [story(f"t{n}", 3, lead=n % 6, places=(str(n),)) for n in range(12)]
    few = [story(f"a{n}", lead=n, topics=("alliances",), age=60) for n in range(6)]
    chosen = choose_stories(rank_stories(many + few, Wish(), NOW), Wish())
    assert [one.topics[0] for one in chosen].count("tariffs") == 6
    only = Wish(topics=("tariffs",))
    assert len(choose_stories(rank_stories(many, only, NOW), only)) == 10


def test_look_alikes_give_way_to_what_differs():
    told = [story("jp1"), story("jp2", lead=1), story("de", lead=2, places=("DE",), age=3)]
    ranked = rank_stories(told, Wish(), NOW)
    assert [one.title for one in ranked] == ["jp1", "jp2", "de"]
    assert [one.title for one in choose_stories(ranked, Wish())] == ["jp1", "de", "jp2"]


def test_topics_that_were_wished_for_stand_first():
    (one,) = rank_stories([story("a", topics=("conflict", "tariffs"))], Wish(topics=("tariffs",)), NOW)
    assert one.topics == ("tariffs", "conflict")
    assert sources(one) == ("Kairos Wire",)


def test_articles_without_a_date_or_a_source_are_told_last():
    dateless = Story("d", (Article("d", "text", topics=("tariffs",)),), topics=("tariffs",))
    ranked = rank_stories([dateless, story("a")], Wish(), NOW)
    assert [one.title for one in choose_stories(ranked, Wish())] == ["a", "d"]
    assert sources(dateless) == ()
    assert newest_at(dateless).year == 1970


def test_reading_takes_a_minute_for_230_words():
    assert reading_minutes(["word " * 115, "word " * 115]) == 1.0


def test_what_does_not_fit_is_shortened_then_left_out_and_what_is_behind_it_still_has_its_turn():
    long = replace(story("long"), sentences=("word " * 300,), changes=("word " * 400,), told_by=(0,))
    brief = replace(story("brief"), sentences=("word " * 20,), told_by=(0,))
    kept = within_minutes([long, replace(long, title="word " * 500), brief], 1)
    assert [(one.title, len(one.sentences), len(one.changes)) for one in kept] == [("long", 0, 0), ("brief", 1, 0)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400)), max_size=12),
    st.integers(1, 6),
)
def test_a_digest_always_ends_in_time(lengths, minutes):
    stories = [
        replace(story(f"s{n}"), title="t " * title, sentences=("s " * text,), changes=("c " * new,), told_by=(0,))
        for n, (title, text, new) in enumerate(lengths)
    ]
    kept = within_minutes(stories, minutes)
    assert reading_minutes(text for one in kept for text in told_texts(one)) <= minutes + 1e-9


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 100), st.sampled_from("abc")), max_size=30), st.integers(1, 10)
)
def test_a_choice_is_never_longer_than_asked_and_tells_no_story_twice(given_stories, most):
    told = [
        story(f"s{n}", count, age=age, topics=(topic,), lead=n % 6)
        for n, (count, age, topic) in enumerate(given_stories)
    ]
    wish = Wish(topics=(), most_stories=most)
    chosen = choose_stories(rank_stories(told, wish, NOW), wish)
    assert len(chosen) == min(most, len(told))
    assert len({one.title for one in chosen}) == len(chosen)
    assert [one.standing.rank for one in chosen] == list(range(1, len(chosen) + 1))


def test_a_digest_is_laid_out_by_the_topics_that_were_wished_for():
    told = [story("e", topics=("energy",)), story("t"), story("none", topics=())]
    laid_out = [(topic, [one.title for one in under]) for topic, under in under_topics(told, Wish())]
    assert laid_out == [("tariffs", ["t"]), ("energy", ["e"]), (None, ["none"])]
