"""What is old goes, what is owed stays, and the file does not grow for ever."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.model import Article, Chat, Composed, DeliveryState, Digest, Run, Schedule, Story, Subscription, Wish
from bot.store import retention
from bot.store.sql import SqlStore, open_store
from tests.noting import delivery_blocked, delivery_sent, part_sent

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = NOW - 91 * DAY
BEFORE = NOW - 90 * DAY


def _article(number: int) -> Article:
    return Article(f"Duty {number}", f"The duty on steel number{number} stays.", url=f"https://kairos.example/{number}")


def _owe(store: SqlStore, told: Article, chat_id: int = 1, *, at: datetime = NOW) -> int:
    """Owe a digest that tells of an article; return the delivery's id."""
    store.save_chat(Chat(chat_id))
    run = Run(at, time(8), date(2026, 11, 20))
    subscription = store.save_subscription(Subscription(chat_id, Wish(), Schedule(), next_run=run))
    digest = Digest(Wish(), (Story(told.title, (told,), ("It stays.",)),), sources=1, since_at=at - DAY, until_at=at)
    store.owe([Composed(subscription, run, None, digest, f"k{chat_id}")], at)
    return store.deliveries(chat_id=chat_id)[0].id


def test_articles_that_are_too_old_go_with_their_words_and_the_others_stay(store: SqlStore, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    store.add_articles([replace(_article(number), topics=("tariffs",)) for number in range(8)], OLD)
    (young, _), (edge, _) = store.add_article(_article(8), NOW), store.add_article(_article(9), BEFORE)
    ours, _ = store.add_article(replace(_article(1), chat_id=5), OLD)
    assert store.drop_articles(BEFORE) == 8
    assert store.drop_articles(BEFORE) == 0
    assert {hit.article.id for hit in store.search_articles("duty")} == {young.id, edge.id}
    assert store.article(ours.id) == ours
    assert store.newest_articles(topics=["tariffs"]) == []


@pytest.mark.parametrize("claimed", [False, True])
def test_an_article_that_an_open_digest_tells_stays_until_it_is_sent(store: SqlStore, claimed):
    told, other = (store.add_article(_article(number), OLD)[0] for number in (1, 2))
    delivery_id = _owe(store, told)
    if claimed:
        store.claim_deliveries(NOW, lease_until=NOW + HOUR)
    assert store.drop_articles(BEFORE) == 1
    assert (store.article(told.id), store.article(other.id)) == (told, None)
    (line,) = store.deliveries()
    assert store.digest(line.digest_id).stories[0].articles[0].text == told.text
    delivery_sent(store, delivery_id, NOW)
    assert store.drop_articles(BEFORE) == 1
    assert store.digest(line.digest_id).stories[0].articles[0].text == ""


def test_settled_deliveries_go_after_a_while_and_open_ones_stay_however_old(store: SqlStore):
    told, _ = store.add_article(_article(1), OLD)
    ids = {name: _owe(store, told, number, at=OLD) for number, name in enumerate(("sent", "blocked", "owed"), 1)}
    young = _owe(store, told, 9)
    delivery_sent(store, ids["sent"], OLD)
    part_sent(store, ids["sent"], 77, OLD)
    delivery_blocked(store, ids["blocked"], OLD)
    delivery_sent(store, young, NOW)
    digests = {line.id: line.digest_id for line in store.deliveries()}
    assert store.drop_settled(BEFORE) == 2
    assert store.drop_settled(BEFORE) == 0
    assert {line.id: line.state for line in store.deliveries()} == {
        ids["owed"]: DeliveryState.OWED,
        young: DeliveryState.SENT,
    }
    assert store.digest(digests[ids["owed"]]).stories
    assert store.digest(digests[young]).stories
    with store._transactions.reading() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM digests").scalar() == 2
        assert db.exec_driver_sql("SELECT count(*) FROM delivery_parts").scalar() == 0


def test_the_file_of_sqlite_does_not_grow_for_ever(tmp_path: Path):
    store, chance = open_store(f"sqlite:///{tmp_path}/store.db"), random.Random(7)
    words = [f"w{chance.randrange(10**6)}" for _ in range(5000)]
    sizes = []
    for day in range(24):
        at = NOW + day * DAY
        texts = [" ".join(chance.choices(words, k=80)) for _ in range(100)]
        store.add_articles(
            [Article(f"Day {day} {n}", text, url=f"https://x.example/{day}/{n}") for n, text in enumerate(texts)], at
        )
        store.drop_articles(at - 3 * DAY)
        sizes.append(_pages(store))
    store.drop_articles(NOW + 99 * DAY)
    with store._transactions.reading() as db:
        free = db.exec_driver_sql("PRAGMA freelist_count").scalar()
    emptied = _pages(store)
    store.close()
    assert max(sizes[12:]) < 1.5 * max(sizes[:12])
    assert free == 0
    assert emptied < max(sizes)  # the index of words lets go of what was taken out of it as it goes on


def test_a_file_that_was_made_without_giving_pages_back_uses_them_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bot.store.sql.use_wal", lambda _engine: None)
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    sizes = []
    for day in range(6):
        store.add_articles([_article(1000 * day + number) for number in range(300)], NOW + day * DAY)
        store.drop_articles(NOW + day * DAY + HOUR)
        sizes.append(_pages(store))
    store.close()
    assert max(sizes[3:]) < 1.3 * sizes[1]


def _pages(store: SqlStore) -> int:
    with store._transactions.reading() as db:
        return db.exec_driver_sql("PRAGMA page_count").scalar()
