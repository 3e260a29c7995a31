"""Which article belongs to which story, what stories are, and what changed; it decides none of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
class Placing:
    """Which story a stored article belongs to: a story's id is that of the article that began it.

    `copy_of` is the id of the article that it repeats, if it does.
    """

    article_id: int
    story_id: int
    copy_of: int | None = None


@dataclass(frozen=True, slots=True)
class StoryHead:
    """What is kept of a story itself: `lead_id` is the article its title comes from."""

    id: int
    lead_id: int
    title: str
    language: str
    first_at: datetime
    last_at: datetime


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
