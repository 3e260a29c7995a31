"""Brings a database's schema up to date at open; what the schema is stands in `tables.py` and `migrations/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import StoreError
from bot.store.driver import WRITES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

NEWEST = "0006"
"""The newest revision in `migrations/versions/`; a test compares. Knowing it saves a start the 0.2 s and 10 MB that
importing Alembic costs."""

MIGRATIONS = Path(__file__).parent / "migrations"

LOCK = 0x436F6D6D  # any number that is the same for all our processes ("Comm")


def is_ours(name: str | None, kind: str) -> bool:
    """Tell whether autogenerate compares a table; the words to search in are beyond what it can describe.

    >>> is_ours("articles", "table"), is_ours("article_words_idx", "table")
    (True, False)
    """
    return not (kind == "table" and name is not None and name.startswith("article_words"))


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations a database lacks; several processes may do so at once, and one of them will.

    Raises:
        StoreError: the database was written by a newer version of the program.
    """
    with engine.connect() as db:
        if _revision(db) == NEWEST:
            return
    if engine.dialect.name == "sqlite":
        _migrate_sqlite(engine)
    else:
        with engine.begin() as db:
            db.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            _migrate(db)


def _migrate_sqlite(engine: Engine) -> None:
    with engine.execution_options(**{WRITES: True}).connect() as db:
        # A table that is made anew would take the rows that refer to it along; the setting can't be changed in a
        # transaction, so it goes round SQLAlchemy, which would begin one.
        raw = db.connection.cursor()
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with db.begin():
                _migrate(db)
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
            raw.close()


def _revision(db: Connection) -> str | None:
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    return db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(db: Connection) -> None:
    revision = _revision(db)  # again, now that nobody else can migrate
    if revision == NEWEST:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError as error:
            raise StoreError(
                f"the database has schema {revision}, but this version of Communiqué knows none newer than {NEWEST}: "
                "run the version that wrote it, or a newer one"
            ) from error
    command.upgrade(config, "head")
