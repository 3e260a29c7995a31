"""Rich and classic messages over HTTP, against servers that know rich messages and servers that don't."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest

from bot.chat.render import Button, block, bold, classic_parts
from bot.chat.rich import PARAGRAPH, rich_messages
from bot.chat.send import RICH_AGAIN, RICH_PAUSE, send_answer, send_once, takes_rich
from bot.chat.transport import AiohttpRequest
from bot.preview.server import PreviewServer
from tests.conftest import TOKEN

BUTTONS = [[Button("More on a story", "pm:1")]]


def ten_stories():
    blocks = [block(bold("Friday"), kind="heading")]
    for n in range(1, 11):
        blocks.append(block(bold(f"{n}. Story"), kind="headline"))
        blocks.append(block("one " * 60, PARAGRAPH, "two " * 60, fold="folded", glued=True))
    return rich_messages(blocks, BUTTONS)


@asynccontextmanager
async def bot_on(url):
    bot = Bot(TOKEN, f"{url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    await bot.initialize()
    yield bot
    await bot.shutdown()


@pytest.fixture
async def bot(telegram):
    async with bot_on(telegram.url) as made:
        yield made


@pytest.fixture
async def older():
    server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC), bot_api="10.0")
    await server.start()
    yield server
    await server.stop()


async def test_a_digest_of_ten_stories_is_one_message_where_rich_messages_are_known(telegram, bot):
    ada = telegram.chats.add_private("Ada", started=True)
    sent = await send_answer(bot, ada, ten_stories())
    (message,) = telegram.messages(ada, by_bot=True)
    assert sent == [message.message_id]
    assert [each["type"] for each in message.data["rich_message"]["blocks"]] == ["heading", *["details"] * 10]
    assert message.buttons[0][0]["callback_data"] == "pm:1"
    assert [call.method for call in telegram.calls() if call.method.startswith("send")] == ["sendRichMessage"]


async def test_an_older_server_gets_classic_messages_and_is_not_asked_again_for_a_day(older):
    ada = older.chats.add_private("Ada", started=True)
    async with bot_on(older.url) as bot:
        assert takes_rich(bot)
        await send_answer(bot, ada, ten_stories())
        first = older.messages(ada, by_bot=True)
        assert len(first) == len(classic_parts(ten_stories()[0])) > 1
        assert "".join(message.text for message in first).count("Story") == 10
        assert [bool(message.buttons) for message in first] == [False] * (len(first) - 1) + [True]
        assert not takes_rich(bot)
        await send_answer(bot, ada, ten_stories())
        assert len(older.calls("sendRichMessage")) == 1
        assert len(older.messages(ada, by_bot=True)) == 2 * len(first)

        bot.request.classic_until -= RICH_AGAIN  # a day later
        await send_answer(bot, ada, ten_stories())
        assert len(older.calls("sendRichMessage")) == 2


async def test_markup_that_is_refused_goes_out_in_its_classic_form_this_once(telegram, bot):
    ada = telegram.chats.add_private("Ada", started=True)
    (message,) = rich_messages([block("Steel & tin")])
    wrong = rich_messages([block("Steel & tin")])[0]
    wrong.rich["html"] = "<p>Steel"
    await send_answer(bot, ada, [wrong])
    bot.request.classic_until -= RICH_PAUSE
    await send_answer(bot, ada, [message])
    assert [message.text for message in telegram.messages(ada, by_bot=True)] == ["Steel & tin"] * 2
    assert ["rich_message" in message.data for message in telegram.messages(ada, by_bot=True)] == [False, True]
    assert takes_rich(bot)


async def test_what_is_wrong_with_the_chat_goes_up_at_once(telegram, bot):
    telegram.chats.add_private("Ada", started=True)
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await send_once(bot, 4711, ten_stories()[0])
    assert [call.method for call in telegram.calls() if call.method.startswith("send")] == ["sendRichMessage"]
    assert takes_rich(bot)


async def test_a_server_that_answers_400_to_an_unknown_method_is_remembered_too():
    asked = []

    async def answer(request):
        method = request.path.rpartition("/")[2]
        asked.append(method)
        if method == "sendRichMessage":
            body = {"ok": False, "error_code": 400, "description": "Bad Request: method is unknown"}
            return web.json_response(body, status=400)
        me = {"id": 1, "is_bot": True, "first_name": "B", "username": "b"}
        chat = {"id": 7, "type": "private", "first_name": "Ada"}
        result = me if method == "getMe" else {"message_id": len(asked), "date": 0, "chat": chat, "text": "x"}
        return web.json_response({"ok": True, "result": result})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with bot_on(f"http://127.0.0.1:{port}") as bot:
        (message,) = rich_messages([block("Steel & tin")])
        await send_answer(bot, 7, [message])
        await send_answer(bot, 7, [message])
    await runner.cleanup()
    assert [method for method in asked if method.startswith("send")] == [
        "sendRichMessage",
        "sendMessage",
        "sendMessage",
    ]


async def test_a_message_that_asks_opens_the_readers_answer(telegram, bot):
    from dataclasses import replace

    ada = telegram.chats.add_private("Ada", started=True)
    (message,) = rich_messages([block("Which place?")])
    await send_once(bot, ada, replace(message, rich=None, asks="Vietnam, NATO"))
    (sent,) = telegram.messages(ada, by_bot=True)
    assert sent.asks == "Vietnam, NATO"
