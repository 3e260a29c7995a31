"""Transactions, and errors of the driver told as StoreError; no table is known here."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from bot.errors import StoreError
from bot.store.driver import PATIENCE, WRITES, store_error

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

T = TypeVar("T")

CHUNK = 500
"""Values in one IN list; SQLite takes 32,766, and a statement of this length is still parsed in no time."""


@contextmanager
def errors_told(url: URL) -> Iterator[None]:
    """Turn errors of the driver into StoreError; a wrong value of ours stays the ValueError it is."""
    try:
        yield
    except DBAPIError as error:
        raise store_error(error.orig, url) from error
    except sqlite3.Error as error:  # raised while a connection is set up, where SQLAlchemy does not wrap it
        raise store_error(error, url) from error
    except StatementError as error:
        raise error.orig or error from None
    except SQLAlchemyError as error:
        raise StoreError(f"the database could not be asked: {error}") from error
    except OverflowError as error:
        raise StoreError(f"the database takes no number beyond 64 bits: {error}") from error


class Transactions:
    """Gives out connections, each for one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(**{WRITES: True})
        self._closed = False
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that writes nothing."""
        with errors_told(self.engine.url), self._open(self.engine).connect() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: kept whole at the end, or not at all if anything is raised."""
        with errors_told(self.engine.url), self._turn_to_write(), self._open(self._writing).begin() as db:
            yield db

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert of this database's dialect, which knows `on_conflict_…`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def close(self) -> None:
        """Give the connections back."""
        self._closed = True
        self.engine.dispose()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Let one thread in at a time on SQLite, which has one writer.

        SQLite itself has a writer sleep for up to 0.1 s and look again; here the next one goes on at once.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=PATIENCE):
            raise StoreError(f"the database waited for another transaction for more than {PATIENCE} seconds")
        try:
            yield
        finally:
            self._turn.release()

    def _open(self, engine: Engine) -> Engine:
        if self._closed:
            raise StoreError("the store was closed and can't be used any more")
        return engine


class Part:
    """What the parts of the store share: where their transactions come from."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield a sequence in pieces.

    >>> list(chunks([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    for start in range(0, len(values), size):
        yield values[start : start + size]


def rows_in(
    db: Connection, query: sa.Select[Any], column: sa.ColumnElement[Any], values: Sequence[Any]
) -> Iterator[Any]:
    """Yield the rows of a query whose column has one of the values, however many ids or fingerprints these are."""
    if values:
        yield from db.execute(query.where(is_one_of(db, column, values)))


def is_one_of(db: Connection, column: sa.ColumnElement[Any], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of the values, which are ids or fingerprints.

    They go along as one parameter: with one each, SQLAlchemy takes longer to write them than the database to look.
    """
    if db.dialect.name == "sqlite":
        told = sa.func.json_each(sa.literal(json.dumps(list(values)))).table_valued("value")
        return column.in_(sa.select(told.c.value))
    return column == sa.any_(sa.literal(list(values), sa.ARRAY(column.type)))
