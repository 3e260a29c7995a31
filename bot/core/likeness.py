"""Two articles → how alike their events are (0–1), by words that are rare and by who, where and when.

It puts nothing together; `linkage.py` does.

Rules
    1. The likeness of two articles is the cosine of their words, each weighed by its rarity among the articles seen
       (`Rarity`). A word that only one article has counts for its length only by `ALONE`, once `ENOUGH` articles were
       seen. Where fewer than `SHARED` words are shared, it is that much less.
    2. Where each article's most prominent place is none of the other's, the likeness is multiplied by `OTHER_PLACE`;
       where they share no place at all, by `NO_PLACE`.
    3. Where both name weekdays and share none, it is multiplied by `OTHER_DAY`.
    4. Of articles in two languages only names and numbers are compared; they must share a number and a name, and the
       most prominent place of one must be one of the other's.

Theory
    Inverse document frequency, Spärck Jones 1972. Look-alike events share the common words of their kind, and differ
    in who, where and when; these are the rare words, places and days.

Known exceptions
    Two events of one place and day that are told in the same words (two rulings on one morning) differ in nothing
    that is seen here. Numbers that contradict each other (19 and 25 percent) do not tell events apart: reports of one
    event give different numbers as often (no gain on any of the sets).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping

from bot.core.storywords import Traits

# Measured on the open half of the evaluation sets (2026-11), B-cubed F1 on ECB+, Multi-News and a modern set of ours:
ALONE = 0.3  # 1.0 costs 0.01 on Multi-News, 0.3 and 0.5 are alike
SHARED = 3  # words: two headlines with two words in common are alike by chance
ENOUGH = 300  # articles seen after which that holds; before, most words are in one article only, and say as much
UNSEEN = 100  # articles as if seen before the first, so that words of the first ones are rare
OTHER_PLACE = 0.6  # half of all pairs of look-alikes on the modern set differ so, of pairs of one event 0 to 5 %
NO_PLACE = (
    0.3  # look-alikes told in the very same words stay apart; ECB+ gains 0.003, Multi-News loses 0.009: one event
)
OTHER_DAY = 0.6  # without it 0.01 less on all three
FRESH = 64  # articles after which rarity is looked up anew, or a tenth of those seen if that is more
MEMORY = 50_000  # articles after which what was seen counts half: two weeks of 300 feeds


class _Squares(dict[str, float]):
    """Squares of inverse document frequencies, worked out when first asked for: a look into a dict costs least."""

    def __init__(self, counts: Counter[str]) -> None:
        super().__init__()
        self.counts = counts
        self.seen = 0

    def __missing__(self, word: str) -> float:
        square = math.log((UNSEEN + self.seen) / (0.5 + self.counts[word])) ** 2
        self[word] = square
        return square


class Rarity:
    """How rare words are among the articles seen; memory is bounded by halving what was seen.

    `of` returns the square of a word's inverse document frequency.
    """

    def __init__(self) -> None:
        self.seen = 0
        self._counts: Counter[str] = Counter()
        self._squares = _Squares(self._counts)
        self.of: Callable[[str], float] = self._squares.__getitem__

    def learn(self, traits: Traits) -> None:
        """Count an article's words."""
        self._counts.update(iter(traits.words))  # an iterator is counted many times faster than a mapping
        self.seen += 1
        if self.seen >= 2 * MEMORY:
            self.seen //= 2
            halved = {word: n // 2 for word, n in self._counts.items() if n > 1}
            self._counts.clear()
            self._counts.update(halved)
            self._forget()
        elif self.seen - self._squares.seen > max(FRESH, self._squares.seen // 10):
            self._forget()

    def length(self, traits: Traits) -> float:
        """Return the length of an article's vector."""
        counts, of = self._counts, self.of
        alone = max(ALONE, 1 - self.seen / ENOUGH) ** 2
        total = 0.0
        for word, weight in traits.words.items():
            square = weight * weight * of(word)
            total += square if counts[word] > 1 else square * alone
        return math.sqrt(total) or 1.0

    def _forget(self) -> None:
        self._squares.clear()
        self._squares.seen = self.seen


def likeness(one: Traits, other: Traits, rarity: Rarity, lengths: float) -> float:
    """Return how alike two articles are; `lengths` is the product of their vectors' lengths.

    Time between them is left to the stories they are in.
    """
    if one.language != other.language:
        return _across(one, other, rarity)
    mine, theirs, of = one.words, other.words, rarity.of
    shared = mine.keys() & theirs.keys()
    product = math.fsum([mine[word] * theirs[word] * of(word) for word in shared])  # the same in whatever order
    alike = product / lengths * min(1.0, len(shared) / SHARED)
    if alike < FAINT:
        return alike
    return alike * _places_alike(one.places, other.places) * _days_alike(one, other)


FAINT = 0.04  # what any two news texts have in common; nothing is gained by looking closer


def _days_alike(one: Traits, other: Traits) -> float:
    return OTHER_DAY if one.days and other.days and not one.days & other.days else 1.0


def _places_alike(some: tuple[str, ...], others: tuple[str, ...]) -> float:
    if not some or not others or some[0] in others or others[0] in some:
        return 1.0
    return OTHER_PLACE if set(some) & set(others) else NO_PLACE


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(weight * other[word] for word, weight in one.items() if word in other)
    squares = sum(w * w for w in one.values()) * sum(w * w for w in other.values())
    return product / math.sqrt(squares)


def _across(one: Traits, other: Traits, rarity: Rarity) -> float:
    """Return the likeness of articles in two languages: of their names and numbers alone (rule 4)."""
    shared = one.names & other.names
    if not any(name[0] == "#" for name in shared) or all(name[0] == "#" for name in shared):
        return 0.0
    if not one.places or not other.places or _places_alike(one.places, other.places) < 1:
        return 0.0
    vectors = [
        {name: math.sqrt(rarity.of(name)) * each.words[name] for name in sorted(each.names) if name in each.words}
        for each in (one, other)
    ]
    return _cosine(vectors[0], vectors[1]) * _days_alike(one, other)
