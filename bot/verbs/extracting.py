"""The verb `extract`: pages and documents → a JSON line each; it summarizes and stores nothing."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.errors import CommuniqueError, FetchError
from bot.feeds.reading import Readers
from bot.feeds.workers import Workers
from bot.model import Page
from bot.service.ports import Reading, Web
from bot.verbs.files import bytes_of
from bot.verbs.output import dumped, say

MOST_PROCESSES = 4
"""Most processes that read at once, on a machine with so many cores; each may take up to 1 GB for a hostile file."""

_LINK = re.compile(r"https?://", re.IGNORECASE)
_PAGES = frozenset({".html", ".htm", ".xhtml"})


def extract(sources: Sequence[str], url: str | None = None, *, web: Web | None = None) -> int:
    """Write what is in each file, link or stdin (`-`), in order; exit status 1 if one could not be read.

    Args:
        sources: paths, addresses, or `-`.
        url: where the pages came from, for files; relative links count from there.
        web: what fetches links; the guarded web by default.
    """
    return asyncio.run(_extract(sources, url, web))


async def _extract(sources: Sequence[str], url: str | None, web: Web | None) -> int:
    failed = False
    async with AsyncExitStack() as stack:
        at_once = max(1, min(os.cpu_count() or 1, MOST_PROCESSES, len(sources)))
        readers = await stack.enter_async_context(Readers(Workers(most=at_once)))
        if web is None and any(map(_LINK.match, sources)):
            from bot.feeds.http import GuardedWeb

            web = await stack.enter_async_context(GuardedWeb())
        async for line in _lines(sources, _Extractor(readers, web, url), at_once):
            failed = failed or "error" in line
            say(dumped(line))
    return 1 if failed else 0


async def _lines(sources: Sequence[str], extractor: _Extractor, at_once: int) -> AsyncIterator[dict[str, Any]]:
    """Work ahead by a few sources, and return the lines in their order."""
    tasks: list[asyncio.Task[dict[str, Any]]] = []
    try:
        for source in sources:
            tasks.append(asyncio.create_task(extractor.line(source)))
            if len(tasks) > 2 * at_once:
                yield await tasks.pop(0)
        while tasks:
            yield await tasks.pop(0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Extractor:
    """Reads one source after the other, each by its kind."""

    def __init__(self, readers: Reading, web: Web | None, url: str | None) -> None:
        self._readers = readers
        self._web = web
        self._url = url

    async def line(self, source: str) -> dict[str, Any]:
        try:
            page = await self._page(source)
        except CommuniqueError as error:
            return {"input": source, "error": str(error)}
        return {
            "input": source,
            "title": page.title,
            "text": page.text,
            "published": page.published_at.isoformat() if page.published_at else None,
            "authors": list(page.authors),
            "site": page.site,
            "language": page.language,
            "url": page.url,
        }

    async def _page(self, source: str) -> Page:
        if self._web is not None and _LINK.match(source):
            fetched = await self._web.fetch(source)
            if fetched.kind == "html":
                return await self._readers.page(fetched.content, url=fetched.url, charset=fetched.charset)
            if fetched.kind == "feed":
                raise FetchError("unreadable", source, detail="it is a feed, not an article")
            return await self._readers.document(fetched.content, name=fetched.url)
        content = sys.stdin.buffer.read() if source == "-" else bytes_of(Path(source))
        if self._url is not None or Path(source).suffix.lower() in _PAGES:
            return await self._readers.page(content, url=self._url)
        return await self._readers.document(content, name="" if source == "-" else source)
