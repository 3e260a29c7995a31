"""Dates as feeds write them → aware UTC instants; it neither knows the present nor judges whether a date can be.

Rule: RFC 822 and ISO 8601 in all their spellings first, then words and numbers picked out of any order, with the
names of months of the languages in `LOCALES`. Theory: a feed's date has a year of four digits, a month by name or in
an order that can be told, and maybe a time and a zone. Known exceptions: `03/04/2024` is read with the day first, and
with the month first only where AM or PM stands in it (the habit of those who write the month first); a zone that is
not known, or not said, is UTC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

LONGEST = 100
"""Longest date that is looked at, in characters; the longest real ones have about 50."""

LOCALES = (  # noqa: SIM905 -- words, not rows
    "en de fr es it pt nl sv nb da fi pl cs sk hu ro bg ru uk sr hr sl el tr az kk uz id ms vi sw ca gl eu et lv lt sq"
    " mk ar fa ur hi bn ta th he ka hy af"
).split()
"""Languages whose names of months are known (from the Unicode CLDR, as Babel carries it)."""

_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "AST": -4, "ADT": -3, "BST": 1, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2,
    "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "IRST": 3.5, "PKT": 5, "IST": 5.5, "NPT": 5.75,
    "WIB": 7, "WITA": 8, "WIT": 9, "ICT": 7, "HKT": 8, "SGT": 8, "PHT": 8, "MYT": 8, "JST": 9, "KST": 9, "AWST": 8,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "SAST": 2,
    "EAT": 3, "CAT": 2, "WAT": 1, "ET": -5, "CT": -6, "MT": -7, "PT": -8,
}  # fmt: skip
"""Hours east of UTC of the zones that are written as letters. Ambiguous ones: CST and IST as in America and India."""

_FULL = "january february march april may june july august september october november december"
_ENGLISH = {name[:3]: at for at, name in enumerate(_FULL.split(), start=1)}
_SPELLED = {**_ENGLISH, "sept": 9} | {name: at for at, name in enumerate(_FULL.split(), start=1)}
_WEEKDAY = re.compile(r"\A[^\W\d]+\.?,?\s+(?=\d{1,2}[\s.-]+[^\W\d])")
_RFC822 = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4}|\d\d)"
    r"(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(.*)\Z",
    re.IGNORECASE | re.ASCII,
)
_ISO = re.compile(
    r"(\d{4})-?(\d\d)(?:-?(\d\d)(?:(?:T|\s)\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?)?\s*(Z|[+-]\d.*|[A-Z]{2,5})?\Z",
    re.IGNORECASE | re.ASCII,
)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})(T.*)?\Z")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-]|\u2212)\s*(\d{1,2}):?(\d\d)?\b", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})\s*(?::|h|時|时|시)\s*(\d\d)(?:\s*(?::|分|분)\s*(\d\d)(?:[.,]\d+)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d|\s*:)")
_WORD = re.compile(r"[^\W\d_]+")
_AFTERNOON = re.compile(r"\bp\.?\s?m\b|오후|下午|午後", re.IGNORECASE)
_FORENOON = re.compile(r"\ba\.?\s?m\b|오전|上午|午前", re.IGNORECASE)
_ZONE_WORD = re.compile(r"\b([A-Z]{2,4}T|MEZ|MESZ|MSK|WIB|WITA)\b")


def date_from_text(written: str) -> datetime | None:
    """Return the instant a date means, in UTC, or None where it can't be read.

    Without a time of day it is midnight; without a zone, UTC.

    >>> date_from_text("Thu, 01 Jan 04 19:48:21 EST").isoformat()
    '2004-01-02T00:48:21+00:00'
    >>> date_from_text("16. März 2024, 14:30 Uhr").isoformat(), date_from_text("2024年5月3日").day
    ('2024-03-16T14:30:00+00:00', 3)
    """
    text = written.strip()
    if not text or len(text) > LONGEST:
        return None
    try:
        return _rfc822(text) or _iso(text) or _in_any_order(_western(text))
    except (ValueError, OverflowError):  # a day or hour that does not exist, a year beyond what can be told
        return None


def _rfc822(text: str) -> datetime | None:
    found = _RFC822.match(text)
    month = _ENGLISH.get(found[2][:3].lower()) if found else None
    if not found or not month or (found[7] and _AFTERNOON.search(found[7])):
        return None
    year = int(found[3])
    if len(found[3]) == 2:  # noqa: PLR2004 -- RFC 822 wrote two digits; RFC 2822 says what they mean
        year += 2000 if year < 50 else 1900  # noqa: PLR2004 -- RFC 2822, 4.3
    return _instant((year, month, int(found[1])), (found[4], found[5], found[6]), found[7])


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if found:
        return _instant((int(found[1]), int(found[2]), int(found[3] or 1)), (found[4], found[5], found[6]), found[7])
    if ordinal := _ORDINAL.match(text):
        start = _iso(f"{ordinal[1]}-01-01{ordinal[3] or ''}")
        return start + timedelta(days=int(ordinal[2]) - 1) if start else None
    if text.isdigit() and text.isascii() and len(text) in {10, 13}:  # seconds or milliseconds since 1970
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return None


def _instant(day: tuple[int, int, int], clock: tuple[str | None, ...], zone: str | None) -> datetime:
    """Put an instant together; 24:00 is the next day's midnight, a leap second the last second before it."""
    hour, minute, second = (int(part or 0) for part in clock)
    extra = timedelta(0)
    if hour == 24 and minute == second == 0:  # noqa: PLR2004 -- ISO 8601's end of day
        hour, extra = 0, timedelta(days=1)
    here = datetime(*day, hour, minute, min(second, 59), tzinfo=_zone(zone or ""))
    return (here + extra).astimezone(UTC)


def _zone(written: str) -> timezone:
    if not written or written in {"Z", "GMT", "UTC", "+0000"}:
        return UTC
    if found := _OFFSET.match(written):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    name = written.split(None, 1)[0].strip("()").upper()
    return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else UTC


def _western(text: str) -> str:
    """Return a date with the digits of any script as 0–9 and without marks of direction."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(sign))
        if sign.isdecimal()
        else " "
        if unicodedata.category(sign) in {"Cf", "Zs"}
        else sign
        for sign in text
    )


def _in_any_order(text: str) -> datetime | None:
    """Read a date by its parts: a clock, an offset, and a day whose month has a name or a place that can be told."""
    found = _CLOCK.search(text)
    clock = (found[1], found[2], found[3]) if found else (None, None, None)
    rest = text[: found.start()] + " " + text[found.end() :] if found else text
    afternoon, forenoon = _AFTERNOON.search(text), _FORENOON.search(text)
    if found and (afternoon or forenoon):
        clock = (str(int(found[1]) % 12 + (12 if afternoon else 0)), found[2], found[3])
    zone = _OFFSET.match(text[found.end() :].lstrip()) if found else None
    named = _ZONE_WORD.search(text)
    if zone:
        rest = rest.replace(zone[0], " ", 1)
    day = _day(rest, month_first=bool(afternoon or forenoon))
    return _instant(day, clock, zone[0] if zone else named[1] if named else "") if day else None


def _day(text: str, *, month_first: bool) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.search(text):
        one, two, year = (int(part) for part in found.groups())
        swapped = two > 12 or (month_first and one <= 12)  # noqa: PLR2004 -- months
        return (year, one, two) if swapped else (year, two, one)
    year_found = _YEAR.search(text)
    if not year_found:
        return None
    # A weekday before the day may be spelled like a month: "mar" is Tuesday in Spanish, French and Italian.
    rest = _WEEKDAY.sub("", text[: year_found.start()] + " " + text[year_found.end() :])
    month = next(filter(None, (_month(word) for word in _WORD.findall(rest))), None)
    day = _DAY.search(rest)
    return (int(year_found[1]), month, int(day[1])) if month and day else None


def _month(word: str) -> int | None:
    """Return the number of a month by its name; words of two letters (`de`, `of`) are none."""
    bare = _bare(word)
    return None if len(bare) < 3 else _SPELLED.get(bare) or _months().get(bare)  # noqa: PLR2004 -- as said


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    """Return the names of months in all `LOCALES`, without accents and in lower case; made at the first odd date."""
    from babel import Locale

    names: dict[str, int] = {}
    for language in LOCALES:
        locale = Locale.parse(language)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    for word in _WORD.findall(name):
                        names.setdefault(_bare(word), number)
    return names


def _bare(word: str) -> str:
    """Return a word in lower case without accents.

    >>> _bare("Février")
    'fevrier'
    """
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
