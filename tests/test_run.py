"""The process at its edges: wrong tokens, servers that can't be reached, how it starts and stops, what it logs."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from datetime import UTC, datetime, time, timedelta

from bot.app import Parts
from bot.feeds.reading import Readers
from bot.model import Chat, Feed, Run, Schedule, Subscription, Wish
from bot.preview.server import PreviewServer
from bot.run import _serve
from bot.settings import read_settings
from bot.store.sql import open_store
from tests.conftest import TOKEN, BotProcess


async def test_a_wrong_token_is_one_line_without_the_token_and_status_2(telegram, tmp_path):
    process = BotProcess(tmp_path, telegram.url, token="4242:wrong-one")
    await process.start()
    assert await asyncio.wait_for(process.process.wait(), 20) == 2
    (line,) = process.said().splitlines()
    assert line.startswith("communique: Telegram does not know this token (TELEGRAM_BOT_TOKEN)")
    assert "wrong-one" not in line


async def test_no_token_is_one_line_and_status_2(telegram, tmp_path):
    process = BotProcess(tmp_path, telegram.url, token="")
    await process.start()
    assert await asyncio.wait_for(process.process.wait(), 20) == 2
    assert process.said().startswith("communique: TELEGRAM_BOT_TOKEN is not set")


async def test_a_server_that_cannot_be_reached_is_waited_for_with_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = BotProcess(tmp_path, f"http://127.0.0.1:{port}")
    await process.start(COMMUNIQUE_LOG="json")
    server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC))
    try:
        await asyncio.sleep(4)  # three tries: now, after 1 s, after 3 s
        complaints = [json.loads(line) for line in process.said().splitlines() if "unreachable" in line]
        assert len(complaints) == 1
        assert complaints[0]["level"] == "warning"
        await server.start(port=port)
        ada = server.chats.add_private("Ada")
        server.people.send_text(ada, "/topics")
        await server.wait_for(ada, timeout=30)
        assert await process.stop() == 0
        assert TOKEN not in process.said()
        assert "Traceback" not in process.said()
    finally:
        await process.end()
        await server.stop()


async def test_it_stops_in_time_while_it_waits_for_the_server(tmp_path):
    process = BotProcess(tmp_path, "http://127.0.0.1:9")
    await process.start()
    async with asyncio.timeout(30):
        while "telegram_unreachable" not in process.said():  # noqa: ASYNC110 -- a file tells nobody
            await asyncio.sleep(0.05)
    assert await process.stop(signal.SIGINT) == 0


async def test_a_server_that_fails_for_a_while_costs_no_message(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    telegram.people.send_text(ada, "/start")
    await telegram.wait_for(ada, timeout=20)
    telegram.faults.inject("bad_gateway", times=2, method="getUpdates")
    telegram.faults.inject("not_json", times=1, method="getUpdates")
    telegram.people.send_text(ada, "/topics")
    (answer,) = await telegram.wait_for(ada, timeout=30)
    assert "Topics" in answer.text
    assert "Traceback" not in bot_process.said()


async def test_a_token_that_is_revoked_ends_the_process_with_status_2(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    telegram.people.send_text(ada, "/start")
    await telegram.wait_for(ada, timeout=20)
    telegram.revoke_token()
    assert await asyncio.wait_for(bot_process.process.wait(), 40) == 2
    assert "communique: Telegram no longer knows this token" in bot_process.said()


class ShiftedClock:
    """The real clock, set so that the next full minute is seconds away."""

    def __init__(self, seconds):
        now = datetime.now(UTC)
        self.shift = (now + timedelta(minutes=1)).replace(second=0, microsecond=0) - timedelta(seconds=seconds) - now

    def now(self):
        return datetime.now(UTC) + self.shift


async def test_a_digest_comes_on_its_minute_and_once(telegram, tmp_path):
    ada = telegram.chats.add_private("Ada")
    stop = asyncio.Event()
    made = Parts(read_settings(database_url=f"sqlite:///{tmp_path}/store.db", communique_feeds="none"))
    made.clock = ShiftedClock(seconds=3)
    due = made.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
    running = asyncio.create_task(_serve(made, telegram.url, TOKEN, stop))
    telegram.people.send_text(ada, f"/subscribe {due:%H:%M} UTC")
    (answer,) = await telegram.wait_for(ada, timeout=20)
    assert f"Next digest: {due:%A}" in answer.text
    mark = telegram.mark()
    (digest,) = await telegram.wait_for(ada, since=mark, timeout=20)
    late = made.clock.now() - due
    assert timedelta(0) <= late < timedelta(seconds=10)
    assert "Nothing new on alliances and tariffs" in digest.text
    await asyncio.sleep(2.5)
    assert len(await telegram.wait_for(ada, since=mark)) == 1
    stop.set()
    await running
    made.close()


async def test_what_a_first_poll_needs_is_ready_before_the_bot_is_connected(tmp_path, monkeypatch):
    ready, stop = asyncio.Event(), asyncio.Event()
    prepare = Readers.prepare

    async def noted(reading, look):
        await prepare(reading, look)
        if len(reading.processes) == 2:
            ready.set()

    monkeypatch.setattr(Readers, "prepare", noted)
    made = Parts(read_settings(database_url=f"sqlite:///{tmp_path}/store.db", communique_feeds="none"))
    made.store.add_feed(Feed("http://127.0.0.1:9/feed", "Quay"))
    running = asyncio.create_task(_serve(made, "http://127.0.0.1:9", TOKEN, stop))
    async with asyncio.timeout(30):
        await ready.wait()
    stop.set()
    await running
    made.close()


async def test_of_three_roles_a_process_does_what_it_is_told(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    telegram.people.send_text(ada, "/start")
    await bot_process.start(COMMUNIQUE_ROLES="deliver")
    await telegram.wait_until(lambda: bool(telegram.calls("getMe")), timeout=20)
    await asyncio.sleep(1)
    assert telegram.calls("getUpdates") == []
    assert await bot_process.stop() == 0


async def test_only_listed_chats_are_answered(telegram, bot_process):
    ada, bob = telegram.chats.add_private("Ada"), telegram.chats.add_private("Bob")
    await bot_process.start(COMMUNIQUE_ALLOWED_CHATS=str(ada))
    telegram.people.send_text(bob, "/start")
    (refused,) = await telegram.wait_for(bob, timeout=20)
    assert refused.text == "This bot answers only the chats that its operator has listed."
    telegram.people.send_text(ada, "/start")
    (answer,) = await telegram.wait_for(ada)
    assert answer.text.startswith("Communiqué")


async def test_told_to_stop_in_the_middle_of_a_broadcast_it_sends_nothing_twice_and_loses_nothing(telegram, tmp_path):
    chats = [telegram.chats.add_private(f"Ada {n}", started=True) for n in range(60)]
    folder = tmp_path / "data" / "var"
    folder.mkdir(parents=True)
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    store = open_store(f"sqlite:///{folder}/communique.db")
    for chat in chats:
        store.save_chat(Chat(chat))
        run = Run(due_at, time(8), due_at.date())
        store.save_subscription(Subscription(chat, Wish(), Schedule(), next_run=run))
    process = BotProcess(tmp_path, telegram.url)
    try:
        await process.start()
        await telegram.wait_until(lambda: len(telegram.calls("sendRichMessage")) >= 15, timeout=60)
        assert await process.stop() == 0
        sent = len(telegram.calls("sendRichMessage"))
        states = store.counts().deliveries
        assert (states["sent"], states["owed"], states.get("sending", 0)) == (sent, 60 - sent, 0)
        await process.start()
        await telegram.wait_until(lambda: len(telegram.calls("sendRichMessage")) >= 60, timeout=60)
        assert await process.stop() == 0
    finally:
        await process.end()
    assert [len(telegram.messages(chat, by_bot=True)) for chat in chats] == [1] * 60
    assert store.counts().deliveries == {"sent": 60}
    assert "Traceback" not in process.said()
    store.close()
