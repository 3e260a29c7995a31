"""Where words begin and end, in any script; it knows none of them.

Rules
    1. Letters, digits and the marks that belong to them are of a word.
    2. Chinese, Japanese, Thai, Lao, Khmer, Burmese and Korean have no edges that can be seen: a word may begin and end
       anywhere there, except that a run of katakana is one word.
    3. Arabic small words that are written together with the next one may stand before it.
"""

from __future__ import annotations

import re
import unicodedata

WITHIN = 3
"""What `joints` says of a place that is within a word; 0 is an edge, and all else is for `begins_a_word` to tell."""

# Scripts written without spaces, as ranges of code points: Thai, Lao, Burmese, Hangul, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
# Conjunctions, prepositions and the article that Arabic writes together with the word, with their usual sequences.
_ARABIC_PREFIXES = frozenset(
    [
        "و",
        "ف",
        "ب",
        "ك",
        "ل",
        "ال",
        "وال",
        "فال",
        "بال",
        "كال",
        "وبال",
        "وكال",
        "لل",
        "ولل",
        "فلل",
        "وب",
        "ول",
        "وك",
        "فب",
    ]
)
_LONGEST_PREFIX = 4
_LETTER, _UNSURE = 3, 6  # bits: two neighbors have all of `WITHIN` in common if both are letters of ASCII
# A question mark is unsure: every character beyond ASCII is encoded as one.
_LETTERS_OF_BYTES = bytes(_UNSURE if code == ord("?") else chr(code).isalnum() and _LETTER for code in range(256))


def joints(text: str) -> bytes:
    """Return for each place of a text, its end included, what stands between its neighbors.

    All of ASCII, where most texts are decided, is so in one step, as the bits of two long numbers.

    >>> [joints("a US") [place] for place in (0, 1, 2, 3, 4)]
    [0, 0, 0, 3, 0]
    """
    letters = int.from_bytes(text.encode("ascii", "replace").translate(_LETTERS_OF_BYTES), "little")
    return (letters & letters << 8).to_bytes(len(text) + 1, "little")


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter)[0] == "M"


def _joined(left: str, right: str) -> bool:
    """Tell whether two neighboring characters are within one word."""
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    if not (_is_of_word(left) and _is_of_word(right)):
        return False
    if _UNSPACED.match(left) or _UNSPACED.match(right):
        return bool(_KATAKANA.match(left) and _KATAKANA.match(right))
    return True


def begins_a_word(text: str, start: int) -> bool:
    """Tell whether a word may begin at a place of a text in small letters."""
    if start == 0 or text[start - 1] == " " or not _joined(text[start - 1], text[start]):
        return True
    if not "\u0620" <= text[start] <= "\u06ff":
        return False
    first = start
    while first and start - first <= _LONGEST_PREFIX and _is_of_word(text[first - 1]):
        first -= 1
    return text[first:start] in _ARABIC_PREFIXES


def ends_a_word(text: str, end: int) -> bool:
    """Tell whether a word may end before a place of a text."""
    return end == len(text) or text[end] == " " or not _joined(text[end - 1], text[end])
