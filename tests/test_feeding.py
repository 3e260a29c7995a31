"""The verbs of feeds, over real HTTP on loopback: found, kept, polled, checked, written down."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest
from aiohttp import web

from bot.errors import AskedWronglyError, CommuniqueError
from bot.model import Feed, FeedState
from bot.settings import Settings, read_settings
from bot.store.sql import open_store
from bot.verbs import feeding

TEXT = "The tariff on steel from Japan stays at 15 percent, the ministry said. " * 20
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Kairos Wire</title><link>http://kairos.example/</link>'
    f"<item><title>Steel duty stays</title><link>http://kairos.example/1</link><description>{TEXT}</description>"
    "</item></channel></rss>"
)
PAGE = (
    '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body><p>News</p></body></html>'
)


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """`host:port` of a server with a page, its feed, and nothing else."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/feed":
            return web.Response(text=RSS, content_type="application/rss+xml")
        if request.path == "/":
            return web.Response(text=PAGE, content_type="text/html")
        return web.Response(status=404)

    loop, places = asyncio.new_event_loop(), []
    ready = threading.Event()

    async def serve() -> None:
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        places.append(f"127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await ended.wait()
        await runner.cleanup()

    app, ended = web.Application(), asyncio.Event()
    app.router.add_get("/{path:.*}", answer)
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    yield places[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def settings(tmp_path, place, monkeypatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return read_settings(
        database_url=f"sqlite:///{tmp_path}/store.db",
        communique_feeds="none",
        communique_poll_minutes=0,
        communique_trusted_hosts=place,
    )


def keep(settings: Settings, *feeds: Feed) -> None:
    store = open_store(settings.database_url)
    for feed in feeds:
        store.add_feed(feed)
    store.close()


def kept(settings: Settings) -> list[Feed]:
    store = open_store(settings.database_url)
    feeds = store.feeds()
    store.close()
    return feeds


def test_a_feed_is_found_by_its_page_added_once_and_removed(settings, place, capsys):
    assert feeding.add_feeds(settings, [f"http://{place}/"]) == 0
    assert feeding.add_feeds(settings, [f"http://{place}/feed"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"added: Kairos Wire http://{place}/feed",
        f"already there: Kairos Wire http://{place}/feed",
    ]
    assert feeding.remove_feeds(settings, ["Kairos Wire"]) == 0
    assert feeding.remove_feeds(settings, ["Kairos Wire"]) == 1
    assert "no feed, or several" in capsys.readouterr().err
    assert kept(settings) == []


def test_an_address_without_a_feed_is_named_and_the_others_are_added(settings, place, capsys):
    assert feeding.add_feeds(settings, [f"http://{place}/gone", "http://10.0.0.1/feed", f"http://{place}/feed"]) == 1
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == 2
    assert "Traceback" not in told.err
    assert len(kept(settings)) == 1


def test_a_feed_that_was_set_aside_is_asked_again_when_it_is_added(settings, place):
    keep(settings, Feed(f"http://{place}/feed", "Kairos", state=FeedState.ASIDE, failures=9))
    assert feeding.add_feeds(settings, [f"http://{place}/feed"]) == 0
    assert kept(settings)[0].state is FeedState.ACTIVE


def test_polling_tells_what_came_and_names_each_feed_that_failed(settings, place, capsys):
    keep(settings, Feed(f"http://{place}/feed", "Kairos"), Feed(f"http://{place}/gone", "Gone"))
    assert feeding.poll(settings, as_json=True) == 1
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["feeds"], report["failed"], report["entries"], report["new_articles"]) == (2, 1, 1, 1)
    assert told.err.startswith("communique: Gone: not_found 404")
    assert len(told.err.splitlines()) == 1
    assert feeding.remove_feeds(settings, ["Gone"]) == 0
    assert feeding.poll(settings) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 feeds asked, 1 unchanged, 0 failed")


def test_checking_says_how_each_feed_is_and_wakes_one_that_answers_again(settings, place, capsys):
    keep(
        settings,
        Feed(f"http://{place}/feed", "Kairos", state=FeedState.ASIDE, failures=9),
        Feed(f"http://{place}/gone", "Gone"),
    )
    assert feeding.check_feeds(settings) == 1
    gone, kairos = capsys.readouterr().out.splitlines()
    assert gone.startswith("FAIL Gone")
    assert kairos.startswith("ok   Kairos")
    assert [feed.state for feed in kept(settings)] == [FeedState.ACTIVE] * 2
    assert feeding.check_feeds(settings, ["Kairos"], as_json=True) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["works"], row["entries"]) == (True, 1)
    with pytest.raises(AskedWronglyError, match="no such feed"):
        feeding.check_feeds(settings, ["Nobody"])


def test_feeds_are_listed_for_people_and_for_programs(settings, capsys):
    assert feeding.list_feeds(settings, as_json=False) == 0
    assert "there are no feeds" in capsys.readouterr().err
    keep(settings, Feed("https://kairos.example/feed", "Kairos", language="en", kind="agency", last_error="timeout"))
    assert feeding.list_feeds(settings, as_json=False) == 0
    assert capsys.readouterr().out == "Kairos\n  https://kairos.example/feed\n  en · agency · timeout\n"
    assert feeding.list_feeds(settings, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)[0]["error"] == "timeout"


def test_what_is_exported_can_be_imported(settings, tmp_path, capsys):
    keep(settings, Feed("https://kairos.example/feed", "Kairos & <Sons>", language="en", country="JP", kind="agency"))
    before = kept(settings)
    assert feeding.export_feeds(settings, tmp_path / "feeds.opml") == 0
    assert feeding.import_feeds(settings, [tmp_path / "feeds.opml"]) == 0
    assert capsys.readouterr().out == "0 added, 1 already there\n"
    store = open_store(settings.database_url)
    store.remove_feed("https://kairos.example/feed")
    store.close()
    assert feeding.import_feeds(settings, [tmp_path / "feeds.opml"]) == 0
    assert [(feed.url, feed.name, feed.country) for feed in kept(settings)] == [
        (feed.url, feed.name, feed.country) for feed in before
    ]
    assert feeding.export_feeds(settings) == 0
    assert "Kairos &amp; &lt;Sons" in capsys.readouterr().out
    with pytest.raises(CommuniqueError, match="can't be written"):
        feeding.export_feeds(settings, tmp_path / "no" / "folder")
