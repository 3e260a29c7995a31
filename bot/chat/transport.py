"""python-telegram-bot's `BaseRequest` on aiohttp; it retries nothing and decides nothing.

Why not the stock one on httpx: 1.0 ms CPU a message one at a time and 3.2 ms at 128 in flight, against
0.3–0.5 ms here (figures of `make bench`). No error that leaves this file carries the URL, which holds the token.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT = 20.0  # seconds; getUpdates adds its own long-poll time to this
CONNECT_TIMEOUT = 10.0  # seconds
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class AiohttpRequest(BaseRequest):
    """One keep-alive session to one Bot API server.

    Args:
        connections: how many requests may be under way at once; more wait for their turn.

    `classic_until` is the loop's time until which the server is known to have no rich messages; `send.py` notes it.
    """

    __slots__ = ("_connections", "_session", "classic_until")

    def __init__(self, connections: int = 128) -> None:
        self._connections = connections
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
            self._session = aiohttp.ClientSession(connector=connector, trust_env=True, auto_decompress=True)

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
        """Send one request; return the status and the whole body.

        Raises:
            TimedOut: no answer in time; Telegram may or may not have done it.
            NetworkError: no connection, or it broke.
        """
        if self._session is None:
            raise RuntimeError("the transport is used before initialize() or after shutdown()")
        body, headers = _body(request_data)
        timeout = aiohttp.ClientTimeout(
            sock_read=_seconds(read_timeout, READ_TIMEOUT), sock_connect=_seconds(connect_timeout, CONNECT_TIMEOUT)
        )
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(f"no answer in time ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_reason(error)) from None


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
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
