"""Ranks the sentences of several articles on one event, by arithmetic on words alone; it merges no articles.

What several articles say is the event: a sentence is worth its likeness to the sentences of the *other* articles, then
its position in its own and its likeness to what follows there. Linear in the number of words, like `ranking.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ranking import Judged, TermMatrix
from bot.core.weights import Several

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NEVER = -1e9
_NEEDLESS = 1e-9  # likeness below which a maximum is no measure


def choose_several(
    articles: Sequence[Sequence[Judged]], *, count: int, weights: Several | None = None
) -> list[tuple[int, int]]:
    """Choose sentences of several articles, best first, junk never, as pairs of article and sentence.

    Args:
        articles: each with its sentences, in the text's order.
        count: how many; fewer come back where the articles have fewer.
        weights: what counts how much.

    >>> steel, sea = Judged(("duty", "steel", "port"), length=20), Judged(("sun", "sea", "sand"), length=20)
    >>> choose_several([[sea, steel], [steel]], count=1)
    [(1, 0)]
    """
    import numpy as np  # 0.2 s, 14 MB

    weights = weights or Several()
    places = [
        (number, place)
        for number, sentences in enumerate(articles)
        for place in [n for n, sentence in enumerate(sentences) if not sentence.junk][: weights.within]
    ]
    if not places:
        return []
    read = [articles[number][place] for number, place in places]
    matrix = TermMatrix([sentence.words for sentence in read])
    owners = np.array([number for number, _ in places])
    worth = _worth(read, owners, matrix, weights)
    leaning = weights.leaning * np.array([sentence.leans for sentence in read], dtype=np.float64)
    leaning[np.flatnonzero(np.diff(owners, prepend=-1))] = 0.0  # nothing stands before an article's first sentence
    likeness = np.zeros(len(read))
    chosen: list[tuple[int, int]] = []
    for _ in range(min(count, len(read))):
        best = int(np.argmax(worth - leaning - weights.redundancy * likeness))
        chosen.append(places[best])
        worth[best] = _NEVER
        leaning[best + 1 : best + 2] = 0.0
        likeness = np.maximum(likeness, matrix.similarity(matrix.row(best)))
    return chosen


def _worth(read: Sequence[Judged], owners: NDArray[np.intp], matrix: TermMatrix, weights: Several) -> Floats:
    import numpy as np

    likeness = np.zeros(len(read))
    steps = np.zeros(len(read))
    forward = np.zeros(len(read))
    everything = matrix.total()
    for number in np.unique(owners):
        own = owners == number
        likeness[own] = matrix.similarity(everything - matrix.total(own))[own]
        steps[own] = np.arange(int(own.sum()))
        ahead = matrix.forward(own)[own]
        forward[own] = ahead / max(float(ahead.max()), _NEEDLESS)
    if float(likeness.max()) <= _NEEDLESS:  # one article, or several that share no word
        likeness = matrix.similarity(everything)
    lengths = np.array([sentence.length for sentence in read])
    worth = likeness / max(float(likeness.max()), _NEEDLESS)
    worth += weights.position / (1 + steps) + weights.forward * forward
    worth -= weights.fragment * np.array([sentence.fragment for sentence in read])
    worth -= weights.short * np.maximum(0, weights.shortest - lengths)
    return np.asarray(worth - weights.long * np.maximum(0, lengths - weights.longest), dtype=np.float64)
