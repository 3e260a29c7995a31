"""Deliveries in the database, from owed to sent; which one is sent when, and how, is decided elsewhere.

A part's state is its delivery's, but for those that went out: they stand in `delivery_parts` with their message ids.
Taking and noting work in batches: a transaction costs a flush to disk, whether it has one line or five hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import Delivery, DeliveryKind, DeliveryState, Note, Run
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
                subscriptions.c.paused.is_(None),
                chats.c.lost_at.is_(None),
                sa.or_(chats.c.held_until_at.is_(None), chats.c.held_until_at <= now),
            )
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(max(limit, 0))
        )
        with self._transactions.reading() as db:
            if db.execute(free.limit(1)).first() is None:  # most seconds owe nothing: no write lock for that
                return []
        free = free.with_for_update(of=deliveries, skip_locked=True)  # SQLite has one writer at a time anyway
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

    def release_deliveries(
        self, now: datetime, *, beyond: datetime | None = None, in_hand: Collection[int] = ()
    ) -> int:
        """Make `sending` deliveries whose lease has ended owed again; return how many there were."""
        over = deliveries.c.lease_until <= now
        if beyond is not None:
            over = sa.or_(over, deliveries.c.lease_until > beyond)
        ended = sa.and_(deliveries.c.state == DeliveryState.SENDING.value, over)
        with self._transactions.reading() as db:
            ids = [one for one in db.execute(sa.select(deliveries.c.id).where(ended)).scalars() if one not in in_hand]
        released = 0
        for some in chunks(ids):
            both = sa.and_(ended, deliveries.c.id.in_(some))
            released += self._set_all(both, state=DeliveryState.OWED.value, lease_until=None)
        return released

    def expire_deliveries(self, before: datetime) -> int:
        """Mark owed deliveries that were due before an instant as expired; return how many there were."""
        missed = sa.and_(deliveries.c.state == DeliveryState.OWED.value, deliveries.c.due_at < before)
        with self._transactions.reading() as db:
            if db.execute(sa.select(deliveries.c.id).where(missed).limit(1)).first() is None:
                return 0
        return self._set_all(missed, state=DeliveryState.EXPIRED.value)

    def end_pauses(self, now: datetime) -> int:
        """Let what waits for an instant after now be tried at once; return how many deliveries there were."""
        waiting = sa.and_(deliveries.c.state == DeliveryState.OWED.value, deliveries.c.not_before_at > now)
        with self._transactions.writing() as db:
            db.execute(sa.update(chats).where(chats.c.held_until_at > now).values(held_until_at=None))
            return db.execute(sa.update(deliveries).where(waiting).values(not_before_at=None)).rowcount

    def note_deliveries(self, notes: Sequence[Note]) -> int:
        """Note, in one transaction, what became of deliveries; return how many notes had a line of the ledger."""
        with self._transactions.writing() as db:
            states = dict(_states(db, sorted({note.delivery_id for note in notes})))
            known = [note for note in notes if note.delivery_id in states]
            parts = [note for note in known if note.part is not None]
            if parts:
                insert = self._transactions.insert(delivery_parts).on_conflict_do_nothing()
                db.execute(insert, [_part_row(note) for note in parts])
            for state in DeliveryState:
                rows = [_changes(note) for note in known if note.state is state and _may_become(note, states)]
                if rows:
                    db.execute(_UPDATES[state], rows)
            _note_chats(db, known)
        return len(known)

    def deliveries(self, *, chat_id: int | None = None, limit: int = 100) -> list[Delivery]:
        """Return lines of the ledger, newest first."""
        which = sa.true() if chat_id is None else subscriptions.c.chat_id == chat_id
        with self._transactions.reading() as db:
            return _lines(db, which, limit=max(limit, 0))

    def _set_all(self, which: sa.ColumnElement[bool], **values: Any) -> int:
        with self._transactions.writing() as db:
            return db.execute(sa.update(deliveries).where(which).values(values)).rowcount


def _update(**values: Any) -> sa.Update:
    one = sa.update(deliveries).where(deliveries.c.id == sa.bindparam("b_id"))
    return one.values(lease_until=None, **values)


# One statement a state, which all notes of a batch share.
_UPDATES = {
    DeliveryState.SENT: _update(state=DeliveryState.SENT.value, sent_at=sa.bindparam("b_at")),
    DeliveryState.SENDING: _update().values(lease_until=sa.bindparam("b_until")),
    DeliveryState.OWED: _update(
        state=DeliveryState.OWED.value,
        not_before_at=sa.bindparam("b_until"),
        attempts=deliveries.c.attempts + sa.bindparam("b_failed"),
    ),
    DeliveryState.BLOCKED: _update(state=DeliveryState.BLOCKED.value),
    DeliveryState.EXPIRED: _update(state=DeliveryState.EXPIRED.value),
}


def _changes(note: Note) -> dict[str, Any]:
    values: dict[str, Any] = {"b_id": note.delivery_id}
    if note.state is DeliveryState.SENT:
        values["b_at"] = note.at
    elif note.state in (DeliveryState.SENDING, DeliveryState.OWED):
        values["b_until"] = note.until_at
        if note.state is DeliveryState.OWED:
            values["b_failed"] = int(note.failed)
    return values


def _may_become(note: Note, states: dict[int, str]) -> bool:
    """Tell whether a note still counts: what was sent stays sent, and whatever was thought of it, sent is sent."""
    before = states[note.delivery_id]
    if note.state is DeliveryState.SENT:
        return before != DeliveryState.SENT.value
    if note.state is DeliveryState.SENDING:
        return before == DeliveryState.SENDING.value
    return before in _OPEN


def _part_row(note: Note) -> dict[str, Any]:
    return {"delivery_id": note.delivery_id, "part": note.part, "message_id": note.message_id, "sent_at": note.at}


def _note_chats(db: Connection, notes: Sequence[Note]) -> None:
    """Set the chats aside that are lost, and hold back those that Telegram wants left alone."""
    for note in notes:
        if not note.lost and note.held_until_at is None:
            continue
        whose = sa.select(subscriptions.c.chat_id).join(deliveries).where(deliveries.c.id == note.delivery_id)
        one = sa.update(chats).where(chats.c.id == whose.scalar_subquery())
        if note.lost:
            db.execute(one.where(chats.c.lost_at.is_(None)).values(lost_at=note.at))
        if note.held_until_at is not None:
            db.execute(one.values(held_until_at=note.held_until_at))


def _states(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield states of deliveries, and keep the lines from others until the transaction ends."""
    query = sa.select(deliveries.c.id, deliveries.c.state).order_by(deliveries.c.id).with_for_update()
    for row in rows_in(db, query, deliveries.c.id, ids):
        yield row.id, row.state


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
            run=None if row.slot is None else Run(at=row.due_at, slot=row.slot, local_date=row.local_date),
            due_at=row.due_at,
            state=DeliveryState(row.state),
            sent_parts=tuple(parts.get(row.id, ())),
            attempts=row.attempts,
            not_before_at=row.not_before_at,
            kind=DeliveryKind(row.kind),
            key=row.key,
        )
        for row in rows
    ]
