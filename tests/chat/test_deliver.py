"""Owed digests against the preview's Bot API, which fails as it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import structlog
from telegram import Bot

from bot.chat.deliver import LEASE, Deliverer
from bot.chat.pace import Pace
from bot.chat.render import Button, Message, kept_message
from bot.chat.transport import AiohttpRequest
from bot.core.timing import next_run
from bot.errors import StoreError
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


OPERATOR = 777


@pytest.fixture
async def deliverer(telegram, store, clock):
    pace = Pace()
    bot = Bot(TOKEN, f"{telegram.url}/bot", request=AiohttpRequest(pace=pace), get_updates_request=AiohttpRequest())
    await bot.initialize()
    door = Door()
    yield Deliverer(
        bot=bot,
        store=store,
        offload=door,
        clock=clock,
        vocabulary=lambda: Vocabulary({}, {}),
        pace=pace,
        operators=[OPERATOR],
    )
    await bot.shutdown()
    door.close()


def owe(store, chat_id, *, stories=1, kind=ChatKind.PRIVATE, thread_id=None):
    store.save_chat(Chat(chat_id, kind))
    schedule = Schedule()
    before = store.subscription(chat_id, thread_id)
    subscription = Subscription(
        chat_id,
        Wish(),
        schedule,
        thread_id,
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
    telegram.faults.inject("too_many", chat_id=ada, times=1, retry_after=1)
    owe(store, ada)
    owe(store, bob)
    await deliverer.tick()
    assert len(telegram.messages(bob, by_bot=True)) == 1
    assert telegram.messages(ada, by_bot=True) == []
    clock.at += timedelta(seconds=0.9)
    await deliverer.tick()
    assert len(telegram.calls("sendMessage", chat_id=ada)) == 1
    clock.at += timedelta(seconds=0.2)
    await asyncio.sleep(1.1)  # the pace has a clock of its own, which never goes back
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


async def test_markup_that_telegram_refuses_goes_out_as_plain_text_and_is_logged_by_its_hash(
    telegram, store, deliverer
):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    html = "<b>Steel & tea</b> <unknown>"
    (line,) = store.deliveries()
    store.keep_digest_messages(line.digest_id, [kept_message(Message(html, "Steel & tea"))])
    with structlog.testing.capture_logs() as logs:
        await deliverer.tick()
    (message,) = telegram.messages(ada, by_bot=True)
    assert message.text == "Steel & tea"
    (complaint,) = [log for log in logs if log["event"] == "markup_refused"]
    assert complaint["sha256"] == hashlib.sha256(html.encode()).hexdigest()
    assert states(store) == [DeliveryState.SENT]


async def test_buttons_that_were_kept_in_the_ledger_are_sent(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    buttons = ((Button("Full text", data="f:7"), Button("Open", url="https://kairos.example/")),)
    kept = kept_message(Message("<b>1</b>", "1", buttons))
    store.keep_digest_messages(store.deliveries()[0].digest_id, [kept])
    await deliverer.tick()
    (message,) = telegram.messages(ada, by_bot=True)
    assert [button["text"] for row in message.buttons for button in row] == ["Full text", "Open"]


@pytest.mark.parametrize("told", ["administrator", "operator"])
async def test_where_the_bot_may_not_write_the_digest_is_paused_and_one_person_told_once(
    telegram, store, deliverer, clock, told
):
    owner = telegram.chats.add_private("Owner", started=told == "administrator")
    operator = telegram.chats.add_private("Operator", user_id=OPERATOR, started=True)
    group = telegram.chats.add_group("Desk", admins=[owner], supergroup=True)
    telegram.chats.silence_bot(group)
    owe(store, group, kind=ChatKind.SUPERGROUP)
    for _ in range(2):
        await deliverer.tick()
        clock.at += timedelta(minutes=1)
    heard = {
        "administrator": telegram.messages(owner, by_bot=True),
        "operator": telegram.messages(operator, by_bot=True),
    }
    (message,) = heard.pop(told)
    assert "I may not write in “Desk”" in message.text
    assert list(heard.values()) == [[]]
    assert store.subscription(group).paused == "no_rights"
    assert states(store) == [DeliveryState.OWED]
    telegram.chats.silence_bot(group, silent=False)
    store.resume_subscriptions(group)
    await deliverer.tick()
    assert states(store) == [DeliveryState.SENT]


async def test_a_closed_topic_pauses_its_own_digest_alone(telegram, store, deliverer):
    owner = telegram.chats.add_private("Owner", started=True)
    forum = telegram.chats.add_group("Desk", admins=[owner], forum=True)
    shut, open_ = (telegram.chats.add_topic(forum, name) for name in ("Shut", "Open"))
    telegram.chats.close_topic(forum, shut)
    for thread in (shut, open_):
        owe(store, forum, kind=ChatKind.SUPERGROUP, thread_id=thread)
    await deliverer.tick()
    assert store.subscription(forum, shut).paused == "topic_closed"
    assert store.subscription(forum, open_).paused is None
    assert sorted(states(store)) == [DeliveryState.OWED, DeliveryState.SENT]
    assert "A topic of “Desk” is closed" in telegram.messages(owner, by_bot=True)[-1].text


async def test_a_server_in_trouble_is_asked_by_one_delivery_at_a_time(telegram, store, deliverer, clock):
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(12)]
    for chat in chats[:8]:
        owe(store, chat)
    telegram.faults.inject("bad_gateway", times=9, method="sendMessage")
    await deliverer.tick()
    assert len(telegram.calls("sendMessage")) == 8
    for chat in chats[8:]:
        owe(store, chat)
    assert await deliverer.tick() == 0  # it was asked just now
    await asyncio.sleep(1.1)
    assert await deliverer.tick() == 1
    assert len(telegram.calls("sendMessage")) == 9
    await asyncio.sleep(2.1)
    clock.at += timedelta(minutes=1)
    await deliverer.tick()
    assert set(states(store)) == {DeliveryState.SENT}
    assert [len(telegram.messages(chat, by_bot=True)) for chat in chats] == [1] * 12


async def test_requests_that_hang_hold_up_no_other(telegram, store, deliverer, monkeypatch):
    monkeypatch.setattr(deliverer, "_most", 4)
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(9)]
    for chat in chats:
        owe(store, chat)
    for chat in chats[:3]:
        telegram.faults.inject("hang", chat_id=chat, seconds=30)
    ticking = asyncio.create_task(deliverer.tick())
    await telegram.wait_until(lambda: all(telegram.messages(chat, by_bot=True) for chat in chats[3:]), timeout=15)
    assert not any(telegram.messages(chat, by_bot=True) for chat in chats[:3])
    deliverer.stop()
    await deliverer.finish(0.1)
    ticking.cancel()


async def test_it_tells_whoever_plans_that_there_is_plenty_to_send(telegram, store, deliverer, monkeypatch):
    monkeypatch.setattr(deliverer, "_most", 8)
    for n in range(5):
        owe(store, telegram.chats.add_private(f"Ada {n}", started=True))
    telegram._latency = 0.2
    ticking = asyncio.create_task(deliverer.tick())
    await telegram.wait_until(lambda: deliverer.has_plenty)
    assert await ticking == 5
    assert not deliverer.has_plenty


async def test_one_that_stops_gives_back_what_waits_and_finishes_what_is_under_way(telegram, store, deliverer):
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(40)]
    for chat in chats:
        owe(store, chat)
    telegram._latency = 0.3
    ticking = asyncio.create_task(deliverer.tick())
    await telegram.wait_until(lambda: bool(telegram.calls("sendMessage")))
    deliverer.stop()
    await deliverer.finish(5)
    assert await ticking == 40
    found = states(store)
    assert set(found) == {DeliveryState.SENT, DeliveryState.OWED}
    sent = sum(len(telegram.messages(chat, by_bot=True)) for chat in chats)
    assert found.count(DeliveryState.SENT) == sent < 40
    assert {line.attempts for line in store.deliveries()} == {0}


async def test_a_clock_that_goes_back_an_hour_sends_nothing_twice_and_waits_for_no_hour(
    telegram, store, deliverer, clock
):
    ada, bob = (telegram.chats.add_private(name, started=True) for name in ("Ada", "Bob"))
    owe(store, ada)
    await deliverer.tick()
    owe(store, bob)
    telegram.faults.inject("bad_gateway", chat_id=bob)
    await deliverer.tick()
    clock.at -= timedelta(hours=1)
    with structlog.testing.capture_logs() as logs:
        await deliverer.tick()
    assert [log["event"] for log in logs] == ["clock_went_back"]
    assert [len(telegram.messages(chat, by_bot=True)) for chat in (ada, bob)] == [1, 1]
    assert set(states(store)) == {DeliveryState.SENT}


async def test_a_full_disk_is_told_nothing_is_sent_that_cannot_be_noted_and_it_goes_on_with_room(
    telegram, store, deliverer
):
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(3)]
    for chat in chats:
        owe(store, chat)
    full = [True]

    def fail_when_full(_db, _cursor, statement, *_rest):
        if full[0] and statement.startswith("INSERT INTO delivery_parts"):
            raise sqlite3.OperationalError("database or disk is full")

    sa.event.listen(store._transactions.engine, "before_cursor_execute", fail_when_full)
    with structlog.testing.capture_logs() as logs:
        ticking = asyncio.create_task(deliverer.tick())
        await telegram.wait_until(lambda: len(telegram.calls("sendMessage")) == 3)
        while not logs:  # noqa: ASYNC110 -- a list tells nobody
            await asyncio.sleep(0.01)  # until the notes of the three were refused
        late = telegram.chats.add_private("Late", started=True)
        owe(store, late)
        deliverer.wake()
        await asyncio.sleep(0.7)
        assert telegram.messages(late, by_bot=True) == []
        full[0] = False
        assert await ticking == 4
    assert [len(telegram.messages(chat, by_bot=True)) for chat in (*chats, late)] == [1] * 4
    assert set(states(store)) == {DeliveryState.SENT}
    assert [log["event"] for log in logs] == ["ledger_unwritable", "ledger_writable"]
    assert "disk" in logs[0]["reason"]


async def test_with_a_disk_that_is_really_full_nothing_leaves_that_is_not_noted(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    engine = store._transactions.engine

    def no_room(db, _record):
        db.execute("PRAGMA max_page_count = 1")  # SQLite takes the pages there are

    sa.event.listen(engine, "connect", no_room)
    engine.dispose()
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            fill(store)
            await deliverer.tick()
            (line,) = store.deliveries()
            assert len(telegram.messages(ada, by_bot=True)) == len(line.sent_parts)
    assert [log["event"] for log in logs].count("ledger_trouble") <= 1
    sa.event.remove(engine, "connect", no_room)
    engine.dispose()
    await deliverer.tick()
    assert len(telegram.messages(ada, by_bot=True)) == 1


def fill(store):
    """Write until the file takes nothing more."""
    with contextlib.suppress(StoreError):
        for n in range(10_000):
            store.save_chat(Chat(5000 + n))


async def test_a_database_that_a_backup_holds_is_waited_for(telegram, store, deliverer):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, ada)
    holding = sqlite3.connect(store._transactions.engine.url.database, isolation_level=None, check_same_thread=False)
    holding.execute("BEGIN IMMEDIATE")
    ticking = asyncio.create_task(deliverer.tick())
    await asyncio.sleep(0.5)
    assert telegram.messages(ada, by_bot=True) == []
    holding.execute("COMMIT")
    holding.close()
    assert await ticking == 1
    assert len(telegram.messages(ada, by_bot=True)) == 1
