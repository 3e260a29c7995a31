"""A page's tree → what its head and its structured data say of it; it does not look for the article's text.

Title. Rule: of what the page names itself (JSON-LD headline, og:title, twitter:title, <title>), the part that is also
an <h1> is the title; else the headline without the site's name at its end or beginning. Theory: outlets append their
name for search engines and shares, hardly ever in the <h1>. Known exceptions: pages that set every teaser as <h1>; a
headline with a dash whose last part happens to be the site's name.

Paywall. Rule: schema.org `isAccessibleForFree` false, a `content_tier` of locked or metered, or, where the text is
short (`TEASER` characters), a box whose name says paywall. Known exception: outlets whose meter is a script alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bot.feeds.dates import date_from_text

TEASER = 1_500
"""Characters below which a text may be a teaser in front of a paywall: teasers run to two or three paragraphs."""

LEAST_HOST = 4
"""Fewest letters of a host's beginning that are taken for the site's name: three may be a word of the headline."""

_ARTICLES = re.compile(r"Article|BlogPosting|Report\b|LiveBlog")
_SEPARATOR = re.compile(r"\s+(?:[|»«·•–—:]|::|-{1,2})\s+|\s*\|\s*")
_CLOSED_BOX = re.compile(
    r"paywall|subscriber-only|subscription-required|premium-content|regwall|piano-inline", re.IGNORECASE
)
_FALSE = {"false", "0", "no"}
_DEEPEST = 12  # levels of JSON-LD; graphs in use have four
_MOST_NODES = 2_000


class Head:
    """What a page says of itself.

    Args:
        tree: the parsed page, with its scripts.
    """

    def __init__(self, tree: Any) -> None:
        self.metas = _metas(tree)
        self.data = _structured(tree)
        self._tree = tree

    def meta(self, *names: str) -> str:
        """Return the first non-empty of some meta values, "" where there is none."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), "")

    def structured(self, key: str) -> str:
        """Return the first string that an article of the structured data has under a key."""
        return squeezed(self.structured_text(key))

    def structured_text(self, key: str) -> str:
        """Return the same with its line ends."""
        found = (unescape(value) for node in self.data if isinstance(value := node.get(key), str))
        return next(filter(str.strip, found), "")

    @property
    def noarchive(self) -> bool:
        """Whether robots are asked not to keep the page or not to show a piece of it."""
        said = [value for name in ("robots", "googlebot") for value in self.metas.get(name, ())]
        return any(word in re.split(r"[\s,;]+", value.lower()) for value in said for word in ("noarchive", "nosnippet"))

    def is_paywalled(self, text: str) -> bool:
        """Say whether only a part of the article is there for everybody; `text` is what was found."""
        free = [str(node["isAccessibleForFree"]).lower() for node in self.data if "isAccessibleForFree" in node]
        tier = self.meta("article:content_tier").lower()
        if any(value in _FALSE for value in free) or tier in {"locked", "metered"}:
            return True
        if len(text) >= TEASER or "true" in free or tier == "free":
            return False
        marked = self._tree.xpath("//body//*[contains(@class, 'wall') or contains(@class, 'ubscri') or @data-paywall]")
        return any(_CLOSED_BOX.search(f"{each.get('class', '')} {each.get('data-paywall', '')}") for each in marked)

    def title(self, site: str = "", url: str | None = None) -> str:
        """Return the headline, without the name of the site (or of the host of `url` or the canonical address)."""
        whole = squeezed(" ".join(self._tree.xpath("//head/title[1]//text() | /html/title[1]//text()")))
        names = [self.structured("headline"), self.meta("og:title"), self.meta("twitter:title"), whole]
        headings = [squeezed(" ".join(each.itertext())) for each in self._tree.xpath("(//h1)[position() <= 20]")]
        for name in names:
            for heading in sorted(filter(None, headings), key=len, reverse=True):
                if _holds(name, heading):
                    return heading
        hosts = [_host(address) for address in (url or "", self.canonical)]
        sites = [part for part in (site, self.meta("og:site_name"), *hosts) if part]
        single = headings if len(headings) == 1 else []
        return next((found for name in [*names, *single] if (found := without_site(name, sites))), "")

    @property
    def published_at(self) -> datetime | None:
        """The instant of publication as the page declares it."""
        said = [
            self.structured("datePublished"),
            self.meta("article:published_time", "og:article:published_time", "datepublished"),
            self.meta("parsely-pub-date", "dc.date.issued", "dcterms.created", "sailthru.date", "pubdate", "date"),
            *self._tree.xpath("//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime")[:1],
            *self._tree.xpath("//article//time[@pubdate]/@datetime")[:1],
        ]
        return next((at for value in said if (at := date_from_text(value))), None)

    @property
    def language(self) -> str | None:
        """The language the page declares, as two letters; None where it does not."""
        said = [*self._tree.xpath("/html/@lang | /html/@xml:lang")[:1], self.meta("og:locale", "content-language")]
        found = (re.match(r"\s*([A-Za-z]{2})(?![A-Za-z])", value) for value in said)
        return next((match[1].lower() for match in found if match), None)

    @property
    def canonical(self) -> str:
        """The address the page gives itself, as written; "" where it gives none."""
        links = self._tree.xpath("//link[translate(@rel, 'CANONIL', 'canonil') = 'canonical']/@href")
        return next((link.strip() for link in [*links, self.meta("og:url")] if link.strip()), "")


def squeezed(text: str) -> str:
    r"""Return a text in one line.

    >>> squeezed(" Pact\n signed\xa0today ")
    'Pact signed today'
    """
    return " ".join(text.split())


def without_site(name: str, sites: list[str]) -> str:
    """Return a page's name without the site's at its end or beginning.

    Without a known site's name, a last part goes if it is short (at most four words) and the rest is longer.

    >>> without_site("Talks resume - The Daily Post", [])
    'Talks resume - The Daily Post'
    >>> without_site("Talks on steel duties resume | The Daily Post", [])
    'Talks on steel duties resume'
    >>> without_site("Talks resume - The Daily Post", ["thedailypost.example"])
    'Talks resume'
    """
    parts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(name)]
    if not parts:
        return name
    start, end = parts[-1]
    if _is_site(name[end:], sites):
        return name[:start].strip()
    first_start, first_end = parts[0]
    if _is_site(name[:first_start], sites):
        return name[first_end:].strip()
    sign = name[start:end].strip()
    last, rest = name[end:].split(), name[:start].split()
    if sign in {"|", "»", "«"} and len(last) <= len(rest) and len(last) <= 4:  # noqa: PLR2004 -- "The New York Times"
        return name[:start].strip()
    if name[first_start:first_end].strip() in {"|", "»"} and len(name[:first_start].split()) <= len(
        name[first_end:].split()
    ):
        return name[first_end:].strip()
    return name


def _is_site(part: str, sites: list[str]) -> bool:
    """Say whether a part of a page's name is a site's name, or the beginning of its host's."""
    letters = _letters(part)
    known = [_letters(site) for site in sites]
    return letters in known or (len(letters) >= LEAST_HOST and any(name.startswith(letters) for name in known))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _holds(name: str, heading: str) -> bool:
    """Say whether a page's name begins or ends with a heading, or is it but for a letter at its beginning."""
    name, heading = _letters(name), _letters(heading)
    if len(heading) < 4:  # noqa: PLR2004 -- "News" as a heading is a section
        return name == heading and bool(name)
    return name.startswith(heading) or (name.endswith(heading) and len(heading) * 3 > len(name))


def _metas(tree: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in tree.iter("meta"):
        name = each.get("property") or each.get("name") or each.get("itemprop") or each.get("http-equiv")
        if name and each.get("content"):
            found.setdefault(name.strip().lower(), []).append(squeezed(each.get("content")))
    return found


def _structured(tree: Any) -> list[dict[str, Any]]:
    """Return the articles of the page's JSON-LD; what is no JSON is passed over."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            try:
                nodes.extend(_objects(json.loads(script.text.strip().rstrip(";"), strict=False)))
            except (ValueError, RecursionError):
                continue
    return [node for node in nodes[:_MOST_NODES] if _ARTICLES.search(str(node.get("@type", "")))]


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        if isinstance(each, (dict, list)):
            yield from _objects(each, depth + 1)
