"""The sentences around stories: digests, a story's own page, and the buttons below them. PURE.

In the voice of `words.py`; it knows no markup either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.chat import words
from bot.chat.words import counted, listed, wish_in_words
from bot.model import DigestKind, Mark, Story, Vocabulary, Wish

MARKS = {Mark.NEW: "", Mark.DEVELOPING: "developing", Mark.QUIET: "unchanged"}
MORE_ON_A_STORY = "More on a story"
MORE_STORIES = "More stories"
LESS_LIKE_THIS = "Less like this"
MORE_LIKE_THIS = "More like this"
SEARCH = "Search"
SETTINGS = "Settings"
BACK = "Back"
MUTE = "Mute this story"
UNMUTE = "Unmute"
UNDO = "Undo"
NEW_SINCE = "New since you were told: "
TIMELINE = "Timeline"
ALL_SOURCES = "Sources"
COPY = "copy"
OTHER = "Other"
MUTED = "Muted: this story won't be told here again."
UNMUTED = "This story is told here again when it moves."
STORY_GONE = "I no longer have that story. /search may find what followed it."
NO_MORE_STORIES = "That was all of it."
ASK_WHAT_TO_SEARCH = "What shall I look for? Answer this message with a few words."
SEARCH_PLACEHOLDER = "steel quota"
NOT_SUBSCRIBED_TO_LEAN = "That is kept for your digests. To get one: /subscribe"
SILENT_MOST = 3  # feeds named as silent
SOON = {0: "today", 1: "tomorrow"}


BARS = "▁▂▃▄▅▆▇█"


def search_elsewhere(bot: str) -> str:
    """Say where to search for somebody who reads a channel.

    >>> search_elsewhere("communique_bot")
    'Nobody can answer me in a channel. Write to @communique_bot: /search and a few words.'
    """
    return f"Nobody can answer me in a channel. Write to @{bot}: /search and a few words."


def bars(counts: Sequence[int]) -> str:
    """Draw numbers as a row of bars, the highest being full; a day with nothing is the lowest.

    >>> bars([0, 1, 4, 2])
    '▁▃█▅'
    """
    most = max(counts, default=0)
    return "".join(BARS[round(count / most * (len(BARS) - 1)) if most else 0] for count in counts)


def week_of(name: str, counts: Sequence[int]) -> str:
    """Say how many stories a topic had in a week, and on which days: `📦 Tariffs: 9 stories ▁▃█▅▁▁▁`."""
    return f"{name}: {counted(sum(counts), 'story', 'stories')} {bars(counts)}"


def heading(kind: DigestKind, day: date, language: str = "en") -> str:
    """Head a digest, a week's review or an alert.

    >>> heading(DigestKind.REVIEW, date(2026, 11, 20))
    'The week to Friday, 20 November'
    """
    named = words.day(day, language)
    match kind:
        case DigestKind.REVIEW:
            return f"The week to {named}"
        case DigestKind.ALERT:
            return "Breaking"
        case _:
            return named


def silent_feeds(names: Sequence[str]) -> str:
    """Name the feeds that stopped bringing anything, or some of them.

    >>> silent_feeds(["Meridian Daily", "Quay Post"])
    'Silent: Meridian Daily and Quay Post.'
    """
    return f"Silent: {words.listed(names[:SILENT_MOST])}."


def next_digest(at: datetime, today: date, zone: str, language: str = "en") -> tuple[str, str]:
    """Say when the next digest comes: the words before the time of day, and the time of day.

    >>> from datetime import UTC
    >>> next_digest(datetime(2026, 11, 21, 8, tzinfo=UTC), date(2026, 11, 20), "UTC")
    ('Next digest: tomorrow, ', '08:00')
    """
    local = at.astimezone(ZoneInfo(zone))
    named = SOON.get((local.date() - today) // timedelta(days=1)) or words.day(local.date(), language)
    return f"Next digest: {named}, ", words.clock_time(local.time())


def what_counts(headline: str, *, more: bool) -> str:
    """Ask what of a story shall count more, or less."""
    return f"What of “{headline[:120]}” shall count {'more' if more else 'less'} in your digests?"


def leaned(name: str, way: str) -> str:
    """Say what counts more or less from now on; `way` is `more`, `fewer` or `even`."""
    match way:
        case "more":
            return f"{name} counts more here from now on."
        case "fewer":
            return f"{name} counts less here from now on."
        case _:
            return f"{name} counts as everything else again."


def why(story: Story, total: int, vocabulary: Vocabulary) -> str:
    """Explain a story's place in a digest: `1st of 7: 6 independent sources, the newest report 3 hours before …`."""
    standing = story.standing
    if standing is None:
        return "It came first among what fits; I kept no more of it."
    sources = counted(standing.sources, "independent source")
    if standing.copies:
        sources += f" (and {counted(standing.copies, 'copy', 'copies')})"
    hours = round(standing.age / timedelta(hours=1))
    age = "the newest report less than an hour old" if not hours else f"the newest report {counted(hours, 'hour')} old"
    met = Wish(topics=standing.topics, places=standing.places)
    wished = wish_in_words(met, vocabulary).removeprefix("" if met.topics else "all topics ")
    asked = [f"you asked for {wished}"] if met.topics else [f"you asked {wished}"] if met.places else []
    if standing.words:
        asked.append(f"it has your {'word' if len(standing.words) == 1 else 'words'} {listed(standing.words)}")
    if story.mark is Mark.DEVELOPING:
        asked.append("it moved since you were told")
    return f"{ordinal(standing.rank)} of {total}: {'; '.join([f'{sources}, {age}', *asked])}."


def why_nothing(asked: str) -> str:
    """Say that there is nothing to explain."""
    if asked:
        return f"The last digest has no story {asked[:40]}. /why alone explains all of them."
    return "The last digest had no stories, so there is nothing to explain."


def ordinal(number: int) -> str:
    """Write a number as a place.

    >>> [ordinal(number) for number in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    ending = "th" if number % 100 // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
