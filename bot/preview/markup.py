"""Parses Telegram's classic HTML into a text and its entities; rich messages are parsed in rich.py.

Stricter than Telegram in two points that its documentation states and its server mends in silence, because here
they are always a mistake of the bot: blockquotes in blockquotes, and any tag inside `code` or `pre`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.preview.entities import clean, is_blank, order, trim, utf16_length
from bot.preview.links import checked_link, user_of_link
from bot.preview.refusals import Json, bad_request, unparsable
from bot.preview.tags import End, Start, Text, byte_offset, tokens

MOST_TEXT = 4096
"""UTF-16 units of a message after parsing (Bot API, sendMessage)."""
MOST_CAPTION = 1024
"""UTF-16 units of a caption after parsing (Bot API, sendPhoto)."""

SIMPLE_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
CLASSIC_TAGS = frozenset({*SIMPLE_STYLES, "a", "tg-emoji", "tg-time", "code", "pre", "blockquote"})
_SPLITTABLE = frozenset(SIMPLE_STYLES.values())
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")

UserOf = Callable[[int], Json | None]
"""Gives the User object of an id, or None."""


@dataclass(slots=True)
class _Open:
    tag: Start
    offset: int
    text: list[str]


def parse_html(markup: str, user_of: UserOf = lambda _: None) -> tuple[str, list[Json]]:
    """Parse classic HTML into text and entities, not yet trimmed or measured.

    Raises:
        ApiError: 400 "can't parse entities: …".

    >>> parse_html("<b>Tokyo</b> &amp; <i>steel</i>")[0]
    'Tokyo & steel'
    """
    text: list[str] = []
    length = 0
    stack: list[_Open] = []
    entities: list[Json] = []
    for token in tokens(markup, CLASSIC_TAGS):
        match token:
            case Text():
                piece = clean(token.text)
                length += utf16_length(piece)
                text.append(piece)
                for opened in stack:
                    opened.text.append(piece)
            case Start():
                _check_nesting(markup, token, stack)
                stack.append(_Open(token, length, []))
            case End():
                opened = _closed_by(markup, token, stack)
                inside = stack[-1].tag.name if stack else ""
                entities += _entities_of(markup, opened, length - opened.offset, inside, user_of)
    if stack:
        at = byte_offset(markup, stack[-1].tag.at)
        raise unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag.name}" at byte offset {at}')
    return "".join(text), _settle(entities)


def _check_nesting(markup: str, tag: Start, stack: list[_Open]) -> None:
    names = [opened.tag.name for opened in stack]
    at = byte_offset(markup, tag.at)
    if names and names[-1] in {"code", "pre"} and (names[-1], tag.name) != ("pre", "code"):
        raise unparsable(f'Tag "{tag.name}" can\'t be nested in "{names[-1]}" at byte offset {at}')
    if tag.name == "blockquote" and "blockquote" in names:
        raise unparsable(f'Tag "blockquote" can\'t be nested in "blockquote" at byte offset {at}')
    if tag.name == "span" and tag.attributes.get("class") != "tg-spoiler":
        raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')


def _closed_by(markup: str, token: End, stack: list[_Open]) -> _Open:
    at = byte_offset(markup, token.at)
    if not stack:
        raise unparsable(f"Unexpected end tag at byte offset {at}")
    opened = stack.pop()
    if token.name not in {"", opened.tag.name}:
        expected, found = opened.tag.name, token.name
        raise unparsable(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{found}>"')
    return opened


def _entities_of(markup: str, opened: _Open, length: int, inside: str, user_of: UserOf) -> list[Json]:
    name, attributes = opened.tag.name, opened.tag.attributes
    entity: Json = {"type": SIMPLE_STYLES.get(name, name), "offset": opened.offset, "length": length}
    if name == "a":
        return _link(entity, attributes.get("href") or "".join(opened.text), user_of)
    if name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif name == "tg-time":
        entity["type"] = "date_time"
        entity.update(time_of(attributes, byte_offset(markup, opened.tag.at)))
    elif name == "tg-emoji":
        entity["type"] = "custom_emoji"
        entity["custom_emoji_id"] = emoji_of(attributes)
    elif name == "code" and inside == "pre":
        language = attributes.get("class", "")
        entity = {**entity, "type": "language", "language": language.removeprefix("language-")}
    return [entity] if length else []


def _link(entity: Json, address: str, user_of: UserOf) -> list[Json]:
    user_id = user_of_link(address)
    if user_id is not None:
        user = user_of(user_id)
        return [{**entity, "type": "text_mention", "user": user}] if user and entity["length"] else []
    url = checked_link(address)
    return [{**entity, "type": "text_link", "url": url}] if url and entity["length"] else []


def time_of(attributes: Json, offset: int) -> Json:
    """Read the attributes of `tg-time`: seconds since 1970, and the format `r` or `w?[dD]?[tT]?`.

    Raises:
        ApiError: 400 where one of them is not so; `offset` is the tag's, in bytes.
    """
    unix = attributes.get("unix", "")
    if not re.fullmatch(r"-?\d{1,12}", unix):
        raise unparsable(f'Tag "tg-time" must have a valid attribute "unix" at byte offset {offset}')
    shape = attributes.get("format", "")
    if not _TIME_FORMAT.fullmatch(shape):
        raise unparsable(f'Tag "tg-time" has an invalid attribute "format" at byte offset {offset}')
    return {"unix_time": int(unix), **({"date_time_format": shape} if shape else {})}


def emoji_of(attributes: Json) -> str:
    """Read the id of `tg-emoji`.

    Raises:
        ApiError: 400 where it is no positive number.
    """
    identifier = str(attributes.get("emoji-id", ""))
    if not re.fullmatch(r"[1-9]\d{0,18}", identifier):
        raise unparsable("Invalid custom emoji identifier specified")
    return identifier


def _settle(entities: Iterable[Json]) -> list[Json]:
    """Put languages on their `pre`, cut styles around code, join neighbors of one style."""
    entities = list(entities)
    languages = [entity for entity in entities if entity["type"] == "language"]
    plain = [entity for entity in entities if entity["type"] != "language"]
    for entity in plain:
        for inner in languages:
            same = (inner["offset"], inner["length"]) == (entity["offset"], entity["length"])
            if entity["type"] == "pre" and same and inner["language"]:
                entity["language"] = inner["language"]
    codes = [entity for entity in plain if entity["type"] in {"code", "pre"}]
    links = [entity for entity in plain if entity["type"] in {"text_link", "text_mention"}]
    kept: list[Json] = []
    for entity in order(plain):
        if entity["type"] in _SPLITTABLE:
            kept += _around(entity, codes)
        elif entity["type"] in _QUOTES or not any(_within(entity, link) for link in links if link is not entity):
            kept.append(entity)
    return order(_joined(kept))


def _within(inner: Json, outer: Json) -> bool:
    return bool(
        outer["offset"] <= inner["offset"]
        and inner["offset"] + inner["length"] <= outer["offset"] + outer["length"]
        and (inner["type"] not in {"text_link", "text_mention"} or inner["length"] < outer["length"]),
    )


def _around(entity: Json, codes: list[Json]) -> list[Json]:
    pieces = [(entity["offset"], entity["offset"] + entity["length"])]
    for code in codes:
        low, high = code["offset"], code["offset"] + code["length"]
        pieces = [
            part
            for start, stop in pieces
            for part in ((start, min(stop, low)), (max(start, high), stop))
            if part[1] > part[0]
        ]
    return [{**entity, "offset": start, "length": stop - start} for start, stop in dict.fromkeys(pieces)]


def _joined(entities: list[Json]) -> list[Json]:
    joined: list[Json] = []
    for entity in order(entities):
        before = next((kept for kept in joined if kept["type"] == entity["type"] and _touch(kept, entity)), None)
        if entity["type"] in _SPLITTABLE and before is not None:
            end = max(before["offset"] + before["length"], entity["offset"] + entity["length"])
            before["length"] = end - before["offset"]
        else:
            joined.append(dict(entity))
    return joined


def _touch(first: Json, second: Json) -> bool:
    return bool(first["offset"] <= second["offset"] <= first["offset"] + first["length"])


def parse_text(
    markup: str,
    *,
    mode: str = "",
    entities: object = None,
    most: int = MOST_TEXT,
    user_of: UserOf = lambda _: None,
) -> tuple[str, list[Json]]:
    """Read a text or caption as a method takes it: by `parse_mode`, by explicit entities, or plain.

    An empty result is the caller's to judge (a caption may be empty).

    Raises:
        ApiError: 400 in Telegram's words where it can't be read or is longer than `most` UTF-16 units.
    """
    if mode.lower() == "html":
        text, found = parse_html(markup, user_of)
    elif mode.lower() in {"markdown", "markdownv2"}:
        raise bad_request(f"parse_mode {mode} is not supported here; use HTML")
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text, found = clean(markup), _given_entities(entities)
    text, found = trim(text, found)
    if is_blank(text):
        return "", []
    if utf16_length(text) > most:
        raise bad_request("message is too long" if most == MOST_TEXT else "message caption is too long")
    return text, order(found)


def _given_entities(entities: object) -> list[Json]:
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise unparsable("Expected an Array of MessageEntity")
    found: list[Json] = []
    for entity in entities:
        if not isinstance(entity, dict):
            raise unparsable("Expected an Object as MessageEntity")
        shape = [entity.get("type"), entity.get("offset"), entity.get("length")]
        if [type(value) for value in shape] != [str, int, int] or not entity["type"]:
            raise unparsable("MessageEntity must have a type, an offset and a length")
        if entity["offset"] < 0 or entity["length"] <= 0:
            raise unparsable("MessageEntity has a wrong offset or length")
        found.append(dict(entity))
    return found
