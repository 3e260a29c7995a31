"""The only socket to the web: fetches an address, or says for which reason it can't be had.

It does not read what it fetched, and never retries: when to ask again is the caller's to decide.

Every hop of a redirect is judged anew, by bot/feeds/addresses.py before it is looked up and by bot/feeds/guard.py
when it is connected to. No cookies are kept, and no proxy of the environment is used: it would hide the address.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

import aiohttp
import structlog
from yarl import URL

from bot.errors import AddressRefusedError, FetchError
from bot.feeds.addresses import REMEMBERED, Target, check_open, shown, target_from_url, trusted_places
from bot.feeds.guard import ClosedAddressError, GuardedResolver, Lookup, SystemLookup, public_socket
from bot.feeds.headers import charset_of, max_age, retry_after, validator
from bot.feeds.sniff import is_document, kind_of
from bot.feeds.turns import Turns
from bot.feeds.unpacking import ENCODINGS, PIECE, Unpacking
from bot.limits import Limits
from bot.model import Fetched

log = structlog.get_logger(__name__)

# Promise 6 of the product: bounds of one fetch.
PAGE_BYTES = 5 << 20  # as sent; pages and feeds
DOCUMENT_BYTES = 20 << 20  # as sent; PDF and DOCX, told by their first bytes
UNPACKED_BYTES = 50 << 20
TOTAL_SECONDS = 10.0  # names, connections, redirects and all bytes; not the waiting for a turn
MOST_REDIRECTS = 5

PAUSE_SECONDS = 0.5  # between two requests to one host
PATIENCE_SECONDS = 60.0  # for a turn at a host: 40 feeds of one host, answered in a second each
LARGE_BYTES = PAGE_BYTES  # from this on an answer in memory counts as large
MOST_LARGE = 4  # large answers in memory at once: 64 that unpack to 50 MB each would be 3 GB
MOST_HEADERS = 256
HEADER_BYTES = 32_768  # a header: newspapers' Content-Security-Policy has passed aiohttp's usual 8,190

USER_AGENT: Final = "Communique/0.1 (news digest bot; respects robots and Retry-After)"
ACCEPT: Final = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, application/pdf;q=0.9, */*;q=0.8"
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REASONS = {401: "paywall", 402: "paywall", 404: "not_found", 410: "not_found"}


class GuardedWeb:
    """The web behind one door (the `Web` of bot/service/ports.py), for one event loop.

    Args:
        trusted_hosts: `host:port` entries whose address may be private; their port is free as well.
        user_agent: what servers are told of who asks.
        connections: how many requests may be under way at once; more wait for their turn.
        total: seconds for one fetch with all its redirects.
        pause: seconds between two requests to one host.
        trusted_pause: the same for trusted hosts.
        patience: seconds one waits for others at the same host.
        lookup: who resolves names; the operating system if not given.

    Raises:
        ValueError: an entry of `trusted_hosts` is no host and port.
    """

    def __init__(
        self,
        *,
        trusted_hosts: Sequence[str] = (),
        user_agent: str = USER_AGENT,
        connections: int = 64,
        total: float = TOTAL_SECONDS,
        pause: float = PAUSE_SECONDS,
        trusted_pause: float = 0.0,
        patience: float = PATIENCE_SECONDS,
        lookup: Lookup | None = None,
    ) -> None:
        self._trusted = trusted_places(trusted_hosts)
        self._headers = {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": ENCODINGS}
        self._connections = connections
        self._total = total
        self._pause = pause
        self._trusted_pause = trusted_pause
        self._given_lookup = lookup
        self._turns = Turns(patience=patience)
        self._under_way = asyncio.Semaphore(connections)
        self._large = asyncio.Semaphore(MOST_LARGE)
        self._limits = Limits()
        self._system: SystemLookup | None = None
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # by whether it is for trusted hosts

    async def start(self) -> None:
        """Make ready; nothing is connected yet. The first fetch does it, too."""
        if self._sessions:
            return
        if self._given_lookup is None:
            self._system = SystemLookup()
        lookup = self._given_lookup or self._system
        assert lookup is not None
        for trusting in (False, True):
            connector = aiohttp.TCPConnector(
                limit=self._connections,
                use_dns_cache=False,
                resolver=GuardedResolver(lookup, trusting=trusting),
                socket_factory=None if trusting else public_socket,
            )
            self._sessions[trusting] = aiohttp.ClientSession(
                connector=connector,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                auto_decompress=False,
                trust_env=False,
                max_line_size=HEADER_BYTES,
                max_field_size=HEADER_BYTES,
                max_headers=MOST_HEADERS,
            )

    async def close(self) -> None:
        """Close all connections."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()
        self._limits.close()
        if self._system is not None:
            self._system.close()
            self._system = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch an address; with validators, `unchanged` where the server says so.

        Raises:
            AddressRefusedError: the address, or one it redirects to, is never opened.
            FetchError: it can't be had.
        """
        if not self._sessions:
            await self.start()
        journey = _Journey(shown(url), self._total)
        if (tag := validator(etag)) is not None:
            journey.validators["If-None-Match"] = tag
        if (date := validator(last_modified)) is not None:
            journey.validators["If-Modified-Since"] = date
        target = self._judged(url, journey)
        while True:
            pause = self._trusted_pause if target.place in self._trusted else self._pause
            try:
                async with self._turns.turn(self._party(target), pause=pause):
                    arrived = await self._visit(target, journey)
            except TimeoutError:
                raise FetchError("timeout", journey.asked, detail="others were at that host") from None
            if isinstance(arrived, Fetched):
                return arrived
            target = arrived

    async def _visit(self, target: Target, journey: _Journey) -> Fetched | Target:
        """Ask a host, and again where it redirects to itself; return the answer or where else it leads."""
        party = self._party(target)
        while True:
            if (held := self._turns.held(party)) is not None:
                left, status = held
                raise FetchError(
                    "status", journey.asked, status=status, retry_after=left, detail="asked to be left alone"
                )
            journey.step(target)
            arrived = await self._ask(target, journey)
            if isinstance(arrived, Fetched) or self._party(arrived) != party:
                return arrived
            target = arrived

    async def _ask(self, target: Target, journey: _Journey) -> Fetched | Target:
        """Send one request in what is left of the time, and tell failures in our words."""
        clock = asyncio.get_running_loop().time
        async with self._under_way:
            started = clock()
            try:
                with self._limits.within(journey.left):
                    return await self._exchange(target, journey)
            except TimeoutError:
                raise FetchError("timeout", journey.asked, detail=f"{self._total:g} s") from None
            except (aiohttp.ClientError, OSError, ValueError, EOFError, zlib.error) as error:
                raise _failure(error, journey.asked) from error
            finally:
                journey.left -= clock() - started

    async def _exchange(self, target: Target, journey: _Journey) -> Fetched | Target:
        session = self._sessions[target.place in self._trusted]
        async with session.get(_encoded(target.url), headers=journey.validators, allow_redirects=False) as response:
            status, headers = response.status, response.headers
            if status in REDIRECTS and "Location" in headers:
                return self._judged(_joined(target.url, headers["Location"]), journey, hop=target)
            if status == 304 and journey.validators:  # noqa: PLR2004 -- Not Modified
                return _unchanged(target, headers)
            if not 200 <= status < 300 or status == 206:  # noqa: PLR2004 -- a part that nobody asked for is no answer
                raise self._refusal(target, response, journey)
            content = await self._body(response, journey)
            return _fetched(target, headers, content)

    async def _body(self, response: aiohttp.ClientResponse, journey: _Journey) -> bytes:
        """Read and unpack a body, and stop where it is too large.

        Raises:
            FetchError: it is.
            ValueError, zlib.error: it is packed in a way that can't be undone.
        """
        unpacking = Unpacking(response.headers.get("Content-Encoding", ""))
        if (response.content_length or 0) > DOCUMENT_BYTES:
            raise FetchError("too_large", journey.asked, detail=f"{response.content_length} bytes announced")
        content, sent, is_large = bytearray(), 0, False
        try:
            async for chunk in response.content.iter_any():
                sent += len(chunk)
                for piece in unpacking.pieces(chunk):
                    content += piece
                    if len(content) > UNPACKED_BYTES:
                        raise FetchError("too_large", journey.asked, detail="unpacked")
                    if len(content) > LARGE_BYTES and not is_large:
                        is_large = await self._large.acquire()
                    if len(piece) >= PIECE:
                        await asyncio.sleep(0)  # others' turn
                if sent > (DOCUMENT_BYTES if is_document(content) else PAGE_BYTES):
                    raise FetchError("too_large", journey.asked)
            if not unpacking.is_whole:
                raise ValueError("half an answer: the compressed data ends too soon")
            return bytes(content)
        finally:
            content.clear()  # or the traceback of an error keeps it for as long as somebody keeps the error
            if is_large:
                self._large.release()

    def _party(self, target: Target) -> str:
        """Name whose turn it is: a host with all its ports, or a trusted place by itself."""
        return target.place if target.place in self._trusted else target.host

    def _judged(self, url: str, journey: _Journey, hop: Target | None = None) -> Target:
        """Take an address apart and judge it; the error names what was asked for, whatever hop it is about."""
        try:
            target = target_from_url(url)
            check_open(target, self._trusted)
        except AddressRefusedError as error:
            detail = "" if hop is None else f"redirected to {error.address}"
            raise AddressRefusedError(error.reason, journey.asked, detail=detail) from None
        if hop is not None and (hop.scheme, target.scheme) == ("https", "http"):
            log.info("redirected from https to http", asked=journey.asked, to=shown(target.url))
        return target

    def _refusal(self, target: Target, response: aiohttp.ClientResponse, journey: _Journey) -> FetchError:
        """Make the error of a status, and remember when the host wants to be asked again."""
        status = response.status
        pause = retry_after(response.headers) if status in {429, 503} else None
        if pause:
            self._turns.hold(self._party(target), pause, status)
        if status < 400:  # noqa: PLR2004 -- neither an answer nor a refusal
            return FetchError("broken", journey.asked, status=status)
        return FetchError(REASONS.get(status, "status"), journey.asked, status=status, retry_after=pause)


@dataclass(slots=True)
class _Journey:
    """One fetch under way: what was asked for, the seconds left, what goes along, and where it has been."""

    asked: str
    left: float
    validators: dict[str, str] = field(default_factory=dict)
    been: list[str] = field(default_factory=list)

    def step(self, target: Target) -> None:
        """Note one more hop.

        Raises:
            FetchError: it is one too many, or a circle.
        """
        if target.url in self.been or len(self.been) > MOST_REDIRECTS:
            raise FetchError("redirects", self.asked, detail=f"again or too far: {shown(target.url)}")
        self.been.append(target.url)


@lru_cache(REMEMBERED)
def _encoded(url: str) -> URL:
    """Return an address as aiohttp takes it: it remembers its parts, once it was asked for them."""
    return URL(url, encoded=True)


def _fetched(target: Target, headers: Mapping[str, str], content: bytes) -> Fetched:
    """Make the noun of an answer."""
    content_type = headers.get("Content-Type", "")
    return Fetched(
        url=target.url,
        content=content,
        kind=kind_of(content, content_type),
        charset=charset_of(content_type),
        etag=validator(headers.get("ETag")),
        last_modified=validator(headers.get("Last-Modified")),
        max_age=max_age(headers),
    )


def _unchanged(target: Target, headers: Mapping[str, str]) -> Fetched:
    """Make the noun of a 304: it has no content, and what it says of its type is nothing's."""
    etag, last_modified = validator(headers.get("ETag")), validator(headers.get("Last-Modified"))
    return Fetched(target.url, etag=etag, last_modified=last_modified, max_age=max_age(headers), unchanged=True)


def _joined(base: str, location: str) -> str:
    """Resolve a Location, as far as it can be; its bytes are UTF-8 as browsers read them, or else Latin-1."""
    raw = location.encode("utf-8", "surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        return urljoin(base, text.strip())
    except ValueError:  # "http://[::1": for `_judged` to refuse
        return text


def _failure(error: Exception, asked: str) -> FetchError:
    """Tell an error of the wire in our words."""
    cause: BaseException = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, ClosedAddressError):
        return AddressRefusedError("private", asked, detail=str(cause))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return FetchError("unreachable", asked, detail=f"certificate: {error.certificate_error}")
    if isinstance(error, aiohttp.InvalidURL):
        return AddressRefusedError("no_address", asked)
    detail = _detail(cause)
    never_connected = isinstance(error, aiohttp.ClientConnectorError | ssl.SSLError | ConnectionRefusedError)
    return FetchError("unreachable" if never_connected else "broken", asked, detail=detail)


def _detail(cause: BaseException) -> str:
    """Say in one line what went wrong: OSError's `strerror`, aiohttp's `message`, or what there is."""
    said = getattr(cause, "strerror", None) or getattr(cause, "message", None) or str(cause)
    lines = str(said).strip().splitlines()
    return f"{type(cause).__name__}: {lines[0][:200]}" if lines else type(cause).__name__
