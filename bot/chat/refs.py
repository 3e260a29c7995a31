"""Ids ↔ the few bytes that a button's data has room for; what a button means is not its matter. PURE.

Numbers are written in base 36 and joined by dots, so that ten stories of a store with 60 million articles fit the 64
bytes of one button, and every button works for as long as what it names is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.chat.render import CALLBACK_LIMIT

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def packed(number: int) -> str:
    """Write a number that is not negative in base 36; `int(text, 36)` reads it.

    >>> packed(0), packed(60_466_175)
    ('0', 'zzzzz')
    """
    text = ""
    while number >= len(DIGITS):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return DIGITS[number] + text


def data_of(word: str, numbers: Iterable[int]) -> str:
    """Join a button's word and as many numbers as fit.

    >>> data_of("pm", [17, 60_466_175])
    'pm:h.zzzzz'
    """
    data = f"{word}:"
    for number in numbers:
        part = packed(number) if data.endswith(":") else f".{packed(number)}"
        if len(data) + len(part) > CALLBACK_LIMIT:
            break
        data += part
    return data


def numbers_in(text: str) -> tuple[int, ...]:
    """Read the numbers that `data_of` wrote behind its word.

    >>> numbers_in("h.zzzzz")
    (17, 60466175)
    """
    return tuple(int(part, 36) for part in text.split(".") if part)
