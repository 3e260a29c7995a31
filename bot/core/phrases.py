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
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

from bot.core.folding import Folded, fold
from bot.core.wordedges import WITHIN, begins_a_word, ends_a_word

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

Payload = TypeVar("Payload")


class Synonyms(NamedTuple, Generic[Payload]):
    """Phrases to look for and what they all stand for; `exact` keeps upper and lower case apart."""

    payload: Payload
    texts: Sequence[str]
    exact: bool = False


def synonyms(payload: Payload, words: Sequence[str]) -> list[Synonyms[Payload]]:
    """Return the words of a vocabulary's list, in which `=` stands before those that are exact.

    >>> synonyms("US", ["American", "=US"])
    [Synonyms(payload='US', texts=['American'], exact=False), Synonyms(payload='US', texts=['US'], exact=True)]
    """
    exact = [word[1:] for word in words if word[:1] == "="]
    others = [word for word in words if word[:1] != "="] if exact else words
    both = (Synonyms(payload, others), Synonyms(payload, exact, exact=True))
    return [each for each in both if each.texts]


class Found(NamedTuple, Generic[Payload]):
    """A phrase where it stands: `source[start:end] == text`."""

    text: str
    start: int
    end: int
    payload: Payload


Stretch: TypeAlias = tuple[int, int, tuple[Payload, ...]]
"""Where phrases stand, from and to, and what they stand for: several, where they are the same."""


Seen: TypeAlias = tuple[int, int, int]
"""A head where it stands in a folded text: its number, from and to."""


class _Pattern(NamedTuple, Generic[Payload]):
    """A phrase of which more must be there than its first letters, whatever their case.

    `cased` is how those must be written if the phrase is exact, `tail` the pattern of what must follow them.
    """

    cased: str
    tail: str
    payload: Payload
    exact: bool


class Heads:
    """What several vocabularies look for, in one automaton: a text is searched once for all of them.

    >>> heads = Heads()
    >>> duties, places = (Phrases([Synonyms(word, [word])], heads=heads) for word in ("duty", "Peru"))
    >>> [found.text for phrases in (duties, places) for found in phrases.find("Peru's duty")]
    ['duty', 'Peru']
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._to_come: list[Callable[[], object]] = []
        self._automaton: AhoCorasick | None = None
        self._building = Lock()
        self._seen = lru_cache(maxsize=4)(_seen)  # each vocabulary asks for the same title and text

    def expect(self, come: Callable[[], object]) -> None:
        """Remember what makes a vocabulary that will be there; it is called before the first text is searched."""
        self._to_come.append(come)

    def numbers(self, heads: Collection[str]) -> list[int]:
        """Look for these as well; return the number of each."""
        with self._building:
            if not self._numbers.keys() >= set(heads):
                self._automaton = None
            return [self._numbers.setdefault(head, len(self._numbers)) for head in heads]

    def seen_in(self, text: str) -> tuple[Folded, list[Seen]]:
        """Return a text folded, and the heads with which words begin in that."""
        return self._seen(text, self._automaton or self._built())

    def _built(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        to_come, self._to_come = self._to_come, []
        for come in to_come:  # not below the lock: what makes them may have one of its own
            come()
        with self._building:
            if self._automaton is None:
                # Of the three kinds this one is built in 11 ms (6,000 patterns; a DFA: 90) and searches a quarter
                # quicker than the first: 0.02 ms an article.
                kind = Implementation.ContiguousNFA
                self._automaton = AhoCorasick(list(self._numbers), store_patterns=False, implementation=kind)
            return self._automaton


def _seen(text: str, automaton: AhoCorasick) -> tuple[Folded, list[Seen]]:
    folded = fold(text)
    low, between = folded.low, folded.joints
    return folded, [
        seen
        for seen in automaton.find_matches_as_indexes(low, overlapping=True)
        if not (joint := between[seen[1]]) or (joint != WITHIN and begins_a_word(low, seen[1]))
    ]


class Phrases(Generic[Payload]):
    """A vocabulary that can be looked for in texts.

    >>> phrases = Phrases([Synonyms("tariffs", ["trade war", "duty"]), Synonyms("US", ["US"], exact=True)])
    >>> [(each.text, each.start, each.payload) for each in phrases.find("A US–China trade War")]
    [('US', 2, 'US'), ('trade War', 11, 'tariffs')]

    Args:
        phrases: what to look for; the same payload may come again.
        heads: where other vocabularies are, which are looked for in the same texts.

    Raises:
        ValueError: a phrase is empty or begins with `*`.
    """

    def __init__(self, phrases: Iterable[Synonyms[Payload]], *, heads: Heads | None = None) -> None:
        # What stands for a head that is all there is to find; where any of its phrases wants more, each is looked at.
        plain, others = _by_head(phrases)
        self._heads = heads or Heads()
        numbers = self._heads.numbers([*plain, *others])
        self._plain: dict[int, tuple[Payload, ...]] = dict(zip(numbers, plain.values(), strict=False))
        self._others: dict[int, list[_Pattern[Payload]]] = dict(
            zip(numbers[len(plain) :], others.values(), strict=True)
        )
        self._tails: dict[str, re.Pattern[str]] = {}

    def find(self, text: str) -> list[Found[Payload]]:
        """Return the phrases of a text from first to last; none overlap, but equal spans may have several payloads."""
        return [
            Found(text[start:end], start, end, each)
            for start, end, payloads in self.stretches(text)
            for each in payloads
        ]

    def stretches(self, text: str) -> list[Stretch[Payload]]:
        """Return the same by the place they stand in: quicker, where phrases have many payloads."""
        if not text or not (self._plain or self._others):
            return []
        folded, seen = self._heads.seen_in(text)
        spans = self._spans(folded, seen)
        if folded.kept is None:
            return [(start, end, spans[start, end]) for start, end in _longest(spans)]
        return [(*folded.source_span(*span), spans[span]) for span in _longest(spans)]

    def _spans(self, folded: Folded, seen: list[Seen]) -> dict[tuple[int, int], tuple[Payload, ...]]:
        """Return the spans in a folded text at which phrases stand as words, each with what stands for them."""
        low, between, plain, others = folded.low, folded.joints, self._plain, self._others
        spans: dict[tuple[int, int], tuple[Payload, ...]] = {}
        for number, start, end in seen:
            if number in plain:
                if not (joint := between[end]) or (joint != WITHIN and ends_a_word(low, end)):
                    span, payloads = (start, end), plain[number]
                    spans[span] = payloads if span not in spans else _each_once(spans[span], payloads)
            elif number in others:
                for pattern in others[number]:
                    if stop := self._end_of(pattern, folded, start, end):
                        spans[start, stop] = _each_once(spans.get((start, stop), ()), (pattern.payload,))
        return spans

    def _end_of(self, pattern: _Pattern[Payload], folded: Folded, start: int, end: int) -> int:
        """Return where a pattern whose head was seen ends, or 0 if the rest of it is not there."""
        if pattern.exact and not _written_as(pattern.cased, folded.cased[start:end]):
            return 0
        if pattern.tail:
            if pattern.tail not in self._tails:
                self._tails[pattern.tail] = re.compile(pattern.tail)
            match = self._tails[pattern.tail].match(folded.low, end)
            if match is None:
                return 0
            end = match.end()
        return end if ends_a_word(folded.low, end) else 0


_BETWEEN = "\x00"
_AL, _LIL = "ال", "لل"  # li + al is written lil, without the alif
_REST_OF_WORD = r"\w{0,24}"  # the longest ending of a stem in our languages; bounded so that matching stays linear


def _by_head(
    phrases: Iterable[Synonyms[Payload]],
) -> tuple[dict[str, tuple[Payload, ...]], dict[str, list[_Pattern[Payload]]]]:
    """Return phrases by what the automaton looks for: all of them, or what stands before their first `*`.

    The first of the two has what stands for heads that are all there is to find.
    """
    simple: list[tuple[Payload, Sequence[str]]] = []
    wanting: list[tuple[Payload, bool, str]] = []
    for payload, texts, exact in phrases:
        more = [text for text in texts if exact or "*" in text]
        wanting += [(payload, exact, text) for text in more]
        simple.append((payload, texts if not more else [] if exact else [text for text in texts if "*" not in text]))
    plain, others = _heads_alone(simple), _heads_of_more(wanting)
    for head, patterns in others.items():
        patterns += [_Pattern("", "", payload, exact=False) for payload in plain.pop(head, ())]
    return plain, others


def _heads_alone(simple: Sequence[tuple[Payload, Sequence[str]]]) -> dict[str, tuple[Payload, ...]]:
    """Return what stands for each of the phrases that are found whole, in any case."""
    plain: dict[str, tuple[Payload, ...]] = {}
    # ASCII is folded quicker by itself
    for is_ascii in (True, False):
        lists = [(payload, [text for text in texts if text.isascii() is is_ascii]) for payload, texts in simple]
        lows, _ = _folded([text for _, texts in lists for text in texts])
        at = 0
        for payload, texts in lists:
            fresh: dict[str, tuple[Payload, ...]] = dict.fromkeys(lows[at : at + len(texts)], (payload,))
            at += len(texts)
            for head in plain.keys() & fresh.keys():
                fresh[head] = _each_once(plain[head], (payload,))
            plain.update(fresh)
    for head in [head for head in plain if head.startswith(_AL)]:
        plain[_LIL + head[2:]] = _each_once(plain.get(_LIL + head[2:], ()), plain[head])
    return plain


def _heads_of_more(wanting: Sequence[tuple[Payload, bool, str]]) -> dict[str, list[_Pattern[Payload]]]:
    """Return the patterns of phrases that are exact or have a `*`, by what stands before their first one."""
    others: dict[str, list[_Pattern[Payload]]] = {}
    lows, cased = _folded([text for *_, text in wanting])
    for (payload, exact, _), low, written in zip(wanting, lows, cased, strict=True):
        head, star, rest = low.partition("*")
        pattern = _Pattern(written.partition("*")[0], _tail(star + rest), payload, exact)
        others.setdefault(head, []).append(pattern)
    for head in [head for head in others if head.startswith(_AL)]:
        joined = [pattern._replace(cased=_LIL + pattern.cased[2:]) for pattern in others[head]]
        others.setdefault(_LIL + head[2:], []).extend(joined)
    return others


def _folded(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return phrases made comparable, without case and with it.

    They are folded as one text: 27,000 in a quarter of the time that they take one by one.
    """
    if not texts:
        return [], []
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) >= len(texts):
        together = _BETWEEN.join([text.replace(_BETWEEN, " ") for text in texts])
    folded = fold(together)
    lows, cased = ([*map(str.strip, each.split(_BETWEEN))] for each in (folded.low, folded.cased))
    for text, low in zip(texts, lows, strict=True):
        if not low or low[0] == "*":
            raise ValueError(f"a phrase must begin with a letter or sign: {text!r}")
    return lows, cased


def _each_once(known: tuple[Payload, ...], more: tuple[Payload, ...]) -> tuple[Payload, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _tail(rest: str) -> str:
    """Return the pattern of what follows a phrase's first `*`, that included."""
    if not rest:
        return ""
    return "".join(_REST_OF_WORD if part == "*" else re.escape(part) for part in re.split(r"(\*)", rest))


def _written_as(wanted: str, seen: str) -> bool:
    return seen == wanted or (seen == wanted.upper() and not wanted.islower() and not wanted.isupper())


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans that do not overlap, the longest first served, in the text's order.

    >>> _longest([(0, 10), (5, 16), (16, 20)])
    [(5, 16), (16, 20)]
    """
    chosen: list[tuple[int, int]] = []
    together: list[tuple[int, int]] = []  # spans that overlap, directly or through others
    reach = 0
    for span in sorted(spans):
        if span[0] < reach:
            together.append(span)
            reach = max(reach, span[1])
            continue
        chosen += together if len(together) == 1 else _longest_together(together)
        together, reach = [span], span[1]
    return chosen + _longest_together(together)


def _longest_together(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(spans) < 2:  # noqa: PLR2004 -- one alone
        return spans
    chosen: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        place = bisect_left(chosen, span)
        clear_before = place == 0 or chosen[place - 1][1] <= span[0]
        clear_behind = place == len(chosen) or span[1] <= chosen[place][0]
        if clear_before and clear_behind:
            chosen.insert(place, span)
    return chosen
