"""Messages → Telegram, one at a time; it decides neither what is said nor what is owed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.chat.render import Message

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TRIES = 4  # of an answer somebody waits for; what is owed is tried for hours, by deliver.py
LONGEST_WAIT = 60.0  # seconds somebody waits for an answer that Telegram holds back
NETWORK_PAUSE = 0.5  # seconds, doubling


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

    Markup that Telegram can't parse is a mistake of ours: it is logged with its hash, and the plain text is sent.
    """
    try:
        sent = await _send(bot, chat_id, message.html, ParseMode.HTML, message, thread_id, reply_to, paid=paid)
    except BadRequest as error:
        if "parse entities" not in str(error):
            raise
        log.error("markup_refused", sha256=hashlib.sha256(message.html.encode()).hexdigest(), reason=str(error))  # noqa: TRY400 -- the traceback says nothing more
        sent = await _send(bot, chat_id, message.plain, None, message, thread_id, reply_to, paid=paid)
    return sent


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
        reply_markup=keyboard(message),
        link_preview_options=NO_PREVIEW,
        reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
        allow_paid_broadcast=paid or None,
    )
    return sent.message_id


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
