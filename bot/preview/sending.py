"""The methods that put, change and remove messages; what may stand in them is judged in markup, rich and keyboards."""

from __future__ import annotations

from collections.abc import Callable

from bot.model import ChatKind
from bot.preview.entities import with_detected
from bot.preview.files import MOST_PHOTO, StoredFile, photo_sizes
from bot.preview.keyboards import forced_reply, inline_keyboard
from bot.preview.markup import MOST_CAPTION, parse_text
from bot.preview.parameters import Parameters
from bot.preview.refusals import ApiError, Json, bad_request
from bot.preview.rich import parse_rich
from bot.preview.world import ChatMessage, ChatState, World

_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"}
    | {"choose_sticker", "find_location", "record_video_note", "upload_video_note"},
)
_DELETABLE_FOR = 48 * 3600
"""Seconds after which a bot can no longer delete a message."""
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class Sending:
    """sendMessage and its like."""

    def __init__(self, world: World, *, rich: bool) -> None:
        self._world = world
        self._rich = rich

    def send_message(self, call: Parameters) -> Json:
        """Answer sendMessage."""
        state, thread = self._target(call)
        return self._send(call, state, thread, self._text(call), call.text("text"))

    def send_rich_message(self, call: Parameters) -> Json:
        """Answer sendRichMessage; 404 where the server plays an older one."""
        if not self._rich:
            raise ApiError(404, "Not Found")
        state, thread = self._target(call)
        given = call.decoded("rich_message", "rich message")
        if given is None:
            raise bad_request("rich_message is empty")
        return self._send(call, state, thread, self._rich_content(given), _markup_of(given))

    def send_photo(self, call: Parameters) -> Json:
        """Answer sendPhoto: an upload or a file_id."""
        state, thread = self._target(call)
        stored = self._file(call, "photo", "photos")
        if stored.size > MOST_PHOTO:
            raise bad_request("file is too big")
        content = {"photo": photo_sizes(stored), **self._caption(call)}
        return self._send(call, state, thread, content, call.text("caption"))

    def send_document(self, call: Parameters) -> Json:
        """Answer sendDocument: an upload or a file_id."""
        state, thread = self._target(call)
        content = {"document": self._file(call, "document", "documents").as_document(), **self._caption(call)}
        return self._send(call, state, thread, content, call.text("caption"))

    def send_chat_action(self, call: Parameters) -> bool:
        """Answer sendChatAction."""
        state = self._world.chat(call.text("chat_id"))
        self._world.check_present(state)
        action = call.text("action")
        if action not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._world.journal.write("typing", state.id, by_bot=True, detail={"action": action})
        return True

    def edit_message_text(self, call: Parameters) -> Json:
        """Answer editMessageText, for text and rich content."""
        message = self._editable(call)
        rich = call.decoded("rich_message", "rich message")
        if rich is not None:
            if not self._rich:
                raise bad_request("message text is empty")
            content, markup = self._rich_content(rich), _markup_of(rich)
        else:
            content, markup = self._text(call), call.text("text")
        if not {"text", "rich_message"} & set(message.data):
            raise bad_request("there is no text in the message to edit")
        return self._change(message, content, inline_keyboard(call, only_inline=True), markup)

    def edit_message_reply_markup(self, call: Parameters) -> Json:
        """Answer editMessageReplyMarkup."""
        message = self._editable(call)
        content = {key: message.data[key] for key in _CONTENT if key in message.data}
        return self._change(message, content, inline_keyboard(call, only_inline=True), message.markup)

    def delete_message(self, call: Parameters) -> bool:
        """Answer deleteMessage."""
        state = self._world.chat(call.text("chat_id"))
        self._world.check_present(state)
        message = self._world.live_message(state, _message_id(call))
        if message is None:
            raise bad_request("message to delete not found")
        foreign = not message.by_bot and state.kind is not ChatKind.PRIVATE and state.bot_status != "administrator"
        if foreign or self._world.unix() - message.data["date"] > _DELETABLE_FOR:
            raise bad_request("message can't be deleted")
        message.deleted = True
        self._world.journal.write("deleted", state.id, message.message_id, by_bot=True)
        return True

    def _target(self, call: Parameters) -> tuple[ChatState, int]:
        state = self._world.chat(call.text("chat_id"))
        thread = call.integer("message_thread_id")
        self._world.check_writable(state, thread)
        return state, thread

    def _send(self, call: Parameters, state: ChatState, thread: int, content: Json, markup: str) -> Json:
        reply = self._reply(call, state)
        keyboard = inline_keyboard(call)
        content = {**reply, **content, **({"reply_markup": keyboard} if keyboard else {})}
        if call.flag("protect_content"):
            content["has_protected_content"] = True
        asks = forced_reply(call)
        return self._world.post(state, content, sender=self._world.me, markup=markup, thread_id=thread, asks=asks).data

    def _reply(self, call: Parameters, state: ChatState) -> Json:
        given = call.decoded("reply_parameters", "reply parameters")
        if given is None:
            given = {"message_id": call.integer("reply_to_message_id")} if "reply_to_message_id" in call else None
            given = (
                {**given, "allow_sending_without_reply": call.flag("allow_sending_without_reply")} if given else None
            )
        if given is None:
            return {}
        if not isinstance(given, dict) or type(given.get("message_id")) is not int:
            raise bad_request('can\'t parse reply parameters: field "message_id" must be a Number')
        other = given.get("chat_id")
        place = state if other is None else self._world.chat(str(other))
        message = self._world.live_message(place, given["message_id"])
        if message is None:
            if given.get("allow_sending_without_reply"):
                return {}
            raise bad_request("message to be replied not found")
        return {"reply_to_message": without_reply(message.data)} if place is state else {}

    def _text(self, call: Parameters) -> Json:
        text, entities = parse_text(
            call.text("text"),
            mode=call.text("parse_mode"),
            entities=call.decoded("entities", "entities"),
            user_of=self._world.user,
        )
        if not text:
            raise bad_request("message text is empty")
        found = with_detected(text, entities)
        options = call.decoded("link_preview_options", "link preview options")
        if options is not None and not isinstance(options, dict):
            raise bad_request("can't parse link preview options: expected an Object")
        return {
            "text": text,
            **({"entities": found} if found else {}),
            **({"link_preview_options": options} if options else {}),
        }

    def _caption(self, call: Parameters) -> Json:
        text, entities = parse_text(
            call.text("caption"),
            mode=call.text("parse_mode"),
            entities=call.decoded("caption_entities", "caption entities"),
            most=MOST_CAPTION,
            user_of=self._world.user,
        )
        found = with_detected(text, entities)
        return {**({"caption": text} if text else {}), **({"caption_entities": found} if found else {})}

    def _rich_content(self, given: object) -> Json:
        return {"rich_message": parse_rich(given, user_of=self._world.user, media_of=self._world.files.medium)}

    def _file(self, call: Parameters, name: str, folder: str) -> StoredFile:
        upload = call.upload(name)
        if upload is not None:
            if not upload.data:
                raise bad_request("file must be non-empty")
            return self._world.files.keep(upload.data, name=upload.name, mime=upload.mime, folder=folder)
        reference = call.text(name)
        if not reference:
            raise bad_request(f"there is no {name} in the request")
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if reference.startswith("attach://"):
            raise bad_request("file must be non-empty")
        return self._world.files.by_id(reference)

    def _editable(self, call: Parameters) -> ChatMessage:
        if "inline_message_id" in call:
            raise bad_request("MESSAGE_ID_INVALID")
        state = self._world.chat(call.text("chat_id"))
        self._world.check_present(state)
        message = self._world.live_message(state, _message_id(call))
        if message is None:
            raise bad_request("message to edit not found")
        if not message.by_bot:
            raise bad_request("message can't be edited")
        return message

    def _change(self, message: ChatMessage, content: Json, keyboard: Json | None, markup: str | None) -> Json:
        before = {key: message.data[key] for key in (*_CONTENT, "reply_markup") if key in message.data}
        after = {**content, **({"reply_markup": keyboard} if keyboard else {})}
        if before == after:
            raise bad_request(_NOT_MODIFIED)
        message.earlier.append(message.data)
        kept = {key: value for key, value in message.data.items() if key not in before}
        message.data = {**kept, "edit_date": self._world.unix(), **after}
        message.markup = markup
        self._world.journal.write("edited", message.chat_id, message.message_id, by_bot=True)
        return message.data


_CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "rich_message",
    "photo",
    "document",
    "caption",
    "caption_entities",
)
"""Fields of a Message that an edit replaces."""


def without_reply(message: Json) -> Json:
    """Return a Message as it stands in `reply_to_message`: itself without the one it answers."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def _message_id(call: Parameters) -> int:
    number = call.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    return number


def _markup_of(given: object) -> str:
    return str(given.get("html", "")) if isinstance(given, dict) else ""


Handler = Callable[[Parameters], object]
"""Answers one call with the `result` of Telegram's answer."""
