"""Article files and links → articles; it stores nothing and summarizes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from bot.core.articlefile import article_from_text
from bot.core.decode import text_from_bytes
from bot.errors import ArticleError, FetchError
from bot.feeds.http import GuardedWeb
from bot.feeds.reading import Readers
from bot.model import Article, Fetched, Page

PLAIN = frozenset({"", ".txt", ".text"})
FEEDS = frozenset({".xml", ".rss", ".atom", ".rdf"})

T = TypeVar("T")


class Opened:
    """Reads article files and links; pages and documents in a process that can be killed.

    Args:
        trusted_hosts: `host:port` entries that may be fetched although they are private.
    """

    def __init__(self, trusted_hosts: Sequence[str] = ()) -> None:
        self._trusted_hosts = trusted_hosts
        self._runner = asyncio.Runner()
        self._readers: Readers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._readers is not None:
            self._runner.run(self._readers.close())
        self._runner.close()

    def article(self, raw: bytes, name: str) -> Article:
        """Make an article of a file's bytes.

        Raises:
            ArticleError: it holds no text or no article.
        """
        called = name or "stdin"
        text = text_from_bytes(raw) if Path(name).suffix.lower() in PLAIN else None
        try:
            if text is not None:
                return article_from_text(text, name=name)
            page = self._run(lambda readers: readers.document(raw, name=name))
        except FetchError as error:
            raise ArticleError(f"{called}: {error.detail or error.reason}") from error
        return _article_from_page(page)

    def link(self, url: str) -> Article:
        """Fetch and read what a link leads to.

        Raises:
            FetchError: it can't be had, or holds no article.
        """

        async def read(readers: Readers) -> Page:
            async with GuardedWeb(trusted_hosts=self._trusted_hosts) as web:
                fetched = await web.fetch(url)
            if fetched.kind == "html":
                return await readers.page(fetched.content, url=fetched.url, charset=fetched.charset)
            return await readers.document(fetched.content, name=fetched.url)

        return _article_from_page(self._run(read), url=url)

    def articles(self, path: Path, complain: Callable[[ArticleError], None]) -> Iterator[Article]:
        """Read the articles of a file; what can't be read is complained of, and the rest is read all the same."""
        kind = path.suffix.lower()
        try:
            raw = bytes_of(path)
            if kind != ".jsonl":
                yield from self._feed(raw, path) if kind in FEEDS else [self.article(raw, str(path))]
                return
        except ArticleError as error:
            complain(error)
            return
        for number, line in enumerate(raw.splitlines(), start=1):
            if line.strip():
                try:
                    yield _article_from_json(json.loads(line))
                except (ValueError, ArticleError) as error:
                    complain(ArticleError(f"{path}: line {number}: {error}"))

    def _feed(self, raw: bytes, path: Path) -> list[Article]:
        parsed = self._run(lambda readers: readers.feed(Fetched(url=path.absolute().as_uri(), content=raw)))
        found = [entry for entry in parsed.entries if entry.text.strip()]
        if not found:
            raise ArticleError(f"{path}: {'; '.join(parsed.problems) or 'there is no entry with a text in it'}")
        return [
            Article(
                title=entry.title,
                text=entry.text,
                source=parsed.title,
                url=entry.url,
                published_at=entry.published_at,
                language=(parsed.language or "")[:2].lower() or None,
            )
            for entry in found
        ]

    def _run(self, work: Callable[[Readers], Awaitable[T]]) -> T:
        if self._readers is None:
            self._readers = Readers()
        readers = self._readers

        async def run() -> T:
            return await work(readers)

        return self._runner.run(run())


def bytes_of(path: Path) -> bytes:
    """Read a file.

    Raises:
        ArticleError: it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"{path}: {error.strerror or error}") from error


def _article_from_page(page: Page, *, url: str | None = None) -> Article:
    return Article(
        title=page.title,
        text=page.text,
        source=page.site,
        url=page.url or url,
        language=page.language,
        published_at=page.published_at,
    )


def _article_from_json(item: Any) -> Article:
    if not isinstance(item, dict) or not text_field(item, "text").strip():
        raise ArticleError('an object with "text" is expected')
    return Article(
        title=text_field(item, "title"),
        text=text_field(item, "text"),
        source=text_field(item, "source"),
        url=text_field(item, "url") or None,
        language=text_field(item, "language") or None,
        published_at=instant_field(item, "published"),
    )


def files_below(path: Path) -> list[Path]:
    """List the files of a folder and its folders, hidden ones left out; a file is itself."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return [path]


def text_field(item: Mapping[str, Any], name: str) -> str:
    """Return a field of a JSON object that is a string; "" where it is absent or null.

    Raises:
        ArticleError: it is something else.
    """
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ArticleError(f'"{name}" must be a string')
    return value


def instant_field(item: Mapping[str, Any], name: str) -> datetime | None:
    """Return a field of a JSON object that is an instant, taken as UTC where it names no zone; None where it is absent.

    Raises:
        ArticleError: it is no string.
        ValueError: it is no instant.
    """
    written = text_field(item, name)
    at = datetime.fromisoformat(written) if written else None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC) if at else None
