import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.feeds import reading
from bot.feeds.reading import Readers
from bot.feeds.workers import Workers
from bot.model import Fetched, ParsedFeed

PACT = (Path(__file__).parent / "files" / "pact.html").read_bytes()
FEED = (
    b"<rss version='2.0'><channel><title>Harbor Post</title>"
    b"<item><title>Steel duties fall</title><link>https://harbor.example/1</link></item></channel></rss>"
)


async def test_pages_documents_and_feeds_are_read_behind_one_door() -> None:
    async with Readers() as readers:
        page = await readers.page(PACT, url="https://harbor.example/a", charset="utf-8")
        assert page.title == "Island states sign tariff pact"
        assert (await readers.document(PACT, name="pact.html")).title == page.title
        feed = await readers.feed(Fetched("https://harbor.example/feed", FEED, "feed"))
        assert [entry.title for entry in feed.entries] == ["Steel duties fall"]


async def test_a_large_feed_is_read_in_a_process_and_gives_the_same() -> None:
    workers = Workers()
    async with Readers(workers) as readers:
        large = FEED.replace(b"</channel>", b" " * (1 << 20) + b"</channel>")
        small = await readers.feed(Fetched("https://harbor.example/feed", FEED, "feed"))
        assert workers.processes == ()
        same = await readers.feed(Fetched("https://harbor.example/feed", large, "feed"))
        assert len(workers.processes) == 1
        assert (same.title, same.entries) == (small.title, small.entries)


async def test_a_feed_that_takes_too_long_gives_no_entries_and_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SECONDS", 0.001)
    async with Readers() as readers:
        feed = await readers.feed(Fetched("x", b"<!ENTITY" + FEED * 20_000, "feed"))
        assert isinstance(feed, ParsedFeed)
        assert feed.entries == ()
        assert "more than 0.001 s" in feed.problems[0]


async def test_a_hostile_page_is_refused_and_the_next_one_is_read() -> None:
    async with Readers() as readers:
        for hostile in (b"<div>" * 150_000, b"\x00\xff\x13" * 100_000):
            with pytest.raises(FetchError, match=r"unreadable: https://harbor\.example/a"):
                await readers.page(hostile, url="https://harbor.example/a")
        assert (await readers.page(PACT)).site == "Harbor Post"


async def test_a_page_that_hangs_the_reader_is_refused_within_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers()
    async with Readers(workers) as readers:
        with pytest.raises(FetchError, match="timeout"):
            await workers.run(time.sleep, 0.2, "x", 100)
        monkeypatch.setattr(reading, "DOCUMENT_SECONDS", 0.001)
        with pytest.raises(FetchError, match="timeout"):
            await readers.document(PACT * 100, name="x.html")
        assert workers.processes == ()


async def test_a_document_too_large_is_not_even_handed_over() -> None:
    workers = Workers()
    async with Readers(workers) as readers:
        with pytest.raises(FetchError, match="too_large"):
            await readers.document(b" " * ((20 << 20) + 1))
        assert workers.processes == ()


MANY = FEED.replace(
    b"</channel>",
    b"".join(
        b"<item><title>Duty %d</title><link>https://harbor.example/%d</link><description>%s</description></item>"
        % (number, number, b"It stays. " * 100)
        for number in range(20)
    )
    + b"</channel>",
)


def titles(parsed: ParsedFeed) -> list[str]:
    return [entry.title for entry in parsed.entries]


def fail(parsed: ParsedFeed) -> list[str]:
    raise ValueError(parsed.title)


async def test_a_feed_of_many_entries_is_looked_at_where_it_is_read() -> None:
    async with Readers() as readers:
        given = Fetched("https://harbor.example/feed", MANY, "feed")
        parsed, seen = await readers.feed_with(given, titles)
        assert parsed == await readers.feed(given)
        assert seen == titles(parsed)
        assert len(seen) == 21


@pytest.mark.parametrize("content", [FEED, MANY.replace(b"</channel>", b" " * (1 << 20) + b"</channel>")])
async def test_a_feed_of_few_entries_or_very_many_bytes_is_only_read(content: bytes) -> None:
    async with Readers() as readers:
        given = Fetched("https://harbor.example/feed", content, "feed")
        assert await readers.feed_with(given, fail) == (await readers.feed(given), None)


async def test_a_feed_that_can_not_be_looked_at_is_read_all_the_same() -> None:
    async with Readers() as readers:
        given = Fetched("https://harbor.example/feed", MANY, "feed")
        assert await readers.feed_with(given, fail) == (await readers.feed(given), None)


def modules(_: ParsedFeed) -> list[str]:
    return sorted(sys.modules)


async def test_processes_for_many_feeds_can_be_had_ready_before_there_are_any() -> None:
    async with Readers() as readers:
        given = Fetched("https://harbor.example/feed", MANY, "feed")
        await readers.prepare(titles)
        before = readers.processes
        assert len(before) == 2
        _, seen = await readers.feed_with(given, modules)
        assert "bot.feeds.parse" in (seen or [])
        assert readers.processes == before


async def test_processes_that_can_not_be_had_ready_are_no_error() -> None:
    async with Readers() as readers:
        await readers.prepare(fail)
        given = Fetched("https://harbor.example/feed", MANY, "feed")
        assert (await readers.feed_with(given, titles))[1] == titles(await readers.feed(given))


def test_a_process_that_reads_feeds_loads_little() -> None:
    program = (
        "import sys, bot.feeds.worker, bot.feeds.looking, bot.service.entries, bot.seeds\n"
        "print({'asyncio', 'structlog', 'aiohttp', 'sqlalchemy', 'sumy', 'nltk', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"
