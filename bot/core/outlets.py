"""Which reports of a story are independent of one another; it does not judge whether they are true.

Rules
    A syndicated copy is no report of its own. Two reports are of one outlet if they name the same source, or if their
    addresses are of one site; a site is the part of the host that is registered (`bbc.co.uk`, not `news.bbc.co.uk`).
    Reports that name neither are one outlet together: nobody knows whose they are.

Theory
    What several newsrooms decided to tell, each for itself, is news; what one agency sent to many is one decision.

Known exceptions
    Houses that own several sites count as several. Sites where anybody publishes (`PLATFORMS`) say nothing about the
    outlet: there the source's name decides alone. Registries below a country are known by their usual names only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from bot.model import Article, Story

PLATFORMS = frozenset(
    [
        "blogspot.com",
        "facebook.com",
        "feedburner.com",
        "github.io",
        "google.com",
        "medium.com",
        "msn.com",
        "substack.com",
        "t.me",
        "wordpress.com",
        "x.com",
        "yahoo.com",
        "youtube.com",
    ]
)
_REGISTRIES = frozenset(["ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "govt", "mil", "ne", "net", "or", "org"])
_COUNTRY = 2  # letters of a country's domain


def independent_reports(story: Story) -> tuple[Article, ...]:
    """Return the reports of a story that are independent, one an outlet, in the story's order.

    >>> reports = [Article("a", "", source="Kairos Wire", id=1), Article("b", "", source="Harbor Post", id=2)]
    >>> [each.source for each in independent_reports(Story("a", tuple(reports), copies=frozenset({2})))]
    ['Kairos Wire']
    """
    return tuple(one_an_outlet(article for article in story.articles if article.id not in story.copies))


def one_an_outlet(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield the first article of each outlet."""
    seen: set[str] = set()
    for article in articles:
        names = outlet_names(article)
        if not seen & names:
            yield article
        seen |= names


def outlet_names(article: Article) -> frozenset[str]:
    """Return what an outlet is known by: its name and its site. Articles that share one are of one outlet.

    >>> sorted(outlet_names(Article("", "", source="Harbor Post", url="https://www.harborpost.example/a")))
    ['name harbor post', 'site harborpost.example']
    """
    names = []
    if name := " ".join(article.source.casefold().split()):
        names.append(f"name {name}")
    if site := site_of(article.url):
        names.append(f"site {site}")
    return frozenset(names or [""])


@lru_cache(16384)  # addresses of a day: every wish asks for the same ones
def site_of(url: str | None) -> str:
    """Return the registered part of an address's host; empty where there is none, or where anybody publishes there.

    >>> site_of("https://news.bbc.co.uk/1"), site_of("https://t.me/kairos/5")
    ('bbc.co.uk', '')
    """
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:  # a bracket that opens an IPv6 address and none that closes it
        return ""
    labels = [label for label in host.split(".") if label]
    below = len(labels) > 2 and len(labels[-1]) == _COUNTRY and labels[-2] in _REGISTRIES  # noqa: PLR2004 -- a.co.uk
    site = ".".join(labels[-3 if below else -2 :])
    return "" if site in PLATFORMS else site
