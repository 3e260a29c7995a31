"""The wires the use cases need, as Protocols with their contracts; no wire is made here.

The store is synchronous: use cases are plain functions that run behind the thread door of `bot.store.door`
(or straight away, in the CLI). Every instant handed in or out is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from bot.core.storychanges import Placing, StoryHead
from bot.model import (
    Article,
    Chat,
    Composed,
    Counts,
    Delivery,
    Digest,
    Feed,
    Fetched,
    Hit,
    Page,
    ParsedFeed,
    Story,
    Subscription,
)

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    """Where the time comes from; the real one is in `bot/app.py`."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""


class Offload(Protocol):
    """Where blocking work goes so that the event loop goes on; the real one is `bot.store.door.Door`."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run a function elsewhere and return its result, or raise its error."""


class Web(Protocol):
    """The web, behind one guarded door: private hosts are closed, size and time are bounded."""

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch an address; with validators, `unchanged` where the server says so.

        Raises:
            AddressRefusedError: the address, or one it redirects to, is never opened.
            FetchError: it can't be had.
        """


class Reading(Protocol):
    """Bytes → nouns. Pages and documents are read in a process that can be killed."""

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """Read a feed; a file with nothing in it gives no entries and a problem."""

    async def page(self, content: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
        """Read an HTML page.

        Raises:
            FetchError: there is no article in it (`unreadable`), or reading it took too long (`timeout`).
        """

    async def document(self, content: bytes, *, name: str = "") -> Page:
        """Read a PDF, DOCX, Markdown, HTML or text document, told apart by its bytes, then by its name.

        Raises:
            FetchError: `unreadable`, `too_large` or `timeout`.
        """


class ArticleStore(Protocol):
    """Articles, kept once each."""

    def add_article(self, article: Article, now: datetime) -> tuple[Article, bool]:
        """Keep an article once; return it with its id, and whether it is new.

        Two articles are the same if they belong to the same chat (or to everybody) and share their URL,
        or, where one of them has no URL, their title and text (but for case and white space). `now` becomes its
        `added_at`. Texts lose NUL characters, lone surrogates become U+FFFD, topics and places given twice are
        kept once: the article returned is as it is kept.
        """

    def article(self, article_id: int) -> Article | None:
        """Return one article, or None."""

    def newest_articles(
        self,
        *,
        topics: Sequence[str] = (),
        places: Sequence[str] = (),
        since_at: datetime | None = None,
        until_at: datetime | None = None,
        limit: int = 50,
    ) -> list[Article]:
        """Return everybody's articles, newest first by `published_at` (by `added_at` where that is None).

        With topics (places), only those that have one of them. With `since_at` (exclusive) and `until_at`
        (inclusive), only those whose `added_at` lies between, and that were not published more than 48 hours
        before `since_at`: old news arriving late is no news. Without `since_at` there is no lower bound at all.
        """

    def search_articles(self, query: str, *, limit: int = 20) -> list[Hit]:
        """Return everybody's articles that match all words of the query, best first; any input is a valid query.

        Case and accents make no difference; there are no operators. A query without a word finds nothing.
        The snippet is about 30 words of the text in one piece, verbatim; the title where there is no text.
        """

    def add_articles(self, articles: Sequence[Article], now: datetime) -> list[tuple[Article, bool]]:
        """Keep several articles as `add_article` does, in one transaction."""

    def known_urls(self, urls: Sequence[str]) -> frozenset[str]:
        """Return those of the URLs whose article everybody has already; spelled as given."""

    def drop_articles(self, before: datetime) -> int:
        """Remove everybody's articles added before an instant, but not those an open digest still tells.

        The database file does not grow for ever: freed pages are given back or used again. Return how many went.
        """

    def drop_samples(self) -> int:
        """Remove the sample articles; return how many there were."""

    def drop_chat_articles(self, before: datetime) -> int:
        """Remove articles that chats sent for a summary before an instant; return how many there were."""


class StoryStore(Protocol):
    """Which article belongs to which story. Articles of chats belong to none.

    Placing goes in turns, counted in the store: who has read up to a turn may place as long as nobody else has placed
    since. So two processes (a bot and `communique poll`) never undo or double what the other did.
    """

    def stories(
        self,
        *,
        since_at: datetime | None = None,
        until_at: datetime | None = None,
        topics: Sequence[str] = (),
        places: Sequence[str] = (),
        limit: int = 1000,
    ) -> list[Story]:
        """Return stories that moved, those with the newest article first, each with all of its articles.

        A story moved if one of its articles was added after `since_at` (exclusive) and up to `until_at` (inclusive)
        and was not published more than 48 hours before `since_at`, as `newest_articles` has it. With topics
        (places), only stories of which an article has one of them. The first article is the one the title comes
        from, the others follow in time order; topics and places are the first article's, then the others'.
        """

    def story(self, story_id: int) -> Story | None:
        """Return one story with its articles, or None; of a story that was merged, the one it is a part of."""

    def stories_of(self, article_ids: Sequence[int]) -> list[Story]:
        """Return the stories that articles belong to, each once, in the order of the articles given."""

    def story_turn(self) -> int:
        """Return how often articles were placed."""

    def placed_articles(
        self, *, since_at: datetime, turn: int = 0, behind: int = 0, limit: int = 1000
    ) -> list[tuple[Article, Placing]]:
        """Return articles that are in a story and are dated since an instant, by their ids.

        With `turn`, only those placed after that turn; with `behind`, only those with a larger id.
        """

    def unplaced_articles(self, *, since_at: datetime | None = None, limit: int = 1000) -> list[Article]:
        """Return everybody's articles that are in no story (and dated since an instant), oldest first."""

    def place_articles(
        self,
        placings: Sequence[Placing],
        heads: Sequence[StoryHead],
        *,
        turn: int,
        merged: Mapping[int, int] | None = None,
        closed_before: datetime | None = None,
    ) -> bool:
        """Put articles into stories and keep what these are, in one transaction, if `turn` is still the turn.

        Return False, and write nothing, if somebody placed meanwhile. `merged` maps stories to those which they turned
        out to be a part of: their articles move there, and their ids stay known as long as these are. Stories without
        articles go. Articles dropped meanwhile are passed over. With `closed_before`, stories whose newest article is
        older are closed.
        """


class ChatStore(Protocol):
    """Chats and their subscriptions."""

    def chat(self, chat_id: int) -> Chat | None:
        """Return one chat, or None if it never spoke to the bot."""

    def save_chat(self, chat: Chat) -> None:
        """Keep a chat as given, new or known."""

    def migrate_chat(self, old_id: int, new_id: int) -> None:
        """Move every row of a group that became a supergroup to its new id, in one transaction.

        The chat is a supergroup and not lost from then on. Where the new id has a row already, that one stays
        (a language and zone that nobody chose give way), and the old one's deliveries join it; of two for one
        slot and date the one stays that got further, and the other is no longer in the ledger.
        """

    def subscription(self, chat_id: int, thread_id: int | None = None) -> Subscription | None:
        """Return the standing order of a chat or forum topic, stopped or not, or None."""

    def save_subscription(self, subscription: Subscription) -> Subscription:
        """Keep the one subscription of its chat and thread as given; return it with its id.

        Raises:
            StoreError: the chat was never saved.
        """

    def due_subscriptions(self, now: datetime, *, limit: int = 1000) -> list[Subscription]:
        """Return subscriptions of chats that are not lost whose `next_run.at` has come, earliest first."""


class FeedStore(Protocol):
    """Feeds, and when each is polled next."""

    def add_feed(self, feed: Feed) -> tuple[Feed, bool]:
        """Keep a feed once by its URL; return it with its id, and whether it is new. A known one is not changed."""

    def seed_feeds(self, given: Sequence[Feed]) -> int:
        """Keep, in one transaction, feeds that are neither known nor were removed; return how many that were."""

    def save_feed(self, feed: Feed) -> None:
        """Keep a known feed as given."""

    def save_feeds(self, feeds: Sequence[Feed]) -> None:
        """Keep known feeds as given, in one transaction."""

    def remove_feed(self, url: str) -> bool:
        """Remove a feed by its URL or its name, if only one has that; its articles stay. Return whether it was there.

        It is not seeded again; `add_feed` takes it back.
        """

    def feeds(self) -> list[Feed]:
        """Return all feeds by name."""

    def due_feeds(self, now: datetime, *, limit: int = 1000) -> list[Feed]:
        """Return active feeds whose `next_poll_at` has come or was never set, the longest overdue first."""


class Ledger(Protocol):
    """What is owed and what was sent (`deliveries`). Each call is one transaction."""

    def owe(self, composed: Sequence[Composed], now: datetime) -> int:
        """Write digests owed and move each subscription to its next run, all in one transaction.

        Return how many deliveries were written. A delivery of the same subscription, slot and local date is
        never written twice; equal `wish_key`s share one digest (with an earlier call only if it says the same).
        A subscription whose `next_run` is no longer the given run (it was changed meanwhile) is left alone.
        Its `last_digest_at` becomes the digest's `until_at`. A skipped run (`digest` None) is written as expired,
        with the `digest_id` 0, and leaves `last_digest_at` as it was.
        """

    def claim_deliveries(self, now: datetime, *, lease_until: datetime, limit: int = 100) -> list[Delivery]:
        """Take owed deliveries whose `not_before_at` has come: they are `sending` until the lease ends.

        Earliest due first. Those of lost chats are passed over: they wait for the chat to come back, or expire.
        """

    def release_deliveries(self, now: datetime) -> int:
        """Make `sending` deliveries whose lease has ended owed again; return how many there were."""

    def expire_deliveries(self, before: datetime) -> int:
        """Mark owed deliveries that were due before an instant as expired; return how many there were."""

    def digest(self, digest_id: int) -> Digest:
        """Return a digest of the ledger.

        Stored articles in it come with the text they have in the store, "" if they were dropped meanwhile.

        Raises:
            StoreError: there is no such digest.
        """

    def digest_messages(self, digest_id: int) -> tuple[str, ...] | None:
        """Return the digest's messages as they were first rendered, or None if they were not yet."""

    def keep_digest_messages(self, digest_id: int, messages: Sequence[str]) -> None:
        """Keep the rendered messages of a digest, so that a restart goes on with the same parts.

        Those that were kept first stay: read them back before sending.
        """

    def part_sent(self, delivery_id: int, message_id: int, now: datetime) -> None:
        """Note that the next part of a delivery went out."""

    def delivery_sent(self, delivery_id: int, now: datetime) -> None:
        """Note that all parts of a delivery went out."""

    def delivery_blocked(self, delivery_id: int, now: datetime) -> None:
        """Note that a delivery can't be made, its chat being lost, and set the chat aside."""

    def delivery_postponed(self, delivery_id: int, not_before_at: datetime, *, failed: bool = True) -> None:
        """Owe a delivery again, not before an instant; `failed` counts an attempt.

        One that was sent, blocked or expired meanwhile stays so. Notes on a delivery that is not in the ledger
        raise StoreError.
        """

    def deliveries(self, *, chat_id: int | None = None, limit: int = 100) -> list[Delivery]:
        """Return lines of the ledger, newest first."""

    def drop_settled(self, before: datetime) -> int:
        """Remove settled deliveries that were due before an instant, and older digests that nobody refers to.

        Return how many deliveries went.
        """


class UpdateStore(Protocol):
    """Which of Telegram's updates were answered: what is not confirmed to Telegram comes again after a crash."""

    def answered_updates(self, update_ids: Sequence[int]) -> frozenset[int]:
        """Return those of the updates that were answered already."""

    def note_answered(self, update_id: int) -> bool:
        """Note, before an answer goes out, that an update is answered; return False if it was before."""


class Store(ArticleStore, StoryStore, ChatStore, FeedStore, Ledger, UpdateStore, Protocol):
    """Everything that is kept. SQLite and PostgreSQL alike; errors of the driver come out as StoreError."""

    def counts(self) -> Counts:
        """Return what `stats` tells: everybody's articles, subscriptions not stopped, states that occur."""

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
