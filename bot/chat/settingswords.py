"""The sentences of settings: what is set, what can be, and what was asked for in words. PURE.

In the voice of `words.py`; it knows no markup either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names

from bot.chat import words
from bot.errors import WishError
from bot.model import Chat, Schedule, Subscription, Wish

TITLE = "Settings"
TOPICS = "Topics"
PLACES = "Places"
TIMES = "Times"
DAYS = "Days"
ZONE = "Time zone"
LENGTH = "Length"
LANGUAGE = "Language"
QUIET = "Quiet hours"
PAUSE = "Pause the digests"
START = "Start the digests"
BACK = "Back"
ANOTHER_PLACE = "Another place"
ANOTHER_TIME = "Another time"
ANOTHER_ZONE = "Another zone"
ANOTHER_HOURS = "Other hours"
EVERY_DAY = "Every day"
WEEKDAYS = "Weekdays"
NEVER = "None"
CHOSEN = "✓ "

WHICH_TOPICS = "A digest tells what has one of the marked topics; with none marked, all of them."
WHICH_PLACES = "A digest tells what happened in, or is about, one of the marked places; with none marked, anywhere."
WHICH_TIMES = "A digest comes at each of the marked times; one stays marked."
WHICH_DAYS = "A digest comes on each of the marked days; one stays marked."
WHICH_LENGTH = "How much a digest may hold."
WHICH_LANGUAGE = "Dates and numbers are shown as this language does. What is quoted stays as it was written."
WHICH_HOURS = "Between these times no alert is sent; what broke meanwhile comes in one message at their end."

ASK_PLACE = "Which place? Answer this message with a country or an organization, or several."
ASK_TIME = "At which time? Answer this message with one or several, like 06:45."
ASK_ZONE = "Which time zone? Answer this message with a city near you, or a zone like Asia/Tokyo."
ASK_HOURS = "From when to when? Answer this message with two times, like 22:30 to 06:30."
PLACE_PLACEHOLDER = "Vietnam, NATO"
TIME_PLACEHOLDER = "06:45"
ZONE_PLACEHOLDER = "Lisbon"
HOURS_PLACEHOLDER = "22:30 to 06:30"

_IN_A_CHANNEL = "Nobody can answer me in a channel. Post this line here"
BY_COMMAND = {
    "place": f"{_IN_A_CHANNEL} with the places you want, like vietnam:",
    "time": f"{_IN_A_CHANNEL} with the times you want, like 06:45:",
    "zone": f"{_IN_A_CHANNEL} with the zone you want, like Europe/Lisbon:",
    "hours": f"{_IN_A_CHANNEL} with the hours you want, like quiet 22:30-06:30:",
}
"""What is said in a channel in the place of a question."""

INCLUDE_HOW = 'Like this: /include rare earths, or with quotation marks for a phrase: /include "rare earths" lithium'
EXCLUDE_HOW = 'Like this: /exclude football, or with quotation marks for a phrase: /exclude "trade fair" football'
INCLUDED = "Always told, whatever their topic: stories with"
IN_ONE_LINE = "In one line: "
EXCLUDED = "Never told: stories with"
NOTHING_INCLUDED = "No words are included."
NOTHING_EXCLUDED = "No words are excluded."
ALERTS_ON = "Alerts are on: a story that three sources carry within two hours is sent at once, at most three a day."
ALERTS_OFF = "Alerts are off: stories wait for the digest."
ALERTS_HOW = "To change it: /alerts on or /alerts off"

LENGTHS = {(5, 1): "Short", (7, 2): "Medium", (10, 2): "Full", (10, 3): "Long"}
"""By stories a digest may have, and sentences a story."""


def length(wish: Wish) -> str:
    """Say how long a digest may be.

    >>> length(Wish())
    'at most 10 stories, 2 sentences each'
    """
    stories = words.counted(wish.most_stories, "story", "stories")
    return f"at most {stories}, {words.counted(wish.sentences, 'sentence')} each"


def length_choice(stories: int, sentences: int) -> str:
    """Label the button that chooses a length.

    >>> length_choice(5, 1)
    'Short: 5 stories, 1 sentence each'
    """
    amount = f"{words.counted(stories, 'story', 'stories')}, {words.counted(sentences, 'sentence')} each"
    return f"{LENGTHS[stories, sentences]}: {amount}"


def alerts(*, on: bool) -> str:
    """Label the button that turns alerts on or off."""
    return f"Alerts: {'on' if on else 'off'}"


def quiet_hours(schedule: Schedule) -> str:
    """Say when no alert is sent.

    >>> quiet_hours(Schedule(quiet_from=time(22), quiet_until=time(7)))
    '22:00–07:00'
    """
    if schedule.quiet_from is None or schedule.quiet_until is None:
        return "none"
    return hours(schedule.quiet_from, schedule.quiet_until)


def hours(since: time, until: time) -> str:
    """Join two times of day."""
    return f"{words.clock_time(since)}–{words.clock_time(until)}"


def now_there(zone: str, now: datetime) -> str:
    """Say in which zone times are read, and how late it is there."""
    return f"Times are read in {zone}, where it is {words.clock_time(now.astimezone(ZoneInfo(zone)).time())} now."


def rest(subscription: Subscription, chat: Chat) -> str:
    """Say in one line what the wish and the schedule don't."""
    return (
        f"Time zone: {subscription.schedule.zone}. Language: {language_name(chat.language)}. "
        f"Length: {length(subscription.wish)}. {alerts(on=subscription.alerts)}. "
        f"Quiet hours: {quiet_hours(subscription.schedule)}."
    )


def filters(wish: Wish) -> list[str]:
    """Say which words are included and excluded, where any are."""
    said = []
    if wish.include:
        said.append(f"{INCLUDED} {phrases(wish.include)}.")
    if wish.exclude:
        said.append(f"{EXCLUDED} {phrases(wish.exclude)}.")
    return said


def phrases(listed: Sequence[str]) -> str:
    """Name words and phrases, each in quotation marks."""
    return words.listed([f"“{each}”" for each in listed])


def remove(phrase: str) -> str:
    """Label the button that takes a word away."""
    return f"Remove “{phrase}”"


def day_names(language: str) -> list[str]:
    """Name the days of the week shortly, Monday first."""
    names = get_day_names("abbreviated", locale=words.locale_of(language))
    return [str(names[day]) for day in range(7)]


def language_name(code: str) -> str:
    """Name a language in itself.

    >>> language_name("de"), language_name("en-gb")
    ('Deutsch', 'English')
    """
    locale: Locale = words.locale_of(code)
    return str(locale.get_language_name(locale.language)).capitalize()


def not_understood(error: WishError, prompt: str) -> str:
    """Say what of an answer was not understood; the prompt is asked again."""
    if error.kind in {"times", "phrases", "phrase"}:
        return too_many(error)
    return f"I didn't understand “{error.word[:40]}”. {prompt}"


def too_many(error: WishError) -> str:
    """Say that there are more times or words than can be kept, or that a phrase is too long."""
    match error.kind:
        case "phrases":
            return "That is more words than I can keep: at most 50 a list. Remove some first."
        case "phrase":
            return "That phrase is too long: at most 80 characters."
        case _:
            return words.wish_not_understood(error)
