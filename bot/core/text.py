# ruff: noqa: RUF001, RUF002 -- letters and signs of many scripts
"""Splits text into paragraphs, sentences and words; it chooses and changes nothing.

A sentence is a verbatim span of its text. Periods are judged by `periods.py` (Punkt, with our abbreviations);
every other rule stands here:

1. A sign that ends a sentence takes closing quotation marks, brackets and note numbers along ("… table.” Then").
2. No sentence ends before a comma, a colon or a small letter ("“Never!” he said", "Yahoo! in the"), before a dash with
   a small letter (Russian «…?» — сказал), or before a short "Smith said." behind a closed quotation.
3. Chinese and Japanese signs need no space behind them; inside 「」（）“” of up to `QUOTED` characters they end
   nothing, and neither does 。」 before と or a short 他说.
4. A list in one paragraph ("1) … 2) …", "• … • …") is split at its items; a marker alone is no sentence.
5. "deal.The" is split where both sides are plain words: web pages lose spaces.
6. What runs on for more than `LONGEST` characters is cut at a space or comma, so that a result stays bounded.

Theory: every decision looks at no more than 40 characters on each side, so that the time is linear in the text.
Known exceptions: a quotation of several sentences is split inside; Thai, Lao, Khmer and Tibetan are split at
paragraphs only, or where they use a sign.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from bot.core.paragraphs import item_starts, paragraphs, skip_agency_line
from bot.core.periods import PeriodJudge
from bot.core.stopwords import STOP_WORDS, stop_words
from bot.model import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST = 1500
"""Longest sentence, in characters: three of them still fit into one rich message (32,768) many times over."""

QUOTED = 400
"""Longest bracketed piece, in characters, that is kept whole in Chinese and Japanese; a longer one is unbalanced."""

_NEAR = 40  # characters looked at on each side of a sign
_LONGEST_MARKER = 16  # "• (12.)" and white space
_HOUR_OPENS = 20  # an hour within so many characters of the sentence's start opens it

_OPENERS = "\"'“‘«„([{¿¡"
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NARROW = r".!?…‼⁇⁈⁉‽"
_WIDE = r"。．！？｡।॥؟۔။།༎።።፨꓿"
_CLOSERS = (
    r"""(?:["'”’»›“‘)\]}」』）】》〉]|\[\d{1,3}\]|[\u200e\u200f\u202a-\u202e\u2066-\u2069])*"""
    r"(?:[ \u00a0\u202f]»(?!\w))?"
)
_SIGNS = {"hy": ":։!?", "el": _NARROW + _WIDE + ";\u037e"}
"""Armenian ends its sentences with a colon-like sign, and its period is a comma; Greek asks with a semicolon."""

_NEXT = re.compile(r"(?P<space>\s*)(?P<lead>[\"'“”‘’„‚«»‹›(\[{¿¡*_#•\-–—―\s\u200e\u200f]{0,12})(?P<word>\S{0,40})")
_GLUED_BEFORE = re.compile(r"(?<![\w@/.])[^\W\d_]{3,}\Z")
_GLUED_AFTER = re.compile(r"[\"“«]?[^\W\d_]{2,}(?:['’-][^\W\d_]+)?(?=[\s,]|\Z)")
_SAID = re.compile(
    r"\s+(?:[A-Z][\w.’'-]{1,20} ){1,3}(?:said|says|asked|asks|told|added|replied|wrote|tweeted|posted)\b(?=[.,])"
)
_AFTER_HOUR = re.compile(
    r"\s+(?:[A-Z]{2,5}\b|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Eastern|Pacific|Central|Mountain|Greenwich"
    r"|[A-Z]\w+ (?:[Tt]ime|[Ss]tandard)\b|[a-z\d(])"
)
_HE_SAID = re.compile(r"[^，。！？\s]{0,6}[说說道问問答]|って|など|[とはがをにもでの、，,]")
_ONLY_MARKER = re.compile(rf"[•●▪‣⁃*\s]*\(?(?:\d{{1,3}}|[^\W\d_]|[ivxIVX]{{1,4}})?[.)]*{_CLOSERS}\Z")
_BRACKETS = re.compile("[「」『』（）《》“”]")
_EASTERN = re.compile("[「」『』（）《》\u4e00-\u9fff]")  # without any, “” are no brackets either
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SPACES = " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u200b" + "".join(
    map(chr, range(0x2000, 0x200B))
)

_MARKS = r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
_INDIC = r"\u0900-\u0963\u0966-\u0dff"
_LETTER = rf"[^\W_]|[{_MARKS}{_INDIC}]"
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])(?:{_LETTER}))+(?:[.'’-](?:(?![{_UNSPACED}])(?:{_LETTER}))+)*")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
# Where there are no such letters, the same words are found in a quarter of the time.
_BEYOND_PLAIN = re.compile(rf"[{_MARKS}{_INDIC}{_UNSPACED}]")
_PLAIN_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+\Z")


class Splitter:
    """Splits texts of any language; the eleven of `STOP_WORDS` with their own rules, others with universal ones.

    Args:
        abbreviations: by ISO 639-1 code, lower case, without the last period; `und` for all other languages.
    """

    def __init__(self, abbreviations: Mapping[str, frozenset[str]]) -> None:
        self._abbreviations = abbreviations
        self._judges: dict[str, PeriodJudge] = {}
        self._ends: dict[str, re.Pattern[str]] = {}

    @staticmethod
    def reads(language: str) -> bool:
        """Say whether a language has rules of its own here; any other is read in a universal way."""
        return language in STOP_WORDS

    @staticmethod
    def paragraphs(text: str) -> Sequence[tuple[int, int]]:
        """Return the spans of the paragraphs; see `paragraphs.py` for what ends one."""
        return paragraphs(text)

    def sentences(self, text: str, language: str) -> list[Sentence]:
        """Return the sentences as verbatim spans, in order, disjoint, none across a paragraph.

        Signs without any letter or digit are no sentence: they go with the one before, or are left out. Time is linear
        in the text.

        >>> splitter = Splitter({"en": frozenset({"mr", "u.s"})})
        >>> [s.text for s in splitter.sentences('Mr. Ito left the U.S. on Friday. "Never again," he said.', "en")]
        ['Mr. Ito left the U.S. on Friday.', '"Never again," he said.']
        """
        signs, judge = self._end_pattern(language), self._judge(language)
        uncased, eastern = _is_uncased(text), not text.isascii() and _EASTERN.search(text) is not None
        sentences: list[Sentence] = []
        for start, end in paragraphs(text):
            start = skip_agency_line(text, start, end)  # noqa: PLW2901 -- no sentence has anything of it
            quoted = _quoted_spans(text, start, end) if eastern else []
            ends = _sentence_ends(text, start, end, signs, judge, quoted, uncased=uncased)
            items = item_starts(text, start, end)
            first = len(sentences)
            for left, piece in _pieces(text, start, end, sorted({*ends, *items}) if items else ends):
                right = left + len(piece)
                if piece[0].isalnum() or any(map(str.isalnum, piece)):
                    sentences.append(Sentence(piece, len(sentences), left, right))
                elif len(sentences) > first and right - sentences[-1].start <= LONGEST:
                    before = sentences.pop().start  # the sentence before takes stray signs along
                    sentences.append(Sentence(text[before:right], len(sentences), before, right))
        return sentences

    @staticmethod
    def words(text: str, language: str) -> list[str]:
        """Return the words of a text for ranking, in lower case, in order.

        Scripts without spaces give pairs of neighboring characters; pairs of hiragana only are endings and particles
        of Japanese, and left out.

        >>> Splitter.words("The EU’s 25% duty", "en"), Splitter.words("貿易協定の", "ja")
        (['the', "eu's", '25', 'duty'], ['貿易', '易協', '協定', '定の'])
        """
        if text.isascii():
            return _PLAIN_WORD.findall(text.lower())
        if not _BEYOND_PLAIN.search(text):
            if "İ" in text or "Σ" in text:  # small, the one is two signs, and the other depends on what follows
                return [word.lower().replace("’", "'") for word in _PLAIN_WORD.findall(text)]
            return _PLAIN_WORD.findall(text.lower().replace("’", "'"))
        words: list[str] = []
        for word in _WORD.findall(text):
            if not _IS_UNSPACED.match(word):
                words.append(word.lower().replace("’", "'"))
            elif len(word) == 1:
                words.append(word)
            else:
                pairs = (word[i : i + 2] for i in range(len(word) - 1))
                words.extend(p for p in pairs if language != "ja" or not _HIRAGANA.match(p))
        return words

    def _end_pattern(self, language: str) -> re.Pattern[str]:
        if language not in self._ends:
            signs = re.escape(_SIGNS.get(language, _NARROW + _WIDE))
            # ". . ." is one sign. A class of signs in front is searched for faster than alternatives.
            self._ends[language] = re.compile(
                rf"(?P<sign>[{signs}.](?:(?<=\.)\s(?:\.\s)+\.|(?<=[{signs}])[{signs}]*))"
                rf"(?P<closers>{_CLOSERS})(?:(?P<more>[{signs}]+){_CLOSERS})*"
            )
        return self._ends[language]

    def _judge(self, language: str) -> PeriodJudge:
        if language not in self._judges:
            abbreviations = self._abbreviations.get(language if self.reads(language) else "und", frozenset())
            self._judges[language] = PeriodJudge(language, abbreviations, stop_words(language))
        return self._judges[language]


def _is_uncased(text: str) -> bool:
    """Say whether a text is written without capitals: fewer than one letter in 150 (running text has one in 25)."""
    sample = text[:5000]
    plain = sample.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    if capitals * 150 >= len(sample):  # enough already, whatever the letters of other scripts are
        return False
    small = sum(map(str.islower, sample))
    return small > 0 and sum(map(str.isupper, sample)) * 150 < small


def _pieces(text: str, start: int, end: int, ends: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield the stripped, bounded pieces of a paragraph between its sentences' ends, each with where it starts."""
    left = start
    for right in [*ends, end]:
        if right < end and right - left <= _LONGEST_MARKER and _ONLY_MARKER.match(text[left:right].strip()):
            continue
        for first, last in _cut(text, left, right) if right - left > LONGEST else ((left, right),):
            raw = text[first:last]
            piece = raw.strip(_SPACES)
            if piece:
                yield first + len(raw) - len(raw.lstrip(_SPACES)), piece
        left = right


def _sentence_ends(
    text: str,
    start: int,
    end: int,
    signs: re.Pattern[str],
    judge: PeriodJudge,
    quoted: Sequence[tuple[int, int]],
    *,
    uncased: bool,
) -> list[int]:
    """Return where sentences end inside a paragraph, in order."""
    starts = [left for left, _ in quoted]
    ends: list[int] = []
    for sign in signs.finditer(text, start, end):
        at, behind = sign.span()
        if behind >= end:
            break
        if starts and (inside := bisect_right(starts, at) - 1) >= 0 and behind < quoted[inside][1]:
            continue
        if _is_plain_end(text, sign, judge) or _is_end(text, sign, end, judge, uncased=uncased):
            ends.append(behind)
    return ends


def _is_plain_end(text: str, sign: re.Match[str], judge: PeriodJudge) -> bool:
    """Say whether a sign stands between a plain word and a capital: nine of ten ends, which need no more rules."""
    at, behind = sign.span()
    if text[behind] != " " or not text[behind + 1 : behind + 2].isupper():
        return False
    signs = text[at:behind]
    if signs in {"!", "?"}:
        return text[at - 1 : at] != "("
    if signs != "." and (sign["sign"] != "." or sign["more"]):
        return False
    near = text[max(0, at - _NEAR) : at]
    return not near[-1:].isspace() and judge.is_plain("".join(near.rsplit(None, 1)[-1:]).lstrip(_OPENERS))


def _is_end(text: str, sign: re.Match[str], end: int, judge: PeriodJudge, *, uncased: bool) -> bool:
    """Say whether a sentence ends behind a sign (with its closing marks) in front of other text."""
    following = _NEXT.match(text, sign.end(), end)
    assert following is not None  # every part of the pattern may be empty
    if text[sign.end() : following.end("space") + 1].strip()[:1] in tuple(",;:،؛、，"):
        return False
    last = (sign["more"] or sign["sign"])[-1]
    if not following["space"] and not _ends_unspaced(text, sign, following, last):
        return False
    if sign["closers"] and last != "." and _is_said(text, sign.end()):
        return False
    word = following["word"]
    if sign["sign"] == "." and not sign["more"]:
        return _is_period_end(text, sign.start(), word, judge, uncased=uncased)
    if word[:1].islower() and not uncased:
        return False
    if text[max(0, sign.start() - 1) : sign.start()] in {"(", "[", " "} and last in ".…":
        return judge.starts(word)  # "[...] The" and " ... Government": the omission is inside the sentence
    return text[max(0, sign.start() - 1) : sign.start()] != "("


def _is_period_end(text: str, position: int, after: str, judge: PeriodJudge, *, uncased: bool) -> bool:
    near = text[max(0, position - _NEAR) : position]
    before = "" if near[-1:].isspace() else "".join(near.rsplit(None, 1)[-1:]).lstrip(_OPENERS)
    if not before:
        return not after[:1].islower() or uncased
    if before.lower() in {"a.m", "p.m"}:
        # An hour ends a sentence before a capital, unless it opens it ("At 5 a.m. Mr. Ito …") or the zone follows.
        opens = len(near) < _HOUR_OPENS or bool(re.search(r"[.!?\n]\s", near[-_HOUR_OPENS:-4]))
        return not opens and not _AFTER_HOUR.match(text, position + 1)
    return judge.ends(before, after.rstrip(".,;:!?)]}\"'”’»") or after, uncased=uncased)


def _ends_unspaced(text: str, sign: re.Match[str], following: re.Match[str], last: str) -> bool:
    """Say whether a sentence may end without a space behind it."""
    after = text[sign.end()]
    if last in _WIDE:
        return not (text[sign.start() - 1 : sign.start()].isdigit() and after.isdigit())
    if last in "!?…" and _IS_UNSPACED.match(after):
        return True
    before = text[max(0, sign.start() - _NEAR) : sign.start()]
    first = after if after.isalpha() else following["word"][:1]
    return (
        first.isupper()
        and len(sign["sign"]) == 1
        and bool(_GLUED_BEFORE.search(before))
        and before[-2:].islower()
        and bool(_GLUED_AFTER.match(text, sign.end()))
    )


def _is_said(text: str, position: int) -> bool:
    """Say whether a closed quotation is followed by who said it."""
    after = text[position : position + _NEAR + 30]
    if text[position - 1] in "」』）》” " or after[:1] in {"と", "他", "她"}:
        return bool(_HE_SAID.match(after)) or bool(_SAID.match(after))
    return text[position - 1] in "\"'”’»" and bool(_SAID.match(after))


def _quoted_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the outermost Chinese and Japanese brackets of a paragraph that close within `QUOTED` characters."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    curly = bool(_HAN.search(text, start, min(end, start + 200)))
    for found in _BRACKETS.finditer(text, start, end):
        if found[0] in "“”" and not curly:
            continue
        if found[0] in "「『（《“":
            opened.append(found.start())
        elif opened:
            left = opened.pop()
            if not opened and found.end() - left <= QUOTED:
                spans.append((left, found.end()))
    return spans


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a span in pieces of at most `LONGEST` characters, cut behind a space or comma where there is one."""
    while end - start > LONGEST:
        piece = text[start : start + LONGEST]
        at = max(piece.rfind(sign, LONGEST // 2) for sign in " \n\t\u3000,;，、；،") + 1 or LONGEST
        yield start, start + at
        start += at
    yield start, end
