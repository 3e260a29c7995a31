from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import zlib
from datetime import timedelta

import pytest
from aiohttp import ClientConnectorCertificateError, InvalidURL, web
from aiohttp.client_reqrep import ConnectionKey

from bot.errors import FetchError
from bot.feeds.http import GuardedWeb, _failure, _Journey
from bot.model import Fetched
from tests.feeds.sites import PAGE, RSS, failure, raw_server, serving


async def test_a_feed_comes_with_all_that_its_headers_say(site, fetching):
    site["/feed"] = {
        "body": RSS,
        "headers": {
            "Content-Type": "text/plain; charset=ISO-8859-1",
            "ETag": 'W/"a1"',
            "Last-Modified": "Fri, 20 Nov 2026 12:00:00 GMT",
            "Cache-Control": "max-age=900",
            "Set-Cookie": "a=b",
        },
    }
    assert await fetching.fetch(site.url("/feed#top")) == Fetched(
        url=site.url("/feed"),
        content=RSS,
        kind="feed",
        charset="iso8859-1",
        etag='W/"a1"',
        last_modified="Fri, 20 Nov 2026 12:00:00 GMT",
        max_age=timedelta(minutes=15),
    )
    await fetching.fetch(site.url("/feed"))
    assert site.asked[0].headers["User-Agent"].startswith("Communique/")
    assert all("Cookie" not in request.headers for request in site.asked)


async def test_what_did_not_change_is_not_sent_again(site, fetching):
    async def answer(request):
        if request.headers.get("If-None-Match") == '"a1"' and "If-Modified-Since" in request.headers:
            return web.Response(status=304, headers={"ETag": '"a1"', "Cache-Control": "max-age=60"})
        return web.Response(body=RSS, headers={"ETag": '"a1"'})

    site["/feed"] = answer
    first = await fetching.fetch(site.url("/feed"), etag="a\r\nHost: evil", last_modified="né")
    assert not first.unchanged
    assert "If-None-Match" not in site.asked[0].headers
    again = await fetching.fetch(site.url("/feed"), etag=first.etag, last_modified="Fri, 20 Nov 2026 12:00:00 GMT")
    assert (again.unchanged, again.content, again.etag, again.max_age) == (True, b"", '"a1"', timedelta(minutes=1))


async def test_not_modified_without_a_question_is_broken(site):
    site["/"] = {"status": 304}
    assert (await failure(site.url("/"), trusted=[site.place])).reason == "broken"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data, wbits=-15))],
)
async def test_packed_answers_are_unpacked(site, fetching, encoding, pack):
    site["/"] = {"body": pack(PAGE * 100), "headers": {"Content-Encoding": encoding}}
    fetched = await fetching.fetch(site.url("/"))
    assert (fetched.content, fetched.kind) == (PAGE * 100, "html")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        *((404, "not_found"), (410, "not_found"), (401, "paywall"), (402, "paywall"), (403, "status"), (451, "status")),
        *((500, "status"), (503, "status"), (429, "status"), (300, "broken"), (302, "broken"), (206, "broken")),
    ],
)
async def test_a_status_is_told_by_its_reason(site, status, reason):
    site["/"] = {"status": status, "body": b"sorry"}
    error = await failure(site.url("/"), trusted=[site.place])
    assert (error.reason, error.status, error.retry_after) == (reason, status, None)
    assert error.address == site.url("/")


async def test_a_host_that_wants_to_be_left_alone_is(site, fetching):
    site["/"] = {"status": 429, "headers": {"Retry-After": "3600"}}
    for _ in range(3):
        with pytest.raises(FetchError) as error:
            await fetching.fetch(site.url("/"))
        assert (error.value.reason, error.value.status) == ("status", 429)
        assert error.value.retry_after == pytest.approx(3600, abs=60)
    assert len(site.asked) == 1


async def test_a_pause_may_be_a_date(site):
    headers = {"Retry-After": "Fri, 20 Nov 2026 12:10:00 GMT", "Date": "Fri, 20 Nov 2026 12:00:00 GMT"}
    site["/"] = {"status": 503, "headers": headers}
    assert (await failure(site.url("/"), trusted=[site.place])).retry_after == 600


async def test_redirects_are_followed_five_times(site, fetching):
    for at in range(6):
        site[f"/{at}"] = {"status": (301, 302, 303, 307, 308)[at % 5], "headers": {"Location": f"{at + 1}"}}
    site["/6"] = {"body": PAGE}
    assert (await fetching.fetch(site.url("/1"))).url == site.url("/6")
    with pytest.raises(FetchError) as error:
        await fetching.fetch(site.url("/0"))
    assert error.value.reason == "redirects"
    assert error.value.address == site.url("/0")


async def test_a_circle_of_redirects_ends_at_once(site):
    site["/a"] = {"status": 302, "headers": {"Location": "/b"}}
    site["/b"] = {"status": 302, "headers": {"Location": "/a"}}
    assert (await failure(site.url("/a"), trusted=[site.place])).reason == "redirects"
    assert len(site.asked) == 2


async def test_a_redirect_in_other_letters_is_followed():
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
    for letters in ("/sch\u00f6n".encode(), "/sch\u00f6n".encode("latin-1")):
        async with raw_server(head + letters + b"\r\n\r\n") as place:
            error = await failure(f"http://{place}/", trusted=[place])
            assert (error.reason, "sch%C3%B6n" in str(error)) == ("redirects", True)


async def test_an_unknown_name_is_unreachable():
    async def lookup(_):
        raise OSError("no such name")

    assert (await failure("http://news.example/", lookup=lookup)).reason == "unreachable"

    async def empty(_):
        return []

    assert (await failure("http://news.example/", lookup=empty)).reason == "unreachable"


async def test_a_name_is_looked_up_by_the_system(site):
    site["/"] = {"body": PAGE}
    async with GuardedWeb(trusted_hosts=[f"localhost:{site.port}"]) as fetching:
        assert (await fetching.fetch(f"http://localhost:{site.port}/")).kind == "html"


async def test_nobody_there_is_unreachable(site):
    other = f"127.0.0.1:{site.port + 1 if site.port < 65535 else site.port - 1}"
    assert (await failure(f"http://{other}/", trusted=[other])).reason == "unreachable"


async def test_a_server_without_tls_is_unreachable_by_https(site):
    site["/"] = {"body": PAGE}
    assert (await failure(f"https://{site.place}/", trusted=[site.place])).reason == "unreachable"


async def test_one_host_is_asked_by_one_at_a_time(site, fetching):
    async def slowly(_):
        await asyncio.sleep(0.01)
        return web.Response(body=PAGE)

    site["/"] = slowly
    await asyncio.gather(*(fetching.fetch(site.url("/")) for _ in range(5)))
    assert (len(site.asked), site.most_at_once) == (5, 1)


async def test_who_waits_too_long_for_others_gives_up(site):
    release = asyncio.Event()

    async def held(_):
        await release.wait()
        return web.Response(body=PAGE)

    site["/"] = held
    async with GuardedWeb(trusted_hosts=[site.place], patience=0.05) as fetching:
        first = asyncio.create_task(fetching.fetch(site.url("/")))
        await site.arrival.wait()
        with pytest.raises(FetchError, match="timeout"):
            await fetching.fetch(site.url("/"))
        release.set()
        assert (await first).kind == "html"


def slowly(seconds, **answer):
    async def made(_):
        await asyncio.sleep(seconds)
        return web.Response(**answer)

    return made


async def test_the_time_of_a_fetch_is_that_of_all_its_hops_together(site):
    async with serving() as other:
        site["/"] = slowly(0.4, status=302, headers={"Location": other.url("/")})
        other["/"] = slowly(0.4, body=PAGE)
        async with GuardedWeb(trusted_hosts=[site.place, other.place], total=5) as fetching:
            assert (await fetching.fetch(site.url("/"))).url == other.url("/")
        error = await failure(site.url("/"), trusted=[site.place, other.place], total=0.6)
        assert (error.reason, len(site.asked), len(other.asked)) == ("timeout", 2, 2)


async def test_waiting_for_others_takes_none_of_a_fetchs_time(site):
    site["/"] = slowly(0.2, body=PAGE)
    async with GuardedWeb(trusted_hosts=[site.place], total=0.5) as fetching:
        came = await asyncio.gather(*(fetching.fetch(site.url("/")) for _ in range(4)))
    assert [each.content for each in came] == [PAGE] * 4


async def test_a_step_down_from_https_is_noted(capsys):
    fetching, journey = GuardedWeb(), _Journey("https://news.example/a", 10.0)
    hop = fetching._judged("https://news.example/a", journey)
    assert fetching._judged("http://news.example/b", journey, hop=hop).scheme == "http"
    assert "from https to http" in capsys.readouterr().out


def test_a_wrong_certificate_is_told():
    key = ConnectionKey("news.example", 443, True, True, None, None, None)
    error = _failure(
        ClientConnectorCertificateError(key, ssl.SSLCertVerificationError("expired")), "https://news.example/"
    )
    assert (error.reason, "certificate: " in str(error)) == ("unreachable", True)
    assert _failure(InvalidURL("http://"), "http://").reason == "no_address"


async def test_a_fetch_that_is_called_off_leaves_nothing_behind(site, fetching, caplog):
    async def held(_):
        await asyncio.sleep(60)

    site["/"] = held
    task = asyncio.create_task(fetching.fetch(site.url("/")))
    await site.arrival.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    site["/"] = {"body": PAGE}
    with caplog.at_level(logging.WARNING):
        assert (await fetching.fetch(site.url("/"))).kind == "html"
        await fetching.close()
    assert not caplog.records


async def test_the_door_opens_again_after_it_was_closed(site, fetching):
    site["/"] = {"body": PAGE}
    await fetching.close()
    await fetching.close()
    assert (await fetching.fetch(site.url("/"))).kind == "html"
