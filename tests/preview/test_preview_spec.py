"""The machine-readable description of the Bot API, held against what the preview serves and gives."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.preview.people import Origin

_BESIDE = Path(__file__).parents[3] / "shared" / "telegram" / "bot-api-10.1.json"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02" + b"\0" * 20
RICH = (
    "<h1>A</h1><p>b <b>c <i>d</i></b> <a href='https://a.example/'>e</a> /help @ada_l "
    "<tg-time unix='1' format='r'>f</tg-time>"
    "<mark>m</mark><sub>s</sub><sup>p</sup><tg-spoiler>t</tg-spoiler><code>k</code></p><hr/><footer>g</footer>"
    "<ul><li>h</li><li><input type='checkbox'>i</li></ul><ol><li>j</li></ol><blockquote>q<cite>r</cite></blockquote>"
    "<aside>u</aside><pre>v</pre><details><summary>w</summary>x</details>"
    "<table bordered><caption>y</caption><tr><th>z</th></tr></table>"
    "<figure><img src='https://a.example/a.png'><figcaption>1</figcaption></figure><tg-map lat='1' long='2'/>"
    "<tg-collage><img src='https://a.example/a.png'></tg-collage><tg-math-block>e</tg-math-block>"
    "<video src='https://a.example/a.mp4'></video><audio src='https://a.example/a.mp3'></audio>"
)


@pytest.fixture(scope="module")
def spec():
    path = Path(os.environ.get("COMMUNIQUE_BOT_API_SPEC", _BESIDE))
    if not path.is_file():
        pytest.skip(f"no description of the Bot API at {path}; set COMMUNIQUE_BOT_API_SPEC")
    return json.loads(path.read_text("utf-8"))


def test_every_method_served_is_documented_with_these_required_parameters(spec, server):
    for method in server.api.methods.values():
        assert method.name in spec["methods"]
        fields = spec["methods"][method.name].get("fields", [])
        assert set(method.required) == {field["name"] for field in fields if field["required"]}, method.name


async def test_a_required_parameter_that_is_missing_is_refused(server, bot, chat):
    given = {
        "chat_id": chat,
        "text": "a",
        "rich_message": {"html": "a"},
        "photo": "x",
        "document": "x",
        "action": "typing",
        "message_id": 1,
        "callback_query_id": "1",
        "inline_query_id": "1",
        "results": [],
        "commands": [],
        "file_id": "x",
        "user_id": chat,
    }
    for method in server.api.methods.values():
        for missing in set(method.required) - {"url"}:  # setWebhook without a url removes it
            parameters = {name: given[name] for name in method.required if name != missing}
            assert "400" in await bot.refused(method.name, **parameters), (method.name, missing)


_PLAIN = {"Integer": int, "String": str, "Boolean": bool}


def errors_of(spec, kind, value, path):
    """Say where a value is not of a type of the description; nothing where it is."""
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{path}: no array"]
        return [
            error for index, item in enumerate(value) for error in errors_of(spec, kind[9:], item, f"{path}[{index}]")
        ]
    if kind == "Float":
        return [] if isinstance(value, (int, float)) else [f"{path}: no number"]
    if kind in _PLAIN:
        return [] if type(value) is _PLAIN[kind] else [f"{path}: {value!r} is no {kind}"]
    described = spec["types"][kind]
    if described.get("subtypes"):
        return errors_of_one(spec, described["subtypes"], value, path)
    if not isinstance(value, dict):
        return [f"{path}: no {kind}"]
    fields = {field["name"]: field for field in described.get("fields", [])}
    found = [f"{path}: {kind} has no field {name}" for name in value if name not in fields]
    found += [
        f"{path}: {kind} needs {name}" for name, field in fields.items() if field["required"] and name not in value
    ]
    for name, field in fields.items():
        constant = field["description"].partition('always "')[2].partition('"')[0]
        if name in value and constant and name in {"type", "status"} and value[name] != constant:
            found.append(f"{path}: {kind}.{name} is {value[name]!r}")
        elif name in value:
            found += errors_of_one(spec, field["types"], value[name], f"{path}.{name}")
    return found


def errors_of_one(spec, kinds, value, path):
    tried = [errors_of(spec, kind, value, path) for kind in kinds]
    return min(tried, key=len) if all(tried) else []


async def everything_said(bot, server, chat):
    """Make a message of every kind the preview can make; return what came back."""
    people, chats = server.people, server.chats
    forum, channel = chats.add_group("Forum", forum=True), chats.add_channel("Wire", username="wire")
    people.send_text(chat, "/start @ada_l #a $USD https://a.example.com a@b.example")
    for kind in ("user", "hidden_user", "chat", "channel"):
        people.forward_text(chat, "news", origin=Origin(kind, "Name", "name"))
    asked = people.send_document(chat, b"x", name="a.txt", caption="/c", album="1")
    people.send_photo(chat, PNG, caption="c")
    people.forward_rich(chat, RICH.replace("<img", "<img "))
    people.edit_text(channel, people.send_text(channel, "post"), "newer")
    people.send_text(forum, "/digest", thread_id=chats.add_topic(forum, "T"))
    chats.migrate(chats.add_group("Desk"))
    chats.block(chat)
    chats.unblock(chat)
    people.ask_inline(chat, "words")
    markup = "<b>a</b><pre><code class='language-py'>b</code></pre><tg-time unix='1'>c</tg-time>"
    markup += "<blockquote expandable>d</blockquote>"
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    reply = {"message_id": asked}
    sent = [
        await bot.done(
            "sendMessage", chat_id=chat, text=markup, parse_mode="HTML", reply_markup=keyboard, reply_parameters=reply
        ),
        await bot.done("sendRichMessage", chat_id=chat, rich_message={"html": RICH, "is_rtl": True}),
    ]
    people.press(chat, sent[0]["message_id"], "a")
    place = {"chat_id": chat, "message_id": sent[0]["message_id"]}
    return [*sent, await bot.done("editMessageText", **place, text="b")]


async def test_messages_and_updates_have_the_documented_fields_and_types(spec, bot, server, chat):
    messages = await everything_said(bot, server, chat)
    updates = await bot.updates()
    found = [error for message in messages for error in errors_of(spec, "Message", message, "message")]
    found += [error for update in updates for error in errors_of(spec, "Update", update, "update")]
    assert found == []
    kinds = {kind for update in updates for kind in update} - {"update_id"}
    assert kinds >= {
        "message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "inline_query",
        "my_chat_member",
    }


async def test_other_answers_have_the_documented_fields_and_types(spec, bot, server, chat):
    group = server.chats.add_group("Desk", admins=[chat], bot_admin=True)
    server.people.send_document(chat, b"x", name="a.txt")
    document = (await bot.updates())[-1]["message"]["document"]
    answers = {
        "User": [await bot.done("getMe")],
        "ChatFullInfo": [await bot.done("getChat", chat_id=chat), await bot.done("getChat", chat_id=group)],
        "ChatMember": await bot.done("getChatAdministrators", chat_id=group),
        "File": [await bot.done("getFile", file_id=document["file_id"])],
        "WebhookInfo": [await bot.done("getWebhookInfo")],
    }
    assert [
        error for kind, values in answers.items() for value in values for error in errors_of(spec, kind, value, kind)
    ] == []


def test_the_check_itself_finds_what_is_wrong(spec):
    assert errors_of(spec, "User", {"id": "1", "is_bot": False, "first_name": "A", "age": 3}, "user") == [
        "user: User has no field age",
        "user.id: '1' is no Integer",
    ]
    assert errors_of(spec, "RichBlock", {"type": "heading", "text": "a"}, "block")
