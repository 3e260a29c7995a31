"""Articles in the database, each once, and the search for them; what an article means is read elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import Article, Hit
from bot.store import search
from bot.store.tables import article_places, article_topics, articles, clean_text
from bot.store.transactions import Part, chunks, rows_in
from bot.store.words import query_terms, snippet

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

EVERYBODY = 0
"""`articles.chat_id` of what everybody may read."""

STALE_AFTER = timedelta(hours=48)
"""An article that was published longer than this before a digest's time begins is no news, whenever it came in."""

_LARGEST_ID = 2**63 - 1


def text_fingerprint(title: str, text: str) -> str:
    """Return a hash that two articles share if their title and text are the same but for case and white space.

    >>> text_fingerprint("Duty  stays", "It stays.") == text_fingerprint("DUTY STAYS", "It  stays. ")
    True
    """
    return _hash(*(" ".join(unicodedata.normalize("NFC", part).casefold().split()) for part in (title, text)))


class Articles(Part):
    """The store's articles; see `bot.service.ports.ArticleStore`."""

    def add_article(self, article: Article, now: datetime) -> tuple[Article, bool]:
        """Keep an article once; return it with its id, and whether it is new."""
        article = replace(
            article,
            title=clean_text(article.title),
            text=clean_text(article.text),
            source=clean_text(article.source),
            url=clean_text(article.url) if article.url else None,
            language=None if article.language is None else clean_text(article.language),
            topics=tuple(dict.fromkeys(map(clean_text, article.topics))),
            places=tuple(dict.fromkeys(map(clean_text, article.places))),
            chat_id=article.chat_id or None,
            added_at=now,
        )
        of_url = None if article.url is None else _hash(article.url)
        of_text = text_fingerprint(article.title, article.text)
        with (
            self._transactions.reading() as db
        ):  # most articles of a poll are known: no need to wait for the write lock
            known = _same_article(db, article, of_url, of_text)
        if known is None:
            with self._transactions.writing() as db:
                _lock_fingerprints(db, of_url, of_text)
                known = _same_article(db, article, of_url, of_text)
                if known is None:
                    return _insert_article(db, article, of_url, of_text), True
        return known, False

    def article(self, article_id: int) -> Article | None:
        """Return one article, or None."""
        if not 0 < article_id <= _LARGEST_ID:
            return None
        with self._transactions.reading() as db:
            return next(iter(_articles(db, sa.select(articles).where(articles.c.id == article_id))), None)

    def newest_articles(
        self,
        *,
        topics: Sequence[str] = (),
        places: Sequence[str] = (),
        since_at: datetime | None = None,
        until_at: datetime | None = None,
        limit: int = 50,
    ) -> list[Article]:
        """Return everybody's articles, newest first."""
        query = sa.select(articles).where(articles.c.chat_id == EVERYBODY)
        for table, column, keys in (
            (article_topics, article_topics.c.topic, topics),
            (article_places, article_places.c.place, places),
        ):
            if keys:
                query = query.where(
                    sa.exists().where(table.c.article_id == articles.c.id, column.in_(list(keys))).correlate(articles)
                )
        if since_at is not None:
            query = query.where(articles.c.added_at > since_at, articles.c.dated_at >= since_at - STALE_AFTER)
        if until_at is not None:
            query = query.where(articles.c.added_at <= until_at)
        query = query.order_by(articles.c.dated_at.desc(), articles.c.id.desc()).limit(max(limit, 0))
        with self._transactions.reading() as db:
            return _articles(db, query)

    def search_articles(self, query: str, *, limit: int = 20) -> list[Hit]:
        """Return everybody's articles that match all words of the query, best first."""
        terms = query_terms(query)
        if not terms or limit <= 0:
            return []
        with self._transactions.reading() as db:
            ids = search.matching_ids(db, terms, limit)
            found = {article.id: article for article in _articles_by_id(db, ids)}
        best_first = (found[article_id] for article_id in ids)
        return [Hit(article, snippet(article.text, terms) or article.title) for article in best_first]

    def drop_samples(self) -> int:
        """Remove the sample articles; return how many there were."""
        with self._transactions.writing() as db:
            return drop_articles(db, articles.c.sample.is_(True))

    def drop_chat_articles(self, before: datetime) -> int:
        """Remove articles that chats sent before an instant; return how many there were."""
        with self._transactions.writing() as db:
            return drop_articles(db, sa.and_(articles.c.chat_id != EVERYBODY, articles.c.added_at < before))


def drop_articles(db: Connection, which: sa.ColumnElement[bool]) -> int:
    """Remove articles together with their words in the index; return how many there were."""
    ids = list(db.execute(sa.select(articles.c.id).where(which)).scalars())
    search.drop_words(db, ids)
    for some in chunks(ids):
        db.execute(sa.delete(articles).where(articles.c.id.in_(some)))
    return len(ids)


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _lock_fingerprints(db: Connection, of_url: str | None, of_text: str) -> None:
    """Make others wait who would add the same article; on SQLite there is one writer anyway.

    An article with a URL may be the same as one without: no unique key can say that.
    """
    if db.dialect.name == "sqlite":
        return
    prints = [of_text] if of_url is None else sorted((of_url, of_text))  # in one order for all: no deadlock
    numbers = [int.from_bytes(bytes.fromhex(one)[:8], signed=True) for one in prints]
    db.execute(sa.select(*(sa.func.pg_advisory_xact_lock(number) for number in numbers)))


def _same_article(db: Connection, article: Article, of_url: str | None, of_text: str) -> Article | None:
    same_text = articles.c.text_fingerprint == of_text
    if of_url is None:
        same = same_text
    else:
        same_url = articles.c.url_fingerprint == of_url
        same = sa.or_(same_url, sa.and_(same_text, articles.c.url_fingerprint.is_(None)))
    query = sa.select(articles).where(articles.c.chat_id == (article.chat_id or EVERYBODY), same)
    # of several, the one with the same URL (an unequal or missing one sorts behind), then the oldest
    other_url = sa.case((articles.c.url_fingerprint == of_url, 0), else_=1)
    return next(iter(_articles(db, query.order_by(other_url, articles.c.id).limit(1))), None)


def _insert_article(db: Connection, article: Article, of_url: str | None, of_text: str) -> Article:
    row = {
        "chat_id": article.chat_id or EVERYBODY,
        "title": article.title,
        "text": article.text,
        "source": article.source,
        "url": article.url,
        "language": article.language,
        "published_at": article.published_at,
        "added_at": article.added_at,
        "dated_at": article.published_at or article.added_at,
        "sample": article.sample,
        "url_fingerprint": of_url,
        "text_fingerprint": of_text,
    }
    article_id: int = db.execute(sa.insert(articles).returning(articles.c.id), row).scalar_one()
    for table, column, keys in (
        (article_topics, "topic", article.topics),
        (article_places, "place", article.places),
    ):
        if keys:
            rows = [{"article_id": article_id, column: key, "position": at} for at, key in enumerate(keys)]
            db.execute(sa.insert(table), rows)
    if article.chat_id is None:
        search.keep_words(db, article_id, article.title, article.text)
    published_at = None if article.published_at is None else article.published_at.astimezone(UTC)
    added_at = None if article.added_at is None else article.added_at.astimezone(UTC)
    return replace(article, id=article_id, published_at=published_at, added_at=added_at)


def _articles_by_id(db: Connection, ids: Sequence[int]) -> list[Article]:
    found: list[Article] = []
    for some in chunks(ids):
        found += _articles(db, sa.select(articles).where(articles.c.id.in_(some)))
    return found


def _articles(db: Connection, query: sa.Select[Any]) -> list[Article]:
    """Return the articles of a query in its order, with their topics and places in theirs."""
    rows = db.execute(query).all()
    ids = [row.id for row in rows]
    topics = _keys_by_article(db, article_topics.c.topic, article_topics, ids)
    places = _keys_by_article(db, article_places.c.place, article_places, ids)
    return [
        Article(
            title=row.title,
            text=row.text,
            source=row.source,
            url=row.url,
            published_at=row.published_at,
            language=row.language,
            topics=tuple(topics.get(row.id, ())),
            places=tuple(places.get(row.id, ())),
            chat_id=row.chat_id or None,
            sample=row.sample,
            added_at=row.added_at,
            id=row.id,
        )
        for row in rows
    ]


def _keys_by_article(
    db: Connection, column: sa.Column[str], table: sa.Table, ids: Sequence[int]
) -> dict[int, list[str]]:
    query = sa.select(table.c.article_id, column).order_by(table.c.article_id, table.c.position)
    keys: dict[int, list[str]] = {}
    for article_id, key in rows_in(db, query, table.c.article_id, ids):
        keys.setdefault(article_id, []).append(key)
    return keys
