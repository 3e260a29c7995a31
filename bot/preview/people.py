"""What people do in the chats: write, forward, attach, press; each act becomes the update Telegram would send.

Calls come from the event loop's thread. A mistake of the caller is an AskedWronglyError.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.errors import AskedWronglyError
from bot.model import ChatKind
from bot.preview.answers import Answers
from bot.preview.chats import Chats
from bot.preview.entities import clean, detect, split_text
from bot.preview.files import photo_sizes, picture_type
from bot.preview.markup import MOST_TEXT
from bot.preview.refusals import Json
from bot.preview.rich import parse_rich
from bot.preview.sending import without_reply
from bot.preview.updates import Updates
from bot.preview.world import PRESENT, ChatMessage, ChatState, World


@dataclass(frozen=True, slots=True)
class Sample:
    """An article to forward from the page's picker."""

    title: str
    outlet: str
    text: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a forwarded message comes from: `kind` is `user`, `hidden_user`, `chat` or `channel`."""

    kind: str = "channel"
    name: str = "Kairos Wire"
    username: str | None = None


class People:
    """The acts of users."""

    def __init__(self, world: World, updates: Updates, chats: Chats, answers: Answers) -> None:
        self._world = world
        self._updates = updates
        self._chats = chats
        self._answers = answers

    def send_text(
        self,
        chat_id: int,
        text: str,
        *,
        user_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int = 0,
    ) -> int:
        """Write a text; return its message id.

        A text over 4,096 units goes out as several messages, as from a client; the last one's id is returned.
        """
        pieces = [piece for piece in split_text(clean(text).strip(), MOST_TEXT) if piece]
        if not pieces:
            raise AskedWronglyError("an empty text can't be sent")
        messages = [
            self._post(chat_id, _texted(piece), user_id=user_id, reply_to=reply_to, thread_id=thread_id)
            for piece in pieces
        ]
        return messages[-1]

    def edit_text(self, chat_id: int, message_id: int, text: str) -> None:
        """Change a text somebody wrote."""
        state = self._chats.state(chat_id)
        message = self._message(state, message_id)
        message.earlier.append(message.data)
        kept = {key: value for key, value in message.data.items() if key not in {"text", "entities"}}
        message.data = {**kept, "edit_date": self._world.unix(), **_texted(clean(text).strip())}
        kind = "edited_channel_post" if state.kind is ChatKind.CHANNEL else "edited_message"
        self._updates.put(kind, message.data)
        self._world.journal.write("edited", chat_id, message_id)

    def forward_text(
        self,
        chat_id: int,
        text: str,
        *,
        origin: Origin = Origin(),
        user_id: int | None = None,
        thread_id: int = 0,
        automatic: bool = False,
    ) -> int:
        """Forward a text from somewhere; over 4,096 units it comes as several, as a channel would have posted it.

        `automatic` is how a group gets what its linked channel posts.
        """
        told: Json = {"forward_origin": self._origin(origin)}
        told |= {"is_automatic_forward": True} if automatic else {}
        messages = [
            self._post(chat_id, {**told, **_texted(piece)}, user_id=user_id, thread_id=thread_id)
            for piece in split_text(clean(text).strip(), MOST_TEXT)
        ]
        return messages[-1]

    def forward_sample(self, chat_id: int, sample: Sample, *, user_id: int | None = None, thread_id: int = 0) -> int:
        """Forward a sample article as from the channel of its outlet."""
        text = f"{sample.title}\n\n{sample.text}"
        origin = Origin("channel", sample.outlet)
        return self.forward_text(chat_id, text, origin=origin, user_id=user_id, thread_id=thread_id)

    def forward_rich(
        self,
        chat_id: int,
        html: str,
        *,
        origin: Origin = Origin(),
        user_id: int | None = None,
    ) -> int:
        """Forward a rich message from somewhere: it has blocks and no text."""
        rich = parse_rich({"html": html}, user_of=self._world.user, media_of=self._world.files.medium)
        content = {"forward_origin": self._origin(origin), "rich_message": rich}
        return self._post(chat_id, content, user_id=user_id)

    def forward_message(self, chat_id: int, from_chat_id: int, message_id: int, *, user_id: int | None = None) -> int:
        """Forward a message that stands in a chat of the preview, with the origin Telegram would show."""
        source = self._chats.state(from_chat_id)
        data = self._message(source, message_id).data
        own = {"message_id", "from", "sender_chat", "date", "chat", "edit_date", "reply_to_message", "reply_markup"}
        content = {
            key: value for key, value in data.items() if key not in {*own, "message_thread_id", "is_topic_message"}
        }
        if "forward_origin" not in content:
            content["forward_origin"] = self._origin_of(source, data)
        return self._post(chat_id, content, user_id=user_id)

    def send_document(
        self,
        chat_id: int,
        data: bytes,
        *,
        name: str,
        mime: str = "application/octet-stream",
        caption: str = "",
        size: int | None = None,
        user_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int = 0,
        album: str | None = None,
    ) -> int:
        """Attach a file; `size` in bytes pretends it is larger than it is, `album` groups several."""
        stored = self._world.files.keep(data, name=name, mime=mime, folder="documents", size=size)
        content: Json = {"document": stored.as_document(), **_captioned(caption)}
        content |= {"media_group_id": album} if album else {}
        return self._post(chat_id, content, user_id=user_id, reply_to=reply_to, thread_id=thread_id)

    def send_photo(
        self,
        chat_id: int,
        data: bytes,
        *,
        caption: str = "",
        user_id: int | None = None,
        album: str | None = None,
        origin: Origin | None = None,
        thread_id: int = 0,
    ) -> int:
        """Send or forward a photo with a caption; `album` groups several."""
        kind = picture_type(data) or "image/jpeg"
        stored = self._world.files.keep(data, name=f"photo.{kind.rpartition('/')[2]}", mime=kind, folder="photos")
        content: Json = {"photo": photo_sizes(stored), **_captioned(caption)}
        content |= {"media_group_id": album} if album else {}
        content |= {"forward_origin": self._origin(origin)} if origin else {}
        return self._post(chat_id, content, user_id=user_id, thread_id=thread_id)

    def press(self, chat_id: int, message_id: int, button: str, *, user_id: int | None = None) -> str:
        """Press an inline button by its callback data or its label; return the query's id."""
        state = self._chats.state(chat_id)
        message = self._message(state, message_id)
        rows = [candidate for row in message.buttons for candidate in row if "callback_data" in candidate]
        fitting = [candidate for candidate in rows if button in {candidate["callback_data"], candidate["text"]}]
        if not fitting:
            known = ", ".join(candidate["text"] for candidate in rows) or "none"
            raise AskedWronglyError(f"message {message_id} has no button {button!r}; it has: {known}")
        query_id = self._answers.ask(chat_id)
        query = {
            "id": query_id,
            "from": self._sender(state, user_id),
            "message": message.data,
            "chat_instance": str(abs(chat_id) * 1_000_003),
            "data": fitting[0]["callback_data"],
        }
        self._updates.put("callback_query", query)
        self._world.journal.write("pressed", chat_id, message_id)
        return query_id

    def ask_inline(self, user_id: int, query: str, *, offset: str = "") -> str:
        """Type `@bot query` in some chat; return the query's id."""
        query_id = self._answers.ask(None, inline=True)
        asked = {"id": query_id, "from": self._world.users[user_id], "query": query[:256], "offset": offset}
        self._updates.put("inline_query", {**asked, "chat_type": "private"})
        return query_id

    def _post(
        self,
        chat_id: int,
        content: Json,
        *,
        user_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int = 0,
    ) -> int:
        state = self._chats.state(chat_id)
        if state.migrated_to is not None:
            raise AskedWronglyError(f"chat {chat_id} is now {state.migrated_to}")
        if state.kind is ChatKind.PRIVATE and state.bot_status not in PRESENT:
            raise AskedWronglyError(f"the user of chat {chat_id} has blocked the bot; unblock it first")
        if thread_id and thread_id not in state.topics:
            raise AskedWronglyError(f"chat {chat_id} has no topic {thread_id}")
        if reply_to is not None:
            content = {"reply_to_message": without_reply(self._message(state, reply_to).data), **content}
        state.started = True
        message = self._world.post(state, content, sender=self._sender(state, user_id), thread_id=thread_id)
        if self._bot_hears(state, message):
            self._updates.put("channel_post" if state.kind is ChatKind.CHANNEL else "message", message.data)
        return message.message_id

    def _bot_hears(self, state: ChatState, message: ChatMessage) -> bool:
        """Say whether the update reaches the bot: in groups privacy mode keeps from it what is not meant for it."""
        if state.bot_status not in PRESENT:
            return False
        if state.kind in {ChatKind.PRIVATE, ChatKind.CHANNEL} or state.bot_status == "administrator":
            return True
        answered = message.data.get("reply_to_message", {}).get("from", {}).get("id")
        if answered == self._world.me["id"]:
            return True
        addressed = f"@{self._world.me['username']}".lower()
        for entity in message.entities:
            word = message.text.encode("utf-16-le")[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
            text = word.decode("utf-16-le").lower()
            if entity["type"] == "mention" and text == addressed:
                return True
            if entity["type"] == "bot_command" and ("@" not in text or text.endswith(addressed)):
                return True
        return False

    def _sender(self, state: ChatState, user_id: int | None) -> Json:
        if user_id is None:
            user_id = next(iter(state.members))
        if user_id not in self._world.users:
            raise AskedWronglyError(f"there is no user {user_id} on the preview")
        return self._world.users[user_id]

    def _message(self, state: ChatState, message_id: int) -> ChatMessage:
        message = self._world.live_message(state, message_id)
        if message is None:
            raise AskedWronglyError(f"chat {state.id} has no message {message_id}")
        return message

    def _origin(self, origin: Origin) -> Json:
        told: Json = {"type": origin.kind, "date": self._world.unix()}
        number = int.from_bytes(hashlib.sha256(origin.name.encode()).digest()[:4], "big")
        if origin.kind == "hidden_user":
            return {**told, "sender_user_name": origin.name}
        if origin.kind == "user":
            user: Json = {"id": 10_000_000_000 + number, "is_bot": False, "first_name": origin.name}
            return {**told, "sender_user": {**user, **({"username": origin.username} if origin.username else {})}}
        if origin.kind not in {"chat", "channel"}:
            raise AskedWronglyError(
                f"a message comes from a user, hidden_user, chat or channel, not from {origin.kind!r}"
            )
        kind = "channel" if origin.kind == "channel" else "supergroup"
        chat: Json = {"id": -1_002_000_000_000 - number, "type": kind, "title": origin.name}
        chat |= {"username": origin.username} if origin.username else {}
        if origin.kind == "channel":
            return {**told, "chat": chat, "message_id": 1 + number % 9000}
        return {**told, "sender_chat": chat}

    def _origin_of(self, source: ChatState, data: Json) -> Json:
        told: Json = {"date": data["date"]}
        if source.kind is ChatKind.CHANNEL:
            return {"type": "channel", **told, "chat": source.chat, "message_id": data["message_id"]}
        return {"type": "user", **told, "sender_user": data["from"]}


def _texted(text: str) -> Json:
    entities = detect(text)
    return {"text": text, **({"entities": entities} if entities else {})}


def _captioned(caption: str) -> Json:
    text = clean(caption).strip()
    entities = detect(text)
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if entities else {})}
