"""What was found of an article in any kind of feed → a feed entry; it knows no format.

Links become absolute, texts plain, and what is missing or could not be understood is counted in `Findings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin

from bot.feeds.decoding import unscrambled
from bot.feeds.markup import has_tags, text_from_html, text_from_plain, title_from_html
from bot.model import FeedEntry, ParsedFeed

MOST_ENTRIES = 1_000
"""Entries that are read of one feed; the longest feeds of outlets have about 500."""

FULL_FROM = 1_000
"""Characters from which a text counts as the whole article if it was given as content: teasers end at about 600,
and a short item is its own teaser, so that fetching its page costs little."""

LONGEST_TITLE = 4_000
"""Characters of a title, with its markup, that are looked at; what is longer is a text in the wrong place."""

LONGEST_NAME = 200
"""Characters of an author's name with the address."""

LONGEST_TEXT = 500_000
"""Characters of a text, with its markup, that are looked at: the longest articles have about 100,000."""

LONGEST_LINK = 2_000
"""Longest link in characters that is kept; what is longer is data, not an address."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_CUT = re.compile(
    r"(?:\[?(?:…|\.\.\.)\]?|(?:read|continue|weiter|mehr|lire|leer|ver)\b[^.\n]{0,40}[»→>…]?)\s*\Z", re.IGNORECASE
)
_FOOTER = re.compile(r"\n?The post [^\n]{1,500} (?:first appeared|appeared first) on [^\n]{1,200}\Z")
_MAIL_NAME = re.compile(r"[^\s@()]+@[^\s@()]+\s*\(([^()]+)\)")
_NAME_MAIL = re.compile(r"\s*[(<]?[^\s@()<>]+@[^\s@()<>]+\.[^\s@()<>]+[)>]?\s*")


@dataclass(slots=True)
class Findings:
    """What one reading comes across: the base of relative links, and counts of what could not be had."""

    base: str | None = None
    problems: list[str] = field(default_factory=list)
    undated: int = 0
    odd_date: str = ""
    unlinked: int = 0
    relative: int = 0
    nameless: int = 0

    def dated(self, written: str, found: datetime | None) -> datetime | None:
        """Count an entry's date: absent, or written in a way that was not understood."""
        if found is None:
            self.undated += 1
            self.odd_date = self.odd_date or " ".join(written.split())[:60]
        return found

    def told(self) -> tuple[str, ...]:
        """Return the problems in words."""
        counted = [
            (self.nameless, "without title, link and text"),
            (self.unlinked, "without a link"),
            (self.relative, "with a relative link and nothing to complete it"),
            (self.undated, "without a date" + (f" that can be read ({self.odd_date!r})" if self.odd_date else "")),
        ]
        return (*self.problems, *(f"{count} entries {what}" for count, what in counted if count))


def compose_entry(
    findings: Findings,
    *,
    title: str,
    link: str,
    content: str = "",
    plain: str = "",
    summary: str = "",
    summary_plain: bool = False,
    published_at: datetime | None = None,
    authors: Iterable[str] = (),
    base: str | None = None,
    title_plain: bool = False,
    guid: str = "",
) -> FeedEntry:
    """Make an entry of what a feed said.

    Title, content and summary are HTML as the feed wrote it (title and summary are text with `…_plain`), `plain` is
    the article as text where there is no content. The link may be relative to `base`, by default that of the feed.
    Authors are names, maybe with addresses. What is missing is counted in the findings.
    """
    url = absolute_link(link, base or findings.base)
    title = unscrambled(title[:LONGEST_TITLE])
    texts = (unscrambled(given[:LONGEST_TEXT]) for given in (content, plain, summary))
    text, full = _text(*texts, summary_plain=summary_plain)
    shown = " ".join(title.split()) if title_plain else title_from_html(title)
    _count(findings, shown, url, text)
    marked = None if title_plain or not has_tags(title) else " ".join(title.split())
    return FeedEntry(
        title=shown,
        url=url,
        text=text,
        published_at=published_at,
        authors=names_from(authors),
        full=full,
        title_markup=marked,
        guid=guid.strip()[:LONGEST_LINK] or None,
    )


def _count(findings: Findings, title: str, url: str | None, text: str) -> None:
    if not url:
        findings.unlinked += 1
        findings.nameless += not (title or text)
    elif not _SCHEME.match(url):
        findings.relative += 1


def _text(content: str, plain: str, summary: str, *, summary_plain: bool) -> tuple[str, bool]:
    """Return the longer of article and teaser as plain text, and whether it is the whole article."""
    text = text_from_html(content) if content else text_from_plain(plain) if plain else ""
    if len(text) < FULL_FROM and summary:
        teaser = text_from_plain(summary) if summary_plain else text_from_html(summary)
        if len(teaser) > len(text):
            return _ended(teaser), False
    text = _ended(text)
    return text, len(text) >= FULL_FROM and not _is_cut(text)


def _is_cut(text: str) -> bool:
    """Say whether a text ends in dots or in an invitation to read on; one that ends in a period does not."""
    end = text[-60:].rstrip()
    return (end[-1:] != "." or end.endswith("...")) and _CUT.search(end) is not None


def _ended(text: str) -> str:
    """Return a text without the line that publishing systems put below it."""
    last = text.rfind("\n", max(0, len(text) - 1_000))
    return text[:last] if last > 0 and _FOOTER.match(text, last) else text


def absolute_link(link: str, base: str | None) -> str | None:
    """Return a link made absolute, or None for what leads to no page (`mailto:`, `javascript:`, data).

    Without a base a relative link stays as it is.

    >>> absolute_link("a?b=c d", "https://example.org/x/"), absolute_link("javascript:alert(1)", None)
    ('https://example.org/x/a?b=c%20d', None)
    """
    cleaned = "".join(link.split("\n")).strip().replace("\r", "").replace("\t", "").replace(" ", "%20")
    if not cleaned or len(cleaned) > LONGEST_LINK:
        return None
    if cleaned[:7].lower() == "http://" or cleaned[:8].lower() == "https://":
        return cleaned
    if _SCHEME.match(cleaned) and not cleaned.lower().startswith(("http:", "https:")):
        return cleaned if cleaned.lower().startswith("feed://") else None
    try:
        return urljoin(base, cleaned) if base else cleaned
    except ValueError:  # a base or link with half an IPv6 address
        return None


def names_from(authors: Iterable[str]) -> tuple[str, ...]:
    """Return names without mail addresses, each once.

    >>> names_from(["me@example.org (Ann Lee)", "Ann Lee", "Bo <bo@example.org>", "x@example.org"])
    ('Ann Lee', 'Bo')
    """
    names: dict[str, None] = {}
    for author in (each[:LONGEST_NAME] for each in authors):
        found = _MAIL_NAME.search(author) if "@" in author else None
        name = found[1] if found else _NAME_MAIL.sub("", author) if "@" in author else author
        if shown := title_from_html(unscrambled(name)):
            names[shown] = None
    return tuple(names)


def feed_from(
    findings: Findings,
    entries: Sequence[FeedEntry],
    *,
    total: int,
    title: str = "",
    language: str = "",
    site: str | None = None,
    pause: timedelta | None = None,
) -> ParsedFeed:
    """Put a feed together; `total` is how many entries it has, read or not."""
    if total > MOST_ENTRIES:
        findings.problems.append(f"it has {total} entries; the first {MOST_ENTRIES} were read")
    if not total:
        findings.problems.append("there is no entry in it")
    return ParsedFeed(
        title=title_from_html(unscrambled(title[:LONGEST_TITLE])),
        language=language.strip().replace("_", "-").lower()[:35] or None,
        url=absolute_link(site, findings.base) if site else None,
        entries=tuple(entries),
        pause=pause,
        problems=findings.told(),
    )
