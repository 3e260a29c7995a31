# ruff: noqa: RUF001 -- signs of many scripts
"""Judges a text's sentences by what `junk.py`, `prose.py` and `opening.py` tell, for the ranking; it ranks none."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from bot.core.junk import is_junk, junk_lines
from bot.core.lexicon import FORMS, lexicon
from bot.core.opening import ceremonies_in, facts, heading, is_ceremony, is_quoted, is_voiced
from bot.core.prose import is_fragment, leans, length, pairs_in, tells_of_silence
from bot.core.ranking import Judged
from bot.errors import RefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.text import Splitter
    from bot.model import Sentence

FEWEST_LINES = 8
"""A text of fewer lines is never called a list: a message of five short lines may be news."""

SHORT_LINE = 60
"""Characters; in a list, table or form all but one line in ten are shorter, and as many have no closing sign."""

MOST_PROSE = 0.1

LONGEST_UNSPLIT = 600
"""Characters in a script without spaces and signs that are read as one sentence; more can't be shortened verbatim."""

_CLOSED = re.compile(r"[.!?…։。！？．।॥؟۔።][\"'”’»“)\]」』）\s]*\Z")
_UNSPLIT = re.compile(r"[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff]")


def judge(sentences: Sequence[Sentence], text: str, splitter: Splitter, language: str) -> list[Judged]:
    """Judge sentences of a text, in their order."""
    read = text if len(text.rstrip()) == sentences[-1].end else text[: sentences[-1].end]
    spans = splitter.paragraphs(read)
    starts = [start for start, _ in spans]
    # What the text does not have at all its sentences are not asked for, one after the other.
    pairs, ceremonies = pairs_in(read), ceremonies_in(read)
    known = lexicon(language)
    written = [sentence.text.split() for sentence in sentences]
    told = list(map(known.content, written))
    forms = {sentence.text: signs >> FORMS for sentence, (_, signs) in zip(sentences, told, strict=True)}
    # A line that is one sentence hints at what that hints at.
    junk = junk_lines(text, spans, lambda line: forms[line] if line in forms else known.forms(line))
    english = language == "en"
    found: list[Judged] = []
    for sentence, own, (words, signs) in zip(sentences, written, told, strict=True):
        said = sentence.text
        size = length(said, own)
        line = bisect_right(starts, sentence.start) - 1
        start, end = spans[line]
        alone = sentence.end - sentence.start >= end - start
        if junk[line] or (not alone and is_junk(said, signs >> FORMS)):
            # What is not of the story is chosen only where there is nothing else, and then by its words.
            found.append(Judged(words, line, junk=True, heading=heading(said) if junk[line] else "", length=size))
            continue
        quoted = is_quoted(said)
        found.append(
            Judged(
                words,
                line,
                leans=leans(said, language, pairs),
                fragment=is_fragment(said, size) or (english and tells_of_silence(said, size)),
                quoted=quoted,
                voiced=not quoted and is_voiced(said),
                ceremony=english and is_ceremony(said, signs, ceremonies),
                facts=facts(said, signs, quoted=quoted) if english else 0.0,
                length=size,
            )
        )
    return found


def refuse_lists(text: str, spans: Sequence[tuple[int, int]]) -> None:
    """Refuse a list, a table or a form, by its lines, before anything is split.

    Raises:
        RefusalError: `not_prose`.
    """
    if len(spans) < FEWEST_LINES or _UNSPLIT.search(text[:LONGEST_UNSPLIT]):
        return
    most = MOST_PROSE * len(spans)
    prose = 0
    for start, end in spans:
        if end - start >= SHORT_LINE or _CLOSED.search(text[max(start, end - 8) : end]):
            prose += 1
            if prose > most:  # soon, in prose
                return
    raise RefusalError("not_prose")


def refuse_unsplit(sentences: Sequence[Sentence]) -> None:
    """Refuse what has no sentences to choose from.

    Raises:
        RefusalError: `not_prose` where there is none; `unsplittable` for a long text in a script that marks no
            sentences (Thai, Lao, Khmer, Burmese, Tibetan).
    """
    if not sentences:
        raise RefusalError("not_prose")
    longest = max([sentence.text for sentence in sentences], key=len)
    if len(longest) > LONGEST_UNSPLIT and len(_UNSPLIT.findall(longest)) * 2 > len(longest):
        raise RefusalError("unsplittable", count=len(sentences))
