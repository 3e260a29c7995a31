# ruff: noqa: RUF001 -- letters and signs of many scripts
"""Reads the article out of a plain text: a file as `add` takes it, or a forwarded message; it opens no file.

    date 2025-07-16 403                        optional: when it was published; a number is the file's own
    US-Japan ties face era-defining calamity   optional: the headline
    (MENAFN) The relationship between …        paragraphs; an agency in brackets at the start is the source

Normalized once, before anything counts characters: a byte order mark and NULs are dropped, CR LF and CR become LF, and
white space at the ends of lines is cut. From then on the text is never changed; newlines and the agency stay in it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.core.paragraphs import agency, paragraphs
from bot.errors import ArticleError
from bot.model import Article

LONGEST_HEADLINE = 200
"""Longest headline, in characters; longer first lines are paragraphs. News headlines have 30 to 120."""

_DATE = re.compile(r"\s*date:?\s+(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s].*)?\Z", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t\x0b\x0c]+(?=\n|\Z)")
_SENTENCE_END = re.compile(r"[.。।؛;,،，:]['\"”’»)\]」』]*\Z")


def normalize(raw: str) -> str:
    r"""Return a text as it is kept: without BOM and NULs, lines ended by LF and not by white space.

    >>> normalize("\ufeffOne \r\nTwo\x00\rThree  ")
    'One\nTwo\nThree'
    """
    text = raw.replace("\ufeff", "").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return _LINE_END.sub("", text).strip("\n")


def article_from_text(raw: str, *, name: str = "") -> Article:
    r"""Return the article that a text holds.

    The first line is the headline if it is short, does not end like a sentence, and more text follows; else the
    title is empty.

    Args:
        raw: the text, as decoded.
        name: what to call it in an error: the file's name.

    Raises:
        ArticleError: there is no letter in it, or its date line has a date that does not exist.

    >>> article = article_from_text(" date 2025-07-16 403\nPact signed\n(MENAFN) Two states signed a pact.")
    >>> article.title, article.text, article.source, article.published_at.day
    ('Pact signed', '(MENAFN) Two states signed a pact.', 'MENAFN', 16)
    """
    called = f"{name}: " if name else ""
    published_at, text = _take_date(normalize(raw), called)
    title, text = _take_title(text)
    if not any(map(str.isalpha, text)):
        raise ArticleError(f"{called}there is no text in it")
    return Article(title=title, text=text, source=agency(text), published_at=published_at)


def _take_date(text: str, called: str) -> tuple[datetime | None, str]:
    first, _, rest = text.partition("\n")
    found = _DATE.match(first)
    if not found:
        return None, text
    year, month, day = map(int, found.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC), rest.strip("\n")
    except ValueError as error:
        raise ArticleError(f"{called}its first line has a date that does not exist: {first.strip()}") from error


def _take_title(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    title, rest = first.strip(), rest.strip("\n")
    is_headline = (
        0 < len(title) <= LONGEST_HEADLINE
        and any(map(str.isalpha, title))
        and any(map(str.isalpha, rest))
        and not _SENTENCE_END.search(title)
        and not agency(title)
        and not _goes_on(title, rest)
    )
    return (title, rest) if is_headline else ("", text.strip())


def _goes_on(title: str, rest: str) -> bool:
    """Say whether the first line is only the first of a paragraph that was wrapped by hand."""
    return paragraphs(f"{title}\n{rest[:400]}")[0][1] > len(title)
