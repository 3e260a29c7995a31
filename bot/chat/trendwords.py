"""What is said with a chart: its title, and its numbers in words. PURE; it draws nothing and knows no markup."""

from __future__ import annotations

from bot.chat.words import counted, day, listed, short_day
from bot.core.trend import by_week, change, peak
from bot.model import DayCount, Trend, Vocabulary

BY_DAY = 14  # days up to which each is listed
TREND_WHAT = "Like this: /trend tariffs 30d, or /trend japan; 7d, 30d and 90d are the lengths."


def trend_title(trend: Trend, vocabulary: Vocabulary) -> str:
    """Name what is counted, without emoji: `Tariffs · Japan`.

    >>> trend_title(Trend((), (), ()), Vocabulary({}, {}))
    'All topics'
    """
    topics = [vocabulary.topics[key].name if key in vocabulary.topics else key for key in trend.topics]
    places = [vocabulary.places[key].name if key in vocabulary.places else key for key in trend.places]
    named = listed(topics) if topics else ("" if places else "All topics")
    title = " · ".join(part for part in (named, listed(places)) if part)
    return title[:1].upper() + title[1:]


def trend_lines(trend: Trend, language: str = "en") -> list[str]:
    """Say the numbers of a chart: the sum and how it moved, the highest day, then each day or week."""
    total = counted(trend.total, "story", "stories")
    lines = [f"{total} in {len(trend.days)} days{_moved(trend)}."]
    most = peak(trend)
    if most is None:
        return lines
    lines.append(f"Most on {day(most.day, language)}: {most.stories:,}.")
    if len(trend.days) <= BY_DAY:
        lines.append(_row(trend.days, language))
    else:
        lines.append(f"By week: {_row(by_week(trend), language)}")
    return lines


def _row(counts: tuple[DayCount, ...], language: str) -> str:
    return " · ".join(f"{short_day(each.day, language)}: {each.stories:,}" for each in counts)


def _moved(trend: Trend) -> str:
    """Say how the sum compares with the equally long time before, where that is known."""
    if trend.before is None:
        return ""
    if trend.before == 0:
        return ", none before" if trend.total else ""
    share = change(trend)
    assert share is not None, "there was something before"
    if share > 1:
        return f", {trend.total / trend.before:.1f} times the {trend.before:,} before"
    if share == 0:
        return f", about as many as the {trend.before:,} before"
    return f", {abs(share):.0%} {'more' if share > 0 else 'fewer'} than the {trend.before:,} before"
