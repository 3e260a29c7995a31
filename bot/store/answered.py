"""Which of Telegram's updates were answered, so that none is answered twice; what they asked is not kept."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.store.tables import answered_updates
from bot.store.transactions import Part, rows_in

REMEMBERED = 10_000
"""Updates behind the newest whose answers are remembered: Telegram hands out again only what was not confirmed, at
most the few hundred of the last calls."""

_FORGET_EVERY = 500


class Answered(Part):
    """What is kept of updates; see `bot.service.stores.UpdateStore`."""

    def answered_updates(self, update_ids: Sequence[int]) -> frozenset[int]:
        """Return those of the updates that were answered already."""
        query = sa.select(answered_updates.c.id)
        with self._transactions.reading() as db:
            return frozenset(row.id for row in rows_in(db, query, answered_updates.c.id, list(update_ids)))

    def note_answered(self, update_id: int) -> bool:
        """Note that an update is answered from now on; return False if it was before."""
        with self._transactions.writing() as db:
            insert = self._transactions.insert(answered_updates).on_conflict_do_nothing()
            new = db.execute(insert.values(id=update_id).returning(answered_updates.c.id)).first() is not None
            if update_id % _FORGET_EVERY == 0:
                db.execute(sa.delete(answered_updates).where(answered_updates.c.id < update_id - REMEMBERED))
        return new
