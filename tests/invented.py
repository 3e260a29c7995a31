"""Words of invented news, always the same for the same chance; what is told with them is their users' matter."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = 20_000
NAMES, OWN = 8, 30  # words that an event has


@dataclass(frozen=True, slots=True)
class EventWords:
    """What only one event is told with: names, and words of its matter, which are rare elsewhere."""

    names: list[str]
    own: list[str]


class Lexicon:
    """A language of invented words, drawn by Zipf's law: some in every report, most in hardly any."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = ["".join(chance.choices(LETTERS, k=chance.randint(4, 9))) for _ in range(WORDS)]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(WORDS)))

    def general(self, count: int) -> list[str]:
        """Draw words of news in general."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def event(self) -> EventWords:
        """Draw the words of an event."""
        return EventWords(
            ["".join(self._chance.choices(LETTERS, k=7)).title() for _ in range(NAMES)], self.general(OWN)
        )
