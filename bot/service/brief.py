"""Subscriptions due → digests owed, in the ledger; it sends nothing and says no sentence.

What a chat was told is carried by its last digest (`Digest.told`), and by the alerts since: chats with one wish, one
slot and one past share one digest, so that a hundred thousand chats with a thousand wishes cost a thousand digests.

Known exception: a week's review looks at the stories of each day, the biggest first, so that a week with very many
stories is not held in memory at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.core.analysis import Analyzer
from bot.core.digest import HALF_LIFE, choose_stories, rank_stories, within_minutes
from bot.core.memory import told_after, told_before, told_of
from bot.core.polling import is_silent
from bot.core.review import HALF_LIFE as REVIEW_HALF_LIFE
from bot.core.review import count_days
from bot.core.timing import catch_up, spread
from bot.core.wish import wish_key
from bot.model import Article, Composed, Digest, DigestKind, Mark, Run, Story, Subscription, Told, Wish
from bot.service.heard import Heard, hear, stories_from_articles
from bot.service.pasts import DAY, Past, hashed, pasts_of, since
from bot.service.stores import Store
from bot.service.telling import Teller

log = structlog.get_logger(__name__)

WEEK = 7 * DAY
OLDER = 100  # stories looked at where the last 24 hours have none
KNOWN_LOOKED_AT = 60  # told stories, the worthiest first, of which it is looked up whether they moved
BIGGEST_A_DAY = 40  # stories of each day that a review is chosen from
SILENT_NAMED = 3
BATCH = 500  # subscriptions planned in one transaction
PAGE_WISHES = 4  # digests composed before what is planned so far may leave: a tenth of a second each, measured 2026-11
DIGESTS = 20  # composed last, at hand for chats in other zones that are due at the same instant
WINDOWS = 3  # spans whose stories are at hand while digests are planned: those of the chats that are due together


@dataclass(slots=True)
class _Pass:
    """What one planning pass has looked up and composed already: of a digest that is kept, only its id.

    `at_once` is of how many chats the past is looked up at once: as many as a page had, which is few where each wishes
    for something else.
    """

    kept: dict[str, int] = field(default_factory=dict)
    pasts: dict[int, Past] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)
    windows: dict[tuple[datetime, datetime], Heard] = field(default_factory=dict)
    silent: tuple[str, ...] | None = None
    at_once: int = PAGE_WISHES


class Brief:
    """Composes digests and writes what is owed."""

    def __init__(
        self, store: Store, analyzer: Callable[[], Analyzer], *, spread_over: timedelta = timedelta(0)
    ) -> None:
        self._store = store
        self._spread_over = spread_over
        self._teller = Teller(analyzer)

    # One digest

    def compose(
        self,
        wish: Wish,
        *,
        since_at: datetime,
        until_at: datetime,
        local_date: date | None = None,
        language: str = "en",
        told: Sequence[Told] = (),
        quiet: bool = False,
    ) -> Digest:
        """Compose what a wish gets from the stories of a span of time; a span with nothing gives no stories.

        Args:
            wish: what is asked for.
            since_at: when the span begins.
            until_at: when it ends.
            local_date: the day it stands for where it is read.
            language: the reader's.
            told: what the reader was told before. Stories that moved since are marked.
            quiet: whether stories that did not move are told all the same, with their mark.
        """
        heard = hear(self._store, since_at, until_at, wish)
        digest = self._composed_of(heard, wish, since_at, until_at, told, quiet=quiet)
        return replace(digest, local_date=local_date, language=language)

    def compose_now(
        self, wish: Wish, now: datetime, *, zone: str = "UTC", language: str = "en", told: Sequence[Told] = ()
    ) -> Digest:
        """Compose the last 24 hours; where they have nothing, the newest there is, marked `older`."""
        today = now.astimezone(ZoneInfo(zone)).date()
        digest = self.compose(
            wish, since_at=now - DAY, until_at=now, local_date=today, language=language, told=told, quiet=True
        )
        digest = replace(digest, zone=zone, silent=self._silent(now))
        if digest.stories:
            return digest
        newest = Heard(hear(self._store, None, now, wish, limit=OLDER).stories, lambda: digest.sources)
        older = self._composed_of(newest, wish, digest.since_at, now, told, quiet=True)
        return replace(digest, stories=older.stories, older=True)

    def compose_since(self, wish: Wish, *, since_at: datetime, until_at: datetime) -> Digest:
        """Compose a span for somebody who knows all that was before it: stories that began earlier are marked."""
        heard = hear(self._store, since_at, until_at, wish)
        known = (told_before(story, since_at) for story in heard.stories)
        told = tuple(one for one in known if one is not None)
        return self._composed_of(heard, wish, since_at, until_at, told, quiet=True)

    def compose_review(
        self,
        wish: Wish,
        *,
        until_at: datetime,
        local_date: date | None = None,
        zone: str = "UTC",
        language: str = "en",
        told: Sequence[Told] = (),
    ) -> Digest:
        """Compose the review of the seven days before an instant: the biggest stories, and how many a day had."""
        biggest: dict[int | None, Story] = {}
        counted: dict[int | None, Story] = {}
        for days in range(7, 0, -1):
            since_at = until_at - days * DAY
            heard = hear(self._store, since_at, since_at + DAY, wish)
            ranked = rank_stories(heard.stories, wish, until_at, half_life=REVIEW_HALF_LIFE, found=heard.found)
            biggest.update((story.id, story) for story in ranked[:BIGGEST_A_DAY])
            counted.update((story.id, _counted(story)) for story in ranked)
        digest = self._composed_of(
            Heard(list(biggest.values()), lambda: self._store.sources_heard(until_at - WEEK, until_at)),
            wish,
            until_at - WEEK,
            until_at,
            told,
            quiet=True,
            half_life=REVIEW_HALF_LIFE,
        )
        counts = count_days(counted.values(), wish.topics, zone)
        first_day = (until_at - WEEK).astimezone(ZoneInfo(zone)).date()
        return replace(
            digest,
            kind=DigestKind.REVIEW,
            local_date=local_date,
            language=language,
            zone=zone,
            counts=tuple(count for count in counts if count.day >= first_day),
        )

    def stories(self, articles: Sequence[Article], wish: Wish) -> tuple[Story, ...]:
        """Make stories with their sentences out of articles, as a digest would tell them."""
        found = stories_from_articles(self._store, articles)
        now = max((at for one in articles if (at := one.published_at or one.added_at)), default=None)
        if now is None:
            return ()
        chosen = choose_stories(rank_stories(found, wish, now), wish)
        return tuple(self.tell(story, wish.sentences) for story in chosen)

    def tell(self, story: Story, n: int) -> Story:
        """Return a story with up to n sentences, as a digest would tell it."""
        return self._teller.tell(story, n)

    def told_to(self, chat_id: int, thread_id: int | None, now: datetime) -> tuple[Told, ...]:
        """Return what a chat was told of stories that may still move."""
        subscription = self._store.subscription(chat_id, thread_id)
        if subscription is None:
            return ()
        past = pasts_of(self._store, [subscription], now)[subscription.id or 0]
        return tuple(one for one in past.told if one.story_id not in past.held)

    def _composed_of(
        self,
        heard: Heard,
        wish: Wish,
        since_at: datetime,
        until_at: datetime,
        told: Sequence[Told],
        *,
        quiet: bool,
        half_life: timedelta = HALF_LIFE,
    ) -> Digest:
        ranked = rank_stories(heard.stories, wish, until_at, half_life=half_life, found=heard.found)
        marked, left_out = self._marked(ranked, told, wish.sentences, quiet=quiet)
        chosen = [self.tell(story, wish.sentences) for story in choose_stories(marked, wish)]
        stories = within_minutes(chosen, wish.most_minutes)
        return Digest(
            wish=wish,
            stories=tuple(stories),
            sources=heard.sources(),
            since_at=since_at,
            until_at=until_at,
            told=told_after(told, stories, left_out, now=until_at),
        )

    def _marked(
        self, ranked: Sequence[Story], told: Sequence[Told], n: int, *, quiet: bool
    ) -> tuple[list[Story], list[Story]]:
        """Mark stories; return those that may be told, and those left out because the reader has had them."""
        if not told:
            return list(ranked), []
        may_be_told: list[Story] = []
        left_out: list[Story] = []
        looked_at = 0
        for story in ranked:
            marked = story
            if (known := told_of(story, told)) is not None:
                looked_at += 1
                looked_into = looked_at <= KNOWN_LOOKED_AT
                marked = self._teller.marked(story, known, n) if looked_into else replace(story, mark=Mark.QUIET)
            (left_out if marked.mark is Mark.QUIET and not quiet else may_be_told).append(marked)
        return may_be_told, left_out

    def _silent(self, now: datetime) -> tuple[str, ...]:
        """Name feeds that answer and have brought nothing for a week, those that fell silent last first."""
        silent = [feed for feed in self._store.feeds() if is_silent(feed, now)]
        silent.sort(key=lambda feed: feed.newest_at or now, reverse=True)
        return tuple(feed.name or feed.url for feed in silent[:SILENT_NAMED])

    # What is due

    def owe_due(self, now: datetime) -> int:
        """Write every digest that is due into the ledger; return how many lines were written, skipped ones too."""
        return sum(self.owe_pages(now))

    def owe_pages(self, now: datetime) -> Iterator[int]:
        """Write every digest that is due into the ledger, page by page; yield how many lines each page wrote.

        What a page wrote can be sent while the next one is planned. A page ends with `BATCH` subscriptions or with
        `PAGE_WISHES` digests that had to be composed, whichever comes first; chats that share one stand in it
        together. Each takes the earliest run of a due subscription; one that was missed several times comes up again,
        until none is due. A wish that many chats have is composed once: of the digest, only its id is remembered.
        """
        planned = _Pass()
        while page := self._page(_by_wish(self._store.due_subscriptions(now, limit=BATCH)), now, planned):
            yield self._store.owe(page, now)

    def _page(self, due: Sequence[Subscription], now: datetime, planned: _Pass) -> list[Composed]:
        page: list[Composed] = []
        before = len(planned.kept)
        while len(page) < len(due):
            some = due[len(page) : len(page) + planned.at_once]
            pasts = pasts_of(self._store, some, now, planned.pasts)
            for subscription in some:
                is_full = len(planned.kept) - before >= PAGE_WISHES
                one = self._composed(subscription, now, pasts, planned, kept_only=is_full)
                if one is None:
                    planned.at_once = len(page)
                    return page
                page.append(one)
            planned.at_once = min(2 * planned.at_once, BATCH)
        return page

    def _composed(
        self, subscription: Subscription, now: datetime, pasts: Mapping[int, Past], planned: _Pass, *, kept_only: bool
    ) -> Composed | None:
        """Return what a subscription is owed; None if that had to be composed, and only what is kept may be owed."""
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
        past = pasts[subscription.id or 0]
        key = _key(subscription, run, upcoming, past)
        if key not in planned.kept:
            if kept_only:
                return None
            digest = replace(self._digest(subscription, run, past, planned), next_at=upcoming.at)
            planned.kept[key] = self._store.keep_digest(digest, key, now)
        later = run.at + spread(subscription.id or 0, self._spread_over) if self._spread_over else None
        return Composed(subscription, run, upcoming, None, key, planned.kept[key], later)

    def _digest(self, subscription: Subscription, run: Run, past: Past, planned: _Pass) -> Digest:
        """Return the digest of a run; that of another zone with the same past and date, if it was composed just now."""
        schedule = subscription.schedule
        key = _key_of_words(subscription, run, past)
        if key not in planned.digests:
            while len(planned.digests) >= DIGESTS:
                planned.digests.pop(next(iter(planned.digests)))
            planned.digests[key] = self._composed_for(subscription, run, past, planned)
        if planned.silent is None:
            planned.silent = self._silent(run.at)
        return replace(planned.digests[key], zone=schedule.zone, local_date=run.local_date, silent=planned.silent)

    def _composed_for(self, subscription: Subscription, run: Run, past: Past, planned: _Pass) -> Digest:
        since_at = since(subscription, run.at, past)
        wish = replace(subscription.wish, muted=(*subscription.wish.muted, *past.held))
        if subscription.schedule.weekly:
            digest = self.compose_review(wish, until_at=run.at, zone=subscription.schedule.zone, told=past.told)
        else:
            heard = self._heard(since_at, run.at, planned)
            digest = self._composed_of(heard, wish, since_at, run.at, past.told, quiet=False)
        return replace(digest, wish=subscription.wish)

    def _heard(self, since_at: datetime, until_at: datetime, planned: _Pass) -> Heard:
        """Return the stories of a span, all of them: other wishes ask for the same span."""
        span = (since_at, until_at)
        if span not in planned.windows:
            while len(planned.windows) >= WINDOWS:
                planned.windows.pop(next(iter(planned.windows)))
            planned.windows[span] = hear(self._store, since_at, until_at)
        return planned.windows[span]


def _by_wish(due: Sequence[Subscription]) -> list[Subscription]:
    """Return subscriptions with those of one instant and one wish side by side: a page of few digests serves many."""
    together: dict[tuple[datetime | None, Wish], list[Subscription]] = {}
    for one in due:
        due_at = None if one.next_run is None else one.next_run.at
        together.setdefault((due_at, one.wish), []).append(one)
    return [one for some in together.values() for one in some]


def _counted(story: Story) -> Story:
    """Return a story with what counting needs alone: a week of texts is a lot."""
    return replace(story, articles=tuple(replace(article, text="") for article in story.articles))


def _key(subscription: Subscription, run: Run, upcoming: Run, past: Past) -> str:
    """Return what is equal for equal digests, and for no others."""
    shown = (subscription.schedule.zone, run.local_date.isoformat(), upcoming.at.isoformat())
    return hashed((_key_of_words(subscription, run, past), *shown))


def _key_of_words(subscription: Subscription, run: Run, past: Past) -> str:
    """Return what is equal for digests that tell the same, whatever day and zone they are dated by."""
    schedule = subscription.schedule
    parts = (
        wish_key(subscription.wish),
        f"review {schedule.zone}" if schedule.weekly else "",  # its days are those of its reader
        since(subscription, run.at, past).isoformat(),
        run.at.isoformat(),
        past.key,
    )
    return hashed(parts)
