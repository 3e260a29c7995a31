"""getUpdates and webhooks, with Telegram's rules of confirming."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web


async def polled(server):
    """Wait until a poll has come in."""
    await server.wait_until(lambda: bool(server.calls("getUpdates")))


async def test_updates_come_again_until_they_are_confirmed(bot, server, chat):
    for text in "abc":
        server.people.send_text(chat, text)
    first = await bot.updates()
    assert [update["message"]["text"] for update in first] == ["a", "b", "c"]
    assert await bot.updates() == first
    assert await bot.updates(limit=2) == first[:2]
    assert await bot.updates(offset=first[1]["update_id"]) == first[1:]
    assert await bot.updates() == first[1:]
    assert await bot.updates(offset=first[2]["update_id"] + 1) == []
    assert server.updates.pending == []


async def test_a_negative_offset_forgets_all_but_the_last(bot, server, chat):
    for text in "abc":
        server.people.send_text(chat, text)
    last = await bot.updates(offset=-1)
    assert [update["message"]["text"] for update in last] == ["c"]
    assert await bot.updates() == last


@pytest.mark.parametrize(("limit", "count"), [(0, 1), (-5, 1), (100, 100), (500, 100)])
async def test_a_limit_is_kept_between_1_and_100(bot, server, chat, limit, count):
    for _ in range(120):
        server.people.send_text(chat, "a")
    assert len(await bot.updates(limit=limit)) == count


async def test_a_long_poll_is_answered_as_soon_as_something_comes(bot, server, chat):
    waiting = asyncio.create_task(bot.updates(timeout=30))
    await polled(server)
    server.people.send_text(chat, "a")
    assert len(await waiting) == 1


async def test_a_second_poll_ends_the_first_with_a_conflict(bot, server, chat):
    first = asyncio.create_task(bot.refused("getUpdates", timeout=30))
    await polled(server)
    second = asyncio.create_task(bot.updates(timeout=30))
    words = "terminated by other getUpdates request; make sure that only one bot instance is running"
    assert await first == f"409 Conflict: {words}"
    server.people.send_text(chat, "a")
    assert len(await second) == 1


async def test_a_poll_that_went_away_disturbs_no_later_one(bot, server, chat):
    first = asyncio.create_task(bot.updates(timeout=30))
    await polled(server)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    server.people.send_text(chat, "a")
    assert len(await bot.updates(timeout=1)) == 1


async def test_only_allowed_kinds_are_queued_from_then_on(bot, server, chat):
    await bot.updates(allowed_updates=["callback_query"])
    server.people.send_text(chat, "a")
    assert await bot.updates() == []
    await bot.updates(allowed_updates=[])
    server.people.send_text(chat, "b")
    assert len(await bot.updates()) == 1
    assert server.updates.put("chat_member", {}) is None
    assert "allowed updates" in await bot.refused("getUpdates", allowed_updates="message")


async def test_stopping_answers_a_waiting_poll(bot, server):
    waiting = asyncio.create_task(bot.updates(timeout=30))
    await polled(server)
    await server.stop()
    assert await waiting == []


@pytest.fixture
async def hook():
    """A webhook on loopback that keeps what it is sent and answers with the statuses it is given, then 200."""
    received, statuses = [], []
    news = asyncio.Event()

    async def take(request):
        status = statuses.pop(0) if statuses else 200
        received.append((status, request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        news.set()
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]

    async def wait(count):
        async with asyncio.timeout(5):
            while len(received) < count:
                news.clear()
                await news.wait()
        return received

    yield f"http://{host}:{port}/hook", statuses, wait
    await runner.cleanup()


async def test_a_webhook_gets_each_update_once_in_order_with_its_secret(bot, server, chat, hook):
    url, statuses, wait = hook
    statuses.append(500)
    await bot.done("setWebhook", url=url, secret_token="s3-cret_")
    for text in "ab":
        server.people.send_text(chat, text)
    received = await wait(3)
    assert [(status, secret, update["message"]["text"]) for status, secret, update in received] == [
        (500, "s3-cret_", "a"),
        (200, "s3-cret_", "a"),
        (200, "s3-cret_", "b"),
    ]
    await server.wait_until(lambda: not server.updates.pending)
    info = await bot.done("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (url, 0)
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")


async def test_polling_is_a_conflict_while_a_webhook_is_set(bot, server, hook):
    url, _, _ = hook
    waiting = asyncio.create_task(bot.refused("getUpdates", timeout=30))
    await polled(server)
    await bot.done("setWebhook", url=url)
    assert await waiting == "409 Conflict: terminated by setWebhook request"
    assert "can't use getUpdates method while webhook is active" in await bot.refused("getUpdates")
    await bot.done("deleteWebhook", drop_pending_updates=True)
    assert await bot.updates() == []
    await bot.done("setWebhook", url=url)
    await bot.done("setWebhook", url="")
    assert (await bot.done("getWebhookInfo"))["url"] == ""


async def test_a_webhook_out_of_reach_keeps_the_updates(bot, server, chat):
    await bot.done("setWebhook", url="http://127.0.0.1:9/hook")
    server.people.send_text(chat, "a")
    info = await bot.done("getWebhookInfo")
    async with asyncio.timeout(5):
        while "last_error_message" not in info:
            info = await bot.done("getWebhookInfo")
    assert info["pending_update_count"] == 1
    await bot.done("deleteWebhook")
    assert len(await bot.updates()) == 1


@pytest.mark.parametrize("url", ["https://communique.example/hook", "ftp://127.0.0.1/", "http://10.0.0.1/", "http://["])
async def test_a_webhook_leads_nowhere_but_to_loopback(bot, url):
    assert "bad webhook" in await bot.refused("setWebhook", url=url)


async def test_a_secret_with_other_characters_is_refused(bot):
    words = await bot.refused("setWebhook", url="http://127.0.0.1:9/", secret_token="a b")
    assert words == "400 Bad Request: secret token contains unallowed characters"
