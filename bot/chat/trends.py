"""`/trend`: words → numbers → a chart with its numbers in the caption; it neither counts nor draws itself."""

from __future__ import annotations

from dataclasses import replace

import structlog
from telegram import InputFile

from bot.chat import words
from bot.chat.desk import Ask, Desk
from bot.chat.pictures import chart_message
from bot.chat.render import Message, block, bold, messages
from bot.chat.trendwords import TREND_WHAT, trend_title
from bot.core.trend import split_period
from bot.errors import FetchError
from bot.model import Trend

log = structlog.get_logger(__name__)


async def trend(desk: Desk, ask: Ask) -> list[Message]:
    """Show stories a day on a topic or place, or on what this chat follows; in words alone where nothing draws."""
    asked, days = split_period(ask.words)
    wish = await desk.offload(desk.answers.wish_of, ask.chat, ask.thread_id, asked)
    counted = await desk.offload(desk.trends.trend, wish, ask.now, days=days, zone=ask.chat.zone)
    title = trend_title(counted, ask.page.vocabulary)
    if not counted.total and counted.before is None:
        return messages([block(bold(title)), block(words.no_stories_on(title), " ", TREND_WHAT)])
    said = replace(chart_message(counted, ask.page.vocabulary, ask.chat.language), chart=None)
    try:
        picture = await desk.draw(counted, title)
    except FetchError as error:
        log.warning("chart_not_drawn", reason=str(error))
        return [said]
    if await desk.may_answer(ask):
        await _send(ask, picture, said, counted)
    return []


async def _send(ask: Ask, picture: bytes, caption: Message, counted: Trend) -> None:
    await ask.bot.send_photo(
        ask.chat.id,
        InputFile(picture, filename=f"trend-{counted.days[-1].day}.png"),
        caption=caption.html,
        parse_mode="HTML",
        message_thread_id=ask.thread_id,
    )
