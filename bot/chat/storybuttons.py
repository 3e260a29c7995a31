"""Buttons about stories, pressed: more on one, mute it, more or less like it, the page behind a digest's last story.

What they change is `bot.service.wishes`'s matter, what they show `storypages.py`'s.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from re import Match

from bot.chat import storywords
from bot.chat.desk import Ask
from bot.chat.pages import notice
from bot.chat.pressing import Act, Press
from bot.chat.refs import data_of, numbers_in
from bot.chat.render import Button, Message
from bot.chat.storypages import digest_buttons, picking_buttons, story_buttons
from bot.model import ChatKind, Story
from bot.service.further import PageAsked

NEXT = "n:"  # data of the button for a digest's next page
DEEPEST_PAGE = 5  # pages behind a digest: beyond 60 stories a search serves better


async def pick(press: Press, match: Match[str]) -> None:
    """Put numbers in the place of the buttons, to pick a story by."""
    rows = picking_buttons(numbers_in(match[2]), match[1], press.data_with(NEXT))
    await press.show_buttons(rows)


async def unpick(press: Press, match: Match[str]) -> None:
    """Put a digest's own buttons back."""
    await press.show_buttons(digest_buttons(numbers_in(match[1]), press.data_with(NEXT)))


async def tell(press: Press, match: Match[str]) -> None:
    """Tell all there is on a story."""

    async def told(ask: Ask) -> list[Message]:
        story = await _story(press, match[1])
        return ask.page.story(story) if story is not None else notice(storywords.STORY_GONE)

    await press.answer(told)


async def mute(press: Press, match: Match[str]) -> None:
    """Mute a story here, or tell it again."""
    desk, ask, on = press.desk, press.ask, match[1] == "1"
    (reference,) = numbers_in(match[2])
    story = await _story(press, match[2])
    story_id = story.id if story is not None and story.id is not None else reference
    await desk.offload(desk.wishes.mute, ask.chat, ask.thread_id, story_id=story_id, on=on)
    await press.acknowledge(storywords.MUTED if on else storywords.UNMUTED)
    await press.show_buttons(story_buttons(reference, muted=on))


async def ask_lean(press: Press, match: Match[str]) -> None:
    """Ask what of a story shall count more, or less."""

    async def asked(ask: Ask) -> list[Message]:
        story = await _story(press, match[2])
        if story is None:
            return notice(storywords.STORY_GONE)
        return ask.page.lean(story, more=match[1] == "m")

    await press.answer(asked)


async def lean(press: Press, match: Match[str]) -> None:
    """Let a topic or place count more, fewer, or even."""
    desk, ask, key = press.desk, press.ask, match[2]
    way = {"m": "more", "f": "fewer", "e": "even"}[match[1]]
    await desk.offload(desk.wishes.lean, ask.chat, ask.thread_id, key=key, way=way)
    undo = [[Button(storywords.UNDO, f"l:e:{key}")]] if way != "even" else []
    await press.show(notice(storywords.leaned(ask.page.name_of(key), way), buttons=undo))


async def next_page(press: Press, match: Match[str]) -> None:
    """Tell the stories of a digest's time that this chat has not had."""
    since, until, page = numbers_in(match[1])
    desk = press.desk

    async def told(ask: Ask) -> list[Message]:
        asked = PageAsked(
            ask.chat.id,
            ask.thread_id,
            since_at=datetime.fromtimestamp(since, UTC),
            until_at=datetime.fromtimestamp(until, UTC),
            page=page,
            shown=_shown(press),
            key=f"page {ask.update_id}",
        )
        further = await desk.offload(desk.answers.further_page, asked, ask.now)
        made = ask.page.stories(storywords.MORE_STORIES, further.stories, storywords.NO_MORE_STORIES)
        if len(further.stories) < further.wish.most_stories or page >= DEEPEST_PAGE:
            return made
        following = Button(storywords.MORE_STORIES, data_of("n", [since, until, page + 1]))
        rows = [*made[-1].buttons, (following,)]
        return [*made[:-1], replace(made[-1], buttons=tuple(rows))]

    await press.answer(told)


def _shown(press: Press) -> tuple[int, ...]:
    """Return the references of the stories in the message of a button, as the buttons beside it name them."""
    named = press.data_with("pm:") or press.data_with("pb:") or ""
    return numbers_in(named[3:])


async def ask_search(press: Press, _match: Match[str]) -> None:
    """Ask for the words to search; in a channel, where nobody can answer, say where that can be done."""
    if press.ask.chat.kind is ChatKind.CHANNEL:
        await press.acknowledge(storywords.search_elsewhere(press.ask.bot.username), alert=True)
        return
    await press.say(_asking(storywords.ASK_WHAT_TO_SEARCH, storywords.SEARCH_PLACEHOLDER))


def _asking(prompt: str, placeholder: str) -> list[Message]:
    return [replace(message, asks=placeholder) for message in notice(prompt)]


async def _story(press: Press, reference: str) -> Story | None:
    numbers = numbers_in(reference)
    if len(numbers) != 1:
        return None
    return await press.desk.offload(press.desk.answers.story, numbers[0], press.ask.now)


REFS = r"([0-9a-z]{1,13}(?:\.[0-9a-z]{1,13})*)"
ACTS: tuple[tuple[re.Pattern[str], Act, bool], ...] = (
    (re.compile(rf"p([mf]):{REFS}"), pick, False),
    (re.compile(rf"pb:{REFS}"), unpick, False),
    (re.compile(rf"t:{REFS}"), tell, False),
    (re.compile(rf"m:([01]):{REFS}"), mute, True),
    (re.compile(rf"l([mf]):{REFS}"), ask_lean, False),
    (re.compile(r"l:([mfe]):([\w.-]{1,40})"), lean, True),
    (re.compile(r"n:([0-9a-z]{1,8}\.[0-9a-z]{1,8}\.[0-9a-z])"), next_page, False),
    (re.compile(r"find"), ask_search, False),
)
"""By the form of a button's data: what it does, and whether it changes the chat's settings."""
