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

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.core.language import detect_language
from bot.core.ranking import STEM
from bot.core.stopwords import STOP_WORDS, stop_words

_SHORTEST_PIECE = 2  # Chinese characters
_READ = 50_000  # characters; what is not named in the first fifty thousand is not what a text is about
_FEWEST_LETTERS = 4  # of a single word that is no name
_LONGEST_NAME = 5  # words

_TOKEN = re.compile(r"[^\W_]+(?:[’'.&-][^\W_]+)*")
_TOKEN_APART = re.compile(f"({_TOKEN.pattern})")
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:\n。！？]|[.!?…][\"”’»)])\s*[\"“„«‘'(\[¿¡—–-]*\s*\Z")
_LINKS = frozenset("of de del di du von".split())
_GAPS = frozenset(" \u00a0")  # between the words of a name
_EASTERN = re.compile(r"[\u30a1-\u30ff]{3,}|[\u3400-\u9fff]{2,}")
_POSSESSIVE = re.compile(r"['’]s?\Z")


@dataclass(slots=True)
class _Candidate:
    text: str
    first: int
    name: bool = False
    words: int = 1
    count: int = 0
    forms: dict[str, int] = field(default_factory=dict)
    stems: frozenset[str] = field(default_factory=frozenset)


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
    candidates = _eastern_candidates(text) if language in {"ja", "zh"} else _candidates(text, language)
    stems = {_stem(word) for word in _TOKEN.findall(title)}
    ranked = sorted(
        candidates, key=lambda candidate: (-_worth(candidate, stems, title, len(text)), candidate.first, candidate.text)
    )
    return _pick(ranked, limit)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return _without_possessive(word.lower())[:STEM]


def _without_possessive(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


def _worth(candidate: _Candidate, title_stems: set[str], title: str, length: int) -> float:
    worth = math.sqrt(candidate.count) * (1.1 + 0.2 * candidate.words if candidate.name else 1.0)
    in_title = bool(candidate.stems & title_stems) if candidate.stems else candidate.text in title
    return worth * (1.5 if in_title else 1.0) * (1.3 - 0.6 * candidate.first / max(length, 1))


def _pick(ranked: list[_Candidate], limit: int) -> tuple[str, ...]:
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


def _candidates(text: str, language: str) -> list[_Candidate]:
    tokens = _tokens(text, language)
    named = {_stem(token.word) for token in tokens if token.capital and not token.first}
    found: dict[tuple[str, ...], _Candidate] = {}
    number = 0
    while number < len(tokens):
        token = tokens[number]
        size = _name_length(tokens, number) if token.of_name else 1
        if size > 1:
            words = tokens[number : number + size]
            _note(
                found, tuple([_stem(word.word) for word in words]), text[token.start : words[-1].end], token, name=True
            )
        elif token.of_name or token.of_content:
            stem = _stem(token.word)
            name = token.of_name and (not token.first or stem in named)
            _note(found, (stem,), token.word, token, name=name)
        number += size
    for candidate in found.values():
        candidate.text = max(candidate.forms, key=candidate.forms.__getitem__)  # the earlier of equally common ones
    return list(found.values())


class _Token(NamedTuple):
    """A word that counts and its span.

    It has a capital; is the first of its sentence; stands right behind the token before it; can be part of a name; or
    is a word of content by itself.
    """

    word: str
    start: int
    end: int
    capital: bool
    first: bool
    near: bool
    of_name: bool
    of_content: bool


def _tokens(text: str, language: str) -> list[_Token]:
    """Return the words that have a capital, link names, or are words of content; the others only part them."""
    ignored = stop_words(language) | (frozenset() if language in STOP_WORDS else stop_words("en"))
    tokens: list[_Token] = []
    pieces = _TOKEN_APART.split(text)
    end = 0
    follows = False  # on a word that counts
    for gap, word in zip(pieces[::2], pieces[1::2], strict=False):  # what follows the last word is a gap, too
        start = end + len(gap)
        # What stands one space behind a word begins no sentence; only for a word with a capital it is asked else.
        near = gap in _GAPS and end > 0
        end = start + len(word)
        capital = word[0].isupper()
        content = word.lower() not in ignored
        of_content = content and len(word) >= _FEWEST_LETTERS and not (word[0].isdigit() or _is_manner(word, language))
        if capital or of_content or word in _LINKS:
            first = capital and not near and _SENTENCE_START.search(text, max(0, start - 12), start) is not None
            of_name = capital and content and len(word) > 1
            tokens.append(_Token(word, start, end, capital, first, near and follows, of_name, of_content))
            follows = True
        else:
            follows = False
    return tokens


def _is_manner(word: str, language: str) -> bool:
    return language == "en" and word.endswith("ly")


def _name_length(tokens: list[_Token], number: int) -> int:
    """Return how many tokens from here, where a name starts, are one name."""
    size = 1
    while number + size < len(tokens) and size < _LONGEST_NAME and tokens[number + size].near:
        following = tokens[number + size + 1] if number + size + 1 < len(tokens) else None
        if tokens[number + size].of_name:
            size += 1
        elif tokens[number + size].word in _LINKS and following and following.near and following.of_name:
            size += 2
        else:
            break
    return size


def _note(
    found: dict[tuple[str, ...], _Candidate], stems: tuple[str, ...], written: str, first: _Token, *, name: bool
) -> None:
    written = _without_possessive(written)
    candidate = found.get(stems)
    if candidate is None:
        candidate = found[stems] = _Candidate(written, first.start, words=len(stems), stems=frozenset(stems))
    candidate.count += 1
    candidate.forms[written] = candidate.forms.get(written, 0) + 1
    candidate.name = candidate.name or name


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
