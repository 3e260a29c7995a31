# ruff: noqa: RUF001 -- signs of many scripts
"""The blocks of an extracted article → the lines of its text; it does not find the article in the page.

What is left out, each as a rule with its theory:

1. The headline above the text: it is the title already.
2. Lines that are links (`LINKED` of their characters) and not sentences. Outlets put "Related: …" between paragraphs.
   A few words (below `HEADLINE`) above a paragraph stay: they are its heading. Known exception: a headline quoted as a
   link of its own.
3. Short lines (`SHORT`) that begin like an outlet speaking of itself: read more, subscribe, follow us, photo by, image
   credit, copyright, cookies, comments. Known exceptions: languages not in the list; a sentence that begins so.
4. Headings with nothing below them, and lines that are only a time or signs.
5. A long line (`LONG`) that stood there before: pages carry a teaser twice.

Where the rules would leave less than half of the text, the page is one of links or a form: nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LINKED = 0.8
"""Share of a line's characters in links. Paragraphs of articles have below 0.5, "Related: <headline>" 0.85."""

SHORT = 220
"""Longest line, in characters, that an outlet says of itself; paragraphs that begin like one and are longer stay."""

LONG = 60
"""Shortest line, in characters, that is dropped when it comes again; refrains and names are shorter."""

HEADLINE = 4
"""Fewest words of a headline of another article."""

_KEPT = 0.5  # share of the characters the rules must leave
_NEAR_TOP = 3  # lines in which the headline may stand again

_OWN_WORDS = (
    r"(?:read|see|view|learn|watch) (?:more|also|next)\b|(?:read|see|watch|click)(?: here| this| now)? ?:",
    r"(?:related|more|don['’]t miss|also read)(?: (?:stories|articles|news|coverage|topics|on this))? ?(?::|$)",
    r"(?:recommended|trending|most (?:read|popular)|latest news|top stories)\s*(?::|$)",
    r"(?:advertisements?|sponsored content)\s*(?::|$)",
    r"(?:comments?|leave a (?:comment|reply)|share(?: this.*)?|tags?)\s*(?::|$)",
    r"(?:subscribe|sign up|log in) (?:now|here|today|to|for)\b.*\b(?:newsletter|inbox|full|edition|access|free|our)",
    r"get (?:the|our|all|more)\b.*\b(?:inbox|newsletter|our app|stories)",
    r"(?:you can )?(?:follow|like|join|find|e?-?mail|reach) .{0,60}(?:\bon (?:facebook|twitter|x|telegram)\b|@\w)",
    r"(?:have|got) a (?:news )?tip\b|for (?:more|the latest)\b.*\b(?:our|apps?|newsletter)\b|download the\b.*\bapps?\b",
    r"to (?:view|read|continue reading) .*\bsubscri|.{0,60}\balready a subscriber\b",
    r"(?:photos?|images?|pictures?|graphics?)(?: credits?| courtesy| source| by)\b|\(?(?:image |photo )?credits? ?:",
    r"(?:photos?|images?|fotos?|crédits? photos?|bild|bildquelle|imagen) ?(?:[:©/]|\((?:c|©)\))",
    r"©|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4}|by)|all rights reserved",
    r"(?:we|this (?:web)?site) uses? cookies|(?:accept|manage) (?:all )?cookies",
    r"(?:lire|voir|à lire) aussi\b|sur le même sujet|abonnez[- ]vous|inscrivez[- ]vous",
    r"(?:lesen|sehen) sie (?:auch|mehr)\b|(?:lies|siehe) auch\b|mehr zum thema|zum thema ?:|jetzt abonnieren",
    r"(?:lea|lee|leer|vea|ver|mira) (?:también|además|más)\b|(?:le |te )?puede interesar(?:te)?\b",
    r"suscríb[ae](?:te|se)\b",
    r"(?:leia|veja) (?:também|mais)\b|assine .{0,40}(?:newsletter|já|agora)\b|leggi anche\b|iscriviti\b",
    r"lees (?:ook|meer|verder)\b|(?:czytaj|zobacz|przeczytaj) (?:też|także|więcej|również)\b",
    r"(?:читайте|смотрите) (?:также|ещё|еще)\b|подпис(?:ывайтесь|аться)\b|(?:читайте|дивіться) також\b",
    r"あわせて読みたい|関連記事|相关(?:新闻|阅读|报道)|延伸阅读|责任编辑|관련기사|무단 ?전재|اقرأ (?:أيضا|المزيد)",
)
_OWN = re.compile(rf"\W*(?:{'|'.join(_OWN_WORDS)})", re.IGNORECASE)
_TIME_ONLY = re.compile(
    r"\W*(?:(?:last )?(?:updated|published|posted)\b\W*(?:at|on)?\W*)?"
    r"\d{1,2}[:.]\d{2}\W*(?:[ap]\.?m\b)?\W*[A-Z]{0,4}\W*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?。！？।؟…]['\"”’»)\]」』]*\Z")
_BLOCKS = frozenset({"p", "head", "quote", "item", "list", "table", "row", "cell", "div", "code", "lb", "body"})


@dataclass(slots=True)
class Line:
    """A line of an article: its text, how many of its characters are links, and whether it is a heading."""

    text: str
    linked: int = 0
    heading: bool = False

    @property
    def is_sentence(self) -> bool:
        """Whether it ends like a sentence."""
        return bool(_SENTENCE.search(self.text))

    @property
    def is_link(self) -> bool:
        """Whether it is a link and not a linked sentence."""
        return self.linked >= LINKED * len(self.text) and (not self.is_sentence or len(self.text) < LONG)


class _Writer:
    """Writes lines while a tree is walked."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._parts: list[str] = []
        self._linked = 0
        self.heading = 0

    def write(self, text: str | None, *, linked: bool) -> None:
        if text:
            self._parts.append(text)
            self._linked += len(text.strip()) if linked else 0

    def end(self) -> None:
        text = " ".join("".join(self._parts).split())
        if text:
            self.lines.append(Line(text, min(self._linked, len(text)), heading=self.heading > 0))
        self._parts, self._linked = [], 0


def lines_from_body(body: Any) -> list[Line]:
    """Return the lines of an extracted body: a paragraph, heading, list item or table row each.

    Cells of a row are parted by " | ". The walk is not recursive: trees from outside may be deep.
    """
    writer = _Writer()
    links = 0
    for event, each in _walk(body):
        tag = each.tag
        if event == "start":
            if tag in _BLOCKS and not _continues_row(each):
                writer.end()
            elif tag == "cell":
                writer.write(" | ", linked=False)
            writer.heading += tag == "head"
            links += tag == "ref"
            writer.write(each.text, linked=links > 0)
        else:
            if tag in _BLOCKS and tag != "cell" and not _in_row(each):
                writer.end()
            writer.heading -= tag == "head"
            links -= tag == "ref"
            if each is not body:
                writer.write(each.tail if tag != "cell" else "", linked=links > 0)
    writer.end()
    return writer.lines


def _walk(body: Any) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterwalk

    yield from ((event, each) for event, each in iterwalk(body, events=("start", "end")) if isinstance(each.tag, str))


def _continues_row(each: Any) -> bool:
    return (each.tag == "cell" and each.getprevious() is not None) or _in_row(each)


def _in_row(each: Any) -> bool:
    """Say whether a block is the single paragraph of a cell: it does not break its row."""
    parent = each.getparent()
    return parent is not None and parent.tag == "cell" and len(parent) == 1 and each.tag in {"p", "lb"}


def chosen_lines(lines: list[Line], title: str) -> list[str]:
    """Return the lines that belong to the article, in order.

    >>> chosen_lines([Line("Pact"), Line("Two states signed a pact."), Line("Read more: A pact", 6)], "Pact")
    ['Two states signed a pact.']
    """
    headline = _letters(title)
    first = next((n for n, line in enumerate(lines) if _letters(line.text) != headline or n >= _NEAR_TOP), len(lines))
    body = lines[first:]
    body = [line for n, line in enumerate(body) if not (n < _NEAR_TOP and headline and _letters(line.text) == headline)]
    rest = [line for line in body if not _is_own_word(line)]
    kept = _without_bare_headings(_without_link_lines(rest))
    if sum(len(line.text) for line in kept) < _KEPT * sum(len(line.text) for line in body):
        kept = body
    return _without_repeats([line.text for line in kept])


def _is_own_word(line: Line) -> bool:
    """Say whether a line is an outlet's own word, a time, or signs."""
    text = line.text
    if not any(map(str.isalnum, text)) or _TIME_ONLY.fullmatch(text):
        return True
    return len(text) <= SHORT and bool(_OWN.match(text))


def _without_link_lines(lines: list[Line]) -> list[Line]:
    links = [line.is_link for line in lines]
    kept = []
    for n, line in enumerate(lines):
        alone = n + 1 < len(lines) and not links[n + 1] and not (n and links[n - 1])
        if not links[n] or (alone and len(line.text.split()) < HEADLINE):
            kept.append(line)
    return kept


def _without_bare_headings(lines: list[Line]) -> list[Line]:
    """Drop headings at the end; one between paragraphs may be the heading of the next heading."""
    end = len(lines)
    while end and lines[end - 1].heading and not lines[end - 1].is_sentence:
        end -= 1
    return lines[:end]


def _without_repeats(lines: list[str]) -> list[str]:
    seen: set[str] = set()
    kept = []
    for line in lines:
        if len(line) >= LONG and line in seen:
            continue
        seen.add(line)
        kept.append(line)
    return kept


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
