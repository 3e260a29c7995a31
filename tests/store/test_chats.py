"""Chats and subscriptions come back as they were saved; a group that moves takes everything along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import StoreError
from bot.model import Article, Chat, ChatKind, Composed, DeliveryState, Digest, Run, Schedule, Subscription, Wish
from bot.store.sql import SqlStore
from tests.noting import delivery_sent, part_sent

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RUN = Run(NOW, time(8), date(2026, 11, 20))
NEXT_RUN = Run(NOW + DAY, time(8), date(2026, 11, 21))
OLD, NEW = -5, -100_000_000_005


def _subscribe(store: SqlStore, chat_id: int, *, thread_id: int | None = None, run: Run | None = RUN) -> Subscription:
    if store.chat(chat_id) is None:
        store.save_chat(Chat(chat_id))
    return store.save_subscription(Subscription(chat_id, Wish(), Schedule(), thread_id=thread_id, next_run=run))


def _owe(store: SqlStore, subscription: Subscription, run: Run = RUN, next_run: Run | None = NEXT_RUN) -> None:
    digest = Digest(subscription.wish, (), sources=0, since_at=run.at - DAY, until_at=run.at)
    assert store.owe([Composed(subscription, run, next_run, digest)], run.at) == 1


def test_a_chat_comes_back_as_it_was_saved(store: SqlStore):
    chat = Chat(2**52, ChatKind.CHANNEL, language="pt-BR", zone="America/Sao_Paulo", lost_at=NOW, reads_channel=True)
    assert store.chat(chat.id) is None
    store.save_chat(chat)
    assert store.chat(chat.id) == chat
    store.save_chat(Chat(chat.id))
    assert store.chat(chat.id) == Chat(chat.id)


def test_a_subscription_comes_back_as_it_was_saved(store: SqlStore):
    store.save_chat(Chat(OLD))
    given = Subscription(
        OLD,
        Wish(topics=("tariffs",), places=("JP", "EU"), most_stories=3, sentences=1),
        Schedule((time(8), time(20, 30)), frozenset({0, 4}), "Asia/Tokyo"),
        thread_id=7,
        next_run=Run(NOW, time(20, 30), date(2026, 11, 20)),
        last_digest_at=NOW - DAY,
    )
    saved = store.save_subscription(given)
    assert saved == replace(given, id=saved.id)
    assert store.subscription(OLD, 7) == saved
    assert store.subscription(OLD) is None


def test_a_chat_and_each_of_its_threads_have_one_subscription(store: SqlStore):
    chat, thread = _subscribe(store, OLD), _subscribe(store, OLD, thread_id=7)
    assert chat.id != thread.id
    again = _subscribe(store, OLD, run=None)
    assert again.id == chat.id
    assert store.subscription(OLD) == again
    assert store.subscription(OLD, 7) == thread


def test_a_subscription_of_an_unknown_chat_is_refused(store: SqlStore):
    with pytest.raises(StoreError):
        store.save_subscription(Subscription(OLD, Wish(), Schedule()))


def test_subscriptions_are_due_at_their_instant_earliest_first(store: SqlStore):
    _subscribe(store, 1, run=replace(RUN, at=NOW))
    _subscribe(store, 2, run=replace(RUN, at=NOW - HOUR))
    _subscribe(store, 3, run=replace(RUN, at=NOW + timedelta(microseconds=1)))
    _subscribe(store, 4, run=None)
    assert [one.chat_id for one in store.due_subscriptions(NOW)] == [2, 1]
    assert [one.chat_id for one in store.due_subscriptions(NOW, limit=1)] == [2]


def test_a_subscription_of_a_lost_chat_is_not_due_until_it_is_back(store: SqlStore):
    _subscribe(store, 1)
    store.save_chat(Chat(1, lost_at=NOW))
    assert store.due_subscriptions(NOW) == []
    store.save_chat(Chat(1))
    assert len(store.due_subscriptions(NOW)) == 1


def test_what_was_written_before_a_noun_gained_a_field_is_still_read(store: SqlStore):
    subscription = _subscribe(store, 1)
    with store._transactions.writing() as db:
        db.exec_driver_sql('UPDATE subscriptions SET wish = \'{"topics": ["energy"], "gone": 1}\'')
    assert store.subscription(1).wish == Wish(topics=("energy",))
    assert store.subscription(1).id == subscription.id


def test_a_group_that_moves_takes_everything_along(store: SqlStore):
    store.save_chat(Chat(OLD, ChatKind.GROUP, language="de", zone="Europe/Berlin", lost_at=NOW))
    chat, thread = _subscribe(store, OLD), _subscribe(store, OLD, thread_id=7)
    _owe(store, chat)
    article, _ = store.add_article(Article("Duty", "It stays.", chat_id=OLD), NOW)
    store.migrate_chat(OLD, NEW)
    assert store.chat(OLD) is None
    assert store.chat(NEW) == Chat(NEW, ChatKind.SUPERGROUP, language="de", zone="Europe/Berlin")
    assert store.subscription(OLD) is None
    assert store.subscription(NEW).id == chat.id
    assert store.subscription(NEW, 7) == replace(thread, chat_id=NEW)
    assert [line.chat_id for line in store.deliveries()] == [NEW]
    assert store.deliveries(chat_id=OLD) == []
    assert store.article(article.id).chat_id == NEW
    store.migrate_chat(OLD, NEW)  # told twice
    assert store.subscription(NEW).id == chat.id


def test_a_group_that_moves_to_itself_or_is_unknown_stays(store: SqlStore):
    subscription = _subscribe(store, OLD)
    store.migrate_chat(OLD, OLD)
    store.migrate_chat(-77, -78)
    assert store.subscription(OLD) == subscription
    assert store.chat(-78) is None


def test_what_the_new_id_already_has_stays_and_the_old_history_joins_it(store: SqlStore):
    store.save_chat(Chat(OLD, ChatKind.GROUP, language="de", zone="Europe/Berlin"))
    old = _subscribe(store, OLD)
    _owe(store, old)
    store.save_chat(Chat(NEW, ChatKind.SUPERGROUP, language="fr"))
    new = _subscribe(store, NEW, run=NEXT_RUN)
    store.migrate_chat(OLD, NEW)
    assert store.chat(NEW) == Chat(NEW, ChatKind.SUPERGROUP, language="fr", zone="Europe/Berlin")
    assert store.subscription(NEW) == new
    assert [(line.subscription_id, line.run) for line in store.deliveries(chat_id=NEW)] == [(new.id, RUN)]
    assert store.counts().subscriptions == 1


@pytest.mark.parametrize("sent", ["old", "new", "neither"])
def test_a_digest_sent_under_either_id_is_not_owed_after_the_move(store: SqlStore, sent):
    for chat_id in (OLD, NEW):
        _owe(store, _subscribe(store, chat_id))
    lines = {line.chat_id: line for line in store.claim_deliveries(NOW, lease_until=NOW + HOUR)}
    for name, chat_id in (("old", OLD), ("new", NEW)):
        if sent == name:
            part_sent(store, lines[chat_id].id, 11, NOW)
            delivery_sent(store, lines[chat_id].id, NOW)
    store.migrate_chat(OLD, NEW)
    (line,) = store.deliveries()
    assert line.chat_id == NEW
    assert line.state == (DeliveryState.SENDING if sent == "neither" else DeliveryState.SENT)
    assert line.sent_parts == (() if sent == "neither" else (11,))


def test_an_article_that_both_ids_have_is_kept_once(store: SqlStore):
    for chat_id in (OLD, NEW):
        store.add_article(Article("Duty", "It stays.", url="https://kairos.example/duty", chat_id=chat_id), NOW)
        store.add_article(Article("Steel", "It goes.", url=None if chat_id == OLD else "u", chat_id=chat_id), NOW)
    store.migrate_chat(OLD, NEW)
    assert store.drop_chat_articles(NOW + HOUR) == 2


def test_stats_count_what_there_is(store: SqlStore):
    assert store.counts().deliveries == {}
    assert store.counts().newest_at is None
    for number, source in enumerate(("Kairos Wire", "Kairos Wire", "Harbor Post", "")):
        article = Article(f"{number}", "Text.", source, published_at=NOW + number * HOUR, sample=number == 0)
        store.add_article(article, NOW)
    _owe(store, _subscribe(store, 1))
    _subscribe(store, 2, run=None)
    store.save_chat(Chat(3, lost_at=NOW))
    counts = store.counts()
    assert (counts.articles, counts.samples, counts.sources, counts.newest_at) == (4, 1, 2, NOW + 3 * HOUR)
    assert (counts.chats, counts.chats_lost, counts.subscriptions) == (3, 1, 1)
    assert counts.deliveries == {"owed": 1}
