"""What the use cases need of the store, as Protocols with their contracts; nothing is stored here.

The store is synchronous: use cases are plain functions that run behind the thread door of `bot.store.door`
(or straight away, in the CLI). Every instant handed in or out is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from bot.model import (
    Alerted,
    Article,
    Chat,
    Composed,
    Counts,
    Delivery,
    Digest,
    Feed,
    Hit,
    Note,
    Owed,
    Placing,
    Story,
    StoryHead,
    Subscription,
    Told,
)

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


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

    def sources_heard(self, since_at: datetime, until_at: datetime) -> int:
        """Return how many sources brought articles in a span, bounded as `newest_articles` bounds it."""

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


class TrendStore(Protocol):
    """When stories began."""

    def story_starts(
        self, *, since_at: datetime, topics: Sequence[str] = (), places: Sequence[str] = ()
    ) -> list[datetime]:
        """Return when the stories that began at an instant or later did, in time order.

        With topics (places), only stories of which an article has one of them.
        """

    def first_story_at(self) -> datetime | None:
        """Return when the oldest story that is kept began, None where there is none."""


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
        """Return subscriptions whose `next_run.at` has come, earliest first; not of lost chats, nor paused ones."""

    def pause_subscription(self, subscription_id: int, reason: str) -> bool:
        """Pause a subscription that can't be sent to; return whether it was not paused before.

        Nothing is planned for it and nothing sent; what is owed waits, or expires. It goes on when it is saved without
        a reason, or resumed.
        """

    def resume_subscriptions(self, chat_id: int, thread_id: int | None = None) -> int:
        """Let a chat's paused subscriptions go on, or a thread's alone; return how many there were."""


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

    def save_polls(self, feeds: Sequence[Feed]) -> None:
        """Keep what polling changed of known feeds, in one transaction: all but what the list of feeds says of them."""

    def troubled_feeds(self, silent_since: datetime) -> list[Feed]:
        """Return the feeds set aside, and those that brought nothing new since an instant, by name."""

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
        Its `last_digest_at` becomes the digest's `until_at`, or the run's instant where only a `digest_id` was given;
        its `last_digest_id` becomes the digest's id. A skipped run is written as expired, with the `digest_id` 0, and
        leaves both as they were.
        """

    def owe_beside(self, owed: Sequence[Owed]) -> int:
        """Write what is owed beside the schedule (alerts, reviews); return how many deliveries were written.

        What a subscription has under a key already stays as it is; a subscription that is gone is passed over.
        """

    def keep_digest(self, digest: Digest, wish_key: str, now: datetime) -> int:
        """Keep a digest for deliveries to come, once if the same comes again; return its id.

        One that no delivery ever refers to goes with `drop_settled`.
        """

    def alerted(self, subscription_ids: Sequence[int], *, since_at: datetime) -> dict[int, tuple[Alerted, ...]]:
        """Return by subscription the alerts it was told or is owed, and the further pages that it asked for.

        Those due since an instant; none that came to nothing.
        """

    def note_shown(self, one: Owed) -> None:
        """Note as sent what a chat asked for and is shown at once.

        What a subscription has under a key already stays as it is; a subscription that is gone is passed over.
        """

    def alerting(self) -> list[Subscription]:
        """Return the subscriptions that want alerts, are neither stopped nor paused, and whose chats are not lost."""

    def owe_alerts(self, owed: Sequence[Owed], now: datetime) -> int:
        """Write alerts owed in one transaction; return how many were written or changed.

        One that is due after now is held until then. What a subscription has under a key already stays as it is, but
        while it is held, it becomes the one given.
        """

    def claim_deliveries(self, now: datetime, *, lease_until: datetime, limit: int = 100) -> list[Delivery]:
        """Take owed deliveries whose `not_before_at` has come: they are `sending` until the lease ends.

        Earliest due first. Those of lost chats and paused subscriptions are passed over: they wait for the chat to come
        back, or expire. So are those of a chat that is held back, until that is over.
        """

    def release_deliveries(
        self, now: datetime, *, beyond: datetime | None = None, in_hand: Collection[int] = ()
    ) -> int:
        """Make `sending` deliveries whose lease has ended owed again; return how many there were.

        A lease that ends `beyond` an instant was given by a clock that has gone back since; it has ended, too.
        Deliveries `in_hand` are left alone: who asks is still sending them.
        """

    def expire_deliveries(self, before: datetime) -> int:
        """Mark owed deliveries that were due before an instant as expired; return how many there were."""

    def end_pauses(self, now: datetime) -> int:
        """Let what waits for an instant after now be tried at once; return how many deliveries there were.

        For a clock that has gone back: nobody knows how long they were to wait.
        """

    def digest(self, digest_id: int) -> Digest:
        """Return a digest of the ledger.

        Stored articles in it come with the text they have in the store, "" if they were dropped meanwhile.

        Raises:
            StoreError: there is no such digest.
        """

    def told(self, digest_ids: Sequence[int]) -> dict[int, tuple[Told, ...]]:
        """Return by digest what its readers know after it (`Digest.told`); digests that are gone are left out."""

    def troubled(self, subscription_ids: Sequence[int], *, since_at: datetime) -> dict[int, tuple[Delivery, ...]]:
        """Return all that was owed since an instant to those of the subscriptions that something did not reach.

        What did not reach them expired or was blocked; oldest first, without the runs that were skipped.
        """

    def digest_messages(self, digest_id: int) -> tuple[Mapping[str, Any] | str, ...] | None:
        """Return the digest's messages as they were first rendered, or None if they were not yet."""

    def keep_digest_messages(self, digest_id: int, messages: Sequence[Mapping[str, Any] | str]) -> None:
        """Keep the rendered messages of a digest (anything JSON can write), for a restart to go on with the same parts.

        Those that were kept first stay: read them back before sending.
        """

    def note_deliveries(self, notes: Sequence[Note]) -> None:
        """Note, all or none, what became of deliveries.

        One that was sent, blocked or expired meanwhile stays so, but that a part or a whole went out always counts. A
        delivery that is no longer in the ledger (its chat was forgotten) is passed over. One note a delivery and call.
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


class Store(ArticleStore, StoryStore, TrendStore, ChatStore, FeedStore, Ledger, UpdateStore, Protocol):
    """Everything that is kept. SQLite and PostgreSQL alike; errors of the driver come out as StoreError."""

    def counts(self) -> Counts:
        """Return what `stats` tells: everybody's articles, subscriptions not stopped, states that occur."""

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
