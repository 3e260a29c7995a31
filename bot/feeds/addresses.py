"""Decides which addresses may be opened; it asks no name server and opens nothing.

A URL is taken apart once, and made anew from the parts that were judged: what is connected to is never read out of
the text a second time, by other rules. The judgment on addresses that names stand for is `is_public`; it is for
whoever connects (bot/feeds/http.py).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urlsplit

from yarl import URL

from bot.errors import AddressRefusedError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 8_000  # characters; RFC 9110 4.1 asks for 8,000 octets to be carried
LONGEST_NAME = 253  # characters of a host name (RFC 1035 2.3.4, without the last dot)

FORM = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
CREDENTIALS = re.compile(r"^(https?:[/\\]*|[a-z][a-z0-9+.-]*:[/\\]+|[/\\]{2,})[^/?#]*@", re.IGNORECASE)
WRONG_IN_AUTHORITY = re.compile(r"[\s\\%<>\"^`{|}]")
LABEL = re.compile(r"[a-z0-9_-]{1,63}")
KEPT_IN_PATH = "!$%&'()*+,/:;=?@[]~"  # as written; "%" since escapes are the author's own
BYTE = 256  # values of one
DEFAULT_PORTS = {"http": 80, "https": 443}

PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "localdomain", "lan", "intranet", "onion")
"""Endings of names that are never in the public DNS.

RFC 6761 (localhost), RFC 6762 (local), RFC 7686 (onion), RFC 8375 (home.arpa), ICANN's reservation of `internal`
(2024), which also has the clouds' `metadata.google.internal`; the others are what routers and offices use.
A name without any dot is as private.
"""

OPEN_PORTS = frozenset({80, 443, 591})
"""Ports below 1024 that serve pages; all others there are other protocols' (SSH, SMTP, SMB …)."""

CLOSED_PORTS = frozenset(
    {
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697),
        10080,
        *(1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 5984, 6379, 6443, 9042, 9200, 9300),
        *(10250, 11211, 27017, 27018),
    }
)
"""Ports from 1024 that are never asked: the Fetch standard's "bad ports", then databases, caches and consoles."""

CLOSED_V4 = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata is 192.0.0.192, and only newer Pythons know
        "192.88.99.0/24",  # 6to4 relays, deprecated (RFC 7526)
        "168.63.129.16/32",  # Azure's own server inside every virtual network, on a public number
    )
)
REMEMBERED = 1_024  # addresses taken apart: feeds are asked again and again, and it is a tenth of asking one
OPEN_V6 = ipaddress.IPv6Network("2000::/3")  # all that IANA gives out for unicast
CLOSED_V6 = tuple(
    ipaddress.IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address in disguise, deprecated (RFC 7526)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` is lower case, ASCII, without a last dot; `rest` is path and query, ready to send.

    `address` is there where the host is a number, however it was written. `url` is the URL as it is asked for, without
    fragment; `place` is `host:port`, as trusted hosts are named.
    """

    scheme: str
    host: str
    port: int
    rest: str
    address: IPAddress | None = None
    url: str = field(init=False)
    place: str = field(init=False)

    def __post_init__(self) -> None:
        """Write address and place once: a feed is asked again and again."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        object.__setattr__(self, "url", f"{self.scheme}://{host}{port}{self.rest}")
        object.__setattr__(self, "place", f"{self.host}:{self.port}")


def is_public(address: str | IPAddress) -> bool:
    """Say whether a numeric address is one of the open internet's.

    Stricter than `ipaddress.is_global`, which calls multicast, 6to4 and NAT64 global and knows what IANA registered
    only as of each Python's release: in IPv6 what is not given out for unicast is closed. An IPv4 address inside an
    IPv6 one is judged where it stands in the whole network's name (mapped, 64:ff9b::/96); other disguises are closed.
    Known exception: a network's own NAT64 prefix can't be told from other public addresses.

    >>> is_public("93.184.216.34"), is_public("::ffff:127.0.0.1"), is_public("2002:7f00:1::"), is_public("224.0.0.1")
    (True, False, False, False)
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in CLOSED_V4)
    if ip.scope_id is not None:
        return False
    if ip.ipv4_mapped is not None:
        return is_public(ip.ipv4_mapped)
    if ip in NAT64:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in OPEN_V6 and ip.is_global and not any(ip in net for net in CLOSED_V6)


@lru_cache(REMEMBERED)
def target_from_url(url: str) -> Target:
    """Take a URL apart as a browser would, and refuse what is none.

    Raises:
        AddressRefusedError: `scheme`, `credentials` or `no_address`.

    >>> target_from_url("HTTP://0x7f.1:8080/a b?c#d").url
    'http://127.0.0.1:8080/a%20b?c'
    """
    text = url.strip()
    found = FORM.match(text)
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text):
        raise AddressRefusedError("no_address", shown(url), detail="control characters")
    if found is None:
        scheme = SCHEME.match(text)
        known = scheme is None or scheme[1].lower() in DEFAULT_PORTS
        raise AddressRefusedError("no_address" if known else "scheme", shown(url))
    scheme_name, authority, rest = found[1].lower(), found[2], found[3]
    if "@" in authority:
        raise AddressRefusedError("credentials", shown(url))
    host, port = _host_and_port(authority, scheme_name)
    address = _address(host) if host else None
    if not host or port is None or not (address or _is_name(host)):
        raise AddressRefusedError("no_address", shown(url))
    rest = quote(rest if rest.startswith("/") else f"/{rest}", safe=KEPT_IN_PATH)
    if len(rest) > LONGEST_URL:
        raise AddressRefusedError("no_address", shown(url), detail=f"longer than {LONGEST_URL} characters")
    return Target(scheme_name, str(address) if address else host, port, rest, address)


def check_open(target: Target, trusted: Collection[str] = ()) -> None:
    """Refuse a target that is private by its number or name, or whose port is another protocol's.

    Args:
        target: what is to be asked.
        trusted: places (see `trusted_places`) that may be private and may have any port.

    Raises:
        AddressRefusedError: `private` or `port`.
    """
    if target.place in trusted:
        return
    private = is_private_name(target.host) if target.address is None else not is_public(target.address)
    if private:
        raise AddressRefusedError("private", target.url)
    if target.port in CLOSED_PORTS or (target.port < 1024 and target.port not in OPEN_PORTS):  # noqa: PLR2004 -- RFC 6335
        raise AddressRefusedError("port", target.url)


def is_private_name(host: str) -> bool:
    """Say whether a host name, lower case and without a last dot, is one of those that no public DNS has.

    >>> is_private_name("metadata.google.internal"), is_private_name("redis"), is_private_name("news.example.org")
    (True, True, False)
    """
    return "." not in host or host.endswith(tuple(f".{name}" for name in PRIVATE_NAMES))


def trusted_places(entries: Iterable[str]) -> frozenset[str]:
    """Write `host:port` entries of COMMUNIQUE_TRUSTED_HOSTS as `Target.place` does.

    Raises:
        ValueError: an entry is no host and port.

    >>> sorted(trusted_places(["LocalHost:8000", "[::1]:9000"]))
    ['::1:9000', 'localhost:8000']
    """
    places = set()
    for entry in entries:
        host, _, port = entry.strip().rpartition(":")
        bare = host.removeprefix("[").removesuffix("]")
        try:
            target = target_from_url(f"http://[{bare}]:{port}" if ":" in bare else f"http://{bare}:{port}")
        except AddressRefusedError as error:
            raise ValueError(f"a trusted host is host:port, not {entry!r}") from error
        places.add(target.place)
    return frozenset(places)


@lru_cache(REMEMBERED)
def shown(url: str) -> str:
    """Write any text that was meant as a URL so that it may stand in a log: one line, no credentials, not endless.

    What comes out can be read by `urlsplit` without an error.

    >>> shown("http://ada:secret@news.example.org/a")
    'http://news.example.org/a'
    """
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in url.strip()[:LONGEST_URL])
    text = CREDENTIALS.sub(r"\1", text)
    text = text if len(text) <= 500 else f"{text[:499]}…"  # noqa: PLR2004 -- a line of a log
    try:
        _ = urlsplit(text).hostname
    except ValueError:  # brackets that are no IPv6 address, signs that become "/" when normalized
        return re.sub(r"[^!-~]|[\[\]]", "", text)
    return text


def _host_and_port(authority: str, scheme: str) -> tuple[str, int | None]:
    """Split and normalize; an empty host or no port where it is none."""
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        host, port = authority, ""
    if WRONG_IN_AUTHORITY.search(authority) or not (port == "" or (port.isascii() and port.isdigit())):
        return "", None
    number = int(port[-6:]) if port else DEFAULT_PORTS[scheme]
    if len(port.lstrip("0")) > 5 or not 0 < number < 65536:  # noqa: PLR2004 -- ports are 16 bits
        return "", None
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1] if ":" in host else "", number
    return ("" if ":" in host else _ascii_name(host)), number


def _ascii_name(host: str) -> str:
    """Write a name as it is looked up: compatible signs (①, 。) as what they stand for, other scripts in IDNA."""
    name = unicodedata.normalize("NFKC", host).replace("。", ".").lower().removesuffix(".")
    if not name.isascii():
        try:
            name = URL.build(scheme="http", host=name).raw_host or ""
        except ValueError:  # UnicodeError is one, too
            return ""
    return name.lower().removesuffix(".")


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= LONGEST_NAME
        and all(LABEL.fullmatch(label) for label in labels)
        and not _is_number_like(labels[-1])  # 256.256.256.256, 1.2.3.4.5: numbers, yet no address
    )


def _is_number_like(label: str) -> bool:
    return label.isdigit() or re.fullmatch(r"0x[0-9a-f]*", label) is not None


def _address(host: str) -> IPAddress | None:
    """Read a host as a number, in all forms that `inet_aton` takes (127.1, 0x7f000001, 0177.0.0.1, 2130706433)."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            return None
    labels = host.split(".")
    if len(labels) > 4 or not all(_is_number_like(label) for label in labels):  # noqa: PLR2004 -- bytes of an address
        return None
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:
        return None
    *heads, last = numbers
    if any(head >= BYTE for head in heads) or last >= BYTE ** (5 - len(numbers)):
        return None
    return ipaddress.IPv4Address(sum(head << (24 - 8 * at) for at, head in enumerate(heads)) + last)


def _number(label: str) -> int:
    """Read one part of an IPv4 address by C's rules.

    Raises:
        ValueError: it is none, or longer than any that fits.
    """
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    if len(label) > 1 and label.startswith("0"):
        return int(label[1:], 8)
    return int(label)
