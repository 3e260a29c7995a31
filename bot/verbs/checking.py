"""The verb `check`: what works, what doesn't, what to do; it changes nothing but the database's schema."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.app import make_analyzer, parts, seed_feeds
from bot.chat import words
from bot.chat.transport import AiohttpRequest
from bot.errors import CommuniqueError
from bot.settings import Settings
from bot.verbs.output import dumped, say


class Finding(NamedTuple):
    """What was looked at, whether it works, and what was found or is to be done."""

    what: str
    works: bool
    said: str


def check(settings: Settings, *, as_json: bool) -> int:
    """Check token, database, data and feeds; exit status 1 if any does not work."""
    looks: dict[str, Callable[[Settings], str]] = {
        "token": _token,
        "database": _database,
        "data": _data,
        "feeds": _feeds,
    }
    findings = [_find(what, look, settings) for what, look in looks.items()]
    if as_json:
        say(dumped([finding._asdict() for finding in findings]))
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.works else 'FAIL'} {finding.what}: {finding.said}")
    return 0 if all(finding.works for finding in findings) else 1


def _find(what: str, look: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(what, works=True, said=look(settings))
    except CommuniqueError as error:
        return Finding(what, works=False, said=str(error))


def _token(settings: Settings) -> str:
    token = settings.token
    if token is None:
        raise CommuniqueError("TELEGRAM_BOT_TOKEN is not set; get one from BotFather, or try: communique preview")
    return asyncio.run(_who(token, settings.telegram_api_url))


async def _who(token: str, api_url: str) -> str:
    bot = Bot(token, base_url=f"{api_url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    try:
        await bot.initialize()
    except InvalidToken:
        raise CommuniqueError("Telegram does not know this token; copy it anew from BotFather") from None
    except TelegramError as error:
        raise CommuniqueError(f"{api_url} can't be reached: {error}; check the network or TELEGRAM_API_URL") from None
    else:
        return f"this is @{bot.username}"
    finally:
        await bot.shutdown()


def _database(settings: Settings) -> str:
    with parts(settings) as made:
        counts = made.store.counts()
    return f"{counts.articles} articles, {counts.subscriptions} subscriptions"


def _data(_settings: Settings) -> str:
    vocabulary = make_analyzer().vocabulary
    return f"{len(vocabulary.topics)} topics, {len(vocabulary.places)} places"


def _feeds(settings: Settings) -> str:
    """Tell how the feeds were when they were last asked; asking them is `feeds check`."""
    with parts(settings) as made:
        seed_feeds(made.store, settings)
        feeds = made.store.feeds()
    said = words.feeds_in_short(feeds)
    asked = [feed for feed in feeds if feed.polled_at is not None or feed.failures]
    if asked and all(feed.failures for feed in asked):
        raise CommuniqueError(f"{said} None could be reached; check the network, then: communique feeds check")
    return said if asked or not feeds else f"{said} None was asked yet; to ask them: communique poll"
