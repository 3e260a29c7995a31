"""Owed digests against the preview's Bot API, which fails as it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from telegram import Bot

from bot.chat.deliver import LEASE, Deliverer
from bot.chat.transport import AiohttpRequest
from bot.core.timing import next_run
from bot.model import (
    Article,
    Chat,
    ChatKind,
    Composed,
    DeliveryState,
    Digest,
    Schedule,
    Story,
    Subscription,
    Vocabulary,
    Wish,
)
from bot.store.door import Door
from tests.conftest import TOKEN

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def store(sqlite_store):
    return sqlite_store


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def deliverer(telegram, store, clock):
    bot = Bot(TOKEN, f"{telegram.url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    await bot.initialize()
    door = Door()
    yield Deliverer(bot=bot, store=store, offload=door, clock=clock, vocabulary=lambda: Vocabulary({}, {}))
    await bot.shutdown()
    door.close()


def owe(store, chat_id, *, stories=1, kind=ChatKind.PRIVATE):
    store.save_chat(Chat(chat_id, kind))
    schedule = Schedule()
    before = store.subscription(chat_id)
    subscription = Subscription(
        chat_id,
        Wish(),
        schedule,
        next_run=next_run(schedule, NOW - timedelta(hours=1)),
        id=before.id if before else None,
    )
    subscription = store.save_subscription(subscription)
    told = tuple(
        Story(f"Story {n}", (Article(f"Story {n}", "t", source="Kairos Wire"),), ("word " * 100,))
        for n in range(stories)
    )
    digest = Digest(Wish(), told, 1, NOW - timedelta(days=1), NOW, local_date=NOW.date())
    following = next_run(schedule, NOW)
    store.owe([Composed(subscription, subscription.next_run, following, digest, f"key{stories}")], NOW)


def states(store):
    return [delivery.state for delivery in store.deliveries()]


async def test_what_is_owed_is_sent_once(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    assert await deliverer.tick() == 1
    assert await deliverer.tick() == 0
    (digest,) = telegram.messages(ada, by_bot=True)
    assert digest.text.startswith("Friday, 20 November")
    assert "Story 0" in digest.text
    assert states(store) == [DeliveryState.SENT]
    assert store.deliveries()[0].sent_parts == (digest.message_id,)


async def test_a_blocked_chat_is_never_sent_to_again(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    telegram.chats.block(ada)
    owe(store, ada)
    await deliverer.tick()
    assert states(store) == [DeliveryState.BLOCKED]
    assert store.chat(ada).lost_at == NOW
    assert store.due_subscriptions(NOW + timedelta(days=2)) == []


async def test_a_chat_that_never_was_is_lost_too(store, deliverer):
    owe(store, 999)
    await deliverer.tick()
    assert states(store) == [DeliveryState.BLOCKED]


async def test_a_chat_held_back_by_telegram_holds_back_no_other(telegram, store, deliverer, clock):
    ada = telegram.chats.add_private("Ada", started=True)
    bob = telegram.chats.add_private("Bob", started=True)
    telegram.faults.inject("too_many", chat_id=ada, times=1, retry_after=30)
    owe(store, ada)
    owe(store, bob)
    await deliverer.tick()
    assert len(telegram.messages(bob, by_bot=True)) == 1
    assert telegram.messages(ada, by_bot=True) == []
    clock.at += timedelta(seconds=29)
    await deliverer.tick()
    assert telegram.messages(ada, by_bot=True) == []
    clock.at += timedelta(seconds=2)
    await deliverer.tick()
    assert len(telegram.messages(ada, by_bot=True)) == 1
    assert [delivery.attempts for delivery in store.deliveries()] == [0, 0]


async def test_a_failing_server_is_tried_again_with_growing_pauses(telegram, store, deliverer, clock):
    ada = telegram.chats.add_private("Ada", started=True)
    telegram.faults.inject("bad_gateway", chat_id=ada, times=2)
    owe(store, ada)
    pauses = []
    for _ in range(2):
        await deliverer.tick()
        (delivery,) = store.deliveries()
        pauses.append(delivery.not_before_at - clock.at)
        clock.at = delivery.not_before_at
    await deliverer.tick()
    assert states(store) == [DeliveryState.SENT]
    assert pauses[1] > pauses[0] > timedelta(0)


async def test_a_group_that_became_a_supergroup_is_followed(telegram, store, deliverer):
    owner = telegram.chats.add_user("Owner")
    group = telegram.chats.add_group("Desk", admins=[owner])
    owe(store, group, kind=ChatKind.GROUP)
    new = telegram.chats.migrate(group)
    await deliverer.tick()
    await deliverer.tick()
    assert [message for message in telegram.messages(new, by_bot=True) if "Story 0" in message.text]
    assert store.subscription(new) is not None
    assert store.subscription(group) is None


async def test_a_long_digest_goes_on_behind_the_last_part_that_went_out(telegram, store, deliverer, clock):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada, stories=20)
    telegram.faults.inject("bad_gateway", chat_id=ada, times=1, behind=1)
    await deliverer.tick()
    (delivery,) = store.deliveries()
    assert len(delivery.sent_parts) == 1
    clock.at = delivery.not_before_at
    await deliverer.tick()
    text = "\n".join(message.text for message in telegram.messages(ada, by_bot=True))
    assert [text.count(f"Story {n}\n") for n in range(20)] == [1] * 20
    assert states(store) == [DeliveryState.SENT]


async def test_what_a_dead_process_was_sending_is_owed_again_when_its_lease_ends(telegram, store, deliverer, clock):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    assert len(store.claim_deliveries(NOW, lease_until=NOW + LEASE)) == 1
    assert await deliverer.tick() == 0
    clock.at += LEASE + timedelta(seconds=1)
    assert await deliverer.tick() == 1
    assert len(telegram.messages(ada, by_bot=True)) == 1


async def test_a_digest_that_could_not_be_sent_for_six_hours_expires(telegram, store, deliverer, clock):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    clock.at += timedelta(hours=6, minutes=1)
    await deliverer.tick()
    assert states(store) == [DeliveryState.EXPIRED]
    assert telegram.messages(ada, by_bot=True) == []


async def test_one_that_stops_takes_up_nothing_more(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    deliverer.stop()
    assert await deliverer.tick() == 0
    assert states(store) == [DeliveryState.OWED]
