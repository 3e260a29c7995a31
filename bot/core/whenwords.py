"""Words that say when: days of the week, and times of day; it knows no zone and no wish."""

from __future__ import annotations

import re
from datetime import time

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKENDS = EVERY_DAY - WEEKDAYS

DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
DAY_STARTS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_PHRASES = {
    **dict.fromkeys(("daily", "everyday", "every day", "each day", "all days", "days", "day"), EVERY_DAY),
    **dict.fromkeys(("weekdays", "weekday", "workdays", "working days", "business days"), WEEKDAYS),
    **dict.fromkeys(("weekends", "weekend"), WEEKENDS),
}
DAY_SPELLINGS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", *DAY_PHRASES)
TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h|(\d{2}))?([ap]m)?")
NOON = {"noon": time(12), "midnight": time(0)}


def days_in(word: str) -> frozenset[int]:
    """Return the days a word like `mon`, `Mondays` or `sat-mon` names; none if it is no such word."""
    ends = re.split(r"[-–—]", word)
    if len(ends) > 2 or not all(re.fullmatch(DAY, end) for end in ends):  # noqa: PLR2004 -- from and to
        return frozenset()
    first, last = (DAY_STARTS.index(end[:3]) for end in (ends[0], ends[-1]))
    return frozenset(day % 7 for day in range(first, last + 1 + 7 * (last < first)))


def time_in(word: str) -> time | None:
    """Return the time of day a word like `8:00`, `0800`, `8.30pm` or `noon` means, or None."""
    if word in NOON:
        return NOON[word]
    if (match := TIME.fullmatch(word)) is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or match[3] or 0), match[4]
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 -- there is no 13 pm
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 -- a day's clock
