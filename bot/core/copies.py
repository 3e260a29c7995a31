"""Is an article a copy of another, under whatever title and outlet? It does not tell who copied from whom.

Rules
    An article is a copy if `SAME` of the shorter text's pieces (three neighboring words) are in the longer one, and
    `NAMED` of its names and numbers are, too. Titles do not count. A text of fewer than `FEWEST` pieces is no copy.

Theory
    Shingling (Broder 1997, "On the resemblance and containment of documents"): containment rather than resemblance,
    since a copy is often cut at the end. Agencies write look-alike events in one mold ("Brazil takes coffee to the
    WTO", "India takes shrimp to the WTO"); there the names and numbers differ.

Known exceptions
    A rewrite in other words is an independent report. A correction of a number in an otherwise equal text is no copy
    if the text has few names.
"""

from __future__ import annotations

from bot.core.storywords import Traits

SAME = 0.6
NAMED = 0.85
FEWEST = 8


def is_copy(one: Traits, other: Traits) -> bool:
    """Tell whether two articles have one text."""
    shorter, longer = sorted((one, other), key=lambda traits: len(traits.pieces))
    if len(shorter.pieces) < FEWEST or one.language != other.language:
        return False
    if len(set(shorter.pieces).intersection(longer.pieces)) < SAME * len(shorter.pieces):
        return False
    names = shorter.names - shorter.title
    return len(names & longer.names) >= NAMED * len(names)
