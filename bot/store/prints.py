"""When two articles are one: fingerprints of their URL and text, and which of those that are kept is the same.

It writes nothing. The rule is that of `bot.service.stores.ArticleStore.add_article`; links are compared by
`bot.core.links.canonical_url`, so that one article is kept once whatever its links.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from bot.core.links import canonical_url
from bot.model import Article
from bot.store.tables import articles, clean_text
from bot.store.transactions import rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

EVERYBODY = 0
"""`articles.chat_id` of what everybody may read."""

FEW = 4
"""Articles in one transaction whose fingerprints are locked one by one; PostgreSQL's table of locks is small."""

_ASCII = bytes(range(128))
_CASELESS = frozenset("“”‘’„‚«»‹›–—―‐‑…•·°§€£¥©®™→′″†")  # noqa: RUF001 -- typographic signs
"""Signs of news that are neither letters nor white space, and are written in one way only."""

_TO_SPACES = bytes.maketrans(b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f", b" " * 9)
"""The white space of ASCII, as `str.split` has it."""

_ALL_ADDING = 0x41646473  # any number that is the same for all our processes ("Adds")


def text_fingerprint(title: str, text: str) -> str:
    """Return a hash that two articles share if their title and text are the same but for case and white space.

    >>> text_fingerprint("Duty  stays", "It stays.") == text_fingerprint("DUTY STAYS", "It  stays. ")
    True
    """
    return _hash(_folded(title), _folded(text))


def _folded(text: str) -> bytes:
    """Return a text in one case, with one space for each run of white space, as UTF-8."""
    raw = text.replace("\xa0", " ").encode()
    # What has no other letters than those of ASCII is folded as bytes, in a quarter of the time.
    if not (text.isascii() or set(raw.translate(None, _ASCII).decode()) <= _CASELESS):
        return " ".join(unicodedata.normalize("NFC", text).casefold().split()).encode()
    raw = raw.lower().translate(_TO_SPACES)
    while b"  " in raw:
        raw = raw.replace(b"  ", b" ")
    return raw.strip(b" ")


@lru_cache(4096)  # a poll asks for each twice: whether it is known, and to keep it
def url_fingerprint(url: str) -> str:
    """Return a hash that two URLs share if they lead to the same article.

    >>> url_fingerprint("https://kairos.example/duty?utm_source=a") == url_fingerprint("https://kairos.example/duty")
    True
    """
    return _hash(canonical_url(url).encode())


_clean_name = lru_cache(4096)(clean_text)  # of outlets, languages, topics and places: the same in many articles


class Given(NamedTuple):
    """An article as it would be kept, and its fingerprints."""

    article: Article
    chat_id: int
    of_url: str | None
    of_text: str


def given_from_article(article: Article, now: datetime) -> Given:
    """Return an article as both databases take it."""
    title, text = clean_text(article.title), clean_text(article.text)
    url = clean_text(article.url) if article.url else None
    kept = Article(
        title=title,
        text=text,
        source=_clean_name(article.source),
        url=url,
        published_at=article.published_at,
        language=None if article.language is None else _clean_name(article.language),
        topics=tuple(dict.fromkeys(map(_clean_name, article.topics))),
        places=tuple(dict.fromkeys(map(_clean_name, article.places))),
        chat_id=article.chat_id or None,
        sample=article.sample,
        added_at=now,
    )
    of_url = None if url is None else url_fingerprint(url)
    return Given(kept, kept.chat_id or EVERYBODY, of_url, text_fingerprint(title, text))


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
            query = sa.select(*columns).where(articles.c.chat_id == chat_id)
            found.update((row.id, row) for row in rows_in(db, query, column, values))
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


def _hash(*parts: bytes) -> str:
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()
