"""What the chat page asks over HTTP, and who may not ask."""

from __future__ import annotations

import asyncio
import base64
import json
import re

import pytest

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02" + b"\0" * 20


@pytest.fixture
def act(server, session):
    async def run(name, /, **body):
        headers = {"X-Preview-Key": server.key}
        async with session.post(f"{server.url}/preview/act/{name}", json=body, headers=headers) as response:
            return response.status, await response.json()

    return run


@pytest.fixture
def get(server, session):
    async def fetch(path, **query):
        async with session.get(f"{server.url}/preview/{path}", params={"key": server.key, **query}) as response:
            return response.status, await response.json()

    return fetch


async def test_the_page_holds_the_key_and_nothing_inline(server, session):
    async with session.get(server.url) as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert re.search(r'name="preview-key" content="([^"]+)"', page)[1] == server.key
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script>|\son\w+=|style=|https?://", page)
    for name in ("chat.js", "draw.js", "chat.css"):
        async with session.get(f"{server.url}/{name}") as response:
            text = await response.text()
            assert response.status == 200
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|https://", text)


@pytest.mark.parametrize("path", ["/", "/chat.js", "/preview/state", "/preview/events", "/preview/act/block"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_page_cannot_use_the_preview(server, session, path, headers):
    ask = session.post if path.endswith("block") else session.get
    async with ask(server.url + path, headers={"X-Preview-Key": server.key, **headers}) as response:
        assert response.status == 403


@pytest.mark.parametrize("path", ["state", "events", "messages", "calls", "file/x"])
async def test_without_the_key_nothing_is_told(server, session, path):
    for key in ("", "wrong", "é"):
        async with session.get(f"{server.url}/preview/{path}", params={"key": key}) as response:
            assert response.status == 403


async def test_the_state_opens_a_chat_in_the_readers_language(server, session, get):
    headers = {"Accept-Language": "ja-JP,ja;q=0.9", "X-Preview-Key": server.key, "Origin": server.url}
    async with session.get(f"{server.url}/preview/state?open=1", headers=headers) as response:
        state = await response.json()
    assert state["notice"] == "These news are samples."
    assert state["samples"][0]["outlet"] == "Kairos Wire"
    (chat,) = state["chats"]
    assert server.world.users[chat["user_id"]]["language_code"] == "ja-JP"
    _, again = await get("state", open="1")
    assert len(again["chats"]) == 1


async def test_every_act_of_the_page_is_done(server, act, get, bot):
    _, made = await act("add_private", name="Bo", started=True)
    chat = made["result"]
    await act("send_text", chat_id=chat, text="hello")
    await act("forward_sample", chat_id=chat, sample=0)
    await act("forward_text", chat_id=chat, text="news", origin="hidden_user", name="Eve")
    data = base64.b64encode(b"text").decode()
    await act("send_document", chat_id=chat, data=data, name="a.txt", mime="text/plain")
    await act("send_photo", chat_id=chat, data=base64.b64encode(PNG).decode(), caption="c")
    await act("edit_text", chat_id=chat, message_id=1, text="hello again")
    await act("forward_message", chat_id=chat, from_chat_id=chat, message_id=1)
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    sent = await bot.done("sendMessage", chat_id=chat, text="x", reply_markup=keyboard)
    await act("press", chat_id=chat, message_id=sent["message_id"], button="b")
    _, group = await act("add_group", title="Desk", admins=[chat], forum=True)
    await act("add_topic", chat_id=group["result"], name="T")
    _, basic = await act("add_group")
    await act("migrate", chat_id=basic["result"])
    await act("add_channel", title="Wire")
    await act("kick_bot", chat_id=group["result"])
    await act("block", chat_id=chat)
    await act("unblock", chat_id=chat)
    await act("fault", kind="bad_gateway", times=1)
    assert "502" in await bot.refused("getMe")
    _, views = await get("messages", chat_id=chat)
    assert [view["text"] for view in views][:4] == [
        "hello again",
        "Tokyo weighs reply\n\nThe ministry said so on Friday.\nIt would decide.",
        "news",
        "",
    ]
    assert views[-1]["by_bot"]
    _, calls = await get("calls", method="getMe")
    assert [call["status"] for call in calls] == [502]
    file_id = views[4]["message"]["photo"][0]["file_id"]
    async with bot.session.get(f"{server.url}/preview/file/{file_id}", params={"key": server.key}) as response:
        assert (response.content_type, await response.read()) == ("image/png", PNG)
    file_id = views[3]["message"]["document"]["file_id"]
    async with bot.session.get(f"{server.url}/preview/file/{file_id}", params={"key": server.key}) as response:
        assert response.headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("send_text", {"chat_id": 99, "text": "a"}, "no chat 99"),
        ("send_text", {"chat_id": [1], "text": "a"}, "chat_id"),
        ("forward_sample", {"chat_id": 1, "sample": 9}, "no sample 9"),
        ("send_document", {"chat_id": 1, "data": "?"}, "base64"),
        ("add_group", {"admins": ["x"]}, "Array of Numbers"),
        ("fault", {"kind": "x"}, "a fault is one of"),
        ("dance", {}, "no such act"),
    ],
)
async def test_a_wrong_act_is_refused_with_words(act, name, body, words):
    status, answer = await act(name, **body)
    assert status in {400, 404}
    assert words in answer["error"]


async def test_bodies_that_are_no_objects_are_refused(server, session, get):
    for body in (b"{", b"[]"):
        async with session.post(
            f"{server.url}/preview/act/block", data=body, headers={"X-Preview-Key": server.key}
        ) as response:
            assert response.status == 400
    assert (await get("messages", chat_id="x"))[0] == 400
    assert (await get("file/none"))[0] == 400


async def test_a_test_elsewhere_may_wait_for_answers(server, session, bot, act, chat):
    await act("send_text", chat_id=chat, text="a")
    headers = {"X-Preview-Key": server.key}
    await bot.done("sendMessage", chat_id=chat, text="b")
    async with session.post(f"{server.url}/preview/wait", json={"chat_id": chat}, headers=headers) as response:
        assert [view["text"] for view in await response.json()] == ["b"]
    body = {"chat_id": chat, "count": 2, "timeout": 0}
    async with session.post(f"{server.url}/preview/wait", json=body, headers=headers) as response:
        assert response.status == 408
    async with session.post(f"{server.url}/preview/wait", json={"chat_id": 99}, headers=headers) as response:
        assert response.status == 400


async def events_of(response, count):
    found = []
    async with asyncio.timeout(5):
        async for line in response.content:
            if line.startswith(b"data:"):
                found.append(json.loads(line[5:]))
            if len(found) == count:
                return found
    return found


async def test_events_come_live_and_go_on_where_they_were_left(server, session, bot, chat):
    url = f"{server.url}/preview/events"
    query = {"key": server.key, "after": str(server.mark()), "start": server.key[:8]}
    async with session.get(url, params=query) as response:
        await bot.done("sendChatAction", chat_id=chat, action="typing")
        await bot.done("sendMessage", chat_id=chat, text="<b>a</b>", parse_mode="HTML")
        typing, sent = await events_of(response, 2)
    assert (typing["kind"], sent["kind"], sent["message"]["text"]) == ("typing", "sent", "a")
    async with session.get(url, params=query, headers={"Last-Event-ID": str(server.mark() - 1)}) as response:
        (again,) = await events_of(response, 1)
    assert again == sent
    for wrong in ({"after": "999999"}, {"after": "x"}, {"start": "other"}):
        async with session.get(url, params={**query, **wrong}) as response:
            assert (await response.text()).startswith("event: reload")


async def test_stopping_ends_the_event_stream(server, session):
    query = {"key": server.key, "after": str(server.mark())}
    async with session.get(f"{server.url}/preview/events", params=query) as response:
        await server.stop()
        await response.text()
