"""Buttons of the settings, pressed: each changes one thing, and its message shows what is set then.

What may be set is `bot.service.wishes`'s matter, how it looks `settingspages.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from re import Match
from typing import Any

from bot.chat import settingswords
from bot.chat.pages import notice
from bot.chat.pressing import Act, Press
from bot.chat.render import Message
from bot.chat.settingspages import command_page, mark_of, phrases_page, settings_page
from bot.errors import WishError
from bot.model import ChatKind, Subscription

PROMPTS = {
    "place": (settingswords.ASK_PLACE, settingswords.PLACE_PLACEHOLDER),
    "time": (settingswords.ASK_TIME, settingswords.TIME_PLACEHOLDER),
    "zone": (settingswords.ASK_ZONE, settingswords.ZONE_PLACEHOLDER),
    "hours": (settingswords.ASK_HOURS, settingswords.HOURS_PLACEHOLDER),
}
"""What is asked for in words, by the button that asks: the question, and an example for the empty field."""


async def view(press: Press, match: Match[str]) -> None:
    """Show a page of the settings."""
    subscription = await press.desk.offload(press.desk.wishes.of, press.ask.chat, press.ask.thread_id)
    await _shown(press, subscription, match[1] or "")


async def set_topic(press: Press, match: Match[str]) -> None:
    """Ask for a topic, or no longer."""
    await _changed(press, "topics", press.desk.wishes.set_topic, key=match[1], on=match[2] == "1")


async def set_place(press: Press, match: Match[str]) -> None:
    """Ask for a place, or no longer."""
    await _changed(press, "places", press.desk.wishes.set_place, key=match[1], on=match[2] == "1")


async def set_slot(press: Press, match: Match[str]) -> None:
    """Add a time of day, or take it away."""
    await _changed(press, "times", press.desk.wishes.set_slot, press.ask.now, at=_time(match[1]), on=match[2] == "1")


async def set_day(press: Press, match: Match[str]) -> None:
    """Add a day of the week, or take it away."""
    await _changed(press, "days", press.desk.wishes.set_day, press.ask.now, day=int(match[1]), on=match[2] == "1")


async def set_days(press: Press, match: Match[str]) -> None:
    """Put several days in place of those there were."""
    await _changed(press, "days", press.desk.wishes.set_days, press.ask.now, days=[int(day) for day in match[1]])


async def set_zone(press: Press, match: Match[str]) -> None:
    """Read times in another zone."""
    await _changed(press, "zone", press.desk.wishes.set_zone, press.ask.now, zone=match[1])


async def set_length(press: Press, match: Match[str]) -> None:
    """Say how long a digest may be."""
    await _changed(press, "length", press.desk.wishes.set_length, stories=int(match[1]), sentences=int(match[2]))


async def set_language(press: Press, match: Match[str]) -> None:
    """Show dates and numbers in another language."""
    press.ask.page = replace(press.ask.page, chat=replace(press.ask.chat, language=match[1]))
    await _changed(press, "language", press.desk.wishes.set_language, language=match[1])


async def set_hours(press: Press, match: Match[str]) -> None:
    """Keep alerts back between two times, or never."""
    hours = None if match[1] == "off" else (_time(match[1][:4]), _time(match[1][5:]))
    await _changed(press, "hours", press.desk.wishes.set_quiet, hours=hours)


async def set_alerts(press: Press, match: Match[str]) -> None:
    """Send breaking stories at once, or not."""
    await _changed(press, "", press.desk.wishes.set_alerts, on=match[1] == "1")


async def run(press: Press, match: Match[str]) -> None:
    """Start the digests, or pause them."""
    if match[1] == "1":
        await _changed(press, "", press.desk.wishes.resume, press.ask.now)
    else:
        await _changed(press, "", press.desk.wishes.pause)


async def ask(press: Press, match: Match[str]) -> None:
    """Ask in words for what buttons have no room for; in a channel, where nobody can answer, name the command."""
    if press.ask.chat.kind is not ChatKind.CHANNEL:
        await press.say(asking(match[1]))
        return
    subscription = await press.desk.offload(press.desk.wishes.of, press.ask.chat, press.ask.thread_id)
    await press.show(command_page(subscription, match[1]))


async def remove_phrase(press: Press, match: Match[str]) -> None:
    """Take a word off the list of those included or excluded."""
    desk, asked, excluded = press.desk, press.ask, match[1] == "x"
    wish = (await desk.offload(desk.wishes.of, asked.chat, asked.thread_id)).wish
    phrases = [each for each in (wish.exclude if excluded else wish.include) if mark_of(each) == match[2]]
    change = desk.wishes.exclude if excluded else desk.wishes.include
    wish = (await desk.offload(change, asked.chat, asked.thread_id, phrases=phrases, on=False)).wish
    await press.show(phrases_page(wish.exclude if excluded else wish.include, excluded=excluded))


def asking(what: str) -> list[Message]:
    """Make the message that asks for something in words."""
    prompt, placeholder = PROMPTS[what]
    return [replace(message, asks=placeholder) for message in notice(prompt)]


async def _changed(press: Press, page: str, change: Callable[..., Subscription], *instant: Any, **what: Any) -> None:
    """Change one thing, and show the page that it stands on as it is then."""
    try:
        subscription = await press.desk.offload(change, press.ask.chat, press.ask.thread_id, *instant, **what)
    except WishError as error:
        await press.acknowledge(settingswords.too_many(error), alert=True)
        return
    await _shown(press, subscription, page)


async def _shown(press: Press, subscription: Subscription, page: str) -> None:
    await press.show(settings_page(press.ask.page, subscription, page))


def _time(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:]))


CLOCK = r"(?:[01]\d|2[0-3])[0-5]\d"
KEY = r"([\w.-]{1,56})"
ACTS: tuple[tuple[re.Pattern[str], Act, bool], ...] = (
    (re.compile(r"o(?::(topics|places|times|days|zone|length|language|hours))?"), view, False),
    (re.compile(rf"o:t:{KEY}:([01])"), set_topic, True),
    (re.compile(rf"o:p:{KEY}:([01])"), set_place, True),
    (re.compile(rf"o:s:({CLOCK}):([01])"), set_slot, True),
    (re.compile(r"o:d:([0-6]):([01])"), set_day, True),
    (re.compile(r"o:D:([0-6]{1,7})"), set_days, True),
    (re.compile(r"o:z:([\w/+-]{1,56})"), set_zone, True),
    (re.compile(r"o:n:(\d{1,2}):(\d)"), set_length, True),
    (re.compile(r"o:l:([a-z]{2,3})"), set_language, True),
    (re.compile(rf"o:q:({CLOCK}-{CLOCK}|off)"), set_hours, True),
    (re.compile(r"o:a:([01])"), set_alerts, True),
    (re.compile(r"o:r:([01])"), run, True),
    (re.compile(rf"o:k:({'|'.join(PROMPTS)})"), ask, True),
    (re.compile(r"w:([ix]):([0-9a-f]{16})"), remove_phrase, True),
)
"""By the form of a button's data: what it does, and whether it changes the chat's settings."""
