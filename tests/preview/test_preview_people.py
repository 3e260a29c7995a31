"""What people do, and the updates it makes."""

from __future__ import annotations

import pytest

from bot.errors import AskedWronglyError
from bot.preview.people import Origin, Sample
from bot.preview.refusals import ApiError

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08\x00\x05\x00\x07" + b"\0" * 20


async def last(bot):
    return (await bot.updates())[-1]


async def test_a_written_text_has_its_entities(bot, server, chat):
    server.people.send_text(chat, " 🤝 /start@communique_bot https://a.example.com/x ")
    message = (await last(bot))["message"]
    assert message["text"] == "🤝 /start@communique_bot https://a.example.com/x"
    assert [(e["type"], e["offset"], e["length"]) for e in message["entities"]] == [
        ("bot_command", 3, 21),
        ("url", 25, 23),
    ]
    assert message["from"] == {"id": chat, "is_bot": False, "first_name": "Ada", "language_code": "en"}


async def test_a_long_text_goes_out_in_pieces_as_from_a_client(bot, server, chat):
    server.people.send_text(chat, "word " * 1500)
    texts = [update["message"]["text"] for update in await bot.updates()]
    assert [len(text) for text in texts] == [4094, 3404]


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        (Origin("channel", "Kairos Wire", "kairos"), ("chat", "title", "Kairos Wire")),
        (Origin("chat", "Desk"), ("sender_chat", "title", "Desk")),
        (Origin("user", "Bo", "bo_b"), ("sender_user", "first_name", "Bo")),
    ],
)
async def test_a_forward_tells_its_origin(bot, server, chat, origin, told):
    server.people.forward_text(chat, "news", origin=origin)
    found = (await last(bot))["message"]["forward_origin"]
    assert found["type"] == origin.kind
    assert found[told[0]][told[1]] == told[2]
    server.people.forward_text(chat, "news", origin=Origin("hidden_user", "Eve"))
    assert (await last(bot))["message"]["forward_origin"]["sender_user_name"] == "Eve"
    with pytest.raises(AskedWronglyError):
        server.people.forward_text(chat, "news", origin=Origin("moon"))


async def test_a_sample_comes_as_from_its_outlets_channel(bot, server, chat):
    server.people.forward_sample(chat, Sample("Title", "Harbor Post", "Text."))
    message = (await last(bot))["message"]
    assert message["text"] == "Title\n\nText."
    assert message["forward_origin"]["chat"]["title"] == "Harbor Post"


async def test_messages_of_the_preview_are_forwarded_with_their_author(bot, server, chat):
    channel = server.chats.add_channel("Wire", username="wire")
    post = server.people.send_text(channel, "in the channel")
    server.people.forward_message(chat, channel, post)
    origin = (await last(bot))["message"]["forward_origin"]
    assert (origin["type"], origin["chat"]["username"], origin["message_id"]) == ("channel", "wire", post)
    sent = await bot.done("sendMessage", chat_id=chat, text="x")
    server.people.forward_message(chat, chat, sent["message_id"])
    assert (await last(bot))["message"]["forward_origin"]["sender_user"]["is_bot"]


async def test_a_forwarded_rich_message_has_blocks_and_no_text(bot, server, chat):
    server.people.forward_rich(chat, "<h1>A</h1>")
    message = (await last(bot))["message"]
    assert "text" not in message
    assert message["rich_message"]["blocks"][0]["type"] == "heading"


async def test_documents_and_albums_arrive_with_captions(bot, server, chat):
    server.people.send_document(chat, b"x", name="a.txt", mime="text/plain", caption="see /summary", album="7")
    server.people.send_photo(chat, PNG, caption="one", album="7")
    server.people.send_photo(chat, JPEG, origin=Origin())
    document, photo, other = [update["message"] for update in await bot.updates()]
    assert document["document"]["file_name"] == "a.txt"
    assert document["caption_entities"][0]["type"] == "bot_command"
    assert (document["media_group_id"], photo["media_group_id"]) == ("7", "7")
    assert [(size["width"], size["height"]) for size in photo["photo"] + other["photo"]] == [(3, 2), (7, 5)]
    with pytest.raises(ApiError):
        server.people.send_photo(chat, b"\xff\xd8\xff")


async def test_an_edited_message_is_told_as_such(bot, server, chat):
    number = server.people.send_text(chat, "one")
    server.people.edit_text(chat, number, "two")
    update = await last(bot)
    assert (update["edited_message"]["text"], "edit_date" in update["edited_message"]) == ("two", True)


async def test_a_pressed_button_brings_the_whole_message(bot, server, chat):
    asked = server.people.send_text(chat, "forwarded")
    keyboard = {
        "inline_keyboard": [[{"text": "Longer", "callback_data": "l:3"}, {"text": "Web", "url": "https://a.example/"}]]
    }
    sent = await bot.done(
        "sendMessage", chat_id=chat, text="sum", reply_parameters={"message_id": asked}, reply_markup=keyboard
    )
    query_id = server.people.press(chat, sent["message_id"], "Longer")
    query = (await last(bot))["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (query_id, "l:3", chat)
    assert query["message"]["reply_to_message"]["text"] == "forwarded"
    assert query["message"]["reply_markup"] == keyboard
    assert await bot.done("answerCallbackQuery", callback_query_id=query_id, text="done", show_alert=True) is True
    assert await server.wait_for_answer(query_id) == {"text": "done", "show_alert": True, "url": ""}
    with pytest.raises(AskedWronglyError, match="it has: Longer"):
        server.people.press(chat, sent["message_id"], "Web")


async def test_a_query_is_answered_once_in_time_and_briefly(bot, server, chat, clock):
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    sent = await bot.done("sendMessage", chat_id=chat, text="a", reply_markup=keyboard)
    old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await bot.refused("answerCallbackQuery", callback_query_id="1") == old
    query = server.people.press(chat, sent["message_id"], "b")
    assert (
        await bot.refused("answerCallbackQuery", callback_query_id=query, text="a" * 201)
        == "400 Bad Request: MESSAGE_TOO_LONG"
    )
    await bot.done("answerCallbackQuery", callback_query_id=query)
    assert await bot.refused("answerCallbackQuery", callback_query_id=query) == old
    late = server.people.press(chat, sent["message_id"], "b")
    clock.move(minutes=16)
    assert await bot.refused("answerCallbackQuery", callback_query_id=late) == old


async def test_an_inline_query_is_asked_and_answered(bot, server, chat):
    query_id = server.people.ask_inline(chat, "steel duty")
    query = (await last(bot))["inline_query"]
    assert (query["query"], query["from"]["id"]) == ("steel duty", chat)
    article = {
        "type": "article",
        "id": "1",
        "title": "T",
        "input_message_content": {"message_text": "<b>a</b>", "parse_mode": "HTML"},
    }
    rich = {**article, "id": "2", "input_message_content": {"rich_message": {"html": "a"}}}
    wrong = [
        ({}, "expected an Array"),
        ([article] * 51, "RESULTS_TOO_MUCH"),
        ([article, article], "RESULT_ID_DUPLICATE"),
        ([{**article, "id": "x" * 65}], "RESULT_ID_INVALID"),
        ([{**article, "title": ""}], "title is empty"),
        ([{"id": "1"}], 'field "type"'),
        ([{**article, "input_message_content": None}], "content is not specified"),
        ([{**article, "input_message_content": {"message_text": " "}}], "message text is empty"),
        ([{**article, "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}], "Text buttons are unallowed"),
    ]
    for results, words in wrong:
        assert words in await bot.refused("answerInlineQuery", inline_query_id=query_id, results=results)
    await bot.done("answerInlineQuery", inline_query_id=query_id, results=[article, rich], next_offset="2")
    answer = await server.wait_for_answer(query_id)
    assert [result["id"] for result in answer["results"]] == ["1", "2"]
    assert "too old" in await bot.refused("answerCallbackQuery", callback_query_id=query_id)


async def test_blocking_tells_the_bot_and_closes_the_chat(bot, server, chat):
    server.chats.block(chat)
    change = (await last(bot))["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    blocked = "403 Forbidden: bot was blocked by the user"
    assert await bot.refused("sendMessage", chat_id=chat, text="a") == blocked
    assert await bot.refused("sendChatAction", chat_id=chat, action="typing") == blocked
    with pytest.raises(AskedWronglyError, match="unblock"):
        server.people.send_text(chat, "a")
    server.chats.unblock(chat)
    assert (await last(bot))["my_chat_member"]["new_chat_member"]["status"] == "member"
    await bot.done("sendMessage", chat_id=chat, text="a")
    with pytest.raises(AskedWronglyError):
        server.chats.block(server.chats.add_group())


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(bot, server, chat):
    group = server.chats.add_group("Desk", admins=[chat])
    await bot.updates(offset=(await last(bot))["update_id"] + 1)
    people = server.people
    people.send_text(group, "just talk")
    people.send_text(group, "/start@other_bot")
    people.send_text(group, "/digest")
    people.send_text(group, "/digest@Communique_Bot")
    people.send_text(group, "hey @communique_bot")
    sent = await bot.done("sendMessage", chat_id=group, text="hello")
    people.send_text(group, "an answer", reply_to=sent["message_id"])
    heard = [update["message"]["text"] for update in await bot.updates()]
    assert heard == ["/digest", "/digest@Communique_Bot", "hey @communique_bot", "an answer"]
    server.chats.set_bot(group, "administrator")
    people.send_text(group, "just talk")
    assert (await last(bot))["message"]["text"] == "just talk"


async def test_joining_and_leaving_are_told(bot, server, chat):
    group = server.chats.add_group("Desk", admins=[chat], bot_admin=True)
    joined, greeted = await bot.updates()
    assert joined["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    assert greeted["message"]["new_chat_members"][0]["is_bot"]
    server.chats.kick_bot(group)
    assert (
        await bot.refused("sendMessage", chat_id=group, text="a") == "403 Forbidden: bot was kicked from the group chat"
    )
    server.people.send_text(group, "/digest")
    assert "my_chat_member" in await last(bot)
    server.chats.set_bot(group, "member")
    assert await bot.done("leaveChat", chat_id=group) is True
    assert "bot is not a member of the group chat" in await bot.refused("sendMessage", chat_id=group, text="a")
    assert "private" in await bot.refused("leaveChat", chat_id=chat)


async def test_members_and_administrators_are_as_they_were_set(bot, server, chat):
    other = server.chats.add_user("Bo")
    group = server.chats.add_group("Desk", members=[other], admins=[chat], supergroup=True)
    assert [admin["user"]["id"] for admin in await bot.done("getChatAdministrators", chat_id=group)] == [chat]
    statuses = [(await bot.done("getChatMember", chat_id=group, user_id=user))["status"] for user in (chat, other)]
    assert statuses == ["creator", "member"]
    server.chats.set_member(group, other, "administrator")
    server.chats.set_bot(group, "administrator")
    assert len(await bot.done("getChatAdministrators", chat_id=group)) == 3
    stranger = server.chats.add_user("Eve")
    assert (await bot.done("getChatMember", chat_id=group, user_id=stranger))["status"] == "left"
    assert "PARTICIPANT_ID_INVALID" in await bot.refused("getChatMember", chat_id=group, user_id=424242)
    assert "invalid user_id" in await bot.refused("getChatMember", chat_id=group)
    assert "no administrators in the private chat" in await bot.refused("getChatAdministrators", chat_id=chat)
    assert (await bot.done("getChat", chat_id=group))["title"] == "Desk"


async def test_a_silenced_bot_has_not_enough_rights(bot, server):
    group = server.chats.add_group("Desk")
    server.chats.silence_bot(group)
    assert "not enough rights" in await bot.refused("sendMessage", chat_id=group, text="a")
    server.chats.silence_bot(group, silent=False)
    await bot.done("sendMessage", chat_id=group, text="a")


async def test_a_group_that_became_a_supergroup_names_its_new_id(bot, server):
    group = server.chats.add_group("Desk")
    new = server.chats.migrate(group)
    _, answer = await bot.call("sendMessage", chat_id=group, text="a")
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    old_note, new_note = [update["message"] for update in (await bot.updates())[-2:]]
    assert (old_note["migrate_to_chat_id"], new_note["migrate_from_chat_id"]) == (new, group)
    assert (await bot.done("sendMessage", chat_id=new, text="a"))["chat"]["type"] == "supergroup"
    for act in (lambda: server.people.send_text(group, "a"), lambda: server.chats.migrate(new)):
        with pytest.raises(AskedWronglyError):
            act()


async def test_topics_are_threads_and_may_be_closed(bot, server):
    forum = server.chats.add_group("Forum", forum=True)
    thread = server.chats.add_topic(forum, "Tariffs")
    assert (await last(bot))["message"]["forum_topic_created"]["name"] == "Tariffs"
    server.people.send_text(forum, "/digest", thread_id=thread)
    assert (await last(bot))["message"]["message_thread_id"] == thread
    sent = await bot.done("sendMessage", chat_id=forum, message_thread_id=thread, text="a")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread, True)
    server.chats.close_topic(forum, thread)
    assert (
        await bot.refused("sendMessage", chat_id=forum, message_thread_id=thread, text="a")
        == "400 Bad Request: TOPIC_CLOSED"
    )
    server.chats.set_bot(forum, "administrator")
    await bot.done("sendMessage", chat_id=forum, message_thread_id=thread, text="a")
    with pytest.raises(AskedWronglyError):
        server.people.send_text(forum, "a", thread_id=999)
    with pytest.raises(AskedWronglyError):
        server.chats.add_topic(server.chats.add_group(), "x")


async def test_a_channel_posts_without_a_sender_and_by_its_name(bot, server):
    channel = server.chats.add_channel("Wire", username="wire")
    server.people.send_text(channel, "news")
    post = (await last(bot))["channel_post"]
    assert "from" not in post
    assert post["sender_chat"]["title"] == "Wire"
    server.people.edit_text(channel, post["message_id"], "newer")
    assert (await last(bot))["edited_channel_post"]["text"] == "newer"
    assert (await bot.done("sendMessage", chat_id="@wire", text="a"))["chat"]["id"] == channel
    server.chats.set_bot(channel, "member")
    assert "need administrator rights" in await bot.refused("sendMessage", chat_id=channel, text="a")


async def test_waiting_counts_what_came_after_the_last_act(bot, server, chat):
    server.people.send_text(chat, "a")
    sent = await bot.done("sendMessage", chat_id=chat, text="one")
    assert [message.text for message in await server.wait_for(chat)] == ["one"]
    server.people.send_text(chat, "b")
    with pytest.raises(TimeoutError, match="1 answers wanted"):
        await server.wait_for(chat, timeout=0.01)
    mark = server.mark()
    await bot.done("editMessageText", chat_id=chat, message_id=sent["message_id"], text="two")
    await bot.done("sendMessage", chat_id=chat, text="three")
    assert [message.text for message in await server.wait_for(chat, count=2, since=mark)] == ["two", "three"]


async def test_a_wait_ends_when_the_preview_stops(server, chat):
    await server.stop()
    with pytest.raises(TimeoutError):
        await server.wait_for(chat, timeout=5)


@pytest.mark.parametrize("act", ["send_text", "press", "edit_text"])
async def test_mistakes_of_the_caller_are_said(server, chat, act):
    arguments = {"send_text": (chat, " "), "press": (chat, 9, "x"), "edit_text": (99, 1, "x")}
    with pytest.raises(AskedWronglyError):
        getattr(server.people, act)(*arguments[act])
    with pytest.raises(AskedWronglyError):
        server.people.send_text(chat, "a", user_id=424242)
