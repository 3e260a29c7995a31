"""Makes the blocks of a rich message out of its HTML and refuses what passes Telegram's limits; it fetches no media.

The types are those of Bot API 10.1 (RichBlock*). Where its documentation leaves a detail open (white space, the
words of an error), the choice here is the web's and said in plain words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.preview.entities import check_unicode, utf16_length
from bot.preview.links import checked_link
from bot.preview.markup import UserOf
from bot.preview.refusals import Json, bad_request, unparsable
from bot.preview.richtext import Inline, depth, literal, plain
from bot.preview.richtree import BLOCKS, GALLERIES, HEADINGS, MEDIA, Node, parse_tree

MOST_CHARACTERS = 32_768
MOST_BLOCKS = 500
MOST_LEVELS = 16
MOST_MEDIA = 50
MOST_COLUMNS = 20
"""Limits of a rich message (Bot API 10.1); list items, rows and details count as blocks."""

MediaOf = Callable[[str, str], Any]
"""Gives the object of a medium (`photo`, `video`, `audio`) at an address."""


def parse_rich(given: object, *, user_of: UserOf, media_of: MediaOf) -> Json:
    """Turn an InputRichMessage into a RichMessage.

    Raises:
        ApiError: 400 where it can't be read, is empty, or passes a limit.
    """
    if not isinstance(given, dict):
        raise bad_request("can't parse rich message: expected an Object")
    markup, markdown = given.get("html"), given.get("markdown")
    if markdown is not None and markup is None:
        raise bad_request("rich messages in markdown are not supported here; use html")
    if not isinstance(markup, str) or markdown is not None:
        raise bad_request("can't parse rich message: exactly one of html and markdown must be a String")
    inline = Inline(user_of, detecting=not given.get("skip_entity_detection"))
    builder = _Builder(inline, media_of)
    blocks = builder.blocks(parse_tree(check_unicode(markup)))
    _check_limits(blocks, builder)
    return {"blocks": blocks, **({"is_rtl": True} if given.get("is_rtl") else {})}


def plain_text(blocks: list[Json]) -> str:
    """Return what a rich message says, a line a block; folded parts included.

    >>> plain_text([{"type": "heading", "text": "Friday", "size": 3}, {"type": "divider"}])
    'Friday'
    """
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(block: Json) -> Iterator[str]:
    for key in ("summary", "text", "expression"):
        if key in block:
            yield plain(block[key])
    for row in block.get("cells", []):
        yield "\t".join(plain(cell.get("text", "")) for cell in row)
    for item in block.get("items", []):
        yield f"{item['label']} {plain_text(item['blocks'])}"
    if "blocks" in block:
        yield plain_text(block["blocks"])
    caption = block.get("caption", "")
    yield (
        plain(caption["text"])
        if isinstance(caption, dict) and "text" in caption and "type" not in caption
        else plain(caption)
    )
    yield plain(block.get("credit", ""))


@dataclass
class _Builder:
    """Builds blocks and counts what the limits are about."""

    inline: Inline
    media_of: MediaOf
    media: int = 0
    extra_blocks: int = 0
    columns: int = field(default=0)

    def blocks(self, parent: Node) -> list[Json]:
        """Return the blocks in a node; text between blocks becomes paragraphs."""
        blocks: list[Json] = []
        loose: list[Node | str] = []
        for child in parent.children:
            if isinstance(child, Node) and child.name in {"summary", "cite", "input"}:
                continue
            if isinstance(child, Node) and child.name in BLOCKS:
                blocks += [*self._paragraph(loose), self._block(child)]
                loose = []
            else:
                loose.append(child)
        return [*blocks, *self._paragraph(loose)]

    def _paragraph(self, loose: list[Node | str]) -> list[Json]:
        anchors = [child for child in loose if isinstance(child, Node) and child.name == "a"]
        text = self.inline.top(loose)
        if isinstance(text, dict) and text["type"] == "anchor" and anchors:
            return [text]
        return [{"type": "paragraph", "text": text}] if plain(text).strip() else []

    def _block(self, node: Node) -> Json:
        name = node.name
        if name in HEADINGS:
            return {"type": "heading", "text": self.inline.top(node.children), "size": HEADINGS[name]}
        if name in MEDIA:
            return self._medium(node)
        if name in GALLERIES:
            return self._gallery(node)
        makers: dict[str, Callable[[Node], Json]] = {
            "ul": self._list,
            "ol": self._list,
            "table": self._table,
            "details": self._details,
            "blockquote": self._quotation,
            "aside": self._pull_quotation,
            "pre": self._preformatted,
            "figure": self._figure,
            "tg-map": self._map,
        }
        if name in makers:
            return makers[name](node)
        if name == "hr":
            return {"type": "divider"}
        if name == "tg-math-block":
            return {"type": "mathematical_expression", "expression": literal(node).strip()}
        return {"type": "footer" if name == "footer" else "paragraph", "text": self.inline.top(node.children)}

    def _credit(self, node: Node) -> Json:
        cite = node.child("cite")
        return {"credit": self.inline.top(cite.children)} if cite else {}

    def _quotation(self, node: Node) -> Json:
        return {"type": "blockquote", "blocks": self.blocks(node), **self._credit(node)}

    def _pull_quotation(self, node: Node) -> Json:
        children = [child for child in node.children if not isinstance(child, Node) or child.name != "cite"]
        return {"type": "pullquote", "text": self.inline.top(children), **self._credit(node)}

    def _preformatted(self, node: Node) -> Json:
        code = node.child("code")
        language = (code.attributes if code else node.attributes).get("class", "").removeprefix("language-")
        return {"type": "pre", "text": literal(node).strip("\n"), **({"language": language} if language else {})}

    def _details(self, node: Node) -> Json:
        summary = node.child("summary")
        if summary is None:
            raise unparsable(f'Tag "details" must have a "summary" at byte offset {node.offset}')
        block: Json = {"type": "details", "summary": self.inline.top(summary.children), "blocks": self.blocks(node)}
        return {**block, "is_open": True} if "open" in node.attributes else block

    def _list(self, node: Node) -> Json:
        kind = node.attributes.get("type", "1") if node.name == "ol" else ""
        value = _number(node.attributes.get("start", ""), 1)
        items = []
        for child in node.nodes():
            self.extra_blocks += 1
            value = _number(child.attributes.get("value", ""), value)
            items.append(self._item(child, value if node.name == "ol" else None, kind))
            value += 1
        return {"type": "list", "items": items}

    def _item(self, node: Node, value: int | None, kind: str) -> Json:
        item: Json = {"label": "•" if value is None else f"{value}.", "blocks": self.blocks(node)}
        if value is not None:
            item |= {"value": value, "type": kind if kind in {"a", "A", "i", "I"} else "1"}
        box = node.child("input")
        if box is not None:
            if box.attributes.get("type") != "checkbox":
                raise unparsable(f'Tag "input" must have type "checkbox" at byte offset {box.offset}')
            item["has_checkbox"] = True
            if "checked" in box.attributes:
                item["is_checked"] = True
        return item

    def _table(self, node: Node) -> Json:
        rows = []
        for row in node.nodes():
            if row.name == "tr":
                self.extra_blocks += 1
                rows.append([self._cell(cell) for cell in row.nodes()])
                self.columns = max(self.columns, sum(cell.get("colspan", 1) for cell in rows[-1]))
        block: Json = {"type": "table", "cells": rows}
        for mark in ("bordered", "striped"):
            if mark in node.attributes:
                block[f"is_{mark}"] = True
        caption = node.child("caption")
        return {**block, "caption": self.inline.top(caption.children)} if caption else block

    def _cell(self, node: Node) -> Json:
        align, valign = node.attributes.get("align", "left"), node.attributes.get("valign", "middle")
        if align not in {"left", "center", "right"} or valign not in {"top", "middle", "bottom"}:
            raise unparsable(f'Tag "{node.name}" has a wrong alignment at byte offset {node.offset}')
        cell: Json = {"align": align, "valign": valign}
        text = self.inline.top(node.children)
        if text:
            cell["text"] = text
        if node.name == "th":
            cell["is_header"] = True
        for span in ("colspan", "rowspan"):
            count = _number(node.attributes.get(span, ""), 1)
            if count > 1:
                cell[span] = count
        return cell

    def _caption(self, node: Node) -> Json:
        caption = node.child("figcaption")
        if caption is None:
            return {}
        children = [child for child in caption.children if not isinstance(child, Node) or child.name != "cite"]
        return {"caption": {"text": self.inline.top(children), **self._credit(caption)}}

    def _figure(self, node: Node) -> Json:
        content = [child for child in node.nodes() if child.name not in {"figcaption", "cite"}]
        if len(content) != 1:
            raise unparsable(f'Tag "figure" must hold one medium at byte offset {node.offset}')
        return {**self._block(content[0]), **self._caption(node)}

    def _gallery(self, node: Node) -> Json:
        blocks = [self._medium(child) for child in node.nodes() if child.name in MEDIA]
        return {"type": node.name.removeprefix("tg-"), "blocks": blocks, **self._caption(node)}

    def _medium(self, node: Node) -> Json:
        address = checked_link(node.attributes.get("src", ""))
        if address is None or not address.startswith(("http://", "https://")):
            raise unparsable(f'Tag "{node.name}" must have a valid attribute "src" at byte offset {node.offset}')
        self.media += 1
        kind = "photo" if node.name == "img" else node.name
        return {"type": kind, kind: self.media_of(kind, address)}

    def _map(self, node: Node) -> Json:
        given = {key: _decimal(node.attributes.get(key, "")) for key in ("lat", "long")}
        if math.isnan(given["lat"]) or math.isnan(given["long"]):
            raise unparsable(f'Tag "tg-map" must have valid attributes "lat" and "long" at byte offset {node.offset}')
        zoom = min(20, max(13, _number(node.attributes.get("zoom", ""), 15)))
        location = {"latitude": given["lat"], "longitude": given["long"]}
        return {"type": "map", "location": location, "zoom": zoom, "width": 600, "height": 400}


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default  # noqa: PLR2004 -- fits 32 bits


def _decimal(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if abs(value) <= 180 else math.nan  # noqa: PLR2004 -- degrees


def _check_limits(blocks: list[Json], builder: _Builder) -> None:
    text = plain_text(blocks)
    if not text.strip() and not builder.media:
        raise bad_request("message text is empty")
    limits = (
        ("characters", utf16_length(text), MOST_CHARACTERS),
        ("blocks", sum(map(_count, blocks)) + builder.extra_blocks, MOST_BLOCKS),
        ("levels", max(map(_levels, blocks), default=0), MOST_LEVELS),
        ("media", builder.media, MOST_MEDIA),
        ("columns", builder.columns, MOST_COLUMNS),
    )
    for noun, count, most in limits:
        if count > most:
            raise bad_request(f"rich message is too long: {count} {noun}, at most {most}")


def _count(block: Json) -> int:
    inner = [*block.get("blocks", []), *(child for item in block.get("items", []) for child in item["blocks"])]
    return 1 + sum(map(_count, inner))


def _levels(block: Json) -> int:
    inner = [*block.get("blocks", []), *(child for item in block.get("items", []) for child in item["blocks"])]
    texts = [
        block.get("text", ""),
        block.get("summary", ""),
        *(c.get("text", "") for r in block.get("cells", []) for c in r),
    ]
    return 1 + max([*map(_levels, inner), *map(depth, texts)], default=0)
