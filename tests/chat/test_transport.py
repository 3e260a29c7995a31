from __future__ import annotations

import asyncio
import io

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import RequestData

from bot.chat.pace import Pace
from bot.chat.render import Message
from bot.chat.send import send_once
from bot.chat.transport import AiohttpRequest
from tests.conftest import TOKEN


@pytest.fixture
async def request_():
    made = AiohttpRequest()
    await made.initialize()
    await made.initialize()
    yield made
    await made.shutdown()
    await made.shutdown()


@pytest.fixture
async def bot(telegram):
    made = Bot(TOKEN, f"{telegram.url}/bot", f"{telegram.url}/file/bot", AiohttpRequest(), AiohttpRequest())
    await made.initialize()
    yield made
    await made.shutdown()


async def test_messages_and_files_go_both_ways(telegram, bot):
    ada = telegram.chats.add_private("Ada", started=True)
    await bot.send_message(ada, "<b>Tokyo</b> & co".replace("&", "&amp;"), parse_mode="HTML")
    await bot.send_document(ada, InputFile(io.BytesIO(b"a,b\n1,2\n"), "counts.csv"), caption="Counts")
    said, document = telegram.messages(ada, by_bot=True)
    assert said.text == "Tokyo & co"
    file = await bot.get_file(document.data["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2\n"


async def test_a_wrong_token_is_told(telegram):
    wrong = Bot("1:wrong", f"{telegram.url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    with pytest.raises(InvalidToken):
        await wrong.initialize()
    await wrong.shutdown()


async def test_the_environments_proxy_is_asked_and_not_for_hosts_it_excepts(request_, monkeypatch):
    asked = []

    async def answer(reader, writer):
        asked.append((await reader.readline()).decode().split()[1])
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{"ok":true}')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert await request_.do_request("http://api.example/bot1:x/getMe", "POST") == (200, b'{"ok":true}')
        assert asked == ["http://api.example/bot1:x/getMe"]
        with pytest.raises(NetworkError):
            await request_.do_request("http://127.0.0.1:9/bot1:proxy/getMe", "POST")
        assert len(asked) == 1


async def test_a_proxy_that_does_not_speak_http_is_not_asked(telegram, request_, monkeypatch):
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "socks5h://127.0.0.1:9")
    status, _ = await request_.do_request(f"{telegram.url}/bot{TOKEN}/getMe?socks", "POST")
    assert status == 200


async def test_no_server_is_a_network_error_without_the_token(request_):
    with pytest.raises(NetworkError) as error:
        await request_.do_request(f"http://127.0.0.1:9/bot{TOKEN}/getMe", "POST")
    assert TOKEN not in str(error.value)
    assert "127.0.0.1:9" in str(error.value)


async def test_a_late_answer_times_out_and_a_broken_one_is_a_network_error(request_):
    async def late(_):
        await asyncio.sleep(5)

    async def broken(request):
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_post("/late", late)
    app.router.add_post("/broken", broken)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        with pytest.raises(TimedOut):
            await request_.do_request(f"{address}/late", "POST", RequestData([]), read_timeout=0.05)
        with pytest.raises(NetworkError, match="connection failed"):
            await request_.do_request(f"{address}/broken", "POST", read_timeout=None)
    finally:
        await runner.cleanup()


async def test_use_before_initialize_is_a_mistake_of_ours():
    with pytest.raises(RuntimeError):
        await AiohttpRequest().do_request("http://127.0.0.1:9/", "POST")
    assert AiohttpRequest().read_timeout > 0


@pytest.mark.parametrize("fault", ["not_json", "half", "not_ok", "bad_gateway", "drop"])
async def test_an_answer_that_is_none_is_a_network_error_whoever_asked(telegram, bot, fault):
    ada = telegram.chats.add_private("Ada", started=True)
    telegram.faults.inject(fault, times=2, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(ada, "Tokyo")
    with pytest.raises(NetworkError):
        await send_once(bot, ada, Message("Tokyo", "Tokyo"))
    assert await send_once(bot, ada, Message("Tokyo", "Tokyo")) > 0


async def test_all_messages_wait_for_their_turn_and_nothing_is_asked_of_a_chat_that_is_held_back(telegram):
    request = AiohttpRequest(pace=Pace())
    paced = Bot(TOKEN, f"{telegram.url}/bot", request=request, get_updates_request=AiohttpRequest())
    await paced.initialize()
    ada, bob = (telegram.chats.add_private(name, started=True) for name in ("Ada", "Bob"))
    telegram.faults.inject("too_many", chat_id=ada, retry_after=90)
    with pytest.raises(RetryAfter):
        await paced.send_message(ada, "Tokyo")
    asked = len(telegram.calls(chat_id=ada))
    for again in (
        lambda: paced.send_message(ada, "Tokyo"),
        lambda: paced.send_chat_action(ada, "typing"),
        lambda: send_once(paced, ada, Message("Tokyo", "Tokyo")),
    ):
        with pytest.raises(RetryAfter):
            await again()
    assert len(telegram.calls(chat_id=ada)) == asked
    assert await send_once(paced, bob, Message("Tokyo", "Tokyo"))
    await paced.shutdown()


async def test_messages_leave_through_our_transport_alone(telegram):
    stock = Bot(TOKEN, f"{telegram.url}/bot")
    with pytest.raises(TypeError, match="HTTPXRequest"):
        await send_once(stock, 1, Message("Tokyo", "Tokyo"))
