"""The matcher of phrases: whole words, true offsets, the longest first."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.phrases import Heads, Phrases, Synonyms
from bot.core.places import PlaceEntry, PlaceFinder


def phrase(text, payload, *, exact=False):
    return Synonyms(payload, (text,), exact)


def texts(vocabulary, text):
    return [found.text for found in Phrases(vocabulary).find(text)]


def test_case_does_not_matter_unless_a_phrase_is_exact():
    assert texts([phrase("trade war", 1)], "A TRADE War") == ["TRADE War"]
    assert texts([phrase("US", 1, exact=True)], "tell us, US!") == ["US"]


def test_an_exact_phrase_with_small_letters_matches_in_full_capitals_too():
    assert texts([phrase("Turkey", 1, exact=True)], "turkey Turkey TURKEY") == ["Turkey", "TURKEY"]
    assert texts([phrase("russo", 1, exact=True)], "Russo RUSSO russo") == ["russo"]


def test_only_whole_words_match():
    assert texts([phrase("mali", 1), phrase("us", 2)], "formality Mali's bus us_") == ["Mali", "us"]


def test_a_combining_mark_belongs_to_its_word():
    assert texts([phrase("cafe", 1)], "cafe\u0301 cafe") == ["cafe"]


def test_the_longest_of_overlapping_phrases_wins():
    vocabulary = [phrase("Sudan", "SD"), phrase("South Sudan", "SS"), phrase("free trade", 1), phrase("trade union", 2)]
    assert texts(vocabulary, "South Sudan, Sudan; free trade union") == ["South Sudan", "Sudan", "trade union"]


def test_a_longer_phrase_that_is_no_whole_word_does_not_hide_a_shorter_one():
    assert texts([phrase("trade war", 1), phrase("trade", 2)], "trade warship") == ["trade"]


def test_one_span_may_have_several_payloads_each_once():
    found = Phrases([phrase("日米", "JP"), phrase("日米", "US"), phrase("日米", "US")]).find("日米首脳会談")
    assert [each.payload for each in found] == ["JP", "US"]


def test_scripts_without_spaces_match_anywhere_but_a_katakana_word_is_one_word():
    assert texts([phrase("中国", 1)], "我爱中国人民") == ["中国"]
    assert texts([phrase("ไทย", 1)], "ประเทศไทยและ") == ["ไทย"]
    assert texts([phrase("タイ", 1)], "タイヤはタイの") == ["タイ"]
    assert texts([phrase("NATO", 1)], "日本がNATOと") == ["NATO"]


def test_arabic_words_match_behind_the_small_words_written_with_them():
    assert texts([phrase("الصين", 1)], "والصين للصين بالصين غالصين") == ["الصين", "للصين", "الصين"]
    assert texts([phrase("صين", 1)], "الصين") == ["صين"]


def test_arabic_spellings_and_vowel_signs_are_read_over():
    assert texts([phrase("أمريكا", 1)], "امريكا") == ["امريكا"]
    assert texts([phrase("عقوبات", 1)], "عُقُوبات") == ["عُقُوبات"]


def test_a_star_is_the_rest_of_a_word():
    vocabulary = [phrase("торгов* войн*", 1), phrase("санкци*", 2)]
    assert texts(vocabulary, "о торговой войне и санкциях, торговой связи") == ["торговой войне", "санкциях"]
    assert texts([phrase("x*", 1)], "x" + "y" * 100) == []


def test_apostrophes_dashes_spaces_and_wide_letters_are_the_same():
    vocabulary = [phrase("Côte d'Ivoire", 1), phrase("non-tariff barrier", 2), phrase("WTO", 3), phrase("ещё", 4)]
    text = "Côte d’Ivoire: non–tariff\u00a0barrier, ＷＴＯ, еще"
    assert texts(vocabulary, text) == ["Côte d’Ivoire", "non–tariff\u00a0barrier", "ＷＴＯ", "еще"]


def test_a_phrase_goes_over_one_line_break_but_not_into_the_next_paragraph():
    assert texts([phrase("trade war", 1)], "trade \n  war, trade\n\nwar, trade\r\nwar") == [
        "trade \n  war",
        "trade\r\nwar",
    ]


def test_soft_hyphens_and_zero_width_marks_are_read_over_with_true_offsets():
    text = "a\u200b tra\u00adde war"
    (found,) = Phrases([phrase("trade war", 1)]).find(text)
    assert found.text == "tra\u00adde war" == text[found.start : found.end]


def test_letters_that_grow_when_lowered_do_not_shift_offsets():
    text = "İİİ İstanbul ΑΘΗΝΑΣ"
    found = Phrases([phrase("istanbul", 1), phrase("Αθήνας", 2), phrase("αθηνας", 3)]).find(text)
    assert [each.text for each in found] == ["İstanbul", "ΑΘΗΝΑΣ"]
    assert all(text[each.start : each.end] == each.text for each in found)


def test_a_phrase_may_begin_and_end_with_a_sign():
    vocabulary = [phrase("U.S.", 1), phrase("Sino-", 2), phrase("OPEC+", 3)]
    assert texts(vocabulary, "a U.S.-led Sino-Russian OPEC+deal") == ["U.S.", "Sino-", "OPEC+"]


def test_an_empty_vocabulary_or_text_finds_nothing():
    assert Phrases([]).find("text") == []
    assert Phrases([phrase("a", 1)]).find("") == []


@pytest.mark.parametrize("text", ["", "  ", "*", "*x", " *"])
def test_a_phrase_must_begin_with_something(text):
    with pytest.raises(ValueError, match="must begin"):
        Phrases([phrase("fine", 1), phrase(text, 2)])


@given(st.text(st.characters(codec=None), max_size=80))
def test_no_text_breaks_it_and_every_match_is_verbatim(text):
    vocabulary = [phrase("a", 1), phrase("İ", 2), phrase("ß*", 3), phrase("0", 4, exact=True), phrase("中", 5)]
    last = 0
    for found in Phrases(vocabulary).find("\ud800\x00" + text + "😀 a"):
        assert found.start >= last
        assert found.text == ("\ud800\x00" + text + "😀 a")[found.start : found.end] != ""
        last = found.end


@given(
    st.lists(st.text("ab ", min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=5),
    st.text("ab c", max_size=30),
)
def test_what_is_found_are_phrases_of_the_vocabulary_and_none_overlap(words, text):
    found = Phrases([phrase(word, word) for word in words]).find(text)
    spans = [(each.start, each.end) for each in found]
    assert all(" ".join(each.payload.split()) == " ".join(each.text.split()) for each in found)
    assert all(one == two or one[1] <= two[0] for one, two in pairwise(spans))


@given(st.text("ab", min_size=1, max_size=3))
def test_a_phrase_between_spaces_is_always_found(word):
    assert [each.text for each in Phrases([phrase(word, 1)]).find(f"x {word} x")] == [word]


WORDS = st.sampled_from(["duty", "trade war", "war", "US", "санкци*", "الصين", "日米", "co-op", "wars"])
PHRASES = st.lists(st.builds(phrase, WORDS, st.integers(0, 3), exact=st.booleans()), max_size=6)
READ = st.lists(WORDS | st.sampled_from([" ", "\n\n", "Trade  War", "’", "us", "санкциями", "и"]), max_size=12)


@given(PHRASES, PHRASES, READ.map("".join))
def test_vocabularies_with_common_heads_find_what_each_finds_by_itself(one, other, text):
    heads = Heads()
    together = [Phrases(one, heads=heads), Phrases(other, heads=heads)]
    assert [each.find(text) for each in together] == [Phrases(one).find(text), Phrases(other).find(text)]


def test_a_vocabulary_may_come_when_texts_were_searched_already():
    heads = Heads()
    first = Phrases([phrase("duty", 1)], heads=heads)
    assert len(first.find("duty in Peru")) == 1
    later = Phrases([phrase("Peru", 2), phrase("duty", 3)], heads=heads)
    assert [each.payload for each in later.find("duty in Peru")] == [3, 2]
    assert [each.payload for each in first.find("duty in Peru")] == [1]


def test_a_vocabulary_that_is_expected_is_there_for_the_first_text():
    heads, made = Heads(), []
    heads.expect(lambda: made.append(Phrases([phrase("Peru", 2)], heads=heads)))
    assert Phrases([phrase("duty", 1)], heads=heads).find("duty in Peru")
    assert made[0].find("duty in Peru")
    assert len(made) == 1


def test_vocabularies_that_are_made_in_several_threads_at_once_find_all():
    for _ in range(20):
        heads, ready = Heads(), Barrier(4)
        finders = [PlaceFinder([PlaceEntry(key, key, names=(key.lower(),))], heads=heads) for key in ("PE", "JP")]

        def find(finder, ready=ready):
            ready.wait()
            return finder.find("pe, jp")

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(find, finders * 2, timeout=10)) == [("PE",), ("JP",)] * 2
