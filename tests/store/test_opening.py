"""Opening a database: made where there is none, migrated once, refused with one clear sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bot.errors import SettingError, StoreError, StoreUnwritableError
from bot.store import schema
from bot.store.driver import engine_from_url, shown_url, store_error
from bot.store.sql import open_store
from bot.store.tables import metadata

OPEN = "import sys; from bot.store.sql import open_store; open_store(sys.argv[1]).close()"


def test_a_database_that_is_not_there_is_made_with_its_folder(tmp_path: Path):
    open_store(f"sqlite:///{tmp_path}/a/b/store.db").close()
    assert (tmp_path / "a/b/store.db").is_file()


def test_the_migrations_make_exactly_what_tables_py_says(empty_url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    open_store(empty_url).close()
    engine = engine_from_url(empty_url)
    options = {"include_name": lambda name, kind, _parents: schema.is_ours(name, kind), "compare_type": True}
    with engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db, opts=options), metadata) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_that_opening_looks_for():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.NEWEST]


def test_the_index_of_words_is_put_together_in_larger_portions(tmp_path):
    open_store(f"sqlite:///{tmp_path}/store.db").close()
    with sqlite3.connect(tmp_path / "store.db") as db:
        settings = dict(db.execute("SELECT k, v FROM article_words_config"))
    db.close()
    assert (settings["automerge"], settings["crisismerge"]) == (16, 64)


def test_a_store_that_is_up_to_date_opens_without_alembic(store_url):
    code = f"{OPEN}; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, store_url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_processes_that_open_a_new_database_at_once_do_not_collide(empty_url):
    openings = [
        subprocess.Popen([sys.executable, "-c", OPEN, empty_url], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    complaints = [opening.communicate(timeout=60)[1] for opening in openings]
    assert complaints == [""] * 3
    assert [opening.returncode for opening in openings] == [0] * 3


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url):
    open_store(empty_url).close()
    engine = engine_from_url(empty_url)
    with engine.begin() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"has schema 9999.*run the version that wrote it, or a newer one"):
        open_store(empty_url)
    with engine.connect() as db:
        assert db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url, monkeypatch):
    engine = engine_from_url(empty_url)
    monkeypatch.setattr("alembic.command.upgrade", lambda config, _to: _upgrade_and_fail(config))
    with pytest.raises(StoreError, match="in the middle"):
        open_store(empty_url)
    monkeypatch.undo()
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    open_store(empty_url).close()


def _upgrade_and_fail(config):
    config.attributes["connection"].execute(sa.text("CREATE TABLE half (id integer)"))
    raise StoreError("in the middle")


def test_articles_of_the_first_schema_are_known_by_the_canonical_form_of_their_url(empty_url):
    from alembic import command
    from alembic.config import Config

    engine = engine_from_url(empty_url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.execution_options(store_writes=True).begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.execute(sa.text("INSERT INTO chats (id, kind, language, zone) VALUES (5, 'group', 'en', 'UTC')"))
        for url in ("https://kairos.example/a?utm_source=x", "https://kairos.example/a", "https://kairos.example/b"):
            db.execute(
                sa.text(
                    "INSERT INTO articles (chat_id, title, text, source, url, added_at, dated_at, sample,"
                    " url_fingerprint, text_fingerprint) VALUES (0, 't', :url, '', :url, '2026-11-20 08:00:00.000000',"
                    " '2026-11-20 08:00:00.000000', false, :url, :url)"
                ),
                {"url": url},
            )
    engine.dispose()
    store = open_store(empty_url)
    asked = ["https://kairos.example/a#top", "https://kairos.example/b", "https://kairos.example/c"]
    assert store.known_urls(asked) == set(asked[:2])
    assert store.counts().articles == 3
    assert store.chat(5).reads_channel is False
    store.close()


def test_sqlite_runs_with_wal_foreign_keys_and_a_flush_for_each_transaction(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    with store._transactions.reading() as db:
        settings = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    store.close()
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://ann:secret@db/news",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "postgresql+asyncpg://ann:secret@db/news",
        "postgresql://ann:secret@db:port/news",
    ],
)
def test_an_address_that_can_not_be_used_names_the_variable_and_what_it_may_be(url):
    with pytest.raises(SettingError, match=r"^DATABASE_URL is .*sqlite:///PATH or postgresql://") as refused:
        open_store(url)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritableError, match=r"the folder .*/file/folder can't be made .*DATABASE_URL"):
        open_store(f"sqlite:///{tmp_path}/file/folder/store.db")


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    with pytest.raises(StoreUnwritableError, match="is a folder"):
        open_store(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("closed", ["folder", "file"])
def test_what_can_not_be_written_is_named(tmp_path, monkeypatch, closed):
    path = tmp_path / "store.db"
    path.touch()
    named = tmp_path if closed == "folder" else path
    # the superuser may write everywhere, so the question is answered here and not by the disk
    monkeypatch.setattr(os, "access", lambda asked, _mode: Path(asked) != named)
    with pytest.raises(StoreUnwritableError, match=rf"^{named} can't be written: make it writable"):
        open_store(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 100)
    with pytest.raises(StoreError, match=r"notes.txt is not an SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "These are my notes. " * 100


def test_a_damaged_database_is_named(tmp_path):
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 40] = b"\xa5" * (min(len(content), 4096 * 40) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        open_store(f"sqlite:///{path}").counts()


def test_a_database_that_became_read_only_is_told_in_one_sentence(tmp_path):
    path = tmp_path / "store.db"
    url = f"sqlite:///{path}"
    open_store(url).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        connection.execute("DELETE FROM chats")
    connection.close()
    told = store_error(refused.value, sa.make_url(url))
    assert isinstance(told, StoreUnwritableError)
    assert "readonly" in str(told)


def test_a_database_held_by_another_program_is_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.store.driver.PATIENCE", 0)
    url = f"sqlite:///{tmp_path}/store.db"
    store = open_store(url)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="held by another program"):
        store.drop_samples()
    other.close()
    store.close()


def test_a_server_that_can_not_be_reached_is_told_without_the_password():
    with pytest.raises(StoreError, match=r"postgresql://ann:\*\*\*@127.0.0.1:1/news") as refused:
        open_store("postgresql://ann:secret@127.0.0.1:1/news")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.postgres
def test_a_wrong_password_is_told_without_it(postgres_address):
    address = postgres_address("postgres")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        file = Path(db.execute("SHOW hba_file").fetchone()[0])
        rules = file.read_text()
        file.write_text(f"local all guarded scram-sha-256\n{rules}")
        db.execute("SELECT pg_reload_conf()")
        with pytest.raises(StoreError, match=r"refused the user or password of .*guarded") as refused:
            open_store(address.replace("postgres:@", "guarded:wrong@"))
        file.write_text(rules)
        db.execute("DROP ROLE guarded")
        db.execute("SELECT pg_reload_conf()")
    assert "wrong" not in str(refused.value)


@pytest.mark.postgres
def test_a_database_the_server_does_not_have_is_named(postgres_address):
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_store(postgres_address("nowhere"))


def test_a_password_given_as_a_parameter_is_not_shown():
    url = sa.make_url("postgresql://ann@db/news?password=secret")
    assert "secret" not in shown_url(url)
    assert "secret" not in str(store_error(psycopg.OperationalError("no such option: secret"), url))


def test_a_closed_store_says_so(store):
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.counts()


def test_deliveries_of_the_second_schema_keep_their_parts_and_get_their_keys(empty_url):
    from alembic import command
    from alembic.config import Config

    engine = engine_from_url(empty_url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.connect() as db:
        if engine.dialect.name == "sqlite":
            db.connection.cursor().execute("PRAGMA foreign_keys = OFF")  # as `bring_up_to_date` does
        config.attributes["connection"] = db
        command.upgrade(config, "0002")
        at = "'2026-11-20 08:00:00.000000'"
        for statement in (
            "INSERT INTO chats (id, kind, language, zone, reads_channel) VALUES (5, 'group', 'en', 'UTC', false)",
            "INSERT INTO subscriptions (id, chat_id, thread_id, wish, schedule) VALUES (1, 5, 0, '{}', '{}')",
            (
                "INSERT INTO deliveries (id, subscription_id, slot, local_date, due_at, state, attempts)"
                f" VALUES (3, 1, '07:30:00.000000', '2026-11-20', {at}, 'sending', 2)"
            ),
            f"INSERT INTO delivery_parts (delivery_id, part, message_id, sent_at) VALUES (3, 0, 77, {at})",
        ):
            db.execute(sa.text(statement))
        db.commit()
    engine.dispose()
    store = open_store(empty_url)
    (line,) = store.deliveries()
    assert (line.kind.value, line.key, line.run.slot.isoformat()) == ("digest", "07:30 2026-11-20", "07:30:00")
    assert (line.sent_parts, line.attempts, line.state.value) == ((77,), 2, "sending")
    assert store.resume_subscriptions(5) == 0
    store.close()
