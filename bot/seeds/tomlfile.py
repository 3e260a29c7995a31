"""A TOML file of `data/`, whose errors name the file, the line and what may stand there.

It does not know what the tables mean: that is said by who reads them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from bot.errors import DataError

LANGUAGE_KEY = re.compile(r"[a-z]{2}")
# Nothing between two commas, at a list's head or in quotes, or a lone '='.
_EMPTY = re.compile(r"""^\s*["'\[]*\s*,|,\s*,|(?<!["'])(["'])\s*\1(?!["'])|(?:^|[\s,'"])=\s*(?:[,'"]|$)""")
_DOUBTFUL = frozenset(("", "=", "*"))  # what a word begins with that may be none
_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class TomlFile:
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
            words = [word.strip() for word in " ".join(value.split()).split(",")]
            if not words[-1]:
                words.pop()  # a comma behind the last word, or no word at all
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            words = [" ".join(word.split()) for word in value]
        else:
            raise self.error(
                f"{field!r} must be words: a string with commas between, or an array of strings", table, field
            )
        for word in [word for word in words if word[:1] in _DOUBTFUL]:
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
            if field not in fields and not (more and LANGUAGE_KEY.fullmatch(field)):
                raise self.error(f"unknown field {field!r}; known are: {', '.join(fields)}{more}", table, field)

    def error(self, what: str, table: str, field: str = "", word: str | None = None) -> DataError:
        """Return the error for something in a table, with the line it stands in."""
        line = line_of(self.text.splitlines(), table, field, word)
        return DataError(f"{self.name}, line {line}: {f'[{table}] ' if table else ''}{what}")


def line_of(lines: list[str], table: str, field: str = "", word: str | None = None, *, number: int = 0) -> int:
    """Return the line (from 1) of a word, of its field where it can't be told, of its table, else 1.

    `number` counts from 0 the tables of one name, of which an array of tables has several.

    >>> line_of(["[a]", "names = 'x, y'", "[b]", "names = 'x,", "  z'"], "b", "names", "z")
    5
    >>> line_of(["[[a]]", "x = 1", "[[a]]", "x = 2", "[[a]]", "y = 3"], "a", "x", number=1)
    4
    """
    at, end = 0, len(lines)
    if table:
        headers = [(n, found[1]) for n, line in enumerate(lines) if (found := _HEADER.match(line))]
        own = [n for n, name in headers if name == table]
        at = own[number] if number < len(own) else 0
        end = next((n for n, name in headers if n > at and not name.startswith(f"{table}.")), end)
    if field:
        setting = re.compile(rf"\s*[\"']?{re.escape(field)}[\"']?\s*=")
        sub = re.compile(rf"\s*\[\s*{re.escape(table)}\.{re.escape(field)}\s*\]")
        at = next((n for n in range(at, end) if setting.match(lines[n]) or sub.match(lines[n])), at)
    if word is not None:
        bare = word.lstrip("=")
        values = [lines[at].partition("=")[2], *lines[at + 1 :]]
        at += next((n for n, value in enumerate(values) if (bare in value if bare else _EMPTY.search(value))), 0)
    return at + 1


def read_bytes(path: Traversable) -> bytes:
    """Return a file's bytes.

    Raises:
        DataError: the file can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: can't be read: {error.strerror or error}") from error


def toml_from_bytes(raw: bytes, *, name: str) -> TomlFile:
    """Read TOML.

    Raises:
        DataError: it is no UTF-8 or no TOML; the message says in which line of the file `name`.
    """
    try:
        text = raw.decode("utf-8")
        return TomlFile(name, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(f"{name}, line {line}: the file must be UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else _broken_line(text)
        raise DataError(f"{name}, line {line}: no valid TOML: {_AT_LINE.sub('', str(error))}") from error


def read_toml(path: Traversable) -> TomlFile:
    """Read a TOML file.

    Raises:
        DataError: the file can't be read, or is no UTF-8 or no TOML.
    """
    return toml_from_bytes(read_bytes(path), name=str(path))


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
