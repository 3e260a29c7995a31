"""Finds the countries and organisations a text names, most prominent first.

It does not guess places that are not named, and it does not resolve cities other than capitals and datelines.

Rules
    1. A place is named by its name, its people, its capital or its government's seat, in any of the languages of the
       vocabulary; `bot.core.phrases` says what counts as a word. The longest phrase wins, and phrases that mean
       something else (Washington Post, guinea pig) swallow the place inside them.
    2. An unsure word (Jordan, Georgia, Congo, Quad) counts if a sure word of the same place is in the text. Else it
       counts unless one occurrence shows that something else is meant: it is part of a person's name, stands in a
       phrase of the place's `not`, or near a word of its `unless`. Where the place has a `near`, one of those words
       must stand nearby.
    3. A word is part of a person's name if the word right before or behind it begins with a capital and is neither the
       first of its sentence nor an office or a kind of landscape. In headlines, where all words do, this says nothing.
    4. US and WHO do not count in a line written in capitals: there they may be "us" and "who".
    5. A dateline at the head of the text (GENEVA (Reuters) -) names the country of the city.
    6. Prominence: a mention in the title weighs 4, in the first 300 characters 2, else 1; equal ones in the order of
       the text.

Theory
    A word keeps one meaning within one text: Gale, Church and Yarowsky, "One Sense Per Discourse" (1992), found it in
    98 % of pairs. That news tells the most important first is the inverted pyramid of journalism.

Known exceptions
    Brussels is the European Union, and Belgium in a dateline only. "Korea" alone is South Korea. Language adjectives
    ("in French") name the country. A person called by a family name that is a country, and never by more, is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from bot.core.phrases import Heads, Phrases, Synonyms, synonyms
from bot.model import Place


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A place and the words for it, as `data/places.toml` has them; its head says what each list does.

    A word that begins with `=` counts only as it is written, `*` in it stands for any ending. `words` holds the
    lists of other languages by language code; `shadows` is what the file calls `not`.
    """

    key: str
    name: str
    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()
    dateline: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class _Kind(Enum):
    SURE = "sure"
    UNSURE = "unsure"
    SHADOW = "shadow"
    NEAR = "near"
    UNLESS = "unless"


@dataclass(frozen=True, slots=True, eq=False)
class _Mark:
    """What a phrase of the vocabulary stands for; one for all words of a list."""

    key: str
    kind: _Kind


class _Hit(NamedTuple):
    """A word for a place, `part[start:end]` of a part of the text, and what the mention weighs."""

    start: int
    end: int
    kind: _Kind
    part: str
    order: int
    weight: float

    @property
    def text(self) -> str:
        return self.part[self.start : self.end]


_TITLE_WEIGHT, _LEAD_WEIGHT, _LEAD = 4.0, 2.0, 300  # characters: about the first two sentences of a news text
_WINDOW = 80  # characters either side in which context is looked for: about a dozen words
_SHOUTED = frozenset({"US", "WHO"})
_CAPITAL_LINE = 0.7  # of a line's letters; a line of prose has under 0.2
_HEADLINE = 0.6  # of a line's words begin with a capital, and no period ends it
_DATELINE = re.compile(
    r"\s*(?:\([\w .]{2,30}\)\s*)?(?P<city>[^\W\d_][^\n\d(),–—]{1,30}?)\s*(?:,[^\n(–—]{0,40}?)?\s*"
    r"(?P<agency>\([^)\n]{2,40}\)\s*)?(?:--?|–|—|:)(?!\w)"
)
_DATELINE_WITHIN = 120  # characters
_DASH = re.compile("[-–—:]")  # of a dateline: without one there is none, which is told in a tenth of the time
_BEFORE = re.compile(r"(?P<stop>[.!?:;\"“(\n] *|^)?(?<![\w-])(?P<word>\w[\w.'’-]*) $")
_INITIALS = re.compile(r"(?:[A-Z]\.)+")
_BEHIND = re.compile(r" (?P<word>\w[\w.-]*)")
# Words with a capital that do stand beside a country's name.
_BESIDE_COUNTRIES = """
lake river mount king queen prince princess president prime minister ministers foreign defense defence interior
finance trade ambassador embassy consul consulate government parliament senate army air navy force forces police
state television tv news agency central bank valley crown hashemite republic kingdom north south east west northern
southern eastern western upper lower greater in from to with and or the for of on at by between against via but as
while when after before since both neighboring neighbouring i says said is has will u.s u.n u.k e.u us uk eu un israel
syria iraq iran egypt saudi lebanon russia china libya niger sudan cameroon monday tuesday wednesday thursday friday
saturday sunday january february march april may june july august september october november december
"""
_NO_NAME = frozenset(_BESIDE_COUNTRIES.split())
# Two-letter codes that are ordinary words or marks of time in one of our languages: no wish means a place by them.
_ORDINARY_CODES = """
ad al am an ar as at az ba be bi by ca ci cm co da de do ee es et eu fm ga ge gi gm gr hm id ie il im in io is it
je ki km la li lo lu ma md me mg ml mm mo mu my na ne ni no nu om pa pl pm pr ps re sa se si sm so st su tm to tv
un va vi ws ya ye za
"""
_CODES_THAT_ARE_WORDS = frozenset(_ORDINARY_CODES.split())


class PlaceFinder:
    """The places of a vocabulary.

    >>> finder = PlaceFinder([PlaceEntry("JP", "Japan", names=("Japan",), people=("Japanese",), capitals=("Tokyo",)),
    ...                       PlaceEntry("JO", "Jordan", names=("=Jordan",), capitals=("Amman",), unsure=("Jordan",))])
    >>> finder.find("Coach Eddie Jordan flew to Tokyo."), finder.find("Jordan thanked the Japanese minister.")
    (('JP',), ('JO', 'JP'))

    Raises:
        ValueError: two entries have one key, or a phrase is empty.
    """

    def __init__(self, places: Iterable[PlaceEntry], *, heads: Heads | None = None) -> None:
        entries = list(places)
        self._entries = {entry.key: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise ValueError("two places have the same key")
        self._heads = heads or Heads()
        self._heads.expect(lambda: self._phrases)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """The words a wish may use (lower case), and the key each stands for; a surer or earlier word goes first."""
        aliases: dict[str, str] = {}
        entries = self._entries.values()
        for key in self._entries:
            if key.lower() not in _CODES_THAT_ARE_WORDS:
                aliases[key.lower()] = key
                aliases.setdefault(key.lower().replace("_", " "), key)
        for sure in (True, False):
            for lists in (lambda entry: entry.names, lambda entry: (*entry.people, *entry.capitals), _foreign):
                for entry in entries:
                    for word in lists(entry):
                        bare = word.removeprefix("=").removesuffix("*")
                        if "*" not in bare and (bare not in entry.unsure or not entry.near) is sure:
                            aliases.setdefault(bare.lower(), entry.key)
        for entry in entries:
            aliases.setdefault(entry.name.lower(), entry.key)
        return MappingProxyType(aliases)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Every place by its key."""
        words: dict[str, list[str]] = {}
        for word, key in self.aliases.items():
            words.setdefault(key, []).append(word)
        return MappingProxyType(
            {key: Place(key, entry.name, tuple(words.get(key, ()))) for key, entry in self._entries.items()}
        )

    @cached_property
    def _phrases(self) -> Phrases[_Mark]:
        phrases = (phrase for entry in self._entries.values() for phrase in _phrases_of(entry))
        return Phrases(phrases, heads=self._heads)

    @cached_property
    def _context(self) -> Phrases[_Mark]:
        return Phrases(
            each
            for entry in self._entries.values()
            for kind, words in ((_Kind.NEAR, entry.near), (_Kind.UNLESS, entry.unless))
            for each in synonyms(_Mark(entry.key, kind), words)
        )

    @cached_property
    def _datelines(self) -> Mapping[str, str]:
        return {city.lower(): entry.key for entry in self._entries.values() for city in entry.dateline}

    def find(self, text: str, *, title: str = "") -> tuple[str, ...]:
        """Return the keys of the places a text and its title name, most prominent first."""
        hits: dict[str, list[_Hit]] = {}
        for order, part in enumerate((title, text)):
            for start, end, marks in self._phrases.stretches(part):
                weight = _TITLE_WEIGHT if order == 0 else _LEAD_WEIGHT if start < _LEAD else 1.0
                for mark in marks:
                    hits.setdefault(mark.key, []).append(_Hit(start, end, mark.kind, part, order, weight))
        scores: dict[str, tuple[float, int, int]] = {}
        for key, mine in hits.items():
            counted = self._counted(key, mine)
            if counted:
                first = counted[0]
                scores[key] = (-sum([hit.weight for hit in counted]), first.order, first.start)
        reported_from = self._dateline_of(text)
        if reported_from:
            scores.setdefault(reported_from, (-1.0, 1, 0))
        return tuple(sorted(scores, key=scores.__getitem__))

    def _counted(self, key: str, hits: list[_Hit]) -> list[_Hit]:
        """Return the hits that do mean the place (rules 2 to 4)."""
        named = [hit for hit in hits if hit.kind is not _Kind.SHADOW and not _shouts(hit)]
        unsure = [hit for hit in named if hit.kind is _Kind.UNSURE]
        if len(named) > len(unsure) or not unsure:
            return named
        if len(hits) > len(named) and any(hit.kind is _Kind.SHADOW for hit in hits):
            return []
        if any(_in_a_name(hit) for hit in unsure):
            return []
        return unsure if self._context_allows(key, unsure) else []

    def _context_allows(self, key: str, unsure: list[_Hit]) -> bool:
        entry = self._entries[key]
        if not entry.near and not entry.unless:
            return True
        kinds = {
            found.payload.kind
            for hit in unsure
            for found in self._context.find(hit.part[max(0, hit.start - _WINDOW) : hit.end + _WINDOW])
            if found.payload.key == key
        }
        return _Kind.UNLESS not in kinds and (not entry.near or _Kind.NEAR in kinds)

    def _dateline_of(self, text: str) -> str | None:
        """Return the key of the country whose city stands in the dateline, if any."""
        match = _DATELINE.match(text, 0, _DATELINE_WITHIN) if _DASH.search(text, 0, _DATELINE_WITHIN) else None
        if match is None or not (match["agency"] or match["city"].isupper()):
            return None
        return self._datelines.get(match["city"].strip().lower())


def _foreign(entry: PlaceEntry) -> list[str]:
    return [word for words in entry.words.values() for word in words]


def _phrases_of(entry: PlaceEntry) -> list[Synonyms[_Mark]]:
    sure, unsure, shadow = (_Mark(entry.key, kind) for kind in (_Kind.SURE, _Kind.UNSURE, _Kind.SHADOW))
    words = (*entry.names, *entry.people, *entry.capitals, *_foreign(entry))
    doubtful = [word for word in words if word.removeprefix("=") in entry.unsure] if entry.unsure else []
    certain = [word for word in words if word not in doubtful] if doubtful else words
    return [*synonyms(sure, certain), *synonyms(unsure, doubtful), *synonyms(shadow, entry.shadows)]


def _line_around(hit: _Hit) -> str:
    start = hit.part.rfind("\n", 0, hit.start) + 1
    end = hit.part.find("\n", hit.end)
    return hit.part[max(start, hit.start - 200) : min(end if end >= 0 else len(hit.part), hit.end + 200)]


def _shouts(hit: _Hit) -> bool:
    """Tell whether a hit is US or WHO in a line of capitals (rule 4)."""
    text = hit.text
    if text not in _SHOUTED:
        return False
    letters = [letter for letter in _line_around(hit) if letter.isalpha()]
    return len(letters) > len(text) + 4 and sum(map(str.isupper, letters)) > _CAPITAL_LINE * len(letters)


def _in_a_name(hit: _Hit) -> bool:
    """Tell whether a word is part of a person's name (rule 3)."""
    line = _line_around(hit).rstrip()
    words = line.split()
    if line[-1] not in ".!?" and sum(word[0].isupper() for word in words) > _HEADLINE * len(words):
        return False
    behind = _BEHIND.match(hit.part, hit.end)
    if behind and _is_name(behind["word"]):
        return True
    before = _BEFORE.search(hit.part, max(0, hit.start - 40), hit.start)
    if before is None:
        return False
    preceding = hit.part[: before.start("word")].rstrip()
    starts_sentence = not preceding or preceding[-1] in '.!?:;"“”(\n'
    return _is_name(before["word"]) and not starts_sentence


def _is_name(word: str) -> bool:
    named = word[0].isupper() and (not word.isupper() or _INITIALS.fullmatch(word) is not None)
    return named and word.lower().removesuffix("'s").rstrip(".") not in _NO_NAME
