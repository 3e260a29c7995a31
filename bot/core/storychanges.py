"""What the clusterer changed: where articles belong, what stories are, which were merged; it decides none of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs: to which story, and which article it is a copy of."""

    story: int
    copy_of: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a story is: the article that leads it, its title, and when (in hours) the first and last were published."""

    lead: int
    title: str
    language: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: articles that were placed, stories that were touched, and stories that became a part of others."""

    placed: dict[int, Placed]
    told: dict[int, Told]
    merged: dict[int, int]


def follow(placed: dict[int, int], changes: Changes) -> None:
    """Bring up to date which story each article belongs to, those that are forgotten included."""
    if changes.merged:
        for key, number in placed.items():
            placed[key] = changes.merged.get(number, number)
    placed.update((key, one.story) for key, one in changes.placed.items())
