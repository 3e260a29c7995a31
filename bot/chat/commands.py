"""The command table and a short handler a row; from it come the handlers, Telegram's menu, /help and README's table.

What a handler needs from the store goes through `Desk.offload`; no handler sends anything itself.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from bot.chat import settingswords, storywords, words
from bot.chat.desk import Ask, Desk
from bot.chat.messages import read_link, read_reply
from bot.chat.operating import add_feed, feeds, remove_feed, sources, stats
from bot.chat.pages import notice
from bot.chat.render import Button, Message, block, bold, messages
from bot.chat.settingspages import phrases_page, settings_page
from bot.chat.trends import trend
from bot.core.digest import under_topics
from bot.core.filters import words_met
from bot.core.links import is_link, links_in
from bot.errors import WishError
from bot.model import Article, Digest, Story
from bot.service.wishes import phrases_in

CHANNEL_SWITCH = re.compile(r"channel\s+(on|off)", re.IGNORECASE)
TIMES = ("07:00", "08:00", "18:00")  # offered at the first touch of a button


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table: `changes` is for administrators in a group, `operators` for the operators of the bot."""

    name: str
    arguments: str
    help: str
    handle: Callable[[Desk, Ask], Awaitable[list[Message]]]
    changes: bool = False
    operators: bool = False
    example: str = words.EXAMPLE


async def start(_desk: Desk, _ask: Ask) -> list[Message]:
    """Greet: what it does, and the two things to begin with."""
    return messages([block(bold(words.ABOUT[0]), words.ABOUT[1]), block(words.HOW_TO_START)], first_buttons())


async def help_(desk: Desk, ask: Ask) -> list[Message]:
    """Say what it does in ten lines, made from the table."""
    rows = [
        block(f"/{row.name}", f" {row.arguments}" if row.arguments else "", f" – {row.help}", glued=n > 0)
        for n, row in enumerate(_shown_to(desk, ask))
    ]
    return messages([block(bold(words.ABOUT[0]), words.ABOUT[1]), *rows, block(words.HOW_TO_START)], first_buttons())


async def summary(desk: Desk, ask: Ask) -> list[Message]:
    """Summarize what is replied to, find what words name, or tell the top stories."""
    replied = ask.message.reply_to_message is not None or ask.message.external_reply is not None
    if replied and not ask.words:
        return await read_reply(desk, ask)
    if is_link(ask.words):
        ask.reply_to = ask.message.message_id
        return await read_link(desk, ask, links_in(ask.words)[0])
    if ask.words:
        return await search(desk, ask)
    return await top_stories(desk, ask)


async def top_stories(desk: Desk, ask: Ask) -> list[Message]:
    """Tell the last 24 hours on this chat's topics; where they have nothing, the newest there is."""
    return ask.page.digest(await _digest_now(desk, ask, ""))


async def digest(desk: Desk, ask: Ask) -> list[Message]:
    """Tell this chat's digest now, or one on the topics named, without touching the schedule."""
    return ask.page.digest(await _digest_now(desk, ask, ask.words), paged=not ask.words)


async def why(desk: Desk, ask: Ask) -> list[Message]:
    """Explain the places of the last digest's stories, or of the one with a number or words in its headline."""
    told = await desk.offload(desk.answers.last_digest, ask.chat, ask.thread_id, ask.now)
    in_order = [story for _, under in under_topics(told.stories, told.wish) for story in under]
    numbered = [(number, story) for number, story in enumerate(in_order, 1) if _is_meant(number, story, ask.words)]
    if not numbered:
        return notice(storywords.why_nothing(ask.words))
    lines = [
        block(f"{number}. ", bold(story.title), f"\n{storywords.why(story, len(in_order), ask.page.vocabulary)}")
        for number, story in numbered
    ]
    return messages(lines)


async def subscribe(desk: Desk, ask: Ask) -> list[Message]:
    """Subscribe, and say back what was understood and when the next digest comes."""
    subscription = await desk.offload(desk.answers.subscribe, ask.chat, ask.thread_id, ask.words, ask.now)
    return ask.page.subscribed(subscription)


async def unsubscribe(desk: Desk, ask: Ask) -> list[Message]:
    """Stop, and say how to come back."""
    stopped = await desk.offload(desk.answers.unsubscribe, ask.chat.id, ask.thread_id)
    return notice(words.STOPPED if stopped else words.NOT_SUBSCRIBED)


async def settings(desk: Desk, ask: Ask) -> list[Message]:
    """Show what is set here, with buttons that change it; `channel on` lets a group hear its linked channel."""
    if (switch := CHANNEL_SWITCH.fullmatch(ask.words)) is not None:
        if not await desk.may_change(ask):
            return notice(words.ADMINS_ONLY)
        on = switch[1].lower() == "on"
        await desk.offload(desk.answers.set_reads_channel, ask.chat, on=on)
        return notice(words.READS_CHANNEL if on else words.READS_CHANNEL_NOT)
    return settings_page(ask.page, await desk.offload(desk.wishes.of, ask.chat, ask.thread_id))


async def include(desk: Desk, ask: Ask) -> list[Message]:
    """Let stories with certain words in, whatever their topic; alone: list the words, with buttons to remove them."""
    return await _filter(desk, ask, excluded=False)


async def exclude(desk: Desk, ask: Ask) -> list[Message]:
    """Keep stories with certain words out; alone: list the words, with buttons to remove them."""
    return await _filter(desk, ask, excluded=True)


async def _filter(desk: Desk, ask: Ask, *, excluded: bool) -> list[Message]:
    try:
        phrases = phrases_in(ask.words)
        change = desk.wishes.exclude if excluded else desk.wishes.include
        wish = (await desk.offload(change, ask.chat, ask.thread_id, phrases=phrases, on=True)).wish
    except WishError as error:
        return notice(settingswords.too_many(error))
    return phrases_page(wish.exclude if excluded else wish.include, excluded=excluded)


async def alerts(desk: Desk, ask: Ask) -> list[Message]:
    """Send breaking stories at once, or not; alone: say what is set."""
    if ask.words.lower() not in {"on", "off"}:
        on = (await desk.offload(desk.wishes.of, ask.chat, ask.thread_id)).alerts
        return notice(settingswords.ALERTS_ON if on else settingswords.ALERTS_OFF, settingswords.ALERTS_HOW)
    on = ask.words.lower() == "on"
    await desk.offload(desk.wishes.set_alerts, ask.chat, ask.thread_id, on=on)
    return notice(settingswords.ALERTS_ON if on else settingswords.ALERTS_OFF)


async def latest(desk: Desk, ask: Ask) -> list[Message]:
    """List the newest stories, on a topic where one is named."""
    wish, stories = await desk.offload(desk.answers.latest, ask.words, ask.now)
    asked = words.wish_in_words(wish, ask.page.vocabulary) if ask.words else ""
    title = f"{words.TITLE_LATEST}: {asked}" if asked else words.TITLE_LATEST
    nothing = words.no_stories_on(asked) if asked else words.NOTHING_STORED
    return ask.page.stories(title, stories, nothing)


async def search(desk: Desk, ask: Ask) -> list[Message]:
    """Find articles by words."""
    if not ask.words:
        return notice(words.SEARCH_WHAT)
    stories = await desk.offload(desk.answers.search_stories, ask.words)
    return ask.page.stories(words.found(ask.words), stories, words.no_match(ask.words))


async def topics(_desk: Desk, ask: Ask) -> list[Message]:
    """List the topics that can be asked for."""
    return ask.page.topics()


async def privacy(_desk: Desk, _ask: Ask) -> list[Message]:
    """Say what is kept of a chat."""
    return notice(*words.PRIVACY)


async def _digest_now(desk: Desk, ask: Ask, asked: str) -> Digest:
    wish = await desk.offload(desk.answers.wish_of, ask.chat, ask.thread_id, asked)
    told = await desk.offload(desk.brief.told_to, ask.chat.id, ask.thread_id, ask.now)
    composed = await desk.offload(
        desk.brief.compose_now, wish, ask.now, zone=ask.chat.zone, language=ask.chat.language, told=told
    )
    run = (await desk.offload(desk.wishes.of, ask.chat, ask.thread_id)).next_run
    return replace(composed, next_at=run.at if run is not None else None)


def _is_meant(number: int, story: Story, asked: str) -> bool:
    """Tell whether a story is asked for: by its number, by words of its headline, or by nothing at all."""
    if asked.isdecimal():
        return number == int(asked)
    title = Article(story.title, "")
    return all(words_met([word], [title]) for word in asked.split())


COMMANDS = (
    Command("start", "", "what I am", start),
    Command("help", "", "this list", help_),
    Command("summary", "[words]", "today's top stories; as a reply: a summary of that message", summary),
    Command("digest", "[topics]", "your digest, now", digest, example="/digest tariffs japan"),
    Command(
        "subscribe",
        "[topics] [HH:MM…] [time zone] [days]",
        "a digest on time, every day or on the days you name",
        subscribe,
        changes=True,
    ),
    Command("unsubscribe", "", "stop the digest", unsubscribe, changes=True),
    Command("settings", "", "what is set here, with buttons to change it", settings),
    Command("include", "[words]", "tell stories with these words, whatever their topic", include, changes=True),
    Command("exclude", "[words]", "never tell stories with these words", exclude, changes=True),
    Command("alerts", "[on|off]", "a story that breaks, at once", alerts, changes=True),
    Command("why", "[number]", "why a story stands where it does in your digest", why, example="/why 2"),
    Command("latest", "[topic]", "the newest stories", latest, example="/latest tariffs"),
    Command("search", "<words>", "stories that have all the words", search),
    Command("trend", "[topic] [7d]", "a chart of how many stories a day", trend, example="/trend tariffs 30d"),
    Command("topics", "", "what I follow", topics),
    Command("sources", "", "whom I read", sources),
    Command("privacy", "", "what I keep, and what I don't", privacy),
    Command("stats", "", "how much is kept and sent", stats, operators=True),
    Command("feeds", "", "how the feeds are", feeds, operators=True),
    Command("addfeed", "<any page>", "follow a page's feed", add_feed, operators=True),
    Command("removefeed", "<name>", "follow a feed no longer", remove_feed, operators=True),
)


def _shown_to(desk: Desk, ask: Ask) -> Iterator[Command]:
    """Yield the commands that /help lists to somebody."""
    for row in COMMANDS:
        if row.name not in {"start", "help"} and (not row.operators or desk.is_operator(ask)):
            yield row


def first_buttons() -> list[list[Button]]:
    """Return the two buttons to begin with."""
    return [[Button(words.DIGEST_EVERY_MORNING, "when"), Button(words.WHAT_HAPPENED_TODAY, "now")]]


def time_buttons() -> list[list[Button]]:
    """Return the times to choose from."""
    return [[Button(time, f"at:{time}") for time in TIMES], [Button(words.OTHER_TIME, "other")]]
