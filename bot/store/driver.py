"""What is particular to each database: its address, its connections, what its errors mean; it knows no table.

`synchronous = FULL` on SQLite, on purpose. In WAL mode a killed process loses nothing with NORMAL either, but when
the power fails NORMAL may forget the last transactions: that a message went out, and it would go out again.
FULL costs one flush to disk for each transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingError, StoreError, StoreUnwritableError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

WRITES = "store_writes"
"""The execution option of connections that write: on SQLite their transactions take the write lock at once.

A transaction that begins by reading and then writes can't wait for its turn: SQLite refuses it as soon as another
one has written in between.
"""

PATIENCE = 10
"""Seconds to wait for SQLite's write lock, and for a PostgreSQL server to answer."""

POOL = 8
"""Connections kept; the thread door has 4 threads, and requests of the CLI or a webhook may come beside them."""

ALLOWED = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


def engine_from_url(address: str) -> Engine:
    """Return an engine for a value of `DATABASE_URL`; the folder of an SQLite file is made.

    Raises:
        SettingError: the address is none, or not of SQLite or PostgreSQL.
        StoreUnwritableError: the SQLite file or its folder can't be written.
    """
    url = _parsed_url(address)
    if url.get_backend_name() == "sqlite":
        _prepare_file(Path(url.database or ""))
        engine = _make_engine(url, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    wait = {} if "connect_timeout" in url.query else {"connect_timeout": PATIENCE}
    return _make_engine(url, pool_pre_ping=True, connect_args={"client_encoding": "utf8", **wait})


def use_wal(engine: Engine) -> None:
    """Put an SQLite database into WAL mode, so that reading goes on while somebody writes.

    A new one is made so that pages which are no longer used can be given back (`bot.store.retention`).

    Raises:
        sqlite3.Error: the file is no database or can't be written.
    """
    # past SQLAlchemy: the mode can't be changed in a transaction
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts only before the first page is written
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # SQLite does not wait by itself here when two processes open a new file at once
                if not _error_name(error).startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return
    finally:
        connection.close()


def shown_url(url: URL) -> str:
    """Return an address for people to read, without its password (libpq also takes it as a parameter).

    >>> shown_url(make_url("postgresql+psycopg://ann:secret@db:5432/news?password=secret"))
    'postgresql://ann:***@db:5432/news'
    """
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def store_error(error: BaseException | None, url: URL) -> StoreError:
    """Return what an error of the driver (`sqlite3`, `psycopg`) means, as one sentence without the password."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_error(error, url.database or "")
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    detail = lines[0] if lines else type(error).__name__
    for secret in (url.password, url.query.get("password")):
        if isinstance(secret, str) and secret:
            detail = detail.replace(secret, "***")
    if "password" in detail and ("failed" in detail or "no password" in detail):
        return StoreError(f"PostgreSQL refused the user or password of {shown_url(url)}: correct DATABASE_URL")
    return StoreError(f"PostgreSQL at {shown_url(url)} can't do what it was asked to: {detail}")


def _parsed_url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # what can't be parsed may have a password anywhere before its last @
        shown = "…@" + address.rsplit("@", 1)[1] if "@" in address else address
        raise SettingError(f"DATABASE_URL is {shown!r}, which is no address; it may be {ALLOWED}") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:") and not url.query and not url.host:
        return url
    raise SettingError(f"DATABASE_URL is {shown_url(url)!r}; it may be {ALLOWED}")


def _make_engine(url: URL, **options: Any) -> Engine:
    return sa.create_engine(
        url,
        pool_size=POOL,
        max_overflow=POOL,
        pool_use_lifo=True,  # the connection used last knows its statements and pages best
        hide_parameters=True,  # an error of the driver must not carry what people wrote into a log
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        **options,
    )


def _prepare_file(path: Path) -> None:
    advice = "make it writable, or name another place in DATABASE_URL"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnwritableError(
            f"the folder {path.parent} can't be made ({error.strerror or error}): {advice}"
        ) from error
    if path.is_dir():
        raise StoreUnwritableError(f"{path} is a folder, not a database file: name a file in DATABASE_URL")
    for needed in (path.parent, path):  # WAL writes files beside the database
        if needed.exists() and not os.access(needed, os.W_OK):
            raise StoreUnwritableError(f"{needed} can't be written: {advice}")


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction by itself; `_begin_sqlite` does
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # Pages (16 MB) after which what was written goes from the log to its place. With SQLite's 1,000 a first poll, which
    # writes 60 MB, does it a dozen times: a tenth of the time of writing.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")


def _begin_sqlite(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE" if db.get_execution_options().get(WRITES) else "BEGIN")


def _error_name(error: BaseException | None) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _sqlite_error(error: BaseException | None, path: str) -> StoreError:
    name = _error_name(error)
    if name.startswith("SQLITE_NOTADB"):
        return StoreError(f"{path} is not an SQLite database: move it away, or name another file in DATABASE_URL")
    if name.startswith("SQLITE_CORRUPT"):
        return StoreError(f"the database {path} is damaged: put a backup in its place")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"the database {path} was held by another program for more than {PATIENCE} seconds")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_FULL")):
        return StoreUnwritableError(
            f"the database {path} can't be written ({error}): check the disk's space and the folder's owner"
        )
    return StoreError(f"the database {path} refused what was asked of it: {error}")
