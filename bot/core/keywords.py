# ruff: noqa: RUF001, SIM905 -- letters and signs of many scripts; lists of words are read as text
"""Finds the words and names a text is about, as the text writes them; it knows no topics and no places.

Candidates are names (neighboring words with capitals, "Truth Social", "Bank of Japan") and words of content; in
scripts without spaces runs of katakana and pieces of Chinese characters that come again. Each is worth how often it
comes, more if it is a name of several words, stands in the title or near the beginning. A word inside a chosen phrase
is left out, and so is another form of a chosen word (same first `STEM` letters); the commonest form is shown.
Known exceptions: in German every noun has a capital, so that runs of nouns count as names; a first word of a sentence
counts as a name only if it has a capital elsewhere, too, or a second capital follows.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from bot.core.language import detect_language
from bot.core.ranking import STEM
from bot.core.remembered import Remembered
from bot.core.stopwords import STOP_WORDS, stop_words

_SHORTEST_PIECE = 2  # Chinese characters
_IN_ORDER = 30  # candidates put in order at a time: most of them are enough for eight keywords
_READ = 50_000  # characters; what is not named in the first fifty thousand is not what a text is about
_FEWEST_LETTERS = 4  # of a single word that is no name
_LONGEST_NAME = 5  # words

_TOKEN = re.compile(r"[^\W_]+(?:[’'.&-][^\W_]+)*")
_TOKEN_APART = re.compile(f"({_TOKEN.pattern})")
_FAR = 12  # characters before a word that tell whether it begins a sentence
_SENTENCE_START = re.compile(r"(?:[.!?…:\n。！？]|[.!?…][\"”’»)])\s*[\"“„«‘'(\[¿¡—–-]*\s*\Z")
_TEXT_START = re.compile(rf"\A\s*[\"“„«‘'(\[¿¡—–-]*\s*\Z|{_SENTENCE_START.pattern}")
_LINKS = frozenset("of de del di du von".split())
_GAPS = frozenset(" \u00a0")  # between the words of a name
_EASTERN = re.compile(r"[\u30a1-\u30ff]{3,}|[\u3400-\u9fff]{2,}")
_POSSESSIVE = re.compile(r"['’]s?\Z")


@dataclass(slots=True)
class _Candidate:
    """What may be a keyword: how it is written, where it stands first, and how many words of which stems it has."""

    text: str
    first: int
    name: bool = False
    words: int = 1
    count: int = 0
    stems: frozenset[str] = frozenset()

    def worth(self, length: int, *, in_title: bool) -> float:
        worth = math.sqrt(self.count) * (1.1 + 0.2 * self.words if self.name else 1.0)
        return worth * (1.5 if in_title else 1.0) * (1.3 - 0.6 * self.first / max(length, 1))


def keywords(text: str, *, title: str = "", language: str | None = None, limit: int = 8) -> tuple[str, ...]:
    """Return the words and names a text is about, best first, as the text writes them.

    Args:
        text: what is read, up to its first 50,000 characters.
        title: its words weigh double.
        language: ISO 639-1; detected where not given.
        limit: how many at most.

    >>> keywords("Kenya left the Nile Basin Initiative. The Nile Basin Initiative regretted the step.", limit=2)
    ('Nile Basin Initiative', 'Kenya')
    """
    text = text[:_READ]
    language = language or detect_language(text)
    if language in {"ja", "zh"}:
        candidates = _eastern_candidates(text)
        worths = [each.worth(len(text), in_title=each.text in title) for each in candidates]
    else:
        stems = {_stem(word) for word in _TOKEN.findall(title)}
        candidates = _candidates(text, language)
        worths = [each.worth(len(text), in_title=not stems.isdisjoint(each.stems)) for each in candidates]
    return _pick(_best_first(candidates, worths), limit)


def _stem(word: str) -> str:
    return _without_possessive(word.lower())[:STEM]


def _without_possessive(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


def _best_first(candidates: Sequence[_Candidate], worths: Sequence[float]) -> Iterator[_Candidate]:
    """Yield candidates by their worth; only as many are put in order as are asked for."""
    left = list(zip(worths, candidates, strict=True))
    while left:
        least = sorted([worth for worth, _ in left])[-_IN_ORDER:][0]
        best = [pair for pair in left if pair[0] >= least]
        best.sort(key=lambda pair: (-pair[0], pair[1].first, pair[1].text))
        yield from (candidate for _, candidate in best)
        left = [pair for pair in left if pair[0] < least]


def _pick(ranked: Iterable[_Candidate], limit: int) -> tuple[str, ...]:
    chosen: list[_Candidate] = []
    for candidate in ranked:
        if len(chosen) >= limit:
            break
        if any(
            candidate.stems <= other.stems or other.stems <= candidate.stems
            if candidate.stems
            else candidate.text in other.text or other.text in candidate.text
            for other in chosen
        ):
            continue
        chosen.append(candidate)
    return tuple(candidate.text for candidate in chosen)


class _Kind(NamedTuple):
    """What a written word that counts can be: with a capital, part of a name, a word of content by itself, a link."""

    stems: tuple[str]
    capital: bool
    of_name: bool
    of_content: bool
    link: bool
    written: str  # without a possessive


@cache
def _kinds(language: str) -> Remembered[_Kind | None]:
    """Return what the written words of a language can be; None for those that count for nothing."""
    ignored = stop_words(language) | (frozenset() if language in STOP_WORDS else stop_words("en"))

    def kind(word: str) -> _Kind | None:
        small = word.lower()
        capital, link, content = word[0].isupper(), word in _LINKS, small not in ignored
        of_content = content and len(word) >= _FEWEST_LETTERS and not (word[0].isdigit() or _is_manner(word, language))
        if not (capital or of_content or link):
            return None
        stem = _without_possessive(small)[:STEM]
        return _Kind(
            (stem,), capital, capital and content and len(word) > 1, of_content, link, _without_possessive(word)
        )

    return Remembered(kind)


def _is_manner(word: str, language: str) -> bool:
    return language == "en" and word.endswith("ly")


class _Words:
    """The words of a text, what they can be, and the gaps in front of them (and behind the last one)."""

    def __init__(self, text: str, language: str) -> None:
        pieces = _TOKEN_APART.split(text)
        self.gaps = pieces[::2]
        self.kinds = [*map(_kinds(language).__getitem__, pieces[1::2]), None]
        self.ends = list(itertools.accumulate(map(len, pieces)))  # of gaps and words in turn

    def near(self, number: int) -> bool:
        """Say whether nothing but one space stands between a word and the one before it."""
        return self.gaps[number] in _GAPS and number > 0

    def first(self, number: int) -> bool:
        """Say whether a word begins a sentence."""
        # Behind one space no sentence begins. What makes one begin are no letters: all of it is in the gap.
        gap = self.gaps[number]
        return (gap not in _GAPS or number == 0) and _opens_sentence(gap[-_FAR:], number == 0 and len(gap) <= _FAR)

    def name_length(self, number: int) -> int:
        """Return how many words from here, where a name starts, are one name."""
        size = 1
        while size < _LONGEST_NAME and (kind := self.kinds[number + size]) and self.near(number + size):
            if kind.of_name:
                size += 1
            elif (
                kind.link
                and (behind := self.kinds[number + size + 1])
                and behind.of_name
                and self.near(number + size + 1)
            ):
                size += 2
            else:
                break
        return size


@lru_cache(maxsize=4096)
def _opens_sentence(gap: str, at_start: bool) -> bool:  # noqa: FBT001 -- lru_cache takes keywords for other calls
    return (_TEXT_START if at_start else _SENTENCE_START).search(gap) is not None


def _candidates(text: str, language: str) -> list[_Candidate]:
    words = _Words(text, language)
    kinds, ends = words.kinds, words.ends
    capitals = [(number, kind.stems) for number, kind in enumerate(kinds) if kind is not None and kind.capital]
    firsts = {number for number, _ in capitals if words.first(number)}
    named = {stems for number, stems in capitals if number not in firsts}
    forms: dict[tuple[str, ...], list[str]] = {}
    starts: dict[tuple[str, ...], int] = {}
    names: set[tuple[str, ...]] = set()
    behind = 0
    for number, kind in enumerate(kinds):
        if kind is None or number < behind:
            continue
        stem, _, of_name, of_content, _, written = kind
        stems: tuple[str, ...] = stem
        size = words.name_length(number) if of_name and kinds[number + 1] is not None else 1
        if size > 1:
            behind = number + size
            stems = tuple([each.stems[0] for each in kinds[number:behind] if each])
            written = _without_possessive(text[ends[2 * number] : ends[2 * behind - 1]])
            names.add(stems)
        elif of_name and (number not in firsts or stems in named):
            names.add(stems)
        elif not (of_name or of_content):
            continue
        if stems in forms:
            forms[stems].append(written)
        else:
            forms[stems] = [written]
            starts[stems] = ends[2 * number]
    return [
        # the commonest form, and of equally common ones the earliest
        _Candidate(
            written[0] if len(written) == 1 else Counter(written).most_common(1)[0][0],
            starts[stems],
            stems in names,
            len(stems),
            len(written),
            frozenset(stems),
        )
        for stems, written in forms.items()
    ]


def _eastern_candidates(text: str) -> list[_Candidate]:
    """Return runs of katakana, and pieces of 2 to 6 Chinese characters that come again and in no longer piece alone."""
    found: dict[str, _Candidate] = {}
    for run in _EASTERN.finditer(text):
        word = run[0]
        sizes = (
            range(_SHORTEST_PIECE, min(len(word), 6) + 1) if word[0] < "\u30a0" or word[0] > "\u30ff" else (len(word),)
        )
        for size in sizes:
            for offset in range(len(word) - size + 1):
                piece = word[offset : offset + size]
                candidate = found.setdefault(piece, _Candidate(piece, run.start() + offset, words=1))
                candidate.count += 1
                candidate.name = candidate.name or size == len(word)
    repeated = [c for c in found.values() if c.count > 1 or c.name]
    longer = {
        piece[offset : offset + len(piece) - 1]: found[piece].count
        for piece in sorted(found, key=lambda piece: found[piece].count)
        if len(piece) > _SHORTEST_PIECE
        for offset in (0, 1)
    }
    ignored = STOP_WORDS["zh"] | STOP_WORDS["ja"]
    return [c for c in repeated if longer.get(c.text, 0) < c.count and c.text not in ignored]
