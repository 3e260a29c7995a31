"""The store: its parts together on one database, opened by its address; what they do stands in their own files."""

from __future__ import annotations

import sqlalchemy as sa

from bot.model import Counts
from bot.store.alerting import Alerting
from bot.store.answered import Answered
from bot.store.articles import Articles
from bot.store.chats import Chats
from bot.store.driver import engine_from_url, use_wal
from bot.store.feeds import Feeds
from bot.store.ledger import LedgerLines
from bot.store.prints import EVERYBODY
from bot.store.retention import Retention
from bot.store.schema import bring_up_to_date
from bot.store.stories import Stories
from bot.store.tables import articles, chats, deliveries, subscriptions
from bot.store.transactions import Transactions, errors_told
from bot.store.trends import Trends


class SqlStore(Articles, Stories, Trends, Chats, Feeds, LedgerLines, Alerting, Answered, Retention):
    """Everything that is kept, on SQLite or PostgreSQL; see `bot.service.stores.Store`. Usable from several threads."""

    def counts(self) -> Counts:
        """Return what `stats` tells: articles of everybody, subscriptions that are not stopped."""
        everybody = articles.c.chat_id == EVERYBODY
        of_articles = sa.select(
            sa.func.count(),
            sa.func.count().filter(articles.c.sample.is_(True)),
            sa.func.count(articles.c.source.distinct()).filter(articles.c.source != ""),
            sa.func.max(articles.c.dated_at),
        ).where(everybody)
        of_chats = sa.select(sa.func.count(), sa.func.count(chats.c.lost_at)).select_from(chats)
        of_subscriptions = sa.select(sa.func.count(subscriptions.c.next_digest_at))
        of_deliveries = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
        with self._transactions.reading() as db:
            kept, samples, sources, newest_at = db.execute(of_articles).one()
            known, lost = db.execute(of_chats).one()
            return Counts(
                articles=kept,
                samples=samples,
                sources=sources,
                chats=known,
                chats_lost=lost,
                subscriptions=db.execute(of_subscriptions).scalar_one(),
                deliveries={row[0]: row[1] for row in db.execute(of_deliveries)},
                newest_at=newest_at,
            )

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
        self._transactions.close()


def open_store(url: str) -> SqlStore:
    """Open the store at a `DATABASE_URL`; make it where there is none, and bring its schema up to date.

    Args:
        url: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        SettingError: the address is none, or not of SQLite or PostgreSQL.
        StoreUnwritableError: the SQLite file or its folder can't be written.
        StoreError: the database can't be reached, is none, is damaged, or was written by a newer version.
    """
    engine = engine_from_url(url)
    try:
        with errors_told(engine.url):
            if engine.dialect.name == "sqlite":
                use_wal(engine)
            bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(Transactions(engine))
