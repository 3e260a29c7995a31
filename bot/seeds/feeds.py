"""Reads a file of feeds, TOML or OPML, into feeds to start with; it asks no feed whether it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources.abc import Traversable

from bot.errors import DataError
from bot.model import Feed
from bot.seeds.facts import KINDS, LANGUAGES, OWNERSHIPS, country_keys, is_web_address
from bot.seeds.folder import data_folder
from bot.seeds.opml import feeds_from_opml
from bot.seeds.tomlfile import TomlFile, line_of, read_bytes, toml_from_bytes

_NEEDED = ("url", "name")
_FIELDS = (*_NEEDED, "language", "country", "kind", "ownership")
_RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "url": (is_web_address, "an address that begins with http:// or https://"),
    "language": (LANGUAGES.__contains__, "a language code of ISO 639-1 such as 'en'"),
    "country": (lambda key: key in country_keys(), "a key of data/places.toml such as 'JP' or 'WTO'"),
    "kind": (KINDS.__contains__, f"one of: {', '.join(KINDS)}"),
    "ownership": (OWNERSHIPS.__contains__, f"one of: {', '.join(OWNERSHIPS)}"),
}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")


def load_feeds(path: Traversable | None = None) -> tuple[Feed, ...]:
    """Return the feeds of a file, in its order: `data/feeds.toml`, or an operator's TOML or OPML.

    What begins with `<`, or is called `.opml`, is OPML.

    Raises:
        DataError: the file can't be read, has no feed, or something in it may not stand there.
    """
    path = path or data_folder() / "feeds.toml"
    raw, name = read_bytes(path), str(path)
    if name.lower().endswith(".opml") or _MARKUP.match(raw):
        return feeds_from_opml(raw, name=name)
    file = toml_from_bytes(raw, name=name)
    tables = _tables(file)
    feeds: list[Feed] = []
    seen: dict[str, int] = {}
    for number, table in enumerate(tables):
        feed = _feed(file, number, table)
        first = seen.setdefault(_same(feed.url), number)
        if first != number:
            line = line_of(file.text.splitlines(), "feed", "url", number=first)
            raise _error(file, number, "url", f"{feed.url!r} is the feed of line {line} again")
        feeds.append(feed)
    return tuple(feeds)


def _tables(file: TomlFile) -> list[dict[str, object]]:
    for key in file.content:
        if key != "feed":
            raise file.error(f"unknown {key!r}; write each feed as a table [[feed]]", "", key)
    tables = file.content.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise file.error("'feed' must be tables: write [[feed]] above each", "feed")
    if not tables:
        raise DataError(f"{file.name}, line 1: no feeds; write each as a table [[feed]]")
    return tables


def _feed(file: TomlFile, number: int, table: dict[str, object]) -> Feed:
    said: dict[str, str] = {}
    for field, value in table.items():
        if field not in _FIELDS:
            raise _error(file, number, field, f"unknown field {field!r}; known are: {', '.join(_FIELDS)}")
        if not isinstance(value, str) or not value.strip():
            raise _error(file, number, field, f"{field!r} must be a string that is not empty")
        said[field] = " ".join(value.split())
        fits, described = _RULES.get(field, (bool, ""))
        if not fits(said[field]):
            raise _error(file, number, field, f"{field!r} is {value!r}, but must be {described}")
    for field in _NEEDED:
        if field not in said:
            raise _error(file, number, "", f"{field!r} is missing")
    return Feed(
        said["url"],
        said["name"],
        language=said.get("language"),
        country=said.get("country"),
        kind=said.get("kind", ""),
        ownership=said.get("ownership"),
    )


def _error(file: TomlFile, number: int, field: str, what: str) -> DataError:
    line = line_of(file.text.splitlines(), "feed", field, number=number)
    return DataError(f"{file.name}, line {line}: [[feed]] {what}")


def _same(url: str) -> str:
    """Return what two addresses of one feed have in common: not the scheme, nor a slash at the end.

    >>> _same("http://a.example/rss/") == _same("https://A.example/rss")
    True
    """
    host, slash, path = url.partition("://")[2].partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")
