"""The weights of a word for all topics as one number, so that a text's words are added up for all topics at once.

It knows no words and no topics. To add so takes a third of the time of adding topic by topic.
"""

from __future__ import annotations

import struct
from functools import lru_cache

UNIT = 0.01
"""Of a weight: finer ones are rounded."""

FINE = 1 << 20
"""Parts of a count that are told apart."""

GREATEST = 1000
"""The greatest weight, for or against."""

_DIGIT = 64  # bits: a million words of the greatest weight may add up
_HALF = 1 << _DIGIT - 1


def as_digit(weight: float, place: int) -> int:
    """Return a weight as the digit of a place, in `UNIT`s: such numbers add up place by place."""
    return round(weight / UNIT) << _DIGIT * place


def digits(packed: int, count: int) -> list[int]:
    """Return the signed digits that a number packs, the lowest first.

    >>> digits(as_digit(0.05, 2) + as_digit(-0.03, 1) + as_digit(0.07, 0), 3)
    [7, -3, 5]
    """
    found = struct.unpack(f"<{count}Q", (packed + _all_halves(count)).to_bytes(count * _DIGIT // 8, "little"))
    return [digit - _HALF for digit in found]


@lru_cache
def _all_halves(count: int) -> int:
    return sum(_HALF << _DIGIT * place for place in range(count))
