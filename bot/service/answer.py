"""What a chat, the CLI or the inline mode asks → nouns; it renders nothing and sends nothing.

Everything here is synchronous and runs behind the thread door (in the CLI straight away).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.analysis import Analyzer
from bot.core.timing import next_run
from bot.core.wish import Order, parse_subscription, parse_topics
from bot.errors import RefusalError, StoreError
from bot.model import Analysis, Article, Chat, Counts, Digest, Feed, Story, Subscription, Wish
from bot.service.brief import Brief
from bot.service.further import FurtherPages, PageAsked
from bot.service.stores import Store

SENTENCES = 3  # of a forwarded article, at first
RELATED_WITHIN = timedelta(days=14)
RELATED_MOST = 5
LATEST_MOST = 10
STORY_SENTENCES = 5  # on a story's own page
PASTED_FROM = 300  # characters from which a text that is no command is taken for a pasted article
CHAT_ARTICLES_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reading:
    """An article of a chat as it is kept, what was read out of it, and stories that belong to it."""

    article: Article
    analysis: Analysis
    related: tuple[Article, ...]


class Answers:
    """The use cases that answer somebody."""

    def __init__(self, store: Store, analyzer: Callable[[], Analyzer]) -> None:
        self._store = store
        self._analyzer = analyzer
        self._brief = Brief(store, analyzer)
        self._further = FurtherPages(store, self._brief)

    # Articles that a chat sends

    def read_article(self, article: Article, now: datetime, *, n: int = SENTENCES) -> Reading:
        """Summarize an article a chat sent, and keep it for the buttons below the answer.

        Raises:
            RefusalError: it can't be summarized; `too_short` where it has no more than n sentences.
        """
        annotated = self._analyzer().annotate(article)
        analysis = self._analyzer().analyze(annotated.text, title=annotated.title, language=annotated.language, n=n)
        if analysis.summary.total <= n:
            raise RefusalError("too_short", count=analysis.summary.total)
        kept, _ = self._store.add_article(annotated, now)
        return Reading(kept, analysis, self._related(kept, now))

    def read_again(self, article_id: int, chat_id: int, now: datetime, *, n: int) -> Reading | None:
        """Summarize an article anew at another length; None if it is gone or belongs to another chat."""
        article = self.kept_article(article_id, chat_id)
        if article is None:
            return None
        analysis = self._analyzer().analyze(article.text, title=article.title, language=article.language, n=n)
        return Reading(article, analysis, self._related(article, now))

    def kept_article(self, article_id: int, chat_id: int) -> Article | None:
        """Return an article that this chat may read, or None."""
        article = self._store.article(article_id)
        return article if article is not None and article.chat_id in {None, chat_id} else None

    def related_stories(self, article: Article, now: datetime) -> tuple[Story, ...]:
        """Return stories that share a topic and a place with an article."""
        wish = Wish(topics=(), most_stories=RELATED_MOST)
        return self._brief.stories(list(self._related(article, now)), wish)

    def _related(self, article: Article, now: datetime) -> tuple[Article, ...]:
        if not (article.topics and article.places):
            return ()
        near = self._store.newest_articles(
            topics=article.topics[:2], places=article.places[:2], since_at=now - RELATED_WITHIN, limit=RELATED_MOST + 1
        )
        same = (article.title.casefold(), article.text[:200])
        others = [each for each in near if (each.title.casefold(), each.text[:200]) != same and each.id != article.id]
        return tuple(others[:RELATED_MOST])

    # Stories that are there

    def latest(self, words: str, now: datetime) -> tuple[Wish, tuple[Story, ...]]:
        """Return the newest stories on the topics and places in words, or on everything.

        Raises:
            WishError: a word is neither topic nor place.
        """
        wish = replace(self._wish_from(words, Wish(topics=())), most_stories=LATEST_MOST, sentences=1)
        articles = self._store.newest_articles(topics=wish.topics, places=wish.places, limit=LATEST_MOST * 3)
        stories = self._brief.stories(articles, wish)
        return wish, tuple(sorted(stories, key=lambda story: story.published_at or now, reverse=True))

    def search_stories(self, words: str) -> tuple[Story, ...]:
        """Return the stories that match words best, best first, with a key sentence each."""
        hits = self._store.search_articles(words, limit=2 * LATEST_MOST)
        rank = {hit.article.id: n for n, hit in enumerate(hits)}
        stories = self._brief.stories(
            [hit.article for hit in hits], Wish(topics=(), most_stories=len(hits), sentences=1)
        )
        best_first = sorted(stories, key=lambda story: min(rank.get(each.id, len(rank)) for each in story.articles))
        return tuple(best_first[:LATEST_MOST])

    def further_page(self, asked: PageAsked, now: datetime) -> Digest:
        """Return a further page of a digest, its stories noted as had."""
        return self._further.page(asked, now)

    def story(self, reference: int, now: datetime, *, n: int = STORY_SENTENCES) -> Story | None:
        """Return the story with an id, or the one an article belongs to, with n key sentences; None if it is gone."""
        story = self._store.story(reference) or next(iter(self._store.stories_of([reference])), None)
        if story is None:
            article = self._store.article(reference)
            if article is None or article.chat_id is not None:
                return None
            story = Story(article.title, (article,), topics=article.topics, places=article.places)
        published_at = max((at for article in story.articles if (at := article.published_at)), default=now)
        return replace(self._brief.tell(story, n), published_at=published_at)

    def wish_of(self, chat: Chat, thread_id: int | None, words: str = "") -> Wish:
        """Return the wish in words, or the chat's own, or the default one.

        Raises:
            WishError: a word is neither topic nor place.
        """
        subscription = self._store.subscription(chat.id, thread_id)
        own = subscription.wish if subscription is not None else Wish()
        return self._wish_from(words, own)

    def wish_from(self, words: str) -> Wish:
        """Return the wish in words.

        Raises:
            WishError: a word is neither topic nor place.
        """
        return self._wish_from(words, Wish())

    def _wish_from(self, words: str, default: Wish) -> Wish:
        if not words.strip():
            return default
        topics, places = parse_topics(words, topics=self._topic_words, places=self._place_words)
        return replace(default, topics=topics, places=places)

    # Subscriptions

    def subscribe(self, chat: Chat, thread_id: int | None, words: str, now: datetime) -> Subscription:
        """Subscribe as words say, in place of what this chat and thread had: its filters, length and quiet hours stay.

        Raises:
            WishError: a word means nothing.
        """
        before = self._store.subscription(chat.id, thread_id)
        zone = before.schedule.zone if before is not None else chat.zone
        order: Order = parse_subscription(words, topics=self._topic_words, places=self._place_words, default_zone=zone)
        if before is not None:
            order = _with_what_stands(order, before)
        if order.zone_given:
            self._store.save_chat(replace(chat, zone=order.schedule.zone))
        kept = before or Subscription(chat.id, order.wish, order.schedule, thread_id)
        return self._store.save_subscription(
            replace(
                kept,
                wish=order.wish,
                schedule=order.schedule,
                next_run=next_run(order.schedule, now),
                alerts=bool(order.alerts),
                paused=None,
            )
        )

    def last_digest(self, chat: Chat, thread_id: int | None, now: datetime) -> Digest:
        """Return the digest a chat had last; where it had none, what it would get now."""
        subscription = self._store.subscription(chat.id, thread_id)
        if subscription is not None and subscription.last_digest_id:
            with suppress(StoreError):  # it is gone after a month
                return self._store.digest(subscription.last_digest_id)
        wish = subscription.wish if subscription is not None else Wish()
        return self._brief.compose_now(wish, now, zone=chat.zone, language=chat.language)

    def unsubscribe(self, chat_id: int, thread_id: int | None) -> bool:
        """Stop the digests of a chat or thread, its wish being kept; return whether there were any."""
        subscription = self._store.subscription(chat_id, thread_id)
        if subscription is None or subscription.next_run is None:
            return False
        self._store.save_subscription(replace(subscription, next_run=None))
        return True

    def subscription(self, chat_id: int, thread_id: int | None) -> Subscription | None:
        """Return the standing order of a chat or thread, stopped or not."""
        return self._store.subscription(chat_id, thread_id)

    # Chats

    def met(self, chat: Chat) -> Chat:
        """Return the chat as it is kept; one that speaks for the first time is kept, a lost one is found again."""
        known = self._store.chat(chat.id)
        if known is None:
            self._store.save_chat(chat)
            return chat
        current = replace(known, kind=chat.kind, lost_at=None)  # the language is asked for once: /settings changes it
        if current != known:
            self._store.save_chat(current)
        return current

    def member_changed(self, chat_id: int, now: datetime, *, here: bool) -> None:
        """Note that the bot was blocked or removed, or let in again; a chat that never spoke is not kept."""
        known = self._store.chat(chat_id)
        if known is not None and (known.lost_at is None) != here:
            self._store.save_chat(replace(known, lost_at=None if here else now))
        if known is not None and here:
            self._store.resume_subscriptions(chat_id)  # the rights may be others now; if not, it is paused again

    def topic_opened(self, chat_id: int, thread_id: int) -> None:
        """Let the digest of a forum topic go on that is open again."""
        self._store.resume_subscriptions(chat_id, thread_id)

    def migrate(self, old_id: int, new_id: int) -> None:
        """Follow a group that became a supergroup: everything of it moves to its new id."""
        self._store.migrate_chat(old_id, new_id)

    def reads_channel(self, chat_id: int) -> bool:
        """Tell whether a group asked to have its linked channel's posts summarized."""
        known = self._store.chat(chat_id)
        return known is not None and known.reads_channel

    def set_reads_channel(self, chat: Chat, *, on: bool) -> None:
        """Note whether a group wants its linked channel's posts summarized."""
        self._store.save_chat(replace(chat, reads_channel=on))

    # Feeds, for operators

    def feeds(self) -> list[Feed]:
        """Return all feeds by name."""
        return self._store.feeds()

    def add_feed(self, feed: Feed) -> tuple[Feed, bool]:
        """Keep a feed once; return it and whether it is new."""
        return self._store.add_feed(feed)

    def remove_feed(self, name_or_url: str) -> bool:
        """Remove a feed by its name or address; return whether there was one."""
        return self._store.remove_feed(name_or_url)

    def counts(self) -> Counts:
        """Return what is kept and sent."""
        return self._store.counts()

    # Updates

    def answered_updates(self, update_ids: Sequence[int]) -> frozenset[int]:
        """Return those of Telegram's updates that were answered already."""
        return self._store.answered_updates(update_ids)

    def note_answered(self, update_id: int) -> bool:
        """Note, before its answer goes out, that an update is answered; return False if it was before."""
        return self._store.note_answered(update_id)

    @property
    def _topic_words(self) -> Mapping[str, str]:
        return self._analyzer().topic_words

    @property
    def _place_words(self) -> Mapping[str, str]:
        return self._analyzer().place_words


def _with_what_stands(order: Order, before: Subscription) -> Order:
    """Return an order with what its words leave open as it was: filters, leanings, length, alerts, quiet hours."""
    wish = replace(before.wish, topics=order.wish.topics, places=order.wish.places)
    schedule, was = order.schedule, before.schedule
    if not order.quiet_given:
        schedule = replace(schedule, quiet_from=was.quiet_from, quiet_until=was.quiet_until)
    return replace(order, wish=wish, schedule=schedule, alerts=before.alerts if order.alerts is None else order.alerts)


def looks_pasted(text: str) -> bool:
    """Tell whether a text that is no command is long enough to be an article somebody pasted.

    >>> looks_pasted("What happened today?")
    False
    """
    return len(text) >= PASTED_FROM
