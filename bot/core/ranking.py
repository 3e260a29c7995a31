"""Ranks the sentences of a news text, by arithmetic on words alone; it knows no language and no sumy.

Everything is linear in the number of words: the similarity of a sentence to all others together is its product with
the sum of their vectors, so that no sentence-by-sentence matrix is ever made.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEM = 6
"""Words are compared by so many first letters: truncation does for European languages about what a stemmer does
(McNamee & Mayfield 2004, "Character n-gram tokenization for European language text retrieval", use 4 to 5)."""


class TermMatrix:
    """Sentences as TF-IDF vectors of unit length, kept sparse: three arrays, one entry a word of a sentence.

    Args:
        sentences: the words of each sentence, without function words.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        import numpy as np  # 0.2 s, 14 MB

        self._terms: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        counts: list[int] = []
        for number, words in enumerate(sentences):
            for stem, count in Counter(word[:STEM] for word in words).items():
                rows.append(number)
                columns.append(self._terms.setdefault(stem, len(self._terms)))
                counts.append(count)
        self.length = len(sentences)
        self._rows = np.array(rows, dtype=np.intp)
        self._columns = np.array(columns, dtype=np.intp)
        frequency = np.bincount(self._columns, minlength=len(self._terms))
        self._idf = np.log1p(self.length / np.maximum(frequency, 1))
        values = (1 + np.log(np.array(counts, dtype=np.float64))) * self._idf[self._columns]
        norms = np.sqrt(np.bincount(self._rows, weights=values**2, minlength=self.length))
        self._values = values / np.maximum(norms, 1e-9)[self._rows]

    def similarity(self, vector: Floats) -> Floats:
        """Return each sentence's product with a vector over the terms."""
        import numpy as np

        products = self._values * vector[self._columns]
        return np.asarray(np.bincount(self._rows, weights=products, minlength=self.length), dtype=np.float64)

    def row(self, number: int) -> Floats:
        """Return a sentence's vector over all terms."""
        import numpy as np

        inside = self._rows == number
        return np.asarray(
            np.bincount(self._columns[inside], weights=self._values[inside], minlength=len(self._terms)),
            dtype=np.float64,
        )

    def total(self) -> Floats:
        """Return the sum of all sentences' vectors."""
        import numpy as np

        return np.asarray(
            np.bincount(self._columns, weights=self._values, minlength=len(self._terms)), dtype=np.float64
        )

    def vector(self, words: Sequence[str]) -> Floats:
        """Return the unit vector of other words; zero where no sentence has any of them."""
        import numpy as np

        vector = np.zeros(len(self._terms))
        for stem in {word[:STEM] for word in words}:
            if stem in self._terms:
                vector[self._terms[stem]] = self._idf[self._terms[stem]]
        norm = float(np.linalg.norm(vector))
        return vector / norm if norm else vector


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts in a news text, relative to its first sentence's position (1.0).

    News is written with the news first, so that position weighs most; the rest moves a choice only among sentences
    that stand near to one another. Measured on 812 news texts with people's summaries (mean of ROUGE-1 and -2 at three
    sentences): 0.55 over the first three sentences; 0.52 and 0.57 in either half of the texts alone. Values come from
    a grid in steps of 0.1 to 0.3; their neighbors score within 0.1. Figures in a sentence and likeness to the first
    sentence were tried, too, and made it worse.
    """

    centrality: float = 0.3
    title: float = 0.8
    redundancy: float = 0.5
    leaning: float = 0.2
    fragment: float = 0.2
    paragraph: float = 0.2


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence as the ranking sees it: its words without function words, and what it lacks (see `prose.py`)."""

    words: tuple[str, ...]
    paragraph: int = 0
    boilerplate: bool = False
    leans: bool = False
    fragment: bool = False


def choose_news(
    sentences: Sequence[Judged], title: Sequence[str] = (), *, count: int, weights: Weights | None = None
) -> list[int]:
    """Choose the sentences that tell the news, best first; boilerplate never, unless there is nothing else.

    Greedy, by maximal marginal relevance (Carbonell & Goldstein 1998): each choice is worth its position, its
    centrality and its likeness to the title, less its likeness to what is chosen already, and less if its paragraph
    has spoken already. A sentence that leans on the one before it loses nothing by that once that one is chosen.

    Args:
        sentences: in the text's order.
        title: words of the title, without function words; none where there is no title.
        count: how many; fewer come back where boilerplate leaves fewer.
        weights: what counts how much.

    >>> choose_news([Judged(("duty", "steel"), 0), Judged(("duty", "steel"), 1), Judged(("sun", "sea"), 2)], count=2)
    [0, 2]
    """
    import numpy as np  # 0.2 s, 14 MB

    weights = weights or Weights()
    matrix = TermMatrix([sentence.words for sentence in sentences])
    usable = np.array([not sentence.boilerplate for sentence in sentences])
    if not usable.any():
        usable[:] = True
    position = 1 / np.maximum(np.cumsum(usable), 1)
    centrality = matrix.similarity(matrix.total())
    worth = position + weights.centrality * centrality / max(float(centrality.max()), 1e-9)
    worth += weights.title * matrix.similarity(matrix.vector(title))
    worth -= weights.fragment * np.array([sentence.fragment for sentence in sentences])
    leaning = weights.leaning * np.array([sentence.leans for sentence in sentences], dtype=np.float64)
    leaning[0] = 0.0  # nothing stands before it
    worth[~usable] = -np.inf
    likeness = np.zeros(len(sentences))
    paragraphs = np.array([sentence.paragraph for sentence in sentences])
    spoken = np.zeros(len(sentences))
    chosen: list[int] = []
    for _ in range(min(count, int(usable.sum()))):
        best = int(np.argmax(worth - leaning - weights.redundancy * likeness - weights.paragraph * spoken))
        chosen.append(best)
        worth[best] = -np.inf
        leaning[best + 1 : best + 2] = 0.0
        spoken = np.maximum(spoken, paragraphs == paragraphs[best])
        likeness = np.maximum(likeness, matrix.similarity(matrix.row(best)))
    return chosen
