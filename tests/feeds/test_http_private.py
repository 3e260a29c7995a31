from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import AddressRefusedError, FetchError
from bot.feeds.guard import ClosedAddressError, GuardedResolver, public_socket
from bot.feeds.http import GuardedWeb
from tests.feeds.sites import RSS, failure


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1:{other}/", "private"),
        ("//localhost:{port}/", "private"),
        ("http://[::ffff:127.0.0.1]:{port}/", "private"),
        ("http://169.254.169.254/latest/meta-data/", "private"),
        ("http://2130706433/", "private"),
        ("http://inside.example:{port}/", "private"),
        ("file:///etc/passwd", "scheme"),
        ("http://user@127.0.0.1:{port}/", "credentials"),
        ("http://[::1", "no_address"),
        ("http://outside.example:22/", "port"),
    ],
)
async def test_a_redirect_is_judged_as_what_it_leads_to(site, location, reason):
    async def lookup(_):
        return ["127.0.0.1", "10.0.0.1", "::1", "64:ff9b::7f00:1"]

    site["/"] = {"status": 302, "headers": {"Location": location.format(port=site.port, other=site.port + 1)}}
    error = await failure(site.url("/"), trusted=[site.place], lookup=lookup)
    assert isinstance(error, AddressRefusedError)
    assert (error.reason, error.address) == (reason, site.url("/"))
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "http://2130706433:{port}", "http://[::ffff:7f00:1]:{port}/"]
)
async def test_loopback_is_not_asked_unless_it_is_trusted(site, url):
    error = await failure(url.format(port=site.port), trusted=[f"localhost:{site.port}", f"127.0.0.1:{site.port + 1}"])
    assert error.reason == "private"
    assert not site.asked


async def test_a_name_that_stands_for_loopback_is_not_asked(site):
    async def lookup(_):
        return ["127.0.0.1"]

    error = await failure(f"http://news.example:{site.port}/", lookup=lookup)
    assert isinstance(error, AddressRefusedError)
    assert error.reason == "private"
    assert not site.asked


async def test_a_trusted_name_may_stand_for_loopback_and_only_on_its_port(site):
    async def lookup(_):
        return ["127.0.0.1"]

    site["/"] = {"body": RSS}
    async with GuardedWeb(trusted_hosts=[f"news.example:{site.port}"], lookup=lookup) as fetching:
        assert (await fetching.fetch(f"http://news.example:{site.port}/")).content == RSS
        with pytest.raises(AddressRefusedError):
            await fetching.fetch(f"http://other.example:{site.port}/")


async def test_a_name_server_that_changes_its_answer_never_leads_to_loopback(site, monkeypatch):
    answers = [["93.184.216.34"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1"], ["::ffff:127.0.0.1"]]
    reached, reasons = [], []

    async def lookup(_):
        return answers.pop(0)

    def no_network(address):
        public_socket(address).close()
        reached.append(address[4][0])
        raise OSError("no network in this test")

    monkeypatch.setattr("bot.feeds.http.public_socket", no_network)
    async with GuardedWeb(lookup=lookup, pause=0) as fetching:
        while answers:
            with pytest.raises(FetchError) as error:
                await fetching.fetch(f"http://news.example:{site.port}/")
            reasons.append(error.value.reason)
    assert reasons == ["unreachable", "unreachable", "private", "private"]
    assert reached == ["93.184.216.34", "93.184.216.34"]
    assert not site.asked


async def test_a_resolver_that_lies_is_stopped_at_the_socket(site, monkeypatch):
    monkeypatch.setattr("bot.feeds.http.GuardedResolver", lambda lookup, **_: GuardedResolver(lookup, trusting=True))

    async def lookup(_):
        return ["127.0.0.1"]

    error = await failure(f"http://news.example:{site.port}/", lookup=lookup)
    assert isinstance(error, AddressRefusedError)
    assert not site.asked


async def test_of_many_addresses_only_public_ones_are_handed_on():
    async def lookup(_):
        return ["10.0.0.1", "93.184.216.34", "::1", "2606:4700::1", "fd00::1"]

    resolver = GuardedResolver(lookup)
    assert [found["host"] for found in await resolver.resolve("news.example", 80)] == ["93.184.216.34", "2606:4700::1"]
    with pytest.raises(ClosedAddressError):
        public_socket((2, 1, 6, "", ("10.0.0.1", 80)))
    public_socket((2, 1, 6, "", ("93.184.216.34", 80))).close()


HOSTS = st.text(max_size=20) | st.ip_addresses().map(str) | st.integers(0, 2**33).map(str)
URLS = (
    st.text(max_size=60)
    | st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "ftp", "HTTP"]), HOSTS, st.text(max_size=20))
    | st.builds("http://news.example{}".format, st.text(max_size=30))
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(URLS, min_size=1, max_size=5), st.none() | st.text(), st.none() | st.text())
def test_any_text_is_fetched_or_refused_in_our_words(monkeypatch, urls, etag, last_modified):
    def closed(_):
        raise ClosedAddressError("no network in this test")

    async def lookup(_):
        raise OSError("no names in this test")

    async def fetch_all():
        async with GuardedWeb(lookup=lookup, pause=0) as fetching:
            for url in urls:
                with pytest.raises(FetchError) as error:
                    await fetching.fetch(url, etag=etag, last_modified=last_modified)
                assert str(error.value).splitlines() in ([str(error.value)], [])

    monkeypatch.setattr("bot.feeds.http.public_socket", closed)
    asyncio.run(fetch_all())
