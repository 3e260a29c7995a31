"""Writes what is owed: digests in the transaction that moves subscriptions to their next run, and what comes beside.

It sends and composes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import StoreError
from bot.model import Composed, DeliveryKind, DeliveryState, Digest, Owed, Run, Story, Told
from bot.store.chats import run_from_columns
from bot.store.codec import json_from_noun, noun_from_json
from bot.store.tables import articles, deliveries, digests, subscriptions
from bot.store.transactions import Part, rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class Owing(Part):
    """What the ledger keeps of digests; see `bot.service.stores.Ledger`."""

    def owe(self, composed: Sequence[Composed], now: datetime) -> int:
        """Write digests owed and move each subscription to its next run, all in one transaction."""
        with self._transactions.writing() as db:
            standing = _standing(db, composed)
            digest_ids = self._keep_digests(db, standing, now)
            written = self._write_deliveries(db, standing, digest_ids)
            _move_on(db, standing, digest_ids)
        return written

    def owe_beside(self, owed: Sequence[Owed]) -> int:
        """Write what is owed beside the schedule; what a subscription has under a key already stays as it is."""
        if not owed:
            return 0
        rows = [
            line_of(one.subscription_id, one.kind, one.key, one.due_at, one.digest_id, DeliveryState.OWED)
            for one in owed
        ]
        with self._transactions.writing() as db:
            there = set(standing_ids(db, sorted({one.subscription_id for one in owed})))
            return self._insert_lines(db, [row for row in rows if row["subscription_id"] in there])

    def note_shown(self, one: Owed) -> None:
        """Note as sent, once by its key, what a chat asked for and is shown at once."""
        row = line_of(one.subscription_id, one.kind, one.key, one.due_at, one.digest_id, DeliveryState.SENT)
        with self._transactions.writing() as db:
            there = list(standing_ids(db, [one.subscription_id]))
            self._insert_lines(db, [row | {"sent_at": one.due_at}] if there else [])

    def keep_digest(self, digest: Digest, wish_key: str, now: datetime) -> int:
        """Keep a digest once; return its id."""
        content = _content_from_digest(digest)
        row = _digest_row(wish_key, content, now)
        with self._transactions.writing() as db:
            return self._keep_rows(db, [row])[row["fingerprint"]]

    def digest(self, digest_id: int) -> Digest:
        """Return a digest of the ledger."""
        with self._transactions.reading() as db:
            content = db.execute(sa.select(digests.c.content).where(digests.c.id == digest_id)).scalar()
            if content is None:
                raise StoreError(f"there is no digest {digest_id} in the ledger")
            return _with_texts(db, noun_from_json(Digest, content))

    def told(self, digest_ids: Sequence[int]) -> dict[int, tuple[Told, ...]]:
        """Return by digest what its readers know after it; digests that are gone are left out."""
        query = sa.select(digests.c.id, digests.c.content["told"].label("told"))
        with self._transactions.reading() as db:
            rows = rows_in(db, query, digests.c.id, digest_ids)
            return {row.id: tuple(noun_from_json(Told, one) for one in row.told or ()) for row in rows}

    def digest_messages(self, digest_id: int) -> tuple[Mapping[str, Any] | str, ...] | None:
        """Return the digest's messages as they were first rendered, or None if they were not yet."""
        with self._transactions.reading() as db:
            messages = db.execute(sa.select(digests.c.messages).where(digests.c.id == digest_id)).scalar()
        return None if messages is None else tuple(messages)

    def keep_digest_messages(self, digest_id: int, messages: Sequence[Mapping[str, Any] | str]) -> None:
        """Keep the rendered messages of a digest; those that were kept first stay."""
        first = sa.update(digests).where(digests.c.id == digest_id, digests.c.messages.is_(None))
        kept = [one if isinstance(one, str) else dict(one) for one in messages]
        with self._transactions.writing() as db:
            db.execute(first.values(messages=json_from_noun(kept)))

    def _keep_digests(self, db: Connection, standing: Sequence[Composed], now: datetime) -> dict[str, int]:
        """Write each different digest once; return their ids by `_sharing_key`."""
        rows: dict[str, dict[str, Any]] = {}
        for one in standing:
            key = _sharing_key(one)
            if one.digest is not None and key not in rows:
                rows[key] = _digest_row(one.wish_key, _content_from_digest(one.digest), now)
        if not rows:
            return {}
        ids = self._keep_rows(db, list(rows.values()))
        return {key: ids[row["fingerprint"]] for key, row in rows.items()}

    def _keep_rows(self, db: Connection, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        """Write digests that are not there; return the ids of all by their fingerprint."""
        # a batch before this one may have written the same; in one order for all processes: no deadlock
        in_order = sorted(rows, key=lambda row: str(row["fingerprint"]))
        db.execute(self._transactions.insert(digests).on_conflict_do_nothing(), in_order)
        query = sa.select(digests.c.fingerprint, digests.c.id)
        prints = [row["fingerprint"] for row in in_order]
        return {row.fingerprint: row.id for row in rows_in(db, query, digests.c.fingerprint, prints)}

    def _write_deliveries(self, db: Connection, standing: Sequence[Composed], digest_ids: dict[str, int]) -> int:
        rows = []
        for one in standing:
            state = DeliveryState.EXPIRED if one.skipped else DeliveryState.OWED
            digest_id = one.digest_id or digest_ids.get(_sharing_key(one))
            key = digest_key(one.run)
            kind = DeliveryKind.REVIEW if one.subscription.schedule.weekly else DeliveryKind.DIGEST
            row = line_of(one.subscription.id or 0, kind, key, one.run.at, digest_id, state)
            of_run = {"slot": one.run.slot, "local_date": one.run.local_date, "not_before_at": one.not_before_at}
            rows.append(row | of_run)
        return self._insert_lines(db, rows)

    def _insert_lines(self, db: Connection, rows: Sequence[dict[str, Any]]) -> int:
        if not rows:
            return 0
        insert = self._transactions.insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
        return len(db.execute(insert, rows).all())


def digest_key(run: Run) -> str:
    """Return the key of a scheduled digest, which its subscription has once.

    >>> from datetime import UTC, date, time
    >>> digest_key(Run(datetime(2026, 11, 22, 8, tzinfo=UTC), time(8), date(2026, 11, 22)))
    '08:00 2026-11-22'
    """
    return f"{run.slot.isoformat('minutes')} {run.local_date.isoformat()}"


def standing_ids(db: Connection, ids: Sequence[int]) -> Iterator[int]:
    """Yield those subscriptions that are still there, and keep them from others until the transaction ends."""
    query = sa.select(subscriptions.c.id).order_by(subscriptions.c.id).with_for_update()
    for row in rows_in(db, query, subscriptions.c.id, ids):
        yield row.id


def line_of(
    subscription_id: int, kind: DeliveryKind, key: str, due_at: datetime, digest_id: int | None, state: DeliveryState
) -> dict[str, Any]:
    """Return a line of the ledger as a row."""
    return {
        "subscription_id": subscription_id,
        "digest_id": digest_id,
        "kind": kind.value,
        "key": key,
        "slot": None,
        "local_date": None,
        "due_at": due_at,
        "state": state.value,
        "attempts": 0,
    }


def _digest_row(wish_key: str, content: Any, now: datetime) -> dict[str, Any]:
    return {
        "wish_key": wish_key,
        "fingerprint": _fingerprint(wish_key, content),
        "content": content,
        "composed_at": now,
    }


def _standing(db: Connection, composed: Sequence[Composed]) -> list[Composed]:
    """Return, once a subscription, those whose run is still the next one; nobody else can move them now."""
    by_id: dict[int, Composed] = {}
    for one in composed:
        if one.subscription.id is not None:
            by_id.setdefault(one.subscription.id, one)
    query = sa.select(
        subscriptions.c.id,
        subscriptions.c.next_digest_at,
        subscriptions.c.next_slot,
        subscriptions.c.next_local_date,
    )
    query = query.order_by(subscriptions.c.id).with_for_update()
    return [
        by_id[row.id]
        for row in rows_in(db, query, subscriptions.c.id, sorted(by_id))
        if run_from_columns(row.next_digest_at, row.next_slot, row.next_local_date) == by_id[row.id].run
    ]


def _move_on(db: Connection, standing: Sequence[Composed], digest_ids: dict[str, int]) -> None:
    moved, skipped = [], []
    for one in standing:
        run, run_at = one.next_run, one.run.at
        row = {
            "b_id": one.subscription.id,
            "b_at": None if run is None else run.at,
            "b_slot": None if run is None else run.slot,
            "b_date": None if run is None else run.local_date,
        }
        if one.skipped:
            skipped.append(row)
        else:
            # the next digest goes on where this one stopped looking; a skipped run looked at nothing
            until_at = run_at if one.digest is None else one.digest.until_at
            digest_id = one.digest_id if one.digest is None else digest_ids[_sharing_key(one)]
            moved.append({**row, "b_last": until_at, "b_digest": digest_id})
    on = sa.update(subscriptions).where(subscriptions.c.id == sa.bindparam("b_id"))
    on = on.values(
        next_digest_at=sa.bindparam("b_at"), next_slot=sa.bindparam("b_slot"), next_local_date=sa.bindparam("b_date")
    )
    if skipped:
        db.execute(on, skipped)
    if moved:
        on = on.values(last_digest_at=sa.bindparam("b_last"), last_digest_id=sa.bindparam("b_digest"))
        db.execute(on, moved)


def _sharing_key(one: Composed) -> str:
    """Return what tells a digest from the others of a batch: its wish's key, or itself where it was given none."""
    return one.wish_key or f"\0{id(one.digest)}"


def _fingerprint(wish_key: str, content: Any) -> str:
    written = json.dumps([wish_key, content], sort_keys=True)
    return blake2b(written.encode(), digest_size=16).hexdigest()


def _content_from_digest(digest: Digest) -> Any:
    """Return a digest as JSON, without the texts of stored articles: the database has them already."""
    return json_from_noun(replace(digest, stories=tuple(_slim_story(story) for story in digest.stories)))


def _slim_story(story: Story) -> Story:
    return replace(
        story,
        articles=tuple(one if one.id is None else replace(one, text="") for one in story.articles),
    )


def _with_texts(db: Connection, digest: Digest) -> Digest:
    ids = sorted({one.id for one in _articles_of(digest) if one.id is not None})
    query = sa.select(articles.c.id, articles.c.text)
    texts = {row.id: row.text for row in rows_in(db, query, articles.c.id, ids)}
    stories = tuple(
        replace(
            story,
            articles=tuple(
                one if one.id is None else replace(one, text=texts.get(one.id, "")) for one in story.articles
            ),
        )
        for story in digest.stories
    )
    return replace(digest, stories=stories)


def _articles_of(digest: Digest) -> Iterator[Any]:
    for story in digest.stories:
        yield from story.articles
