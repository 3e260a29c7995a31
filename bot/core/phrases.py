"""Finds the phrases of a vocabulary in a text, whole words only, in one pass however many there are.

It does not know what a phrase means, nor in which language a text is. It is the only door to ahocorasick_rs.

Rules
    1. Upper and lower case are the same, unless a phrase is `exact`: then it matches as written, and, if it has
       small letters, in full capitals too (`Turkey` matches TURKEY in a headline, not the bird).
    2. A phrase stands between word edges. Chinese, Japanese, Thai, Lao, Khmer, Burmese and Korean have none that can
       be seen: there it may stand anywhere, except that a run of katakana is one word (タイ is not in タイヤ).
    3. In Arabic the small words written together with the next one (and, in, for, as, the) may stand before it.
    4. `*` in a phrase is the rest of a word: `санкци*` matches every case of the word, `торгов* войн*` of both.
    5. Where matches overlap, the longest wins; the same words may be listed under several payloads.
    6. Curly and straight apostrophes are the same, so are all dashes, spaces and single line breaks, full-width and
       plain Latin letters, the Russian e with and without dots, and the spellings of Arabic alif, ya and ta marbuta.
       Soft hyphens, zero-width marks and Arabic vowel signs are read over.

Theory
    Aho and Corasick, "Efficient string matching" (1975): all phrases are found in time linear in the text and the
    matches. Folding keeps one character for one character, so offsets stay true without a second search.

Known exceptions
    A letter written as base and combining accent does not match the composed letter. A word of a phrase that is
    broken over two lines by a hyphen is not found.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Payload]):
    """Words to look for and what they stand for; `exact` keeps upper and lower case apart."""

    text: str
    payload: Payload
    exact: bool = False


class Found(NamedTuple, Generic[Payload]):
    """A phrase where it stands: `source[start:end] == text`."""

    text: str
    start: int
    end: int
    payload: Payload


class Stretch(NamedTuple, Generic[Payload]):
    """Where phrases stand, `source[start:end] == text`, and what they stand for: several, where they are the same."""

    text: str
    start: int
    end: int
    payloads: Sequence[Payload]


class _Pattern(NamedTuple, Generic[Payload]):
    """A phrase made ready: the letters the automaton looks for, and the pattern of what must follow them."""

    head: str
    cased: str
    tail: str
    phrase: Phrase[Payload]
    is_plain: bool  # the head is all that must be there


class Phrases(Generic[Payload]):
    """A vocabulary that can be looked for in texts.

    >>> found = Phrases([Phrase("trade war", "tariffs"), Phrase("US", "US", exact=True)]).find("A US–China trade War")
    >>> [(each.text, each.start, each.payload) for each in found]
    [('US', 2, 'US'), ('trade War', 11, 'tariffs')]

    Raises:
        ValueError: a phrase is empty or begins with `*`.
    """

    def __init__(self, phrases: Iterable[Phrase[Payload]]) -> None:
        by_head: dict[str, list[_Pattern[Payload]]] = {}
        for pattern in _patterns(list(phrases)):
            by_head.setdefault(pattern.head, []).append(pattern)
        # What stands for a head that is all there is to find; where any of its patterns wants more, each is looked at.
        self._plain = [
            list(dict.fromkeys(each.phrase.payload for each in patterns)) if all(map(_is_plain, patterns)) else []
            for patterns in by_head.values()
        ]
        self._others = [
            patterns if not plain else [] for patterns, plain in zip(by_head.values(), self._plain, strict=True)
        ]
        self._automaton = _automaton(list(by_head))
        self._tails: dict[str, re.Pattern[str]] = {}

    def find(self, text: str) -> list[Found[Payload]]:
        """Return the phrases of a text from first to last; none overlap, but equal spans may have several payloads."""
        return [
            Found(part, start, end, each) for part, start, end, payloads in self.stretches(text) for each in payloads
        ]

    def stretches(self, text: str) -> list[Stretch[Payload]]:
        """Return the same by the place they stand in: quicker, where phrases have many payloads."""
        if not self._plain or not text:
            return []
        folded = _fold(text)
        spans = self._spans(folded)
        found: list[Stretch[Payload]] = []
        for span in _longest(spans):
            start, end = span if folded.kept is None else folded.source_span(*span)
            found.append(Stretch(text[start:end], start, end, spans[span]))
        return found

    def _spans(self, folded: _Folded) -> dict[tuple[int, int], Sequence[Payload]]:
        """Return the spans in a folded text at which phrases stand as words, each with what stands for them."""
        low, plain, others = folded.low, self._plain, self._others
        letters = _letters(low)
        spans: dict[tuple[int, int], Sequence[Payload]] = {}
        for number, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            # A table of bytes answers for ASCII, where most texts are decided, in a tenth of a call's time.
            left, right = letters[start - 1], letters[start]
            if left and right and (left == right == _LETTER or not _begins_a_word(low, start)):
                continue
            if plain[number]:
                left, right = letters[end - 1], letters[end]
                if not (left and right) or (not left == right == _LETTER and _ends_a_word(low, end)):
                    known = spans.get((start, end))
                    spans[start, end] = plain[number] if known is None else _each_once(known, plain[number])
            for pattern in others[number]:
                if stop := self._end_of(pattern, folded, start, end):
                    spans[start, stop] = _each_once(spans.get((start, stop), ()), (pattern.phrase.payload,))
        return spans

    def _end_of(self, pattern: _Pattern[Payload], folded: _Folded, start: int, end: int) -> int:
        """Return where a pattern whose head was seen ends, or 0 if the rest of it is not there."""
        if pattern.phrase.exact and not _written_as(pattern.cased, folded.cased[start:end]):
            return 0
        if pattern.tail:
            if pattern.tail not in self._tails:
                self._tails[pattern.tail] = re.compile(pattern.tail)
            match = self._tails[pattern.tail].match(folded.low, end)
            if match is None:
                return 0
            end = match.end()
        return end if _ends_a_word(folded.low, end) else 0


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text made comparable: `cased` and `low` are equally long.

    Where characters were dropped, `kept` says where each kept piece begins in the folded text, and where in the source.
    """

    cased: str
    low: str
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
_UNLIKE = re.compile("[" + "".join(re.escape(chr(code)) for code in _SAME) + "]+")
_SAME_IN_ASCII = {code: same for code, same in _SAME.items() if code < 0x80}  # noqa: PLR2004 -- what ASCII is
# Soft hyphen, zero-width marks, directions, Arabic vowel signs and tatweel; and, of spaces in a row, all but the first.
_MARKS = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u064b-\u0652\u0670\u0640]+"
_MARK = re.compile(_MARKS)
_DROPPED = re.compile(rf"{_MARKS}|(?<=\s)\s+")
_SPACES_IN_A_ROW = re.compile("  +")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Scripts written without spaces, as ranges of code points: Thai, Lao, Burmese, Hangul, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
# Conjunctions, prepositions and the article that Arabic writes together with the word, with their usual sequences.
_ARABIC_PREFIXES = frozenset(
    [
        "و",
        "ف",
        "ب",
        "ك",
        "ل",
        "ال",
        "وال",
        "فال",
        "بال",
        "كال",
        "وبال",
        "وكال",
        "لل",
        "ولل",
        "فلل",
        "وب",
        "ول",
        "وك",
        "فب",
    ]
)
_LONGEST_PREFIX = 4
_LETTER, _UNSURE = 1, 2
# A question mark is unsure: every character beyond ASCII is encoded as one.
_LETTERS_OF_BYTES = bytes(_UNSURE if code == ord("?") else chr(code).isalnum() and _LETTER for code in range(256))
_BETWEEN = "\x00"
_REST_OF_WORD = r"\w{0,24}"  # the longest ending of a stem in our languages; bounded so that matching stays linear


def _automaton(heads: list[str]) -> AhoCorasick:
    from ahocorasick_rs import AhoCorasick, Implementation

    # Of the three kinds this one is built in 11 ms (6,000 patterns; a DFA: 90) and searches a quarter quicker than the
    # first: 0.02 ms an article.
    return AhoCorasick(heads, store_patterns=False, implementation=Implementation.ContiguousNFA)


def _patterns(phrases: list[Phrase[Payload]]) -> Iterator[_Pattern[Payload]]:
    # All are folded as one text: a vocabulary of 8,000 takes 30 ms less than phrase by phrase.
    folded = _fold(_BETWEEN.join([phrase.text.replace(_BETWEEN, " ") for phrase in phrases]))
    together = zip(phrases, folded.cased.split(_BETWEEN), folded.low.split(_BETWEEN), strict=True) if phrases else ()
    for phrase, cased, low in together:
        head, star, rest = low.strip().partition("*")
        if not head:
            raise ValueError(f"a phrase must begin with a letter or sign: {phrase.text!r}")
        tail = _tail(star + rest) if star else ""
        is_plain = not (tail or phrase.exact)
        yield _Pattern(head, cased.strip().partition("*")[0], tail, phrase, is_plain)
        if head.startswith("ال"):  # li + al is written lil, without the alif
            yield _Pattern("لل" + head[2:], "لل" + cased.strip().partition("*")[0][2:], tail, phrase, is_plain)


def _is_plain(pattern: _Pattern[Payload]) -> bool:
    return pattern.is_plain


def _each_once(known: Sequence[Payload], more: Sequence[Payload]) -> Sequence[Payload]:
    return tuple(dict.fromkeys((*known, *more)))


def _tail(rest: str) -> str:
    """Return the pattern of what follows a phrase's first `*`, that included."""
    return "".join(_REST_OF_WORD if part == "*" else re.escape(part) for part in re.split(r"(\*)", rest))


@lru_cache(maxsize=4)  # topics and places are looked for in the same title and text, one after the other
def _fold(text: str) -> _Folded:
    if text.isascii():
        cased, has_marks = text.translate(_SAME_IN_ASCII), False
    else:
        text = _LONE_SURROGATE.sub("\ufffd", text)
        cased, has_marks = _UNLIKE.sub(_as_usual, text), bool(_MARK.search(text))
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    last = folded_length = 0
    for start, end in _dropped(text, cased, has_marks=has_marks):
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
    return _Folded(cased, _lower(cased), (starts, sources) if pieces else None)


def _dropped(text: str, cased: str, *, has_marks: bool) -> Iterator[tuple[int, int]]:
    """Yield the spans that are read over. Spaces alone are found in the text whose spaces are all the same: quicker."""
    for match in _DROPPED.finditer(text) if has_marks else _SPACES_IN_A_ROW.finditer(cased):
        start = match.start() if has_marks else match.start() + 1
        if not _PARAGRAPH_BREAK.search(text, start - 1, match.end()):  # no phrase runs on into the next paragraph
            yield start, match.end()


def _as_usual(match: re.Match[str]) -> str:
    return match[0].translate(_SAME)


def _lower(text: str) -> str:
    """Lower-case a text without changing its length: İ, whose small letter is two characters, becomes i.

    >>> _lower("İstanbul ΑΘΗΝΑΣ")
    'istanbul αθηνασ'
    """
    if text.isascii():
        return text.lower()
    low = text.replace("\u03a3", "\u03c3").lower()  # Python writes a capital sigma differently at a word's end
    return low if len(low) == len(text) else "".join([letter.lower()[0] for letter in text])


def _written_as(wanted: str, seen: str) -> bool:
    return seen == wanted or (seen == wanted.upper() and not wanted.islower() and not wanted.isupper())


def _letters(text: str) -> bytes:
    """Return for each character of a text whether it is of a word: `_LETTER`, `_UNSURE` beyond ASCII, else 0.

    One 0 more stands at the end, so that what is before the first and behind the last character is of no word.
    """
    return text.encode("ascii", "replace").translate(_LETTERS_OF_BYTES) + b"\0"


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter)[0] == "M"


def _joined(left: str, right: str) -> bool:
    """Tell whether two neighboring characters are within one word."""
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    if not (_is_of_word(left) and _is_of_word(right)):
        return False
    if _UNSPACED.match(left) or _UNSPACED.match(right):
        return bool(_KATAKANA.match(left) and _KATAKANA.match(right))
    return True


def _begins_a_word(text: str, start: int) -> bool:
    if start == 0 or text[start - 1] == " " or not _joined(text[start - 1], text[start]):
        return True
    if not "\u0620" <= text[start] <= "\u06ff":
        return False
    first = start
    while first and start - first <= _LONGEST_PREFIX and _is_of_word(text[first - 1]):
        first -= 1
    return text[first:start] in _ARABIC_PREFIXES


def _ends_a_word(text: str, end: int) -> bool:
    return end == len(text) or text[end] == " " or not _joined(text[end - 1], text[end])


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans that do not overlap, the longest first served, in the text's order.

    >>> _longest([(0, 10), (5, 16), (16, 20)])
    [(5, 16), (16, 20)]
    """
    chosen: list[tuple[int, int]] = []
    together: list[tuple[int, int]] = []  # spans that overlap, directly or through others
    reach = 0
    for span in sorted(spans):
        if span[0] >= reach:
            chosen += together if len(together) == 1 else _longest_together(together)
            together = []
        together.append(span)
        reach = max(reach, span[1])
    return chosen + _longest_together(together)


def _longest_together(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        place = bisect_left(chosen, span)
        clear_before = place == 0 or chosen[place - 1][1] <= span[0]
        clear_behind = place == len(chosen) or span[1] <= chosen[place][0]
        if clear_before and clear_behind:
            chosen.insert(place, span)
    return chosen
