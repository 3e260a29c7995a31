# ruff: noqa: RUF001 -- letters and signs of many scripts
"""Finds paragraphs, list items and the agency line in front of a text; it knows nothing of sentences.

A blank line always ends a paragraph. A single newline ends it, too, unless the line was wrapped by hand:
- the block's lines are at most `WRAP` characters wide (nobody wraps wider), and the line is no short one;
- the next line's first word would not have fitted on it any more (`SLACK` allows for ragged and proportional
  setting), or goes on with a small letter where the line ends without a closing sign;
- the next line starts no list item.
Known exception: two wide one-line paragraphs of nearly equal length without a closing sign are joined.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WRAP = 120
"""Widest line, in characters, that is taken for one wrapped by hand: mail and terminals wrap at 70 to 100."""

SHORT = 28
"""A line shorter than this, in characters, is a heading, an item or a verse, not a wrapped one."""

SLACK = 0.8
_UNSPACED = 0x2E80  # from this code point on scripts stand without spaces: a line may end behind any character

# One class of signs in front, which is searched for faster than alternatives; "\r\n" is one line end.
_NEWLINE = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029](?:(?<=\r)\n)?")
_CLOSED = re.compile(r"[.!?…:;。！？।۔؟]['\"”’»)\]」』）]*\Z")
_ITEM = re.compile(r"\s*(?:[•●▪‣⁃*–—-]\s?|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s|[①-⑳※])")

_PLACE = r"[^\W\d_][\w.'’-]*(?:[ /][\w.'’-]+){0,3}"
_DASH = r"\s*[-–—―]{1,2}\s+"
_AGENCY_NAME = (
    r"(?:[A-Z][A-Z.&/ -]{1,18}[A-Z]|Reuters|Bloomberg|Kyodo(?: News)?|Xinhua|Yonhap|Tass|Jiji(?: Press)?|Ansa|Efe|Lusa"
    r"|Interfax(?:-Ukraine)?|Ukrinform|dpa|afp|dpa-AFX|Sputnik|Anadolu|Belga|Novinite|Europa Press|Notimex|KUNA|MENAFN)"
)
_CAPITAL = r"[A-ZÀ-ÝА-ЯІЇЄҐ]"
_OUTLET_NAME = (
    rf"(?:{_CAPITAL}[\w'’.]*-{_CAPITAL}[\w'’.-]*"
    rf"|{_CAPITAL}[\w'’.-]*(?: (?:of|the|and|de|des|du|la|le|les|der|die|und|{_CAPITAL}[\w'’.-]*)){{1,5}})"
)
_AGENCY_LINES = (
    # as in: TOKYO, July 16 (Kyodo) -- ; Berlin/Paris (dpa) -
    re.compile(rf"{_PLACE}(?:, ?[^()\n–—-]{{1,30}})?\s?\((?P<agency>[^()\n]{{2,30}})\){_DASH}(?=[^\sa-zà-ÿа-я])"),
    # as in: (MENAFN) ; (Reuters) -
    re.compile(rf"\((?P<agency>{_AGENCY_NAME})\)(?:{_DASH}|\s+)(?=\S)"),
    # as in: (Harbor Post) ; an outlet's name of several words, where a sentence or a dateline begins behind it
    re.compile(rf"\((?P<agency>{_OUTLET_NAME})\)(?:{_DASH}|\s+)(?=[^\sa-zà-ÿа-яіїєґ])"),
    # in Russian and Ukrainian: a city, a date, and the agency between dashes, slashes or periods
    re.compile(r"[А-ЯІЇЄҐ-]{3,20}, \d{1,2} [а-яіїє]{3,8}\.?(?: [-–—] [^.\n]{2,24}\.| /[^/\n]{2,20}/\.?) (?=\S)"),
    # as in: BRUSSELS, July 16 — ; WASHINGTON -
    re.compile(r"(?=[^a-zà-ÿа-я\n]{4})[^\W\d_a-zà-ÿа-яіїєґ][^a-zà-ÿа-яіїєґ\W\d_]+(?:[ /-][^\Wa-zà-ÿа-яіїєґ]+){0,3}"
               rf"(?:, ?[^()\n–—-]{{1,30}})?{_DASH}(?=[^\Wa-zà-ÿа-яіїєґ]|[\"“«„])"),
    # as in: [東京 16日 ロイター] - ; 【東京共同】 ; 新华社北京7月16日电
    re.compile(r"(?:\[[^\[\]\n]{2,30}\]\s?[-–—]\s?|【[^【】\n]{2,20}】\s?)(?=\S)"),
    re.compile(r"[^\s，。、]{2,14}?\d{1,2}月\d{1,2}日[电電讯訊](?:（[^（）\n]{1,30}）)?\s?(?=\S)"),
)  # fmt: skip

# What agency lines have: most paragraphs have none of it, and are asked once or twice instead of seven times.
_STARTS_AS_AGENCY_LINE = re.compile(r"[(\[【]|[^a-zà-ÿа-я\n]{4}|[А-ЯІЇЄҐ-]{3}")
_PLACE_IN_FRONT = re.compile(r"[\w.'’/ -]++(?:, ?[^()\n–—-]{1,30})?\s?\(")
_LONGEST_CITY = 18  # characters up to the month of a Chinese dateline

_BULLETS = "•●▪‣⁃"
_MARKER = re.compile(rf"(?P<bullet>[{_BULLETS}])?\s*(?:(?P<open>\(?)(?P<count>\d{{1,3}}|[a-h])(?P<close>\.\)|\)|\.))?")


@lru_cache(
    maxsize=4
)  # sentences, lists and junk are looked for in the paragraphs of the same text, one after the other
def paragraphs(text: str) -> Sequence[tuple[int, int]]:
    r"""Return the spans of the paragraphs, in order, without the white space around them.

    >>> paragraphs("One.\n\nTwo\nThree.\n")
    ((0, 4), (6, 9), (10, 16))
    """
    spans: list[tuple[int, int]] = []
    for block in _blocks(text):
        if len(block) == 1:
            spans += block
            continue
        width = max(end - start for start, end in block)
        first = block[0][0]
        for line, following in zip(block, [*block[1:], None], strict=True):
            if following is None or not _is_wrapped(text, line, following, width):
                spans.append((first, line[1]))
                first = following[0] if following else line[1]
    return tuple(spans)


def _blocks(text: str) -> list[list[tuple[int, int]]]:
    """Return runs of lines that are not blank, each line's span without the white space around it."""
    blocks: list[list[tuple[int, int]]] = [[]]
    start = 0
    for end, following in [*((found.start(), found.end()) for found in _NEWLINE.finditer(text)), (len(text), 0)]:
        line = text[start:end]
        left = start + len(line) - len(line.lstrip())
        right = left + len(line.strip())
        if right > left:
            blocks[-1].append((left, right))
        elif blocks[-1]:
            blocks.append([])
        start = following
    return [block for block in blocks if block]


def _is_wrapped(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    length = line[1] - line[0]
    if width > WRAP or length < SHORT or _ITEM.match(text, *following):
        return False
    start = text[following[0] : following[0] + 40]
    word = start.split(maxsplit=1)[0]
    is_open = not _CLOSED.search(text[max(line[0], line[1] - 4) : line[1]])
    if is_open and word[0].islower() and length > width / 2:
        return True
    if ord(word[0]) >= _UNSPACED:
        word = word[0]
    return length + 1 + len(word) > width * (SLACK if is_open else 1)


def _may_be_agency_line(text: str, start: int, end: int) -> bool:
    if _STARTS_AS_AGENCY_LINE.match(text, start, end) or text.find("月", start, start + _LONGEST_CITY) >= 0:
        return True
    return text.find("(", start, end) >= 0 and _PLACE_IN_FRONT.match(text, start, end) is not None


def skip_agency_line(text: str, start: int, end: int) -> int:
    """Return where a paragraph's first sentence starts: behind "(MENAFN) " or "TOKYO, July 16 (Kyodo) -- ".

    >>> skip_agency_line("WASHINGTON (Reuters) — The ministry said", 0, 40)
    23
    >>> skip_agency_line("NATO – the northern alliance – met", 0, 34)
    0
    """
    if end - start < SHORT:
        return start
    for _ in range(2):  # an outlet in brackets and a dateline behind it
        if not _may_be_agency_line(text, start, end):
            break
        found = next(filter(None, (pattern.match(text, start, end) for pattern in _AGENCY_LINES)), None)
        if found is None:
            break
        start = found.end()
    return start


def agency(text: str) -> str:
    """Return the agency that an agency line in front of a text names in brackets; empty where there is none.

    >>> agency("(MENAFN) The relationship"), agency("TOKYO (Kyodo) -- Japan"), agency("Japan (the island) is")
    ('MENAFN', 'Kyodo', '')
    >>> agency("(Harbor Post) TOKYO, Nov 20 — Japan said"), agency("(New York) The mayor is"), agency("(Or so) He")
    ('Harbor Post', 'New York', '')
    """
    for pattern in _AGENCY_LINES[:3]:
        found = pattern.match(text)
        if found:
            return found["agency"].strip()
    return ""


def item_starts(text: str, start: int, end: int) -> list[int]:
    """Return where further items of a list start that stands in one paragraph: "1) steel 2) rice", "• a • b".

    >>> item_starts("1) The first 2) The second", 0, 26)
    [13]
    """
    first = _MARKER.match(text, start, end)
    if not first or first.end() == start:
        return []
    bullet, count = first["bullet"] or "", first["count"] or ""
    starts: list[int] = []
    position = first.end()
    for number in itertools.count(1):
        sign = bullet
        if count:
            following = str(int(count) + number) if count.isdigit() else chr(ord(count) + number)
            sign += (r"\s*" if bullet else "") + re.escape(first["open"] + following + first["close"])
        found = re.compile(rf"(?<=\s){sign}\s*(?=\S)").search(text, position, end)
        if not found:
            break
        starts.append(found.start())
        position = found.end()
    return starts
