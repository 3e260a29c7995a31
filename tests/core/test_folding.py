"""Texts made comparable, and the edges of words in them: the quick ways say what the slow ones say."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core import folding
from bot.core.folding import fold
from bot.core.wordedges import WITHIN, begins_a_word, ends_a_word, joints

SIGNS = "aZ0?. '`\t\n\x00’‘–—“”ёЁéÉİΣςｆＡ｀\u00a0\u3000\u200bأةیタ中ก\ud800\U0001f600"
TEXTS = st.text(st.sampled_from(SIGNS), max_size=40) | st.text(max_size=40)


@given(TEXTS)
def test_one_spelling_of_each_sign_does_not_depend_on_how_many_others_there_are(text):
    whole, foreign = folding._foreign(text)
    assert folding._spelled(whole, foreign) == whole.translate(folding._SAME)
    assert set(foreign) == {sign for sign in whole if not sign.isascii()}


@given(TEXTS)
def test_small_letters_are_as_many_as_the_text_has(text):
    found = fold(text)
    assert len(found.low) == len(found.cased) == len(found.joints) - 1
    low = found.cased.replace("Σ", "σ").lower()
    assert found.low == low or len(low) != len(found.cased)


@given(TEXTS)
def test_every_character_of_a_folded_text_comes_from_one_of_the_source(text):
    found = fold(text)
    source = folding._foreign(text)[0] if text else text
    for place, sign in enumerate(found.cased):
        start, end = found.source_span(place, place + 1)
        assert end == start + 1
        assert source[start].translate(folding._SAME) == sign


@given(TEXTS)
def test_what_is_surely_an_edge_or_surely_none_is_so(text):
    low = fold(text).low
    for place, joint in enumerate(joints(low)):
        if joint == WITHIN:
            assert not begins_a_word(low, place)
            assert not ends_a_word(low, place)
        elif joint == 0 and 0 < place < len(low):
            assert begins_a_word(low, place)
            assert ends_a_word(low, place)
