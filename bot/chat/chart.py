"""Stories a day → a picture; the only door to matplotlib, meant to run in a process of its own.

It counts nothing and sends nothing: the numbers come as a `Trend`. matplotlib takes 70 MB and most of a second, so that
the bot has it done by a worker, which is gone when nobody asks for charts.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.trend import peak
from bot.model import DayCount, Trend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECONDS = 20.0
"""Longest time a chart may take; it takes one, and some more where matplotlib looks for fonts for the first time."""

WIDTH, HEIGHT = 1080, 810  # pixels: a phone's width in a chat, 4:3 so that Telegram does not crop it
DPI = 180  # of 6 by 4.5 inches: letters of 11 points are 27 pixels high: 10 on a phone
NUMBERED = 14  # bars up to which each carries its number
LABELED = 7  # bars up to which each carries its date
TICKS = 5  # dates below the bars at most
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MEAN_OF = 7  # days of the moving average, shown where the bars are many


@dataclass(frozen=True, slots=True)
class _Colors:
    ground: str
    text: str
    faint: str
    bar: str
    high: str


# Contrast with the ground (WCAG 2.2): texts above 7:1, faint texts and bars above 4.5:1 and 3:1.
_LIGHT = _Colors(ground="#ffffff", text="#17212b", faint="#5b6670", bar="#5b9bd5", high="#1f5f99")
_DARK = _Colors(ground="#17212b", text="#f2f5f7", faint="#a5b1bb", bar="#5b9bd5", high="#a9d3f5")


def chart_png(trend: Trend, title: str, *, dark: bool = False) -> bytes:
    """Draw stories a day as bars, the highest marked; return a PNG of `WIDTH` by `HEIGHT` pixels.

    The ground is filled, so that it is readable in a light and in a dark chat. Up to `NUMBERED` days carry their
    numbers, more days a scale and the average of `MEAN_OF` days.
    """
    _prepare()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colors = _DARK if dark else _LIGHT
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=colors.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.13, 0.845, 0.68))
    _draw(axes, trend, colors)
    figure.text(0.05, 0.93, title, color=colors.text, fontsize=15, fontweight="bold", va="center")
    figure.text(0.05, 0.865, _below_title(trend), color=colors.faint, fontsize=10.5, va="center")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", facecolor=colors.ground, metadata={"Software": None})
    return picture.getvalue()


def _prepare() -> None:
    """Give matplotlib a folder for its list of fonts: workers have no home."""
    if "MPLCONFIGDIR" in os.environ or "HOME" in os.environ:
        return
    folder = Path(tempfile.gettempdir()) / f"communique-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder.lstat()
    if kept.st_uid == os.getuid() and not folder.is_symlink():  # else somebody else's: matplotlib makes one itself
        os.environ["MPLCONFIGDIR"] = str(folder)


def _draw(axes: Axes, trend: Trend, colors: _Colors) -> None:
    counts = [each.stories for each in trend.days]
    most = peak(trend)
    shades = [colors.high if each == most else colors.bar for each in trend.days]
    places = range(len(counts))
    axes.bar(places, counts, width=0.78, color=shades, linewidth=0)
    axes.set_facecolor(colors.ground)
    axes.set_xlim(-0.6, len(counts) - 0.4)
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colors.faint)
    axes.tick_params(colors=colors.faint, labelsize=11, length=0, pad=5)
    shown = _ticks(trend.days)
    axes.set_xticks([place for place, _ in shown], [label for _, label in shown])
    if len(counts) <= NUMBERED:
        axes.set_yticks([])
        for place, count in zip(places, counts, strict=True):
            axes.annotate(
                f"{count:,}", (place, count), (0, 4), textcoords="offset points", ha="center", color=colors.text,
                fontsize=13,
            )  # fmt: skip
    else:
        _scale(axes, counts, colors)


def _scale(axes: Any, counts: list[int], colors: _Colors) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y", color=colors.faint, alpha=0.25, linewidth=0.8)
    axes.set_axisbelow(True)
    means = [sum(counts[n - MEAN_OF + 1 : n + 1]) / MEAN_OF for n in range(MEAN_OF - 1, len(counts))]
    axes.plot(range(MEAN_OF - 1, len(counts)), means, color=colors.text, linewidth=2)


def _ticks(days: tuple[DayCount, ...]) -> list[tuple[int, str]]:
    """Choose which days are named, evenly, the last one among them."""
    last = len(days) - 1
    step = max(1, -(-len(days) // TICKS))
    if len(days) <= LABELED:
        step = 1
    return [(n, _short(days[n].day)) for n in range(last % step, last + 1, step)]


def _short(day: date) -> str:
    """Name a day shortly, in letters that every font has."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def _below_title(trend: Trend) -> str:
    line = f"stories a day, {len(trend.days)} days to {_short(trend.days[-1].day)}"
    return line if len(trend.days) <= NUMBERED else f"{line}; the line is the average of {MEAN_OF} days"
