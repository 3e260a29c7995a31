"""A poll against a real server, pages read in real processes: what the store has then is what the rules say."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from bot.feeds.http import GuardedWeb
from bot.feeds.reading import Readers
from bot.feeds.workers import Workers
from bot.model import Feed
from bot.service import pages
from bot.service.gather import Gatherer
from bot.store.door import Door
from tests.feeds.sites import serving

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PARAGRAPHS = [
    "Meridia will answer the quota on cold-rolled steel with a duty of its own, the trade ministry said on Thursday.",
    "The duty of twelve percent takes effect in March and covers pipes, sheets and wire from four states of the pact.",
    "Importers in the port of Quay had asked for a longer delay, since their contracts run until the end of the year.",
    "The pact's council meets in two weeks; its envoys said that talks on the quota would go on until then.",
]
WHOLE = " ".join(PARAGRAPHS)


def page(title: str, paragraphs: list[str], head: str = "") -> dict[str, str]:
    body = "".join(f"<p>{html.escape(each)}</p>" for each in paragraphs)
    text = (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    )
    return {"text": text, "content_type": "text/html"}


def feed(links: dict[str, str]) -> dict[str, str]:
    items = "".join(
        f"<item><title>Duty {name}</title><link>{link}</link><description>Teaser of {name}.</description>"
        f"<pubDate>{format_datetime(NOW)}</pubDate></item>"
        for name, link in links.items()
    )
    text = f"<rss version='2.0'><channel><title>Quay Dispatch</title>{items}</channel></rss>"
    return {"text": text, "content_type": "application/rss+xml"}


NAMES = ("open", "noarchive", "locked", "private", "hang", "last")


async def redirect(_):
    from aiohttp import web

    raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")


async def hang(_):
    await asyncio.sleep(3600)


async def test_a_poll_reads_real_pages_and_keeps_teasers_where_a_page_is_not_to_be_had(
    sqlite_store, analyzer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pages, "MOST_PAGES", 6)
    door, workers = Door(), Workers()
    async with serving() as site:
        locked = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
        site["/open"] = page("Duty open", PARAGRAPHS)
        site["/noarchive"] = page("Duty noarchive", PARAGRAPHS, '<meta name="robots" content="noarchive">')
        site["/locked"] = page("Duty locked", PARAGRAPHS[:2], locked)
        site["/private"] = redirect
        site["/hang"] = hang
        site["/last"] = page("Duty last", PARAGRAPHS[::-1])
        site["/feed"] = feed({name: site.url(f"/{name}") for name in NAMES})
        sqlite_store.seed_feeds([Feed(site.url("/feed"), "Quay Dispatch", language="en")])
        async with (
            GuardedWeb(trusted_hosts=[site.place], total=2) as web,
            Readers(workers) as readers,
        ):
            clock = type("Clock", (), {"now": lambda _: NOW})()
            gatherer = Gatherer(
                sqlite_store, web, readers, lambda: analyzer, door, clock, retention_days=90, poll_minutes=15
            )
            async with asyncio.timeout(60):
                report = await gatherer.poll_due()
            assert len(workers.processes) == 1, "pages are read in a process"
        assert workers.processes == ()
    door.close()
    texts = {article.title.removeprefix("Duty "): article.text for article in sqlite_store.newest_articles()}
    assert re.sub(r"\s+", " ", texts.pop("open")) == WHOLE
    assert re.sub(r"\s+", " ", texts.pop("last")) == " ".join(PARAGRAPHS[::-1])
    assert texts == {name: f"Teaser of {name}." for name in ("noarchive", "locked", "private", "hang")}
    assert (report.failed, report.new_articles) == (0, 6)
    assert sorted(note.removeprefix("Quay Dispatch: ") for note in report.notes)[:3] == [
        "1 page: are behind a paywall; the teaser stays",
        "1 page: ask not to be kept; the teaser stays",
        "1 page: can't be read (private); the teaser stays",
    ]
    asked = [request.path for request in site.asked]
    assert sorted(asked) == sorted(["/feed", *(f"/{name}" for name in NAMES)])
