"""A feed read and looked at in one go, in a process beside the bot's; it starts none.

It stands by itself: what such a process loads costs each of them its time and memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, TypeVar

from bot.model import FeedEntry, Fetched, ParsedFeed

T = TypeVar("T")

# What is read for practice: a short text and a long one, for which tables of their own may be made ready.
_SPECIMEN = Fetched(
    "https://outlet.example/feed",
    b"""<rss version="2.0"><channel><title>Outlet</title><item><title>Duty on steel stays</title></item>
<item><title>Ministers of Japan and Peru meet</title><description>%s</description></item></channel></rss>"""
    % (b"They spoke of a truce, a pipeline and duties on copper. " * 10),
    "feed",
)

_values = attrgetter(*(field.name for field in fields(FeedEntry)))


def read_and_look(fetched: Fetched, look: Callable[[ParsedFeed], T]) -> tuple[ParsedFeed, Sequence[tuple[Any, ...]], T]:
    """Return a feed without its entries, what these are made of, and what was seen.

    To copy nouns to another process takes five times as long as what they are made of.

    >>> feed = Fetched("", b"<rss><channel><item><title>Duty stays</title></item></channel></rss>", "feed")
    >>> read_and_look(feed, lambda parsed: len(parsed.entries))[1:]
    ([('Duty stays', None, '', None, (), False, None, None)], 1)
    """
    from bot.feeds.parse import parse_feed  # not where only the function's name is wanted: 40 ms

    parsed = parse_feed(fetched.content, url=fetched.url, charset=fetched.charset)
    return replace(parsed, entries=()), [_values(entry) for entry in parsed.entries], look(parsed)


def get_ready(look: Callable[[ParsedFeed], object]) -> None:
    """Read and look at a feed of two entries, so that what this takes is loaded."""
    read_and_look(_SPECIMEN, look)
