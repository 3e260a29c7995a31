"""Reads the markup Telegram calls HTML into tokens, with Telegram's words where it breaks; it knows no tag's meaning.

The grammar is Telegram's, not the web's: no comments, no doctype, only four named entities, every tag closed.
Where a reference can't be decoded its `&` is plain text, as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from bot.preview.refusals import unparsable

_REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACE = " \t\n\r\v\f\0"
_TOKEN = re.compile(r"[0-9A-Za-z.\-]*")
_NAME_END = re.compile(r"[ \t\n\r\v\f\0>]")
_ATTRIBUTE_END = re.compile(r"[ \t\n\r\v\f\0>=]")


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text, decoded; `at` is the index of its first character in the markup."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Start:
    """A start tag, its name in lower case; `closed` where it was written `<hr/>`."""

    name: str
    at: int
    attributes: dict[str, str] = field(default_factory=dict)
    closed: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """An end tag, its name in lower case (empty for `</>`, which closes whatever is open)."""

    name: str
    at: int


Token = Text | Start | End


def byte_offset(markup: str, at: int) -> int:
    """Return where a character stands in UTF-8 bytes, as Telegram counts in its errors.

    >>> byte_offset("é<x>", 1)
    2
    """
    return len(markup[:at].encode("utf-8", "surrogatepass"))


def decode(text: str) -> str:
    """Decode the four named references and numeric ones; anything else stays as written.

    >>> decode("&lt;b&gt; &amp;nbsp; &nbsp; &#8364;")
    '<b> &nbsp; &nbsp; €'
    """
    return _REFERENCE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, match.group())
    digits = (hexadecimal or decimal).lstrip("0")
    if not digits or len(digits) > 7:  # noqa: PLR2004 -- no code point has more digits
        return match.group()
    code = int(digits, 16 if hexadecimal else 10)
    if code >= 0x10FFFF:  # noqa: PLR2004 -- the end of Unicode, where Telegram stops too
        return match.group()
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 -- the surrogates
        raise unparsable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units",
        )
    return chr(code)


def tokens(markup: str, known: Container[str], *, closable: bool = False) -> Iterator[Token]:
    """Yield the tokens of a markup whose tags are all `known`.

    With `closable` a tag may close itself (`<hr/>`), as rich messages have it; in classic HTML the slash
    belongs to the name, which is then unknown.

    Raises:
        ApiError: 400 "can't parse entities: …" with the byte offset of the tag that breaks it.
    """
    index = 0
    while index < len(markup):
        if markup[index] != "<":
            end = markup.find("<", index)
            end = len(markup) if end < 0 else end
            yield Text(decode(markup[index:end]), index)
            index = end
        elif markup.startswith("/", index + 1):
            token, index = _end_tag(markup, index)
            yield token
        else:
            start, index = _Opening(markup, index, closable=closable).read(known)
            yield start


def _end_tag(markup: str, at: int) -> tuple[End, int]:
    found = _NAME_END.search(markup, at + 2)
    stop = found.start() if found else len(markup)
    index = stop
    while index < len(markup) and markup[index] in _SPACE:
        index += 1
    if index >= len(markup) or markup[index] != ">":
        raise unparsable(f"Unclosed end tag at byte offset {byte_offset(markup, at)}")
    return End(markup[at + 2 : stop].lower(), at), index + 1


class _Opening:
    """One start tag being read: the cursor stands behind what was read so far."""

    def __init__(self, markup: str, at: int, *, closable: bool) -> None:
        self._markup = markup
        self._at = at
        self._index = at + 1
        self._closable = closable

    def read(self, known: Container[str]) -> tuple[Start, int]:
        found = _NAME_END.search(self._markup, self._index)
        if found is None:
            raise unparsable(f"Unclosed start tag at byte offset {self._offset}")
        name = self._markup[self._index : found.start()].lower()
        closed = self._closable and name.endswith("/")
        name = name.rstrip("/") if closed else name
        if name not in known:
            raise unparsable(f'Unsupported start tag "{name}" at byte offset {self._offset}')
        self._index = found.start()
        attributes: dict[str, str] = {}
        while self._skip_space() != ">":
            if self._closable and self._markup.startswith("/>", self._index):
                closed = True
                self._index += 1
                continue
            key = self._attribute(name)
            attributes[key] = self._value(name)
        return Start(name, self._at, attributes, closed=closed), self._index + 1

    @property
    def _offset(self) -> int:
        return byte_offset(self._markup, self._at)

    def _skip_space(self) -> str:
        while self._index < len(self._markup) and self._markup[self._index] in _SPACE:
            self._index += 1
        if self._index >= len(self._markup):
            raise unparsable(f"Unclosed start tag at byte offset {self._offset}")
        return self._markup[self._index]

    def _attribute(self, tag: str) -> str:
        found = _ATTRIBUTE_END.search(self._markup, self._index)
        if found is None:
            raise unparsable(f"Unclosed start tag at byte offset {self._offset}")
        name = self._markup[self._index : found.start()].lower()
        if not name:
            raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {self._offset}')
        self._index = found.start()
        return name

    def _value(self, tag: str) -> str:
        if self._skip_space() != "=":
            return ""
        self._index += 1
        quote = self._skip_space()
        if quote in "'\"":
            end = self._markup.find(quote, self._index + 1)
            if end < 0:
                raise unparsable(f'Unclosed start tag "{tag}" at byte offset {self._offset}')
            value = decode(self._markup[self._index + 1 : end])
            self._index = end + 1
            return value
        found = _TOKEN.match(self._markup, self._index)
        assert found is not None, "the pattern matches the empty string"
        begin, self._index = self._index, found.end()
        if self._index < len(self._markup) and self._markup[self._index] not in (_SPACE + ">"):
            raise unparsable(f"Unexpected end of name token at byte offset {byte_offset(self._markup, begin)}")
        return found.group().lower()
