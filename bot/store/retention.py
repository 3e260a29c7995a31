"""What goes after a while, and the room it leaves; when that while is over is decided elsewhere.

Rule: articles go by when they came in. Those that a digest which is still owed or being sent tells of stay, so that it
can be rendered. Settled deliveries go, and then digests that no delivery refers to.

The room: PostgreSQL's autovacuum hands freed rows to new ones. SQLite gives freed pages back where the file was made
with `auto_vacuum = INCREMENTAL` (every file made since schema 0002); in an older one they are used again,
so that it grows no further, but not smaller.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import DeliveryState
from bot.store.articles import remove_articles
from bot.store.prints import EVERYBODY
from bot.store.tables import articles, deliveries, digests
from bot.store.transactions import Part

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

BATCH = 1000
"""Articles removed in one transaction: 0.3 s (measured 2026-11), in which others who write must wait."""

PAGES = 4000
"""Pages of SQLite given back in one transaction: 16 MB."""

_OPEN = (DeliveryState.OWED.value, DeliveryState.SENDING.value)
_MERGED = 200  # pages of the index of words that are merged at once: what was taken out of it is in it until then


class Retention(Part):
    """What the store lets go; see `bot.service.stores.ArticleStore.drop_articles`."""

    def drop_articles(self, before: datetime) -> int:
        """Remove everybody's articles added before an instant, but not those an open digest still tells."""
        dropped, last = 0, 0
        while True:
            with self._transactions.writing() as db:
                ids = _old_articles(db, before, last)
                if not ids:
                    break
                last = ids[-1]
                told = _told_articles(db)
                dropped += remove_articles(db, articles.c.id.in_([one for one in ids if one not in told]))
        if dropped:
            self._give_back_room()
        return dropped

    def drop_settled(self, before: datetime) -> int:
        """Remove deliveries that were due before an instant and are settled, and digests nobody refers to any more."""
        settled = sa.delete(deliveries).where(deliveries.c.state.not_in(_OPEN), deliveries.c.due_at < before)
        referred = sa.exists().where(deliveries.c.digest_id == digests.c.id)
        with self._transactions.writing() as db:
            dropped = db.execute(settled).rowcount
            db.execute(sa.delete(digests).where(digests.c.composed_at < before, ~referred))
        return dropped

    def _give_back_room(self) -> None:
        if not self._transactions.is_sqlite:
            return
        with self._transactions.writing() as db:
            merge = sa.text("INSERT INTO article_words (article_words, rank) VALUES ('merge', :pages)")
            db.execute(merge, {"pages": _MERGED})
        while True:
            with self._transactions.writing() as db:
                before = _free_pages(db)
                cursor = db.connection.cursor()  # past SQLAlchemy, which fetches no rows that have no columns:
                cursor.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()  # SQLite frees a page at each
                cursor.close()
                if not 0 < _free_pages(db) < before:
                    return


def _old_articles(db: Connection, before: datetime, behind: int) -> list[int]:
    query = sa.select(articles.c.id).where(
        articles.c.chat_id == EVERYBODY, articles.c.added_at < before, articles.c.id > behind
    )
    return list(db.execute(query.order_by(articles.c.id).limit(BATCH)).scalars())


def _told_articles(db: Connection) -> frozenset[int]:
    """Return the ids of the articles that digests tell of which are owed or being sent."""
    open_ones = sa.select(deliveries.c.digest_id).where(deliveries.c.state.in_(_OPEN))
    contents = db.execute(sa.select(digests.c.content).where(digests.c.id.in_(open_ones))).scalars()
    return frozenset(number for content in contents for number in _ids_in(content))


def _ids_in(content: Any) -> list[int]:
    """Return the ids of the articles in a digest as `bot.store.codec` writes it."""
    told = (article for story in content["stories"] for article in story["articles"])
    return [article["id"] for article in told if article.get("id") is not None]


def _free_pages(db: Connection) -> int:
    return int(db.exec_driver_sql("PRAGMA freelist_count").scalar_one())
