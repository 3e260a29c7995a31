from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.filters import words_met
from bot.model import Article

TEXT = Article("Trade war widens", "Duties on rare earths rose to 25 %, the ministry’s re\u00adport says. Ｔｉｎ, too.")


@pytest.mark.parametrize(
    "word",
    [
        "war",
        "TRADE WAR",
        '"trade war"',
        "“rare earths”",
        "rare  earths",
        "earth*",
        "report",
        "tin",
        "25 %",
        "ministry's",
    ],
)
def test_a_whole_word_or_phrase_is_found(word):
    assert words_met([word], [TEXT]) == (word,)


@pytest.mark.parametrize("word", ["earth", "war widen", "widens duties", "ris", "", "   ", "*", "*ies", '""'])
def test_a_part_of_a_word_or_what_is_no_word_is_not(word):
    assert words_met([word], [TEXT]) == ()


def test_words_inside_one_another_are_both_found():
    assert words_met(["war", "trade war", "peace"], [Article("x", "y"), TEXT]) == ("war", "trade war")


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=200))
def test_any_words_and_any_text_are_taken(words, text):
    found = words_met(words, [Article("", text)])
    assert set(found) <= set(words)


@given(
    st.from_regex(r"[a-z]{3,8}( [a-z]{3,8})?", fullmatch=True), st.sampled_from(["{}", "The {}.", "«{}»", "x — {}!"])
)
def test_a_plain_word_is_found_wherever_it_stands_alone(word, around):
    assert words_met([word.upper()], [Article("", around.format(word))]) == (word.upper(),)
