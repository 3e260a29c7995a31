"""The index of words, and how FTS5 (SQLite) and tsvector (PostgreSQL) are asked; `words.py` makes the words.

Only everybody's articles are in it. A word of a title counts ten times one of the text on both databases; how
they rank otherwise is theirs: BM25 on SQLite, `ts_rank` on PostgreSQL, which knows no rarity of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.model import Article
from bot.store.transactions import chunks
from bot.store.words import MOST_PLAIN, Term, plain_text, searched_words

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_GAP = 2  # positions between a title and its text, so that no row of pairs runs from one into the other


def keep_words(db: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Put the words of articles into the index, each by its number there."""
    if not articles:
        return
    if db.dialect.name == "sqlite":
        db.exec_driver_sql(
            "INSERT INTO article_words (rowid, title, text) VALUES (?, ?, ?)",
            [(number, *_fts5_columns(article)) for number, article in articles],
        )
    else:
        found = [(number, *searched_words(article.title, article.text)) for number, article in articles]
        db.execute(
            sa.text("INSERT INTO article_words (article_id, words) VALUES (:id, CAST(:words AS tsvector))"),
            [{"id": number, "words": _tsvector(title, text)} for number, title, text in found],
        )


def drop_words(db: Connection, article_ids: Sequence[int]) -> None:
    """Take articles out of the index."""
    column = "rowid" if db.dialect.name == "sqlite" else "article_id"
    statement = sa.text(f"DELETE FROM article_words WHERE {column} IN :ids").bindparams(  # noqa: S608 -- one of two words
        sa.bindparam("ids", expanding=True)
    )
    for ids in chunks(article_ids):
        db.execute(statement, {"ids": list(ids)})


def matching_ids(db: Connection, terms: Sequence[Term], limit: int) -> list[int]:
    """Return the articles that have all terms, best first, the newer one where they are equal."""
    if db.dialect.name == "sqlite":
        statement = sa.text(
            "SELECT rowid FROM article_words WHERE article_words MATCH :query "
            "ORDER BY bm25(article_words, 10.0, 1.0), rowid DESC LIMIT :limit"
        )
        query = _fts5_query(terms)
    else:
        # {D, C, B, A}: words of the text are D, of the title A; 1: a long article gains nothing by its length
        statement = sa.text(
            "SELECT article_id FROM article_words, CAST(:query AS tsquery) AS query WHERE words @@ query "
            "ORDER BY ts_rank('{0.1, 0, 0, 1.0}', words, query, 1) DESC, article_id DESC LIMIT :limit"
        )
        query = _tsquery(terms)
    return list(db.execute(statement, {"query": query, "limit": limit}).scalars())


def _fts5_columns(article: Article) -> tuple[str, str]:
    """Return title and text for FTS5: the plain ones where its `ascii` tokenizer cuts them as we do."""
    title, text = plain_text(article.title), plain_text(article.text)
    if title is None or text is None or len(title) + len(text) > MOST_PLAIN:
        title, text = map(" ".join, searched_words(article.title, article.text))
    return title, text


def _fts5_query(terms: Sequence[Term]) -> str:
    """Return a query of FTS5; terms beside one another must all be there.

    >>> _fts5_query([Term(("steel",)), Term(("関税", "税率")), Term(("米",), prefix=True)])
    '"steel" "関税 税率" "米" *'
    """
    return " ".join(f'"{" ".join(term.words)}"' + (" *" if term.prefix else "") for term in terms)


def _tsquery(terms: Sequence[Term]) -> str:
    """Return the text of a tsquery.

    >>> _tsquery([Term(("steel",)), Term(("関税", "税率")), Term(("米",), prefix=True)])
    "('steel') & ('関税' <-> '税率') & ('米':*)"
    """
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*)" if term.prefix else ")") for term in terms
    )


def _tsvector(title: Sequence[str], text: Sequence[str]) -> str:
    """Return the text of a tsvector; words have neither quotes nor backslashes in them.

    >>> _tsvector(["steel"], ["steel", "duty"])
    "'steel':1A 'steel':4 'duty':5"
    """
    entries = [f"'{word}':{position}A" for position, word in enumerate(title, 1)]
    entries += [f"'{word}':{position}" for position, word in enumerate(text, len(title) + _GAP + 1)]
    return " ".join(entries)
