"""Stored articles → stories: holds the clusterer, and keeps what it decides; what a story is, `bot.core.stories` says.

The clusterer's window is read from the store when it is first needed. Others may place articles at the same time (the
bot beside `communique poll`, a replica): before placing, what they placed is taken in, and the store refuses what was
decided without it; then the window is read anew. Articles of chats never join.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

import structlog

from bot.core.linkage import WINDOW
from bot.core.stories import Stories
from bot.core.storychanges import Changes, Placed, Placing, StoryHead
from bot.core.storywords import Traits, read_traits
from bot.model import Article
from bot.service.ports import StoryStore

log = structlog.get_logger(__name__)

BATCH = 500
"""Articles placed in one transaction."""

TRIES = 5
"""How often a batch is decided anew because others placed meanwhile; then it waits for the next time."""

RECLUSTERED = timedelta(days=7)
"""How far back stories are made anew."""

SILENCE = timedelta(hours=WINDOW)
"""What closes a story."""


@dataclass(frozen=True, slots=True)
class Reclustered:
    """What was made anew: how many articles, in how many stories."""

    articles: int = 0
    stories: int = 0


class Storylines:
    """Puts stored articles into stories. Its calls block, and may come from several threads."""

    def __init__(self, store: StoryStore) -> None:
        self._store = store
        self._lock = Lock()
        self._stories: Stories | None = None
        self._turn = 0

    def place_new(self, now: datetime) -> int:
        """Find the stories of all articles that are in none; return how many that were.

        Raises:
            StoreError: the store can't be written.
        """
        placed = failed = 0
        with self._lock:
            while True:
                stories = self._caught_up(now)
                batch = self._store.unplaced_articles(limit=BATCH)
                if not batch:
                    return placed
                read = [_traits(article) for article in batch]
                for traits in read:
                    stories.learn(traits)
                for traits in read:
                    stories.add(traits, learned=True)
                if self._write(stories.take_changes(), now):
                    placed, failed = placed + len(batch), 0
                    continue
                failed += 1
                if failed == TRIES:
                    log.warning("stories_contended", tries=failed)
                    return placed

    def recluster(self, now: datetime) -> Reclustered:
        """Make the stories of the newest week anew, those that began before going on.

        Raises:
            StoreError: the store can't be written, or others placed articles all the while.
        """
        with self._lock:
            for _ in range(TRIES):
                done = self._recluster(now)
                if done is not None:
                    return done
        log.warning("stories_contended", tries=TRIES)
        return Reclustered()

    def _recluster(self, now: datetime) -> Reclustered | None:
        since_at = now - RECLUSTERED
        self._turn = self._store.story_turn()
        stories = self._stories = Stories()
        read: list[Traits] = []
        for article, placing in self._placed(since_at - SILENCE):
            if _instant(article) < since_at:
                stories.restore(_traits(article), Placed(placing.story_id, placing.copy_of))
            else:
                read.append(_traits(article))
        read += [_traits(article) for article in self._store.unplaced_articles(since_at=since_at, limit=10**6)]
        read.sort(key=lambda traits: (traits.hours, traits.key))
        for traits in read:
            stories.learn(traits)
        placed: dict[int, Placed] = {}
        whole = Changes({}, {}, {})
        for count, traits in enumerate(read, start=1):
            stories.add(traits, learned=True)
            if count % BATCH == 0 or count == len(read):
                whole = _together(whole, stories.take_changes())
        placed = whole.placed
        if not self._write(whole, now):
            return None
        return Reclustered(len(read), len({one.story for one in placed.values()}))

    def _caught_up(self, now: datetime) -> Stories:
        """Return the clusterer with all that was placed, by whomever."""
        turn = self._store.story_turn()
        if self._stories is None:
            self._stories, self._turn = Stories(), 0
        if turn != self._turn:
            for article, placing in self._placed(now - SILENCE, turn=self._turn):
                self._stories.restore(_traits(article), Placed(placing.story_id, placing.copy_of))
            self._turn = turn
        return self._stories

    def _placed(self, since_at: datetime, *, turn: int = 0) -> Iterator[tuple[Article, Placing]]:
        behind = 0
        while page := self._store.placed_articles(since_at=since_at, turn=turn, behind=behind, limit=BATCH):
            yield from page
            behind = page[-1][1].article_id

    def _write(self, changes: Changes, now: datetime) -> bool:
        """Keep what was decided; if that was without what others did meanwhile, forget it and return False."""
        done = self._store.place_articles(
            [Placing(key, placed.story, placed.copy_of) for key, placed in changes.placed.items()],
            [
                StoryHead(number, told.lead, told.title, told.language, _at(told.first), _at(told.last))
                for number, told in changes.told.items()
            ],
            turn=self._turn,
            merged=changes.merged,
            closed_before=now - SILENCE,
        )
        if done:
            self._turn += 1
        else:
            self._stories = None
        return done


def _together(earlier: Changes, later: Changes) -> Changes:
    """Return changes that followed each other as one."""
    moved = {key: Placed(later.merged.get(one.story, one.story), one.copy_of) for key, one in earlier.placed.items()}
    told = {number: one for number, one in earlier.told.items() if number not in later.merged}
    merged = {old: later.merged.get(new, new) for old, new in earlier.merged.items() if old not in later.told}
    return Changes(moved | later.placed, told | later.told, merged | later.merged)


def _traits(article: Article) -> Traits:
    if article.id is None:
        raise ValueError("only stored articles are placed")
    return read_traits(article, article.id, at=_instant(article))


def _instant(article: Article) -> datetime:
    """Return when an article counts as published: not later than it came in, whatever it says."""
    times = [at for at in (article.published_at, article.added_at) if at is not None]
    return min(times)


def _at(hours: float) -> datetime:
    return datetime.fromtimestamp(round(hours * 3600, 3), tz=UTC)
