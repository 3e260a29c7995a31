"""Feeds from OPML and to OPML, the format in which readers hand over their lists (the only door to listparser).

It does not fetch the lists that an OPML file may link to, and keeps no folders.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from bot.core.decode import text_from_bytes
from bot.errors import DataError
from bot.model import Feed
from bot.seeds.facts import KINDS, LANGUAGES, OWNERSHIPS, country_keys, is_web_address

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# OPML 2.0 wants what it does not describe itself in a namespace; `language` it does describe.
_NAMESPACE = "urn:communique:feeds"
_PREFIX = "feeds"
_OWN = ("country", "kind", "ownership")
_FOLDERS_KEPT = 10_000_000  # listparser keeps every feed's way down, 8 bytes a folder: this many are 80 MB


def feeds_from_opml(text: str | bytes, *, name: str) -> tuple[Feed, ...]:
    """Return the feeds of an OPML text, each address once; `name` is what errors call it.

    Folders are passed over. Broken OPML gives what can be had: an outline without an address of the web is left out,
    and so is a language, country, kind or ownership that is none.

    Raises:
        DataError: nothing could be had.
    """
    import listparser

    decoded = text if isinstance(text, str) else _decoded(text)
    if decoded is None:
        raise DataError(f"{name}: no OPML: this is no text")
    # Numbers for every letter that is not ASCII: listparser takes bytes (a str may be an address it would fetch),
    # and what it makes of their encoding depends on the parser below it.
    plain = "".join(letter for letter in decoded if _may_stand(letter)).encode("ascii", "xmlcharrefreplace")
    own = _Outlines(plain.decode("ascii"))
    if own.deepest * len(own.said) > _FOLDERS_KEPT:
        raise DataError(f"{name}: no OPML that can be read: its folders are {own.deepest} deep")
    try:
        outlines = listparser.parse(plain)["feeds"] if plain.strip() else []
    except (LookupError, ValueError) as error:
        raise DataError(f"{name}: no OPML that can be read: {error}") from error
    feeds = [_feed(one["url"], one["title"], own.said.get(one["url"], {})) for one in outlines]
    found = tuple(feed for feed in feeds if is_web_address(feed.url))
    if not found:
        lacking = "no outline has an xmlUrl with http:// or https://" if outlines else "no outline has an xmlUrl"
        raise DataError(f"{name}: no OPML with feeds: {lacking}")
    return found


def opml_from_feeds(feeds: Iterable[Feed]) -> str:
    """Write feeds as OPML 2.0: their address, name, language, country, kind and ownership, not how polling goes.

    >>> feed = Feed("https://a.example/rss?x=1&y", "A & B", country="JP", kind="paper")
    >>> feeds_from_opml(opml_from_feeds([feed]), name="doctest") == (feed,)
    True
    """
    root = ET.Element("opml", {"version": "2.0", f"xmlns:{_PREFIX}": _NAMESPACE})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Communiqué: feeds"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        name = _clean(feed.name)
        outline = ET.SubElement(body, "outline", {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url})
        if feed.language:
            outline.set("language", feed.language)
        for field in _OWN:
            if value := getattr(feed, field):
                outline.set(f"{_PREFIX}:{field}", value)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


class _Outlines(HTMLParser):
    """The attributes of outlines by their address, which listparser does not hand on, and how deep they stand.

    As forgiving as listparser is.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: dict[str, dict[str, str]] = {}
        self.deepest = self._depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.rpartition(":")[2] != "outline":
            return
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)
        values = {name.rpartition(":")[2]: (value or "").strip() for name, value in attrs}
        if values.get("xmlurl"):
            self.said.setdefault(values["xmlurl"], values)

    def handle_endtag(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "outline":
            self._depth -= 1


def _feed(url: str, title: str, said: dict[str, str]) -> Feed:
    language = said.get("language", "")[:2].lower()  # OPML says en-us
    country, kind, ownership = (said.get(field, "") for field in _OWN)
    return Feed(
        url,
        _clean(title),
        language=language if language in LANGUAGES else None,
        country=country if country and country in country_keys() else None,
        kind=kind if kind in KINDS else "",
        ownership=ownership if ownership in OWNERSHIPS else None,
    )


def _clean(name: str) -> str:
    r"""Return a name on one line, of letters that may stand in XML.

    >>> _clean("  A\n\x00B ")
    'A B'
    """
    return " ".join("".join(letter for letter in name if _may_stand(letter)).split())


def _may_stand(letter: str) -> bool:
    """Tell whether XML 1.0 may have a character: no control, half of a pair or non-character."""
    return letter in "\t\n\r" or not (unicodedata.category(letter) in {"Cc", "Cs"} or ord(letter) & 0xFFFE == 0xFFFE)  # noqa: PLR2004 -- U+FFFE, U+FFFF and their like


def _decoded(raw: bytes) -> str | None:
    declared = _DECLARED.match(raw)
    if declared:
        try:
            return raw.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return text_from_bytes(raw)
