"""Markdown → title, text and what its front matter says (the only door to markdown-it); it knows no other format.

Markup goes, words stay: headings, paragraphs, list items and table rows become a line each. Code blocks, pictures and
raw HTML are no prose and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST = 50
"""Levels of lists and quotes that are read; documents have five, and each costs the parser a call."""

_FRONT = re.compile(r"\A(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z][\w-]{0,40})\s*[:=]\s*(.*)\Z")
_HEADING = re.compile(r"\A\s*#{1,2}\s+\S")


class Markdown(NamedTuple):
    """What a Markdown document holds; `fields` are its front matter, by lower-case name."""

    title: str
    text: str
    fields: Mapping[str, str]


def is_markdown(text: str) -> bool:
    r"""Say whether a text shows by its beginning that it is Markdown: front matter or a heading.

    >>> is_markdown("# Pact signed\n\nTwo states …"), is_markdown("#1 of the world\nTwo states …")
    (True, False)
    """
    return bool(_FRONT.match(text) or _HEADING.match(text))


def read_markdown(text: str) -> Markdown:
    r"""Read a Markdown document.

    >>> read_markdown("---\ntitle: Pact\n---\nTwo **states** signed\na [pact](https://example.org).")[:2]
    ('Pact', 'Two states signed a pact.')
    """
    from markdown_it import MarkdownIt

    front = _FRONT.match(text)
    fields = _fields(front["body"]) if front else {}
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    lines = _lines(parser.parse(text[front.end() :] if front else text))
    title = fields.get("title", "")
    if lines and lines[0][0] and (not title or lines[0][1] == title):
        title = lines.pop(0)[1]
    return Markdown(title, "\n".join(line for _, line in lines), fields)


def _fields(body: str) -> dict[str, str]:
    found = (_FIELD.match(line) for line in body.splitlines())
    return {match[1].lower(): match[2].strip().strip("\"'[]").strip() for match in found if match}


def _lines(tokens: list[Token]) -> list[tuple[bool, str]]:
    """Return the lines, each with whether it is a heading."""
    lines: list[tuple[bool, str]] = []
    row: list[str] | None = None
    heading = False
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            lines.append((False, " | ".join(row)))
            row = None
        heading = token.type == "heading_open" or (heading and token.type != "heading_close")
        if token.type == "inline":
            for line in _words(token).split("\n"):
                words = " ".join(line.split())
                if row is not None:
                    row.append(words)
                elif words:
                    lines.append((heading, words))
    return lines


def _words(token: Token) -> str:
    signs = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        each.content if each.type in {"text", "code_inline"} else signs.get(each.type, "")
        for each in token.children or ()
    )
