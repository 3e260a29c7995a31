"""Every sentence the bot says, in one place and one voice: calm, short, the reason and what would work. PURE.

It knows no markup: what comes out is plain text that `render.py` escapes. Dates and numbers are in the reader's
language (Babel); the sentences are English.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names

from bot.errors import FetchError, WishError
from bot.model import (
    ChatKind,
    Feed,
    FeedState,
    Place,
    Run,
    Schedule,
    Subscription,
    Topic,
    Vocabulary,
    Wish,
)

EXAMPLE = "/subscribe tariffs japan 08:00 Asia/Tokyo weekdays"
SHORT_NAME = 8  # letters of an organisation's key that people know it by: NATO, MERCOSUR
WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))

ABOUT = (
    "Communiqué",
    (
        " reads the world's news on alliances and tariffs and tells you what happened, in sentences that were really "
        "written."
    ),
)
HOW_TO_START = "Forward me any article: I answer with its key sentences."
DIGEST_EVERY_MORNING = "A digest every morning"
WHAT_HAPPENED_TODAY = "What happened today"
OTHER_TIME = "Another time"
SHORTER = "Shorter"
LONGER = "Longer"
FULL_TEXT = "Full text"

NOT_UNDERSTOOD = "Forward me an article, paste its text, or send /summary for today's stories. /help has the rest."
IS_A_FEED = "That is a feed, not an article. An administrator of this bot can follow it with /addfeed."
READING = "Reading …"
DOCUMENT_TOO_LARGE = "That document is larger than the 20 MB that I may fetch. Paste the part that matters."
NOTHING_TO_READ = "There is no text in that message. Reply with /summary to one that has some."
SEARCH_WHAT = "Search for what? Like this: /search steel quota"
NOTHING_STORED = "I have no stories yet."
ARTICLE_GONE = "I no longer have that article. Forward it again, and I'll read it anew."
ADMINS_ONLY = "In a group only its administrators change that. Ask one of them to send it."
NOT_ALLOWED = "This bot answers only the chats that its operator has listed."
STOPPED = f"Stopped: no more digests here. To come back: {EXAMPLE}, or just /subscribe."
NOT_SUBSCRIBED = f"No digest is subscribed here. To start: {EXAMPLE}, or just /subscribe."
PICK_A_TIME = "When shall it come?"
ASK_FOR_TIME = f"Send the time and, if you like, the zone. Like this: {EXAMPLE}"
BUTTON_TOO_OLD = "That button is from an earlier version. Send /help for what works now."
FALLBACK_LANGUAGE = "I don't know this language's rules, so its sentences were split in a general way."
ADD_WHICH_FEED = "Which feed? Like this: /addfeed harborpost.example or the feed's own address"
REMOVE_WHICH_FEED = "Which feed? Its name or address, as /feeds shows it: /removefeed Harbor Post"
FEED_REMOVED = "Removed. Its articles stay until their time is over."
OPERATORS_ONLY = "Only this bot's operators can do that."
NO_FEEDS = "No feeds are followed yet."
READS_CHANNEL = "From now on I summarize here what the linked channel posts. To stop: /settings channel off"
READS_CHANNEL_NOT = "I no longer summarize what the linked channel posts. To start again: /settings channel on"
TITLE_TOPICS = "Topics"
TITLE_LATEST = "Latest"
TITLE_SOURCES = "Sources"
TITLE_FEEDS = "Feeds"
TITLE_STATS = "Stats"
TITLE_SETTINGS = "Settings"
TITLE_RELATED = "Related"

PRIVACY = (
    (
        "What I keep of a chat: its number and kind, its language, its time zone, its subscription, which digests were "
        "sent to it, and the articles it sent me for a summary (for 7 days, for the buttons below the answer)."
    ),
    (
        "I keep no names, no phone numbers and no other messages, and I give nothing to anyone. Articles you send are "
        "shown to nobody else."
    ),
    "What you send me reaches me through Telegram, whose own policy applies there: https://telegram.org/privacy",
    "/unsubscribe stops the digest.",
)


def error_of_ours(error_id: str) -> str:
    """Apologize in three words and name the id that the log has."""
    return f"My mistake, sorry. ({error_id})"


def slow_down(seconds: int) -> str:
    """Say when the bot listens again."""
    return f"Slow down a little: I'll listen again in {counted(seconds, 'second')}."


def refusal(reason: str, count: int = 0) -> str:
    """Say why a text can't be summarized, and what would work."""
    match reason:
        case "too_short":
            return f"Too short to shorten: {counted(count, 'sentence')}."
        case "not_prose":
            return "That is no running text: I find no sentences in it. Send the article itself."
        case "unsplittable":
            return "I can't tell where its sentences end: that script marks none. Send a version in another language."
        case _:
            return "There is nothing to read in it. Send the article's text."


def not_fetched(error: FetchError) -> str:
    """Say why a link or a document can't be read, and what would work."""
    host = urlsplit(error.address).hostname or "That address"
    match error.reason:
        case "private":
            return "That address is inside a private network, so I don't open it."
        case "scheme" | "credentials" | "port" | "no_address":
            return "I open only plain http and https addresses of the open web. Send the article's own link."
        case "paywall":
            return f"{host} wants a subscription; paste the text and I'll read that."
        case "no_feed":
            return f"I find no feed on {host}. Send the feed's own address."
        case "not_found":
            return f"{host} has no such page. Check the link, or paste the text."
        case "status":
            return f"{host} refused with status {error.status}. Paste the text and I'll read that."
        case "too_large":
            return "That is larger than I may fetch: 5 MB a page, 20 MB a document. Paste the part that matters."
        case "timeout":
            return f"{host} took too long. Try again in a while, or paste the text."
        case "unreadable":
            return "I find no article in that. Send the article's own page, or paste its text."
        case _:
            return f"{host} can't be reached. Try again in a while, or paste the text."


def wish_not_understood(error: WishError, example: str = EXAMPLE) -> str:
    """Say what was not understood, what may have been meant, and show an example that works."""
    if error.kind == "times":
        return "That is more times than I can keep: at most six a day."
    what = {"time": "the time ", "zone": "the time zone ", "days": "the days ", "topic": "the topic "}.get(
        error.kind, ""
    )
    suggestion = getattr(error, "suggestion", None)
    meant = f" Did you mean {suggestion}?" if suggestion else ""
    return f"I didn't understand {what}{error.word}.{meant} Like this: {example}"


def counted(number: int, noun: str, many: str | None = None) -> str:
    """Join a number and its noun.

    >>> counted(1, "story", "stories"), counted(3, "story", "stories")
    ('1 story', '3 stories')
    """
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def topic_name(topic: Topic | None, key: str) -> str:
    """Name a topic with its emoji: `📦 tariffs`."""
    if topic is None:
        return key
    return f"{topic.emoji} {topic.name.lower()}".strip()


def place_sign(place: Place | None, key: str) -> str:
    """Show a place in little room: a country's flag, an organisation's short name."""
    if place is None:
        return key
    return place.flag or (key if len(key) <= SHORT_NAME and "_" not in key else place.name)


def listed(names: Sequence[str]) -> str:
    """Join names as people do.

    >>> listed(["alliances", "tariffs", "energy"])
    'alliances, tariffs and energy'
    """
    if len(names) < 2:  # noqa: PLR2004 -- one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def wish_in_words(wish: Wish, vocabulary: Vocabulary) -> str:
    """Say what a chat asked for: `tariffs about Japan`."""
    topics = [(vocabulary.topics[key].name.lower() if key in vocabulary.topics else key) for key in wish.topics]
    places = [(vocabulary.places[key].name if key in vocabulary.places else key) for key in wish.places]
    about = f" about {listed(places)}" if places else ""
    return f"{listed(topics) if topics else 'all topics'}{about}"


def schedule_in_words(schedule: Schedule, language: str = "en") -> str:
    """Say when digests come: `weekdays at 08:00 and 18:00, Asia/Tokyo`."""
    times = listed([clock_time(slot) for slot in schedule.slots])
    review = "a review of the week, " if schedule.weekly else ""
    return f"{review}{days_in_words(schedule.days, language)} at {times}, {schedule.zone}"


def days_in_words(days: frozenset[int], language: str = "en") -> str:
    """Say which days of the week; 0 is Monday."""
    if days == EVERY_DAY:
        return "daily"
    if days == WEEKDAYS:
        return "weekdays"
    if days == EVERY_DAY - WEEKDAYS:
        return "weekends"
    names = get_day_names("wide", locale=locale_of(language))
    return listed([names[day] for day in sorted(days)])


def clock_time(at: time) -> str:
    """Show a time of day on 24 hours, as it is typed."""
    return f"{at.hour:02d}:{at.minute:02d}"


def next_digest(run: Run | None, schedule: Schedule, language: str = "en") -> str:
    """Say when the next digest comes, in the subscription's own zone."""
    if run is None:
        return "No digest is planned."
    local = run.at.astimezone(ZoneInfo(schedule.zone))
    day = format_date(local.date(), "EEEE, d MMMM", locale=locale_of(language))
    return f"Next digest: {day}, {clock_time(local.time())} ({schedule.zone})."


def subscribed(subscription: Subscription, vocabulary: Vocabulary, language: str = "en") -> tuple[str, str]:
    """Say back what was understood, and when the next digest comes."""
    understood = (
        f"{wish_in_words(subscription.wish, vocabulary)}, {schedule_in_words(subscription.schedule, language)}."
    )
    if subscription.alerts:
        understood += f" What breaks comes at once{_quiet_hours(subscription.schedule)}."
    return understood, next_digest(subscription.next_run, subscription.schedule, language)


def _quiet_hours(schedule: Schedule) -> str:
    if schedule.quiet_from is None or schedule.quiet_until is None:
        return ""
    return f", but not from {clock_time(schedule.quiet_from)} to {clock_time(schedule.quiet_until)}"


def day(of: date, language: str = "en") -> str:
    """Name a day in full: `Friday, 20 November`.

    >>> day(date(2026, 11, 20))
    'Friday, 20 November'
    """
    return format_date(of, "EEEE, d MMMM", locale=locale_of(language))


def short_day(of: date, language: str = "en") -> str:
    """Name a day shortly: `20 Nov`."""
    return format_date(of, "d MMM", locale=locale_of(language))


def moment(at: datetime, now: datetime, zone: str, language: str = "en") -> str:
    """Say when something was published: the time where it was today in that zone, else the date."""
    there = ZoneInfo(zone)
    local = at.astimezone(there)
    if local.date() == now.astimezone(there).date():
        return format_time(local.time(), "HH:mm", locale=locale_of(language))
    recent = now - at < timedelta(days=300)
    return format_date(local.date(), "d MMM" if recent else "d MMM y", locale=locale_of(language))


def provenance(count: int, total: int, minutes_saved: float) -> str:
    """Say how much of a text was kept: `3 of 21 sentences, word for word · saves 3 min`."""
    saved = round(minutes_saved)
    return f"{count} of {counted(total, 'sentence')}, word for word" + (f" · saves {saved} min" if saved else "")


def digest_size(stories: int, sources: int, minutes: float) -> str:
    """Say how long a digest is: `7 stories from 43 sources · 4 min`."""
    return f"{counted(stories, 'story', 'stories')} from {counted(sources, 'source')} · {max(1, round(minutes))} min"


def nothing_new(wish: Wish, sources: int, vocabulary: Vocabulary) -> str:
    """Say that a day had nothing."""
    return f"Nothing new on {wish_in_words(wish, vocabulary)} since yesterday. {counted(sources, 'source')} read."


def older_stories(wish: Wish, vocabulary: Vocabulary) -> str:
    """Say that what follows is not of today."""
    return f"Nothing new on {wish_in_words(wish, vocabulary)} in the last 24 hours. The newest before that:"


def found(words: str) -> str:
    """Head the stories that a search found."""
    return f"Found for “{words[:80]}”"


def no_match(words: str) -> str:
    """Say that a search found nothing."""
    return f"Nothing found for “{words[:80]}”. Try fewer or other words."


def no_stories_on(asked: str) -> str:
    """Say that there is nothing on what was asked."""
    return f"I have no stories on {asked} yet."


def unknown_command(name: str) -> str:
    """Say that there is no such command."""
    return f"I don't know {name[:40]}. /help lists what I can do."


def feed_added(feed: Feed, *, new: bool) -> str:
    """Say that a feed is followed from now on."""
    return f"{feed.name or feed.url}: {'followed from now on' if new else 'followed already'}."


def no_such_feed(asked: str) -> str:
    """Say that there is no such feed."""
    return f"I follow no feed {asked[:80]}. /feeds lists them."


def feeds_in_short(feeds: Sequence[Feed]) -> str:
    """Count feeds by how they are."""
    aside = sum(feed.state is FeedState.ASIDE for feed in feeds)
    failing = sum(feed.failures > 0 for feed in feeds) - aside
    return f"{counted(len(feeds), 'feed')}: {len(feeds) - failing - aside} fine, {failing} failing, {aside} set aside."


def feed_trouble(feed: Feed) -> str:
    """Say what is wrong with a feed."""
    since = f" since {day(feed.failing_since_at.date())}" if feed.failing_since_at is not None else ""
    state = "set aside" if feed.state is FeedState.ASIDE else "failing"
    return f"{feed.name or feed.url}: {state}{since}. {feed.last_error}".strip()


def feed_aside(feed: Feed) -> str:
    """Tell the operators that a feed was set aside."""
    return f"{feed.name or feed.url} has not answered for five days; I no longer ask it. /removefeed or /addfeed it."


def feed_silent(feed: Feed) -> str:
    """Tell the operators that a feed has brought nothing for a week."""
    return f"{feed.name or feed.url} answers, but has brought nothing new for a week."


PAUSED = {
    "no_rights": "I may not write here, so the digest is paused. Let me write, then send /subscribe.",
    "topic_closed": "This topic is closed, so its digest is paused. Open it, then send /subscribe.",
    "topic_gone": "This topic is gone, and its digest is paused.",
}
PAUSED_THERE = {
    "no_rights": "I may not write in {chat}, so its digest is paused. It goes on when I may, or with /subscribe there.",
    "topic_closed": "A topic of {chat} is closed, so its digest is paused. Open it, then send /subscribe there.",
    "topic_gone": "A topic of {chat} is gone, so its digest is paused.",
}


def paused(reason: str) -> str:
    """Say in a chat why its digest is paused."""
    return PAUSED.get(reason, PAUSED["no_rights"])


def paused_there(reason: str, chat: str) -> str:
    """Tell an administrator why the digest of a chat is paused."""
    return PAUSED_THERE.get(reason, PAUSED_THERE["no_rights"]).format(chat=chat)


def related(count: int) -> str:
    """Label the button that lists related stories."""
    return f"Related: {count}"


def whose_settings(kind: ChatKind) -> str:
    """Say who may change the settings of such a chat."""
    return "" if kind is ChatKind.PRIVATE else "Administrators of this chat can change this."


@cache
def locale_of(language: str) -> Locale:
    """Return the reader's locale; 24-hour British English where Telegram's code names none."""
    if language.startswith("en"):
        return Locale("en", "GB")
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")
