"""A text made comparable: one case, one spelling of signs and spaces; where in it the source's characters are.

It knows no words and looks for none: `bot.core.phrases` does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.wordedges import joints


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable: `cased` and `low` are equally long; `joints` are those of `low`.

    Where characters were dropped, `kept` says where each kept piece begins in the folded text, and where in the source.
    """

    cased: str
    low: str
    joints: bytes
    kept: tuple[Sequence[int], Sequence[int]] | None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that a span of the folded text came from."""
        return (start, end) if self.kept is None else (self._source(start), self._source(end - 1) + 1)

    def _source(self, offset: int) -> int:
        assert self.kept is not None, "asked for only where something was dropped"
        starts, sources = self.kept
        piece = bisect_right(starts, offset) - 1
        return sources[piece] + offset - starts[piece]


_SAME = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`′＇", "'"),  # noqa: RUF001 -- these look alike, that is the point
        **dict.fromkeys("‐‑‒–—−", "-"),  # noqa: RUF001 -- likewise
        **dict.fromkeys("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", " "),
        **{chr(code): " " for code in range(0x2000, 0x200B)},
        **{chr(code): chr(code - 0xFEE0) for code in (*range(0xFF01, 0xFF07), *range(0xFF08, 0xFF5F))},
        "\u0451": "\u0435",  # the Russian e with dots
        "\u0401": "\u0415",
        "\u03c2": "\u03c3",  # the sigma at the end of a word
        **dict.fromkeys("\u0623\u0625\u0622\u0671", "\u0627"),  # alif with its signs
        "\u0649": "\u064a",  # alif maqsura, and the Persian ya, are ya
        "\u06cc": "\u064a",
        "\u0629": "\u0647",  # ta marbuta
        "\u06a9": "\u0643",  # the Persian kaf
    }
)
_SIGNS = {chr(code): same for code, same in _SAME.items()}
_IN_ASCII = {sign: same for sign, same in _SIGNS.items() if sign.isascii()}
_UNLIKE = re.compile("[" + "".join(map(re.escape, _SIGNS)) + "]+")
_ASCII_TABLE = str.maketrans(_IN_ASCII)
_ASCII = bytes(range(128))
_FEW = 24  # different characters beyond ASCII: so many are replaced one after the other, a microsecond each
# Soft hyphen, zero-width marks, directions, Arabic vowel signs and tatweel; and, of spaces in a row, all but the first.
_MARKS = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u064b-\u0652\u0670\u0640]+"
_MARK = re.compile(_MARKS)
_DROPPED = re.compile(rf"{_MARKS}|(?<=\s)\s+")
_SPACES_IN_A_ROW = re.compile("  +")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def fold(text: str) -> Folded:
    """Make a text comparable: a character stays one character, or is read over.

    >>> fold("“Trade\u00a0War”—").low, fold("co\u00adoperation").source_span(0, 3)
    ('“trade war”-', (0, 4))
    """
    if text.isascii():
        foreign, cased = "", text.translate(_ASCII_TABLE)
    else:
        text, foreign = _foreign(text)
        cased = _spelled(text, foreign)
    has_marks = bool(_MARK.search(foreign))
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    last = folded_length = 0
    dropped = _dropped(text, cased, has_marks=has_marks) if has_marks or "  " in cased else ()
    for start, end in dropped:
        pieces.append(cased[last:start])
        starts.append(folded_length)
        sources.append(last)
        folded_length += start - last
        last = end
    if pieces:
        pieces.append(cased[last:])
        starts.append(folded_length)
        sources.append(last)
        cased = "".join(pieces)
    low = _lower(cased, foreign)
    return Folded(cased, low, joints(low), (starts, sources) if pieces else None)


def _foreign(text: str) -> tuple[str, str]:
    """Return a text without halves of characters, and each of its characters beyond ASCII once."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        text = _LONE_SURROGATE.sub("\ufffd", text)
        raw = text.encode()
    return text, "".join(set(raw.translate(None, _ASCII).decode()))


def _spelled(text: str, foreign: str) -> str:
    """Return a text with one spelling of each sign; `foreign` are its characters beyond ASCII.

    News in English has two or three of them: to replace each by itself takes a tenth of looking for them all.
    """
    if len(foreign) > _FEW:
        return _UNLIKE.sub(_as_usual, text)
    for sign, same in _IN_ASCII.items():  # first: what stands for a sign beyond ASCII stays as it is
        text = text.replace(sign, same)
    for sign in foreign:
        if sign in _SIGNS:
            text = text.replace(sign, _SIGNS[sign])
    return text


def _as_usual(match: re.Match[str]) -> str:
    return match[0].translate(_SAME)


def _dropped(text: str, cased: str, *, has_marks: bool) -> Iterator[tuple[int, int]]:
    """Yield the spans that are read over. Spaces alone are found in the text whose spaces are all the same: quicker."""
    for match in _DROPPED.finditer(text) if has_marks else _SPACES_IN_A_ROW.finditer(cased):
        start = match.start() if has_marks else match.start() + 1
        if not _PARAGRAPH_BREAK.search(text, start - 1, match.end()):  # no phrase runs on into the next paragraph
            yield start, match.end()


def _lower(text: str, foreign: str) -> str:
    """Lower-case a text without changing its length: İ, whose small letter is two characters, becomes i.

    >>> _lower("İstanbul ΑΘΗΝΑΣ", "İΑΘΗΝΣ")
    'istanbul αθηνασ'
    """
    if not foreign:
        return text.lower()
    if foreign.lower() == foreign:  # bytes have a case in ASCII only, and are done at once
        return text.encode().lower().decode()
    low = text.replace("\u03a3", "\u03c3").lower()  # Python writes a capital sigma differently at a word's end
    return low if len(low) == len(text) else "".join([letter.lower()[0] for letter in text])
