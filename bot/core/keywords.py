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
from collections import Counter
from dataclasses import dataclass, field

from bot.core.language import detect_language
from bot.core.ranking import STEM
from bot.core.stopwords import STOP_WORDS, stop_words

_SHORTEST_PIECE = 2  # Chinese characters
_READ = 50_000  # characters; what is not named in the first fifty thousand is not what a text is about
_FEWEST_LETTERS = 4  # of a single word that is no name
_LONGEST_NAME = 5  # words

_TOKEN = re.compile(r"[^\W_]+(?:[’'.&-][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:\n。！？]|[.!?…][\"”’»)])\s*[\"“„«‘'(\[¿¡—–-]*\s*\Z")
_LINKS = frozenset("of de del di du von".split())
_GAP = re.compile(r"[ \u00a0]\Z")
_EASTERN = re.compile(r"[\u30a1-\u30ff]{3,}|[\u3400-\u9fff]{2,}")
_POSSESSIVE = re.compile(r"['’]s?\Z")


@dataclass(slots=True)
class _Candidate:
    text: str
    first: int
    name: bool = False
    words: int = 1
    count: int = 0
    forms: Counter[str] = field(default_factory=Counter)
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


def _stem(word: str) -> str:
    return _POSSESSIVE.sub("", word.lower())[:STEM]


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
    tokens = list(_TOKEN.finditer(text))
    ignored = stop_words(language) | (frozenset() if language in STOP_WORDS else stop_words("en"))
    starts = [bool(_SENTENCE_START.search(text, max(0, token.start() - 12), token.start())) for token in tokens]
    named = {
        _stem(token[0]) for token, first in zip(tokens, starts, strict=True) if not first and token[0][0].isupper()
    }
    found: dict[tuple[str, ...], _Candidate] = {}
    number = 0
    while number < len(tokens):
        size = _name_length(text, tokens, starts, number, ignored)
        if size:
            words = tokens[number : number + size]
            alone = size == 1 and starts[number] and _stem(words[0][0]) not in named
            _note(found, text, words, name=not alone)
            number += size
            continue
        word = tokens[number][0]
        is_manner = language == "en" and word.endswith("ly")
        if len(word) >= _FEWEST_LETTERS and word.lower() not in ignored and not word[0].isdigit() and not is_manner:
            _note(found, text, [tokens[number]], name=False)
        number += 1
    return list(found.values())


def _name_length(
    text: str, tokens: list[re.Match[str]], starts: list[bool], number: int, ignored: frozenset[str]
) -> int:
    """Return how many tokens from here are one name; 0 where no name starts."""

    def is_part(at: int) -> bool:
        word = tokens[at][0]
        return word[0].isupper() and word.lower() not in ignored and len(word) > 1

    def is_near(at: int) -> bool:
        gap = text[tokens[at - 1].end() : tokens[at].start()]
        return len(gap) == 1 and bool(_GAP.match(gap)) and not starts[at]

    if not is_part(number):
        return 0
    size = 1
    while number + size < len(tokens) and size < _LONGEST_NAME and is_near(number + size):
        linked = tokens[number + size][0] in _LINKS and number + size + 1 < len(tokens) and is_near(number + size + 1)
        if is_part(number + size):
            size += 1
        elif linked and is_part(number + size + 1):
            size += 2
        else:
            break
    return size


def _note(found: dict[tuple[str, ...], _Candidate], text: str, words: list[re.Match[str]], *, name: bool) -> None:
    stems = tuple(_stem(word[0]) for word in words)
    written = _POSSESSIVE.sub("", text[words[0].start() : words[-1].end()])
    candidate = found.setdefault(stems, _Candidate(written, words[0].start(), words=len(words), stems=frozenset(stems)))
    candidate.count += 1
    candidate.forms[written] += 1
    candidate.text = candidate.forms.most_common(1)[0][0]
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
