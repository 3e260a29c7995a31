"""The nouns of what is told: stories, what a chat wished for and knows, digests and trends; no chat.

Instants are aware UTC datetimes and end in `_at`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.model.articles import Article


class Mark(StrEnum):
    """How a story stands to what a chat was told before."""

    NEW = "new"
    DEVELOPING = "developing"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a story stands where it does in a digest: what `/why` says in a sentence.

    `score` is what it was ordered by, `sources` counts independent ones, `copies` syndicated copies, `age` is how old
    the newest report is, `topics`, `places` and `words` are what of the wish it meets.
    """

    rank: int
    score: float
    sources: int
    copies: int = 0
    age: timedelta = timedelta(0)
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One event, told by several articles; the first article is the one its title comes from.

    `sentences` are verbatim, no two say the same; `told_by` tells for each the place of its article in `articles`.
    `id` is None until stored. `first_at` is when its first article was published, `published_at` its newest one.
    `copies` are the ids of articles that repeat another of the story (agency copy, a rewrite with another title):
    they are no further source. `closed` says that nothing joins it any more. `changes` are the sentences that are new
    since the chat was last told (with `mark` developing).
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
    told_by: tuple[int, ...] = ()
    mark: Mark = Mark.NEW
    changes: tuple[str, ...] = ()
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Which story a stored article belongs to: a story's id is that of the article that began it.

    `copy_of` is the id of the article that it repeats, if it does.
    """

    article_id: int
    story_id: int
    copy_of: int | None = None


@dataclass(frozen=True, slots=True)
class StoryHead:
    """What is kept of a story itself: `lead_id` is the article its title comes from."""

    id: int
    lead_id: int
    title: str
    language: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What a chat asked for: topics and places by key, and how many stories and sentences a digest may have.

    A story fits if it has one of the topics (or none were asked for) and one of the places (or none were asked for);
    or one of the words or phrases of `include`; and none of `exclude`. `muted` are ids of stories that are not told
    again; `more` and `fewer` are topics and places that count more or less. `most_minutes` bounds the reading time.
    """

    topics: tuple[str, ...] = ("alliances", "tariffs")
    places: tuple[str, ...] = ()
    most_stories: int = 10
    sentences: int = 2
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    muted: tuple[int, ...] = ()
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    most_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What a chat knows of a story: how many independent sources it had when it was told, and its newest report.

    `newest_at` goes on while the story stays quiet, so that it is remembered as long as it may still move. `articles`
    are ids of its reports then, the leading ones first: a story that is told apart later is still known by them.
    """

    story_id: int
    sources: int
    newest_at: datetime
    told_at: datetime
    articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alerted:
    """What a chat was told outside its schedule: an alert, under its `key` in the ledger, and the stories in it.

    `held` says that it waits for `due_at`, the end of the quiet hours, and more can join it. `asked` says that it was
    no alert but a further page, which somebody asked for.
    """

    key: str
    due_at: datetime
    told: tuple[Told, ...] = ()
    held: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many stories began on a day, in the zone of whoever asked."""

    day: date
    stories: int


@dataclass(frozen=True, slots=True)
class TopicDayCount:
    """How many stories of a topic had a report on a day where the digest is read."""

    topic: str
    day: date
    stories: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Stories a day on topics and places (keys; none for all), the oldest day first.

    `before` is how many began in the equally long time before the first day, None where the store does not reach back
    that far.
    """

    topics: tuple[str, ...]
    places: tuple[str, ...]
    days: tuple[DayCount, ...]
    before: int | None = None

    @property
    def total(self) -> int:
        """All stories of the days."""
        return sum(each.stories for each in self.days)


class DigestKind(StrEnum):
    """What a digest is: the daily one, the week's review, or one breaking story."""

    DIGEST = "digest"
    REVIEW = "review"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Digest:
    """What a chat is told at a slot: stories in their order, from how many sources they were chosen.

    `since_at` and `until_at` bound what was looked at; `older` says that the stories are from before,
    because there was nothing new. `local_date` is the day it stands for where it is read, `language` the reader's.
    `told` is all that its readers know of stories that may still move, this digest's included: the next digest goes
    on from there, so that chats with one wish and one past share one digest. `silent` names feeds that stopped
    bringing anything. `next_at` is when the next one comes, `zone` where it is read. `counts` are a review's
    stories a day.
    """

    wish: Wish
    stories: tuple[Story, ...]
    sources: int
    since_at: datetime
    until_at: datetime
    older: bool = False
    local_date: date | None = None
    language: str = "en"
    kind: DigestKind = DigestKind.DIGEST
    told: tuple[Told, ...] = ()
    silent: tuple[str, ...] = ()
    next_at: datetime | None = None
    zone: str = "UTC"
    counts: tuple[TopicDayCount, ...] = ()


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
