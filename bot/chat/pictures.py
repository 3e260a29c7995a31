"""A chart as a part of a message: what it shows and says, drawn once, uploaded once; it counts and sends nothing.

Whoever sends a chart first uploads it, and others wait for that: they send it by the id that Telegram gave it. Ids live
as long as the process, so that a chart is drawn again after a restart where it is still owed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog

from bot.chat.render import Message, block, bold, messages
from bot.chat.trendwords import trend_lines, trend_title
from bot.errors import FetchError
from bot.model import DayCount, Trend, Vocabulary
from bot.service.ports import Draw

log = structlog.get_logger(__name__)

REMEMBERED = 256  # pictures, of some 40 KB each


@dataclass(slots=True, eq=False)
class Picture:
    """A picture; `file_id` is Telegram's name for it once it was uploaded, which is done `alone`."""

    png: bytes
    file_id: str | None = None
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


def chart_message(trend: Trend, vocabulary: Vocabulary, language: str = "en") -> Message:
    """Say the numbers of a chart, with what is to be drawn above them."""
    title = trend_title(trend, vocabulary)
    (said,) = messages([block(bold(title)), *(block(line) for line in trend_lines(trend, language))])
    return Message(said.html, said.plain, chart={"title": title, **_kept(trend)})


def trend_of(chart: Mapping[str, Any]) -> Trend:
    """Return the numbers of a message's chart.

    >>> trend = Trend(("tariffs",), (), (DayCount(date(2026, 11, 20), 4),), 7)
    >>> trend_of(chart_message(trend, Vocabulary({}, {})).chart) == trend
    True
    """
    days = tuple(DayCount(date.fromisoformat(day), stories) for day, stories in chart["days"])
    return Trend(tuple(chart["topics"]), tuple(chart["places"]), days, chart["before"])


class Pictures:
    """Charts that were drawn; one that is asked for again is the same picture.

    Args:
        draw: what draws; None where nothing does.
    """

    def __init__(self, draw: Draw | None) -> None:
        self._draw = draw
        self._made: OrderedDict[tuple[str, Trend], asyncio.Task[Picture]] = OrderedDict()

    async def of(self, message: Message) -> Picture | None:
        """Return the picture of a message's chart; None where it has none, or where it can't be drawn now."""
        if self._draw is None or message.chart is None:
            return None
        key = (str(message.chart["title"]), trend_of(message.chart))
        making = self._made.get(key)
        if making is None:
            making = self._made[key] = asyncio.create_task(self._drawn(self._draw, *key))
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        try:
            return await asyncio.shield(making)  # others wait for the same
        except FetchError as error:
            self._made.pop(key, None)
            log.warning("chart_not_drawn", reason=str(error))
            return None

    @staticmethod
    async def _drawn(draw: Draw, title: str, trend: Trend) -> Picture:
        return Picture(await draw(trend, title))


def _kept(trend: Trend) -> dict[str, Any]:
    days = [[each.day.isoformat(), each.stories] for each in trend.days]
    return {"topics": list(trend.topics), "places": list(trend.places), "days": days, "before": trend.before}
