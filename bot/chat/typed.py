"""Answers in words to what the bot asked for: a place, a time, a zone, quiet hours, words to search.

Which question a message answers is told by the message it replies to, so that it works after a restart, and in groups
too. What it means is understood by `core`; what it changes is `bot.service.wishes`'s matter.
"""

from __future__ import annotations

import re
from datetime import time

from telegram import Message as TelegramMessage

from bot.chat import settingswords, storywords, words
from bot.chat.desk import Ask, Desk
from bot.chat.pages import notice
from bot.chat.render import Message
from bot.chat.settingsbuttons import PROMPTS, asking
from bot.chat.settingspages import settings_page
from bot.core.wish import parse_subscription
from bot.core.zones import zone_named
from bot.errors import WishError
from bot.model import Subscription

BETWEEN = re.compile(r"\s*(?:[-–—,;]|\bto\b|\buntil\b|\band\b|\bfrom\b|\s)\s*", re.IGNORECASE)
TWO = 2  # times that quiet hours have


def question_of(message: TelegramMessage) -> str | None:
    """Return which of the bot's questions a message answers: `search`, `place`, `time`, `zone`, `hours`; else None."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or not asked.from_user.is_bot or not asked.text or not message.text:
        return None
    if message.text.startswith("/"):
        return None
    if asked.text.endswith(storywords.ASK_WHAT_TO_SEARCH):
        return "search"
    return next((name for name, (prompt, _) in PROMPTS.items() if asked.text.endswith(prompt)), None)


async def read_typed(desk: Desk, ask: Ask, question: str) -> list[Message]:
    """Do what an answer says; what is not understood is asked again."""
    said = ask.message.text or ""
    if question == "search":
        stories = await desk.offload(desk.answers.search_stories, said)
        return ask.page.stories(words.found(said), stories, words.no_match(said))
    if not await desk.may_change(ask):
        return notice(words.ADMINS_ONLY)
    try:
        subscription, view = await desk.offload(_changed, desk, ask, question, said)
    except WishError as error:
        again = asking(question)
        return [*notice(settingswords.not_understood(error, "")), *again]
    if question == "zone":
        ask.page = ask.page.in_zone(subscription.schedule.zone)
    return settings_page(ask.page, subscription, view)


def _changed(desk: Desk, ask: Ask, question: str, said: str) -> tuple[Subscription, str]:
    """Change what the answer names; return what is set then, and the page it stands on.

    Raises:
        WishError: the answer means nothing.
    """
    wishes, chat, thread_id = desk.wishes, ask.chat, ask.thread_id
    match question:
        case "place":
            wish = desk.answers.wish_from(said)
            if not (wish.places or wish.topics):
                raise WishError(said, "word")
            for topic in wish.topics:
                wishes.set_topic(chat, thread_id, key=topic, on=True)
            for place in wish.places:
                wishes.set_place(chat, thread_id, key=place, on=True)
            return wishes.of(chat, thread_id), "places"
        case "time":
            for slot in _times(said):
                wishes.set_slot(chat, thread_id, ask.now, at=slot, on=True)
            return wishes.of(chat, thread_id), "times"
        case "hours":
            slots = _times(said)
            if len(slots) != TWO:
                raise WishError(said, "time")
            return wishes.set_quiet(chat, thread_id, hours=(slots[0], slots[1])), "hours"
        case _:
            zone = zone_named(said)
            if zone is None:
                raise WishError(said, "zone")
            return wishes.set_zone(chat, thread_id, ask.now, zone=zone), "zone"


def _times(said: str) -> list[time]:
    """Read times of day in the order they are said.

    Raises:
        WishError: something is no time, or there is none.
    """
    slots: list[time] = []
    for word in filter(None, BETWEEN.split(re.sub(r"(\d)\s+([ap])\.?m\b\.?", r"\1\2m", said.strip()))):
        order = parse_subscription(word, topics={}, places={}, default_zone="UTC")
        if not order.slots_given:
            raise WishError(word, "time")
        slots += order.schedule.slots
    if not slots:
        raise WishError(said, "time")
    return slots
