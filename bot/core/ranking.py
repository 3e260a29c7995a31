"""Ranks the sentences of a news text, by arithmetic on words alone; it knows no language and no sumy.

Everything is linear in the number of words: the likeness of a sentence to all that follow is its product with the
sum of their vectors, so that no sentence-by-sentence matrix is ever made.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.core.opening import Reading, has_form, read_opening
from bot.core.weights import Longer, News, Opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEM = 6
"""Words are compared by so many first letters: truncation does for European languages about what a stemmer does
(McNamee & Mayfield 2004, "Character n-gram tokenization for European language text retrieval", use 4 to 5)."""


_CELLS: Final = 1 << 32
"""More than there are terms: a sentence's number times this, and a term's, are one number to sort by."""


class TermMatrix:
    """Sentences as TF-IDF vectors of unit length, kept sparse: three arrays, one entry a word of a sentence.

    The entries stand in the order of sentences, and in a sentence in that of terms.

    Args:
        sentences: the words of each sentence, without function words, by their first `STEM` letters.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        import numpy as np  # 0.2 s, 14 MB

        numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)  # a term not met yet has the next one
        cells = np.array(
            [first + numbers[term] for first, words in zip(itertools.count(0, _CELLS), sentences) for term in words],
            dtype=np.int64,
        )
        self._terms = dict(numbers)
        self.length = len(sentences)
        # What np.unique does, in a third of the calls: numpy's least call takes a microsecond or two.
        cells.sort()
        new = np.empty(len(cells), dtype=np.bool_)
        new[:1] = True
        np.not_equal(cells[1:], cells[:-1], out=new[1:])
        (places,) = new.nonzero()
        counts = np.empty(len(places))
        counts[:-1] = places[1:] - places[:-1]
        counts[-1:] = len(cells) - places[-1:]
        cells = cells[places]
        self._rows, self._columns = (cells >> 32).astype(np.intp), (cells & (_CELLS - 1)).astype(np.intp)
        self._frequency = np.bincount(self._columns, minlength=len(self._terms))
        self._idf = np.log1p(self.length / self._frequency)
        values = (1 + np.log(counts)) * self._idf[self._columns]
        norms = np.sqrt(np.bincount(self._rows, weights=values * values, minlength=self.length))
        self._values = values / np.maximum(norms, 1e-9)[self._rows]

    def similarity(self, vector: Floats) -> Floats:
        """Return each sentence's product with a vector over the terms."""
        import numpy as np

        products = self._values * vector[self._columns]
        return np.asarray(np.bincount(self._rows, weights=products, minlength=self.length), dtype=np.float64)

    def row(self, number: int) -> Floats:
        """Return a sentence's vector over all terms."""
        import numpy as np

        inside = slice(*self._rows.searchsorted((number, number + 1)))
        vector = np.zeros(len(self._terms))
        vector[self._columns[inside]] = self._values[inside]
        return vector

    def total(self, rows: NDArray[np.bool_] | None = None) -> Floats:
        """Return the sum of all sentences' vectors, or of some."""
        import numpy as np

        values = self._values if rows is None else self._values * rows[self._rows]
        return np.asarray(np.bincount(self._columns, weights=values, minlength=len(self._terms)), dtype=np.float64)

    def forward(self, rows: NDArray[np.bool_] | None = None) -> Floats:
        """Return each sentence's summed likeness to all sentences behind it, or to those behind it among some."""
        import numpy as np

        order = np.argsort(self._columns, kind="stable")  # by term, in a term by sentence
        owners, values = self._rows[order], self._values[order]
        if rows is not None:
            values = values * rows[owners]
        sums = np.cumsum(values)
        whole = sums[np.cumsum(self._frequency) - 1]  # up to a term's last sentence
        products = values * (np.repeat(whole, self._frequency) - sums)
        return np.asarray(np.bincount(owners, weights=products, minlength=self.length), dtype=np.float64)

    def vector(self, words: Sequence[str]) -> Floats:
        """Return the unit vector of other words; zero where no sentence has any of them."""
        import numpy as np

        vector = np.zeros(len(self._terms))
        known = [self._terms[stem] for stem in {word[:STEM] for word in words} if stem in self._terms]
        if known:
            vector[known] = self._idf[known]
            vector /= math.sqrt(vector.dot(vector))
        return vector


class Judged(NamedTuple):
    """A sentence as the ranking sees it: its words without function words, and what it lacks or tells.

    Its words are cut to their first `STEM` letters.

    `junk`: a line of the page (`junk.py`). `leans`, `fragment`: see `prose.py`. `facts`, `ceremony`, `quoted`,
    `voiced`: see `opening.py`. `heading`: what a junk line is that is a heading, `date` or `question`. `length` is in
    words.
    """

    words: tuple[str, ...]
    paragraph: int = 0
    junk: bool = False
    leans: bool = False
    fragment: bool = False
    quoted: bool = False
    ceremony: bool = False
    voiced: bool = False
    facts: float = 0.0
    heading: str = ""
    length: int = 0


_NEVER: Final = -1e9
_NEWS, _OPENING, _LONGER = News(), Opening(), Longer()


def choose_news(
    sentences: Sequence[Judged],
    title: Sequence[str] = (),
    *,
    count: int,
    news: News = _NEWS,
    opening: Opening = _OPENING,
    longer: Longer = _LONGER,
) -> list[int]:
    """Choose the sentences that tell the news, best first; junk never, unless there is nothing else.

    Greedy, by maximal marginal relevance (Carbonell & Goldstein 1998): each choice is worth its position, its likeness
    to what follows and to the title, and what it tells, less its likeness to what is chosen already. Where the opening
    is not the news, position counts from where the story turns to it; in a longer article length and facts count for
    more than position and title. A sentence that leans on the one before it loses nothing by that once that one is
    chosen.

    Args:
        sentences: in the text's order.
        title: words of the title, without function words; none where there is no title.
        count: how many; fewer come back where junk leaves fewer.
        news: what counts how much.
        opening: what counts instead where the opening is not the news.
        longer: what counts instead in a longer article.

    >>> choose_news([Judged(("duty", "steel"), 0), Judged(("duty", "steel"), 1), Judged(("sun", "sea"), 2)], count=2)
    [0, 2]
    """
    places = [n for n, sentence in enumerate(sentences) if not sentence.junk] or list(range(len(sentences)))
    usable = [sentences[n] for n in places]
    matrix = TermMatrix([sentence.words for sentence in usable])
    reading = read_opening(usable, formed=has_form(sentences))
    worth = _worth(usable, matrix, title, reading, news, opening, longer)
    once = news.paragraph * (1 - reading.composed)
    return [places[n] for n in _chosen(usable, matrix, worth, count, news, once)]


def _chosen(
    usable: Sequence[Judged], matrix: TermMatrix, worth: Floats, count: int, news: News, once: float
) -> list[int]:
    """Take what is worth most, again and again; `once` is what a paragraph that spoke already loses by that."""
    import numpy as np  # 0.2 s, 14 MB

    leaning = news.leaning * np.array([sentence.leans for sentence in usable], dtype=np.float64)
    leaning[0] = 0.0  # nothing stands before it
    paragraphs = np.array([sentence.paragraph for sentence in usable])
    count = min(count, len(usable))
    chosen = [int((worth - leaning).argmax())] if count else []
    likeness = spoken = np.zeros(len(usable))
    while len(chosen) < count:
        last = chosen[-1]
        worth[last] = _NEVER
        leaning[last + 1 : last + 2] = 0.0
        spoken = np.maximum(spoken, paragraphs == paragraphs[last])
        likeness = np.maximum(likeness, matrix.similarity(matrix.row(last)))
        chosen.append(int((worth - leaning - news.redundancy * likeness - once * spoken).argmax()))
    return chosen


def _worth(
    usable: Sequence[Judged],
    matrix: TermMatrix,
    title: Sequence[str],
    reading: Reading,
    news: News,
    opening: Opening,
    longer: Longer,
) -> Floats:
    """Return what each sentence is worth before anything is chosen."""
    import numpy as np

    steps = np.arange(len(usable))
    composed = reading.composed
    worth = (1 - reading.scene) / (1 + steps) + news.telling * reading.telling
    if composed:
        worth += composed * (longer.length * reading.length + longer.facts * reading.facts)
    if reading.scene:
        behind = steps - reading.turn
        there = np.where(behind >= 0, opening.position / (1 + np.maximum(behind, 0)), -opening.before)
        worth += reading.scene * (there + (1 - composed) * opening.telling * reading.telling)
    if (reading.scene or reading.structured) and any(quoted := [sentence.quoted for sentence in usable]):
        worth -= max(reading.scene, float(reading.structured)) * opening.quoted * np.array(quoted)
    forward = matrix.forward()
    worth += _between(news.forward, longer.forward, composed) * forward / max(float(forward.max()), 1e-9)
    if title:
        worth += _between(news.title, longer.title, composed) * matrix.similarity(matrix.vector(title))
    # Lists are asked first: most texts have none of these, and the least array takes a microsecond or two.
    if any(fragments := [sentence.fragment for sentence in usable]):
        worth -= news.fragment * np.array(fragments)
    if any(ceremonies := [sentence.ceremony for sentence in usable]):
        worth -= news.ceremony * np.array(ceremonies)
    if max(lengths := [sentence.length for sentence in usable]) > news.longest:
        worth -= news.long * np.maximum(0, np.array(lengths) - news.longest)
    return worth


def _between(news: float, longer: float, composed: float) -> float:
    return news + (longer - news) * composed
