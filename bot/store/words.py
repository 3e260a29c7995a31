"""The words of a text as the search knows them, and the words around a match; it asks no database.

Both databases are given these words instead of cutting texts themselves, so that they find the same articles.
A word is folded: case, accents and compatibility forms (full-width letters, ligatures) make no difference. Scripts
that put no space between words (Japanese, Chinese, Thai …; and Korean, which appends its particles) are cut into
pairs of neighboring characters: a name of two characters is found wherever it stands, a longer one as its pairs in
a row. Known exception: a pair may span two words, so such a text is now and then found for a word it hasn't.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

MOST_WORDS = 16_000
"""Words of a text that are searched; PostgreSQL's tsvector counts positions up to 16,383 only."""

MOST_BYTES = 900_000
"""UTF-8 bytes of all words of an article; a tsvector may have 1 MB."""

MOST_LETTERS = 64
"""Characters of a word that count, in a text and in a query; a lexeme of a tsvector may have 2,046 bytes."""

MOST_PLAIN = 30_000
"""Characters of a title and text that have fewer than `MOST_WORDS` words and `MOST_BYTES` bytes in any case."""

MOST_ASKED = 64
"""Words of a query that count."""

SNIPPET_WORDS = 30
"""Words shown around a match."""

LEAD = 10
"""Of those, words before the match."""

# Thai, Lao; Burmese; Khmer; kana, Bopomofo, Hangul, Han with its extensions
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)

# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels and the stretcher of Arabic: often left out in writing.
# So are the selectors of a character's variant. Vowel signs of Indian scripts and voicing marks of kana are no accents.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670"
    "\u20e3\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_RUNS = re.compile(f"[{SPACELESS}]+|[^{SPACELESS}]+")
# Anything but scripts that are written without combining marks, and their signs: a fifth of the time.
_MAY_HAVE_MARKS = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u048a-\u0590\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098"
    "\u309b-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
_PLAIN_WORDS = re.compile(r"\w+")  # where there are neither marks nor underscores
_ASCII_WORDS = re.compile("[a-z0-9]+")  # of a text in lower case
_SIGNS = frozenset(  # spaces and typographic signs: in no word
    map(chr, (0xA0, *range(0x2000, 0x200B), *range(0x2010, 0x202A), *range(0x202F, 0x2060)))
)
_ASCII = bytes(range(128))
_FOREIGN_TO_SPACES = bytes(code if code in _ASCII else ord(" ") for code in range(256))
_LETTERS_TO_A = bytes(ord("a" if chr(code).isalnum() and code in _ASCII else " ") for code in range(256))
_TOO_LONG = b"a" * (MOST_LETTERS + 1)  # a run of letters and digits, told by those tables: by searching it at once
_ENTRY = 8  # bytes of a word's position and its entry in a tsvector
_IS_SPACELESS = re.compile(f"[{SPACELESS}]")


class Word(NamedTuple):
    """A word as it is searched, and where in the text it stands."""

    folded: str
    start: int
    end: int


class _Part(NamedTuple):
    text: str
    offset: int
    spaceless: bool


class Term(NamedTuple):
    """A part of a query: these words in a row; where `prefix`, the only word may go on."""

    words: tuple[str, ...]
    prefix: bool = False


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in their order.

    >>> [word.folded for word in words("Québec’s 關稅戰, 米")]
    ['quebec', 's', '關稅', '稅戰', '戰', '米']
    """
    for found in _raw_words().finditer(text.replace("_", " ")):
        start, end = found.span()
        raw = found[0]
        if raw.isascii():  # most words of most texts: half the time
            yield Word(raw.lower()[:MOST_LETTERS], start, end)
            continue
        for part in _parts(raw):
            if not part.spaceless:
                yield Word(part.text[:MOST_LETTERS], start, end)
                continue
            first = start + part.offset
            # where folding changed the text, the pair's place is not known more closely than its word's
            exact = text.startswith(part.text, first)
            for index in range(len(part.text)):
                pair = part.text[index : index + 2]
                at = first + index
                yield Word(pair, at, at + len(pair)) if exact else Word(pair, start, end)


def searched_words(title: str, text: str) -> tuple[list[str], list[str]]:
    """Return the folded words of a title and of a text, no more than a database takes."""
    kept = _folded_words(title), _folded_words(text)
    count = len(kept[0]) + len(kept[1])
    # 4: bytes of a character at most; nearly every article is far below both limits
    if count <= MOST_WORDS and 4 * sum(map(len, kept[0] + kept[1])) + _ENTRY * count <= MOST_BYTES:
        return kept
    return _bounded(kept)


def plain_text(text: str) -> str | None:
    """Return a text whose runs of ASCII letters and digits are the words of the given one, but for their case.

    It is the text itself, with spaces for typographic signs (three for each, as their UTF-8 has bytes): no word is
    looked at, which takes a fiftieth of the time.
    None where that is not so: another script, an accent, a word that is too long.

    >>> plain_text("“duty_free” list"), plain_text("Québec")
    ('   duty_free    list', None)
    """
    raw = text.encode(errors="surrogatepass")
    if not text.isascii():
        if not set(raw.translate(None, _ASCII).decode(errors="surrogatepass")) <= _SIGNS:
            return None
        raw = raw.translate(_FOREIGN_TO_SPACES)
        text = raw.decode("ascii")
    return None if _TOO_LONG in raw.translate(_LETTERS_TO_A) else text


def _bounded(found: tuple[list[str], list[str]]) -> tuple[list[str], list[str]]:
    left = MOST_BYTES
    kept: list[list[str]] = []
    for part in found:
        taken: list[str] = []
        for word in part[: MOST_WORDS - sum(map(len, kept))]:
            left -= len(word.encode()) + _ENTRY
            if left < 0:
                break
            taken.append(word)
        kept.append(taken)
    return kept[0], kept[1]


def _folded_words(text: str) -> list[str]:
    """Return what `words` yields without the places, in a sixth of its time (measured 2026-11)."""
    text = text.replace("_", " ")
    if text.isascii():
        return [word[:MOST_LETTERS] for word in _ASCII_WORDS.findall(text.lower())]
    found: list[str] = []
    for raw in (_raw_words() if _MAY_HAVE_MARKS.search(text) else _PLAIN_WORDS).findall(text):
        if raw.isascii():
            found.append(raw.lower()[:MOST_LETTERS])
            continue
        for part in _parts(raw):
            if part.spaceless:
                found += (part.text[index : index + 2] for index in range(len(part.text)))
            else:
                found.append(part.text[:MOST_LETTERS])
    return found


def query_terms(query: str) -> list[Term]:
    """Return what an article must have, all of it, to match a query; empty where the query has no word.

    >>> [term.words for term in query_terms('"Steel" OR 関税率')]
    [('steel',), ('or',), ('関税', '税率')]
    >>> query_terms("米 ?! 🙂")
    [Term(words=('米',), prefix=True)]
    """
    terms: dict[Term, None] = {}
    left = MOST_ASKED
    for found in _raw_words().finditer(query.replace("_", " ")):
        for part in _parts(found[0]):
            if left <= 0:
                break
            term = _term(part, left)
            left -= len(term.words)
            terms[term] = None
    return list(terms)


def snippet(text: str, terms: Sequence[Term]) -> str:
    """Return about 30 words of a text, verbatim and in one piece, where most of the terms stand close together.

    Without a match (it may be in the title) these are the first words.

    >>> snippet("First. " * 50 + "The duty on steel stays.", query_terms("steel"))[-24:]
    'The duty on steel stays.'
    """
    found = list(islice(words(text), MOST_WORDS))
    if not found:
        return text.strip()[:SNIPPET_WORDS]
    whole = {word: number for number, term in enumerate(terms) for word in term.words if not term.prefix}
    beginnings = [(term.words[0], number) for number, term in enumerate(terms) if term.prefix]
    hits: list[tuple[int, int]] = []
    for index, word in enumerate(found):
        number = whole.get(word.folded)
        if number is None:
            number = next((number for start, number in beginnings if word.folded.startswith(start)), None)
        if number is not None:
            hits.append((index, number))
    first = max(0, min(_densest(hits) - LEAD, len(found) - SNIPPET_WORDS))
    last = min(first + SNIPPET_WORDS, len(found)) - 1
    return _widened(text, found[first].start, found[last].end)


def _densest(hits: Sequence[tuple[int, int]]) -> int:
    """Return the index of the word from which most different terms stand in what a snippet shows behind its lead."""
    best, most = 0, 0
    for place, (index, _number) in enumerate(hits):
        near = {number for at, number in hits[place : place + SNIPPET_WORDS] if at < index + SNIPPET_WORDS - LEAD}
        if len(near) > most:
            best, most = index, len(near)
    return best


def _widened(text: str, start: int, end: int) -> str:
    """Return a piece of a text together with the quotation marks and stops that cling to it."""
    while start > 0 and not text[start - 1].isspace() and not text[start - 1].isalnum():
        start -= 1
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return text[start:end]


def _term(part: _Part, most: int) -> Term:
    if not part.spaceless:
        return Term((part.text[:MOST_LETTERS],))
    if len(part.text) == 1:
        return Term((part.text,), prefix=True)
    return Term(tuple(part.text[index : index + 2] for index in range(min(len(part.text) - 1, most))))


@cache
def _raw_words() -> re.Pattern[str]:
    """Return the pattern of letters and digits of any script, with the marks that belong to them; made once (20 ms)."""
    marks = [chr(code) for code in range(0x300, 0x20000) if unicodedata.category(chr(code)).startswith("M")]
    return re.compile(f"[^\\W_](?:[\\w{''.join(marks)}])*")


def _parts(word: str) -> tuple[_Part, ...]:
    """Return a raw word folded and cut where the script changes."""
    return _kept_parts(word) if len(word) <= MOST_LETTERS else _new_parts(word)


@lru_cache(4096)
def _kept_parts(word: str) -> tuple[_Part, ...]:
    return _new_parts(word)


def _new_parts(word: str) -> tuple[_Part, ...]:
    if word.isascii():
        return (_Part(word.lower(), 0, spaceless=False),)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    folded = unicodedata.normalize("NFKC", bare).casefold().replace("_", " ")
    return tuple(
        _Part(run[0], piece.start() + run.start(), spaceless=bool(_IS_SPACELESS.match(run[0])))
        for piece in _raw_words().finditer(folded)
        for run in _RUNS.finditer(piece[0])
    )
