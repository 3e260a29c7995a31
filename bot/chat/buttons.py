"""Buttons pressed → what they stand for: lengths, full texts, related stories, the first subscription.

A button's data is a word and its arguments, joined by colons (`s:17:5`); what no longer means anything says so.
"""

from __future__ import annotations

import re
from re import Match

from telegram import Update

from bot.chat import settingsbuttons, storybuttons, words
from bot.chat.commands import subscribe, time_buttons, top_stories
from bot.chat.desk import Ask, Desk, Handle
from bot.chat.pages import notice
from bot.chat.pressing import Press
from bot.chat.render import Message

ARTICLE = re.compile(r"([fr]):(\d{1,18})")
TIME = re.compile(r"at:(\d\d:\d\d)")


async def press(desk: Desk, ask: Ask, update: Update) -> None:
    """Answer a pressed button; one that means nothing any more says so."""
    query = update.callback_query
    assert query is not None, "called for callback queries only"
    pressed, data = Press(desk, ask, query), query.data or ""
    for pattern, act, changes in ACTS:
        if (match := pattern.fullmatch(data)) is None:
            continue
        if changes and not await desk.may_change(ask):
            await pressed.acknowledge(words.ADMINS_ONLY, alert=True)
        else:
            await act(pressed, match)
        return
    handle = _handle(desk, data)
    if handle is None:
        await pressed.acknowledge(words.BUTTON_TOO_OLD)
        return
    if TIME.fullmatch(data) and not await desk.may_change(ask):
        await pressed.acknowledge(words.ADMINS_ONLY, alert=True)
        return
    await pressed.answer(handle)


async def _change_length(press: Press, match: Match[str]) -> None:
    """Show the summary at another length in its place; one that no longer fits a message is sent anew."""
    desk, ask = press.desk, press.ask
    await press.acknowledge()
    reading = await desk.offload(desk.answers.read_again, int(match[1]), ask.chat.id, ask.now, n=int(match[2]))
    await press.show(ask.page.summary(reading) if reading is not None else notice(words.ARTICLE_GONE))


ACTS = (
    (re.compile(r"s:(\d{1,18}):(\d{1,2})"), _change_length, False),
    *storybuttons.ACTS,
    *settingsbuttons.ACTS,
)
"""By the form of a button's data: what it does, and whether it changes the chat's settings."""


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
