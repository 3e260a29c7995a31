from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.timing import next_run
from bot.model import Article, Chat, DeliveryState, Schedule, Subscription, Wish
from bot.service.brief import PAGE_WISHES, Brief

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TEXT = (
    "{0} said the tariff on steel from Japan would rise. Importers in the United States expect higher prices. {0} met."
)


@pytest.fixture
def store(sqlite_store):
    return sqlite_store


@pytest.fixture
def brief(store, analyzer):
    return Brief(store, lambda: analyzer)


def add(
    store, title, *, source="Kairos Wire", at=NOW - timedelta(hours=2), topics=("tariffs",), places=("JP",), text=None
):
    article = Article(
        title,
        text if text is not None else TEXT.format(title),
        source=source,
        topics=topics,
        places=places,
        language="en",
        published_at=at,
    )
    return store.add_article(article, at)[0]


def subscribe(store, chat_id, *, slots=(time(8),), after=NOW - timedelta(hours=1), wish=None):
    store.save_chat(Chat(chat_id))
    schedule = Schedule(slots=slots)
    return store.save_subscription(Subscription(chat_id, wish or Wish(), schedule, next_run=next_run(schedule, after)))


def test_a_digest_tells_what_came_in_its_span(store, brief):
    add(store, "Minister")
    add(store, "Envoy", at=NOW - timedelta(days=3))
    digest = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW)
    assert [story.title for story in digest.stories] == ["Minister"]
    assert all(sentence in TEXT.format("Minister") for sentence in digest.stories[0].sentences)
    assert digest.sources == 1


def test_an_article_that_cannot_be_summarized_is_told_by_its_title(store, brief):
    add(store, "Numbers", text="1234 5678")
    (story,) = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW).stories
    assert (story.title, story.sentences) == ("Numbers", ())


def test_where_today_has_nothing_the_newest_is_told_and_marked(store, brief):
    add(store, "Envoy", at=NOW - timedelta(days=5))
    digest = brief.compose_now(Wish(), NOW, zone="Asia/Tokyo")
    assert digest.older
    assert [story.title for story in digest.stories] == ["Envoy"]
    assert digest.local_date == date(2026, 11, 20)
    add(store, "Minister")
    assert not brief.compose_now(Wish(), NOW).older


def test_what_is_due_is_owed_once_and_the_next_run_is_set(store, brief):
    subscription = subscribe(store, 1)
    assert brief.owe_due(NOW) == 1
    assert brief.owe_due(NOW) == 0
    (delivery,) = store.deliveries()
    assert (delivery.state, delivery.run) == (DeliveryState.OWED, subscription.next_run)
    kept = store.subscription(1)
    assert kept.next_run.at == NOW + timedelta(days=1)
    assert kept.last_digest_at == NOW


def test_equal_wishes_share_one_digest(store, brief):
    for chat_id in (1, 2):
        subscribe(store, chat_id)
    subscribe(store, 3, wish=Wish(topics=("energy",)))
    assert brief.owe_due(NOW) == 3
    assert len({delivery.digest_id for delivery in store.deliveries()}) == 2


def test_every_slot_missed_within_six_hours_is_owed_and_earlier_ones_are_skipped(store, brief):
    subscribe(store, 1, slots=(time(1), time(4), time(6)), after=NOW - timedelta(hours=9))
    assert brief.owe_due(NOW) == 3
    by_state = {delivery.run.slot: delivery.state for delivery in store.deliveries()}
    assert by_state == {time(1): DeliveryState.EXPIRED, time(4): DeliveryState.OWED, time(6): DeliveryState.OWED}
    assert store.subscription(1).next_run.at == NOW + timedelta(hours=17)


def test_a_week_down_owes_no_week_of_digests(store, brief):
    subscribe(store, 1, after=NOW - timedelta(days=8))
    assert brief.owe_due(NOW) == 2
    assert sorted(delivery.state for delivery in store.deliveries()) == [DeliveryState.EXPIRED, DeliveryState.OWED]
    assert store.subscription(1).next_run.at == NOW + timedelta(days=1)


def test_a_digest_goes_on_where_the_last_one_ended(store, brief):
    subscribe(store, 1, slots=(time(7), time(8)), after=NOW - timedelta(hours=2))
    add(store, "Minister", at=NOW - timedelta(hours=2))
    add(store, "Envoy", at=NOW - timedelta(minutes=30))
    assert brief.owe_due(NOW) == 2
    told = {
        delivery.run.slot: [story.title for story in store.digest(delivery.digest_id).stories]
        for delivery in store.deliveries()
    }
    assert told == {time(7): ["Minister"], time(8): ["Envoy"]}


def test_a_weekly_digest_has_its_whole_week(store, brief):
    subscription = subscribe(store, 1)
    store.save_subscription(replace(subscription, last_digest_at=NOW - timedelta(days=7)))
    add(store, "Envoy", at=NOW - timedelta(days=6))
    brief.owe_due(NOW)
    (delivery,) = store.deliveries()
    assert [story.title for story in store.digest(delivery.digest_id).stories] == ["Envoy"]


def test_what_is_due_is_planned_in_pages_so_that_the_first_can_leave(store, brief):
    for chat_id in range(1, 21):
        wish = Wish(topics=(), most_stories=1 + chat_id % 10)
        subscribe(store, chat_id, wish=wish)
    pages = brief.owe_pages(NOW)
    assert next(pages) == PAGE_WISHES
    assert len(store.deliveries()) == PAGE_WISHES
    assert PAGE_WISHES + sum(pages) == 20


def test_a_wish_is_composed_once_however_many_chats_and_pages_it_has(store, brief, monkeypatch):
    monkeypatch.setattr("bot.service.brief.BATCH", 7)
    composed = []
    compose = brief.compose
    monkeypatch.setattr(brief, "compose", lambda wish, **given: composed.append(wish) or compose(wish, **given))
    for chat_id in range(1, 41):
        subscribe(store, chat_id, wish=Wish(topics=(), most_stories=1 + chat_id % 3))
    assert brief.owe_due(NOW) == 40
    assert len(composed) == 3


def test_a_paused_subscription_is_not_planned_and_goes_on_without_what_was_long_ago(store, brief):
    subscription = subscribe(store, 1)
    store.pause_subscription(subscription.id, "no_rights")
    assert brief.owe_due(NOW) == 0
    store.resume_subscriptions(1)
    assert brief.owe_due(NOW + timedelta(hours=7)) == 1
    assert [line.state for line in store.deliveries()] == [DeliveryState.EXPIRED]


def test_a_clock_that_goes_back_owes_nothing_twice(store, brief):
    subscribe(store, 1)
    assert brief.owe_due(NOW) == 1
    assert brief.owe_due(NOW - timedelta(hours=1)) == 0
    assert brief.owe_due(NOW) == 0
