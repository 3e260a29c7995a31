"""A page → the addresses of its feeds, best first; it fetches none, so that it can't say which of them live.

Rule: what the page declares (`<link rel=alternate>`) before what looks like a feed among its anchors; a feed of the
whole site before one of a section, comments last. Theory: publishing systems declare the site's feed first. Known
exception: pages that build their head with a script declare nothing here.
"""

from __future__ import annotations

import html as entities
import itertools
import re
from urllib.parse import urljoin, urlsplit

from bot.feeds.decoding import decode_feed

MOST_FEEDS = 20
"""Feeds that are named of one page; sites that declare more declare one a section."""

MOST_TAGS = 20_000
"""Links and anchors of one page that are looked at; front pages have up to 2,000."""

LARGEST = 5_000_000
"""Bytes or characters of a page that are looked at (the contract's bound of a page)."""

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)|\Z)"
    r"|<(?P<tag>link|a|base)\b(?P<rest>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+|[^<>]*+)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([a-z][\w:-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_MAYBE_TYPES = ("application/xml", "text/xml", "application/json")
_LIKE_FEED = re.compile(
    r"(?:^|[/._-])(?:rss2?|atom|feeds?|rdf)(?:[/._-](?:index\.)?(?:xml|rss|atom|json|php|aspx?|rdf))?/?\Z"
    r"|[^/]\.(?:rss|atom|rdf)\Z|/(?:rss|feeds?|atom)/[^.]*(?:\.xml|\.rss|\.json)?\Z|(?:^|[?&])(?:feed|format|type)=(?:rss2?|atom|feed)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|kommentar|comentario|commentaire|replies", re.IGNORECASE)
_API = re.compile(r"/wp-json\b|oembed", re.IGNORECASE)


def discover_feeds(html: bytes | str, *, url: str) -> list[str]:
    """Return the addresses of the feeds a page names, absolute and each once, best first.

    Args:
        html: the page; bytes are decoded by what they declare and look like.
        url: where the page is.

    >>> discover_feeds('<link rel="alternate" type="application/rss+xml" href="/f.xml"><a href=/rss>', url="https://a.org")
    ['https://a.org/f.xml', 'https://a.org/rss']
    """
    page = decode_feed(html[:LARGEST])[0] if isinstance(html, bytes) else html[:LARGEST]
    base = url
    found: dict[str, tuple[int, int]] = {}
    for piece in itertools.islice(_PIECE.finditer(page), MOST_TAGS):
        name = (piece["tag"] or "").lower()
        if not name:
            continue
        attributes = _attributes(piece["rest"])
        link = _absolute(base, attributes.get("href", ""))
        if name == "base":
            base = link or base
            continue
        rank = _declared(attributes, link) if name == "link" else _looks(link)
        if link and rank is not None and link != url:
            later = (rank + _minus(link, attributes.get("title", "")), len(found))
            found[link] = min(found.get(link, later), later)
    return sorted(found, key=lambda link: found[link])[:MOST_FEEDS]


def _attributes(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(rest):
        found.setdefault(name.lower(), entities.unescape(double or single or bare).strip())
    return found


def _absolute(base: str, link: str) -> str:
    if not link:
        return ""
    link = f"https://{link[7:]}" if link.lower().startswith("feed://") else link
    link = link[5:] if link.lower().startswith("feed:http") else link
    try:
        whole = urljoin(base, "".join(link.split()))
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole.partition("#")[0] if parts.scheme in {"http", "https"} and parts.netloc else ""


def _declared(attributes: dict[str, str], link: str) -> int | None:
    """Rank what a page declares: feeds by their type first, XML that may be one if its address looks like it."""
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").lower().partition(";")[0].strip()
    if not link or _API.search(link) or not {"alternate", "feed"} & set(relations):
        return None
    if kind in _FEED_TYPES or ("feed" in relations and not kind):
        return 0
    return 2 if kind in _MAYBE_TYPES and _looks(link) is not None else None


def _looks(link: str) -> int | None:
    """Rank an anchor by its address."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if not parts.netloc or _API.search(link):
        return None
    looks = _LIKE_FEED.search(parts.path) or (parts.query and _LIKE_FEED.search(parts.query))
    return 10 if looks else None


def _minus(link: str, title: str) -> int:
    """Rank feeds of comments last, and what looks like another page's after the site's own."""
    return 100 if _COMMENTS.search(link) or _COMMENTS.search(title) else 0
