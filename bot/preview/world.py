"""The chats, users and messages of the preview, as Bot API objects; who may do what is said in methods and people.

Private chats and basic groups number their messages together, supergroups and channels each for itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import ChatKind
from bot.preview.files import Files
from bot.preview.journal import Journal
from bot.preview.refusals import Json, bad_request, forbidden
from bot.preview.rich import plain_text

PRESENT = frozenset({"member", "administrator", "creator"})
"""Statuses of those who are in a chat."""


@dataclass(slots=True)
class ChatMessage:
    """A message: its Message object, the text as the bot sent it (`markup`), and its states before edits."""

    data: Json
    by_bot: bool
    markup: str | None = None
    earlier: list[Json] = field(default_factory=list)
    deleted: bool = False
    asks: str | None = None

    @property
    def message_id(self) -> int:
        """The id in its chat."""
        return int(self.data["message_id"])

    @property
    def chat_id(self) -> int:
        """The id of its chat."""
        return int(self.data["chat"]["id"])

    @property
    def text(self) -> str:
        """What it says: text, caption, or the plain words of a rich message."""
        if "rich_message" in self.data:
            return plain_text(self.data["rich_message"]["blocks"])
        return str(self.data.get("text") or self.data.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        """The entities of its text or caption."""
        return list(self.data.get("entities") or self.data.get("caption_entities") or [])

    @property
    def buttons(self) -> list[list[Json]]:
        """The rows of its inline keyboard."""
        return list(self.data.get("reply_markup", {}).get("inline_keyboard", []))

    def button(self, label: str) -> Json:
        """Return the button with a label; KeyError where there is none."""
        for button in itertools.chain.from_iterable(self.buttons):
            if button["text"] == label:
                return dict(button)
        raise KeyError(label)


@dataclass(slots=True)
class Topic:
    """A forum topic."""

    name: str
    closed: bool = False


@dataclass(slots=True)
class ChatState:
    """A chat: its Chat object, who is in it, what was said, and what the bot may do there."""

    chat: Json
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    may_write: bool = True
    started: bool = True
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, ChatMessage] = field(default_factory=dict)
    migrated_to: int | None = None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> int:
        """The chat's id."""
        return int(self.chat["id"])

    @property
    def kind(self) -> ChatKind:
        """The chat's kind."""
        return ChatKind(self.chat["type"])


class World:
    """Everything there is on this Telegram.

    Args:
        me: the bot's User object.
        clock: gives the present as an aware datetime.
    """

    def __init__(self, me: Json, clock: Callable[[], datetime]) -> None:
        self.me = me
        self.clock = clock
        self.users: dict[int, Json] = {me["id"]: me}
        self.chats: dict[int, ChatState] = {}
        self.files = Files()
        self.journal = Journal()
        self._numbers = itertools.count(1)

    def unix(self) -> int:
        """Return the present in seconds since 1970."""
        return int(self.clock().timestamp())

    def user(self, user_id: int) -> Json | None:
        """Return a User object as the Bot API gives it in messages, or None."""
        return self.users.get(user_id)

    def add_chat(self, state: ChatState) -> ChatState:
        """Take in a new chat."""
        if state.kind in {ChatKind.PRIVATE, ChatKind.GROUP}:
            state.numbers = self._numbers
        self.chats[state.id] = state
        self.journal.write("chat", state.id)
        return state

    def chat(self, reference: str) -> ChatState:
        """Return the chat a bot names by id or `@username`.

        Raises:
            ApiError: 400 where it is empty, unknown, never started, or has moved.
        """
        if not reference:
            raise bad_request("chat_id is empty")
        if reference.startswith("@"):
            found = [state for state in self.chats.values() if f"@{state.chat.get('username', '')}" == reference]
            state = found[0] if found and found[0].kind is not ChatKind.PRIVATE else None
        else:
            state = self.chats.get(int(reference)) if reference.lstrip("-").isdecimal() else None
        if state is None or not state.started:
            raise bad_request("chat not found")
        if state.migrated_to is not None:
            reason = "group chat was upgraded to a supergroup chat"
            raise bad_request(reason, migrate_to_chat_id=state.migrated_to)
        return state

    def check_present(self, state: ChatState) -> None:
        """Refuse what a bot wants of a chat it is not in.

        Raises:
            ApiError: 403 where it was blocked, kicked or has left.
        """
        if state.bot_status in PRESENT:
            return
        if state.kind is ChatKind.PRIVATE:
            raise forbidden("bot was blocked by the user")
        noun = f"{state.kind} chat"
        if state.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {noun}")
        raise forbidden(f"bot is not a member of the {noun}")

    def check_writable(self, state: ChatState, thread_id: int) -> None:
        """Refuse a message the bot may not send to a chat or topic (0 for none).

        Raises:
            ApiError: 403 where it is not there, 400 where it has no right or the topic is gone or closed.
        """
        self.check_present(state)
        if state.kind is ChatKind.CHANNEL and state.bot_status != "administrator":
            raise bad_request("need administrator rights in the channel chat")
        if not state.may_write and state.kind is not ChatKind.PRIVATE:
            raise bad_request("not enough rights to send text messages to the chat")
        if thread_id:
            if thread_id not in state.topics:
                raise bad_request("message thread not found")
            if state.topics[thread_id].closed and state.bot_status != "administrator":
                raise bad_request("TOPIC_CLOSED")

    def post(
        self,
        state: ChatState,
        content: Json,
        *,
        sender: Json | None,
        markup: str | None = None,
        thread_id: int = 0,
        asks: str | None = None,
    ) -> ChatMessage:
        """Put a message into a chat; a channel's own post has no sender; one that `asks` opens the reader's answer."""
        data: Json = {"message_id": next(state.numbers)}
        if thread_id:
            data |= {"message_thread_id": thread_id, "is_topic_message": True}
        if state.kind is ChatKind.CHANNEL or sender is None:
            data["sender_chat"] = state.chat
        else:
            data["from"] = sender
        data |= {"date": self.unix(), "chat": state.chat, **content}
        by_bot = sender is not None and sender["id"] == self.me["id"]
        message = ChatMessage(data, by_bot=by_bot, markup=markup, asks=asks)
        state.messages[message.message_id] = message
        self.journal.write("sent", state.id, message.message_id, by_bot=by_bot)
        return message

    def live_message(self, state: ChatState, message_id: int) -> ChatMessage | None:
        """Return a message that was not deleted, or None."""
        message = state.messages.get(message_id)
        return None if message is None or message.deleted else message
