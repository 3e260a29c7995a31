"""Chats and their subscriptions in the database; when a digest is due, and why one is paused, is decided elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import Chat, ChatKind, Run, Schedule, Subscription, Wish
from bot.store.codec import json_from_noun, noun_from_json
from bot.store.moving import move_chat
from bot.store.tables import chats, subscriptions
from bot.store.transactions import Part

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

CHAT_ITSELF = 0
"""`subscriptions.thread_id` of a subscription that belongs to no forum topic."""


class Chats(Part):
    """The store's chats; see `bot.service.stores.ChatStore`."""

    def chat(self, chat_id: int) -> Chat | None:
        """Return one chat, or None if it never spoke to the bot."""
        with self._transactions.reading() as db:
            row = db.execute(sa.select(chats).where(chats.c.id == chat_id)).first()
        if row is None:
            return None
        return Chat(
            id=row.id,
            kind=ChatKind(row.kind),
            language=row.language,
            zone=row.zone,
            lost_at=row.lost_at,
            reads_channel=row.reads_channel,
        )

    def save_chat(self, chat: Chat) -> None:
        """Keep a chat as given, new or known."""
        given = {
            "kind": chat.kind.value,
            "language": chat.language,
            "zone": chat.zone,
            "lost_at": chat.lost_at,
            "reads_channel": chat.reads_channel,
        }
        statement = self._transactions.insert(chats).values(id=chat.id, **given)
        with self._transactions.writing() as db:
            db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_=given))

    def migrate_chat(self, old_id: int, new_id: int) -> None:
        """Move every row of a group that became a supergroup to its new id, in one transaction."""
        if old_id != new_id:
            with self._transactions.writing() as db:
                move_chat(db, old_id, new_id)

    def subscription(self, chat_id: int, thread_id: int | None = None) -> Subscription | None:
        """Return the standing order of a chat or forum topic, stopped or not, or None."""
        with self._transactions.reading() as db:
            return _subscription(db, chat_id, thread_id)

    def save_subscription(self, subscription: Subscription) -> Subscription:
        """Keep the one subscription of its chat and thread as given; return it with its id."""
        run = subscription.next_run
        given = {
            "wish": json_from_noun(subscription.wish),
            "schedule": json_from_noun(subscription.schedule),
            "next_digest_at": None if run is None else run.at,
            "next_slot": None if run is None else run.slot,
            "next_local_date": None if run is None else run.local_date,
            "last_digest_at": subscription.last_digest_at,
            "last_digest_id": subscription.last_digest_id,
            "alerts": subscription.alerts,
            "paused": subscription.paused,
        }
        statement = self._transactions.insert(subscriptions).values(
            chat_id=subscription.chat_id, thread_id=subscription.thread_id or CHAT_ITSELF, **given
        )
        key = [subscriptions.c.chat_id, subscriptions.c.thread_id]
        with self._transactions.writing() as db:
            saved = db.execute(
                statement.on_conflict_do_update(index_elements=key, set_=given).returning(subscriptions.c.id)
            )
            return replace(subscription, id=saved.scalar_one())

    def due_subscriptions(self, now: datetime, *, limit: int = 1000) -> list[Subscription]:
        """Return subscriptions whose `next_run.at` has come, earliest first; not of lost chats, nor paused ones."""
        query = (
            sa.select(subscriptions)
            .join(chats)
            .where(
                subscriptions.c.next_digest_at <= now,
                subscriptions.c.paused.is_(None),
                chats.c.lost_at.is_(None),
            )
            .order_by(subscriptions.c.next_digest_at, subscriptions.c.id)
            .limit(max(limit, 0))
        )
        with self._transactions.reading() as db:
            return [subscription_from_row(row) for row in db.execute(query)]

    def pause_subscription(self, subscription_id: int, reason: str) -> bool:
        """Pause a subscription that can't be sent to; return whether it was not paused before."""
        one = sa.update(subscriptions).where(subscriptions.c.id == subscription_id, subscriptions.c.paused.is_(None))
        with self._transactions.writing() as db:
            return db.execute(one.values(paused=reason)).rowcount > 0

    def resume_subscriptions(self, chat_id: int, thread_id: int | None = None) -> int:
        """Let a chat's paused subscriptions go on, or a thread's alone; return how many there were."""
        paused = sa.update(subscriptions).where(subscriptions.c.chat_id == chat_id, subscriptions.c.paused.is_not(None))
        if thread_id is not None:
            paused = paused.where(subscriptions.c.thread_id == thread_id)
        with self._transactions.writing() as db:
            return db.execute(paused.values(paused=None)).rowcount


def run_from_columns(at: datetime | None, slot: Any, local_date: Any) -> Run | None:
    """Return the run that three columns tell of; None where there is none."""
    return None if at is None else Run(at=at, slot=slot, local_date=local_date)


def _subscription(db: Connection, chat_id: int, thread_id: int | None) -> Subscription | None:
    query = sa.select(subscriptions).where(
        subscriptions.c.chat_id == chat_id, subscriptions.c.thread_id == (thread_id or CHAT_ITSELF)
    )
    row = db.execute(query).first()
    return None if row is None else subscription_from_row(row)


def subscription_from_row(row: sa.Row[Any]) -> Subscription:
    """Return the noun of a row of `subscriptions`."""
    return Subscription(
        chat_id=row.chat_id,
        wish=noun_from_json(Wish, row.wish),
        schedule=noun_from_json(Schedule, row.schedule),
        thread_id=row.thread_id or None,
        next_run=run_from_columns(row.next_digest_at, row.next_slot, row.next_local_date),
        last_digest_at=row.last_digest_at,
        id=row.id,
        last_digest_id=row.last_digest_id,
        alerts=row.alerts,
        paused=row.paused,
    )
