"""Fingerprints are the same, however quickly they are made, and so are the values of many rows at once."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Article
from bot.store import prints
from bot.store.prints import given_from_article, text_fingerprint
from bot.store.sql import SqlStore
from bot.store.tables import articles
from bot.store.writing import insert_rows

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("aÄé “–…\t\n\x1c\x85\xa0\u2003\u2028\u0301ſİK ", max_size=20),
)


@given(TEXTS.filter(lambda text: not any(0xD800 <= ord(sign) < 0xE000 for sign in text)))
@example("A “b” \xa0 C\n\t d…")
@example("e\u0301 É")
@example(" \x1c\x1d\x1e\x1f\x0b\x0c ")
def test_a_text_has_the_fingerprint_of_its_folded_words(text):
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    assert text_fingerprint("", text) == blake2b(f"\0{folded}".encode(), digest_size=16).hexdigest()


@pytest.mark.parametrize("sign", sorted(prints._CASELESS))
def test_signs_that_are_folded_as_bytes_are_written_in_one_way(sign):
    assert unicodedata.normalize("NFC", sign) == sign == sign.casefold()
    assert not sign.isspace()
    assert not sign.isascii()


def test_an_article_is_given_with_all_that_is_kept_of_it():
    article = Article(
        "Duty\0 stays", "It stays.", "Kairos", "", NOW, "en", ("tariffs", "tariffs"), ("JP",), 0, sample=True, id=7
    )
    kept = Article("Duty stays", "It stays.", "Kairos", None, NOW, "en", ("tariffs",), ("JP",), sample=True)
    found, chat_id, of_url, _ = given_from_article(article, NOW)
    assert found == Article(**{name: getattr(kept, name) for name in kept.__slots__} | {"added_at": NOW})
    assert (chat_id, of_url) == (0, None)


def test_rows_written_at_once_are_as_if_written_one_by_one(store: SqlStore):
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    row = {"chat_id": 0, "title": "a\0b", "text": "", "source": "", "added_at": NOW, "dated_at": east, "sample": True}
    columns = (*row, "text_fingerprint", "id")
    read = sa.select(*(articles.c[name] for name in row)).order_by(articles.c.id)
    with store._transactions.writing() as db:
        insert_rows(db, articles, columns, [(*row.values(), f"{number}", number) for number in (1, 2)])
        insert_rows(db, articles, columns, [])
        db.execute(sa.insert(articles), [{**row, "text_fingerprint": "3", "id": 3}])
        found = db.execute(read).all()
    assert found == [(0, "ab", "", "", NOW, NOW, True)] * 3


def test_a_naive_instant_is_refused_in_rows_written_at_once(store: SqlStore):
    with pytest.raises(ValueError, match="naive"):
        store.add_articles([Article("Duty stays", "", published_at=NOW.replace(tzinfo=None))], NOW)
