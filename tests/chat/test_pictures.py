"""A picture goes with its words, by its id where it has one; without it the words go alone."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest

from bot.chat.chart import chart_png
from bot.chat.pictures import Picture, Pictures, chart_message, trend_of
from bot.chat.render import kept_message, message_from_kept
from bot.chat.send import forms, send_once
from bot.chat.transport import AiohttpRequest
from bot.errors import FetchError
from bot.model import DayCount, Topic, Trend, Vocabulary
from tests.conftest import TOKEN

VOCABULARY = Vocabulary({"tariffs": Topic("tariffs", "Tariffs & duties")}, {})
TREND = Trend(("tariffs",), (), (DayCount(date(2026, 11, 21), 3), DayCount(date(2026, 11, 22), 5)), 4)
MESSAGE = chart_message(TREND, VOCABULARY)


@pytest.fixture
async def bot(telegram):
    bot = Bot(TOKEN, f"{telegram.url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    await bot.initialize()
    yield bot
    await bot.shutdown()


@pytest.fixture
def ada(telegram):
    return telegram.chats.add_private("Ada", started=True)


@pytest.fixture(scope="module")
def png():
    return chart_png(TREND, "Tariffs")


def test_a_chart_is_kept_with_its_numbers_and_read_again():
    kept = message_from_kept(kept_message(MESSAGE))
    assert kept == MESSAGE
    assert trend_of(kept.chart) == TREND
    assert kept.html.startswith("<b>Tariffs &amp; duties</b>\n\n8 stories in 2 days, 100% more than the 4 before.")


@pytest.mark.parametrize("known", [None, "an id of another bot"])
async def test_a_picture_is_uploaded_once_and_again_where_its_id_means_nothing(telegram, bot, ada, png, known):
    picture = Picture(png, known)
    for _ in range(2):
        await send_once(bot, ada, forms(MESSAGE, picture=picture, paid=True))
    one, other = telegram.messages(ada, by_bot=True)
    assert one.data["photo"] == other.data["photo"]
    assert picture.file_id == one.data["photo"][-1]["file_id"]
    assert one.data["caption"] == MESSAGE.plain


async def test_where_a_picture_does_not_please_the_words_go_alone(telegram, bot, ada):
    await send_once(bot, ada, forms(MESSAGE, picture=Picture(b"no picture at all")))
    (told,) = telegram.messages(ada, by_bot=True)
    assert told.text == MESSAGE.plain


async def test_a_group_that_takes_no_photos_gets_the_words():
    asked = []

    async def answer(request):
        asked.append(request.path.rpartition("/")[2])
        if asked[-1] == "sendPhoto":
            said = "Bad Request: not enough rights to send photos to the chat"
            return web.json_response({"ok": False, "error_code": 400, "description": said}, status=400)
        me = {"id": 1, "is_bot": True, "first_name": "B", "username": "b"}
        return web.json_response({"ok": True, "result": me if asked[-1] == "getMe" else {"message_id": 7}})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Bot(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}/bot", request=AiohttpRequest()) as bot:
        assert await send_once(bot, -5, forms(MESSAGE, picture=Picture(b"png"))) == 7
    await runner.cleanup()
    assert asked == ["getMe", "sendPhoto", "sendMessage"]


@pytest.mark.parametrize("known", [None, "an id"])
async def test_what_an_error_says_of_the_chat_is_not_hidden(bot, png, known):
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await send_once(bot, 4711, forms(MESSAGE, picture=Picture(png, known)))


async def test_equal_charts_are_drawn_once_and_only_where_something_draws():
    drawn = []

    async def draw(trend, title, *, dark=False):
        drawn.append((trend, title, dark))
        await asyncio.sleep(0)
        return b"png"

    pictures = Pictures(draw)
    one, other = await asyncio.gather(pictures.of(MESSAGE), pictures.of(message_from_kept(kept_message(MESSAGE))))
    assert one is other
    assert drawn == [(TREND, "Tariffs & duties", False)]
    assert await pictures.of(message_from_kept("words")) is None
    assert await Pictures(None).of(MESSAGE) is None


async def test_what_could_not_be_drawn_is_tried_again_for_the_next(monkeypatch):
    monkeypatch.setattr("bot.chat.pictures.REMEMBERED", 1)
    failures = [FetchError("chart", "timeout")]

    async def draw(_trend, _title, *, dark=False):
        if failures:
            raise failures.pop()
        return b"dark" if dark else b"png"

    pictures = Pictures(draw)
    assert await pictures.of(MESSAGE) is None
    first = await pictures.of(MESSAGE)
    assert first.png == b"png"
    assert await pictures.of(chart_message(Trend((), (), TREND.days), VOCABULARY))
    assert await pictures.of(MESSAGE) is not first  # the oldest was forgotten
