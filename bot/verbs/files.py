"""Article files → articles; it stores nothing and summarizes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.core.articlefile import article_from_text
from bot.core.decode import text_from_bytes
from bot.errors import ArticleError
from bot.model import Article

LATER = frozenset({".md", ".html", ".htm", ".pdf", ".docx", ".xml", ".rss", ".atom"})


def bytes_of(path: Path) -> bytes:
    """Read a file.

    Raises:
        ArticleError: it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"{path}: {error.strerror or error}") from error


def article_from_bytes(raw: bytes, name: str) -> Article:
    """Make an article of a file's bytes.

    Raises:
        ArticleError: it holds no text or no article, or it is of a kind that can't be read yet.
    """
    if Path(name).suffix.lower() in LATER:
        raise ArticleError(f"{name}: {Path(name).suffix} files can't be read yet; .txt and .jsonl can")
    text = text_from_bytes(raw)
    if text is None:
        raise ArticleError(f"{name or 'stdin'}: this is no text; save it as UTF-8")
    try:
        return article_from_text(text, name=name)
    except ArticleError as error:
        raise ArticleError(f"{name or 'stdin'}: {error}") from error


def articles_of(path: Path, complain: Callable[[ArticleError], None]) -> Iterator[Article]:
    """Read the articles of a file; what can't be read is complained of, and the rest is read all the same."""
    try:
        raw = bytes_of(path)
        if path.suffix.lower() != ".jsonl":
            yield article_from_bytes(raw, str(path))
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


def _article_from_json(item: Any) -> Article:
    if not isinstance(item, dict) or not text_field(item, "text").strip():
        raise ArticleError('an object with "text" is expected')
    published = text_field(item, "published")
    at = datetime.fromisoformat(published) if published else None
    return Article(
        title=text_field(item, "title"),
        text=text_field(item, "text"),
        source=text_field(item, "source"),
        url=text_field(item, "url") or None,
        language=text_field(item, "language") or None,
        published_at=at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC) if at else None,
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
