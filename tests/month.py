"""A month of invented news, always the same: 300 outlets, events that break, move, are copied and go quiet."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Article
from bot.service.storylines import Storylines
from bot.store.sql import SqlStore
from tests.invented import EventWords, Lexicon

FIRST_DAY = datetime(2026, 10, 12, tzinfo=UTC)  # the clocks of Berlin go back on the 25th, New York's on 1 November
DAYS = 30
OUTLETS = 300
EVENTS_A_DAY = 10
TOPICS = {
    "tariffs": ("duty", "quota", "levy", "tariff schedule", "customs ruling"),
    "alliances": ("defence pact", "joint exercise", "mutual aid clause", "air patrol", "treaty annex"),
    "sanctions": ("asset freeze", "export ban", "blacklist", "shipping embargo"),
    "energy": ("pipeline permit", "oil quota", "gas swap", "grid link"),
    "diplomacy": ("envoy visit", "summit communiqué", "consular accord", "border talks"),
}
PLACES = {
    "JP": "Tokyo",
    "KR": "Seoul",
    "DE": "Berlin",
    "NO": "Oslo",
    "US": "Washington",
    "BR": "Brasilia",
    "IN": "Delhi",
    "KE": "Nairobi",
}
GOODS = (
    "steel",
    "copper",
    "timber",
    "wheat",
    "soy",
    "glass",
    "lithium",
    "cotton",
    "salmon",
    "cement",
    "rubber",
    "zinc",
)
FACTS = 6  # of an event when it breaks; a report tells five of them
TURNS = 4  # facts that are new when it moves; a report of them recalls two of the first
NAMED, SAID, AROUND = 2, 5, 4  # words of a fact: names, words of the event, and those of whoever reports it

Fact = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `number` is the truth that stories are held against."""

    number: int
    topics: tuple[str, ...]
    places: tuple[str, ...]
    reports: tuple[tuple[Article, bool], ...]  # in time order; the flag says that it is a copy of the first one


def events() -> list[Event]:
    """Invent the month."""
    return list(Newsroom(random.Random(20261012)).month())


class Newsroom:
    """Invents events and writes their reports; each report says the same facts in words of its own."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lexicon = Lexicon(chance)

    def month(self) -> Iterator[Event]:
        for number in range(DAYS * EVENTS_A_DAY):
            minutes = self._chance.randrange(1440)
            yield self._event(number, FIRST_DAY + timedelta(days=number // EVENTS_A_DAY, minutes=minutes))

    def _event(self, number: int, at: datetime) -> Event:
        chance = self._chance
        topic = chance.choice(list(TOPICS))
        topics = (topic, *(chance.sample(sorted(set(TOPICS) - {topic}), 1) if chance.random() < 0.2 else ()))
        places = tuple(chance.sample(sorted(PLACES), chance.choice((1, 1, 2))))
        words = self._lexicon.event()
        event = _Written(number, topics, places, words.names, chance.choice(TOPICS[topic]), chance.choice(GOODS))
        facts = [self._fact(words) for _ in range(FACTS)]
        outlets = chance.sample(range(OUTLETS), 12)
        size = chance.choices((1, 2, 3, 5, 8), (40, 25, 15, 12, 8))[0]
        spread = chance.choice((40, 110, 600))  # minutes: what is told within two hours breaks
        first = self._article(event, chance.sample(facts, FACTS - 1), outlets[0], at)
        reports = [(first, False)]
        for outlet in outlets[1:size]:
            later = at + timedelta(minutes=chance.randrange(1, spread))
            reports.append((self._article(event, chance.sample(facts, FACTS - 1), outlet, later), False))
        if chance.random() < 0.4:  # agency copy, some of it days later: no news
            later = at + timedelta(minutes=chance.randrange(10, 4000))
            url = _url(outlets[8], number, 99)
            reports.append((replace(first, source=_outlet(outlets[8]), url=url, published_at=later), True))
        if chance.random() < 0.3:  # it moves, once or twice
            for turn in range(chance.choice((1, 1, 2))):
                later = at + timedelta(hours=chance.randrange(20, 40) * (turn + 1))
                new = replace(words, own=self._lexicon.event().own)
                told = [*(self._fact(new) for _ in range(TURNS)), *chance.sample(facts, 2)]
                reports.append((self._article(event, told, outlets[9 + turn], later), False))
        reports.sort(key=lambda report: report[0].published_at or at)
        return Event(number, topics, places, tuple(reports))

    def _fact(self, words: EventWords) -> Fact:
        return (*self._chance.sample(words.names, NAMED), *self._chance.sample(words.own, SAID))

    def _article(self, event: _Written, facts: list[Fact], outlet: int, at: datetime) -> Article:
        capital = PLACES[event.places[-1]]
        about = f"{event.matter} on {event.good}"
        named = self._chance.choice(event.names)
        lead = f"{self._sentence(facts[0])[:-1]} after {capital} announced its {about}."
        text = "\n\n".join([lead, *map(self._sentence, facts[1:])])
        return Article(
            f"{PLACES[event.places[0]]} weighs {about} in {named}",
            text,
            source=_outlet(outlet),
            url=_url(outlet, event.number, self._chance.randrange(10**6)),
            published_at=at,
            language="en",
            topics=event.topics,
            places=event.places,
        )

    def _sentence(self, fact: Fact) -> str:
        around = self._lexicon.general(AROUND)
        said = [*fact, *around[1:]]
        self._chance.shuffle(said)
        return f"{around[0].title()} {' '.join(said)}."


@dataclass(frozen=True, slots=True)
class _Written:
    """An event as its reports name it."""

    number: int
    topics: tuple[str, ...]
    places: tuple[str, ...]
    names: list[str]
    matter: str
    good: str


def _outlet(number: int) -> str:
    return f"Outlet {number:03d}"


def _url(outlet: int, number: int, page: int) -> str:
    return f"https://outlet{outlet:03d}.example/{number}/{page}"


class Wire:
    """Brings the month's articles into a store when their time comes; which stories they make is the bot's matter."""

    def __init__(self, store: SqlStore, month: list[Event]) -> None:
        self._store = store
        self._storylines = Storylines(store)
        coming = [(article.published_at, event.number, article) for event in month for article, _ in event.reports]
        self._coming = deque(sorted(coming, key=lambda one: one[:2]))
        self.event_of: dict[int, int] = {}  # article id → event

    def bring(self, now: datetime) -> int:
        """Add what was published up to now, and place it; return how many articles there were."""
        came = []
        while self._coming and self._coming[0][0] <= now:
            came.append(self._coming.popleft())
        if came:
            kept = self._store.add_articles([article for _, _, article in came], now)
            self.event_of.update((one.id, number) for (_, number, _), (one, _) in zip(came, kept, strict=True))
            self._storylines.place_new(now)
        return len(came)
