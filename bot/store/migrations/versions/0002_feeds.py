"""Feeds; groups that hear their channel; and the URLs of articles compared in their canonical form."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.prints import url_fingerprint

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 1000

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", Number, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("url_fingerprint", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ownership", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("interval", sa.Float, nullable=False),
        sa.Column("next_poll_at", Instant),
        sa.Column("polled_at", Instant),
        sa.Column("newest_at", Instant),
        sa.Column("failing_since_at", Instant),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("told_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url_fingerprint", name="uq_feeds_url_fingerprint"),
    )
    op.create_index("ix_feeds_next_poll_at", "feeds", ["next_poll_at"])
    op.create_table(
        "removed_feeds",
        sa.Column("url_fingerprint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("url_fingerprint", name="pk_removed_feeds"),
    )
    op.add_column("chats", sa.Column("reads_channel", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name != "sqlite":  # SQLite would make the table anew for that
        op.alter_column("chats", "reads_channel", server_default=None)
    _print_urls_anew()


def _print_urls_anew() -> None:
    """Make the fingerprints that 0001 took of URLs as written; of several articles that are one now, the first has it.

    The others stay until they are too old, under a fingerprint that no URL has.
    """
    db = op.get_bind()
    articles = sa.table("articles", *map(sa.column, ("id", "chat_id", "url", "url_fingerprint")))
    with_url = articles.c.url.is_not(None)
    # out of the way first: the new fingerprint of one may be the old one of another
    db.execute(sa.text("UPDATE articles SET url_fingerprint = 'none-' || id WHERE url IS NOT NULL"))
    anew = sa.update(articles).where(articles.c.id == sa.bindparam("number"))
    anew = anew.values(url_fingerprint=sa.bindparam("print"))
    query = sa.select(articles).where(with_url).order_by(articles.c.id).limit(BATCH)
    taken: set[tuple[Any, str]] = set()
    last = 0
    while rows := db.execute(query.where(articles.c.id > last)).all():
        last = rows[-1].id
        changed = []
        for row in rows:
            of_url = url_fingerprint(row.url)
            if (row.chat_id, of_url) not in taken:
                taken.add((row.chat_id, of_url))
                changed.append({"number": row.id, "print": of_url})
        if changed:
            db.execute(anew, changed)
