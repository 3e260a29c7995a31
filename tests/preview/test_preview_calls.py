"""How a call reaches the Bot API and how it answers: tokens, parameters, files, faults."""

from __future__ import annotations

import json

import aiohttp
import pytest

from bot.errors import AskedWronglyError
from bot.preview.faults import FaultKind
from bot.preview.parameters import Parameters
from bot.preview.refusals import ApiError
from bot.preview.server import PreviewServer

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02" + b"\0" * 20


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/bot123:wrong/getMe", (401, "Unauthorized")),
        ("/botnothing/getMe", (404, "Not Found")),
        ("/bot/getMe", (404, "Not Found")),
        ("/bot123:wrong", (404, "Not Found")),
        ("/file/bot123:wrong/documents/file_1.txt", (401, "Unauthorized")),
    ],
)
async def test_a_wrong_token_is_refused_as_by_telegram(server, session, path, answer):
    async with session.get(server.url + path) as response:
        assert (response.status, (await response.json())["description"]) == answer
        assert response.content_type == "application/json"


async def test_the_token_may_be_percent_encoded_and_methods_are_in_any_case(bot, session):
    async with session.get(bot.base.replace(":preview", "%3Apreview") + "/GETME") as response:
        me = (await response.json())["result"]
    assert (me["id"], me["is_bot"], me["username"]) == (7000000001, True, "communique_bot")


async def test_an_unknown_method_is_not_found(bot):
    assert await bot.refused("sendSmoke") == "404 Not Found"


async def test_parameters_come_by_query_form_multipart_and_json(bot, session, chat):
    url = f"{bot.base}/sendMessage"
    markup = json.dumps({"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]})
    values = {"chat_id": str(chat), "text": "é", "reply_markup": markup, "unheard_of": "x"}
    parts = aiohttp.FormData(default_to_multipart=True)
    for name, value in values.items():
        parts.add_field(name, value)
    for given in ({"params": values}, {"data": values}, {"data": parts}, {"json": values}):
        async with session.post(url, **given) as response:
            result = (await response.json())["result"]
        assert (result["text"], result["reply_markup"]) == ("é", json.loads(markup))
    async with session.get(url, params=values) as response:
        assert response.status == 200


@pytest.mark.parametrize("body", ["{", "[1]", '"x"', "[" * 100_000])
async def test_a_json_body_that_is_no_object_is_refused(bot, session, body):
    headers = {"Content-Type": "application/json"}
    async with session.post(f"{bot.base}/getMe", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["description"] == "Bad Request: can't parse JSON object"


async def test_text_that_is_not_utf8_is_refused(bot, session, chat):
    headers = {"Content-Type": "application/json"}
    body = f'{{"chat_id": {chat}, "text": "a\\ud800"}}'
    async with session.post(f"{bot.base}/sendMessage", data=body, headers=headers) as response:
        assert (await response.json())["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_wrong_types_are_refused(bot, chat):
    assert (
        await bot.refused("sendMessage", chat_id={"a": 1}, text="a")
        == "400 Bad Request: can't parse chat_id: expected String"
    )
    assert await bot.refused("sendMessage", chat_id="seven", text="a") == "400 Bad Request: chat not found"
    assert (
        await bot.refused("deleteMessage", chat_id=chat, message_id="x")
        == "400 Bad Request: invalid message_id specified"
    )
    answer = await bot.refused("sendMessage", chat_id=chat, text="a", reply_markup="{")
    assert answer == "400 Bad Request: can't parse reply keyboard markup JSON object"
    answer = await bot.refused("sendMessage", chat_id=chat, text="a", link_preview_options=[1])
    assert "link preview options" in answer


def test_numbers_and_switches_are_read_as_telegram_does():
    call = Parameters({"a": " 7 ", "b": "-3", "c": True, "d": "yes", "e": "no", "f": "9" * 20, "g": "٣"})
    assert (call.integer("a"), call.integer("b"), call.integer("none", 5)) == (7, -3, 5)
    assert (call.flag("c"), call.flag("d"), call.flag("e")) == (True, True, False)
    for name in "fg":
        with pytest.raises(ApiError):
            call.integer(name)


async def test_a_document_goes_up_and_comes_down_again(bot, session, chat, server):
    parts = aiohttp.FormData()
    parts.add_field("chat_id", str(chat))
    parts.add_field("document", b"hello", filename="a.txt", content_type="text/plain")
    parts.add_field("caption", "<b>c</b>")
    parts.add_field("parse_mode", "HTML")
    async with session.post(f"{bot.base}/sendDocument", data=parts) as response:
        message = (await response.json())["result"]
    assert message["document"]["file_name"] == "a.txt"
    assert (message["document"]["mime_type"], message["document"]["file_size"]) == ("text/plain", 5)
    assert message["caption_entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    file = await bot.done("getFile", file_id=message["document"]["file_id"])
    async with session.get(f"{server.url}/file/{bot.base.rpartition('/')[2]}/{file['file_path']}") as response:
        assert await response.read() == b"hello"
    async with session.get(f"{server.url}/file/{bot.base.rpartition('/')[2]}/documents/none") as response:
        assert response.status == 404
    again = await bot.done("sendDocument", chat_id=chat, document=message["document"]["file_id"])
    assert again["document"]["file_id"] == message["document"]["file_id"]


async def test_a_file_may_be_attached_under_another_name(bot, session, chat):
    parts = aiohttp.FormData()
    parts.add_field("chat_id", str(chat))
    parts.add_field("photo", "attach://chart")
    parts.add_field("chart", PNG, filename="c.png", content_type="image/png")
    async with session.post(f"{bot.base}/sendPhoto", data=parts) as response:
        (size,) = (await response.json())["result"]["photo"]
    assert (size["width"], size["height"]) == (3, 2)


async def test_files_that_cannot_be_sent_are_refused(bot, session, chat):
    assert await bot.refused("sendPhoto", chat_id=chat) == "400 Bad Request: there is no photo in the request"
    assert "wrong file_id" in await bot.refused("sendDocument", chat_id=chat, document="none")
    assert "failed to get HTTP URL" in await bot.refused("sendDocument", chat_id=chat, document="https://a.example/x")
    assert (
        await bot.refused("sendDocument", chat_id=chat, document="attach://x")
        == "400 Bad Request: file must be non-empty"
    )
    for data, words in ((b"", "file must be non-empty"), (b"no picture", "IMAGE_PROCESS_FAILED")):
        parts = aiohttp.FormData()
        parts.add_field("chat_id", str(chat))
        parts.add_field("photo", data, filename="a.png", content_type="image/png")
        async with session.post(f"{bot.base}/sendPhoto", data=parts) as response:
            assert (await response.json())["description"] == f"Bad Request: {words}"


async def test_getfile_stops_at_20_megabytes(bot, server, chat):
    server.people.send_document(chat, b"x", name="big.pdf", size=20 * 1024 * 1024 + 1)
    (update,) = await bot.updates()
    document = update["message"]["document"]
    assert document["file_size"] == 20 * 1024 * 1024 + 1
    assert await bot.refused("getFile", file_id=document["file_id"]) == "400 Bad Request: file is too big"
    assert "file_id is empty" in await bot.refused("getFile")


async def test_calls_are_counted_with_their_times(bot, server, chat, clock):
    await bot.done("sendMessage", chat_id=chat, text="a")
    clock.move(seconds=1)
    await bot.refused("sendMessage", chat_id=chat, text="")
    first, second = server.calls("sendmessage", chat_id=chat)
    assert (first.status, second.status) == (200, 400)
    assert (second.at - first.at).total_seconds() == 1
    assert first.parameters["text"] == "a"
    assert server.calls("getMe") == []


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (FaultKind.TOO_MANY, 429, "Too Many Requests: retry after 7"),
        (FaultKind.BAD_GATEWAY, 502, "Bad Gateway"),
        (FaultKind.FORBIDDEN, 403, "Forbidden: bot was blocked by the user"),
        (FaultKind.NOT_FOUND, 400, "Bad Request: chat not found"),
        (FaultKind.MIGRATE, 400, "Bad Request: group chat was upgraded to a supergroup chat"),
    ],
)
async def test_a_fault_refuses_so_many_calls_and_no_more(bot, server, chat, kind, status, words):
    server.faults.inject(kind, times=2, retry_after=7, migrate_to=-100)
    await bot.updates()
    for _ in range(2):
        assert await bot.refused("sendMessage", chat_id=chat, text="a") == f"{status} {words}"
    await bot.done("sendMessage", chat_id=chat, text="a")
    assert len(server.messages(chat)) == 1


async def test_refusals_carry_their_parameters(bot, session, server, chat):
    server.faults.inject(FaultKind.TOO_MANY, retry_after=7)
    async with session.post(f"{bot.base}/getMe") as response:
        assert response.headers["Retry-After"] == "7"
        assert (await response.json())["parameters"] == {"retry_after": 7}
    server.faults.inject(FaultKind.MIGRATE, migrate_to=-1005)
    _, answer = await bot.call("sendMessage", chat_id=chat, text="a")
    assert answer["parameters"] == {"migrate_to_chat_id": -1005}


async def test_a_fault_may_be_for_one_chat_or_method_alone(bot, server, chat):
    other = server.chats.add_private("Bo", started=True)
    server.faults.inject(FaultKind.FORBIDDEN, chat_id=other)
    server.faults.inject(FaultKind.BAD_GATEWAY, method="getUpdates")
    await bot.done("sendMessage", chat_id=chat, text="a")
    assert "403" in await bot.refused("sendMessage", chat_id=other, text="a")
    assert "502" in await bot.refused("getUpdates")
    server.faults.inject(FaultKind.FORBIDDEN)
    server.faults.clear()
    await bot.done("getMe")


async def test_a_lost_answer_was_carried_out_all_the_same(bot, server, chat):
    server.faults.inject(FaultKind.LOST_ANSWER)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.call("sendMessage", chat_id=chat, text="a")
    assert [message.text for message in server.messages(chat)] == ["a"]


async def test_a_dropped_call_was_not_carried_out(bot, server, chat):
    server.faults.inject(FaultKind.DROP)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.call("sendMessage", chat_id=chat, text="a")
    assert server.messages(chat) == []


async def test_a_hanging_call_answers_nobody(bot, server, session, chat):
    server.faults.inject(FaultKind.HANG)
    timeout = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        await session.post(f"{bot.base}/sendMessage", json={"chat_id": chat, "text": "a"}, timeout=timeout)
    server.faults.inject(FaultKind.HANG, seconds=0.01)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.call("sendMessage", chat_id=chat, text="a")
    assert server.messages(chat) == []


async def test_an_answer_may_be_no_json(bot, server, session):
    server.faults.inject(FaultKind.NOT_JSON)
    async with session.post(f"{bot.base}/getMe") as response:
        assert response.content_type == "text/html"
    await bot.done("getMe")


async def test_latency_holds_every_call_and_an_odd_token_works(clock, session):
    server = PreviewServer("odd", clock=clock, latency=0.001)
    await server.start()
    async with session.get(f"{server.url}/botodd/getMe") as response:
        assert (await response.json())["result"]["id"] == 7_000_000_001
    await server.stop()


async def test_a_taken_port_is_one_clear_sentence(server, clock):
    second = PreviewServer("1:a", clock=clock)
    with pytest.raises(AskedWronglyError, match="can't listen on 127"):
        await second.start(port=int(server.url.rpartition(":")[2]))
