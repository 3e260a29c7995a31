"""Notes on deliveries, one call each, as tests tell them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import DeliveryState, Note
from bot.store.sql import SqlStore


def part_sent(store: SqlStore, delivery_id: int, message_id: int, now: datetime, *, part: int | None = None) -> int:
    """Note that a part went out: the given one, or the next."""
    if part is None:
        part = next((len(line.sent_parts) for line in store.deliveries(limit=10_000) if line.id == delivery_id), 0)
    note = Note(
        delivery_id, now, DeliveryState.SENDING, part=part, message_id=message_id, until_at=now + timedelta(minutes=1)
    )
    return store.note_deliveries([note])


def delivery_sent(store: SqlStore, delivery_id: int, now: datetime) -> int:
    return store.note_deliveries([Note(delivery_id, now, DeliveryState.SENT)])


def delivery_blocked(store: SqlStore, delivery_id: int, now: datetime) -> int:
    return store.note_deliveries([Note(delivery_id, now, DeliveryState.BLOCKED, lost=True)])


def delivery_postponed(store: SqlStore, delivery_id: int, until_at: datetime, *, failed: bool = True) -> int:
    return store.note_deliveries([Note(delivery_id, until_at, DeliveryState.OWED, until_at=until_at, failed=failed)])
