from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import likeness as module
from bot.core.copies import is_copy
from bot.core.likeness import Rarity, likeness
from bot.core.linkage import WINDOW, Group, link, passes
from bot.core.storywords import read_traits
from bot.model import Article

AT = datetime(2026, 11, 20, tzinfo=UTC)  # a Friday
TOLD = "Minister Kenji Arakawa of Japan said on Monday that the duty of 25 percent on steel plate was unfair."


def traits(text, key=1, *, title="", language="en", places=("JP",)):
    return read_traits(Article(title, text, language=language, places=places, published_at=AT), key, at=AT)


def alike(one, other, *others):
    rarity = Rarity()
    for each in (one, other, *others, *(traits(f"Other{n} news{n}") for n in range(20))):
        rarity.learn(each)
    return likeness(one, other, rarity, rarity.length(one) * rarity.length(other))


def test_reports_that_share_names_are_more_alike_than_those_that_share_common_words():
    named = traits("Kenji Arakawa called it unfair", 2)
    common = traits("A minister said that a duty was unfair", 3)
    assert alike(traits(TOLD), named, common) > alike(traits(TOLD), common, named)


def test_another_main_place_or_another_day_makes_less_alike():
    there = replace(traits(TOLD, 2), places=("KR", "US"))
    later = replace(traits(TOLD, 2), days=frozenset({1}))
    whole = alike(traits(TOLD), traits(TOLD, 2))
    assert alike(traits(TOLD), there) < whole
    assert alike(traits(TOLD), later) < whole
    assert alike(traits(TOLD), replace(there, places=("US", "JP"))) == whole


def test_two_languages_are_tied_by_a_name_a_number_and_a_place_only():
    german = "Minister Kenji Arakawa nannte den Zoll von 25 Prozent unfair."
    assert alike(traits(TOLD), traits(german, 2, language="de")) > 0.2
    assert alike(traits(TOLD), traits(german.replace("25", "30"), 2, language="de")) == 0
    assert alike(traits(TOLD), traits(german, 2, language="de", places=("KR",))) == 0
    assert alike(traits(TOLD), traits(german, 2, language="de", places=())) == 0
    assert alike(traits("25"), traits("25", 2, language="de")) == 0


def test_what_was_seen_long_ago_counts_less_and_is_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr(module, "MEMORY", 50)
    rarity = Rarity()
    rarity.learn(traits("Tokyo"))
    for _ in range(400):
        rarity.learn(traits("steel"))
    assert rarity.seen < 100
    assert rarity.of("tokyo") > rarity.of("steel")
    assert "tokyo" not in rarity._counts


def test_the_weekday_is_the_last_one_before_the_article():
    assert traits(TOLD).days == {(AT - timedelta(days=4)).toordinal()}
    assert read_traits(Article("", TOLD), 1, at=AT).days == frozenset()


def test_scripts_without_spaces_have_words_too_and_title_case_says_nothing_of_names():
    assert traits("日本政府が関税を発表").words.keys() >= {"日本", "政府"}
    assert "duty" not in traits("", title="Steel Duty Rises In Japan").names
    assert "japan" in traits("", title="Steel duty rises in Japan").names


def test_a_copy_is_a_text_again_whole_or_cut_and_a_like_event_in_one_mold_is_none():
    long = f"{TOLD} He spoke in the Diet after a meeting with steel makers from Osaka, Nagoya and Kobe."
    assert is_copy(traits(long), traits(f"{long} (Kairos)", title="Another"))
    assert is_copy(traits(long), traits(TOLD + " He spoke in the Diet after a meeting."))
    mold = long.replace("Kenji Arakawa", "Baek Jiwon").replace("Japan", "Korea").replace("Diet", "Assembly")
    assert not is_copy(traits(long), traits(mold))
    assert not is_copy(traits("Short text."), traits("Short text."))
    assert not is_copy(traits(long), traits(long, language="de"))


def test_the_bar_is_higher_for_coherent_stories_and_with_time():
    article, story = Group(1, 0, 0, 0), Group(5, 10 * 0.5, 0, 0)
    assert passes(article, story, 5 * 0.15) < 1 < passes(article, article, 0.15)
    assert passes(article, Group(1, 0, 40, 40), 0.15) < passes(article, Group(1, 0, 10, 10), 0.15)
    assert passes(article, Group(1, 0, WINDOW + 1, WINDOW + 1), 1.0) == 0


def test_the_most_alike_are_linked_first():
    article = Group(1, 0.0, 0, 0)
    between = {(0, 1): 0.3, (0, 2): 0.6, (1, 2): 0.05, (0, 3): 0.3, (1, 3): 0.6, (2, 3): 0.05}
    assert link([article] * 4, between) == [[0, 2], [1, 3]]


@given(st.lists(st.floats(0, 1), min_size=15, max_size=15))
def test_linking_loses_and_doubles_nothing(values):
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    linked = link([Group(1, 0.0, 0, 0)] * 6, dict(zip(pairs, values, strict=True)))
    assert sorted(place for places in linked for place in places) == list(range(6))
