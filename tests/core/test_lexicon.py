from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import junk
from bot.core.judging import judge
from bot.core.junk import forms_hinted, is_junk
from bot.core.lexicon import FORMS, lexicon
from bot.core.opening import ACTS, DECIDES, NUMBER
from bot.core.ranking import STEM
from bot.core.remembered import LONGEST, Remembered
from bot.core.stopwords import stop_words
from tests.core.test_junk import JUNK, STORY
from tests.core.test_text import LANGUAGES, SPLITTER


def test_a_table_makes_a_word_once_and_begins_anew_when_it_is_full():
    made = []
    table = Remembered(lambda word: made.append(word) or len(word), most=2)
    assert [table[word] for word in ("duty", "duty", "steel", "tea")] == [4, 4, 5, 3]
    assert made == ["duty", "steel", "tea"]
    assert dict(table) == {"tea": 3}


def test_a_table_keeps_no_word_that_will_not_come_again():
    table = Remembered(len)
    assert table["x" * (LONGEST + 1)] == LONGEST + 1
    assert not table


def test_a_written_word_tells_what_its_words_tell():
    words, signs = lexicon("en").content(["“Ministers", "banned", "15", "of", "(them)"])
    assert words == ("minist", "banned", "15")
    assert signs & (ACTS | DECIDES | NUMBER) == ACTS | DECIDES | NUMBER
    assert signs >> FORMS == forms_hinted("(them)")


@given(
    text=st.text(max_size=80) | st.text(alphabet="aİΣé’'.- \u200b中かกא\u0301٣ß\xa0\x1c", max_size=40),
    language=st.sampled_from([*LANGUAGES, "tlh"]),
)
def test_the_words_of_written_words_are_the_words_of_the_text(text, language):
    expected = [word[:STEM] for word in SPLITTER.words(text, language) if word not in stop_words(language)]
    assert list(lexicon(language).content(text.split())[0]) == expected


@pytest.mark.parametrize("line", [*JUNK, *STORY])
def test_a_line_is_asked_for_all_that_its_words_hint_at(line):
    hinted = lexicon("en").forms(line)
    assert is_junk(line, hinted) == is_junk(line)


@pytest.mark.parametrize("line", [*JUNK, *STORY])
def test_the_first_letter_finds_what_all_known_words_in_front_find(line):
    known = re.compile(rf"\W*?(?:{junk._STARTS})", re.VERBOSE)
    for written in (line, f"“{line}", f"_{line}", f"5 {line}"):
        small = written.lower()
        letter = "".join(re.findall(r"\w", small)[:1])
        assert bool(junk._known(letter).match(small)) == bool(known.match(small))


def test_a_line_of_one_sentence_is_judged_like_any_other():
    text = "Photo: Mary Ito.\n\nThe ministry raised the duty on steel plate by 5 percent on Friday."
    assert [each.junk for each in judge(SPLITTER.sentences(text, "en"), text, SPLITTER, "en")] == [True, False]
