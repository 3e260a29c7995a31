"""The table of the methods this Bot API serves, and those about the bot, chats and files; the rest stand by meaning.

A method's `required` are the parameters Telegram's documentation requires, checked by a test against its description.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from dataclasses import dataclass

from bot.model import ChatKind
from bot.preview.answers import Answers
from bot.preview.menu import Menu
from bot.preview.parameters import Parameters
from bot.preview.refusals import ApiError, Json, bad_request
from bot.preview.sending import Handler, Sending
from bot.preview.updates import Updates
from bot.preview.world import ChatState, World

_ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name as documented, what answers it, and its required parameters."""

    name: str
    handler: Handler
    required: tuple[str, ...] = ()


class BotApi:
    """The methods of one bot on one world.

    Args:
        rich: whether sendRichMessage is known (Bot API 10.1).
    """

    def __init__(self, world: World, updates: Updates, *, rich: bool) -> None:
        self._world = world
        self.menu = Menu(world)
        self.answers = Answers(world)
        sending = Sending(world, rich=rich)
        methods = (
            *_about_updates(updates),
            *_about_messages(sending, self.answers),
            *_about_menu(self.menu),
            Method("getMe", self._me),
            Method("getFile", self._file, ("file_id",)),
            Method("getChat", self._chat, ("chat_id",)),
            Method("getChatMember", self._member, ("chat_id", "user_id")),
            Method("getChatAdministrators", self._administrators, ("chat_id",)),
            Method("leaveChat", self._leave, ("chat_id",)),
            Method("logOut", lambda _: True),
            Method("close", lambda _: True),
        )
        self.methods = {method.name.lower(): method for method in methods}

    async def answer(self, name: str, call: Parameters) -> object:
        """Return the result of a call; names count in any case, as on Telegram.

        Raises:
            ApiError: whatever Telegram would refuse.
        """
        method = self.methods.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found")
        result = method.handler(call)
        return await result if inspect.isawaitable(result) else result

    def _me(self, _: Parameters) -> Json:
        return {
            **self._world.me,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def _file(self, call: Parameters) -> Json:
        return self._world.files.downloadable(call.text("file_id")).as_file()

    def _present_chat(self, call: Parameters) -> ChatState:
        state = self._world.chat(call.text("chat_id"))
        if state.kind is not ChatKind.PRIVATE:
            self._world.check_present(state)
        return state

    def _chat(self, call: Parameters) -> Json:
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return {
            **self._present_chat(call).chat,
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def _member(self, call: Parameters) -> Json:
        state = self._present_chat(call)
        user_id = call.integer("user_id")
        if not user_id:
            raise bad_request("invalid user_id specified")
        user = self._world.user(user_id)
        if user is None:
            raise bad_request("PARTICIPANT_ID_INVALID")
        status = state.bot_status if user_id == self._world.me["id"] else state.members.get(user_id, "left")
        return chat_member(user, status)

    def _administrators(self, call: Parameters) -> list[Json]:
        state = self._present_chat(call)
        if state.kind is ChatKind.PRIVATE:
            raise bad_request("there are no administrators in the private chat")
        ruling = {id_: status for id_, status in state.members.items() if status in {"administrator", "creator"}}
        if state.bot_status == "administrator":
            ruling[self._world.me["id"]] = "administrator"
        return [chat_member(self._world.users[id_], status) for id_, status in ruling.items()]

    def _leave(self, call: Parameters) -> bool:
        state = self._present_chat(call)
        if state.kind is ChatKind.PRIVATE:
            raise bad_request("chat member status can't be changed in private chats")
        state.bot_status = "left"
        self._world.journal.write("chat", state.id, by_bot=True)
        return True


def chat_member(user: Json, status: str) -> Json:
    """Return a ChatMember of a status.

    >>> chat_member({"id": 1}, "kicked")
    {'status': 'kicked', 'user': {'id': 1}, 'until_date': 0}
    """
    member: Json = {"status": status, "user": user}
    if status == "kicked":
        member["until_date"] = 0
    elif status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_ADMIN_RIGHTS, True)}
    return member


def _about_updates(updates: Updates) -> tuple[Method, ...]:
    def poll(call: Parameters) -> Awaitable[object]:
        return updates.poll(call)

    return (
        Method("getUpdates", poll),
        Method("setWebhook", updates.set_webhook, ("url",)),
        Method("deleteWebhook", updates.delete_webhook),
        Method("getWebhookInfo", updates.webhook_info),
    )


def _about_messages(sending: Sending, answers: Answers) -> tuple[Method, ...]:
    return (
        Method("sendMessage", sending.send_message, ("chat_id", "text")),
        Method("sendRichMessage", sending.send_rich_message, ("chat_id", "rich_message")),
        Method("sendPhoto", sending.send_photo, ("chat_id", "photo")),
        Method("sendDocument", sending.send_document, ("chat_id", "document")),
        Method("sendChatAction", sending.send_chat_action, ("chat_id", "action")),
        Method("editMessageText", sending.edit_message_text),
        Method("editMessageReplyMarkup", sending.edit_message_reply_markup),
        Method("deleteMessage", sending.delete_message, ("chat_id", "message_id")),
        Method("answerCallbackQuery", answers.answer_callback, ("callback_query_id",)),
        Method("answerInlineQuery", answers.answer_inline, ("inline_query_id", "results")),
    )


def _about_menu(menu: Menu) -> tuple[Method, ...]:
    return (
        Method("setMyCommands", menu.set_commands, ("commands",)),
        Method("getMyCommands", menu.get_commands),
        Method("deleteMyCommands", menu.delete_commands),
        Method("setMyDescription", menu.set_description),
        Method("setMyShortDescription", menu.set_short_description),
        Method("setChatMenuButton", menu.set_menu_button),
    )
