"""Blocks of text → rich messages (Bot API 10.1), each with its classic form; it sends none and knows no server. PURE.

Headings, paragraphs, `details` that unfold and a footer are all it uses: a headline becomes the `summary` of what is
glued to it. Text is cleaned, escaped and cut by `render.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bot.chat.render import Block, Button, Message, Run, is_visible, laid_out, messages, run_html, units, with_buttons

RICH_LIMIT: Final = 32_768  # characters; https://core.telegram.org/bots/api#sendrichmessage
BLOCKS_LIMIT: Final = 500  # blocks, `details` and what is inside included
RICH_MARKUP_LIMIT: Final = 3 * RICH_LIMIT  # of our own, as for classic messages
PARAGRAPH: Final = Run("\n\n")
"""Between paragraphs of one block: an empty line in classic HTML, a block of its own in a rich message."""

TAGS: Final = {"heading": "h3", "topic": "h4", "footer": "footer", "headline": "p", "text": "p"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """The markup of a page, and what Telegram counts in it."""

    html: str
    blocks: int
    characters: int


def rich_messages(blocks: Iterable[Block], buttons: Sequence[Sequence[Button]] = ()) -> list[Message]:
    """Lay blocks out as rich messages, nearly always one; each carries its classic form. Buttons stand under the last.

    They are split as classic messages are: between groups of glued blocks, and within a group only where it alone is
    longer than a message.

    >>> headline, told = Block((Run("Steel & tin"),), kind="headline"), Block((Run("Told."),), glued=True)
    >>> rich_messages([headline, told])[0].rich["html"]
    '<details><summary>Steel &amp; tin</summary><p>Told.</p></details>'
    """
    made = []
    for page in laid_out(blocks, _fits):
        classic = messages(page)
        if classic:  # a cut may leave a page of spaces
            parts = [[part.html, part.plain] for part in classic[1:]]
            made.append(replace(classic[0], rich={"html": _layout(page).html, "parts": parts}))
    return with_buttons(made, buttons)


def _fits(page: list[Block]) -> bool:
    layout = _layout(page)
    return layout.blocks <= BLOCKS_LIMIT and layout.characters <= RICH_LIMIT and len(layout.html) <= RICH_MARKUP_LIMIT


def _layout(page: list[Block]) -> _Layout:
    """Write a page: a headline with something glued to it unfolds that."""
    html, count, characters, is_open = "", 0, 0, False
    for each, following in pairwise([*page, None]):
        assert each is not None, "only the last is none"
        if is_open and not (each.glued and each.kind == "text"):
            html, is_open = html + "</details>", False
        unfolds = each.kind == "headline" and following is not None and following.glued and following.kind == "text"
        for n, runs in enumerate(_paragraphs(each)):
            inner = "".join(run_html(_plainer(run, each), line_break="<br>") for run in runs)
            if unfolds and n == 0:
                html, is_open = f"{html}<details><summary>{inner}</summary>", True
            elif each.fold != "none" and not is_open:
                html, count = f"{html}<blockquote><p>{inner}</p></blockquote>", count + 1
            else:
                html += f"<{TAGS[each.kind]}>{inner}</{TAGS[each.kind]}>"
            count += 1
            characters += units("".join(run.text for run in runs)) + 1  # and the break behind it
    return _Layout(html + ("</details>" if is_open else ""), count, characters)


def _paragraphs(each: Block) -> Iterator[list[Run]]:
    """Yield the paragraphs of a block that show anything."""
    paragraph: list[Run] = []
    for run in (*each.runs, PARAGRAPH):
        if run != PARAGRAPH:
            paragraph.append(run)
            continue
        if is_visible("".join(part.text for part in paragraph)):
            yield paragraph
        paragraph = []


def _plainer(run: Run, each: Block) -> Run:
    """A heading is bold by itself."""
    return replace(run, style=None) if run.style == "bold" and each.kind in {"heading", "topic"} else run
