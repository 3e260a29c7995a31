"""The lines of a PDF's pages → paragraphs; it opens no PDF.

1. A first or last line of a page (`EDGE`) that stands, but for its numbers, on half of the pages is a header or footer,
   and so is one that is only a number. Theory: what repeats at the edge is the document's, not the text's. Known
   exception: two pages tell nothing apart; their headers stay.
2. A word parted at a line's end by a hyphen or a soft hyphen is joined if it goes on with a small letter. Known
   exception: a compound parted at its own hyphen ("long-" / "term") loses it.
3. Lines that were wrapped become one (`bot.core.paragraphs`), across pages too. Ligatures become letters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.core.paragraphs import paragraphs

EDGE = 2
"""Lines at the top and at the bottom of a page where headers and footers stand."""

FEWEST_PAGES = 3

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.|стр\.)\s*)?\d{1,4}(?:\s*(?:/|of|von|из|sur|de)\s*\d{1,4})?\W*", re.IGNORECASE
)
_PARTED = re.compile(r"(?<=[^\W\d_]{2})(?:\u00ad|[-\u2010])\n([^\W\d_A-ZÀ-ÝА-Я]\S*)[ \n]?")
_SOFT = re.compile(r"\u00ad\n?")
_BLANK = re.compile(r"\n\s*\n+")
_UNSPACED = re.compile(r"(?<=[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff9f])\n(?=[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff9f])")
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)


def text_from_pages(pages: Sequence[str]) -> str:
    r"""Return the text of a document whose pages are given as extracted, a paragraph a line.

    >>> text_from_pages(["Two states agreed on a com-\nmon tariff for steel and aluminium, officials\nsaid.\n1"])
    'Two states agreed on a common tariff for steel and aluminium, officials said.'
    """
    cleaned = [[line.strip() for line in page.translate(_LIGATURES).splitlines()] for page in pages]
    cleaned = [_trimmed(lines) for lines in cleaned]
    repeated = _repeated(cleaned)
    text = "\n".join("\n".join(_inner(lines, repeated)) for lines in cleaned)
    text = _SOFT.sub("", _PARTED.sub(r"\1\n", text))
    joined = (_UNSPACED.sub("", text[start:end]) for start, end in paragraphs(text))
    return "\n".join(line for part in joined if (line := " ".join(part.split())))


def _trimmed(lines: list[str]) -> list[str]:
    return _BLANK.sub("\n\n", "\n".join(lines).strip()).split("\n")


def _edges(lines: list[str]) -> set[int]:
    filled = [number for number, line in enumerate(lines) if line]
    return {*filled[:EDGE], *filled[-EDGE:]}


def _shape(line: str) -> str:
    return _DIGITS.sub("0", line).casefold()


def _repeated(pages: list[list[str]]) -> frozenset[str]:
    if len(pages) < FEWEST_PAGES:
        return frozenset()
    seen = Counter(shape for lines in pages for shape in {_shape(lines[number]) for number in _edges(lines)})
    return frozenset(shape for shape, count in seen.items() if shape and 2 * count >= len(pages))


def _inner(lines: list[str], repeated: frozenset[str]) -> list[str]:
    """Return a page's lines without its header and footer."""
    edges = _edges(lines)
    return [
        line
        for number, line in enumerate(lines)
        if number not in edges or not (_shape(line) in repeated or _PAGE_NUMBER.fullmatch(line))
    ]
