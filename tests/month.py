"""A month of invented news, always the same: 300 outlets, events that break, move, are copied and go quiet."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Article, Placing, StoryHead
from bot.store.sql import SqlStore

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
FACTS = (
    "Officials in {capital} said the {matter} on {good} covers {figure} firms near {town}.",
    "Minister {name} told reporters in {capital} that {figure} people in {town} depend on {good}.",
    "The {matter} would take effect after {figure} days, according to a draft seen in {town}.",
    "Exporters of {good} from {town} warned that {figure} contracts with {capital} were at risk.",
    "A panel led by {name} will examine the {matter} and the {figure} claims filed in {town}.",
    "Lawmakers from {town} asked {name} to publish all {figure} pages of the {matter}.",
)
TURNS = (
    "Negotiator {name} walked out after {figure} hours when {town} rejected the compromise text.",
    "Customs officers at {town} impounded {figure} containers belonging to rival carrier {name}.",
    "Judges in {town} suspended enforcement until hearing {figure} witnesses called by {name}.",
    "Parliament narrowly ratified amendments by {figure} votes, overruling objections from {name} of {town}.",
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `number` is the truth that stories are held against."""

    number: int
    topics: tuple[str, ...]
    places: tuple[str, ...]
    reports: tuple[tuple[Article, bool], ...]  # in time order; the flag says that it is a copy of the first one


def events() -> list[Event]:
    """Invent the month."""
    chance = random.Random(20261012)
    return [
        _event(chance, number, FIRST_DAY + timedelta(days=number // EVENTS_A_DAY, minutes=chance.randrange(1440)))
        for number in range(DAYS * EVENTS_A_DAY)
    ]


def _event(chance: random.Random, number: int, at: datetime) -> Event:
    topic = chance.choice(list(TOPICS))
    topics = (topic, *(chance.sample(sorted(set(TOPICS) - {topic}), 1) if chance.random() < 0.2 else ()))
    places = tuple(chance.sample(sorted(PLACES), chance.choice((1, 1, 2))))
    matter, good = chance.choice(TOPICS[topic]), chance.choice(GOODS)
    title = f"{PLACES[places[0]]} weighs {matter} on {good} in {_word(chance).title()}"
    first_facts = [_sentence(chance, pattern, matter, good, places) for pattern in FACTS]
    outlets = chance.sample(range(OUTLETS), 12)
    size = chance.choices((1, 2, 3, 5, 8), (40, 25, 15, 12, 8))[0]
    spread = chance.choice((40, 110, 600))  # minutes: what is told within two hours breaks
    reports = [(_article(chance, title, first_facts, outlets[0], at, topics, places, number), False)]
    for outlet in outlets[1:size]:
        later = at + timedelta(minutes=chance.randrange(1, spread))
        reports.append((_article(chance, title, first_facts, outlet, later, topics, places, number), False))
    if chance.random() < 0.4:  # agency copy, some of it days later: no news
        later = at + timedelta(minutes=chance.randrange(10, 4000))
        reports.append(
            (
                replace(
                    reports[0][0], source=_outlet(outlets[8]), url=_url(outlets[8], number, 99), published_at=later
                ),
                True,
            )
        )
    if chance.random() < 0.3:  # it moves, once or twice
        for turn in range(chance.choice((1, 1, 2))):
            later = at + timedelta(hours=chance.randrange(20, 40) * (turn + 1))
            facts = [_sentence(chance, pattern, matter, good, places) for pattern in TURNS]
            reports.append((_article(chance, title, facts, outlets[9 + turn], later, topics, places, number), False))
    reports.sort(key=lambda report: report[0].published_at or at)
    return Event(number, topics, places, tuple(reports))


def _article(chance, title, facts, outlet, at, topics, places, number) -> Article:
    told = chance.sample(facts, min(len(facts), 5))
    return Article(
        title,
        "\n\n".join(told),
        source=_outlet(outlet),
        url=_url(outlet, number, chance.randrange(10**6)),
        published_at=at,
        language="en",
        topics=topics,
        places=places,
    )


def _sentence(chance, pattern, matter, good, places) -> str:
    return pattern.format(
        capital=PLACES[places[-1]],
        matter=matter,
        good=good,
        figure=chance.randrange(11, 9999),
        town=_word(chance).title(),
        name=_word(chance).title(),
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(("ka", "ri", "mol", "ten", "sva", "du", "pel", "gor", "ni", "zha")) for _ in range(4))


def _outlet(number: int) -> str:
    return f"Outlet {number:03d}"


def _url(outlet: int, number: int, page: int) -> str:
    return f"https://outlet{outlet:03d}.example/{number}/{page}"


class Wire:
    """Brings the month's articles into a store when their time comes, each in the story of its event."""

    def __init__(self, store: SqlStore, month: list[Event]) -> None:
        self._store = store
        self._coming = sorted(
            (
                (article.published_at, event.number, article, copied)
                for event in month
                for article, copied in event.reports
            ),
            key=lambda one: one[:2],
        )
        self._events = {event.number: event for event in month}
        self._story_of: dict[int, list[Article]] = {}
        self.event_of: dict[int, int] = {}  # article id → event

    def bring(self, now: datetime) -> int:
        """Add what was published up to now, and place it; return how many articles there were."""
        came = []
        while self._coming and self._coming[0][0] <= now:
            came.append(self._coming.pop(0))
        if not came:
            return 0
        kept = self._store.add_articles([article for _, _, article, _ in came], now)
        placings, heads = [], {}
        for (_, number, _, copied), (article, _) in zip(came, kept, strict=True):
            members = self._story_of.setdefault(number, [])
            members.append(article)
            self.event_of[article.id] = number
            placings.append(Placing(article.id, members[0].id, members[0].id if copied and len(members) > 1 else None))
            first = members[0]
            heads[number] = StoryHead(first.id, first.id, first.title, "en", first.published_at, article.published_at)
        assert self._store.place_articles(placings, list(heads.values()), turn=self._store.story_turn())
        return len(came)
