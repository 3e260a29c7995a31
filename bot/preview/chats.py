"""Makes users and chats on the preview and changes who is in them; what they say is people.py's.

All methods are for the side of the tests and the page: a mistake is an AskedWronglyError, not a Bot API refusal.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.errors import AskedWronglyError
from bot.model import ChatKind
from bot.preview.methods import chat_member
from bot.preview.refusals import Json
from bot.preview.updates import Updates
from bot.preview.world import ChatMessage, ChatState, Topic, World

_SUPERGROUPS = -1_001_000_000_000
_TOPIC_COLOR = 7322096
"""The first of the colors a topic's icon may have (Bot API, createForumTopic)."""


class Chats:
    """Founding, joining and leaving."""

    def __init__(self, world: World, updates: Updates) -> None:
        self._world = world
        self._updates = updates
        self._users = itertools.count(1001)
        self._groups = itertools.count(5001)

    def state(self, chat_id: int) -> ChatState:
        """Return a chat.

        Raises:
            AskedWronglyError: where there is none.
        """
        if chat_id not in self._world.chats:
            raise AskedWronglyError(f"there is no chat {chat_id} on the preview")
        return self._world.chats[chat_id]

    def add_user(
        self,
        name: str = "Ada",
        *,
        user_id: int | None = None,
        username: str | None = None,
        language: str | None = "en",
    ) -> int:
        """Make a user; return their id."""
        user: Json = {"id": user_id or next(self._users), "is_bot": False, "first_name": name}
        if username:
            user["username"] = username
        if language:
            user["language_code"] = language
        self._world.users[user["id"]] = user
        return int(user["id"])

    def add_private(
        self,
        name: str = "Ada",
        *,
        user_id: int | None = None,
        username: str | None = None,
        language: str | None = "en",
        started: bool = False,
    ) -> int:
        """Make a user and their chat with the bot; return its id, which is the user's.

        Until the user writes (or with `started`) the bot gets "chat not found", as from Telegram.
        """
        if user_id is None or user_id not in self._world.users:
            user_id = self.add_user(name, user_id=user_id, username=username, language=language)
        user = self._world.users[user_id]
        chat: Json = {"id": user_id, "type": ChatKind.PRIVATE.value, "first_name": user["first_name"]}
        if "username" in user:
            chat["username"] = user["username"]
        self._world.add_chat(ChatState(chat, members={user_id: "member"}, started=started))
        return user_id

    def add_group(
        self,
        title: str = "Desk",
        *,
        members: Sequence[int] = (),
        admins: Sequence[int] = (),
        supergroup: bool = False,
        forum: bool = False,
        bot_admin: bool = False,
    ) -> int:
        """Make a group with the bot in it; the first admin (or member) owns it and is told of as who added the bot."""
        if not (members or admins):
            admins = [self.add_user()]
        kind = ChatKind.SUPERGROUP if supergroup or forum else ChatKind.GROUP
        number = next(self._groups)
        chat: Json = {"id": _SUPERGROUPS - number if kind is ChatKind.SUPERGROUP else -number}
        chat |= {"type": kind.value, "title": title, **({"is_forum": True} if forum else {})}
        roles = {**dict.fromkeys(members, "member"), **dict.fromkeys(admins, "administrator")}
        owner = next(iter(admins or members))
        if admins:
            roles[owner] = "creator"
        state = ChatState(chat, members=roles, bot_status="left")
        self._world.add_chat(state)
        self._set_bot_status(state, "administrator" if bot_admin else "member", by=owner)
        joined = {"new_chat_members": [self._world.me]}
        self._deliver(self._world.post(state, joined, sender=self._world.users[owner]))
        return state.id

    def add_channel(self, title: str, *, username: str | None = None, owner: int | None = None) -> int:
        """Make a channel in which the bot is an administrator."""
        owner = owner or self.add_user()
        chat: Json = {"id": _SUPERGROUPS - next(self._groups), "type": ChatKind.CHANNEL.value, "title": title}
        if username:
            chat["username"] = username
        state = ChatState(chat, members={owner: "creator"}, bot_status="left")
        self._world.add_chat(state)
        self._set_bot_status(state, "administrator", by=owner)
        return state.id

    def add_topic(self, chat_id: int, name: str) -> int:
        """Open a topic in a forum; return its thread id."""
        state = self.state(chat_id)
        if not state.chat.get("is_forum"):
            raise AskedWronglyError(f"chat {chat_id} is no forum")
        owner = self._world.users[next(iter(state.members))]
        created = {"forum_topic_created": {"name": name, "icon_color": _TOPIC_COLOR}}
        message = self._world.post(state, created, sender=owner)
        state.topics[message.message_id] = Topic(name)
        message.data |= {"message_thread_id": message.message_id, "is_topic_message": True}
        self._deliver(message)
        self._world.journal.write("chat", chat_id)
        return message.message_id

    def close_topic(self, chat_id: int, thread_id: int, *, closed: bool = True) -> None:
        """Close a topic, or open it again; only administrators may write in a closed one."""
        self.state(chat_id).topics[thread_id].closed = closed

    def set_member(self, chat_id: int, user_id: int, status: str) -> None:
        """Make somebody a `member`, an `administrator`, the `creator`, or let them have `left`."""
        self.state(chat_id).members[user_id] = status

    def silence_bot(self, chat_id: int, *, silent: bool = True) -> None:
        """Take the bot's right to send in a group, or give it back."""
        self.state(chat_id).may_write = not silent

    def block(self, chat_id: int) -> None:
        """Let the user of a private chat block the bot."""
        self._set_bot_status(self._private(chat_id), "kicked", by=chat_id)

    def unblock(self, chat_id: int) -> None:
        """Let the user unblock the bot again."""
        self._set_bot_status(self._private(chat_id), "member", by=chat_id)

    def kick_bot(self, chat_id: int) -> None:
        """Throw the bot out of a group or channel."""
        state = self.state(chat_id)
        self._set_bot_status(state, "kicked", by=next(iter(state.members)))

    def set_bot(self, chat_id: int, status: str) -> None:
        """Make the bot `member` or `administrator` of a group or channel (again)."""
        state = self.state(chat_id)
        self._set_bot_status(state, status, by=next(iter(state.members)))

    def migrate(self, chat_id: int) -> int:
        """Turn a group into a supergroup; return its new id, which the old one tells the bot from then on."""
        state = self.state(chat_id)
        if state.kind is not ChatKind.GROUP:
            raise AskedWronglyError(f"chat {chat_id} is no basic group")
        chat = {**state.chat, "id": _SUPERGROUPS - next(self._groups), "type": ChatKind.SUPERGROUP.value}
        new = ChatState(chat, members=dict(state.members), bot_status=state.bot_status)
        self._world.add_chat(new)
        sender = self._world.users[next(iter(state.members))]
        self._deliver(self._world.post(state, {"migrate_to_chat_id": new.id}, sender=sender))
        self._deliver(self._world.post(new, {"migrate_from_chat_id": chat_id}, sender=sender))
        state.migrated_to = new.id
        return new.id

    def _private(self, chat_id: int) -> ChatState:
        state = self.state(chat_id)
        if state.kind is not ChatKind.PRIVATE:
            raise AskedWronglyError(f"only a private chat blocks the bot, and {chat_id} is a {state.kind}")
        return state

    def _set_bot_status(self, state: ChatState, status: str, *, by: int) -> None:
        me, before = self._world.me, state.bot_status
        state.bot_status = status
        change = {
            "chat": state.chat,
            "from": self._world.users[by],
            "date": self._world.unix(),
            "old_chat_member": chat_member(me, before),
            "new_chat_member": chat_member(me, status),
        }
        self._updates.put("my_chat_member", change)
        self._world.journal.write("chat", state.id)

    def _deliver(self, message: ChatMessage) -> None:
        self._updates.put("message", message.data)
