"""Moves all rows of a chat to another id; what Telegram means by it is known elsewhere.

Usually the new id has nothing yet. Where both have a row, since people went on in the supergroup before the bot
learned that it is the old group, the new id's stays, for it was made later, and the old one's history joins it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import Chat, ChatKind, DeliveryState
from bot.store.tables import articles, chats, deliveries, subscriptions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

# Of two deliveries under one key (slot and date) the one stays that got further: what was sent is never owed again.
_FURTHEST_FIRST = (
    DeliveryState.SENT,
    DeliveryState.SENDING,
    DeliveryState.OWED,
    DeliveryState.BLOCKED,
    DeliveryState.EXPIRED,
)


def move_chat(db: Connection, old_id: int, new_id: int) -> None:
    """Move a chat, its subscriptions with their deliveries, and its articles."""
    old = db.execute(sa.select(chats).where(chats.c.id == old_id).with_for_update()).first()
    if old is not None:
        _move_settings(db, old, new_id)
        _move_subscriptions(db, old_id, new_id)
        db.execute(sa.delete(chats).where(chats.c.id == old_id))
    _move_articles(db, old_id, new_id)


def _move_settings(db: Connection, old: sa.Row[Any], new_id: int) -> None:
    new = db.execute(sa.select(chats).where(chats.c.id == new_id).with_for_update()).first()
    if new is None:
        # a group that is moved is there: the row is no longer lost
        row = {
            "id": new_id,
            "kind": ChatKind.SUPERGROUP.value,
            "language": old.language,
            "zone": old.zone,
            "reads_channel": old.reads_channel,
        }
        db.execute(sa.insert(chats), row)
        return
    unset = Chat(new_id)  # a value that nobody chose gives way to the old one
    kept = {
        "language": old.language if new.language == unset.language else new.language,
        "zone": old.zone if new.zone == unset.zone else new.zone,
        "reads_channel": old.reads_channel or new.reads_channel,
    }
    db.execute(sa.update(chats).where(chats.c.id == new_id).values(kept))


def _move_subscriptions(db: Connection, old_id: int, new_id: int) -> None:
    old, new = (_ids_by_thread(db, chat_id) for chat_id in (old_id, new_id))
    for thread_id, subscription_id in old.items():
        one = subscriptions.c.id == subscription_id
        if thread_id not in new:
            db.execute(sa.update(subscriptions).where(one).values(chat_id=new_id))
            continue
        _join_deliveries(db, subscription_id, new[thread_id])
        db.execute(sa.delete(subscriptions).where(one))


def _ids_by_thread(db: Connection, chat_id: int) -> dict[int, int]:
    query = sa.select(subscriptions.c.thread_id, subscriptions.c.id).where(subscriptions.c.chat_id == chat_id)
    return {row.thread_id: row.id for row in db.execute(query.with_for_update())}


def _join_deliveries(db: Connection, old_id: int, new_id: int) -> None:
    query = sa.select(deliveries).where(deliveries.c.subscription_id.in_([old_id, new_id]))
    by_key: dict[str, list[sa.Row[Any]]] = {}
    for row in db.execute(query.order_by(deliveries.c.id).with_for_update()):
        by_key.setdefault(row.key, []).append(row)
    for rows in by_key.values():
        for row in _all_but_furthest(rows):
            db.execute(sa.delete(deliveries).where(deliveries.c.id == row.id))
    db.execute(sa.update(deliveries).where(deliveries.c.subscription_id == old_id).values(subscription_id=new_id))


def _all_but_furthest(rows: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    return sorted(rows, key=lambda row: _FURTHEST_FIRST.index(DeliveryState(row.state)))[1:]


def _move_articles(db: Connection, old_id: int, new_id: int) -> None:
    there = articles.alias("there")
    same = sa.or_(
        there.c.url_fingerprint == articles.c.url_fingerprint,
        sa.and_(
            there.c.text_fingerprint == articles.c.text_fingerprint,
            sa.or_(there.c.url_fingerprint.is_(None), articles.c.url_fingerprint.is_(None)),
        ),
    )
    twice = sa.exists().where(there.c.chat_id == new_id, same)
    db.execute(sa.delete(articles).where(articles.c.chat_id == old_id, twice))
    db.execute(sa.update(articles).where(articles.c.chat_id == old_id).values(chat_id=new_id))
