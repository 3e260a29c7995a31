"""Orders sentences by sumy's KL rule, whose sums are carried along; it knows no sumy and no text."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TIE = 1e-12  # sums that differ by less are equal, and the earlier sentence is taken


def kl_order(sentences: Sequence[Sequence[str]], frequency: Mapping[str, float], count: int) -> list[int]:
    """Return sentences, best first, by sumy's rule: each brings the summary nearest to the text's word frequencies.

    The divergence is summed over the words that the summary would have: p · log(p / q), with p a word's share of the
    text and q its share of the summary. Cost: `count` times the number of words.
    """
    held: dict[str, int] = {}
    size = 0
    order: list[int] = []
    for _ in range(min(count, len(sentences))):
        known = sum(frequency[word] for word in held)
        divergence = sum(frequency[word] * math.log(frequency[word] / number) for word, number in held.items())
        best, least = -1, math.inf
        for index, words in enumerate(sentences):
            if index in order:
                continue
            share, value = known, divergence
            for word, more in Counter(words).items():
                p, before = frequency[word], held.get(word, 0)
                share += 0.0 if before else p
                value += p * math.log(p / (before + more)) - (p * math.log(p / before) if before else 0.0)
            value += share * math.log(size + len(words)) if size + len(words) else 0.0
            if value < least - _TIE:
                best, least = index, value
        order.append(best)
        size += len(sentences[best])
        for word in sentences[best]:
            held[word] = held.get(word, 0) + 1
    return order
