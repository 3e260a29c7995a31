"""Blocks of text → messages in Telegram's HTML, classic and rich: the only place that escapes, cuts and counts. PURE.

It knows nothing of news; `chat/pages.py` says what stands in a message. A message is never cut inside a tag, a link
or a character, never longer than Telegram's limit, and no text whatever can break its markup: text is kept apart from
tags until the very end. What the rich markup of a page is, `chat/rich.py` says, with the runs written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape as html_escape
from html import unescape as html_unescape
from typing import Any, Final, Literal

import regex

MESSAGE_LIMIT: Final = 4096  # UTF-16 code units after entity parsing; https://core.telegram.org/bots/api#sendmessage
MARKUP_LIMIT: Final = 3 * MESSAGE_LIMIT  # of our own: bytes of a request stay bounded whatever is marked up
CALLBACK_LIMIT: Final = 64  # bytes; https://core.telegram.org/bots/api#inlinekeyboardbutton
BUTTON_LIMIT: Final = 48  # characters of a button's text that a phone shows
BUTTONS_A_ROW: Final = 3
TAG: Final = re.compile(r"<[^>]*>")
TAGS: Final = {"bold": "b", "italic": "i", "code": "code"}


CLUSTER: Final = regex.compile(r"\X")

Style = Literal["bold", "italic", "code"]
Fold = Literal["none", "quote", "folded"]
Kind = Literal["text", "heading", "topic", "headline", "footer"]

# Characters Telegram drops or refuses: controls, lone surrogates; and marks that would turn the rest of a page around.
UNWELCOME = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
# What shows nothing: Telegram refuses a message that has no more.
INVISIBLE = re.compile(r"[\s\u00ad\u115f\u1160\u200b-\u200f\u2028-\u202f\u2060-\u2064\u2800\u3164\uffa0]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style; with `href` it is a link, with `at` an instant shown in the reader's own zone.

    `shown` is Telegram's format of that instant: `t` for the time, `d` for the date, `r` for "two hours ago".
    """

    text: str
    style: Style | None = None
    href: str | None = None
    at: datetime | None = None
    shown: str = "t"


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together: a paragraph of runs, as a quotation or a folded quotation where asked.

    `glued` blocks stand right below the one before, without an empty line, and in the same message where they fit.
    `kind` is what a rich message makes of it: a heading, a topic's heading, the headline that unfolds what is glued to
    it, a footer; classic HTML shows all of them as text.
    """

    runs: tuple[Run, ...]
    fold: Fold = "none"
    glued: bool = False
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Button:
    """A button that answers the bot (`data`) or opens a link (`url`)."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to send: HTML, the same as plain text, and rows of buttons.

    `rich` says the same as a rich message where it has that form, as JSON takes it: `html` is its markup, `parts` are
    the classic messages (HTML and plain text) behind this one that a server without rich messages needs for it.
    `asks` wants the reader's client to answer it, with these words in the empty field. `chart` is what is drawn above
    it, as JSON takes it (`bot.chat.pictures`): the message is its caption, and goes without a sound.
    """

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = field(default=())
    rich: Mapping[str, Any] | None = None
    asks: str | None = None
    chart: Mapping[str, Any] | None = None


def kept_message(message: Message) -> dict[str, Any]:
    """Return a message as the ledger keeps it, for JSON to write."""
    buttons = [[[button.text, button.data, button.url] for button in row] for row in message.buttons]
    kept: dict[str, Any] = {"html": message.html, "plain": message.plain, "buttons": buttons}
    forms = {"rich": message.rich, "chart": message.chart}
    return kept | {name: dict(form) for name, form in forms.items() if form is not None}


def message_from_kept(kept: Mapping[str, Any] | str) -> Message:
    """Return a message that the ledger kept; at first it kept the HTML alone.

    >>> message_from_kept(kept_message(Message("<b>1</b>", "1", ((Button("2", "d:2"),),)))).buttons[0][0].data
    'd:2'
    >>> message_from_kept("<b>Tea &amp; steel</b>").plain
    'Tea & steel'
    """
    if isinstance(kept, str):
        return Message(kept, html_unescape(TAG.sub("", kept)))
    buttons = tuple(tuple(Button(*button) for button in row) for row in kept["buttons"])
    return Message(kept["html"], kept["plain"], buttons, kept.get("rich"), chart=kept.get("chart"))


def classic_parts(message: Message) -> list[Message]:
    """Return the classic messages that say what a message says; the buttons are under the last.

    >>> classic_parts(Message("1", "1", ((Button("2", "d:2"),),), {"html": "1", "parts": [["3", "3"]]}))[0].buttons
    ()
    """
    if message.rich is None:
        return [message]
    parts = [replace(message, rich=None, buttons=()), *(Message(html, plain) for html, plain in message.rich["parts"])]
    return [*parts[:-1], replace(parts[-1], buttons=message.buttons)]


def block(*runs: Run | str, fold: Fold = "none", glued: bool = False, kind: Kind = "text") -> Block:
    """Make a block of runs and plain strings."""
    return Block(tuple(run if isinstance(run, Run) else Run(run) for run in runs), fold, glued, kind)


def bold(text: str) -> Run:
    """Mark what is read first."""
    return Run(text, "bold")


def italic(text: str) -> Run:
    """Mark what the machine says about itself."""
    return Run(text, "italic")


def link(text: str, url: str | None) -> Run:
    """Link a text where the address is one people can open, else leave it as text.

    >>> link("Harbor Post", "javascript:alert(1)")
    Run(text='Harbor Post', style=None, href=None, at=None, shown='t')
    """
    return Run(text, href=url if url and re.match(r"https?://[^\s/]", url, re.IGNORECASE) else None)


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram does.

    >>> units("a🇯🇵")
    5
    """
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    r"""Take out what Telegram would refuse or what would turn the line around; a tab and a newline stay.

    >>> clean("a\x00b\ud800c\nd")
    'abc\nd'
    """
    return UNWELCOME.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


Fits = Callable[[list[Block]], bool]


def messages(blocks: Iterable[Block], buttons: Sequence[Sequence[Button]] = ()) -> list[Message]:
    """Lay blocks out as one or more messages; buttons stand under the last.

    A message is split between groups of glued blocks, then between blocks, and within a block only where that block
    alone is too long. Blocks without any visible character are left out; nothing visible gives an empty list.
    """
    made = [Message(_html(page), plain(page)) for page in laid_out(blocks, _fits)]
    return with_buttons([message for message in made if is_visible(message.plain)], buttons)


def with_buttons(made: list[Message], buttons: Sequence[Sequence[Button]]) -> list[Message]:
    """Put rows of buttons under the last message."""
    if made and buttons:
        rows = tuple(tuple(_button(button) for button in row) for row in buttons if row)
        made[-1] = replace(made[-1], buttons=rows)
    return made


def is_visible(text: str) -> bool:
    r"""Tell whether a text shows anything: Telegram refuses a message that doesn't.

    >>> is_visible(" \u200b"), is_visible("·")
    (False, True)
    """
    return bool(INVISIBLE.sub("", text))


def laid_out(blocks: Iterable[Block], fits: Fits) -> list[list[Block]]:
    """Put cleaned blocks on pages that fit, groups of glued blocks together where they can be."""
    pages: list[list[Block]] = []
    for group in groups(blocks):
        if pages and fits([*pages[-1], *group]):
            pages[-1].extend(group)
        elif fits(group):
            pages.append(list(group))
        else:
            _lay_out_alone(group, pages, fits)
    return pages


def groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Clean blocks, leave out empty ones, and put the glued ones to those before them."""
    group: list[Block] = []
    for each in blocks:
        cleaned = replace(each, runs=tuple(replace(run, text=clean(run.text)) for run in each.runs if run.text))
        if not is_visible("".join(run.text for run in cleaned.runs)):
            continue
        if group and not cleaned.glued:
            yield group
            group = []
        group.append(cleaned)
    if group:
        yield group


def _lay_out_alone(group: list[Block], pages: list[list[Block]], fits: Fits) -> None:
    """Put a group that is too long for one message on as many pages as it needs."""
    for each in group:
        for part in [each] if fits([each]) else _cut(each, fits):
            if pages and fits([*pages[-1], part]):
                pages[-1].append(part)
            else:
                pages.append([part])


def _fits(page: list[Block]) -> bool:
    return units(plain(page)) <= MESSAGE_LIMIT and len(_html(page)) <= MARKUP_LIMIT


def _cut(long: Block, fits: Fits) -> Iterator[Block]:
    """Cut a block that alone is longer than a message, at a space where there is one, else between characters."""
    part: list[Run] = []
    for run in long.runs:
        for piece in _pieces(run):
            if part and not fits([replace(long, runs=(*part, piece))]):
                yield replace(long, runs=tuple(part))
                part = []
            part.append(piece)
    if part:
        yield replace(long, runs=tuple(part))


def _pieces(run: Run) -> Iterator[Run]:
    """Cut a run into pieces of at most a quarter of a message, each with the run's style and link."""
    text, most = run.text, MESSAGE_LIMIT // 4
    while units(text) > most or len(html_escape(text)) > most:
        end = _longest(text, most)
        space = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))
        end = space + 1 if space > end // 2 else end
        yield replace(run, text=text[:end])
        text = text[end:]
    if text:
        yield replace(run, text=text)


def _longest(text: str, most: int) -> int:
    """Return how many characters of a text fit into a number of units, escaped; at least one.

    What people see as one character (a flag, a family of emoji, a letter with its accents) stays whole, unless it
    alone is too long.
    """
    used = end = 0
    for cluster in CLUSTER.finditer(text, 0, most + 1):
        used += max(units(cluster[0]), len(html_escape(cluster[0])))
        if used > most:
            break
        end = cluster.end()
    return end or most // 8


def _separator(each: Block) -> str:
    return "\n" if each.glued else "\n\n"


def plain(page: list[Block]) -> str:
    """Write a page as it reads without markup."""
    text = ""
    for each in page:
        text += (_separator(each) if text else "") + "".join(run.text for run in each.runs)
    return text


def _html(page: list[Block]) -> str:
    text = ""
    for each in page:
        inner = "".join(run_html(run) for run in each.runs)
        if each.fold == "quote":
            inner = f"<blockquote>{inner}</blockquote>"
        elif each.fold == "folded":
            inner = f"<blockquote expandable>{inner}</blockquote>"
        text += (_separator(each) if text else "") + inner
    return text


def run_html(run: Run, *, line_break: str = "\n") -> str:
    """Write a run as HTML, escaped; `line_break` stands for its newlines where white space means nothing."""
    text = html_escape(run.text, quote=False)
    if run.style == "code":
        return f"<code>{text}</code>"  # nothing nests in code
    text = text.replace("\n", line_break)
    if run.at is not None:
        text = f'<tg-time unix="{int(run.at.timestamp())}" format="{run.shown}">{text}</tg-time>'
    if run.href is not None:
        address = html_escape(clean(run.href).replace("'", "%27"))
        text = f'<a href="{address}">{text}</a>'
    if run.style is not None:
        tag = TAGS[run.style]
        text = f"<{tag}>{text}</{tag}>"
    return text


def _button(button: Button) -> Button:
    """Bound a button's text; its data is ours and must fit.

    Raises:
        ValueError: the data is longer than Telegram takes, which is a mistake of ours.
    """
    if button.data is not None and not 0 < len(button.data.encode()) <= CALLBACK_LIMIT:
        raise ValueError(f"callback data must have 1 to {CALLBACK_LIMIT} bytes: {button.data!r}")
    text = clean(button.text).strip() or "…"
    return replace(button, text=text if len(text) <= BUTTON_LIMIT else text[: BUTTON_LIMIT - 1].rstrip() + "…")
