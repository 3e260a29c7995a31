"""The verbs of feeds: list, add, remove, check, import, export, and poll. Each returns the exit status."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import Progress

from bot import loop
from bot.app import Parts, make_gatherer, parts, seed_feeds, settle
from bot.core.polling import is_silent
from bot.errors import AskedWronglyError, CommuniqueError, FetchError
from bot.model import Feed, FeedState
from bot.service.gather import Gatherer
from bot.service.keeping import PollReport
from bot.settings import Settings
from bot.verbs.output import complain, dumped, say

AT_ONCE = 64  # feeds that are checked at the same time

T = TypeVar("T")


def list_feeds(settings: Settings, *, as_json: bool) -> int:
    """Print the feeds with what is known of them."""
    with parts(settings) as made:
        seed_feeds(made.store, settings)
        feeds, now = made.store.feeds(), made.clock.now()
    if as_json:
        say(dumped([_feed_json(feed) for feed in feeds]))
        return 0
    for feed in feeds:
        facts = (feed.language, feed.country, feed.kind, feed.ownership)
        condition = "silent" if is_silent(feed, now) else feed.state.value if feed.state is FeedState.ASIDE else ""
        about = " · ".join(part for part in (*facts, condition, feed.last_error) if part)
        say(f"{feed.name or '–'}\n  {feed.url}" + (f"\n  {about}" if about else ""))
    if not feeds:
        complain("there are no feeds; add one: communique feeds add https://…")
    return 0


def add_feeds(settings: Settings, urls: Sequence[str]) -> int:
    """Find the feed of each address and keep it; one that was set aside is asked again."""
    return loop.run(_with_gatherer(settings, lambda made, gatherer: _add(made, gatherer, urls)))


async def _add(made: Parts, gatherer: Gatherer, urls: Sequence[str]) -> int:
    status = 0
    for url in urls:
        try:
            feed = await gatherer.feed_for(url)
        except FetchError as error:
            complain(f"{url}: {_said(error)}")
            status = error.exit_status
            continue
        kept, new = made.store.add_feed(feed)
        if kept.state is FeedState.ASIDE:
            made.store.save_feed(awake(kept))
        say(f"{'added' if new else 'already there'}: {kept.name} {kept.url}")
    return status


def remove_feeds(settings: Settings, names: Sequence[str]) -> int:
    """Remove feeds by address or name; their articles stay."""
    status = 0
    with parts(settings) as made:
        seed_feeds(made.store, settings)
        for name in names:
            if made.store.remove_feed(name):
                say(f"removed: {name}")
            else:
                complain(f"{name}: no feed, or several, have this address or name; see: communique feeds list")
                status = 1
    return status


def check_feeds(settings: Settings, names: Sequence[str] = (), *, as_json: bool = False) -> int:
    """Fetch and read feeds, all where none is named, and say how each is; one set aside that answers is polled again.

    No article is kept. Exit status 1 if any does not work.
    """
    return loop.run(_with_gatherer(settings, lambda made, gatherer: _check(made, gatherer, names, as_json=as_json)))


async def _check(made: Parts, gatherer: Gatherer, names: Sequence[str], *, as_json: bool) -> int:
    seed_feeds(made.store, made.settings)
    feeds = made.store.feeds()
    chosen = [feed for feed in feeds if not names or feed.url in names or feed.name in names]
    unknown = [name for name in names if all(name not in {feed.url, feed.name} for feed in feeds)]
    if unknown:
        raise AskedWronglyError(f"{unknown[0]}: there is no such feed; see: communique feeds list")
    room = asyncio.Semaphore(AT_ONCE)

    async def look(feed: Feed) -> dict[str, Any]:
        async with room:
            return await _condition(gatherer, feed)

    found = await asyncio.gather(*(look(feed) for feed in chosen))
    made.store.save_feeds(
        [
            awake(feed)
            for feed, each in zip(chosen, found, strict=True)
            if each["works"] and feed.state is FeedState.ASIDE
        ]
    )
    if as_json:
        say(dumped(found))
    for each in [] if as_json else found:
        what = f"{each['entries']} entries, newest {each['newest'] or 'undated'}" if each["works"] else each["error"]
        say(f"{'ok  ' if each['works'] else 'FAIL'} {each['name']} {each['url']}: {what}")
    return 0 if all(each["works"] for each in found) else 1


async def _condition(gatherer: Gatherer, feed: Feed) -> dict[str, Any]:
    row: dict[str, Any] = {"name": feed.name, "url": feed.url, "works": False, "entries": 0, "newest": None}
    try:
        parsed = await gatherer.look(feed)
    except CommuniqueError as error:
        return {**row, "error": str(error), "problems": []}
    newest = max((entry.published_at for entry in parsed.entries if entry.published_at), default=None)
    return {
        **row,
        "works": True,
        "entries": len(parsed.entries),
        "newest": newest.isoformat() if newest else None,
        "error": None,
        "problems": list(parsed.problems),
    }


def import_feeds(settings: Settings, paths: Sequence[Path]) -> int:
    """Keep the feeds of OPML or TOML files.

    Raises:
        DataError: a file is wrong.
    """
    from bot.seeds import load_feeds

    read = [feed for path in paths for feed in load_feeds(path)]
    with parts(settings) as made:
        new = sum(made.store.add_feed(feed)[1] for feed in read)
    say(f"{new} added, {len(read) - new} already there")
    return 0


def export_feeds(settings: Settings, path: Path | None = None) -> int:
    """Write the feeds as OPML, to a file or stdout."""
    from bot.seeds import opml_from_feeds

    with parts(settings) as made:
        seed_feeds(made.store, settings)
        opml = opml_from_feeds(made.store.feeds())
    if path is None or str(path) == "-":
        sys.stdout.write(opml if opml.endswith("\n") else f"{opml}\n")
        return 0
    try:
        path.write_text(opml, encoding="utf-8")
    except OSError as error:
        raise CommuniqueError(f"{path} can't be written: {error.strerror or error}") from error
    return 0


def poll(settings: Settings, *, as_json: bool = False) -> int:
    """Poll the feeds once; a line on stderr for each that failed, and exit status 1 then."""
    return loop.run(_with_gatherer(settings, lambda made, gatherer: _poll(made, gatherer, as_json=as_json)))


async def _poll(made: Parts, gatherer: Gatherer, *, as_json: bool) -> int:
    seed_feeds(made.store, made.settings)
    settle()
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task("Polling", total=None)
        report = await gatherer.poll_all(lambda done, total: progress.update(bar, completed=done, total=total))
    made.storylines.place_new(made.clock.now())
    for line in report.problems:
        complain(line)
    if as_json:
        say(dumped(_report_json(report)))
    else:
        say(
            f"{report.feeds} feeds asked, {report.unchanged} unchanged, {report.failed} failed; "
            f"{report.entries} entries, {report.new_articles} new articles"
        )
        for note in report.notes:
            say(f"note: {note}")
        for feed in report.aside:
            say(f"set aside: {feed.name} {feed.url}: {feed.last_error}")
        for feed in report.silent:
            say(f"silent for a week: {feed.name} {feed.url}")
    return 1 if report.failed else 0


def awake(feed: Feed) -> Feed:
    """Return a feed that is polled again, and at once."""
    return replace(
        feed,
        state=FeedState.ACTIVE,
        next_poll_at=None,
        failing_since_at=None,
        failures=0,
        last_error="",
        told_at=None,
    )


async def _with_gatherer(settings: Settings, work: Callable[[Parts, Gatherer], Awaitable[T]]) -> T:
    """Run a piece of work with a gatherer and what it needs, and give all of it back."""
    with parts(settings) as made:
        _ = made.store  # a wrong database is told before anything is connected
        async with _gatherer(made) as gatherer:
            return await work(made, gatherer)


@asynccontextmanager
async def _gatherer(made: Parts) -> AsyncIterator[Gatherer]:
    from bot.feeds.http import GuardedWeb
    from bot.feeds.reading import Readers
    from bot.store.door import Door

    door, reading = Door(), Readers()
    try:
        async with GuardedWeb(trusted_hosts=made.settings.communique_trusted_hosts) as web:
            yield make_gatherer(made, web, reading, door)
    finally:
        await reading.close()
        door.close()


def _said(error: FetchError) -> str:
    return "there is no feed, and no page that names one" if error.reason == "no_feed" else str(error)


def _feed_json(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "url": feed.url,
        "language": feed.language,
        "country": feed.country,
        "kind": feed.kind,
        "ownership": feed.ownership,
        "state": feed.state.value,
        "polled": feed.polled_at.isoformat() if feed.polled_at else None,
        "next_poll": feed.next_poll_at.isoformat() if feed.next_poll_at else None,
        "newest": feed.newest_at.isoformat() if feed.newest_at else None,
        "failures": feed.failures,
        "error": feed.last_error or None,
    }


def _report_json(report: PollReport) -> dict[str, Any]:
    return {
        "feeds": report.feeds,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "entries": report.entries,
        "new_articles": report.new_articles,
        "aside": [feed.url for feed in report.aside],
        "silent": [feed.url for feed in report.silent],
        "problems": list(report.problems),
        "notes": list(report.notes),
    }
