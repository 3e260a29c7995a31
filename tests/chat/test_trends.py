"""A chart has its numbers in its caption, and is drawn in a process that is gone afterwards."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from bot.app import make_draw
from bot.chat.chart import HEIGHT, WIDTH, chart_png
from bot.chat.trendwords import trend_lines, trend_title
from bot.feeds.workers import Workers
from bot.model import DayCount, Place, Topic, Trend, Vocabulary

VOCABULARY = Vocabulary({"tariffs": Topic("tariffs", "Tariffs")}, {"JP": Place("JP", "Japan")})


def of(*counts: int, before: int | None = None) -> Trend:
    first = date(2026, 11, 22) - timedelta(days=len(counts) - 1)
    days = tuple(DayCount(first + timedelta(days=n), count) for n, count in enumerate(counts))
    return Trend(("tariffs",), ("JP",), days, before)


@pytest.mark.parametrize("counts", [(1, 2, 0, 5, 3, 3, 1), (0,) * 7, tuple(range(30)), (2,) * 90, (12_345,) * 7])
@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_fits_a_phone_and_fills_its_ground(counts: tuple[int, ...], *, dark: bool):
    picture = Image.open(io.BytesIO(chart_png(of(*counts), "Tariffs · Japan", dark=dark))).convert("RGBA")
    assert picture.size == (WIDTH, HEIGHT)
    corners = [picture.getpixel(at) for at in ((0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1))]
    assert all(alpha == 255 and (max(color) < 90) == dark for *color, alpha in corners)
    assert len(picture.getcolors(WIDTH * HEIGHT)) > 10


def test_a_higher_number_is_a_higher_bar():
    def drawn(*counts: int) -> int:
        picture = Image.open(io.BytesIO(chart_png(of(*counts), ""))).convert("RGB")
        return sum(n for n, (red, _, blue) in picture.getcolors(WIDTH * HEIGHT) if blue > red + 40)

    assert drawn(1, 1, 9) < drawn(1, 9, 9) < drawn(9, 9, 9)


async def test_a_chart_is_drawn_in_another_process():
    workers = Workers(most=1)
    try:
        assert (await make_draw(workers)(of(1, 2), "Tariffs")).startswith(b"\x89PNG")
        assert len(workers.processes) == 1
    finally:
        await workers.close()


def test_the_caption_says_the_numbers_of_the_chart():
    title = trend_title(of(1), VOCABULARY)
    assert title == "Tariffs · Japan"
    assert trend_title(Trend((), ("JP",), ()), VOCABULARY) == "Japan"
    assert trend_title(Trend(("other",), ("XX",), ()), VOCABULARY) == "Other · XX"
    assert trend_lines(of(1, 4, 0, before=4)) == [
        "5 stories in 3 days, 25% more than the 4 before.",
        "Most on Saturday, 21 November: 4.",
        "20 Nov: 1 · 21 Nov: 4 · 22 Nov: 0",
    ]


@pytest.mark.parametrize(
    ("trend", "said"),
    [
        (of(0, 0), "0 stories in 2 days."),
        (of(0, 0, before=0), "0 stories in 2 days."),
        (of(2, 0, before=0), "2 stories in 2 days, none before."),
        (of(5, 5, before=10), "10 stories in 2 days, about as many as the 10 before."),
        (of(1, 0, before=4), "1 story in 2 days, 75% fewer than the 4 before."),
        (of(10, 0, before=4), "10 stories in 2 days, 2.5 times the 4 before."),
    ],
)
def test_how_it_moved_is_said_where_it_is_known(trend: Trend, said: str):
    assert trend_lines(trend)[0] == said


def test_a_long_period_is_said_by_week_within_a_caption():
    lines = trend_lines(of(*[1_000] * 90, before=90_000))
    assert lines[-1].startswith("By week: 25 Aug: 6,000 · 31 Aug: 7,000 · ")
    assert len("\n\n".join(lines)) < 900  # Telegram takes 1,024 with the title
