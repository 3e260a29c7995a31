"""Articles, chats, and the ledger of digests owed and sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_articles()
    _make_article_words()
    _make_chats()
    _make_ledger()
    op.create_table(
        "answered_updates",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answered_updates"),
    )


def _make_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", Number, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("published_at", Instant),
        sa.Column("added_at", Instant, nullable=False),
        sa.Column("dated_at", Instant, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("url_fingerprint", sa.Text),
        sa.Column("text_fingerprint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("chat_id", "url_fingerprint", name="uq_articles_chat_id_url_fingerprint"),
    )
    op.create_index("ix_articles_chat_id_text_fingerprint", "articles", ["chat_id", "text_fingerprint"])
    op.create_index("ix_articles_chat_id_dated_at", "articles", ["chat_id", "dated_at"])
    op.create_index("ix_articles_chat_id_added_at", "articles", ["chat_id", "added_at"])
    for table, key in (("article_topics", "topic"), ("article_places", "place")):
        op.create_table(
            table,
            sa.Column("article_id", Number, nullable=False),
            sa.Column(key, sa.Text, nullable=False),
            sa.Column("position", sa.Integer, nullable=False),
            sa.PrimaryKeyConstraint("article_id", key, name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["article_id"], ["articles.id"], name=f"fk_{table}_article_id_articles", ondelete="CASCADE"
            ),
        )
        op.create_index(f"ix_{table}_{key}_article_id", table, [key, "article_id"])


def _make_article_words() -> None:
    # `bot.store.words` cuts and folds the words itself, the same for both databases; so SQLite's plainest tokenizer
    # (ASCII letters and digits, and everything above ASCII) and no parser of PostgreSQL's at all
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE article_words USING fts5(title, text, tokenize = 'ascii')")
    else:
        op.execute(
            "CREATE TABLE article_words ("
            "article_id bigint PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE, words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_article_words_words ON article_words USING gin (words)")


def _make_chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("lost_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", Number, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger, nullable=False),
        sa.Column("wish", sa.JSON, nullable=False),
        sa.Column("schedule", sa.JSON, nullable=False),
        sa.Column("next_digest_at", Instant),
        sa.Column("next_slot", sa.Time),
        sa.Column("next_local_date", sa.Date),
        sa.Column("last_digest_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_subscriptions_chat_id_chats", ondelete="CASCADE"),
        sa.UniqueConstraint("chat_id", "thread_id", name="uq_subscriptions_chat_id_thread_id"),
    )
    op.create_index("ix_subscriptions_next_digest_at", "subscriptions", ["next_digest_at"])


def _make_ledger() -> None:
    op.create_table(
        "digests",
        sa.Column("id", Number, nullable=False),
        sa.Column("wish_key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("messages", sa.JSON),
        sa.Column("composed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("fingerprint", name="uq_digests_fingerprint"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Number, nullable=False),
        sa.Column("subscription_id", Number, nullable=False),
        sa.Column("digest_id", Number),
        sa.Column("slot", sa.Time, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before_at", Instant),
        sa.Column("lease_until", Instant),
        sa.Column("sent_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name="fk_deliveries_subscription_id_subscriptions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name="fk_deliveries_digest_id_digests"),
        sa.UniqueConstraint(
            "subscription_id", "slot", "local_date", name="uq_deliveries_subscription_id_slot_local_date"
        ),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_digest_id", "deliveries", ["digest_id"])
    op.create_table(
        "delivery_parts",
        sa.Column("delivery_id", Number, nullable=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("sent_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "part", name="pk_delivery_parts"),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name="fk_delivery_parts_delivery_id_deliveries",
            ondelete="CASCADE",
        ),
    )
