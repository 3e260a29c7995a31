"""Sending, editing, deleting, and the keyboards under messages."""

from __future__ import annotations

import pytest

from bot.preview.server import PreviewServer


async def test_a_sent_message_comes_back_as_telegram_gives_it(bot, chat, clock):
    message = await bot.done("sendMessage", chat_id=chat, text="<b>a</b> /help", parse_mode="HTML")
    assert message == {
        "message_id": 1,
        "from": {"id": 7000000001, "is_bot": True, "first_name": "Communiqué", "username": "communique_bot"},
        "date": int(clock.now.timestamp()),
        "chat": {"id": chat, "type": "private", "first_name": "Ada"},
        "text": "a /help",
        "entities": [
            {"type": "bold", "offset": 0, "length": 1},
            {"type": "bot_command", "offset": 2, "length": 5},
        ],
    }


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": 99, "text": "a"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "a"}, "chat not found"),
        ({"chat_id": "CHAT"}, "message text is empty"),
        ({"chat_id": "CHAT", "text": " \n"}, "message text is empty"),
        ({"chat_id": "CHAT", "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"chat_id": "CHAT", "text": "a" * 4097}, "message is too long"),
        (
            {"chat_id": "CHAT", "text": "<x>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        ({"chat_id": "CHAT", "text": "a", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"chat_id": "CHAT", "text": "a", "message_thread_id": 5}, "message thread not found"),
        ({"chat_id": "CHAT", "text": "a", "reply_parameters": {"message_id": 9}}, "message to be replied not found"),
    ],
)
async def test_what_telegram_refuses_is_refused(bot, chat, parameters, words):
    parameters = {key: chat if value == "CHAT" else value for key, value in parameters.items()}
    assert await bot.refused("sendMessage", **parameters) == f"400 Bad Request: {words}"


async def test_a_chat_that_never_started_is_not_found(bot, server):
    silent = server.chats.add_private("Eve")
    assert await bot.refused("sendMessage", chat_id=silent, text="a") == "400 Bad Request: chat not found"
    server.people.send_text(silent, "hello")
    await bot.done("sendMessage", chat_id=silent, text="a")


async def test_a_reply_holds_the_message_without_its_own_reply(bot, chat):
    first = await bot.done("sendMessage", chat_id=chat, text="a")
    second = await bot.done("sendMessage", chat_id=chat, text="b", reply_parameters={"message_id": first["message_id"]})
    third = await bot.done("sendMessage", chat_id=chat, text="c", reply_to_message_id=second["message_id"])
    assert second["reply_to_message"]["text"] == "a"
    assert "reply_to_message" not in third["reply_to_message"]
    lone = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await bot.done("sendMessage", chat_id=chat, text="d", reply_parameters=lone)
    for broken in ([], {"message_id": "1"}):
        assert "reply parameters" in await bot.refused("sendMessage", chat_id=chat, text="e", reply_parameters=broken)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ([], "object expected as reply markup"),
        ({"inline_keyboard": {}}, "must be an Array"),
        ({"inline_keyboard": [{}]}, "must be an Array"),
        ({"inline_keyboard": [["a"]]}, "expected an Object"),
        ({"inline_keyboard": [[{"callback_data": "a"}]]}, 'can\'t find field "text"'),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}, "text of the button is empty"),
        ({"inline_keyboard": [[{"text": "a"}]]}, "Text buttons are unallowed in the inline keyboard"),
        (
            {"inline_keyboard": [[{"text": "a", "callback_data": "a", "url": "https://a.example"}]]},
            "exactly one action",
        ),
        ({"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": 7}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "url": "javascript:x"}]]}, "Wrong HTTP URL"),
        ({"inline_keyboard": [[{"text": "a", "url": 7}]]}, 'field "url" must be of type String'),
        ({"inline_keyboard": [[{"text": "a", "copy_text": {}}]]}, "BUTTON_COPY_TEXT_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "switch_inline_query": 3}]]}, "must be of type String"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a", "style": "pink"}]]}, "invalid button style"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 8] * 13}, "REPLY_MARKUP_TOO_LONG"),
        ({"keyboard": [{}]}, "must be an Array"),
        ({"keyboard": [[{"text": ""}]]}, "non-empty String"),
    ],
)
async def test_a_malformed_keyboard_is_refused(bot, chat, markup, words):
    assert words in await bot.refused("sendMessage", chat_id=chat, text="a", reply_markup=markup)


async def test_a_good_keyboard_stands_under_the_message(bot, chat, server):
    rows = [
        [{"text": "a", "callback_data": "é" * 32, "style": "primary"}, {"text": "b", "url": "https://a.example/x"}],
        [],
        [{"text": "c", "copy_text": {"text": "t"}}, {"text": "d", "url": f"tg://user?id={chat}"}],
    ]
    message = await bot.done("sendMessage", chat_id=chat, text="a", reply_markup={"inline_keyboard": rows})
    assert message["reply_markup"] == {"inline_keyboard": [rows[0], rows[2]]}
    (kept,) = server.messages(chat, by_bot=True)
    assert kept.button("c")["copy_text"] == {"text": "t"}
    with pytest.raises(KeyError):
        kept.button("none")
    other = await bot.done("sendMessage", chat_id=chat, text="a", reply_markup={"keyboard": [["x"]]})
    assert "reply_markup" not in other


async def test_an_edit_changes_text_and_buttons_and_must_change_something(bot, chat, server, clock):
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    message = await bot.done("sendMessage", chat_id=chat, text="one", reply_markup=keyboard)
    place = {"chat_id": chat, "message_id": message["message_id"]}
    same = (
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
    assert await bot.refused("editMessageText", **place, text="one", reply_markup=keyboard) == same
    assert await bot.refused("editMessageReplyMarkup", **place, reply_markup=keyboard) == same
    clock.move(seconds=5)
    edited = await bot.done("editMessageText", **place, text="<i>two</i>", parse_mode="HTML")
    assert (edited["text"], edited["edit_date"] - edited["date"]) == ("two", 5)
    assert "reply_markup" not in edited
    edited = await bot.done("editMessageReplyMarkup", **place, reply_markup=keyboard)
    assert (edited["text"], edited["reply_markup"]) == ("two", keyboard)
    (kept,) = server.messages(chat)
    assert [earlier["text"] for earlier in kept.earlier] == ["one", "two"]
    assert kept.markup == "<i>two</i>"


async def test_only_the_bots_own_living_messages_are_edited(bot, chat, server):
    number = server.people.send_text(chat, "mine")
    assert (
        await bot.refused("editMessageText", chat_id=chat, message_id=number, text="a")
        == "400 Bad Request: message can't be edited"
    )
    assert (
        await bot.refused("editMessageText", chat_id=chat, message_id=99, text="a")
        == "400 Bad Request: message to edit not found"
    )
    assert "identifier" in await bot.refused("editMessageText", chat_id=chat, text="a")
    assert (
        await bot.refused("editMessageText", inline_message_id="x", text="a") == "400 Bad Request: MESSAGE_ID_INVALID"
    )


async def test_a_rich_message_has_blocks_and_may_be_edited(bot, chat, server):
    message = await bot.done("sendRichMessage", chat_id=chat, rich_message={"html": "<h1>A</h1>b"})
    assert message["rich_message"]["blocks"][0] == {"type": "heading", "text": "A", "size": 1}
    assert "text" not in message
    place = {"chat_id": chat, "message_id": message["message_id"]}
    edited = await bot.done("editMessageText", **place, rich_message={"html": "c"})
    assert edited["rich_message"] == {"blocks": [{"type": "paragraph", "text": "c"}]}
    assert (await bot.done("editMessageText", **place, text="plain"))["text"] == "plain"
    picture = await bot.done(
        "sendRichMessage", chat_id=chat, rich_message={"html": "<img src='https://a.example/a.png'>"}
    )
    assert picture["rich_message"]["blocks"][0]["photo"][0]["width"] > 0
    assert server.messages(chat)[0].text == "plain"


async def test_a_rich_message_is_refused_with_reasons(bot, chat):
    assert await bot.refused("sendRichMessage", chat_id=chat) == "400 Bad Request: rich_message is empty"
    assert "markdown are not supported here" in await bot.refused(
        "sendRichMessage", chat_id=chat, rich_message={"markdown": "# a"}
    )
    assert "Unsupported start tag" in await bot.refused("sendRichMessage", chat_id=chat, rich_message={"html": "<x>"})


async def test_an_older_server_knows_no_rich_messages(clock, client_of):
    server = PreviewServer("7000000001:preview-token_for-tests", clock=clock, bot_api="10.0")
    await server.start()
    old, chat = client_of(server), server.chats.add_private(started=True)
    assert await old.refused("sendRichMessage", chat_id=chat, rich_message={"html": "a"}) == "404 Not Found"
    message = await old.done("sendMessage", chat_id=chat, text="a")
    place = {"chat_id": chat, "message_id": message["message_id"]}
    assert "text is empty" in await old.refused("editMessageText", **place, rich_message={"html": "a"})
    await server.stop()


async def test_a_message_is_deleted_once_and_in_time(bot, chat, server, clock):
    message = await bot.done("sendMessage", chat_id=chat, text="a")
    place = {"chat_id": chat, "message_id": message["message_id"]}
    assert await bot.done("deleteMessage", **place) is True
    assert await bot.refused("deleteMessage", **place) == "400 Bad Request: message to delete not found"
    assert server.messages(chat) == []
    late = await bot.done("sendMessage", chat_id=chat, text="a")
    clock.move(hours=49)
    assert "can't be deleted" in await bot.refused("deleteMessage", chat_id=chat, message_id=late["message_id"])


async def test_chat_actions_are_the_documented_ones(bot, chat):
    assert await bot.done("sendChatAction", chat_id=chat, action="typing") is True
    assert (
        await bot.refused("sendChatAction", chat_id=chat, action="dancing")
        == "400 Bad Request: wrong parameter action in request"
    )


async def test_protected_content_and_preview_options_are_kept(bot, chat):
    message = await bot.done(
        "sendMessage", chat_id=chat, text="a", protect_content=True, link_preview_options={"is_disabled": True}
    )
    assert message["has_protected_content"] is True
    assert message["link_preview_options"] == {"is_disabled": True}


async def test_commands_are_kept_by_scope_and_language(bot, server, chat):
    default = [{"command": "start", "description": "what it does"}]
    private = [{"command": "digest", "description": "now"}]
    german = [{"command": "digest", "description": "jetzt"}]
    await bot.done("setMyCommands", commands=default)
    assert server.api.menu.commands_for(server.chats.state(chat), {"id": chat}) == default
    await bot.done("setMyCommands", commands=private, scope={"type": "all_private_chats"})
    await bot.done("setMyCommands", commands=german, scope={"type": "all_private_chats"}, language_code="de")
    assert await bot.done("getMyCommands") == default
    assert await bot.done("getMyCommands", scope={"type": "all_private_chats"}, language_code="de") == german
    assert await bot.done("getMyCommands", language_code="fr") == []
    seen = server.api.menu.commands_for
    assert seen(server.chats.state(chat), {"id": chat, "language_code": "de"}) == german
    group = server.chats.add_group("Desk", admins=[chat])
    assert seen(server.chats.state(group), {"id": chat}) == default
    await bot.done("setMyCommands", commands=private, scope={"type": "all_chat_administrators"})
    assert seen(server.chats.state(group), {"id": chat}) == private
    await bot.done("setMyCommands", commands=german, scope={"type": "chat_member", "chat_id": group, "user_id": chat})
    assert seen(server.chats.state(group), {"id": chat}) == german
    await bot.done("deleteMyCommands", scope={"type": "all_private_chats"})
    await bot.done("setMyCommands", commands=[], scope={"type": "all_private_chats"}, language_code="de")
    assert seen(server.chats.state(chat), {"id": chat, "language_code": "de"}) == default


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "expected an Array"),
        ({"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": ["a"]}, "expected an Object"),
        ({"commands": [], "scope": {"type": "moon"}}, "unsupported type"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 99}}, "chat not found"),
        ({"commands": [], "language_code": "deu"}, "invalid language code"),
    ],
)
async def test_wrong_commands_are_refused(bot, parameters, words):
    assert words in await bot.refused("setMyCommands", **parameters)


async def test_descriptions_and_the_menu_button_are_taken(bot, server, chat):
    await bot.done("setMyDescription", description="d")
    await bot.done("setMyShortDescription", short_description="s", language_code="de")
    assert server.api.menu.descriptions == {("description", ""): "d", ("short_description", "de"): "s"}
    assert "too long" in await bot.refused("setMyShortDescription", short_description="s" * 121)
    await bot.done("setChatMenuButton", menu_button={"type": "commands"})
    await bot.done("setChatMenuButton", chat_id=chat)
    assert server.api.menu.buttons == {None: {"type": "commands"}, chat: {"type": "default"}}
    assert "menu button" in await bot.refused("setChatMenuButton", menu_button={"type": "x"})
    assert "chat not found" in await bot.refused("setChatMenuButton", chat_id=server.chats.add_group())
