"""RSS, RDF and Atom as a tree → a parsed feed; it decodes nothing and mends nothing.

Elements are known by their local name and the namespace they are in, under any prefix, and under the customary prefix
where the namespace is not declared. The first element of a kind that says something counts.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from bot.feeds.dates import date_from_text
from bot.feeds.entries import MOST_ENTRIES, Findings, absolute_link, compose_entry, feed_from
from bot.model import FeedEntry, ParsedFeed

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_PREFIXES = (
    ("purl.org/dc/", "dc"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/rss/1.0/modules/syndication", "sy"),
    ("search.yahoo.com/mrss", "media"),
    ("www.itunes.com/dtds/", "itunes"),
    ("rssnamespace.org/feedburner", "feedburner"),
    ("www.w3.org/1999/xhtml", "xhtml"),
    ("www.w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
    ("prismstandard.org/", "prism"),
    ("www.w3.org/2005/atom", ""),
    ("purl.org/atom/", ""),
    ("purl.org/rss/1.0/", ""),
    ("purl.org/net/rss", ""),
    ("my.netscape.com/", ""),
    ("channel.netscape.com/", ""),
    ("backend.userland.com/", ""),
    ("blogs.law.harvard.edu/", ""),
    ("cyber.law.harvard.edu/rss", ""),
)
"""Where a namespace begins (without its scheme, lower case) → the prefix its elements are known by here."""

_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "rdf", "entry"})
_ITEMS = frozenset({"item", "entry"})
_TITLES = ("title", "dc:title", "media:title", "itunes:title")
_CONTENTS = ("content:encoded", "content", "xhtml:body", "xhtml:div", "body", "fullitem", "content:items")
_TEASERS = ("description", "summary", "dc:description", "abstract", "tagline", "itunes:summary", "media:description")
_PUBLISHED = (
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "dc:issued",
    "dc:created",
    "created",
    "prism:publicationdate",
)
_CHANGED = ("updated", "modified", "dc:modified", "date", "lastbuilddate", "dc:available", "dc:datesubmitted")
_AUTHORS = ("author", "dc:creator", "dc:author", "creator", "itunes:author", "contributor", "dc:contributor")
_LINKS = ("link", "a10:link")
_PERIODS = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
_ALTERNATE = frozenset({"alternate", "http://www.iana.org/assignments/relation/alternate"})
_BY_ITSELF = 4
_OTHER_RELATIONS = {"canonical": 3, "related": 3, "via": 3, "self": _BY_ITSELF}
"""Links that lead to the article where no other does, best first; `self` only if it is a page."""

_XMLNS = re.compile(r"\sxmlns(?::[\w.-]+)?=\"[^\"]*\"")
_LONGEST_PAUSE = timedelta(days=7)

Element = Any
"""lxml publishes no types."""

Parts = Mapping[str, list[Element]]
"""The children of an element by key."""


class Keys(dict[str, str]):
    """Tag as lxml writes it → key: `pubdate`, `dc:creator`, `content:encoded`. One for each document."""

    def __missing__(self, tag: str) -> str:
        namespace, brace, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        if brace:
            place = namespace.strip().lower().partition("://")[2] or namespace.lower()
            prefix = next((short for start, short in _PREFIXES if place.startswith(start)), None)
            local = f"{prefix}:{local}" if prefix else local if prefix == "" else f"?:{local}"
        key = local.lower().removeprefix("rss:").removeprefix("atom:")
        self[tag] = key
        return key


def read_tree(root: Element, *, url: str | None = None, doubt: str = "") -> ParsedFeed | None:
    """Read a feed out of an element tree, or return None where its root is that of no feed known here.

    Args:
        root: the root element, of lxml.
        url: where the feed came from.
        doubt: what was wrong with the document, to be told among the problems.
    """
    keys = Keys()
    kind = keys[root.tag]
    # A default namespace that nobody knows is taken for a misspelled one.
    for tag in {each.tag for each in root.iter("*")} if kind.removeprefix("?:") in _ROOTS and kind[0] == "?" else ():
        keys[tag] = keys[tag].removeprefix("?:")
    kind = keys[root.tag]
    if kind not in _ROOTS:
        return None
    channel = _channel(root, keys)
    parts = _parts(channel, keys)
    if channel is not root:
        parts = {**_parts(root, keys), **parts}
    findings = Findings(problems=[doubt] if doubt else [])
    site = _site(parts, kind, _based(channel, url))
    findings.base = _base_of_links(kind, site, _based(channel, url))
    items = [each for each in root.iter("*") if keys[each.tag] in _ITEMS]
    entries = [_entry(item, keys, findings) for item in items[:MOST_ENTRIES]]
    return feed_from(
        findings,
        entries,
        total=len(items),
        title=_markup(parts, ("title", "dc:title")),
        language=_plain(parts, ("language", "dc:language")) or _language(channel, root),
        site=site,
        pause=_pause(parts),
    )


def _channel(root: Element, keys: Keys) -> Element:
    return next((each for each in root if isinstance(each.tag, str) and keys[each.tag] == "channel"), root)


def _language(channel: Element, root: Element) -> str:
    return channel.get(_LANG) or root.get(_LANG) or ""


def _parts(element: Element, keys: Keys) -> Parts:
    parts: dict[str, list[Element]] = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            parts.setdefault(keys[tag], []).append(child)
    return parts


def _based(element: Element, url: str | None) -> str | None:
    """Return the base of an element's links: `xml:base` of its ancestors upon the feed's address."""
    given = [each.get(_BASE) for each in (element, *element.iterancestors())]
    base = url
    for part in reversed(given):
        if part:
            base = _joined(base, part.strip())
    return base


def _joined(base: str | None, link: str) -> str | None:
    try:
        return urljoin(base or "", link)
    except ValueError:
        return base


def _base_of_links(kind: str, site: str | None, base: str | None) -> str | None:
    """Return what an entry's relative links start from: in RSS the site, as its writers mean it; in Atom the base."""
    whole = absolute_link(site, base) if site else None
    is_whole = whole is not None and whole.startswith(("http://", "https://"))
    return whole if is_whole and (kind != "feed" or not base) else base


def _site(parts: Parts, kind: str, base: str | None) -> str | None:
    link = _link(parts)
    return (_joined(base, link) if base else link) if link or kind == "feed" else None


def _entry(item: Element, keys: Keys, findings: Findings) -> FeedEntry:
    parts = _parts(item, keys)
    title, title_plain = _title(parts, item, keys)
    link = _entry_link(parts, item)
    content, plain = _content(parts)
    return compose_entry(
        findings,
        title=title,
        title_plain=title_plain,
        link=link,
        content=content,
        plain=plain,
        summary=_markup(parts, _TEASERS) or (_media(item, keys, "media:description") if not (content or plain) else ""),
        published_at=findings.dated(*_date(parts)),
        authors=_authors(parts, keys),
        base=_own_base(item, findings.base),
        guid=_plain(parts, ("guid", "id")),
    )


def _own_base(item: Element, base: str | None) -> str | None:
    own = item.get(_BASE)
    return _joined(base, own.strip()) if own else base


def _title(parts: Parts, item: Element, keys: Keys) -> tuple[str, bool]:
    for key in _TITLES:
        for element in parts.get(key, ()):
            text = _source(element)
            if text.strip():
                return text, element.get("type") == "text" and not len(element)
    return _media(item, keys, "media:title"), False


def _media(item: Element, keys: Keys, key: str) -> str:
    """Return what a media group of an entry says, where the entry itself says nothing."""
    for group in item:
        if isinstance(group.tag, str) and keys[group.tag] in {"media:group", "media:content"}:
            for child in group:
                if isinstance(child.tag, str) and keys[child.tag] == key and child.text and child.text.strip():
                    return str(child.text)
    return ""


def _content(parts: Parts) -> tuple[str, str]:
    """Return the longest content as HTML, or else as text."""
    best: tuple[str, str] = "", ""
    for key in _CONTENTS:
        for element in parts.get(key, ()):
            source = _source(element)
            if len(source) > max(map(len, best)):
                is_text = element.get("type") in {"text", "text/plain"} and not len(element)
                best = ("", source) if is_text else (source, "")
        if any(best) and key == "content:encoded":
            break
    return best


def _source(element: Element) -> str:
    """Return what an element says as HTML: its text, or its children written out; base64 is decoded."""
    if len(element):
        children = list(element)
        only = children[0] if len(children) == 1 and not (element.text or "").strip() else None
        if (
            only is not None
            and isinstance(only.tag, str)
            and only.tag.endswith("}div")
            and not (only.tail or "").strip()
        ):
            return _written(only)
        return _written(element)
    text: str = element.text or ""
    kind = element.get("type") or ""
    if text and (element.get("mode") == "base64" or kind.startswith("application/octet")):
        return _from_base64(text)
    # XHTML was parsed with the feed: what is left is text, and becomes source again.
    return html.escape(text, quote=False) if kind in {"xhtml", "application/xhtml+xml"} else text


def _written(element: Element) -> str:
    from lxml import etree

    inner = [html.escape(element.text or "", quote=False)]
    inner += [etree.tostring(child, encoding="unicode", method="xml") for child in element]
    return _XMLNS.sub("", "".join(inner))


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return text


def _texts(parts: Parts, names: Sequence[str]) -> Iterator[str]:
    for key in names:
        for element in parts.get(key, ()):
            if element.text and element.text.strip():
                yield element.text.strip()


def _plain(parts: Parts, names: Sequence[str]) -> str:
    return next(_texts(parts, names), "")


def _markup(parts: Parts, names: Sequence[str]) -> str:
    for key in names:
        for element in parts.get(key, ()):
            source = _source(element)
            if source.strip():
                return source
    return ""


def _date(parts: Parts) -> tuple[str, datetime | None]:
    """Return the first date that can be read, published before changed, and else how the first one is written."""
    first = ""
    for names in (_PUBLISHED, _CHANGED):
        for written in _texts(parts, names):
            if found := date_from_text(written):
                return written, found
            first = first or written
    return first, None


def _link(parts: Parts) -> str:
    """Return the address of the page: `rel=alternate`, HTML before other types, or a link's text."""
    best, rank = "", 9
    for element in (each for key in _LINKS for each in parts.get(key, ())):
        href = element.get("href")
        if href is None:
            text = (element.text or "").strip()
            order = 0 if text else 9
            href = text
        elif (element.get("rel") or "alternate").strip().lower() in _ALTERNATE:
            order = 1 if "html" in (element.get("type") or "html") else 2
        else:
            order = _OTHER_RELATIONS.get((element.get("rel") or "").strip().lower(), 9)
            order = 9 if order == _BY_ITSELF and "html" not in (element.get("type") or "") else order
        if href.strip() and order < rank:
            best, rank = href.strip(), order
    return best


def _entry_link(parts: Parts, item: Element) -> str:
    original = _plain(parts, ("feedburner:origlink",))
    if original.lower().startswith(("http://", "https://")):
        return original
    if link := _link(parts):
        return link
    for element in (*parts.get("guid", ()), *parts.get("id", ())):
        text = (element.text or "").strip()
        permalink = (element.get("isPermaLink") or element.get("ispermalink") or "").strip().lower()
        # The standard takes a guid for a link unless it says no; most that say nothing are numbers.
        is_path = element.tag.lower().endswith("guid") and "/" in text and " " not in text
        if text and permalink != "false" and (permalink == "true" or is_path or text.lower().startswith("http")):
            return text
    about = (item.get(_ABOUT) or item.get("about") or "").strip()
    return about if about.lower().startswith("http") else ""


def _authors(parts: Parts, keys: Keys) -> list[str]:
    for key in _AUTHORS:
        names = []
        for element in parts.get(key, ()):
            if not len(element):
                names.append(element.text or "")
                continue
            inner = _parts(element, keys)
            names.append(_plain(inner, ("name", "rdf:value", "foaf:name", "?:name")) or _plain(inner, ("email",)))
        if any(name.strip() for name in names):
            return names
    return []


def _pause(parts: Parts) -> timedelta | None:
    """Return how long a feed asks to be left alone: `ttl` in minutes, or `sy:updatePeriod` by its frequency."""
    ttl = _plain(parts, ("ttl",))
    if ttl.isdecimal() and len(ttl) < 7 and int(ttl):  # noqa: PLR2004 -- beyond a million minutes is no pause
        return min(timedelta(minutes=int(ttl)), _LONGEST_PAUSE)
    days = _PERIODS.get(_plain(parts, ("sy:updateperiod",)).lower())
    if days is None:
        return None
    times = _plain(parts, ("sy:updatefrequency",))
    often = int(times) if times.isdecimal() and len(times) < 5 else 1  # noqa: PLR2004 -- more often than each second
    return min(timedelta(days=days / max(1, often)), _LONGEST_PAUSE)
