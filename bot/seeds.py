"""Reads the files of `data/` into vocabularies; an error names the file, the line and what may stand there.

It decides nothing about texts: what the words mean is `bot.core`'s.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from bot.core.places import PlaceEntry
from bot.core.topics import TopicEntry, TopicWords
from bot.errors import DataError

_PLACE_LISTS = ("names", "people", "capitals", "unsure", "near", "unless", "not", "dateline")
_TOPIC_LISTS = ("strong", "supporting", "not")
_LANGUAGE = re.compile(r"[a-z]{2}")
_PLACE_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_TOPIC_KEY = re.compile(r"[a-z][a-z0-9_]+")
_ABBREVIATIONS_KEY = re.compile(r"[a-z]{2,3}")
# Nothing between two commas, at a list's head or in quotes, or a lone '='.
_EMPTY = re.compile(r"""^\s*["'\[]*\s*,|,\s*,|(?<!["'])(["'])\s*\1(?!["'])|(?:^|[\s,'"])=\s*(?:[,'"]|$)""")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def data_folder() -> Traversable:
    """Return the folder `data/`: inside the package where that is installed, else at the top of the checkout.

    Raises:
        DataError: it is in neither place.
    """
    checkout = Path(__file__).resolve().parent.parent / "data"
    for folder in (files("bot") / "data", checkout):
        if (folder / "topics.toml").is_file():
            return folder
    raise DataError(f"{checkout}: the folder with the vocabularies is missing; install the package again")


def load_places(path: Traversable | None = None) -> tuple[PlaceEntry, ...]:
    """Return the places of a file (`data/places.toml`), in its order.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = _read(path or data_folder() / "places.toml")
    return tuple(_place(file, key, table) for key, table in file.tables(_PLACE_KEY, "capital letters, digits and _"))


def load_topics(path: Traversable | None = None) -> tuple[TopicEntry, ...]:
    """Return the topics of a file (`data/topics.toml`), in its order.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = _read(path or data_folder() / "topics.toml")
    abroad = file.words("", "abroad", file.content.pop("abroad", ""))
    tables = file.tables(_TOPIC_KEY, "small letters, digits and _")
    return tuple(_topic(file, key, table, abroad) for key, table in tables)


def load_abbreviations(path: Traversable | None = None) -> dict[str, frozenset[str]]:
    """Return the abbreviations of a file (`data/abbreviations.toml`) by language code, all its arrays united.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = _read(path or data_folder() / "abbreviations.toml")
    return {
        language: frozenset(word for name, words in table.items() for word in file.words(language, name, words))
        for language, table in file.tables(_ABBREVIATIONS_KEY, "the two or three small letters of a language code")
    }


def sample_files() -> list[Traversable]:
    """Return the sample articles (`data/sample/*.txt`), sorted by name."""
    folder = data_folder() / "sample"
    found = [file for file in folder.iterdir() if file.name.endswith(".txt")] if folder.is_dir() else []
    return sorted(found, key=lambda file: file.name)


@dataclass(frozen=True, slots=True)
class _File:
    """A TOML file: what it is called, its text and what it says."""

    name: str
    text: str
    content: dict[str, Any]

    def tables(self, form: re.Pattern[str], described: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the file's tables, having checked their keys."""
        for key, table in self.content.items():
            if not isinstance(table, dict):
                raise self.error(f"{key!r} may not stand outside a table; write it under a [key]", "", key)
            if not form.fullmatch(key):
                raise self.error(f"the key [{key}] may only have {described}", key)
        return list(self.content.items())

    def words(self, table: str, field: str, value: object) -> tuple[str, ...]:
        """Return a list of words, written as an array of strings or as one string with commas between."""
        if isinstance(value, str):
            words = [" ".join(word.split()) for word in value.split(",")]
            if not words[-1]:
                words.pop()  # a comma behind the last word, or no word at all
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            words = [" ".join(word.split()) for word in value]
        else:
            raise self.error(
                f"{field!r} must be words: a string with commas between, or an array of strings", table, field
            )
        for word in words:
            if not word.lstrip("="):
                raise self.error(f"{field!r} has an empty phrase", table, field, word)
            if word.lstrip("=").startswith("*"):
                raise self.error(f"{field!r} has {word!r}: a phrase may not begin with *", table, field, word)
        return tuple(words)

    def label(self, table: str, field: str, value: object, *, needed: bool = True) -> str:
        """Return a field that must be one string, and if needed one that is not empty."""
        if not isinstance(value, str) or (needed and not value.strip()):
            raise self.error(f"{field!r} must be a string that is not empty", table, field)
        return value.strip()

    def known(self, table: str, value: Mapping[str, object], fields: tuple[str, ...], more: str = "") -> None:
        """Check that a table has no field but the given ones and, where `more` says so, language codes."""
        for field in value:
            if field not in fields and not (more and _LANGUAGE.fullmatch(field)):
                raise self.error(f"unknown field {field!r}; known are: {', '.join(fields)}{more}", table, field)

    def error(self, what: str, table: str, field: str = "", word: str | None = None) -> DataError:
        """Return the error for something in a table, with the line it stands in."""
        line = _line_of(self.text.splitlines(), table, field, word)
        return DataError(f"{self.name}, line {line}: {f'[{table}] ' if table else ''}{what}")


def _line_of(lines: list[str], table: str, field: str, word: str | None) -> int:
    """Return the line (from 1) of a word, of its field where it can't be told, of its table, else 1.

    >>> _line_of(["[a]", "names = 'x, y'", "[b]", "names = 'x,", "  z'"], "b", "names", "z")
    5
    """
    at = 0
    if table:
        header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]")
        at = next((number for number, line in enumerate(lines) if header.match(line)), 0)
    if field:
        setting = re.compile(rf"\s*[\"']?{re.escape(field)}[\"']?\s*=")
        sub = re.compile(rf"\s*\[\s*{re.escape(table)}\.{re.escape(field)}\s*\]")
        found = (n for n in range(at, len(lines)) if setting.match(lines[n]) or sub.match(lines[n]))
        at = next(found, at)
    if word is not None:
        bare = word.lstrip("=")
        values = [lines[at].partition("=")[2], *lines[at + 1 :]]
        found = (n for n, value in enumerate(values) if (bare in value if bare else _EMPTY.search(value)))
        at += next(found, 0)
    return at + 1


def _read(path: Traversable) -> _File:
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8")
        return _File(name, text, tomllib.loads(text))
    except OSError as error:
        raise DataError(f"{name}: can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(f"{name}, line {line}: the file must be UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else _broken_line(text)
        raise DataError(f"{name}, line {line}: no valid TOML: {_AT_LINE.sub('', str(error))}") from error


def _broken_line(text: str) -> int:
    r"""Return the line (from 1) where something begins that goes on to the end of the file, such as an open string.

    >>> _broken_line("[a]\nx = 1\n[b]\ny = 'open\n[c]\n")
    4
    """
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if number == 0 or line.startswith("[")]
    ends = [*heads[1:], len(lines)]
    # The last line up to which each table by itself is TOML: reading one table at a time keeps this quick.
    good = (
        (max(stop for stop in range(head, end + 1) if _is_toml("\n".join(lines[head:stop]))), end)
        for head, end in zip(heads, ends, strict=True)
    )
    return next((stop + 1 for stop, end in good if stop < end), len(lines))


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _place(file: _File, key: str, table: dict[str, Any]) -> PlaceEntry:
    file.known(key, table, ("name", *_PLACE_LISTS), " and language codes of two letters")
    lists = {field: file.words(key, field, table.get(field, "")) for field in _PLACE_LISTS}
    said = {word.removeprefix("=") for field in ("names", "people", "capitals") for word in lists[field]}
    for word in lists["unsure"]:
        if word not in said:
            raise file.error(f"'unsure' has {word!r}, which is none of names, people and capitals", key, "unsure", word)
    return PlaceEntry(
        key,
        file.label(key, "name", table.get("name")),
        shadows=lists.pop("not"),
        words={field: file.words(key, field, value) for field, value in table.items() if _LANGUAGE.fullmatch(field)},
        **lists,
    )


def _topic(file: _File, key: str, table: dict[str, Any], abroad: tuple[str, ...]) -> TopicEntry:
    fields = ("name", "emoji", "aliases", "abroad", *_TOPIC_LISTS)
    file.known(key, table, fields, " and tables of language codes of two letters")
    if not isinstance(table.get("abroad", False), bool):
        raise file.error("'abroad' must be true or false", key, "abroad")
    words = {"en": _topic_words(file, key, table)}
    for language, more in table.items():
        if language in fields:
            continue
        if not isinstance(more, dict):
            raise file.error(f"{language!r} must be a table: write [{key}.{language}]", key, language)
        file.known(f"{key}.{language}", more, _TOPIC_LISTS)
        words[language] = _topic_words(file, f"{key}.{language}", more)
    return TopicEntry(
        key,
        file.label(key, "name", table.get("name")),
        file.label(key, "emoji", table.get("emoji", ""), needed=False),
        file.words(key, "aliases", table.get("aliases", "")),
        words,
        abroad if table.get("abroad") else (),
    )


def _topic_words(file: _File, name: str, table: dict[str, Any]) -> TopicWords:
    strong, supporting, shadows = (file.words(name, field, table.get(field, "")) for field in _TOPIC_LISTS)
    return TopicWords(strong, supporting, shadows)
