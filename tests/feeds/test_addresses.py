from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AddressRefusedError
from bot.feeds.addresses import check_open, is_public, shown, target_from_url, trusted_places

DISGUISES = [
    # loopback, as a number in every form that inet_aton takes
    *(
        "http://127.0.0.1/",
        "http://127.1",
        "http://127.0.1",
        "http://2130706433/",
        "http://0x7f.1",
        "http://0x7f000001",
    ),
    *(
        "http://0177.0.0.1",
        "http://017700000001",
        "http://0x7F.0x0.0x0.0x1",
        "http://127.0.0.1./",
        "http://127.255.0.9",
    ),
    *("http://0", "http://0.0.0.0", "http://0x0", "http://00000177.1", "http://127.0.0.1:8080/x", "https://127.0.0.1"),
    # as IPv6, mapped, compatible, translated, tunneled
    *("http://[::1]", "http://[::]", "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
    *("http://[::127.0.0.1]", "http://[::7f00:1]", "http://[64:ff9b::127.0.0.1]", "http://[64:ff9b::a00:1]"),
    *(
        "http://[64:ff9b:1::a00:1]",
        "http://[64:ff9b:1::808:808]",
        "http://[2002:7f00:1::]",
        "http://[2002:a9fe:a9fe::1]",
    ),
    *("http://[2002:0808:0808::1]", "http://[2001:0:7f00:1::]", "http://[2001::1]", "http://[::ffff:0:127.0.0.1]"),
    # in other digits, dots and letters
    *("http://①②⑦.⓪.⓪.①", "http://127。0。0。1", "http://127．0．0．1", "http://１２７.0.0.1", "http://127｡0｡0｡1"),
    *("http://𝟏𝟐𝟕.𝟎.𝟎.𝟏", "http://0ｘ7f.1", "http://①②⑦。①", "http://ⓛocalhost"),
    *(
        "http://ｌｏｃａｌｈｏｓｔ/",
        "http://LOCALHOST",
        "http://localhost.",
        "http://localhoſt",
    ),
    # private, link-local, shared, metadata
    *("http://10.0.0.1", "http://172.16.0.1", "http://172.31.255.255", "http://192.168.0.1", "http://100.64.0.1"),
    *(
        "http://100.100.100.200",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166",
        "http://[fd00:ec2::254]",
    ),
    *("http://[fe80::1]", "http://[fc00::1]", "http://[fd20:ce::254]", "http://[fec0::1]", "http://168.63.129.16"),
    *("http://192.0.0.192", "http://metadata.google.internal/", "http://metadata.google.internal.", "http://metadata"),
    # nobody's: multicast, broadcast, reserved, documentation, benchmarks
    *("http://224.0.0.1", "http://239.255.255.250", "http://255.255.255.255", "http://240.0.0.1", "http://192.0.2.1"),
    *("http://198.51.100.1", "http://203.0.113.1", "http://198.18.0.1", "http://192.88.99.1", "http://[ff02::1]"),
    *("http://[2001:db8::1]", "http://[3fff::1]", "http://[5f00::1]", "http://[100::1]", "http://[2001:2::1]"),
    *("http://[4000::1]", "http://[::ffff:10.0.0.1]", "http://[::ffff:169.254.169.254]"),
    # names of inside
    *(
        "http://redis/",
        "http://db.localdomain",
        "http://printer.local",
        "http://a.b.localhost",
        "http://router.home.arpa",
    ),
    *("http://intranet:8080", "http://service.namespace.svc.cluster.local", "http://wiki.intranet", "http://abc.onion"),
]
SCHEMES = ["file:///etc/passwd", "ftp://example.org/a", "gopher://127.0.0.1:6379/_", "javascript:alert(1)", "data:,a"]
SCHEMES += [
    "ws://example.org",
    "dict://localhost:11211/",
    "mailto:ada@example.org",
    "tg://resolve?domain=a",
    "view-source:http://a.org",
]
CREDENTIALS = [
    "http://user@example.org",
    "http://user:pass@example.org/",
    "http://example.org@127.0.0.1/",
    "http://@example.org",
]
CREDENTIALS += [
    r"http://example.org\@127.0.0.1",
    "http://127.0.0.1:80@example.org",
    "https://a:b@[::1]/",
    "http://example.org:80@evil.example/",
]
NO_ADDRESS = [
    "",
    " ",
    "example.org",
    "//example.org",
    "http:",
    "http:/",
    "http://",
    "http:///a",
    "http:example.org",
    "http:/example.org",
]
NO_ADDRESS += [
    r"http:/\example.org",
    r"http:\\example.org",
    r"http://127.0.0.1\.example.org",
]
NO_ADDRESS += [
    "http://exa mple.org",
    "http://example.org\t/",
    "http://exam\nple.org/",
    "http://example.org/a\r\nHost: b",
    "http://a\x00b.org",
]
NO_ADDRESS += [
    "http://[::1",
    "http://127\u00ad.0.0.1",
    "http://local\u00adhost",
    "http://::1/",
    "http://[1:2]/",
    "http://[:::]/",
    "http://[::1]x/",
    "http://[127.0.0.1]",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
]
NO_ADDRESS += [
    "http://256.256.256.256",
    "http://1.2.3.4.5",
    "http://127.0.0.08",
    "http://0x100000000",
    "http://example.123",
    "http://4294967296",
]
NO_ADDRESS += [
    "http://%31%32%37.0.0.1",
    "http://example.org:port",
    "http://example.org:0",
    "http://example.org:65536",
    "http://example.org:-1",
]
NO_ADDRESS += [
    "http://example.org:８０",
    "http://a:80:80/",
    "http://.",
    "http://..",
    "http://.example.org",
    "http://a..b.org",
    "http://ex*mple.org",
]
NO_ADDRESS += [
    "http://" + "a" * 64 + ".org",
    "http://" + "a." * 130 + "org",
    "http://c℀.example",
    "http://\ud800.example.org",
    "http://a.org/\udfff",
]
NO_ADDRESS += ["http://example.org/" + "a" * 9_000, "http://" + "9" * 5_000, "http://example.org:" + "9" * 5_000]
PORTS = [22, 25, 1, 23, 53, 110, 143, 389, 445, 465, 587, 993, 6000, 6379, 3306, 5432, 9200, 11211, 27017, 2375, 10080]
FINE = {
    "http://example.org": "http://example.org/",
    "HTTPS://Example.ORG:443/A%2fb?c=d e#f": "https://example.org/A%2fb?c=d%20e",
    "http://example.org.:8080?x": "http://example.org:8080/?x",
    "  http://example.org/ä  ": "http://example.org/%C3%A4",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://例え.テスト/": "http://xn--r8jz45g.xn--zckzah/",
    "http://ex_ample.org:8443/": "http://ex_ample.org:8443/",
    "http://8.8.8.8/": "http://8.8.8.8/",
    "http://134744072/": "http://8.8.8.8/",
    "http://[2606:4700::6810:84e5]/a": "http://[2606:4700::6810:84e5]/a",
    "http://[64:ff9b::808:808]/": "http://[64:ff9b::808:808]/",
    "http://[::ffff:8.8.8.8]/": "http://[::ffff:808:808]/",
    "http://example.org/a\\b|c": "http://example.org/a%5Cb%7Cc",
    "http://example.org/?u=http://127.0.0.1/@x": "http://example.org/?u=http://127.0.0.1/@x",
    "http://127.0.0.1.example.org/": "http://127.0.0.1.example.org/",
}


def reason(url, trusted=()):
    try:
        check_open(target_from_url(url), trusted)
    except AddressRefusedError as error:
        return error.reason
    return None


@pytest.mark.parametrize("url", DISGUISES)
def test_a_private_address_is_refused_in_every_disguise(url):
    assert reason(url) == "private"


@pytest.mark.parametrize("url", SCHEMES)
def test_only_the_web_is_opened(url):
    assert reason(url) == "scheme"


@pytest.mark.parametrize("url", CREDENTIALS)
def test_credentials_in_an_address_are_refused_and_not_repeated(url):
    with pytest.raises(AddressRefusedError) as refused:
        target_from_url(url)
    assert refused.value.reason == "credentials"
    assert "@" not in str(refused.value)


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_is_refused(url):
    assert reason(url) == "no_address"


@pytest.mark.parametrize("port", PORTS)
def test_ports_of_other_protocols_are_refused(port):
    assert reason(f"http://example.org:{port}/") == "port"


@pytest.mark.parametrize(("url", "asked"), FINE.items())
def test_an_address_of_the_open_web_is_asked_for_as_a_browser_would(url, asked):
    assert reason(url) is None
    assert target_from_url(url).url == asked


def test_a_trusted_place_is_exactly_that_host_and_port():
    trusted = trusted_places(["127.0.0.1:9000", "localhost:80", "::1:22", "[fd00::2]:8000"])
    for url in ("http://127.0.0.1:9000/a", "http://LOCALHOST./", "http://[::1]:22", "http://[fd00:0::2]:8000/"):
        assert reason(url, trusted) is None
    for url in (
        "http://127.0.0.1/",
        "http://127.0.0.2:9000/",
        "http://localhost:9000",
        "https://localhost",
        "http://[::1]",
    ):
        assert reason(url, trusted) == "private"
    assert reason("http://a@127.0.0.1:9000", trusted) == "credentials"
    with pytest.raises(ValueError, match="host:port"):
        trusted_places(["127.0.0.1"])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_inside_ipv6_as_alone(ip):
    number = int(ip)
    assert is_public(ipaddress.IPv6Address((0xFFFF << 32) | number)) == is_public(ip)
    assert is_public(ipaddress.IPv6Address((0x64FF9B << 96) | number)) == is_public(ip)
    assert not is_public(ipaddress.IPv6Address(number))
    assert not is_public(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))
    assert not is_public(ipaddress.IPv6Address((0x20010000 << 96) | number))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(ip):
    inner = getattr(ip, "ipv4_mapped", None) or ip
    assert not (is_public(ip) and (inner.is_private or inner.is_multicast or inner.is_loopback or inner.is_link_local))


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "0x{0:x}", "0{0:o}"]))
def test_a_number_in_any_base_is_the_address_it_stands_for(ip, form):
    assert target_from_url(f"http://{form.format(int(ip))}/").address == ip


@given(
    st.text() | st.builds("http://{}/{}".format, st.text(), st.text()) | st.from_regex(r"https?://[^/]{1,20}/.{0,9}")
)
def test_any_text_is_taken_apart_or_refused_and_can_be_shown(url):
    said = shown(url)
    assert said.isprintable()
    assert "@" not in urlsplit(said).netloc
    try:
        target = target_from_url(url)
    except AddressRefusedError:
        return
    assert target.url.isascii()
    assert target_from_url(target.url) == target
    assert urlsplit(target.url).hostname == target.host


def test_an_address_of_no_number_is_not_public():
    assert not is_public("localhost")
    assert not is_public("fe80::1%eth0")
    assert not is_public("2606:4700::1%eth0")
    assert is_public("2606:4700::1")
    assert shown("http://" + "a" * 900).endswith("…")
