"""Settings → store, analyzer, use cases: makes each part when it is first needed, and asks the time.

The one composition root, and the only file that asks what time it is; `bot/run.py` starts and stops what is made here.
It decides nothing about news.
"""

from __future__ import annotations

import gc
import threading
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from bot import seeds
from bot.chat.chart import SECONDS, chart_png
from bot.core.analysis import Analyzer
from bot.core.articlefile import article_from_text
from bot.core.places import PlaceFinder
from bot.feeds.discover import discover_feeds
from bot.feeds.workers import Workers
from bot.model import Article, Trend
from bot.service.alert import Alerts
from bot.service.answer import Answers
from bot.service.brief import Brief
from bot.service.gather import Gatherer
from bot.service.ports import Draw, Offload, Reading, Web
from bot.service.stores import Store
from bot.service.storylines import Storylines
from bot.service.trends import Trends
from bot.service.wishes import Wishes
from bot.settings import DEFAULT_FEEDS, Settings
from bot.store.sql import open_store


def use_own_zones() -> None:
    """Take time zones from the tzdata package, whose pin is known, not from the system's copy, whose age is not.

    Zones change several times a year; a system's copy that is a year old has digests come an hour off.
    """
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()


class SystemClock:
    """The time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        return datetime.now(UTC)  # noqa: TID251 -- here, and nowhere else


class Parts:
    """What everything is made of, each made when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self._making = threading.Lock()

    @cached_property
    def store(self) -> Store:
        """The store, opened and migrated."""
        return open_store(self.settings.database_url)

    @cached_property
    def _analyzer(self) -> Analyzer:
        return make_analyzer()

    def analyzer(self) -> Analyzer:
        """Return the one analyzer; whichever thread comes first makes it."""
        with self._making:
            return self._analyzer

    @cached_property
    def brief(self) -> Brief:
        """What composes digests."""
        over = timedelta(seconds=self.settings.communique_spread_seconds)
        return Brief(self.store, self.analyzer, spread_over=over)

    @cached_property
    def alerts(self) -> Alerts:
        """What looks for stories that break."""
        return Alerts(self.store, self.analyzer)

    @cached_property
    def answers(self) -> Answers:
        """What answers."""
        return Answers(self.store, self.analyzer)

    @cached_property
    def trends(self) -> Trends:
        """What counts stories over time."""
        return Trends(self.store)

    @cached_property
    def wishes(self) -> Wishes:
        """What changes subscriptions."""
        return Wishes(self.store)

    @cached_property
    def storylines(self) -> Storylines:
        """What puts stored articles into stories."""
        return Storylines(self.store)

    def close(self) -> None:
        """Give back what was opened."""
        if "store" in self.__dict__:
            self.store.close()


@contextmanager
def parts(settings: Settings) -> Iterator[Parts]:
    """Make the parts for as long as they are needed."""
    made = Parts(settings)
    try:
        yield made
    finally:
        made.close()


def settle() -> None:
    """Take all that was made so far out of the garbage collector's rounds.

    Modules, tables and vocabularies stay until the end, and a full round over them holds everything for 50 ms.
    """
    gc.freeze()


def make_analyzer() -> Analyzer:
    """Make the analyzer from `data/`.

    Raises:
        DataError: a file of `data/` is wrong.
    """
    return seeds.make_analyzer()


def make_place_finder() -> PlaceFinder:
    """Make what finds places from `data/`.

    Raises:
        DataError: the file is wrong.
    """
    return PlaceFinder(seeds.load_places())


def make_gatherer(made: Parts, web: Web, reading: Reading, offload: Offload) -> Gatherer:
    """Make what fills the store from feeds."""
    settings = made.settings
    return Gatherer(
        made.store,
        web,
        reading,
        made.analyzer,
        offload,
        made.clock,
        discover=discover_feeds,
        annotate_all=seeds.annotate_articles,
        retention_days=settings.communique_retention_days,
        poll_minutes=settings.communique_poll_minutes,
    )


def make_draw(workers: Workers) -> Draw:
    """Make what draws charts, in a process of its own."""

    async def draw(trend: Trend, title: str, *, dark: bool = False) -> bytes:
        return await workers.run(chart_png, SECONDS, "chart", trend, title, dark=dark)

    return draw


def seed_feeds(store: Store, settings: Settings) -> int:
    """Keep the feeds to start with (COMMUNIQUE_FEEDS), but none that was removed; return how many were new.

    Raises:
        DataError: the file is wrong.
    """
    if settings.communique_feeds == "none":
        return 0
    own = settings.communique_feeds != DEFAULT_FEEDS
    feeds = seeds.load_feeds(Path(settings.communique_feeds) if own else None)
    return store.seed_feeds(feeds)


def lay_out_samples(made: Parts) -> str:
    """Put the sample articles into a store that has no others; return what the page says of it."""
    made.store.drop_samples()
    counts = made.store.counts()
    if counts.articles:
        return ""
    now = made.clock.now()
    for article in sample_articles(now):
        made.store.add_article(made.analyzer().annotate(article), now)
    made.storylines.place_new(now)
    return "These are sample articles, written for Communiqué: their events and outlets are invented."


def sample_articles(now: datetime) -> list[Article]:
    """Read the sample articles, moved in time so that the newest is an hour old; they keep their distances."""
    read = [
        replace(article_from_text(file.read_text(encoding="utf-8"), name=file.name), sample=True)
        for file in seeds.sample_files()
    ]
    newest = max((article.published_at for article in read if article.published_at), default=now)
    shift = now - timedelta(hours=1) - newest
    # The files have dates without times: an hour apart each, so that they have an order.
    return [
        replace(article, published_at=article.published_at + shift - timedelta(minutes=20 * n))
        for n, article in enumerate(read)
        if article.published_at is not None
    ]
