"""Subscriptions due → digests owed, in the ledger; it sends nothing and says no sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
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
PAGE_WISHES = 4  # digests composed before what is planned so far may leave: a tenth of a second each, measured 2026-11


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
        if digest.stories:
            return digest
        newest = self._store.newest_articles(topics=wish.topics, places=wish.places, limit=LOOKED_AT // 4)
        return replace(digest, stories=self._told(newest, wish), older=True)

    def stories(self, articles: list[Article], wish: Wish) -> tuple[Story, ...]:
        """Make stories with their sentences out of articles, as a digest would tell them."""
        return self._told(articles, wish)

    def owe_due(self, now: datetime) -> int:
        """Write every digest that is due into the ledger; return how many lines were written, skipped ones too."""
        return sum(self.owe_pages(now))

    def owe_pages(self, now: datetime) -> Iterator[int]:
        """Write every digest that is due into the ledger, page by page; yield how many lines each page wrote.

        What a page wrote can be sent while the next one is planned. A page ends with `BATCH` subscriptions or with
        `PAGE_WISHES` digests that had to be composed, whichever comes first. Each takes the earliest run of a due
        subscription; one that was missed several times comes up again, until none is due. A wish that many chats have
        is composed once: of the digest, only its id is remembered.
        """
        kept: dict[str, int] = {}
        while page := self._page(self._store.due_subscriptions(now, limit=BATCH), now, kept):
            yield self._store.owe(page, now)

    def _page(self, due: Sequence[Subscription], now: datetime, kept: dict[str, int]) -> list[Composed]:
        page: list[Composed] = []
        before = len(kept)
        for subscription in due:
            page.append(self._composed(subscription, now, kept))
            if len(kept) - before >= PAGE_WISHES:
                break
        return page

    def _composed(self, subscription: Subscription, now: datetime, kept: dict[str, int]) -> Composed:
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
        if key not in kept:
            kept[key] = self._store.keep_digest(self._digest(subscription, run), key, now)
        return Composed(subscription, run, upcoming, None, key, kept[key])

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
        return tuple(self._with_sentences(story, wish.sentences) for story in chosen)

    def _with_sentences(self, story: Story, n: int) -> Story:
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
