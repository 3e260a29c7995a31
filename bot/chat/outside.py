"""Blocks of text → plain text, Markdown or a web page: the same as in a chat, outside it. PURE.

What a chat gets is laid out in `render.py`; nothing is cut here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape as html_escape
from typing import Final

from bot.chat.render import Block, Run, clean, groups, plain, run_html

MARKDOWN_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>#|~!])")
PAGE_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;font:17px/1.5 system-ui,sans-serif}"
    "main{max-width:40rem;margin:auto;padding:1rem}p{margin:.6em 0}figure{margin:0}img{max-width:100%}"
    "figcaption{font-size:.8em;opacity:.75}"
    "blockquote{margin:.3em 0 .3em .2em;padding-left:.8em;border-left:3px solid #8884}"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as PNG for a light and a dark page, and its numbers in words."""

    light: bytes
    dark: bytes
    numbers: str


def plain_text(blocks: Iterable[Block]) -> str:
    """Write blocks as plain text, however long."""
    return plain([each for group in groups(blocks) for each in group])


def markdown(blocks: Iterable[Block]) -> str:
    """Write blocks as CommonMark; what the text itself holds of markup is escaped."""
    text = ""
    for each in (each for group in groups(blocks) for each in group):
        inner = "".join(_run_markdown(run) for run in each.runs)
        if each.fold != "none":
            inner = "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        text += ("\n\n" if text else "") + inner
    return text + "\n"


def web_page(blocks: Iterable[Block], title: str, chart: Chart | None = None) -> str:
    """Write blocks as an HTML page that needs nothing else, with a chart above them where there is one."""
    parts = []
    for each in (each for group in groups(blocks) for each in group):
        inner = "".join(_run_web(run) for run in each.runs).replace("\n", "<br>")
        parts.append(f"<p>{inner}</p>" if each.fold == "none" else f"<blockquote>{inner}</blockquote>")
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{html_escape(clean(title))}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{PAGE_STYLE}</style>\n'
        f"<main>\n{_figure(chart)}{body}\n</main>\n</html>\n"
    )


def _figure(chart: Chart | None) -> str:
    if chart is None:
        return ""
    light, dark = (f"data:image/png;base64,{b64encode(each).decode()}" for each in (chart.light, chart.dark))
    said = html_escape(clean(chart.numbers))
    return (
        f'<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{light}" alt="{said}"></picture><figcaption>{said}</figcaption></figure>\n'
    )


def _run_markdown(run: Run) -> str:
    text = MARKDOWN_SIGNS.sub(r"\\\1", run.text)
    if run.href is not None:
        address = clean(run.href).replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
        text = f"[{text}](<{address}>)"
    sign = {"bold": "**", "italic": "*", "code": "`"}.get(run.style or "", "")
    if sign == "`":
        return f"`{run.text.replace('`', '')}`"
    inner = text.strip()  # CommonMark opens no emphasis before a space
    return text.replace(inner, f"{sign}{inner}{sign}", 1) if sign and inner else text


def _run_web(run: Run) -> str:
    if run.at is None:
        return run_html(run)
    return f'<time datetime="{run.at.isoformat()}">{html_escape(run.text)}</time>'
