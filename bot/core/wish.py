"""Words of `/subscribe`, `/summary`, `/latest` and `/digest` into a wish and a schedule, and back into words.

It says nothing to the person (chat/words.py does) and knows no topic or place of its own: they come as arguments.

Rules. Spaces and commas separate; a comma ends a name of several words. The longest name counts. A key is taken before
another's alias. A word that may be a place or a zone is a zone with a slash, directly behind a time, or behind "in"
or "zone" ("08:00 Tokyo", "at 8 in Tokyo"), else a place ("tokyo 08:00" is about Japan).

Theory: people name what they care about, then when. "08:00 Japan" is about Japan, because countries are asked about
more often than they are used as zones; "08:00 in Japan" is a zone.

Known exceptions: behind an "in" that no time precedes, a city gives way to a zone named elsewhere ("conflict in Kyiv
08:00 Europe/Berlin" is about Ukraine; without the zone, Kyiv is one). The country codes AT, IN, ME, TO and TZ, words
of the grammar too, count in capitals only, and not where everything is in capitals.

A review: "weekly" asks for the week's review instead of digests, on the day named, else on Monday (the week that ended
on Sunday); where several days are named, on each of them, of the seven days before. "alerts" ("alerts off", "no
alerts") and "quiet 22:00-07:00" ("no quiet hours") may stand anywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from bot.core.whenwords import (
    DAY,
    DAY_PHRASES,
    DAY_SPELLINGS,
    DAY_STARTS,
    EVERY_DAY,
    WEEKDAYS,
    WEEKENDS,
    days_in,
    time_in,
)
from bot.core.zones import zone_named, zone_spellings
from bot.errors import WishError
from bot.model import Schedule, Wish

MOST_SLOTS = 6  # digests a day; more is a news ticker, which alerts are for

REVIEW_DAYS = frozenset([0])  # Monday: the week that ended on Sunday
_CLOCK = r"\d{1,2}(?:[:.h]?\d{2}|h)?(?:[ap]m)?|noon|midnight"
_ALERTS = re.compile(
    r"(?<![^\s,;])(?:and\s+)?(?:(?P<no>no|without)|with)?\s*\balerts?\b(?:\s+(?P<switch>on|off)\b)?(?![^\s,;.!])",
    re.IGNORECASE,
)
_QUIET = re.compile(
    r"(?<![^\s,;])(?:and\s+)?(?:no\s+quiet(?:\s+hours)?|quiet\s+off|"
    rf"quiet(?:\s+hours)?\s+(?:from\s+)?(?P<from>{_CLOCK})\s*(?:[-–—]|to|till|until)\s*(?P<until>{_CLOCK}))(?![^\s,;.!])",
    re.IGNORECASE,
)
_WEEKLY = re.compile(
    r"(?<![^\s,;])(?:a\s+|the\s+)?(?:weekly(?:\s+review)?|(?:every|each|once\s+a)\s+week)(?![^\s,;.!])", re.IGNORECASE
)
_ALL = frozenset({"all", "everything", "all topics"})
_FILLERS = frozenset(
    ["at", "in", "on", "every", "each", "and", "the", "for", "about", "to", "me", "please", "news", "time"]
)
_ZONE_MARKS = frozenset({"zone", "timezone", "tz"})
# Written apart, read as one word: "8 a.m.", "UTC + 9", "mon to fri".
_JOINS = (
    (re.compile(r"(?<![^\s,;])(\d{1,2}(?:[:.h]\d{2})?)\s*([ap])\.?m\b\.?", re.IGNORECASE), r"\1\2m"),
    (re.compile(r"\b(utc|gmt)\s*([+\-\N{MINUS SIGN}])\s*(?=\d)", re.IGNORECASE), r"\1\2"),
    (re.compile(rf"\b({DAY})\s*(?:[-–—]|to|till|until|through)\s*({DAY})\b", re.IGNORECASE), r"\1-\2"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """What a subscription asks for, and which parts of it were said rather than taken by default.

    `alerts` is None where nothing was said about them.
    """

    wish: Wish
    schedule: Schedule
    topics_given: bool = field(default=False, compare=False)
    alerts: bool | None = None
    quiet_given: bool = field(default=False, compare=False)
    slots_given: bool = field(default=False, compare=False)
    days_given: bool = field(default=False, compare=False)
    zone_given: bool = field(default=False, compare=False)


def parse_subscription(words: str, *, topics: Mapping[str, str], places: Mapping[str, str], default_zone: str) -> Order:
    """Understand the words behind `/subscribe`.

    Args:
        words: topics, places, times, a zone and days in any order; without any, alliances and tariffs daily at 08:00.
        topics: lower-case names and aliases, of one or several words, to topic keys; the keys count as names too.
        places: the same for places.
        default_zone: the IANA zone where none is said.

    Raises:
        WishError: a word means nothing (with a guess at its kind and at what was meant), a second zone is
            named, or more than MOST_SLOTS times.

    >>> order = parse_subscription("tariffs japan 8:00 Asia/Tokyo weekdays",
    ...     topics={"tariffs": "tariffs"}, places={"japan": "JP"}, default_zone="UTC")
    >>> canonical(order)
    'tariffs JP 08:00 Asia/Tokyo weekdays'
    """
    reading = _Reading(_names(topics, places), timed=True)
    reading.read(words)
    zone = reading.settled_zone()
    asked = Wish(places=tuple(reading.places))
    if reading.topics or reading.all_topics:
        asked = replace(asked, topics=tuple(reading.topics))
    schedule = Schedule(
        slots=tuple(sorted(reading.slots)) or Schedule().slots,
        days=frozenset(reading.days) or (REVIEW_DAYS if reading.weekly else EVERY_DAY),
        zone=zone or zone_named(default_zone) or default_zone,
        weekly=reading.weekly,
        quiet_from=reading.quiet[0],
        quiet_until=reading.quiet[1],
    )
    return Order(
        asked,
        schedule,
        alerts=reading.alerts,
        quiet_given=reading.quiet_given,
        topics_given=bool(reading.topics or reading.all_topics),
        slots_given=bool(reading.slots),
        days_given=bool(reading.days),
        zone_given=zone is not None,
    )


def parse_topics(
    words: str, *, topics: Mapping[str, str], places: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Understand the words behind `/latest` and `/digest`; return topic keys and place keys.

    What is not named is empty, which asks for any.

    Raises:
        WishError: a word is neither topic nor place.

    >>> parse_topics("tariffs in Japan", topics={"tariffs": "tariffs"}, places={"japan": "JP"})
    (('tariffs',), ('JP',))
    """
    reading = _Reading(_names(topics, places), timed=False)
    reading.read(words)
    return tuple(reading.topics), tuple(reading.places)


def canonical(order: Order) -> str:
    """Write an order as the words that ask for it: `parse_subscription` gives an equal order back.

    Length (`most_stories`, `sentences`) is no part of the words.
    """
    days, schedule = order.schedule.days, order.schedule
    quiet = [f"quiet {schedule.quiet_from:%H:%M}-{schedule.quiet_until:%H:%M}"] if _has_quiet_hours(schedule) else []
    named = {EVERY_DAY: "daily", WEEKDAYS: "weekdays", WEEKENDS: "weekends"}
    return " ".join(
        (
            *(order.wish.topics or ("all",)),
            *order.wish.places,
            *(slot.strftime("%H:%M") for slot in order.schedule.slots),
            order.schedule.zone,
            *(["weekly"] if schedule.weekly else []),
            named.get(days) or ",".join(DAY_STARTS[day] for day in sorted(days)),
            *quiet,
            *([] if order.alerts is None else ["alerts on" if order.alerts else "alerts off"]),
        )
    )


def wish_key(
    wish: Wish, *, since_at: datetime | None = None, until_at: datetime | None = None, language: str = ""
) -> str:
    """Return a key that is equal exactly for wishes that get the same digest; order and repetition don't matter.

    A digest also depends on the window it looks at and on the language it is told in: give what sets digests apart.

    >>> wish_key(Wish(topics=("tariffs", "alliances"))) == wish_key(Wish())
    True
    """
    lists: tuple[Iterable[str | int], ...] = (wish.include, wish.exclude, wish.muted, wish.more, wish.fewer)
    parts = (
        sorted(set(wish.topics)),
        sorted(set(wish.places)),
        wish.most_stories,
        wish.sentences,
        wish.most_minutes,
        *(sorted(map(str, set(some))) for some in lists),
        since_at and since_at.isoformat(),
        until_at and until_at.isoformat(),
        language,
    )
    return json.dumps(parts, separators=(",", ":"))


def _plain(text: str) -> str:
    """Return a name without case, accents, dots and apostrophes, hyphens and underscores as spaces."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = re.sub(r"[\u0300-\u036f.'\N{RIGHT SINGLE QUOTATION MARK}#()]", "", letters)
    return " ".join(re.sub(r"[-_]", " ", letters).split())


def _names(topics: Mapping[str, str], places: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return plain name → (`topic` or `place`, key); on a clash keys win over aliases and topics over places."""
    names: dict[str, tuple[str, str]] = {}
    names.update({_plain(alias): ("place", key) for alias, key in places.items()})
    names.update({_plain(alias): ("topic", key) for alias, key in topics.items()})
    names.update({_plain(key): ("place", key) for key in places.values()})
    names.update({_plain(key): ("topic", key) for key in topics.values()})
    return names


class _Reading:
    """One pass over the words; `behind` is what stood before: `time`, `in`, `time in`, `zone` or nothing."""

    def __init__(self, names: dict[str, tuple[str, str]], *, timed: bool) -> None:
        self.names = names
        self.timed = timed
        self.longest = max(5, *(name.count(" ") + 1 for name in names)) if names else 5
        self.topics: dict[str, None] = {}
        self.places: dict[str, None] = {}
        self.slots: set[time] = set()
        self.days: set[int] = set()
        self.zone: str | None = None
        self.zone_or_place: list[tuple[str, str, str | None]] = []
        self.all_topics = False
        self.weekly = False
        self.alerts: bool | None = None
        self.quiet: tuple[time, time] | tuple[None, None] = (None, None)
        self.quiet_given = False
        self.behind = ""

    def read(self, words: str) -> None:
        shouted = words.isupper()
        words = unicodedata.normalize("NFKC", words)
        for pattern, joined in _JOINS:
            words = pattern.sub(joined, words)
        if self.timed:
            words = self._take_switches(words)
        for group in re.split(r"[,;]", words):
            tokens = [token for token in (word.strip("!?\"'()") for word in group.split()) if token]
            at = 0
            while at < len(tokens):
                at += self._take(tokens[at:], shouted=shouted)

    def _take_switches(self, words: str) -> str:
        """Understand what is said of alerts, quiet hours and the weekly review; return the other words."""
        for match in _ALERTS.finditer(words):
            self.alerts = not (match["no"] or (match["switch"] or "").casefold() == "off")
        for match in _QUIET.finditer(words):
            ends = [time_in(word.casefold()) for word in (match["from"], match["until"]) if word]
            if None in ends:
                raise WishError(match[0].strip(), "time")
            self.quiet_given = True
            begin, end = ends or (None, None)
            self.quiet = (begin, end) if begin is not None and end is not None and begin != end else (None, None)
        self.weekly = bool(_WEEKLY.search(words))
        for pattern in (_ALERTS, _QUIET, _WEEKLY):
            words = pattern.sub(" ", words)
        return words

    def settled_zone(self) -> str | None:
        """Return the zone; cities behind a loose "in" are it only if nothing else is."""
        for zone, phrase, place in self.zone_or_place:
            if place is not None and self.zone not in (None, zone):
                self.places[place] = None
            else:
                self._set_zone(zone, phrase)
        return self.zone

    def _take(self, tokens: list[str], *, shouted: bool) -> int:
        """Understand the longest name the tokens begin with; return how many tokens it has."""
        for length in range(min(self.longest, len(tokens)), 0, -1):
            if length == 1 and self._take_filler(tokens[0], shouted=shouted):  # but "the hague" and "every day" first
                return 1
            phrase = " ".join(tokens[:length])
            timed = self.timed and (self._take_days(phrase) or self._take_time(phrase))
            if timed or self._take_zone_in_context(phrase, tokens[length:]) or self._take_name(phrase):
                return length
            if self.timed and (zone := zone_named(phrase, countries=False)):
                self._set_zone(zone, phrase)
                return length
        raise self._misunderstood(tokens[0])

    def _take_filler(self, token: str, *, shouted: bool) -> bool:
        word = token.casefold()
        if word not in _FILLERS | _ZONE_MARKS or (token in self._codes() and not shouted):
            return False
        if word in _ZONE_MARKS:
            self.behind = "zone"
        elif word == "in":
            self.behind = "time in" if self.behind == "time" else "in"
        elif word not in {"the", "time"}:
            self.behind = ""
        return True

    def _codes(self) -> set[str]:
        return {key for _, key in self.names.values()}

    def _take_days(self, phrase: str) -> bool:
        days = DAY_PHRASES.get(_plain(phrase)) or days_in(phrase.casefold().rstrip("."))
        self.days |= days
        if days:
            self.behind = ""
        return bool(days)

    def _take_time(self, phrase: str) -> bool:
        slot = time_in(phrase.casefold().rstrip("."))
        if slot is None:
            return False
        self.slots.add(slot)
        if len(self.slots) > MOST_SLOTS:
            raise WishError(phrase, "times")
        self.behind = "time"
        return True

    def _take_zone_in_context(self, phrase: str, following: list[str]) -> bool:
        if not self.timed:
            return False
        marked = "/" in phrase or phrase.casefold().startswith(("utc", "gmt", "+", "-", "\N{MINUS SIGN}"))
        said = self.behind in {"zone", "time in"} or [word.casefold() for word in following[:1]] == ["time"]
        zone = zone_named(phrase, countries=marked or said) if marked or said or self.behind else None
        if zone is None:
            return False
        if self.behind == "in" and not (marked or said):
            kind, key = self.names.get(_plain(phrase), ("", ""))
            self.zone_or_place.append((zone, phrase, key if kind == "place" else None))
        else:
            self._set_zone(zone, phrase)
        self.behind = ""
        return True

    def _set_zone(self, zone: str, phrase: str) -> None:
        if self.zone not in (None, zone):
            raise WishError(phrase, "zone")
        self.zone = zone
        self.behind = ""

    def _take_name(self, phrase: str) -> bool:
        plain = _plain(phrase)
        kind, key = self.names.get(plain, ("", ""))
        if kind == "topic":
            self.topics[key] = None
        elif kind == "place":
            self.places[key] = None
        elif plain in _ALL:
            self.all_topics = True
        else:
            return False
        self.behind = ""
        return True

    def _misunderstood(self, token: str) -> WishError:
        word = token.casefold()
        if not self.timed:
            return WishError(token, "topic", suggestion=_closest(word, self.names))
        if re.fullmatch(r"\d[\d:.h]*([ap]m)?", word):
            return WishError(token, "time")
        zones = {spelling.casefold(): spelling for spelling in zone_spellings()}
        if "/" in word or word.startswith(("utc", "gmt", "+", "-")) or self.behind in {"zone", "time in"}:
            close = _closest(word, zones)
            return WishError(token, "zone", suggestion=close and zones[close])
        if close := _closest(word, self.names):
            kind = self.names[close][0]
            return WishError(token, "topic" if kind == "topic" else "word", suggestion=close)
        close = _closest(word, DAY_SPELLINGS)
        if close or word.endswith(("day", "days")) or re.match(rf"{DAY}\b", word):
            return WishError(token, "days", suggestion=close)
        close = _closest(word, zones)
        return WishError(token, "zone" if close else "word", suggestion=close and zones[close])


def _has_quiet_hours(schedule: Schedule) -> bool:
    return schedule.quiet_from is not None and schedule.quiet_until is not None


def _closest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """Return the known word most like one, if any is (ratio ≥ 0.75: one letter wrong in four)."""
    from difflib import get_close_matches

    if len(word) > 40:  # noqa: PLR2004 -- no name is as long, and the comparison is quadratic
        return None
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.75)), None)
