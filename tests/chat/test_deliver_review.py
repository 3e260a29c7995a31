"""A review comes with the week's chart in front of it: a part of its delivery, drawn once, uploaded once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from telegram import Bot

from bot.chat.chart import chart_png
from bot.chat.deliver import Deliverer
from bot.chat.pace import Pace
from bot.chat.transport import AiohttpRequest
from bot.core.timing import next_run
from bot.errors import FetchError
from bot.model import Chat, ChatKind, DeliveryState, Schedule, Subscription, Vocabulary, Wish
from bot.preview.server import PreviewServer
from bot.service.brief import Brief
from bot.store.door import Door
from tests.conftest import TOKEN
from tests.placing import add_days
from tests.sending import NOW as LIVED
from tests.sending import Life, World

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
WEEKLY = Schedule(days=frozenset({4}), weekly=True)
VOCABULARY = Vocabulary({}, {})


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


class Drawing:
    """Draws, and counts how often; or can't."""

    def __init__(self, *, fails=False):
        self.drawn, self.fails = [], fails

    async def __call__(self, trend, title, *, dark=False):
        self.drawn.append(title)
        await asyncio.sleep(0)
        if self.fails:
            raise FetchError("chart", "timeout")
        return chart_png(trend, title, dark=dark)


@pytest.fixture
def store(sqlite_store):
    return sqlite_store


@pytest.fixture
def drawing():
    return Drawing()


@pytest.fixture
async def deliverers(store):
    """Makes deliverers, each as after a restart."""
    bots, door = [], Door()

    async def make(server, drawing, clock=None, *, rich=True):
        pace = Pace()
        bot = Bot(TOKEN, f"{server.url}/bot", request=AiohttpRequest(pace=pace), get_updates_request=AiohttpRequest())
        await bot.initialize()
        bots.append(bot)
        return Deliverer(
            bot=bot,
            store=store,
            offload=door,
            clock=clock or Clock(),
            vocabulary=lambda: VOCABULARY,
            pace=pace,
            rich=rich,
            draw=drawing,
        )

    yield make
    for bot in bots:
        await bot.shutdown()
    door.close()


@pytest.fixture
async def older():
    """A server without rich messages."""
    server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC), bot_api="10.0")
    await server.start()
    yield server
    await server.stop()


def owe(store, analyzer, *chat_ids, kind=ChatKind.PRIVATE, schedule=WEEKLY, wish=None, stories=3, now=NOW):
    """Let the reviews of chats be owed."""
    run = next_run(schedule, now - timedelta(hours=1))
    for chat_id in chat_ids:
        store.save_chat(Chat(chat_id, kind))
        store.save_subscription(Subscription(chat_id, wish or Wish(), schedule, next_run=run))
    add_days(store, now, stories)
    assert Brief(store, lambda: analyzer).owe_due(now) == len(chat_ids)


def got(server, chat_id):
    """Name the kinds of what a chat got, in order."""
    found = [message.data for message in server.messages(chat_id, by_bot=True)]
    return [next(kind for kind in ("photo", "rich_message", "text") if kind in data) for data in found]


async def test_the_chart_comes_quietly_in_front_of_the_review(telegram, store, analyzer, deliverers, drawing):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, analyzer, ada)
    await (await deliverers(telegram, drawing)).tick()
    assert got(telegram, ada) == ["photo", "rich_message"]
    chart, review = telegram.messages(ada, by_bot=True)
    assert chart.data["caption"].startswith("Alliances and tariffs\n\n3 stories in 7 days")
    assert "Most on" in chart.data["caption"]
    assert chart.data["photo"][-1]["width"] == 1080
    (call,) = telegram.calls("sendPhoto")
    assert "disable_notification" in str(call)
    (line,) = store.deliveries()
    assert (line.state, line.sent_parts) == (DeliveryState.SENT, (chart.message_id, review.message_id))


async def test_a_server_without_rich_messages_gets_the_chart_once_and_classic_parts(
    older, store, analyzer, deliverers, drawing
):
    ada = older.chats.add_private("Ada", started=True)
    owe(store, analyzer, ada)
    deliverer = await deliverers(older, drawing)
    while store.deliveries()[0].state is not DeliveryState.SENT:
        await deliverer.tick()
    assert got(older, ada) == ["photo", "text"]


async def test_one_chart_is_drawn_and_uploaded_once_for_all_who_wish_for_the_same(
    telegram, store, analyzer, deliverers, drawing
):
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(4)]
    owe(store, analyzer, *chats)
    await (await deliverers(telegram, drawing)).tick()
    assert [got(telegram, chat) for chat in chats] == [["photo", "rich_message"]] * 4
    assert len(drawing.drawn) == 1
    ids = {telegram.messages(chat, by_bot=True)[0].data["photo"][-1]["file_id"] for chat in chats}
    assert len(ids) == 1  # uploaded once: each upload gets an id of its own


async def test_digests_and_reviews_without_any_story_have_no_chart(telegram, store, analyzer, deliverers, drawing):
    ada, bob = (telegram.chats.add_private(name, started=True) for name in ("Ada", "Bob"))
    owe(store, analyzer, bob, wish=Wish(topics=("energy",)), stories=0)
    owe(store, analyzer, ada, schedule=Schedule())
    await (await deliverers(telegram, drawing)).tick()
    assert [got(telegram, chat) for chat in (ada, bob)] == [["rich_message"]] * 2
    assert drawing.drawn == []


async def test_where_nothing_draws_the_numbers_are_said_in_words(telegram, store, analyzer, deliverers):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, analyzer, ada)
    await (await deliverers(telegram, Drawing(fails=True))).tick()
    assert got(telegram, ada) == ["text", "rich_message"]
    assert "3 stories in 7 days" in telegram.messages(ada, by_bot=True)[0].text
    assert store.deliveries()[0].state is DeliveryState.SENT


async def test_after_a_failure_behind_the_chart_only_the_review_is_sent(telegram, store, analyzer, deliverers, drawing):
    ada = telegram.chats.add_private("Ada", started=True)
    owe(store, analyzer, ada)
    telegram.faults.inject("bad_gateway", method="sendRichMessage", times=1)
    await (await deliverers(telegram, drawing)).tick()
    assert got(telegram, ada) == ["photo"]
    assert len(store.deliveries()[0].sent_parts) == 1
    clock = Clock()
    clock.at += timedelta(minutes=1)
    await (await deliverers(telegram, drawing, clock)).tick()  # as after a restart
    assert got(telegram, ada) == ["photo", "rich_message"]
    assert store.deliveries()[0].state is DeliveryState.SENT


def test_a_death_at_any_step_loses_and_repeats_nothing_of_a_review(tmp_path, analyzer):
    """A death between Telegram's answer and the note repeats what was in flight, and nothing else."""
    from bot.store.sql import open_store

    steps, died = 1, True
    while died:
        url, world = f"sqlite:///{tmp_path}/{steps}.db", World()
        store = open_store(url)
        owe(store, analyzer, 1, now=LIVED)
        store.close()
        life = Life(url, world, die_at=steps)
        life.send_all()
        died, begun, at = life.dead, life.wire.begun, life.at
        life.end()
        after = Life(url, world, at=at)
        after.send_all()
        after.end()
        texts = [text for _, text in world.messages]
        assert ["7 days" in text for text in dict.fromkeys(texts)] == [True, False]
        repeated = [text for text, again in pairwise(texts) if text == again]
        assert len(repeated) == len(texts) - 2 <= int(died)
        assert {(1, text) for text in repeated} <= begun
        steps += 1
    assert steps > 20
