"""A further page tells what the chat has not had, and nothing tells it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.timing import next_run
from bot.model import Alerted, Article, Chat, DeliveryKind, DeliveryState, Mark, Schedule, Subscription, Wish
from bot.service.alert import Alerts
from bot.service.further import FurtherPages, PageAsked
from tests.noting import delivery_sent
from tests.placing import add_story

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOODS = ("steel", "lentils", "chips", "juice", "shoes", "barley", "tomatoes")
WISH = Wish(topics=(), most_stories=2)


@pytest.fixture
def pages(store, brief):
    return FurtherPages(store, brief)


def subscribe(store, **more):
    store.save_chat(Chat(1))
    schedule = Schedule(slots=(time(8),), **more)
    run = next_run(schedule, NOW - HOUR)
    return store.save_subscription(Subscription(1, WISH, schedule, next_run=run, alerts=True))


def add(store, goods, *, at=NOW - 2 * HOUR, reports=1):
    text = f"Mills said the duty on {goods} would rise. Importers of {goods} expect higher prices. They met on Friday."
    told = [
        Article(
            f"Duty on {goods}",
            text,
            source=f"{goods} {n}",
            url=f"https://{goods}{n}.example/",
            topics=("tariffs",),
            language="en",
            published_at=at - timedelta(minutes=n),
        )
        for n in range(reports)
    ]
    return add_story(store, told, at)


def asked(page=1, *, shown=(), key="page 1", chat_id=1):
    return PageAsked(chat_id, None, NOW - DAY, NOW, page, tuple(shown), key)


def titles(digest):
    return [story.title for story in digest.stories]


def had(store, brief):
    """Let the morning's digest be sent; return its stories."""
    brief.owe_due(NOW)
    (line,) = store.deliveries(limit=1)
    delivery_sent(store, line.id, NOW)
    return store.digest(line.digest_id)


def test_pages_go_on_behind_the_digest_and_no_later_one_tells_them_again(store, brief, pages):
    subscribe(store)
    for goods in GOODS:
        add(store, goods)
    told = titles(had(store, brief))
    for page, later in ((1, HOUR), (2, 2 * HOUR), (3, 3 * HOUR)):
        digest = pages.page(asked(page, key=f"page {page}"), NOW + later)
        assert all(story.mark is Mark.NEW for story in digest.stories)
        told += titles(digest)
    assert sorted(told) == sorted(f"Duty on {goods}" for goods in GOODS)
    assert titles(pages.page(asked(4, key="page 4"), NOW + 4 * HOUR)) == []
    brief.owe_due(NOW + DAY)
    assert titles(store.digest(store.deliveries(limit=1)[0].digest_id)) == []
    kinds = [(line.kind, line.state) for line in store.deliveries(limit=10) if line.key.startswith("page")]
    assert kinds == [(DeliveryKind.PAGE, DeliveryState.SENT)] * 3


def test_a_request_that_comes_again_gives_the_same_page(store, brief, pages):
    subscribe(store)
    for goods in GOODS:
        add(store, goods)
    had(store, brief)
    first = pages.page(asked(), NOW + HOUR)
    assert titles(first) == titles(pages.page(asked(), NOW + HOUR + timedelta(seconds=3)))
    assert set(titles(first)).isdisjoint(titles(pages.page(asked(key="page 2"), NOW + 2 * HOUR)))


def test_what_an_answer_showed_above_the_page_is_had_too(store, brief, pages):
    subscribe(store)
    for goods in GOODS:
        add(store, goods, at=NOW - HOUR)
    shown = brief.compose_now(WISH, NOW).stories
    further = pages.page(asked(shown=[story.id for story in shown]), NOW)
    again = pages.page(asked(2, key="page 2"), NOW)
    assert len({story.id for story in (*shown, *further.stories, *again.stories)}) == 6
    brief.owe_due(NOW)
    digest = store.digest(store.deliveries(limit=1)[0].digest_id)
    assert len(digest.stories) == 1
    assert set(titles(digest)).isdisjoint(titles(further))


def test_a_story_on_a_page_is_no_alert_and_a_page_is_none_of_the_three(store, brief, pages, analyzer):
    subscription = subscribe(store)
    had(store, brief)
    add(store, "steel", at=NOW + HOUR, reports=3)
    later = PageAsked(1, None, NOW, NOW + 2 * HOUR, 1, (), "page 1")
    assert titles(pages.page(later, NOW + 2 * HOUR)) == ["Duty on steel"]
    alerts = Alerts(store, lambda: analyzer)
    assert alerts.owe_breaking(NOW + 2 * HOUR) == 0
    ((page,),) = store.alerted([subscription.id], since_at=NOW).values()
    assert page == Alerted("page 1", NOW + 2 * HOUR, page.told, asked=True)
    for goods in ("lentils", "chips", "juice", "shoes"):
        add(store, goods, at=NOW + 3 * HOUR, reports=3)
    assert alerts.owe_breaking(NOW + 3 * HOUR) == 3


def test_what_waits_for_the_end_of_quiet_hours_is_on_no_page(store, brief, pages, analyzer):
    subscribe(store, quiet_from=time(7), quiet_until=time(10))
    had(store, brief)
    add(store, "steel", at=NOW, reports=3)
    assert Alerts(store, lambda: analyzer).owe_breaking(NOW) == 1
    assert titles(pages.page(asked(), NOW)) == []


def test_a_chat_without_a_subscription_gets_each_story_on_one_page(store, pages):
    for number in range(24):
        add(store, f"{GOODS[number % 7]} {number}")
    told = []
    for page in (1, 2):
        told += titles(pages.page(asked(page, chat_id=7), NOW))
    assert len(told) == len(set(told)) == 14
    assert titles(pages.page(asked(3, chat_id=7), NOW)) == []
    assert store.deliveries() == []


def test_a_page_for_a_chat_that_was_forgotten_meanwhile_is_noted_nowhere(store, pages, monkeypatch):
    subscription = subscribe(store)
    add(store, "steel")
    monkeypatch.setattr(store, "subscription", lambda *_: replace(subscription, id=99))
    assert titles(pages.page(asked(), NOW)) == ["Duty on steel"]
    assert store.deliveries() == []
