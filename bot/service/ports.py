"""The wires the use cases need, as Protocols with their contracts; no wire is made here.

The store is synchronous: use cases are plain functions that run behind the thread door of `bot.store.door`
(or straight away, in the CLI). Every instant handed in or out is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from bot.model import (
    Fetched,
    Page,
    ParsedFeed,
    Trend,
)

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class Clock(Protocol):
    """Where the time comes from; the real one is in `bot/app.py`."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""


class Offload(Protocol):
    """Where blocking work goes so that the event loop goes on; the real one is `bot.store.door.Door`."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run a function elsewhere and return its result, or raise its error."""


class Web(Protocol):
    """The web, behind one guarded door: private hosts are closed, size and time are bounded."""

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch an address; with validators, `unchanged` where the server says so.

        Raises:
            AddressRefusedError: the address, or one it redirects to, is never opened.
            FetchError: it can't be had.
        """


class Reading(Protocol):
    """Bytes → nouns. Pages and documents are read in a process that can be killed."""

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """Read a feed; a file with nothing in it gives no entries and a problem."""

    async def feed_with(self, fetched: Fetched, look: Callable[[ParsedFeed], T], /) -> tuple[ParsedFeed, T | None]:
        """Read a feed, and look at it in the process beside this one that read it.

        `look` is a function of a module; texts and numbers come back. None where the feed has too little for a process,
        is read in another way, or could not be looked at.
        """

    async def page(self, content: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
        """Read an HTML page.

        Raises:
            FetchError: there is no article in it (`unreadable`), or reading it took too long (`timeout`).
        """

    async def prepare(self, look: Callable[[ParsedFeed], object], /) -> None:
        """Start what `feed_with` needs for many feeds, before there are any; what can't be started is no error."""

    async def elsewhere(self, function: Callable[[S], T], given: S, /) -> T:
        """Run CPU work of ours, a function of a module, in a process beside this one; texts and numbers come back.

        Raises:
            FetchError: it took too long, or its process died.
        """

    async def document(self, content: bytes, *, name: str = "") -> Page:
        """Read a PDF, DOCX, Markdown, HTML or text document, told apart by its bytes, then by its name.

        Raises:
            FetchError: `unreadable`, `too_large` or `timeout`.
        """


class Draw(Protocol):
    """Numbers → a picture."""

    async def __call__(self, trend: Trend, title: str, *, dark: bool = False) -> bytes:
        """Draw stories a day as a PNG that a phone shows well.

        Raises:
            FetchError: it can't be drawn here and now; the numbers are to be said in words.
        """
