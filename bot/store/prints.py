"""When two articles are one: fingerprints of their URL and text, and which of those that are kept is the same.

It writes nothing. The rule is that of `bot.service.stores.ArticleStore.add_article`; links are compared by
`bot.core.links.canonical_url`, so that one article is kept once whatever its links.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from bot.core.links import canonical_url
from bot.model import Article
from bot.store.tables import articles, clean_text
from bot.store.transactions import chunks

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

EVERYBODY = 0
"""`articles.chat_id` of what everybody may read."""

FEW = 4
"""Articles in one transaction whose fingerprints are locked one by one; PostgreSQL's table of locks is small."""

_ALL_ADDING = 0x41646473  # any number that is the same for all our processes ("Adds")


def text_fingerprint(title: str, text: str) -> str:
    """Return a hash that two articles share if their title and text are the same but for case and white space.

    >>> text_fingerprint("Duty  stays", "It stays.") == text_fingerprint("DUTY STAYS", "It  stays. ")
    True
    """
    return _hash(*(" ".join(_normal(part).casefold().split()) for part in (title, text)))


@lru_cache(4096)  # a poll asks for each twice: whether it is known, and to keep it
def url_fingerprint(url: str) -> str:
    """Return a hash that two URLs share if they lead to the same article.

    >>> url_fingerprint("https://kairos.example/duty?utm_source=a") == url_fingerprint("https://kairos.example/duty")
    True
    """
    return _hash(canonical_url(url))


class Given(NamedTuple):
    """An article as it would be kept, and its fingerprints."""

    article: Article
    chat_id: int
    of_url: str | None
    of_text: str


def given_from_article(article: Article, now: datetime) -> Given:
    """Return an article as both databases take it."""
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
    of_url = None if article.url is None else url_fingerprint(article.url)
    return Given(article, article.chat_id or EVERYBODY, of_url, text_fingerprint(article.title, article.text))


class Known:
    """The articles that may be the same as given ones, by number; those of a database first, in the order of ids."""

    def __init__(self) -> None:
        self._by_url: dict[tuple[int, str], int] = {}
        self._by_text: dict[tuple[int, str], list[tuple[int, bool]]] = {}

    def add(self, number: int, chat_id: int, of_url: str | None, of_text: str) -> None:
        """Remember one."""
        if of_url is not None:
            self._by_url.setdefault((chat_id, of_url), number)
        self._by_text.setdefault((chat_id, of_text), []).append((number, of_url is not None))

    def same(self, given: Given) -> int | None:
        """Return the number of the one that is the same: by its URL, else the oldest by its text, else None."""
        if given.of_url is not None:
            by_url = self._by_url.get((given.chat_id, given.of_url))
            if by_url is not None:
                return by_url
        by_text = self._by_text.get((given.chat_id, given.of_text), ())
        return next((number for number, has_url in by_text if not (has_url and given.of_url is not None)), None)


def known_articles(db: Connection, given: Iterable[Given]) -> Known:
    """Return the articles of the database that share a fingerprint with given ones."""
    urls: dict[int, list[str]] = {}
    texts: dict[int, list[str]] = {}
    for one in given:
        texts.setdefault(one.chat_id, []).append(one.of_text)
        if one.of_url is not None:
            urls.setdefault(one.chat_id, []).append(one.of_url)
    columns = (articles.c.id, articles.c.chat_id, articles.c.url_fingerprint, articles.c.text_fingerprint)
    found: dict[int, Any] = {}
    for column, by_chat in ((articles.c.url_fingerprint, urls), (articles.c.text_fingerprint, texts)):
        for chat_id, values in by_chat.items():
            for some in chunks(values):
                query = sa.select(*columns).where(articles.c.chat_id == chat_id, column.in_(some))
                found.update((row.id, row) for row in db.execute(query))
    known = Known()
    for number in sorted(found):
        row = found[number]
        known.add(number, row.chat_id, row.url_fingerprint, row.text_fingerprint)
    return known


def lock_prints(db: Connection, given: Sequence[Given]) -> None:
    """Make others wait who would add the same articles; on SQLite there is one writer anyway.

    An article with a URL may be the same as one without: no unique key can say that. Few articles wait for those with
    the same fingerprints only; many, whose locks might be more than the server has room for, for everybody.
    """
    if db.dialect.name == "sqlite":
        return
    if len(given) > FEW:
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_ALL_ADDING)))
        return
    db.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_ALL_ADDING)))
    prints = {one.of_text for one in given} | {one.of_url for one in given if one.of_url is not None}
    for one in sorted(prints):  # in one order for all: no deadlock
        number = int.from_bytes(bytes.fromhex(one)[:8], signed=True)
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _normal(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
