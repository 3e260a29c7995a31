"""Subscriptions due → digests owed, in the ledger; it sends nothing and says no sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.core.analysis import Analyzer
from bot.core.digest import choose_stories
from bot.core.stories import group_articles
from bot.core.timing import catch_up
from bot.core.wish import wish_key
from bot.errors import RefusalError
from bot.model import Article, Composed, Digest, Run, Story, Subscription, Wish
from bot.service.ports import Store

log = structlog.get_logger(__name__)

DAY = timedelta(hours=24)
LOOK_BACK = 8 * DAY  # a weekly digest has its whole week, also when it comes late
LOOKED_AT = 400  # articles a digest is chosen from, the newest first: more than a day of one wish brings
BATCH = 500  # subscriptions planned in one transaction


class Brief:
    """Composes digests and writes what is owed."""

    def __init__(self, store: Store, analyzer: Callable[[], Analyzer]) -> None:
        self._store = store
        self._analyzer = analyzer

    def compose(
        self,
        wish: Wish,
        *,
        since_at: datetime,
        until_at: datetime,
        local_date: date | None = None,
        language: str = "en",
    ) -> Digest:
        """Compose what a wish gets from the articles of a span of time; a span with nothing gives no stories."""
        heard = self._store.newest_articles(since_at=since_at, until_at=until_at, limit=LOOKED_AT)
        fitting = self._store.newest_articles(
            topics=wish.topics, places=wish.places, since_at=since_at, until_at=until_at, limit=LOOKED_AT
        )
        return Digest(
            wish=wish,
            stories=self._told(fitting, wish),
            sources=len({article.source for article in heard if article.source}),
            since_at=since_at,
            until_at=until_at,
            local_date=local_date,
            language=language,
        )

    def compose_now(self, wish: Wish, now: datetime, *, zone: str = "UTC", language: str = "en") -> Digest:
        """Compose the last 24 hours; where they have nothing, the newest there is, marked `older`."""
        today = now.astimezone(ZoneInfo(zone)).date()
        digest = self.compose(wish, since_at=now - DAY, until_at=now, local_date=today, language=language)
        digest = replace(digest, zone=zone)
        if digest.stories:
            return digest
        newest = self._store.newest_articles(topics=wish.topics, places=wish.places, limit=LOOKED_AT // 4)
        return replace(digest, stories=self._told(newest, wish), older=True)

    def stories(self, articles: list[Article], wish: Wish) -> tuple[Story, ...]:
        """Make stories with their sentences out of articles, as a digest would tell them."""
        return self._told(articles, wish)

    def owe_due(self, now: datetime) -> int:
        """Write every digest that is due into the ledger; return how many lines were written, skipped ones too.

        Each pass takes the earliest run of each due subscription; a subscription that was missed several times
        comes up again in the next pass, until none is due.
        """
        written = 0
        while due := self._store.due_subscriptions(now, limit=BATCH):
            composed_once: dict[str, Digest] = {}
            composed = [self._composed(subscription, now, composed_once) for subscription in due]
            written += self._store.owe(composed, now)
        return written

    def _composed(self, subscription: Subscription, now: datetime, composed_once: dict[str, Digest]) -> Composed:
        run = subscription.next_run
        assert run is not None, "the store hands out only subscriptions that have a next run"
        caught = catch_up(subscription.schedule, run, now)
        if caught.skipped:
            log.warning(
                "digest_skipped", subscription=subscription.id, due_at=run.at.isoformat(), runs=caught.skipped_count
            )
            upcoming = caught.owed[0] if caught.owed else caught.next
            return Composed(subscription, run, upcoming, None)
        upcoming = caught.owed[1] if len(caught.owed) > 1 else caught.next
        key = self._key(subscription, run)
        if key not in composed_once:
            composed_once[key] = self._digest(subscription, run)
        return Composed(subscription, run, upcoming, composed_once[key], key)

    def _digest(self, subscription: Subscription, run: Run) -> Digest:
        since_at = _since(subscription, run)
        return self.compose(subscription.wish, since_at=since_at, until_at=run.at, local_date=run.local_date)

    @staticmethod
    def _key(subscription: Subscription, run: Run) -> str:
        """Return what is equal for equal digests, and for no others."""
        parts = (
            wish_key(subscription.wish),
            _since(subscription, run).isoformat(),
            run.at.isoformat(),
            run.local_date.isoformat(),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _told(self, articles: list[Article], wish: Wish) -> tuple[Story, ...]:
        chosen = choose_stories(group_articles(articles), wish)
        return tuple(self.with_sentences(story, wish.sentences) for story in chosen)

    def with_sentences(self, story: Story, n: int) -> Story:
        """Add the key sentences of the story's leading article; one that has none is told by its title alone."""
        try:
            return replace(story, sentences=self._analyzer().key_sentences(story.articles[0], n))
        except RefusalError:
            return story


def _since(subscription: Subscription, run: Run) -> datetime:
    """A digest goes on where the last one ended, at most a week and a day ago; the first looks back a day."""
    last = subscription.last_digest_at
    if last is None or last >= run.at:
        return run.at - DAY
    return max(last, run.at - LOOK_BACK)
