"""Feeds in the database, each once; when one is polled next is decided elsewhere (`bot.core.polling`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bot.model import Feed, FeedState
from bot.store.prints import url_fingerprint
from bot.store.tables import clean_text, feeds, removed_feeds
from bot.store.transactions import Part
from bot.store.writing import update_rows

_TABLE = feeds
_ALL = sa.select(*(feeds.c[field.name] for field in fields(Feed)))  # in the order of the noun
_TROUBLED = _ALL.where(
    sa.or_(feeds.c.state == FeedState.ASIDE.value, feeds.c.newest_at <= sa.bindparam("silent_since"))
)
_STATE = [field.name for field in fields(Feed)].index("state")
_FIELDS = tuple(field.name for field in fields(Feed) if field.name != "id")
_LISTED = frozenset(("url", "name", "language", "country", "kind", "ownership"))
_POLLED = tuple(name for name in _FIELDS if name not in _LISTED)
"""What polling changes; it overwrites nothing that an operator may change meanwhile."""

_polled = attrgetter("id", *("state.value" if name == "state" else name for name in _POLLED))
_STATES = {state.value: state for state in FeedState}


class Feeds(Part):
    """The store's feeds; see `bot.service.stores.FeedStore`."""

    def add_feed(self, feed: Feed) -> tuple[Feed, bool]:
        """Keep a feed once by its URL; return it with its id, and whether it is new. A known one is not changed."""
        row = _row_from_feed(feed)
        insert = self._transactions.insert(feeds).values(row).on_conflict_do_nothing().returning(feeds.c.id)
        with self._transactions.writing() as db:
            db.execute(sa.delete(removed_feeds).where(removed_feeds.c.url_fingerprint == row["url_fingerprint"]))
            new = db.execute(insert).first() is not None
            query = _ALL.where(feeds.c.url_fingerprint == row["url_fingerprint"])
            return _feed_from_row(db.execute(query).one()), new

    def seed_feeds(self, given: Sequence[Feed]) -> int:
        """Keep feeds that are neither known nor were removed before; return how many that were."""
        rows = {row["url_fingerprint"]: row for row in reversed([_row_from_feed(feed) for feed in given])}
        with self._transactions.reading() as db:
            for table in (feeds, removed_feeds):
                for known in db.execute(sa.select(table.c.url_fingerprint)).scalars():
                    rows.pop(known, None)
        if not rows:
            return 0
        insert = self._transactions.insert(feeds).on_conflict_do_nothing().returning(feeds.c.id)
        with self._transactions.writing() as db:
            return len(db.execute(insert, list(reversed(rows.values()))).all())

    def save_feed(self, feed: Feed) -> None:
        """Keep a known feed as given."""
        self.save_feeds([feed])

    def save_feeds(self, feeds: Sequence[Feed]) -> None:
        """Keep known feeds as given, in one transaction; one that was removed meanwhile stays so."""
        rows = [{f"b_{name}": value for name, value in _row_from_feed(one).items()} for one in feeds]
        known = [row | {"b_id": one.id} for row, one in zip(rows, feeds, strict=True) if one.id is not None]
        if known:
            with self._transactions.writing() as db:
                db.execute(_saving(), known)

    def save_polls(self, feeds: Sequence[Feed]) -> None:
        """Keep what polling changed of known feeds, in one transaction; one that was removed meanwhile stays so."""
        rows = [_polled(one) for one in feeds if one.id is not None]
        if rows:
            with self._transactions.writing() as db:
                update_rows(db, _TABLE, ("id", *_POLLED), rows)

    def remove_feed(self, url: str) -> bool:
        """Remove a feed by its URL or, where only one is called so, its name; return whether there was one."""
        text = clean_text(url)
        of_url, named = feeds.c.url_fingerprint == url_fingerprint(text), feeds.c.name == text
        with self._transactions.writing() as db:
            for which in (of_url, named):
                found = list(db.execute(sa.select(feeds.c.url_fingerprint).where(which).limit(2)).scalars())
                if len(found) == 1:
                    db.execute(sa.delete(feeds).where(feeds.c.url_fingerprint == found[0]))
                    forget = self._transactions.insert(removed_feeds).on_conflict_do_nothing()
                    db.execute(forget.values(url_fingerprint=found[0]))
                    return True
        return False

    def feeds(self) -> list[Feed]:
        """Return all feeds by name."""
        return self._by_name(_ALL)

    def troubled_feeds(self, silent_since: datetime) -> list[Feed]:
        """Return the feeds set aside, and those that brought nothing new since an instant, by name."""
        return self._by_name(_TROUBLED, {"silent_since": silent_since})

    def due_feeds(self, now: datetime, *, limit: int = 1000) -> list[Feed]:
        """Return active feeds whose `next_poll_at` has come or was never set, the longest overdue first."""
        query = (
            _ALL.where(
                feeds.c.state == FeedState.ACTIVE.value,
                sa.or_(feeds.c.next_poll_at.is_(None), feeds.c.next_poll_at <= now),
            )
            .order_by(feeds.c.next_poll_at.asc().nulls_first(), feeds.c.id)
            .limit(max(limit, 0))
        )
        with self._transactions.reading() as db:
            return list(map(_feed_from_row, db.execute(query).all()))

    def _by_name(self, query: sa.Select[Any], given: dict[str, Any] | None = None) -> list[Feed]:
        with self._transactions.reading() as db:
            found = list(map(_feed_from_row, db.execute(query, given).all()))
        return sorted(found, key=lambda feed: (feed.name.casefold(), feed.url))  # databases sort letters differently


def _saving() -> sa.Update:
    """Return the update of one feed by its id; its URL may change too."""
    return (
        sa.update(feeds)
        .where(feeds.c.id == sa.bindparam("b_id"))
        .values({name: sa.bindparam(f"b_{name}") for name in (*_FIELDS, "url_fingerprint")})
    )


def _row_from_feed(feed: Feed) -> dict[str, Any]:
    row = {name: getattr(feed, name) for name in _FIELDS}
    return {**row, "state": feed.state.value, "url_fingerprint": url_fingerprint(clean_text(feed.url))}


def _feed_from_row(row: sa.Row[Any]) -> Feed:
    """Return the feed of a row of `_ALL`."""
    values = (*row[:_STATE], _STATES[row[_STATE]], *row[_STATE + 1 :])
    return Feed(*values)
