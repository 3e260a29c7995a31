"""What may be said of a feed: kinds, ownerships, languages, countries and addresses; it reads no feed."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from bot.seeds.folder import data_folder
from bot.seeds.tomlfile import read_toml

KINDS = ("agency", "broadcaster", "paper", "magazine", "ministry", "organisation", "think_tank")
OWNERSHIPS = ("state", "public", "private")

LANGUAGES = frozenset(
    """aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw
    ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu""".split()  # noqa: SIM905 -- a list of words is read as text
)
"""The languages of ISO 639-1, by their codes."""


@cache
def country_keys() -> frozenset[str]:
    """Return the keys a feed's country may have: the places of `data/places.toml`.

    Raises:
        DataError: that file can't be read.
    """
    return frozenset(read_toml(data_folder() / "places.toml").content)


def is_web_address(url: str) -> bool:
    """Tell whether an address can be asked over the web: http or https, a host, and no blanks or controls.

    >>> [is_web_address(url) for url in ("https://a.example/rss", "feed://a.example", "https://", "http://a b")]
    [True, False, False, False]
    """
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0  # asking for the port checks it
    except ValueError:
        return False
    return named and parts.scheme in {"http", "https"} and url.isprintable() and " " not in url
