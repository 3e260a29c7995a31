"""Counts those words and pairs of words of a text that somebody wants to know of; it does not know what for.

A word is letters of ASCII with the points, dashes, apostrophes and ampersands between them; it counts in its singular.
All else parts words and is passed over: neighbors are words that follow each other, whatever stands between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

Span = tuple[int, int]
Part = tuple[str, int, Iterable[Span]]
"""A text, how often each of its words counts, and its gaps: spans of it, ascending."""

WORD = re.compile(r"[A-Za-z][A-Za-z.&'’-]*[A-Za-z]|[A-Za-z]")
_SIGNS = b".&'-"  # those of `WORD`, with one apostrophe for both
_GAP = "\x01"
_GAP_AS_WORD = " \x01 "
_KEPT = b"abcdefghijklmnopqrstuvwxyz" + _SIGNS + _GAP.encode()
_OTHERS_TO_SPACES = bytes(code if code in _KEPT else ord(" ") for code in range(256))
_OTHER = "?"  # any word that nobody wants to know of
_SHORTEST_PLURAL = 4
_REMEMBERED = 40_000  # spellings: those of two thousand articles; fewer, and they are forgotten before they come again


class WordCounter:
    """Counts certain words, given in their singular, alone (`truce`) or in pairs (`peace talk`).

    A text is cut at once into what may be words, and what each spelling stands for is remembered: a fifth of the time
    of finding and judging each.

    >>> WordCounter(["truce", "peace talk"]).count([("Truces in Meridia, a truce after peace “talks”", 1, ())])
    {'truce': 2, 'peace talk': 1}
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted)
        pairs = {tuple(each.split(" ")): each for each in self._wanted if each.count(" ") == 1}
        self._pairs: Mapping[tuple[str, ...], str] = pairs
        self._words = _Spellings(self._wanted.union(*pairs))

    def count(self, parts: Iterable[Part]) -> dict[str, int]:
        """Return how often each of the words is in the parts of a text, and each pair.

        No word in a gap counts, no pair over it or from one part into the next.
        """
        # What counts twice is read twice: it is short, and quicker so than adding up two counts.
        texts = [_with_gaps(text, gaps) for text, worth, gaps in parts for _ in range(worth)]
        ready = _GAP_AS_WORD.join(texts).replace("’", "'").encode("ascii", "replace").lower()
        words = list(filter(None, map(self._words.__getitem__, ready.translate(_OTHERS_TO_SPACES).split())))
        counts = {word: count for word, count in Counter(words).items() if word in self._wanted}
        for pair in filter(None, map(self._pairs.get, zip(words, islice(words, 1, None), strict=False))):
            counts[pair] = counts.get(pair, 0) + 1
        return counts


class _Spellings(dict[bytes, str]):
    """What a spelling stands for: a known word, any other one (`_OTHER`), or none (empty); made as they are met."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, spelling: bytes) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        word = singular(spelling.strip(_SIGNS).decode("ascii"))
        found = self[spelling] = word if word in self._known or not word else _OTHER
        return found


def _with_gaps(text: str, gaps: Iterable[Span]) -> str:
    """Return a text with a sign in place of each gap, which is no word and parts words that are no neighbors."""
    text = text.replace(_GAP, " ") if _GAP in text else text
    return _GAP_AS_WORD.join([text[start:end] for start, end in between(text, gaps)])


def words_between(text: str, gaps: Iterable[Span]) -> Iterator[tuple[str, int, int]]:
    """Give the words of a text in their singular, with their spans; an empty word stands for each gap and the end.

    >>> [word for word, _, _ in words_between("Envoys left Peru's cities", [(12, 18)])]
    ['envoy', 'left', '', 'city', '']
    """
    for start, end in between(text, gaps):
        for found in WORD.finditer(text, start, end):
            yield singular(found[0]), found.start(), found.end()
        yield "", end, end


def between(text: str, gaps: Iterable[Span]) -> Iterator[Span]:
    """Give the spans of a text that its gaps, which ascend, leave.

    >>> list(between("Envoys left", [(0, 6)]))
    [(0, 0), (6, 11)]
    """
    at = 0
    for start, end in gaps:
        yield at, start
        at = end
    yield at, len(text)


@lru_cache(maxsize=_REMEMBERED)  # a call costs ten times what remembering does
def singular(word: str) -> str:
    """Return an English word in small letters, without the ending of plural or possession.

    >>> [singular(word) for word in ("Cities", "pass", "U.S", "crisis", "envoys", "Peru’s", "gas")]
    ['city', 'pass', 'u.s', 'crisis', 'envoy', 'peru', 'gas']
    """
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip(".'-")
    if low.endswith("ies") and len(low) > _SHORTEST_PLURAL + 1:
        return low[:-3] + "y"
    if len(low) < _SHORTEST_PLURAL or low.endswith(("ss", "us", "is")):
        return low
    return low.removesuffix("s")
