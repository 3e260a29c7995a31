"""An HTML page → its article: title, text, date, authors (the only door to trafilatura); it fetches nothing.

Text. Rule: trafilatura reading for precision; where that finds little, its ordinary reading, if this finds half as much
again. A body that the page's structured data state is the judge: a reading that has less than half of it gives way to
the other one, or to that body. What is found is gone over line by line (`bot.feeds.pagelines`).
Theory: precision costs nothing on pages with an article (they have one dense block), and loses most where markup is
unusual, which shows in the length. Known exceptions: an interview set as a list; very short notes.

Time and memory are bounded by the process that this runs in (`bot.feeds.workers`), not here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple
from unicodedata import normalize
from urllib.parse import urljoin, urlsplit

from bot.errors import FetchError
from bot.feeds.charset import html_text, is_binary
from bot.feeds.pagehead import Head, squeezed
from bot.feeds.pagelines import Line, chosen_lines, lines_from_body
from bot.model import Page

LITTLE = 600
"""Characters of text below which a second reading is tried: two short paragraphs. Longer notes are rarely half read."""

MORE = 1.5
"""How many times longer a second reading must be to be taken; below, it is the same text with a caption more."""

LEAST_LETTERS = 40
"""Fewest letters of an article's text: one short sentence. Fewer are a menu, an error page or an empty frame."""

MOST_AUTHORS = 10

PROBES = 20
PROBE = 25
"""How many pieces of a stated body are looked for in a reading, and their length in letters: about five words."""

_NO_LETTER = re.compile(r"\W+")
_TAG = re.compile(r"<[^>]{0,500}>")


def read_page(content: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
    """Read the article of a page; its characters come in Unicode's composed form (NFC), whatever the page mixes.

    Args:
        content: the page as sent, decompressed.
        url: where it came from; relative links count from there.
        charset: what the server's header says of the encoding.

    Raises:
        FetchError: there is no article in it (`unreadable`).
    """
    address = url or "page"
    if is_binary(content):
        raise FetchError("unreadable", address, detail="it is no text")
    tree = _tree(normalize("NFC", html_text(content, charset)), address)
    try:
        return _page(tree, url, address)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        # trafilatura and htmldate stumble over markup nobody expected; the page is then one that can't be read
        raise FetchError("unreadable", address, detail=f"{type(error).__name__} in its markup") from error


def _tree(text: str, address: str) -> Any:
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError) as error:
        raise FetchError("unreadable", address, detail="no markup in it") from error
    if tree is None or not len(tree):
        raise FetchError("unreadable", address, detail="no markup in it")
    return tree


def _page(tree: Any, url: str | None, address: str) -> Page:
    head = Head(tree)
    about = _metadata(tree, url)
    title = head.title(about.site, url) or about.title
    text = "\n".join(_lines(tree, head, title, url))
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        raise FetchError("unreadable", address, detail="no article in it")
    return Page(
        title=title,
        text=text,
        published_at=head.published_at or about.published_at,
        authors=about.authors,
        site=head.meta("og:site_name") or about.site,
        language=head.language or _language(text),
        url=_canonical(head.canonical, url),
        noarchive=head.noarchive,
        paywalled=head.is_paywalled(text),
    )


def _lines(tree: Any, head: Head, title: str, url: str | None) -> list[str]:
    said = head.structured_text("articleBody")
    stated = [Line(part) for part in map(squeezed, _TAG.sub("\n", said).splitlines()) if part]
    whole = "".join(line.text for line in stated)
    lines = chosen_lines(_extracted(tree, url, precise=True), title)
    if _size(lines) >= LITTLE and _agrees(lines, whole):
        return lines
    ordinary = chosen_lines(_extracted(tree, url, precise=False), title)
    if _size(ordinary) > MORE * _size(lines) or (_agrees(ordinary, whole) and not _agrees(lines, whole)):
        lines = ordinary
    body = chosen_lines(stated, title)
    return lines if _agrees(lines, whole) or _size(body) <= _size(lines) else body


def _agrees(lines: list[str], whole: str) -> bool:
    """Say whether a text has what the page's structured data give as its body: half of `PROBES` pieces of that."""
    letters = _NO_LETTER.sub("", whole)
    if len(letters) < LITTLE:
        return True
    found = _NO_LETTER.sub("", "".join(lines))
    step = len(letters) // PROBES
    return 2 * sum(letters[n * step : n * step + PROBE] in found for n in range(PROBES)) >= PROBES


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))


def _extracted(tree: Any, url: str | None, *, precise: bool) -> list[Line]:
    from copy import deepcopy

    from trafilatura import bare_extraction

    document = bare_extraction(
        deepcopy(tree),
        url=url,
        include_comments=False,
        include_links=True,
        favor_precision=precise,
        with_metadata=False,
    )
    body = getattr(document, "body", None)
    return [] if body is None else lines_from_body(body)


class _About(NamedTuple):
    """What trafilatura says of a page."""

    title: str
    site: str
    authors: tuple[str, ...]
    published_at: datetime | None


def _metadata(tree: Any, url: str | None) -> _About:
    from copy import deepcopy

    from trafilatura.metadata import extract_metadata

    found = extract_metadata(deepcopy(tree), default_url=url, extensive=False)
    authors = tuple(name for part in (found.author or "").split(";") if (name := squeezed(part)))[:MOST_AUTHORS]
    try:
        at = datetime.fromisoformat(found.date).replace(tzinfo=UTC) if found.date else None
    except ValueError:
        at = None
    return _About(squeezed(found.title or ""), squeezed(found.sitename or ""), authors, at)


def _language(text: str) -> str | None:
    from bot.core.language import detect_language

    return detect_language(text) or None


def _canonical(link: str, url: str | None) -> str | None:
    """Return the page's own address, absolute, if it is one of its own host; else where it came from."""
    try:
        own = urljoin(url or "", link) if link else ""
        here, there = urlsplit(url or ""), urlsplit(own)
    except ValueError:
        return url
    if there.scheme not in {"http", "https"} or not there.hostname or "@" in there.netloc:
        return url
    same = not url or _site(here.hostname) == _site(there.hostname)
    front = there.path.strip("/") == "" and here.path.strip("/") != ""
    return own if same and not (front and url) else url


def _site(host: str | None) -> str:
    return ".".join((host or "").lower().removeprefix("www.").split(".")[-2:])
