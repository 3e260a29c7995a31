"""Handlers of the operators' commands: feeds, counts; who may use them is `desk.py`'s matter."""

from __future__ import annotations

from bot.chat import words
from bot.chat.desk import Ask, Desk
from bot.chat.order import let_pass
from bot.chat.pages import notice
from bot.chat.render import Message


async def sources(desk: Desk, ask: Ask) -> list[Message]:
    """List what is read, by country."""
    return ask.page.sources(await desk.offload(desk.answers.feeds))


async def feeds(desk: Desk, ask: Ask) -> list[Message]:
    """Tell how the feeds are: how many work, and which don't."""
    return ask.page.feeds(await desk.offload(desk.answers.feeds))


async def add_feed(desk: Desk, ask: Ask) -> list[Message]:
    """Follow the feed of a page.

    Raises:
        FetchError: there is no feed there.
    """
    if not ask.words:
        return notice(words.ADD_WHICH_FEED)
    let_pass()
    feed = await desk.gatherer.feed_for(ask.words.split()[0])
    kept, new = await desk.offload(desk.answers.add_feed, feed)
    return notice(words.feed_added(kept, new=new))


async def remove_feed(desk: Desk, ask: Ask) -> list[Message]:
    """Follow a feed no longer; its articles stay."""
    if not ask.words:
        return notice(words.REMOVE_WHICH_FEED)
    removed = await desk.offload(desk.answers.remove_feed, ask.words)
    return notice(words.FEED_REMOVED if removed else words.no_such_feed(ask.words))


async def stats(desk: Desk, ask: Ask) -> list[Message]:
    """Count what is kept and sent."""
    return ask.page.stats(await desk.offload(desk.answers.counts))
