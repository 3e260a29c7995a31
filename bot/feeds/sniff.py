"""Tells what kind of thing came from the web, by its bytes first and by what its header says second.

It reads nothing out of it.
"""

from __future__ import annotations

import re

HEAD = 8_192  # bytes looked at; 4,096 hold the root of every real feed measured, stylesheets and comments included
PDF_WITHIN = 1_024  # bytes; readers accept junk of that length in front of "%PDF-" (ISO 32000-1, annex H.3.4.1)

MARKS = {  # a mark stands before those that it begins with
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
UNMARKED = {  # no mark, yet it begins with "<"
    b"<\x00\x00\x00": "utf-32-le",
    b"\x00\x00\x00<": "utf-32-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}

PROLOG = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
FEED_ROOT = re.compile(r"<(?:!doctype\s+)?(?:[a-z][\w.-]*:)?(?:rss|feed|rdf|channel)(?=[\s>/])")
PAGE_ROOT = re.compile(r"<(?:!doctype\s+html|(?:[a-z][\w.-]*:)?html|head|body)\b")
PAGE_START = re.compile(
    r"<(?:title|meta|link|script|style|div|p|h[1-6]|table|article|main|section|a|img|br|span|iframe)\b"
)
DOCTYPE = re.compile(r"<!doctype\b[^>\[]*(?:\[[^\]]*\]\s*)?>\s*")
ATTRIBUTE = re.compile(r"\s+[a-z][\w:.-]*\s*=")

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
PAGE_TYPES = ("text/html", "application/xhtml+xml")
JSON_FEED = b"jsonfeed.org/version/"
UNTEXTLIKE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # white space and ESC (ISO-2022 scripts) are in texts


def kind_of(content: bytes, content_type: str = "") -> str:
    """Name the kind: `html`, `feed`, `pdf`, `docx`, `text`, `json` or `other`.

    Args:
        content: the whole of it, decompressed.
        content_type: the Content-Type header, parameters and all.

    >>> kind_of(b'<?xml version="1.0"?><rss version="2.0">', "text/html")
    'feed'
    """
    declared = content_type.partition(";")[0].strip().lower()
    if is_document(content):
        return "pdf" if b"%PDF-" in content[:PDF_WITHIN] else ("docx" if b"word/" in content else "other")
    head = _head(content)
    return _kind_of_json(content, head, declared) or _kind_of_markup(head) or _kind_declared(content, declared)


def is_document(content: bytes | bytearray) -> bool:
    """Say whether the first bytes are those of a PDF, or of an archive as DOCX is one.

    >>> is_document(b"%PDF-1.7"), is_document(b"<html>")
    (True, False)
    """
    start = bytes(content[:PDF_WITHIN])
    if start.startswith(b"PK\x03\x04"):
        return True
    return b"%PDF-" in start and not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{"))


def _head(content: bytes) -> str:
    """The beginning as lower-case text, as far as it can be told without knowing the charset."""
    start = content[:HEAD]
    mark = next((mark for mark in MARKS if start.startswith(mark)), b"")
    bare = next((UNMARKED[first] for first in UNMARKED if start.startswith(first)), "latin-1")
    encoding = MARKS.get(mark, bare)
    return start[len(mark) :].decode(encoding, errors="replace").lstrip("\ufeff\x00 \t\r\n\f").lower()


def _kind_of_json(content: bytes, head: str, declared: str) -> str | None:
    if not re.match(r"\{\s*[\"}]|\[\s*[\[{\"\d\]]", head) or declared in PAGE_TYPES:
        return None
    is_feed = declared == "application/feed+json" or (
        head.startswith("{") and JSON_FEED in content.replace(b"\\/", b"/")
    )
    return "feed" if is_feed else "json"


def _kind_of_markup(head: str) -> str | None:
    """Judge by the first root there is; a prolog may stand in front of it, and a feed's is found behind junk."""
    body = PROLOG.sub("", head).lstrip()
    if FEED_ROOT.match(DOCTYPE.sub("", body, count=1)):  # a doctype may say anything, "html" included
        return "feed"
    feed, page = FEED_ROOT.search(body), PAGE_ROOT.search(body)
    if feed and (page is None or feed.start() < page.start()):
        # behind junk only a root with an attribute counts: prose that tells of "<rss>" is no feed
        is_root = feed.start() == 0 or ATTRIBUTE.match(body, feed.end())
        return "feed" if is_root else None
    if page and not body[: page.start()].strip(" \t\r\n<>-"):
        return "html"
    return "html" if PAGE_START.match(body) else None


def _kind_declared(content: bytes, declared: str) -> str:
    """Believe the header where the bytes may be what it says."""
    if UNTEXTLIKE.search(content[:HEAD]) and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "other"
    if declared in FEED_TYPES:
        return "feed"
    if declared in PAGE_TYPES:
        return "html"
    if declared == "application/json":
        return "json"
    if declared.startswith("text/") and declared != "text/xml":
        return "text"
    unsaid = declared in {"", "application/octet-stream", "binary/octet-stream"}
    return "text" if unsaid and content.strip() and not content.lstrip().startswith(b"<") else "other"
