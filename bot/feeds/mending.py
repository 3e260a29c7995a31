"""Feed XML that breaks the rules → XML that a parser takes; it looks for no feed in it and parses nothing.

Rule: what no XML may hold is dropped or written as it must have been meant: control characters, stray `&` and `<`,
entities of HTML, junk before the first tag. Theory: these come from templates that paste text unescaped, so that the
markup around it is sound. Known exception: text that means to show such a thing literally loses it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.entities import html5

_START = re.compile(
    r"<(?:\?xml|!doctype|!--|rss\b|feed\b|rdf:rdf\b|(?:[a-z]\w*:)?(?:rss|feed|rdf|entry|channel)\b)", re.IGNORECASE
)
_PROLOG = re.compile(r"(?:\s++|<!--.*?-->|<\?[^>]*\?>)*+", re.DOTALL)
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype\b[^<>\[\]]{0,2000}(?:\[(?:[^\[\]]{0,100000})\]\s*)?>", re.IGNORECASE)
_ENTITY = re.compile(r"<!entity\s+([\w.-]{1,50})\s+(?:\"([^\"&%<]{0,500})\"|'([^'&%<]{0,500})')\s*>", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ODD = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)"  # left as it is: there nothing need be escaped
    r"|<!--.*?(?:-->|\Z)"
    r"|&(?:[a-z][\w.-]{0,40}|\#\d{1,8}|\#x[0-9a-f]{1,7});"
    r"|&"
    r"|<(?![a-z/!?_])",
    re.IGNORECASE | re.DOTALL,
)
_XML_OWN = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
MOST_EXPANSION = 200_000
"""Characters that entities a feed defines itself may add in all; honest feeds define a name or a sign or two."""


def take_doctype(text: str) -> tuple[str, Mapping[str, str]]:
    r"""Cut the XML declaration, the junk before the first tag and the DOCTYPE off; return the entities it defined.

    Only entities that stand for plain text are kept, so that none can refer to another: the "billion laughs" are
    never told. No external entity is ever opened.

    >>> take_doctype('\n<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY co "Company">]><rss>&co;</rss>')
    ('<rss>&co;</rss>', {'co': 'Company'})
    """
    if found := _START.search(text, 0, 20_000):
        text = text[found.start() :]
    if found := _DECLARATION.match(text):
        text = text[found.end() :].lstrip()
    prolog = _PROLOG.match(text)
    doctype = _DOCTYPE.match(text, prolog.end() if prolog else 0)
    if not doctype:
        return text, {}
    entities = {found[1]: found[2] or found[3] or "" for found in _ENTITY.finditer(doctype[0])}
    return text[: doctype.start()] + text[doctype.end() :], entities


def mend_xml(text: str, entities: Mapping[str, str] | None = None) -> str:
    """Return an XML text with what no parser takes mended; tags that do not match stay as they are.

    Args:
        text: the document without its DOCTYPE.
        entities: what the DOCTYPE defined, name → text.

    >>> mend_xml("<a>AT&T &eacute; 3 < 4 &x;&#8;</a>", {"x": "y"})
    '<a>AT&amp;T é 3 &lt; 4 y</a>'
    """
    known = entities or {}
    left = MOST_EXPANSION

    def mended(found: re.Match[str]) -> str:
        nonlocal left
        odd = found[0]
        if odd.startswith("<!") or odd in _XML_OWN:
            return odd if odd[2:3] != "-" else ""
        if odd == "<":
            return "&lt;"
        if odd == "&":
            return "&amp;"
        name = odd[1:-1]
        if name in known and len(known[name]) <= left:
            left -= len(known[name])
            return known[name]
        return _resolved(name)

    return _ODD.sub(mended, _FORBIDDEN.sub("", text))


def _resolved(name: str) -> str:
    """Return what an entity stands for, escaped anew where it is markup; an unknown one stands for itself."""
    if not name.startswith("#") and f"{name};" not in html5:
        return f"&amp;{name};"
    sign = _FORBIDDEN.sub("", html.unescape(f"&{name};"))
    return html.escape(sign)
