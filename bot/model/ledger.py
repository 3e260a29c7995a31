"""The nouns of the ledger: what is owed to a chat, and what became of it; they decide nothing.

They stand on those of `bot.model.chats` and `bot.model.stories`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.chats import Run, Subscription
from bot.model.stories import Digest

MISSED_FOR = timedelta(hours=6)
"""A digest missed for longer than this is skipped (promise 3 of the contract)."""


class DeliveryState(StrEnum):
    """The states of the ledger: owed → sending → sent | blocked | expired."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    EXPIRED = "expired"


class DeliveryKind(StrEnum):
    """What a delivery brings: a digest of the schedule, a breaking story, a review of the week, or a further page.

    A further page of a digest (`PAGE`) is an answer to somebody who asked for more: it is noted as sent, never owed.
    """

    DIGEST = "digest"
    ALERT = "alert"
    REVIEW = "review"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the ledger: what is owed to a chat, and what became of it.

    `key` names it among those of its subscription ("08:00 2026-11-22", "alert 4711"). `run` is the run of a digest,
    None for what follows no schedule. `sent_parts` are the message ids of the parts that went out, in order: sending
    goes on behind them. A part that is not among them is in the state of the delivery. `attempts` counts failures,
    `not_before_at` is when it may be tried again.
    """

    id: int
    subscription_id: int
    chat_id: int
    thread_id: int | None
    digest_id: int
    run: Run | None
    due_at: datetime
    state: DeliveryState = DeliveryState.OWED
    sent_parts: tuple[int, ...] = ()
    attempts: int = 0
    not_before_at: datetime | None = None
    kind: DeliveryKind = DeliveryKind.DIGEST
    key: str = ""

    @property
    def is_untold(self) -> bool:
        """Whether it came to nothing: it expired or was blocked before any part of it went out."""
        return self.state in {DeliveryState.EXPIRED, DeliveryState.BLOCKED} and not self.sent_parts


@dataclass(frozen=True, slots=True)
class Composed:
    """What `brief` decided for one due subscription, to be written in one transaction.

    `digest` is None where the slot is skipped because it was missed for too long; `wish_key` tells equal digests
    apart from others, so that one is kept once. A digest that is kept in the ledger already is told by its `digest_id`.
    It is not sent before `not_before_at`, if that is set.
    """

    subscription: Subscription
    run: Run
    next_run: Run | None
    digest: Digest | None
    wish_key: str = ""
    digest_id: int = 0
    not_before_at: datetime | None = None

    @property
    def skipped(self) -> bool:
        """Whether the run is passed over."""
        return self.digest is None and not self.digest_id


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed beside the schedule, an alert or a review: of one subscription, with a key that it has once."""

    subscription_id: int
    kind: DeliveryKind
    key: str
    due_at: datetime
    digest_id: int


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a delivery: the `state` it has now and, if a part went out, which one with which message id.

    `until_at` is the end of the lease of one that is still `sending`, and for one that is owed again the instant
    before which it is not tried. `failed` counts an attempt. `lost` sets its chat aside; `held_until_at` holds the
    whole chat back, as Telegram asked.
    """

    delivery_id: int
    at: datetime
    state: DeliveryState
    part: int | None = None
    message_id: int = 0
    until_at: datetime | None = None
    failed: bool = False
    lost: bool = False
    held_until_at: datetime | None = None
