"""One article → what its event is known by: its words, names, numbers, places and days; it compares nothing.

Rules
    1. Only the title and the first `LEAD` characters are read. Words are compared by their first `STEM` letters,
       function words are left out, numbers are words of their own. In scripts without spaces, pairs of characters are.
    2. A word with a capital inside a sentence is a name, wherever else it stands in the text; a title in which most
       words have one says nothing of names.
    3. A word weighs the root of how often it stands there, a name `NAME` times that, a
       number `NUMBER` times.
    4. A weekday in the first `DAYS_LEAD` characters is the last such day before the article was published.

Theory
    News tells who, where and when first (the inverted pyramid). Rule 3 is the damped term frequency of text retrieval;
    that names tell one event from its like is the finding of topic detection and tracking (Kumaran and Allan 2004,
    "Text classification and named entities for new event detection").

Known exceptions
    In German every noun has a capital and counts as a name; scripts without capitals have no names. A weekday that is
    still to come is taken for the last one.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from sys import intern

from bot.core.stopwords import stop_words
from bot.model import Article

LEAD = 2000  # characters; with 600 B-cubed F1 is 0.03 lower where articles are long, with 4,000 no higher
STEM = 6  # letters; 5 to 8 make no difference, as in ranking.py
NAME = 2.0  # 1.5 to 2 are best, 3 splits stories
NUMBER = 2.0  # 1 merges more look-alikes on ECB+, 1.5 is as good
DAYS_LEAD = 600  # characters
PLACES = 4  # the most prominent ones, as PlaceFinder orders them
PIECES = 150  # stems of a text by which copies are told: about its first 250 words
SHOUTED = 0.6  # of a title's words with a capital: it is written in title case

_TOKEN = re.compile(
    r"(?P<start>[.!?:\n\"“”„«][\s\"“„«']*)?(?:(?P<number>\d+(?:[.,:]\d+)*)|(?P<east>[\u3040-\u30ff\u3400-\u9fff]{2})"
    r"|(?P<word>[^\W\d_]{2,}))"
)
_WEEKDAYS = {
    day: number
    for days in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    )
    for number, day in enumerate(days.split())
}
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What an event is known by in one article.

    `key` is what the caller calls the article, `headline` its title; `hours` is when it was published, in hours since
    1970. `words` maps stems (numbers begin with #) to what they weigh before rarity; `title` are the stems of the
    title, `names` the stems that are names or numbers, `days` ordinals of dates, `pieces` hashes of neighboring words.
    """

    key: int
    headline: str
    hours: float
    language: str
    words: dict[str, float]
    title: frozenset[str]
    names: frozenset[str]
    places: tuple[str, ...]
    days: frozenset[int]
    pieces: array[int]


def read_traits(article: Article, key: int, *, at: datetime) -> Traits:
    """Read an article that counts as published at an instant.

    >>> friday, told = datetime(2026, 11, 20, tzinfo=UTC), "On Monday the minister met Kenji Arakawa over 25 percent."
    >>> read = read_traits(Article("Tariffs", told, published_at=friday), 1, at=friday)
    >>> sorted(read.names), [datetime.fromordinal(day).day for day in read.days]
    (['#25', 'arakaw', 'kenji', 'monday'], [16])
    """
    language = article.language or ""
    passed_over = stop_words(language)
    text = article.text[:LEAD]
    names: set[str] = set()
    in_title = _stems(article.title, passed_over, names, title=True)
    in_text = _stems(text, passed_over, names)
    counts: dict[str, int] = {}
    for stem in in_title:
        counts[stem] = counts.get(stem, 0) + 1
    for stem in in_text:
        counts[stem] = counts.get(stem, 0) + 1
    words = {stem: _weight(n, _worth(stem, names)) for stem, n in counts.items()}
    return Traits(
        key=key,
        headline=article.title,
        hours=(at - _EPOCH).total_seconds() / 3600,
        language=language,
        words=words,
        title=frozenset(in_title),
        names=frozenset(names),
        places=article.places[:PLACES],
        days=_days(f"{article.title}\n{text[:DAYS_LEAD]}", at) if article.published_at else frozenset(),
        pieces=_pieces(in_text[:PIECES]),
    )


@cache
def _weight(count: int, worth: float) -> float:
    """Return what a word weighs; the few numbers there are, are shared by all articles."""
    return math.sqrt(count) * worth


def _worth(stem: str, names: set[str]) -> float:
    if stem[0] == "#":
        return NUMBER
    return NAME if stem in names else 1.0


def _stems(text: str, passed_over: frozenset[str], names: set[str], *, title: bool = False) -> list[str]:
    """Return the stems of a text in its order, and add to the names those that are."""
    found = _TOKEN.findall(text)
    shouts = title and sum(word[:1].isupper() for *_, word in found) > SHOUTED * len(found)
    stems: list[str] = []
    starts = True
    for start, number, east, word in found:
        if word:
            lower = word.lower()
            if lower not in passed_over:
                stem = intern(lower[:STEM])  # a word stands in many articles: half of the memory
                stems.append(stem)
                if not (starts or start or shouts) and word[0].isupper():
                    names.add(stem)
        elif number:
            stems.append("#" + number)
            names.add("#" + number)
        else:
            stems.append(east)
        starts = False
    return stems


def _pieces(stems: Sequence[str]) -> array[int]:
    """Return a number for each three neighboring stems, each once, in a tenth of the memory a set would take.

    Another process has other numbers; those of two are never mixed.
    """
    return array("q", set(map(hash, zip(stems, stems[1:], stems[2:], strict=False))))


def _days(text: str, at: datetime) -> frozenset[int]:
    today = at.toordinal()
    return frozenset(today - (at.weekday() - _WEEKDAYS[match.group().lower()]) % 7 for match in _WEEKDAY.finditer(text))
