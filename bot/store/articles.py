"""Articles in the database, each once, and the search for them; what an article means is read elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.model import Article, Hit
from bot.store import search
from bot.store.prints import EVERYBODY, FEW, Given, given_from_article, known_articles, lock_prints, url_fingerprint
from bot.store.tables import article_places, article_topics, articles, clean_text, stories
from bot.store.transactions import Part, chunks, rows_in
from bot.store.words import query_terms, snippet
from bot.store.writing import insert_rows

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

STALE_AFTER = timedelta(hours=48)
"""An article that was published longer than this before a digest's time begins is no news, whenever it came in."""

_LARGEST_ID = 2**63 - 1
_WRITTEN = (
    *("id", "chat_id", "title", "text", "source", "url", "language", "published_at", "added_at", "dated_at"),
    *("sample", "url_fingerprint", "text_fingerprint"),
)
"""Columns of a new article; those of its story are empty."""


class Articles(Part):
    """The store's articles; see `bot.service.stores.ArticleStore`."""

    def add_article(self, article: Article, now: datetime) -> tuple[Article, bool]:
        """Keep an article once; return it with its id, and whether it is new."""
        return self.add_articles([article], now)[0]

    def add_articles(self, articles: Sequence[Article], now: datetime) -> list[tuple[Article, bool]]:
        """Keep several articles as `add_article` does, in one transaction."""
        given = [given_from_article(article, now) for article in articles]
        known = None
        if len(given) <= FEW:  # all of them may be known: no need to wait for the write lock then
            with self._transactions.reading() as db:
                numbers = _numbers(db, given)
                known = None if any(number < 0 for number in numbers) else _articles_by_id(db, sorted(set(numbers)))
        if known is None:
            with self._transactions.writing() as db:
                lock_prints(db, given)
                numbers = _numbers(db, given)
                known = _articles_by_id(db, sorted({number for number in numbers if number > 0}))
                fresh = [place for place, number in enumerate(numbers) if number == ~place]
                added = dict(zip(fresh, _insert_articles(db, [given[place] for place in fresh]), strict=True))
        by_id = {article.id: article for article in known}
        return [
            (by_id[number], False) if number > 0 else (added[~number], number == ~place)
            for place, number in enumerate(numbers)
        ]

    def known_urls(self, urls: Sequence[str]) -> frozenset[str]:
        """Return those of the URLs whose article everybody has already; spelled as given."""
        prints = {url: url_fingerprint(clean_text(url)) for url in urls if url}
        query = sa.select(articles.c.url_fingerprint).where(articles.c.chat_id == EVERYBODY)
        with self._transactions.reading() as db:
            of_urls = list(set(prints.values()))
            known = {row.url_fingerprint for row in rows_in(db, query, articles.c.url_fingerprint, of_urls)}
        return frozenset(url for url, of_url in prints.items() if of_url in known)

    def article(self, article_id: int) -> Article | None:
        """Return one article, or None."""
        if not 0 < article_id <= _LARGEST_ID:
            return None
        with self._transactions.reading() as db:
            return next(iter(articles_in(db, sa.select(articles).where(articles.c.id == article_id))), None)

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
            return articles_in(db, query)

    def sources_heard(self, since_at: datetime, until_at: datetime) -> int:
        """Return how many sources brought articles that were added after an instant and up to another."""
        query = sa.select(sa.func.count(articles.c.source.distinct())).where(
            articles.c.chat_id == EVERYBODY,
            articles.c.source != "",
            articles.c.added_at > since_at,
            articles.c.added_at <= until_at,
            articles.c.dated_at >= since_at - STALE_AFTER,
        )
        with self._transactions.reading() as db:
            return int(db.execute(query).scalar_one())

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
            return remove_articles(db, articles.c.sample.is_(True))

    def drop_chat_articles(self, before: datetime) -> int:
        """Remove articles that chats sent before an instant; return how many there were."""
        with self._transactions.writing() as db:
            return remove_articles(db, sa.and_(articles.c.chat_id != EVERYBODY, articles.c.added_at < before))


def remove_articles(db: Connection, which: sa.ColumnElement[bool]) -> int:
    """Remove articles with their words in the index and the stories they leave empty; return how many there were."""
    rows = db.execute(sa.select(articles.c.id, articles.c.story_id).where(which)).all()
    ids = [row.id for row in rows]
    search.drop_words(db, ids)
    for some in chunks(ids):
        db.execute(sa.delete(articles).where(articles.c.id.in_(some)))
    drop_empty_stories(db, sorted({row.story_id for row in rows if row.story_id is not None}))
    return len(ids)


def drop_empty_stories(db: Connection, story_ids: Sequence[int]) -> None:
    """Remove those of the stories that no article is in, and what was merged into them."""
    told = sa.exists().where(articles.c.story_id == stories.c.id).correlate(stories)
    for some in chunks(story_ids):
        empty = sa.select(stories.c.id).where(stories.c.id.in_(some), stories.c.merged_into.is_(None), ~told)
        gone = list(db.execute(empty).scalars())
        if gone:
            db.execute(sa.delete(stories).where(sa.or_(stories.c.id.in_(gone), stories.c.merged_into.in_(gone))))


def _numbers(db: Connection, given: Sequence[Given]) -> list[int]:
    """Return for each the id of the article that is the same, or `~place` of the first such one among the given."""
    known = known_articles(db, given)
    numbers: list[int] = []
    for place, one in enumerate(given):
        number = known.same(one)
        if number is None:
            number = ~place
            known.add(number, one.chat_id, one.of_url, one.of_text)
        numbers.append(number)
    return numbers


def _insert_articles(db: Connection, given: Sequence[Given]) -> list[Article]:
    """Write articles with their topics, places and words; return them in their order, with their ids."""
    if not given:
        return []
    ids = _next_ids(db, len(given))
    insert_rows(db, articles, _WRITTEN, [_row_from_given(id_, one) for id_, one in zip(ids, given, strict=True)])
    kept = [_kept(id_, one.article) for id_, one in zip(ids, given, strict=True)]
    of_topics = [(one.id, key, at) for one in kept for at, key in enumerate(one.topics)]
    insert_rows(db, article_topics, ("article_id", "topic", "position"), of_topics)
    of_places = [(one.id, key, at) for one in kept for at, key in enumerate(one.places)]
    insert_rows(db, article_places, ("article_id", "place", "position"), of_places)
    search.keep_words(db, [(number, one) for number, one in zip(ids, kept, strict=True) if one.chat_id is None])
    return kept


def _next_ids(db: Connection, count: int) -> list[int]:
    """Return numbers for new articles; asking for them costs a third of having them returned row by row.

    On SQLite the transaction has the write lock, so that nobody else takes them.
    """
    if db.dialect.name == "sqlite":
        last = db.execute(sa.select(sa.func.coalesce(sa.func.max(articles.c.id), 0))).scalar_one()
        return list(range(last + 1, last + 1 + count))
    taking = sa.text("SELECT nextval(pg_get_serial_sequence('articles', 'id')) FROM generate_series(1, :count)")
    return list(db.execute(taking, {"count": count}).scalars())


def _row_from_given(number: int, given: Given) -> tuple[Any, ...]:
    """Return the values of `_WRITTEN`."""
    one = given.article
    dated_at = one.published_at or one.added_at
    prints = (given.of_url, given.of_text)
    named = (number, given.chat_id, one.title, one.text, one.source, one.url, one.language)
    return (*named, one.published_at, one.added_at, dated_at, one.sample, *prints)


def _kept(number: int, one: Article) -> Article:
    """Return an article as it is read from the database; `replace` takes four times as long, and most come so."""
    return Article(
        title=one.title,
        text=one.text,
        source=one.source,
        url=one.url,
        published_at=_utc(one.published_at),
        language=one.language,
        topics=one.topics,
        places=one.places,
        chat_id=one.chat_id,
        sample=one.sample,
        added_at=_utc(one.added_at),
        id=number,
    )


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def _articles_by_id(db: Connection, ids: Sequence[int]) -> list[Article]:
    found: list[Article] = []
    for some in chunks(ids):
        found += articles_in(db, sa.select(articles).where(articles.c.id.in_(some)))
    return found


def articles_in(db: Connection, query: sa.Select[Any]) -> list[Article]:
    """Return the articles of a query in its order, with their topics and places in theirs."""
    return articles_from_rows(db, db.execute(query).all())


def articles_from_rows(db: Connection, rows: Sequence[Any]) -> list[Article]:
    """Return the articles of rows of `articles`, with their topics and places in their order."""
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
