"""Messages → Telegram, one at a time; it decides neither what is said, nor what is owed, nor when its turn comes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.chat.refusals import retry_after
from bot.chat.render import Message
from bot.chat.transport import AiohttpRequest

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TRIES = 4  # of an answer somebody waits for; what is owed is tried for hours, by deliver.py
LONGEST_WAIT = 60.0  # seconds somebody waits for an answer that Telegram holds back
NETWORK_PAUSE = 0.5  # seconds, doubling


@dataclass(frozen=True, slots=True)
class Form:
    """A message encoded once, whoever it goes to: the method, and all parameters but those of the chat.

    `sha256` is of the markup it has, "" for plain text.
    """

    method: str
    body: bytes
    sha256: str = ""


def forms(message: Message, *, paid: bool = False) -> tuple[Form, ...]:
    """Return the ways to send a message, the best first: a server that can't read one gets the next.

    Args:
        message: what is sent.
        paid: whether Telegram may charge for it, so that it may go beyond the free pace.
    """
    common: dict[str, Any] = {"link_preview_options": NO_PREVIEW.to_dict()}
    if (buttons := keyboard(message)) is not None:
        common["reply_markup"] = buttons.to_dict()
    if paid:
        common["allow_paid_broadcast"] = True
    sha256 = hashlib.sha256(message.html.encode()).hexdigest()
    html = _encoded({"text": message.html, "parse_mode": ParseMode.HTML.value, **common})
    plain = _encoded({"text": message.plain, **common})
    return Form("sendMessage", html, sha256), Form("sendMessage", plain)


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message as Telegram takes them."""
    if not message.buttons:
        return None
    rows = [
        [InlineKeyboardButton(button.text, callback_data=button.data, url=button.url) for button in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(rows)


async def send_once(
    bot: Bot,
    chat_id: int,
    message: Message | Sequence[Form],
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
    urgent: bool = True,
    leaving: Callable[[], None] | None = None,
) -> int:
    """Send one message when its turn has come; return its id. Every error of Telegram's goes up, but for markup.

    Markup that Telegram can't parse is a mistake of ours: it is logged with its hash, and the next form is sent.
    `urgent` says that somebody waits for it, `leaving` is called when its turn has come (see `AiohttpRequest.submit`).
    """
    request = bot.request
    if not isinstance(request, AiohttpRequest):
        raise TypeError(f"messages leave through AiohttpRequest, not {type(request).__name__}")
    ways = forms(message) if isinstance(message, Message) else message
    head = _head(chat_id, thread_id, reply_to)
    for form, is_last in zip(ways, [False] * (len(ways) - 1) + [True], strict=True):
        url = f"{bot.base_url}/{form.method}"
        try:
            sent = await request.submit(url, head + form.body, chat_id=chat_id, urgent=urgent, leaving=leaving)
        except BadRequest as error:
            if is_last or "parse entities" not in str(error):
                raise
            log.error("markup_refused", sha256=form.sha256, reason=str(error))  # noqa: TRY400 -- the traceback says nothing more
        else:
            return _message_id(sent)
    raise ValueError("a message has at least one form")


async def send_answer(
    bot: Bot, chat_id: int, messages: Sequence[Message], *, thread_id: int | None = None, reply_to: int | None = None
) -> list[int]:
    """Send an answer somebody waits for, part by part; return the message ids.

    A short `retry_after` is waited out, a broken connection tried again with growing pauses. A time-out is not
    tried again: Telegram may have sent it.
    """
    sent: list[int] = []
    for n, message in enumerate(messages):
        for attempt in range(1, TRIES + 1):
            try:
                sent.append(
                    await send_once(bot, chat_id, message, thread_id=thread_id, reply_to=reply_to if n == 0 else None)
                )
                break
            except RetryAfter as error:
                if attempt == TRIES or retry_after(error) > LONGEST_WAIT:
                    raise
                await asyncio.sleep(retry_after(error))
            except (TimedOut, BadRequest):
                raise
            except NetworkError:
                if attempt == TRIES:
                    raise
                await asyncio.sleep(NETWORK_PAUSE * 2**attempt)
    return sent


def _head(chat_id: int, thread_id: int | None, reply_to: int | None) -> bytes:
    """Encode what differs from chat to chat."""
    head: dict[str, Any] = {"chat_id": chat_id}
    if thread_id:
        head["message_thread_id"] = thread_id
    if reply_to:
        head["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return _encoded(head) + b"&"


def _encoded(parameters: Mapping[str, Any]) -> bytes:
    """Encode parameters as Telegram takes a form: what is no string is JSON."""
    values = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in parameters.items()
    }
    return urlencode(values).encode()


def _message_id(sent: Any) -> int:
    number = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(number, int):
        raise NetworkError("an answer without a message")
    return number
