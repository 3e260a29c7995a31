"""Bytes of a feed → what it says: RSS 0.9 to 2.0, Atom, RDF, JSON Feed; nothing is fetched, kept or judged.

Whatever is wrong, what can be had is taken and the rest is named in `problems`. Three ways are tried in turn: the
document as it is, by an XML parser; the document mended (`mending`), by the same parser told to go on; and tag soup,
by feedparser. The first two are some ten times as fast, and give the same entries on sound feeds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.feeds.decoding import decode_feed
from bot.feeds.entries import MOST_ENTRIES
from bot.feeds.jsonfeed import looks_like_json, read_json_feed
from bot.feeds.mending import mend_xml, take_doctype
from bot.feeds.parse_loose import read_loosely
from bot.feeds.trees import read_tree
from bot.model import ParsedFeed

LARGEST = 5_000_000
"""Bytes of a feed that are read (the contract's bound of a page)."""

_OPENED = re.compile(r"<(?:[a-z]\w*:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[a-z]\w*:)?(?:rss|feed|rdf)\b[^<>]{0,20000}>", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def parse_feed(content: bytes, *, url: str | None = None, charset: str | None = None) -> ParsedFeed:
    """Read a feed; a file with nothing in it gives no entries and a problem. No input raises an error.

    Args:
        content: the bytes as they came, decompressed.
        url: where they came from, to complete relative links.
        charset: what the header said of their encoding.

    >>> feed = parse_feed(b"<rss><channel><item><title>A &amp; B</title><link>/c</link>", url="https://example.org/f")
    >>> feed.entries[0].title, feed.entries[0].url, len(feed.problems)
    ('A & B', 'https://example.org/c', 2)
    """
    doubts = []
    if len(content) > LARGEST:
        content = content[:LARGEST]
        doubts.append(f"it has more than {LARGEST} bytes; the rest was left out")
    text, wrong = decode_feed(content, charset)
    doubts += [wrong] if wrong else []
    if not text.strip("\x00 \t\r\n\ufeff"):
        return ParsedFeed(problems=(*doubts, "it is empty"))
    doubt = "; ".join(doubts)
    if looks_like_json(text):
        return _doubted(read_json_feed(text, url=url), doubt)
    return _read_xml(text, url, doubt)


def _read_xml(text: str, url: str | None, doubt: str) -> ParsedFeed:
    body, entities = take_doctype(text)
    root, _ = _parsed(body)
    feed = read_tree(root, url=url, doubt=doubt) if root is not None else None
    if feed is not None:
        return feed
    if not _OPENED.search(body):
        found = "it is a page (HTML), no feed" if _HTML.search(body, 0, 2_000) else "there is no entry in it"
        feed = ParsedFeed(problems=(*([doubt] if doubt else []), found))
        return _header_only(body, entities, url, doubt) or feed
    if root is not None:
        return read_loosely(body, url=url, doubt=doubt)
    return _read_broken(mend_xml(body, entities), url, doubt)


def _header_only(body: str, entities: Mapping[str, str], url: str | None, doubt: str) -> ParsedFeed | None:
    """Read a broken feed without entries: its title and its language may be there."""
    root, _ = _parsed(mend_xml(body, entities), recover=True) if _ROOT.search(body, 0, 20_000) else (None, "")
    return read_tree(root, url=url, doubt=doubt) if root is not None else None


def _read_broken(body: str, url: str | None, doubt: str) -> ParsedFeed:
    """Read mended XML that may still be broken, in three ways; the one that brings most entries counts."""
    root, error = _parsed(body, recover=True)
    broken = f"its XML is broken{f' ({error})' if error else ''}; what could be read was read"
    doubt = f"{doubt}; {broken}" if doubt else broken
    feed = read_tree(root, url=url, doubt=doubt) if root is not None else None
    opened = min(MOST_ENTRIES, sum(1 for _ in _OPENED.finditer(body)))
    if feed is not None and len(feed.entries) < opened:
        feed = max(feed, read_tree(_put_together(body), url=url, doubt=doubt) or feed, key=_amount)
    if feed is not None and feed.entries:
        return feed
    loose = read_loosely(body, url=url, doubt=doubt)
    return loose if feed is None or loose.entries else feed


def _put_together(body: str) -> Any:
    """Parse each entry on its own, so that what is broken in one is broken in no other; return a tree of them all."""
    cuts = [found.start() for found in itertools.islice(_OPENED.finditer(body), MOST_ENTRIES + 1)]
    head = body[: cuts[0]]
    opening = _ROOT.search(head)
    root, _ = _parsed(head, recover=True)
    if root is None or opening is None:
        return _parsed("<rss/>")[0]
    for start, end in zip(cuts[:MOST_ENTRIES], [*cuts[1:], len(body)], strict=False):
        part, _ = _parsed(opening[0] + body[start:end], recover=True)
        if part is not None and len(part):
            root.append(part[0])
    return root


def _amount(feed: ParsedFeed) -> tuple[int, int]:
    return len(feed.entries), sum(bool(each.title) + bool(each.url) + bool(each.text) for each in feed.entries)


def _parsed(text: str, *, recover: bool = False) -> tuple[Any, str]:
    """Return the root element and the first error. No DTD, entity or address is opened; depth and size are bounded."""
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8", recover=recover, resolve_entities=False, no_network=True, remove_comments=True,
        remove_pis=True, huge_tree=False, collect_ids=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        return None, str(error.msg)
    first = parser.error_log[0] if recover and len(parser.error_log) else None
    return root, f"line {first.line}: {' '.join(first.message.split())[:100]}" if first else ""


def _doubted(feed: ParsedFeed, doubt: str) -> ParsedFeed:
    return replace(feed, problems=(doubt, *feed.problems)) if doubt else feed
