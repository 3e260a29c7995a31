"""Messages → Telegram, one at a time; it decides neither what is said nor what is owed."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, EndPointNotFound, NetworkError, RetryAfter, TimedOut

from bot.chat.render import Message

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TRIES = 4  # of an answer somebody waits for; what is owed is tried for hours, by deliver.py
LONGEST_WAIT = 60.0  # seconds somebody waits for an answer that Telegram holds back
NETWORK_PAUSE = 0.5  # seconds, doubling
RICH_AGAIN = 86_400.0  # seconds after which a server that knows no rich messages is asked again: it may be a newer one
OUR_MARKUP = re.compile(r"rich|parse|too long|entit|tag", re.IGNORECASE)  # a 400 about this message, not of the server
ITS_CHAT = re.compile(r"chat|peer|user|thread|topic|rights|repl|kick|block|migrat", re.IGNORECASE)


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message as Telegram takes them."""
    if not message.buttons:
        return None
    rows = [
        [InlineKeyboardButton(button.text, callback_data=button.data, url=button.url) for button in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(rows)


def retry_after(error: RetryAfter) -> float:
    """Return the seconds that Telegram wants the chat left alone."""
    seconds = error._retry_after  # noqa: SLF001 -- the public property warns that its type will change
    return seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)


def takes_rich(bot: Bot) -> bool:
    """Tell whether the bot's server may know rich messages: it does until it has said otherwise, for a day."""
    return asyncio.get_running_loop().time() >= getattr(bot.request, "classic_until", 0.0)


async def send_once(
    bot: Bot,
    chat_id: int,
    message: Message,
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
    paid: bool = False,
) -> int:
    """Send one message; return its id. Every error of Telegram's goes up, but for markup it can't parse.

    A rich message goes to a server that doesn't know it as its classic parts; the id is the last one's. Markup that
    Telegram can't parse is a mistake of ours: it is logged with its hash, and the plain text is sent.
    """
    if message.rich is not None and takes_rich(bot):
        try:
            return await _send_rich(bot, chat_id, message, thread_id, reply_to, paid=paid)
        except EndPointNotFound:
            _note_classic(bot, "not found")
        except BadRequest as error:
            if ITS_CHAT.search(str(error)):
                raise
            if OUR_MARKUP.search(str(error)):
                _log_refused(str(message.rich["html"]), error)
            else:
                _note_classic(bot, str(error))
    sent = 0
    for part in classic_parts(message):
        sent = await _send_classic(bot, chat_id, part, thread_id, reply_to, paid=paid)
        reply_to = None
    return sent


def classic_parts(message: Message) -> list[Message]:
    """Return the classic messages that say what a message says; the buttons are under the last."""
    rest = [Message(html, plain) for html, plain in message.rich["parts"]] if message.rich is not None else []
    parts = [replace(message, rich=None, buttons=() if rest else message.buttons), *rest]
    return [*parts[:-1], replace(parts[-1], buttons=message.buttons)]


def _note_classic(bot: Bot, reason: str) -> None:
    """Remember that a server knows no rich messages."""
    log.warning("rich_messages_unknown", reason=reason, again_in=RICH_AGAIN)
    bot.request.classic_until = asyncio.get_running_loop().time() + RICH_AGAIN  # type: ignore[attr-defined]


def _log_refused(markup: str, error: BadRequest) -> None:
    log.error("markup_refused", sha256=hashlib.sha256(markup.encode()).hexdigest(), reason=str(error))


async def _send_classic(
    bot: Bot, chat_id: int, message: Message, thread_id: int | None, reply_to: int | None, *, paid: bool
) -> int:
    try:
        return await _send(bot, chat_id, message.html, ParseMode.HTML, message, thread_id, reply_to, paid=paid)
    except BadRequest as error:
        if "parse entities" not in str(error):
            raise
        _log_refused(message.html, error)
        return await _send(bot, chat_id, message.plain, None, message, thread_id, reply_to, paid=paid)


async def _send_rich(
    bot: Bot, chat_id: int, message: Message, thread_id: int | None, reply_to: int | None, *, paid: bool
) -> int:
    """Send a rich message: Bot API 10.1, which python-telegram-bot 22 has no method for."""
    assert message.rich is not None, "called for rich messages only"
    given = {
        "chat_id": chat_id,
        "message_thread_id": thread_id,
        "rich_message": {"html": message.rich["html"]},
        "reply_markup": _reply_markup(message),
        "reply_parameters": _reply_parameters(reply_to),
        "allow_paid_broadcast": paid or None,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    sent = await bot.do_api_request("sendRichMessage", api_kwargs=wanted)
    return int(sent["message_id"])


async def _send(
    bot: Bot,
    chat_id: int,
    text: str,
    parse_mode: ParseMode | None,
    message: Message,
    thread_id: int | None,
    reply_to: int | None,
    *,
    paid: bool,
) -> int:
    sent = await bot.send_message(
        chat_id,
        text,
        parse_mode=parse_mode,
        message_thread_id=thread_id,
        reply_markup=_reply_markup(message),
        link_preview_options=NO_PREVIEW,
        reply_parameters=_reply_parameters(reply_to),
        allow_paid_broadcast=paid or None,
    )
    return sent.message_id


def _reply_markup(message: Message) -> InlineKeyboardMarkup | ForceReply | None:
    if message.asks is not None:
        return ForceReply(selective=True, input_field_placeholder=message.asks)
    return keyboard(message)


def _reply_parameters(reply_to: int | None) -> ReplyParameters | None:
    return ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None


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
