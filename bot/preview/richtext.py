"""Makes RichText of the inline tags of a rich message; blocks are made in rich.py.

A RichText is a string, a list of RichText, or an object with a type (Bot API 10.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.preview.entities import clean, detect
from bot.preview.links import checked_link, user_of_link
from bot.preview.markup import SIMPLE_STYLES, UserOf, emoji_of, time_of
from bot.preview.refusals import Json
from bot.preview.richtree import Node

RichText = Any
"""A string, a list of RichText or an object; recursive, which the type checker is spared."""

_WHITE = re.compile(r"[ \t\n\r\f\v]+")
_STYLES = {**SIMPLE_STYLES, "mark": "marked", "sub": "subscript", "sup": "superscript", "code": "code"}
_DETECTED = {
    "url": ("url", "url"),
    "email": ("email_address", "email_address"),
    "mention": ("mention", "username"),
    "hashtag": ("hashtag", "hashtag"),
    "cashtag": ("cashtag", "cashtag"),
    "bot_command": ("bot_command", "bot_command"),
}


class Inline:
    """Turns inline nodes into RichText for one message."""

    def __init__(self, user_of: UserOf, *, detecting: bool) -> None:
        self._user_of = user_of
        self._detecting = detecting

    def text(self, children: Iterable[Node | str]) -> RichText:
        """Return the RichText of some inline content: white space collapsed, ends trimmed."""
        parts = _tidy(list(self._parts(children, linked=False)))
        return parts[0] if len(parts) == 1 else parts or ""

    def _parts(self, children: Iterable[Node | str], *, linked: bool) -> Iterator[RichText]:
        for child in children:
            if isinstance(child, str):
                yield clean(_WHITE.sub(" ", child))
            elif child.name == "br":
                yield "\n"
            else:
                yield from self._node(child, linked=linked)

    def _node(self, node: Node, *, linked: bool) -> Iterator[RichText]:
        if node.name == "a":
            yield from self._link(node)
        elif node.name == "tg-math":
            yield {"type": "mathematical_expression", "expression": literal(node).strip()}
        elif node.name == "tg-emoji":
            identifier = emoji_of(node.attributes)
            yield {"type": "custom_emoji", "custom_emoji_id": identifier, "alternative_text": literal(node)}
        else:
            inside = self._inside(node, linked=linked or node.name == "code")
            if node.name == "tg-time":
                time = time_of(node.attributes, node.offset)
                yield {"type": "date_time", "text": inside, "date_time_format": "", **time}
            elif node.name == "tg-reference":
                yield {"type": "reference", "text": inside, "name": node.attributes.get("name", "")}
            elif inside:
                yield {"type": _STYLES[node.name], "text": inside}

    def _inside(self, node: Node, *, linked: bool) -> RichText:
        parts = _merged(self._parts(node.children, linked=linked))
        if not linked and self._detecting:
            parts = [piece for part in parts for piece in linked_parts(part)]
        return parts[0] if len(parts) == 1 else parts or ""

    def _link(self, node: Node) -> Iterator[RichText]:
        name, address = node.attributes.get("name"), node.attributes.get("href", "")
        inside = self._inside(node, linked=True)
        if name is not None and not address:
            yield {"type": "anchor", "name": name}
            yield inside
            return
        user_id = user_of_link(address)
        user = self._user_of(user_id) if user_id is not None else None
        url = checked_link(address)
        if address.startswith("#"):
            yield {"type": "anchor_link", "text": inside, "anchor_name": address[1:]}
        elif user is not None:
            yield {"type": "text_mention", "text": inside, "user": user}
        elif address.startswith("mailto:"):
            yield {"type": "email_address", "text": inside, "email_address": address.removeprefix("mailto:")}
        elif address.startswith("tel:"):
            yield {"type": "phone_number", "text": inside, "phone_number": address.removeprefix("tel:")}
        elif url is not None and user_id is None:
            yield {"type": "url", "text": inside, "url": url}
        else:
            yield inside

    def top(self, children: Iterable[Node | str]) -> RichText:
        """Return the RichText of a whole block, with what Telegram links by itself."""
        text = self.text(children)
        if not self._detecting:
            return text
        parts = [piece for part in (text if isinstance(text, list) else [text]) for piece in linked_parts(part)]
        return parts[0] if len(parts) == 1 else parts or ""


def literal(node: Node) -> str:
    """Return the characters of a node as they stand, tags aside."""
    return "".join(child if isinstance(child, str) else literal(child) for child in node.children)


def linked_parts(part: RichText) -> list[RichText]:
    """Split a string at what Telegram links by itself; anything else stays whole.

    >>> linked_parts("see /help")
    ['see ', {'type': 'bot_command', 'text': '/help', 'bot_command': '/help'}]
    """
    if not isinstance(part, str):
        return [part]
    data, parts, done = part.encode("utf-16-le"), [], 0
    for entity in detect(part):
        start, stop = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        piece = data[start:stop].decode("utf-16-le")
        kind, key = _DETECTED[entity["type"]]
        value = piece[1:] if kind == "mention" else piece
        parts += [data[done:start].decode("utf-16-le"), {"type": kind, "text": piece, key: value}]
        done = stop
    return [piece for piece in (*parts, data[done:].decode("utf-16-le")) if piece]


def _merged(parts: Iterable[RichText]) -> list[RichText]:
    merged: list[RichText] = []
    for part in parts:
        for piece in part if isinstance(part, list) else [part]:
            if isinstance(piece, str) and merged and isinstance(merged[-1], str):
                merged[-1] += piece
            elif piece != "":
                merged.append(piece)
    return merged


def _tidy(parts: list[RichText]) -> list[RichText]:
    merged = [
        re.sub(r" +", " ", re.sub(r" *\n *", "\n", part)) if isinstance(part, str) else part for part in _merged(parts)
    ]
    if merged and isinstance(merged[0], str):
        merged[0] = merged[0].lstrip()
    if merged and isinstance(merged[-1], str):
        merged[-1] = merged[-1].rstrip()
    return [part for part in merged if part != ""]


def plain(text: RichText) -> str:
    """Return the characters of a RichText.

    >>> plain(["a ", {"type": "bold", "text": "b"}])
    'a b'
    """
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(plain(part) for part in text)
    part: Json = text
    return str(part.get("alternative_text") or part.get("expression") or "") or plain(part.get("text", ""))


def depth(text: RichText) -> int:
    """Count how deep the formatting of a RichText goes; 0 for a plain string."""
    if isinstance(text, str):
        return 0
    if isinstance(text, list):
        return max((depth(part) for part in text), default=0)
    return 1 + depth(text.get("text", ""))
