"""The nouns of what is read: texts, their summaries, topics and places, articles, feeds and pages; no story.

Instants are aware UTC datetimes and end in `_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """A country (`key` is its ISO 3166 alpha-2 code) or an organisation (`NATO`).

    `aliases` are the words a wish may use for it, lower case.
    """

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
class Hit:
    """An article found by a search, and the words around the match."""

    article: Article
    snippet: str
