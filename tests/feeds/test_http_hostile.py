from __future__ import annotations

import gzip
import zlib

import pytest

from bot.errors import FetchError
from bot.feeds.http import DOCUMENT_BYTES, MOST_LARGE, PAGE_BYTES, GuardedWeb
from tests.feeds.sites import PAGE, failure, raw_server


async def said(*chunks, total=5.0, pause=0.0, hold=False):
    """The reason for which an answer of these bytes is refused."""
    async with raw_server(*chunks, pause=pause, hold=hold) as place:
        return (await failure(f"http://{place}/", trusted=[place], total=total)).reason


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HALVES = {
    "shorter than announced": HEAD + b"Content-Length: 100\r\n\r\nhalf",
    "without the last chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "with a chunk of no length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n",
    "half packed": HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE * 9)[:-9],
    "wrongly packed": HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnonsense, nothing but nonsense",
    "packed in another way": HEAD + b"Content-Encoding: br\r\n\r\nwhatever",
    "of a header that is none": b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    "of two lengths": HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhalf",
    "of a length that is none": HEAD + b"Content-Length: many\r\n\r\nhalf",
    "in no protocol": b"\x16\x03\x01\x00\x00",
    "of no bytes": b"",
    "of a header without end": HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "of headers without end": HEAD + b"X: a\r\n" * 5_000 + b"\r\n",
    "that goes on to something else": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize("answer", HALVES.values(), ids=HALVES.keys())
async def test_an_answer_is_broken(answer):
    assert await said(answer) == "broken"


async def test_more_than_announced_is_cut_where_it_was_announced():
    answer = HEAD + b"Content-Length: %d\r\n\r\n" % len(PAGE)
    async with raw_server(answer, PAGE, b"more and more") as place, GuardedWeb(trusted_hosts=[place]) as fetching:
        assert (await fetching.fetch(f"http://{place}/")).content == PAGE
    assert await said(answer + PAGE + b"more and more") == "broken"


async def test_an_answer_of_old_times_ends_with_its_connection():
    answer = raw_server(b"HTTP/1.0 200 OK\r\nETag: \xe9\r\n\r\n", PAGE)
    async with answer as place, GuardedWeb(trusted_hosts=[place]) as fetching:
        fetched = await fetching.fetch(f"http://{place}/")
        assert (fetched.content, fetched.etag) == (PAGE, None)


async def test_one_byte_at_a_time_ends_in_time():
    assert await said(HEAD + b"Content-Length: 1000\r\n\r\n", b"a", total=0.3, hold=True) == "timeout"
    assert await said(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n", total=0.3, hold=True) == "timeout"
    assert await said(b"HTTP/1.1 100 Continue\r\n\r\n", total=0.3, hold=True) == "timeout"


async def test_a_body_without_end_is_too_large():
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    assert await said(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 200) == "too_large"
    assert await said(HEAD + b"\r\n", *[b"a" * 65_536] * 200) == "too_large"


async def test_what_announces_more_than_a_document_is_not_read():
    assert await said(HEAD + b"Content-Length: %d\r\n\r\n" % (DOCUMENT_BYTES + 1)) == "too_large"


async def test_a_document_may_be_larger_than_a_page(site, fetching):
    site["/pdf"] = {"body": b"%PDF-1.7\n" + bytes(PAGE_BYTES)}
    site["/docx"] = {"body": b"PK\x03\x04word/" + bytes(PAGE_BYTES)}
    site["/page"] = {"body": PAGE + bytes(PAGE_BYTES)}
    assert (await fetching.fetch(site.url("/pdf"))).kind == "pdf"
    assert (await fetching.fetch(site.url("/docx"))).kind == "docx"
    with pytest.raises(FetchError, match="too_large"):
        await fetching.fetch(site.url("/page"))


async def test_many_bombs_are_stopped_while_they_are_unpacked(site, fetching):
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([packer.compress(bytes(1 << 20)) for _ in range(200)]) + packer.flush()
    assert len(bomb) < 250_000
    site["/"] = {"body": bomb, "headers": {"Content-Encoding": "gzip"}}
    for _ in range(MOST_LARGE + 1):
        with pytest.raises(FetchError, match="too_large"):
            await fetching.fetch(site.url("/"))
