"""A chat or topic the bot may not write in → one administrator told; it pauses nothing.

What is wrong, `bot.chat.refusals` reads out of Telegram's answer.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.chat import words
from bot.chat.pages import notice
from bot.chat.send import send_answer
from bot.model import Delivery

log = structlog.get_logger(__name__)


async def tell_administrator(bot: Bot, delivery: Delivery, reason: str, *, operators: Iterable[int]) -> None:
    """Tell an administrator of a delivery's chat why its digest is paused.

    The chat's own administrators come first, those the bot may write to; then the operators of the bot.
    """
    log.warning("subscription_paused", chat=delivery.chat_id, thread=delivery.thread_id, reason=reason)
    said = notice(words.paused_there(reason, await _name(bot, delivery.chat_id)))
    for person in [*await _administrators(bot, delivery.chat_id), *operators]:
        try:
            await send_answer(bot, person, said)
        except TelegramError:
            continue  # who never spoke to the bot can't be told
        return
    log.warning("nobody_told", chat=delivery.chat_id, reason=reason)


async def _name(bot: Bot, chat_id: int) -> str:
    try:
        chat = await bot.get_chat(chat_id)
    except TelegramError:
        return str(chat_id)
    return f"“{chat.title}”" if chat.title else str(chat_id)


async def _administrators(bot: Bot, chat_id: int) -> list[int]:
    try:
        members = await bot.get_chat_administrators(chat_id)
    except TelegramError:
        return []
    return [member.user.id for member in members if not member.user.is_bot]
