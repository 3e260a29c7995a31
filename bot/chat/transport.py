"""python-telegram-bot's `BaseRequest` on aiohttp; it retries nothing and decides nothing.

Whatever is a message waits here for its turn (`bot.chat.pace`), whoever sends it: no sender can forget to.

Why not the stock one on httpx: 1.0 ms CPU a message one at a time and 3.2 ms at 128 in flight, against
0.3–0.5 ms here (figures of `make bench`). No error that leaves this file carries the URL, which holds the token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.chat.pace import Pace
from bot.chat.refusals import OK_FROM, TOO_MANY, refusal_status, result_of, retry_after

READ_TIMEOUT = 20.0  # seconds; getUpdates adds its own long-poll time to this
CONNECT_TIMEOUT = 10.0  # seconds
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
MESSAGES: Final = ("send", "copy", "forward")  # what the methods begin with that put messages into a chat
QUIET: Final = frozenset({"sendChatAction"})  # puts none, but must not be asked of a chat that is held back

Form = bytes
Body = Form | aiohttp.FormData | None


class AiohttpRequest(BaseRequest):
    """One keep-alive session to one Bot API server.

    Args:
        connections: how many requests may be under way at once; more wait for their turn.
        pace: where messages wait for their turn; None where nobody counts them.

    `classic_until` is the loop's time until which the server is known to have no rich messages; `send.py` notes it.
    """

    __slots__ = ("_connections", "_pace", "_session", "classic_until")

    def __init__(self, connections: int = 128, pace: Pace | None = None) -> None:
        self._connections = connections
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None
        self.classic_until = 0.0

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take, where the caller names none."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the session; nothing is connected yet."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, limit_per_host=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- aiohttp has one timer for the whole request
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- waiting for a turn is no failure
    ) -> tuple[int, bytes]:
        """Send one request of python-telegram-bot's, in its turn; return the status and the whole body.

        Raises:
            TimedOut: no answer in time; Telegram may or may not have done it.
            NetworkError: no connection, or it broke.
            RetryAfter: the chat is held back for longer than anybody waits.
        """
        chat_id = _chat_of(request_data)
        name = url.rpartition("/")[2]
        if self._pace is not None and chat_id is not None:
            if name.startswith(MESSAGES) and name not in QUIET:
                await self._pace.turn(chat_id, urgent=True)
            else:
                self._pace.check(chat_id)
        body, headers = _body(request_data)
        reading, connecting = _seconds(read_timeout, READ_TIMEOUT), _seconds(connect_timeout, CONNECT_TIMEOUT)
        limits = aiohttp.ClientTimeout(sock_read=reading, sock_connect=connecting)
        status, payload = await self._exchange(method, url, body, headers, limits)
        if status == OK_FROM and method == "POST":  # what is downloaded is no answer to a method
            status = refusal_status(payload) or status
        if chat_id is not None:
            self._heard(chat_id, status, payload)
        return status, payload

    async def submit(
        self,
        url: str,
        form: Form,
        *,
        chat_id: int,
        urgent: bool,
        leaving: Callable[[], None] | None = None,
        photo: bytes | None = None,
    ) -> Any:
        """Send a message that is encoded already, in its turn; return Telegram's result.

        Args:
            url: of the method.
            form: all its parameters.
            chat_id: where it goes.
            urgent: whether somebody waits for it.
            leaving: called when the turn has come, before anything leaves; what it raises is raised.
            photo: a PNG that goes along.

        Raises:
            RetryAfter: the chat is held back, by Telegram or by its limits.
            telegram.error.TelegramError: whatever Telegram says, see `bot.chat.refusals`.
        """
        if self._pace is not None:
            await self._pace.turn(chat_id, urgent=urgent)
        if leaving is not None:
            leaving()
        body, headers = (form, FORM) if photo is None else (_with_photo(form, photo), None)
        status, payload = await self._exchange("POST", url, body, headers, TIMEOUT)
        self._heard(chat_id, status, payload)
        return result_of(status, payload)

    async def _exchange(
        self, method: str, url: str, body: Body, headers: Mapping[str, str] | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is used before initialize() or after shutdown()")
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=limits, allow_redirects=False, proxy=_proxy_for(url)
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(f"no answer in time ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_reason(error)) from None

    def _heard(self, chat_id: int, status: int, payload: bytes) -> None:
        if self._pace is None:
            return
        if status != TOO_MANY:
            self._pace.answered()
            return
        try:
            result_of(status, payload)
        except RetryAfter as error:
            self._pace.refused(chat_id, retry_after(error))
        except NetworkError:
            self._pace.answered()


TIMEOUT: Final = aiohttp.ClientTimeout(sock_read=READ_TIMEOUT, sock_connect=CONNECT_TIMEOUT)


@lru_cache(maxsize=256)  # the methods of one server: aiohttp would read the environment and ~/.netrc for each message
def _proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address, read once; aiohttp speaks to those of HTTP only."""
    parts = urlsplit(url)
    proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    return proxy if proxy is not None and proxy.lower().startswith("http://") else None


def _chat_of(data: RequestData | None) -> int | None:
    """Return the chat that a request is about, where it names one by its number."""
    chat_id = data.parameters.get("chat_id") if data is not None else None
    return chat_id if isinstance(chat_id, int) else None


def _body(data: RequestData | None) -> tuple[Body, Mapping[str, str] | None]:
    """Encode parameters as a form, or as multipart where files go along."""
    if data is None:
        return None, None
    if not data.contains_files:
        return urlencode(data.json_parameters).encode(), FORM
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form, None


def _with_photo(form: Form, photo: bytes) -> aiohttp.FormData:
    """Return an encoded form as multipart, with a photo."""
    parts = aiohttp.FormData(default_to_multipart=True)
    for name, value in parse_qsl(form.decode(), keep_blank_values=True):
        parts.add_field(name, value)
    parts.add_field("photo", photo, filename="chart.png", content_type="image/png")
    return parts


def _seconds(given: object, default: float) -> float | None:
    """PTB hands over a number, None for no limit, or its own mark for "not given"."""
    if given is None:
        return None
    return float(given) if isinstance(given, int | float) else default


def _reason(error: Exception) -> str:
    """Name a failure without its URL: aiohttp's own texts may hold it, and with it the token."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"can't connect to {error.host}:{error.port}: {error.os_error.strerror or error.os_error}"
    return f"connection failed ({type(error).__name__})"
