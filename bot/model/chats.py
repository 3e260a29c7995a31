"""The nouns of whom it is told to, and when: chats, their schedules and subscriptions; nothing that is owed.

Instants are aware UTC datetimes and end in `_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.model.stories import Wish


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are due: local times of day on given days of the week (0 is Monday), in an IANA zone.

    `weekly` asks for the week's review instead of a digest. Between `quiet_from` and `quiet_until` (local times, over
    midnight where the first is later) no alert is sent; None for no quiet hours.
    """

    slots: tuple[time, ...] = (time(8, 0),)
    days: frozenset[int] = frozenset(range(7))
    zone: str = "UTC"
    weekly: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One occurrence of a slot: the instant, the slot's local time and the local date it stands for."""

    at: datetime
    slot: time
    local_date: date


class ChatKind(StrEnum):
    """The kinds of chats Telegram has."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Chat:
    """A Telegram chat that has spoken to the bot.

    `lost_at` is set while it can't be sent to (blocked, kicked, gone). `reads_channel` is set for a group that
    wants what its linked channel posts summarized.
    """

    id: int
    kind: ChatKind = ChatKind.PRIVATE
    language: str = "en"
    zone: str = "UTC"
    lost_at: datetime | None = None
    reads_channel: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's (or one forum topic's: `thread_id`) standing order; `next_run` is None while it is stopped.

    `last_digest_id` is the digest it had last: what it was told is in there. `alerts` says whether breaking stories
    are sent at once. `paused` says why nothing is planned or sent although it stands: `no_rights`, `topic_closed` or
    `topic_gone`.
    """

    chat_id: int
    wish: Wish
    schedule: Schedule
    thread_id: int | None = None
    next_run: Run | None = None
    last_digest_at: datetime | None = None
    id: int | None = None
    last_digest_id: int | None = None
    alerts: bool = False
    paused: str | None = None
