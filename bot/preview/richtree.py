"""Parses the HTML of a rich message into a tree and checks where each tag may stand; rich.py makes blocks of it.

Unlike in classic HTML a tag may close itself, and white space means as little as on the web.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.preview.markup import SIMPLE_STYLES
from bot.preview.refusals import bad_request, unparsable
from bot.preview.tags import End, Start, Text, byte_offset, tokens

HEADINGS = {f"h{size}": size for size in range(1, 7)}
VOID = frozenset({"hr", "br", "img", "input"})
MEDIA = frozenset({"img", "video", "audio"})
GALLERIES = frozenset({"tg-collage", "tg-slideshow"})
INLINE = frozenset(
    {*SIMPLE_STYLES, "a", "tg-emoji", "tg-time", "code", "mark", "sub", "sup", "tg-reference", "tg-math", "br"},
)
BLOCKS = frozenset(
    {*HEADINGS, *MEDIA, *GALLERIES, "p", "footer", "hr", "ul", "ol", "blockquote", "aside", "table", "details"}
    | {"pre", "figure", "tg-map", "tg-math-block"},
)
_PARTS = {
    "li": {"ul", "ol"},
    "input": {"li"},
    "caption": {"table"},
    "tr": {"table"},
    "th": {"tr"},
    "td": {"tr"},
    "summary": {"details"},
    "figcaption": {"figure", *GALLERIES},
    "cite": {"blockquote", "aside", "figcaption", "figure"},
}
"""Tags that stand only inside certain others."""
_DEEPEST = 100
"""Open tags at most: far beyond the 16 levels Telegram allows, and safe for recursion."""
RICH_TAGS = INLINE | BLOCKS | frozenset(_PARTS)
_HOLDS_BLOCKS = frozenset({"", "li", "blockquote", "details"})
"""Tags whose children may be blocks; the empty name is the message itself."""
_HOLDS = {
    "ul": {"li"},
    "ol": {"li"},
    "table": {"caption", "tr"},
    "tr": {"th", "td"},
    "figure": {*MEDIA, *GALLERIES, "tg-map", "figcaption"},
    "tg-collage": {"img", "video", "figcaption"},
    "tg-slideshow": {"img", "video", "figcaption"},
}
"""Tags that hold certain others and no text."""
_HOLDS_TEXT_ONLY = frozenset({"code", "tg-math", "tg-math-block", "tg-emoji", "video", "audio", "tg-map"})


@dataclass(slots=True)
class Node:
    """A tag with what stands in it; the root's name is empty. `offset` is in bytes of the markup."""

    name: str
    offset: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """Return the first child of a name, or None."""
        return next((child for child in self.children if isinstance(child, Node) and child.name == name), None)

    def nodes(self) -> list[Node]:
        """Return the children that are tags."""
        return [child for child in self.children if isinstance(child, Node)]


def parse_tree(markup: str) -> Node:
    """Parse the HTML of a rich message.

    Raises:
        ApiError: 400 "can't parse entities: …" for an unknown, unclosed or misplaced tag.
    """
    root = Node("")
    stack = [root]
    for token in tokens(markup, RICH_TAGS, closable=True):
        match token:
            case Text():
                _add_text(stack[-1], token.text, byte_offset(markup, token.at))
            case Start():
                node = Node(token.name, byte_offset(markup, token.at), token.attributes)
                _check_place(node, stack)
                stack[-1].children.append(node)
                if token.name not in VOID and not token.closed:
                    stack.append(node)
                if len(stack) > _DEEPEST:
                    raise bad_request("rich message is too long: more than 16 levels")
            case End():
                _close(stack, token, byte_offset(markup, token.at))
    if len(stack) > 1:
        opened = stack[-1]
        raise unparsable(
            f'Can\'t find end tag corresponding to start tag "{opened.name}" at byte offset {opened.offset}'
        )
    return root


def _add_text(parent: Node, text: str, offset: int) -> None:
    if parent.name in _HOLDS:
        if text.strip():
            raise unparsable(f'Text is not allowed in the tag "{parent.name}" at byte offset {offset}')
        return
    parent.children.append(text)


def _close(stack: list[Node], token: End, offset: int) -> None:
    if token.name in VOID:
        raise unparsable(f"Unexpected end tag at byte offset {offset}")
    if len(stack) == 1:
        raise unparsable(f"Unexpected end tag at byte offset {offset}")
    expected = stack.pop().name
    if token.name not in {"", expected}:
        raise unparsable(
            f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{token.name}>"'
        )


def _check_place(node: Node, stack: list[Node]) -> None:
    parent = stack[-1]
    names = {opened.name for opened in stack}
    if node.name == "span" and node.attributes.get("class") != "tg-spoiler":
        raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {node.offset}')
    allowed = _may_stand(node.name, parent.name)
    if node.name == "a" and "a" in names:
        allowed = False
    if not allowed:
        where = f'in the tag "{parent.name}"' if parent.name else "there"
        raise unparsable(f'Tag "{node.name}" is not allowed {where} at byte offset {node.offset}')


def _may_stand(name: str, parent: str) -> bool:
    if parent in _HOLDS:
        return name in _HOLDS[parent] or (name == "cite" and parent in _PARTS["cite"])
    if name in _PARTS:
        return parent in _PARTS[name]
    if parent == "pre":
        return name == "code"
    if parent in _HOLDS_TEXT_ONLY:
        return False
    return name in INLINE or parent in _HOLDS_BLOCKS
