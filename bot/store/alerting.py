"""Alerts in the ledger: whom they are for, what was told in them, and those that wait for the end of quiet hours.

When a story breaks, and who may be told at once, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.model import Alerted, DeliveryKind, DeliveryState, Owed, Subscription, Told
from bot.store.chats import subscription_from_row
from bot.store.codec import noun_from_json
from bot.store.owing import line_of, standing_ids
from bot.store.tables import chats, deliveries, digests, subscriptions
from bot.store.transactions import Part, rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_BESIDE = (DeliveryKind.ALERT.value, DeliveryKind.PAGE.value)
_TOLD = (DeliveryState.OWED.value, DeliveryState.SENDING.value, DeliveryState.SENT.value)


class Alerting(Part):
    """The store's alerts; see `bot.service.stores.Ledger`."""

    def alerting(self) -> list[Subscription]:
        """Return the subscriptions that want alerts and can have them."""
        query = (
            sa.select(subscriptions)
            .join(chats)
            .where(
                subscriptions.c.alerts.is_(True),
                subscriptions.c.next_digest_at.is_not(None),
                subscriptions.c.paused.is_(None),
                chats.c.lost_at.is_(None),
            )
            .order_by(subscriptions.c.id)
        )
        with self._transactions.reading() as db:
            return [subscription_from_row(row) for row in db.execute(query)]

    def alerted(self, subscription_ids: Sequence[int], *, since_at: datetime) -> dict[int, tuple[Alerted, ...]]:
        """Return by subscription the alerts it was told or is owed, and pages it asked for, due since an instant."""
        query = (
            sa.select(
                deliveries.c.subscription_id,
                deliveries.c.key,
                deliveries.c.kind,
                deliveries.c.due_at,
                deliveries.c.state,
                deliveries.c.not_before_at,
                digests.c.content["told"].label("told"),
            )
            .join(digests, deliveries.c.digest_id == digests.c.id)
            .where(
                deliveries.c.kind.in_(_BESIDE),
                deliveries.c.state.in_(_TOLD),
                deliveries.c.due_at >= since_at,
            )
            .order_by(deliveries.c.id)
        )
        found: dict[int, list[Alerted]] = {}
        with self._transactions.reading() as db:
            for row in rows_in(db, query, deliveries.c.subscription_id, subscription_ids):
                told = tuple(noun_from_json(Told, one) for one in row.told or ())
                held = row.state == DeliveryState.OWED.value and row.not_before_at == row.due_at
                alert = Alerted(row.key, row.due_at, told, held, asked=row.kind == DeliveryKind.PAGE.value)
                found.setdefault(row.subscription_id, []).append(alert)
        return {one: tuple(alerts) for one, alerts in found.items()}

    def owe_alerts(self, owed: Sequence[Owed], now: datetime) -> int:
        """Write alerts owed, in one transaction; one that is due later is held until then."""
        written = 0
        with self._transactions.writing() as db:
            there = set(standing_ids(db, sorted({one.subscription_id for one in owed})))
            for one in owed:
                if one.subscription_id in there:
                    written += self._owe(db, one, now)
        return written

    def _owe(self, db: Connection, one: Owed, now: datetime) -> int:
        line = line_of(one.subscription_id, one.kind, one.key, one.due_at, one.digest_id, DeliveryState.OWED)
        held = one.due_at > now
        insert = self._transactions.insert(deliveries).values(line | {"not_before_at": one.due_at if held else None})
        again = insert.on_conflict_do_update(
            index_elements=[deliveries.c.subscription_id, deliveries.c.key],
            set_={"digest_id": one.digest_id},
            # what waits says more when it is sent; what was taken up stays as it is
            where=sa.and_(deliveries.c.state == DeliveryState.OWED.value, deliveries.c.not_before_at > now),
        )
        return len(db.execute(again.returning(deliveries.c.id)).all())
