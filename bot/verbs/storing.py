"""The verbs that write or read the store: add, digest, search, stats. Each returns the exit status."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from bot.app import SystemClock, parts
from bot.chat import words
from bot.chat.chart import chart_png
from bot.chat.outside import Chart, markdown, plain_text, web_page
from bot.chat.pages import Page
from bot.chat.trendwords import trend_lines, trend_title
from bot.core.outlets import independent_reports
from bot.errors import ArticleError, AskedWronglyError, WishError
from bot.model import Chat, Digest, Hit, Story, Trend, Vocabulary
from bot.settings import Settings
from bot.verbs.files import Opened, files_below
from bot.verbs.output import complain, dumped, say

SPAN = re.compile(r"(\d{1,6})\s*([mhdw])")
WEEK = 7  # days of the chart above a digest in HTML
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST_SPAN = timedelta(days=36500)


def add(settings: Settings, paths: list[Path]) -> int:
    """Put article files into the store; folders are walked; a bad file is named and skipped."""
    files = [file for path in paths for file in files_below(path)]
    bad: list[str] = []

    def skip(error: ArticleError) -> None:
        complain(f"skipped: {error}")
        bad.append(str(error))

    added = known = 0
    now = SystemClock().now()
    with parts(settings) as made, Opened(settings.communique_trusted_hosts) as opened:
        store, analyzer = made.store, made.analyzer()
        console = Console(stderr=True)
        for file in track(files, "Adding", console=console, disable=not console.is_terminal, transient=True):
            for article in opened.articles(file, skip):
                _, new = store.add_article(analyzer.annotate(article), now)
                added, known = added + new, known + (not new)
        made.storylines.place_new(now)
    say(f"{added} added, {known} already there, {len(bad)} skipped")
    return 1 if bad else 0


def digest(settings: Settings, topics: str, since: str, form: str) -> int:
    """Print what a digest on these topics would tell."""
    span = _span(since)
    now = SystemClock().now()
    with parts(settings) as made:
        try:
            wish = made.answers.wish_from(topics.replace(",", " "))
        except WishError as error:
            raise AskedWronglyError(words.wish_not_understood(error, "--topics tariffs,japan")) from error
        told = replace(made.brief.compose_since(wish, since_at=now - span, until_at=now), local_date=now.date())
        vocabulary = made.analyzer().vocabulary
        blocks = Page(vocabulary, now, Chat(0)).digest_blocks(told)
        counted = made.trends.trend(wish, now, days=WEEK, zone="UTC") if form == "html" else None
    match form:
        case "json":
            say(dumped(_digest_json(told)))
        case "html":
            chart = _chart(counted, vocabulary) if counted is not None and counted.total else None
            say(web_page(blocks, f"Communiqué, {words.day(now.date())}", chart).rstrip())
        case "markdown":
            say(markdown(blocks).rstrip())
        case _:
            say(plain_text(blocks))
    return 0


def _chart(counted: Trend, vocabulary: Vocabulary) -> Chart:
    title = trend_title(counted, vocabulary)
    return Chart(chart_png(counted, title), chart_png(counted, title, dark=True), " ".join(trend_lines(counted)))


def _span(since: str) -> timedelta:
    match = SPAN.fullmatch(since.strip().lower())
    if match is None or int(match[1]) == 0:
        raise AskedWronglyError(f"--since {since} is not understood; like this: --since 24h (or 90m, 7d, 2w)")
    try:
        return min(timedelta(**{UNITS[match[2]]: int(match[1])}), LONGEST_SPAN)
    except OverflowError:
        return LONGEST_SPAN


def _digest_json(told: Digest) -> dict[str, Any]:
    return {
        "since": told.since_at.isoformat(),
        "until": told.until_at.isoformat(),
        "sources": told.sources,
        "stories": [_story_json(story) for story in told.stories],
    }


def _story_json(story: Story) -> dict[str, Any]:
    """Return a story as JSON; `told_by` counts into `sources`, one number a sentence."""
    standing = story.standing
    return {
        "title": story.title,
        "mark": story.mark.value,
        "sentences": list(story.sentences),
        "told_by": list(story.told_by),
        "changes": list(story.changes),
        "topics": list(story.topics),
        "places": list(story.places),
        "published": story.published_at.isoformat() if story.published_at else None,
        "independent_sources": standing.sources if standing is not None else len(independent_reports(story)),
        "sources": [
            {"source": each.source, "url": each.url, "title": each.title, "copy": each.id in story.copies}
            for each in story.articles
        ],
    }


def search(settings: Settings, query: str, *, limit: int, as_json: bool) -> int:
    """Print the articles that match, best first."""
    with parts(settings) as made:
        hits = made.store.search_articles(query, limit=limit)
    if as_json:
        say(dumped([_hit_json(hit) for hit in hits]))
    elif not hits:
        complain(f"nothing found for {query!r}")
    for hit in [] if as_json else hits:
        at = f"{hit.article.published_at:%Y-%m-%d}" if hit.article.published_at else ""
        where = " · ".join(part for part in (hit.article.source, at, hit.article.url) if part)
        say(f"{hit.article.title}\n  {hit.snippet}\n  {where}\n")
    return 0


def _hit_json(hit: Hit) -> dict[str, Any]:
    article = hit.article
    return {
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": article.published_at.isoformat() if article.published_at else None,
        "snippet": hit.snippet,
    }


def stats(settings: Settings, *, as_json: bool) -> int:
    """Print how much the store holds."""
    with parts(settings) as made:
        counts = made.store.counts()
    rows: dict[str, Any] = {
        "articles": counts.articles,
        "sources": counts.sources,
        "newest": counts.newest_at.isoformat() if counts.newest_at else None,
        "chats": counts.chats,
        "chats_lost": counts.chats_lost,
        "subscriptions": counts.subscriptions,
        "deliveries": dict(counts.deliveries),
    }
    if as_json:
        say(dumped(rows))
        return 0
    for name, value in rows.items():
        shown = ", ".join(f"{n} {state}" for state, n in value.items()) if isinstance(value, dict) else value
        say(f"{name.replace('_', ' '):<15}{shown if shown not in (None, '') else '–'}")
    return 0
