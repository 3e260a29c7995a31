"""Deliveries in the database, from owed to sent; which one is sent when, and how, is decided elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import StoreError
from bot.model import Delivery, DeliveryState, Run
from bot.store.owing import Owing
from bot.store.tables import chats, deliveries, delivery_parts, subscriptions
from bot.store.transactions import chunks, rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

SKIPPED = 0
"""`Delivery.digest_id` of a run that was skipped: no digest was composed for it."""

_OPEN = (DeliveryState.OWED.value, DeliveryState.SENDING.value)


class LedgerLines(Owing):
    """The store's ledger; see `bot.service.ports.Ledger`."""

    def claim_deliveries(self, now: datetime, *, lease_until: datetime, limit: int = 100) -> list[Delivery]:
        """Take owed deliveries whose `not_before_at` has come: they are `sending` until the lease ends."""
        free = (
            sa.select(deliveries.c.id)
            .join(subscriptions, deliveries.c.subscription_id == subscriptions.c.id)
            .join(chats, subscriptions.c.chat_id == chats.c.id)
            .where(
                deliveries.c.state == DeliveryState.OWED.value,
                sa.or_(deliveries.c.not_before_at.is_(None), deliveries.c.not_before_at <= now),
                chats.c.lost_at.is_(None),
            )
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(max(limit, 0))
            .with_for_update(of=deliveries, skip_locked=True)  # SQLite has one writer at a time anyway
        )
        with self._transactions.writing() as db:
            ids = list(db.execute(free).scalars())
            for some in chunks(ids):
                db.execute(
                    sa.update(deliveries)
                    .where(deliveries.c.id.in_(some))
                    .values(state=DeliveryState.SENDING.value, lease_until=lease_until)
                )
            taken = {line.id: line for some in chunks(ids) for line in _lines(db, deliveries.c.id.in_(some))}
        return [taken[line_id] for line_id in ids]

    def release_deliveries(self, now: datetime) -> int:
        """Make `sending` deliveries whose lease has ended owed again; return how many there were."""
        ended = sa.and_(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease_until <= now)
        return self._set_all(ended, state=DeliveryState.OWED.value, lease_until=None)

    def expire_deliveries(self, before: datetime) -> int:
        """Mark owed deliveries that were due before an instant as expired; return how many there were."""
        missed = sa.and_(deliveries.c.state == DeliveryState.OWED.value, deliveries.c.due_at < before)
        return self._set_all(missed, state=DeliveryState.EXPIRED.value)

    def part_sent(self, delivery_id: int, message_id: int, now: datetime) -> None:
        """Note that the next part of a delivery went out."""
        with self._transactions.writing() as db:
            _state(db, delivery_id)
            sent = sa.select(sa.func.count()).where(delivery_parts.c.delivery_id == delivery_id)
            part = {
                "delivery_id": delivery_id,
                "part": db.execute(sent).scalar_one(),
                "message_id": message_id,
                "sent_at": now,
            }
            db.execute(sa.insert(delivery_parts), part)

    def delivery_sent(self, delivery_id: int, now: datetime) -> None:
        """Note that all parts of a delivery went out, whatever was thought of it before."""
        with self._transactions.writing() as db:
            if _state(db, delivery_id) != DeliveryState.SENT:
                _set(db, delivery_id, state=DeliveryState.SENT.value, sent_at=now, lease_until=None)

    def delivery_blocked(self, delivery_id: int, now: datetime) -> None:
        """Note that a delivery can't be made, its chat being lost, and set the chat aside."""
        with self._transactions.writing() as db:
            if _state(db, delivery_id) in _OPEN:
                _set(db, delivery_id, state=DeliveryState.BLOCKED.value, lease_until=None)
            whose = sa.select(subscriptions.c.chat_id).join(deliveries).where(deliveries.c.id == delivery_id)
            lost = sa.update(chats).where(chats.c.id == whose.scalar_subquery(), chats.c.lost_at.is_(None))
            db.execute(lost.values(lost_at=now))

    def delivery_postponed(self, delivery_id: int, not_before_at: datetime, *, failed: bool = True) -> None:
        """Owe a delivery again, not before an instant; what was settled meanwhile stays as it is."""
        with self._transactions.writing() as db:
            if _state(db, delivery_id) in _OPEN:
                _set(
                    db,
                    delivery_id,
                    state=DeliveryState.OWED.value,
                    not_before_at=not_before_at,
                    lease_until=None,
                    attempts=deliveries.c.attempts + int(failed),
                )

    def deliveries(self, *, chat_id: int | None = None, limit: int = 100) -> list[Delivery]:
        """Return lines of the ledger, newest first."""
        which = sa.true() if chat_id is None else subscriptions.c.chat_id == chat_id
        with self._transactions.reading() as db:
            return _lines(db, which, limit=max(limit, 0))

    def _set_all(self, which: sa.ColumnElement[bool], **values: Any) -> int:
        with self._transactions.writing() as db:
            return db.execute(sa.update(deliveries).where(which).values(values)).rowcount


def _state(db: Connection, delivery_id: int) -> str:
    """Return a delivery's state, and keep the line from others until the transaction ends."""
    query = sa.select(deliveries.c.state).where(deliveries.c.id == delivery_id).with_for_update()
    state: str | None = db.execute(query).scalar()
    if state is None:
        raise StoreError(f"there is no delivery {delivery_id} in the ledger")
    return state


def _set(db: Connection, delivery_id: int, **values: Any) -> None:
    db.execute(sa.update(deliveries).where(deliveries.c.id == delivery_id).values(values))


def _lines(db: Connection, which: sa.ColumnElement[bool], *, limit: int | None = None) -> list[Delivery]:
    """Return lines of the ledger, the ones written last first."""
    query = (
        sa.select(deliveries, subscriptions.c.chat_id, subscriptions.c.thread_id)
        .join(subscriptions)
        .where(which)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    rows = db.execute(query).all()
    parts: dict[int, list[int]] = {}
    of_parts = sa.select(delivery_parts.c.delivery_id, delivery_parts.c.message_id)
    of_parts = of_parts.order_by(delivery_parts.c.delivery_id, delivery_parts.c.part)
    for delivery_id, message_id in rows_in(db, of_parts, delivery_parts.c.delivery_id, [row.id for row in rows]):
        parts.setdefault(delivery_id, []).append(message_id)
    return [
        Delivery(
            id=row.id,
            subscription_id=row.subscription_id,
            chat_id=row.chat_id,
            thread_id=row.thread_id or None,
            digest_id=row.digest_id or SKIPPED,
            run=Run(at=row.due_at, slot=row.slot, local_date=row.local_date),
            state=DeliveryState(row.state),
            sent_parts=tuple(parts.get(row.id, ())),
            attempts=row.attempts,
            not_before_at=row.not_before_at,
        )
        for row in rows
    ]
