"""The nouns: frozen, slotted dataclasses that every floor speaks of; no behavior beyond what a noun can tell of itself.

Instants are aware UTC datetimes and end in `_at`. Data moves feeds → articles → stories → digests → chats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence where it stands: `source[start:end] == text`, `index` counts the source's sentences from 0."""

    text: str
    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Sentences chosen from a text, in the text's order, none twice.

    `total` is how many sentences the text has, `kept` the share of its characters that was kept (0–1),
    `minutes_saved` the reading time that was saved, `note` a key for words.py where the text was read in a
    fallback way (`language_fallback`), else None.
    """

    sentences: tuple[Sentence, ...]
    total: int
    kept: float
    minutes_saved: float
    language: str
    method: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject the product knows: its key, its name, its emoji, and the words a wish may use for it (lower case)."""

    key: str
    name: str
    emoji: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A country (`key`: its ISO 3166 alpha-2 code) or an organisation (`NATO`); `aliases` are a wish's words for it."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The flag emoji of a country, made of two regional indicators; empty for most organisations.

        >>> Place("JP", "Japan").flag
        '🇯🇵'
        """
        if len(self.key) != 2 or not (self.key.isascii() and self.key.isalpha()):  # noqa: PLR2004 -- alpha-2
            return ""
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in self.key)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The topics and places that are known, by key."""

    topics: Mapping[str, Topic]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic a text has: its key, how surely (0–1), and the phrases of the text that show it, verbatim."""

    topic: str
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the product reads out of one text."""

    title: str
    language: str
    summary: Summary
    topics: tuple[TopicMatch, ...]
    places: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A text somebody published.

    `source` is the outlet's name as people know it. `chat_id` is None for what everybody may read; an article
    a chat sent for a summary belongs to that chat alone. `sample` marks the invented ones of `data/sample/`.
    `id` is None until stored. `topics` and `places` are keys.
    """

    title: str
    text: str
    source: str = ""
    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    chat_id: int | None = None
    sample: bool = False
    added_at: datetime | None = None
    id: int | None = None


class FeedState(StrEnum):
    """What is done with a feed: polled, or set aside because it was dead for days."""

    ACTIVE = "active"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Feed:
    """An outlet's feed, and how polling it goes.

    `kind` (agency, broadcaster, paper, ministry, organisation …) and `ownership` (state, public, private) are facts
    of the seed list. `etag`, `last_modified` and `body_hash` tell an unchanged answer; `interval` is the pause that
    fits the feed's rhythm; `failing_since_at` and `failures` count failures in a row; `newest_at` is when it last
    brought something new (until it did: when it first answered); `told_at` is when the admins were last told of its
    state.
    """

    url: str
    name: str = ""
    language: str | None = None
    country: str | None = None
    kind: str = ""
    ownership: str | None = None
    state: FeedState = FeedState.ACTIVE
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    interval: timedelta = timedelta(minutes=15)
    next_poll_at: datetime | None = None
    polled_at: datetime | None = None
    newest_at: datetime | None = None
    failing_since_at: datetime | None = None
    failures: int = 0
    last_error: str = ""
    told_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What a feed says of one article: plain text without markup, absolute links, aware UTC instants.

    `full` says that `text` is the whole article rather than a teaser, as far as the feed tells. `title_markup` is the
    title as the feed wrote it, where it had tags: None for most. `guid` is what the feed calls the entry: nothing
    that can be opened, and unique within its feed only.
    """

    title: str = ""
    url: str | None = None
    text: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    full: bool = False
    title_markup: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as read: its title, entries in its order, its own idea of a pause, and what could not be read."""

    title: str = ""
    language: str | None = None
    url: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    pause: timedelta | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the web: final address, bytes as sent (decompressed), and what the headers say.

    `kind` is told by the bytes first: `html`, `feed`, `pdf`, `docx`, `text`, `json` or `other`. `charset` is what the
    header says. `unchanged` is a 304: no bytes. `max_age` is how long the server wants the answer to be kept.
    """

    url: str
    content: bytes = b""
    kind: str = "other"
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What was read out of a page or document.

    `noarchive` is what robots metas ask for, `paywalled` says that only a part is there for everybody.
    """

    title: str = ""
    text: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    site: str = ""
    language: str | None = None
    url: str | None = None
    noarchive: bool = False
    paywalled: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One event, told by several articles; the first article is the one its title and sentences come from.

    `id` is None until stored; `copies` are ids of articles that repeat another one of it, and so are no further source.
    """

    title: str
    articles: tuple[Article, ...]
    sentences: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    published_at: datetime | None = None
    id: int | None = None
    first_at: datetime | None = None
    copies: frozenset[int] = frozenset()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a chat asked for: topics and places by key, and how many stories and sentences a digest may have.

    A story fits if it has one of the topics (or none were asked for) and one of the places (or none were asked for).
    """

    topics: tuple[str, ...] = ("alliances", "tariffs")
    places: tuple[str, ...] = ()
    most_stories: int = 10
    sentences: int = 2


@dataclass(frozen=True, slots=True)
class Digest:
    """What a chat is told at a slot: stories in their order, from how many sources they were chosen.

    `since_at` and `until_at` bound what was looked at; `older` says that the stories are from before,
    because there was nothing new. `local_date` is the day it stands for where it is read, `language` the reader's.
    """

    wish: Wish
    stories: tuple[Story, ...]
    sources: int
    since_at: datetime
    until_at: datetime
    older: bool = False
    local_date: date | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are due: local times of day on given days of the week (0 is Monday), in an IANA zone."""

    slots: tuple[time, ...] = (time(8, 0),)
    days: frozenset[int] = frozenset(range(7))
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Run:
    """One occurrence of a slot: the instant, the slot's local time and the local date it stands for."""

    at: datetime
    slot: time
    local_date: date


class ChatKind(StrEnum):
    """The kinds of chats Telegram has."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Chat:
    """A Telegram chat that has spoken to the bot.

    `lost_at` is set while it can't be sent to (blocked, kicked, gone). `reads_channel` is set for a group that
    wants what its linked channel posts summarized.
    """

    id: int
    kind: ChatKind = ChatKind.PRIVATE
    language: str = "en"
    zone: str = "UTC"
    lost_at: datetime | None = None
    reads_channel: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's (or one forum topic's: `thread_id`) standing order; `next_run` is None while it is stopped."""

    chat_id: int
    wish: Wish
    schedule: Schedule
    thread_id: int | None = None
    next_run: Run | None = None
    last_digest_at: datetime | None = None
    id: int | None = None


class DeliveryState(StrEnum):
    """The states of the ledger: owed → sending → sent | blocked | expired."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the ledger: a digest owed to a chat for a slot on a local date, and what became of it.

    `sent_parts` are the message ids of the parts that went out, in order: sending goes on behind them.
    `attempts` counts failures, `not_before_at` is when it may be tried again.
    """

    id: int
    subscription_id: int
    chat_id: int
    thread_id: int | None
    digest_id: int
    run: Run
    state: DeliveryState = DeliveryState.OWED
    sent_parts: tuple[int, ...] = ()
    attempts: int = 0
    not_before_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """What `brief` decided for one due subscription, to be written in one transaction.

    `digest` is None where the slot is skipped because it was missed for too long; `wish_key` tells equal digests
    apart from others, so that one is kept once.
    """

    subscription: Subscription
    run: Run
    next_run: Run | None
    digest: Digest | None
    wish_key: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found by a search, and the words around the match."""

    article: Article
    snippet: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What `stats` tells."""

    articles: int = 0
    samples: int = 0
    sources: int = 0
    chats: int = 0
    chats_lost: int = 0
    subscriptions: int = 0
    deliveries: dict[str, int] = field(default_factory=dict)
    newest_at: datetime | None = None
