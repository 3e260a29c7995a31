"""A simulated month of news for the clusterer: articles a second, whether it slows down, and what it keeps in mind."""

from __future__ import annotations

import random
import statistics
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from bot.core.stories import Stories
from bot.core.storywords import read_traits
from bot.model import Article
from tests.invented import LETTERS, EventWords, Lexicon

ARTICLES = 100_000
SPAN = timedelta(days=30)
BEGUN_AT = datetime(2026, 11, 1, tzinfo=UTC)
SLICE = 10_000
WORDS = 110  # a wire; feeds give teasers or a few paragraphs

Row = tuple[str, str, str, str]


def simulated_month(articles: int = ARTICLES) -> Iterator[Article]:
    """Yield invented articles in time order.

    An event has its own names, words and place, and is told by one outlet or by up to forty, most within a day;
    words of news in general are drawn by Zipf's law.
    """
    chance = random.Random(5)
    lexicon = Lexicon(chance)
    planned: list[tuple[float, int]] = []
    events: list[tuple[EventWords, str]] = []
    while len(planned) < articles:
        events.append((lexicon.event(), f"{chance.choice(LETTERS)}{chance.choice(LETTERS)}".upper()))
        at = chance.random()
        outlets = min(40, int(chance.paretovariate(1.1)))
        planned += [(at + chance.expovariate(1) * 0.4 / 30, len(events) - 1) for _ in range(outlets)]
    for at, event in sorted(planned[:articles]):
        told, place = events[event]
        words = lexicon.general(WORDS // 2) + chance.choices(told.own, k=WORDS // 3)
        words += chance.choices(told.names, k=WORDS // 6)
        chance.shuffle(words)
        title = " ".join(chance.sample(told.names, 2) + chance.sample(told.own, 5))
        yield Article(
            title, f"The {' '.join(words)}.", language="en", places=(place,), published_at=BEGUN_AT + SPAN * at
        )


def measure_clustering() -> list[Row]:
    """Measure how many articles a second of CPU find their stories, and the last ones beside the first."""
    rates: list[float] = []
    stories, most, key = Stories(), 0, 0
    month = simulated_month()
    while told := list(islice(month, SLICE)):
        began = time.process_time()
        for article in told:
            key += 1
            stories.add(read_traits(article, key, at=article.published_at or BEGUN_AT))
            if key % 100 == 0:
                stories.take_changes()
                most = max(most, len(stories))
        rates.append(len(told) / (time.process_time() - began))
    return [
        ("articles put into stories", f"{statistics.median(rates):,.0f}/s", "over 1,000/s", f"{ARTICLES:,} in a month"),
        ("the last 10,000 beside the first", f"{rates[0] / rates[-1]:.2f} times as long", "at most 1.5", ""),
        ("articles in mind at most", f"{most:,}", "those of 72 hours", f"{measure_memory():.0f} KB each"),
    ]


def measure_memory(articles: int = 3000) -> float:
    """Return how many KB an article in the window takes, what is known of rare words included."""
    told = list(simulated_month(articles))  # before memory is traced, which makes everything many times slower
    stories = Stories()
    tracemalloc.start()
    for key, article in enumerate(told):
        stories.add(read_traits(article, key, at=BEGUN_AT))
    kilobytes = tracemalloc.get_traced_memory()[0] / 1024
    tracemalloc.stop()
    return kilobytes / len(stories)
