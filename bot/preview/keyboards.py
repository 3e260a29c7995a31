"""Checks the reply_markup of a call as Telegram does; pressing a button is people.py's."""

from __future__ import annotations

import json

from bot.preview.entities import check_unicode
from bot.preview.links import checked_link, user_of_link
from bot.preview.parameters import Parameters
from bot.preview.refusals import Json, bad_request

_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_STYLES = frozenset({"danger", "success", "primary"})
_MOST_DATA = 64
"""Bytes of callback_data (Bot API, InlineKeyboardButton)."""
_MOST_BUTTONS = 100
"""Buttons of one keyboard; beyond them Telegram answers REPLY_MARKUP_TOO_LONG."""
_MOST_COPIED = 256
"""Characters of copy_text (Bot API, CopyTextButton)."""
_MOST_PLACEHOLDER = 64
"""Characters of input_field_placeholder (Bot API, ForceReply)."""
_OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def inline_keyboard(parameters: Parameters, *, only_inline: bool = False) -> Json | None:
    """Return the InlineKeyboardMarkup a call carries, as it will stand under the message, or None.

    Reply keyboards are checked and put aside: no message object shows them.

    Raises:
        ApiError: 400 in Telegram's words where it is malformed.
    """
    markup = parameters.decoded("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if only_inline and any(key in markup for key in _OTHER_MARKUPS):
            raise bad_request("inline keyboard expected")
        _check_reply_keyboard(markup)
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [_row(row) for row in rows]
    if sum(map(len, checked)) > _MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    kept = [row for row in checked if row]
    return {"inline_keyboard": kept} if kept else None


def forced_reply(parameters: Parameters) -> str | None:
    """Return the words that a ForceReply puts into the reader's empty field ("" for none); None where there is none.

    Raises:
        ApiError: 400 where it is malformed.
    """
    markup = parameters.decoded("reply_markup", "reply keyboard markup")
    if not isinstance(markup, dict) or markup.get("force_reply") is not True:
        return None
    placeholder = markup.get("input_field_placeholder", "")
    if not isinstance(placeholder, str) or len(placeholder) > _MOST_PLACEHOLDER:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")
    return placeholder


def _check_reply_keyboard(markup: Json) -> None:
    rows = markup.get("keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    for button in (button for row in rows for button in row):
        label = button.get("text") if isinstance(button, dict) else button
        if not isinstance(label, str) or not label.strip():
            raise bad_request('can\'t parse keyboard button: field "text" must be a non-empty String')


def _row(row: object) -> list[Json]:
    if not isinstance(row, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return [_button(button) for button in row]


def _button(button: object) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    label = button.get("text")
    if not isinstance(label, str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not check_unicode(label).strip():
        raise bad_request("can't parse inline keyboard button: text of the button is empty")
    actions = [action for action in _ACTIONS if button.get(action) is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(
            f"can't parse inline keyboard button: exactly one action expected, found {', '.join(actions)}"
        )
    kept: Json = {"text": label, actions[0]: _action(actions[0], button[actions[0]])}
    style = button.get("style")
    if style is not None:
        if style not in _STYLES:
            raise bad_request("can't parse inline keyboard button: invalid button style specified")
        kept["style"] = style
    return kept


def _action(action: str, value: object) -> object:
    if action == "callback_data":
        if not isinstance(value, str) or not 1 <= len(check_unicode(value).encode()) <= _MOST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return value
    if action == "url":
        return _button_link(value)
    if action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= _MOST_COPIED:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"text": text}
    if action in {"switch_inline_query", "switch_inline_query_current_chat"} and not isinstance(value, str):
        raise bad_request(f'can\'t parse inline keyboard button: field "{action}" must be of type String')
    return value


def _button_link(value: object) -> str:
    if not isinstance(value, str):
        raise bad_request('can\'t parse inline keyboard button: field "url" must be of type String')
    if user_of_link(value) is not None:
        return value
    address = checked_link(value)
    if address is None:
        raise bad_request(
            f"inline keyboard button URL {json.dumps(value, ensure_ascii=False)[1:-1]!r} is invalid: Wrong HTTP URL"
        )
    return address
