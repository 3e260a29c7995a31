"""Deliveries in the database, from owed to sent; which one is sent when, and how, is decided elsewhere.

A part's state is its delivery's, but for those that went out: they stand in `delivery_parts` with their message ids.
Taking and noting work in batches: a transaction costs a flush to disk, whether it has one line or five hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.model import Delivery, DeliveryKind, DeliveryState, Note, Run
from bot.store.owing import Owing
from bot.store.tables import chats, deliveries, delivery_parts, subscriptions
from bot.store.transactions import chunks, rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

SKIPPED = 0
"""`Delivery.digest_id` of a run that was skipped: no digest was composed for it."""


class LedgerLines(Owing):
    """The store's ledger; see `bot.service.stores.Ledger`."""

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

    def note_deliveries(self, notes: Sequence[Note]) -> None:
        """Note, in one transaction, what became of deliveries."""
        in_order = sorted(notes, key=lambda note: note.delivery_id)  # the same for all processes: no deadlock
        parts = [_part_row(note) for note in in_order if note.part is not None]
        with self._transactions.writing() as db:
            if parts:
                db.execute(_PART_INSERTS[self._transactions.is_sqlite], parts)
            for state in dict.fromkeys(note.state for note in in_order):
                db.execute(_UPDATES[state], [_changes(note) for note in in_order if note.state is state])
            _note_chats(db, in_order)

    def deliveries(self, *, chat_id: int | None = None, limit: int = 100) -> list[Delivery]:
        """Return lines of the ledger, newest first."""
        which = sa.true() if chat_id is None else subscriptions.c.chat_id == chat_id
        with self._transactions.reading() as db:
            return _lines(db, which, limit=max(limit, 0))

    def troubled(self, subscription_ids: Sequence[int], *, since_at: datetime) -> dict[int, tuple[Delivery, ...]]:
        """Return all that was owed since an instant to those of the subscriptions that something did not reach."""
        lost = sa.or_(*(deliveries.c.state == state.value for state in (DeliveryState.EXPIRED, DeliveryState.BLOCKED)))
        owed = sa.and_(deliveries.c.due_at >= since_at, deliveries.c.digest_id.is_not(None))
        whose = sa.select(deliveries.c.subscription_id).where(lost, owed).distinct()
        found: dict[int, list[Delivery]] = {}
        with self._transactions.reading() as db:
            ids = [row.subscription_id for row in rows_in(db, whose, deliveries.c.subscription_id, subscription_ids)]
            for some in chunks(ids):
                for line in _lines(db, sa.and_(owed, deliveries.c.subscription_id.in_(some))):
                    found.setdefault(line.subscription_id, []).append(line)
        return {one: tuple(sorted(lines, key=lambda line: line.due_at)) for one, lines in found.items()}

    def _set_all(self, which: sa.ColumnElement[bool], **values: Any) -> int:
        with self._transactions.writing() as db:
            return db.execute(sa.update(deliveries).where(which).values(values)).rowcount


def _update(*before: DeliveryState, **values: Any) -> sa.Update:
    one = sa.update(deliveries).where(deliveries.c.id == sa.bindparam("b_id"))
    # no IN: a list of values is written into the statement, and many sets of values want one statement
    return one.where(sa.or_(*(deliveries.c.state == state.value for state in before))).values(**values)


_OPEN_STATES = (DeliveryState.OWED, DeliveryState.SENDING)
# One statement a state, which all notes of a batch share: what was settled stays so, but sent is sent whatever was
# thought of it before.
_UPDATES = {
    DeliveryState.SENT: _update(
        *(state for state in DeliveryState if state is not DeliveryState.SENT),
        state=DeliveryState.SENT.value,
        lease_until=None,
        sent_at=sa.bindparam("b_at"),
    ),
    DeliveryState.SENDING: _update(DeliveryState.SENDING, lease_until=sa.bindparam("b_until")),
    DeliveryState.OWED: _update(
        *_OPEN_STATES,
        state=DeliveryState.OWED.value,
        lease_until=None,
        not_before_at=sa.bindparam("b_until"),
        attempts=deliveries.c.attempts + sa.bindparam("b_failed"),
    ),
    DeliveryState.BLOCKED: _update(*_OPEN_STATES, state=DeliveryState.BLOCKED.value, lease_until=None),
    DeliveryState.EXPIRED: _update(*_OPEN_STATES, state=DeliveryState.EXPIRED.value, lease_until=None),
}


def _part_insert(insert: Any) -> Any:
    """Return the statement that keeps a part, once, of a delivery that is still there."""
    values = [
        sa.bindparam(f"b_{name}", type_=delivery_parts.c[name].type) for name in ("part", "message_id", "sent_at")
    ]
    row = sa.select(deliveries.c.id, *values).where(deliveries.c.id == sa.bindparam("b_id"))
    return insert(delivery_parts).from_select(["delivery_id", "part", "message_id", "sent_at"], row)


_PART_INSERTS = {  # whether it is SQLite
    True: _part_insert(sqlite.insert).on_conflict_do_nothing(),
    False: _part_insert(postgresql.insert).on_conflict_do_nothing(),
}


def _changes(note: Note) -> dict[str, Any]:
    values: dict[str, Any] = {"b_id": note.delivery_id}
    if note.state is DeliveryState.SENT:
        values["b_at"] = note.at
    elif note.state in _OPEN_STATES:
        values["b_until"] = note.until_at
        if note.state is DeliveryState.OWED:
            values["b_failed"] = int(note.failed)
    return values


def _part_row(note: Note) -> dict[str, Any]:
    return {"b_id": note.delivery_id, "b_part": note.part, "b_message_id": note.message_id, "b_sent_at": note.at}


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
