"""Remembers what each written word says to the ranking: its words in small letters, and what they tell.

It knows no sentence and judges none. A language has one lexicon, for the whole process: articles share most of their
words, so that a word is taken apart, looked up among the function words and asked for what it tells only once. White
space parts the written words; no word of `Splitter.words` goes across it, so that both find the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bot.core.junk import forms_hinted
from bot.core.opening import tells
from bot.core.ranking import STEM
from bot.core.remembered import Remembered
from bot.core.stopwords import stop_words
from bot.core.text import Splitter

REMEMBERED = 60_000
"""Written words a language may hold: those of a thousand articles, about 12 MB."""

FORMS = 8
"""Bits by which the forms of junk that a word hints at (`junk.forms_hinted`) stand above what it tells."""

Told = str | tuple[tuple[str, ...], int]
"""Words of content and signs; most have one word and no sign, and are that word: few objects are near in memory."""


class Lexicon(Remembered[Told | None]):
    """Maps a written word ("“Steel-makers,”") to its words of content and its signs; to None where it has neither.

    The signs are bits: what the word tells (`opening.tells`), and from `FORMS` on the forms of junk it hints at.
    """

    def content(self, written: list[str]) -> tuple[tuple[str, ...], int]:
        """Return the words of content among written words, in order, and the signs of all of them.

        >>> lexicon("en").content(["“The", "duties", "on", "Steel-plate,”"])
        (('duties', 'steel-'), 4)
        """
        found: list[str] = []
        signs = 0
        told: Iterator[Told] = filter(None, map(self.__getitem__, written))
        for each in told:
            if isinstance(each, str):
                found.append(each)
            else:
                found += each[0]
                signs |= each[1]
        return tuple(found), signs

    def forms(self, line: str) -> int:
        """Return the forms of junk that the words of a line hint at."""
        signs = 0
        for each in map(self.__getitem__, line.split()):
            if isinstance(each, tuple):
                signs |= each[1]
        return signs >> FORMS


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language (ISO 639-1)."""
    ignored = stop_words(language)
    shared: Remembered[str] = Remembered(str)  # "duty", "Duty" and "duty," are one object

    def read(written: str) -> Told | None:
        signs = tells(written) | forms_hinted(written) << FORMS
        found: list[str] = []
        for word in Splitter.words(written, language):
            signs |= tells(word)
            if word not in ignored:
                found.append(word[:STEM])
        if signs or len(found) > 1:
            return tuple(found), signs
        return shared[found[0]] if found else None

    return Lexicon(read, most=REMEMBERED)
