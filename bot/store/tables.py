"""The schema, for SQLite and PostgreSQL alike; it reads and writes nothing.

Migrations have the last word on what is in a database; a test holds them and this file together. The words to
search in (`article_words`) are made differently on the two databases and stand in `migrations/` and `search.py`.

0 stands for "none" where a unique key needs a value: `articles.chat_id` (everybody's) and
`subscriptions.thread_id` (the chat itself). Telegram gives neither a chat nor a thread the number 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect

T = TypeVar("T")

REMEMBERED = 4_096
"""Values of a type that are read once: all instants of a thousand feeds (about 0.5 MB)."""


def clean_text(text: str) -> str:
    """Return a text both databases take: without NUL, and with U+FFFD for a surrogate that stands alone.

    >>> clean_text("du" + chr(0) + "ty " + chr(0xD83D) + chr(0xDCE6) + " " + chr(0xD800))
    'duty 📦 �'
    """
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Instant(sa.TypeDecorator[datetime]):
    """An instant: aware on both sides, UTC inside. SQLite would give it back naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the base's
        """Refuse a naive datetime, for nobody could say which instant it is.

        Raises:
            ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime is no instant: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the base's
        """Return what was stored as aware UTC: SQLite tells no zone, PostgreSQL that of the session."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SharedInstant(Instant):
    """An instant of which many rows tell the same: each is made once, which halves the reading of all feeds."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Return what reads an instant, and remembers it."""
        return _remembered(super().result_processor(dialect, coltype))


class Pause(sa.TypeDecorator[timedelta]):
    """A length of time, kept as seconds; feeds share a few."""

    impl = sa.Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:  # noqa: ARG002 -- the base's
        """Write seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 -- the base's
        """Read seconds."""
        return None if value is None else timedelta(seconds=value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], timedelta | None] | None:
        """Return what reads a pause, and remembers it."""
        return _remembered(super().result_processor(dialect, coltype))


class CleanText(sa.TypeDecorator[str]):
    """Text as `clean_text` leaves it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- the base's
        """Clean what is written."""
        return None if value is None else clean_text(value)


def _remembered(read: Callable[[Any], T] | None) -> Callable[[Any], T] | None:
    return None if read is None else lru_cache(REMEMBERED)(read)


# SQLite numbers rows by itself only in an INTEGER column, and that one holds 64 bits as well.
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("title", CleanText, nullable=False),
    sa.Column("text", CleanText, nullable=False),
    sa.Column("source", CleanText, nullable=False),
    sa.Column("url", CleanText),
    sa.Column("language", CleanText),
    sa.Column("published_at", Instant),
    sa.Column("added_at", Instant, nullable=False),
    # `published_at`, or `added_at` where that is unknown: what "newest first" means
    sa.Column("dated_at", Instant, nullable=False),
    sa.Column("sample", sa.Boolean, nullable=False),
    # hashes, since PostgreSQL indexes no value above 2,700 bytes and URLs get longer than that
    sa.Column("url_fingerprint", sa.Text),
    sa.Column("text_fingerprint", sa.Text, nullable=False),
    # the story's id is that of the article that began it; no foreign keys: what is dropped is made good when read
    sa.Column("story_id", Number),
    sa.Column("copy_of", Number),
    sa.Column("story_turn", Number),  # when it was placed: see `story_turns`
    sa.UniqueConstraint("chat_id", "url_fingerprint"),
    sa.Index(None, "story_id"),
    sa.Index(None, "story_turn"),
    sa.Index(None, "chat_id", "text_fingerprint"),
    sa.Index(None, "chat_id", "dated_at"),
    sa.Index(None, "chat_id", "added_at"),
)

article_topics = sa.Table(
    "article_topics",
    metadata,
    sa.Column("article_id", Number, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("topic", CleanText, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index(None, "topic", "article_id"),
)

article_places = sa.Table(
    "article_places",
    metadata,
    sa.Column("article_id", Number, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("place", CleanText, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index(None, "place", "article_id"),
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=False),
    sa.Column("lead_id", Number, nullable=False),
    sa.Column("title", CleanText, nullable=False),
    sa.Column("language", CleanText, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("merged_into", Number),
    sa.Index(None, "last_at"),
)

# one row, counted up whenever articles are placed, so that two processes never place on the ground of an old state
story_turns = sa.Table(
    "story_turns",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("turn", Number, nullable=False),
)

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", CleanText, nullable=False),
    sa.Column("zone", CleanText, nullable=False),
    sa.Column("lost_at", Instant),
    sa.Column("reads_channel", sa.Boolean, nullable=False),
    sa.Column("held_until_at", Instant),  # Telegram's `retry_after`
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, sa.ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    sa.Column("thread_id", sa.BigInteger, nullable=False),
    sa.Column("wish", sa.JSON, nullable=False),
    sa.Column("schedule", sa.JSON, nullable=False),
    sa.Column("next_digest_at", Instant),
    sa.Column("next_slot", sa.Time),
    sa.Column("next_local_date", sa.Date),
    sa.Column("last_digest_at", Instant),
    sa.Column("last_digest_id", Number),  # no foreign key: an old digest goes, and then it is forgotten
    sa.Column("alerts", sa.Boolean, nullable=False),
    sa.Column("paused", sa.Text),  # why, or null
    sa.UniqueConstraint("chat_id", "thread_id"),
    sa.Index(None, "alerts"),
    sa.Index(None, "next_digest_at"),
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("url", CleanText, nullable=False),
    sa.Column("url_fingerprint", sa.Text, nullable=False, unique=True),  # of the canonical form
    sa.Column("name", CleanText, nullable=False),
    sa.Column("language", CleanText),
    sa.Column("country", CleanText),
    sa.Column("kind", CleanText, nullable=False),
    sa.Column("ownership", CleanText),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("etag", CleanText),
    sa.Column("last_modified", CleanText),
    sa.Column("body_hash", CleanText),
    sa.Column("interval", Pause, nullable=False),
    sa.Column("next_poll_at", SharedInstant),
    sa.Column("polled_at", SharedInstant),
    sa.Column("newest_at", SharedInstant),
    sa.Column("failing_since_at", SharedInstant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_error", CleanText, nullable=False),
    sa.Column("told_at", SharedInstant),
    sa.Index(None, "next_poll_at"),
)

# so that a feed which comes with the program stays away once it was removed
removed_feeds = sa.Table("removed_feeds", metadata, sa.Column("url_fingerprint", sa.Text, primary_key=True))

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("wish_key", CleanText, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, unique=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("messages", sa.JSON(none_as_null=True)),
    sa.Column("composed_at", Instant, nullable=False),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("subscription_id", Number, sa.ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    sa.Column("digest_id", Number, sa.ForeignKey("digests.id")),  # null: the run was skipped
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", CleanText, nullable=False),
    sa.Column("slot", sa.Time),  # of a digest; null for what follows no schedule
    sa.Column("local_date", sa.Date),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("not_before_at", Instant),
    sa.Column("lease_until", Instant),
    sa.Column("sent_at", Instant),
    sa.UniqueConstraint("subscription_id", "key"),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "digest_id"),
)

delivery_parts = sa.Table(
    "delivery_parts",
    metadata,
    sa.Column("delivery_id", Number, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Column("sent_at", Instant, nullable=False),
)

answered_updates = sa.Table(
    "answered_updates",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
)
