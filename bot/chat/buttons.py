"""Buttons pressed → what they stand for: lengths, full texts, related stories, the first subscription.

A button's data is a word and its arguments, joined by colons (`s:17:5`); what no longer means anything says so.
"""

from __future__ import annotations

import re

from telegram import Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat import words
from bot.chat.commands import subscribe, time_buttons, top_stories
from bot.chat.desk import Ask, Desk, Handle
from bot.chat.pages import notice
from bot.chat.render import Message
from bot.chat.send import NO_PREVIEW, keyboard

SUMMARY = re.compile(r"s:(\d{1,18}):(\d{1,2})")
ARTICLE = re.compile(r"([fr]):(\d{1,18})")
TIME = re.compile(r"at:(\d\d:\d\d)")


async def press(desk: Desk, ask: Ask, update: Update) -> None:
    """Answer a pressed button."""
    query = update.callback_query
    assert query is not None, "called for callback queries only"
    data = query.data or ""
    if TIME.fullmatch(data) and not await desk.may_change(ask):
        await query.answer(words.ADMINS_ONLY, show_alert=True)
        return
    handle = _handle(desk, data)
    if handle is None and (match := SUMMARY.fullmatch(data)):
        await query.answer()
        await _change_length(desk, ask, int(match[1]), int(match[2]))
        return
    if handle is None:
        await query.answer(words.BUTTON_TOO_OLD)
        return
    await query.answer()
    await desk.answer(ask, handle)


def _handle(desk: Desk, data: str) -> Handle | None:
    """Return what answers a button with a message of its own, or None."""
    if match := ARTICLE.fullmatch(data):
        show, article_id = (_full_text if match[1] == "f" else _related), int(match[2])
        return lambda ask: show(desk, ask, article_id)
    if match := TIME.fullmatch(data):
        time = match[1]
        return lambda ask: _first_subscription(desk, ask, time)
    match data:
        case "now":
            return lambda ask: top_stories(desk, ask)
        case "when":
            return lambda _: _said(notice(words.PICK_A_TIME, buttons=time_buttons()))
        case "other":
            return lambda _: _said(notice(words.ASK_FOR_TIME))
        case _:
            return None


async def _said(messages: list[Message]) -> list[Message]:
    return messages


async def _first_subscription(desk: Desk, ask: Ask, time: str) -> list[Message]:
    """Subscribe at that time, say back zone and time, and send today's digest as a taste."""
    ask.words = time
    return [*await subscribe(desk, ask), *await top_stories(desk, ask)]


async def _full_text(desk: Desk, ask: Ask, article_id: int) -> list[Message]:
    article = await desk.offload(desk.answers.kept_article, article_id, ask.chat.id)
    return ask.page.full_text(article) if article is not None else notice(words.ARTICLE_GONE)


async def _related(desk: Desk, ask: Ask, article_id: int) -> list[Message]:
    article = await desk.offload(desk.answers.kept_article, article_id, ask.chat.id)
    if article is None:
        return notice(words.ARTICLE_GONE)
    stories = await desk.offload(desk.answers.related_stories, article, ask.now)
    return ask.page.stories(words.TITLE_RELATED, stories, words.NOTHING_STORED)


async def _change_length(desk: Desk, ask: Ask, article_id: int, n: int) -> None:
    """Show the summary at another length in its place; one that no longer fits a message is sent anew."""
    reading = await desk.offload(desk.answers.read_again, article_id, ask.chat.id, ask.now, n=n)
    if reading is None:
        await desk.answer(ask, lambda _: _said(notice(words.ARTICLE_GONE)))
        return
    pages = ask.page.summary(reading)
    if len(pages) != 1:
        await desk.answer(ask, lambda _: _said(pages))
        return
    if not await desk.may_answer(ask):
        return
    try:
        await ask.bot.edit_message_text(
            pages[0].html,
            chat_id=ask.chat.id,
            message_id=ask.message.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(pages[0]),
            link_preview_options=NO_PREVIEW,
        )
    except BadRequest as error:
        if "not modified" not in str(error):
            raise
