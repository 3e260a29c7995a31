"""Counts text as Telegram does and finds what it links by itself (addresses, commands, mentions); it reads no markup.

Offsets and lengths are in UTF-16 code units, as in MessageEntity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.preview.refusals import Json, bad_request

_DROPPED = dict.fromkeys([0x0D, *range(0x2028, 0x202F)])
_BLANKED = dict.fromkeys([*range(0x0A), *range(0x0B, 0x0D), *range(0x0E, 0x20)], " ")
_CLEANED: dict[int, str | None] = {**_BLANKED, **_DROPPED}
_INVISIBLE = "\u200b\u200c\u200d\u2060\u2063\u2800\u3164\ufeff\u00ad"

# Telegram links a bare domain only where its ending exists; these are the ones news and chats are full of.
_ENDINGS = (
    "com|org|net|info|biz|news|press|media|int|gov|edu|mil|io|dev|app|me|co|tv|eu|uk|us|ca|au|nz|de|at|ch|fr|be|nl|lu|it|es"
    "|pt|br|mx|ar|ie|pl|cz|sk|hu|ro|bg|gr|se|no|fi|dk|is|ee|lv|lt|ru|ua|by|kz|tr|il|ae|sa|in|pk|cn|hk|tw|jp|kr|sg|my|th|vn"
    "|id|ph|za|ng|ke|eg"
)
_FOUND = re.compile(
    r"(?P<url>(?<![\w@.])(?:https?|ftp|tg|ton)://[^\s<>\"«»“”]+"
    rf"|(?<![\w@.\-/])(?:[a-z0-9\-]+\.)+(?:{_ENDINGS})(?![\w.\-@]*@)\b(?::\d+)?(?:[/?#][^\s<>\"«»“”]*)?)"
    r"|(?P<email>(?<![\w.])[\w.+\-]{1,64}@(?:[a-z0-9\-]+\.)+[a-z]{2,24}\b)"
    r"|(?P<bot_command>(?<![\w/<>@])/[a-z0-9_]{1,64}(?:@[a-z]\w{2,31})?(?![\w/<>@]))"
    r"|(?P<mention>(?<![\w@])@[a-z]\w{2,31}\b)"
    r"|(?P<hashtag>(?<![\w#@&/])\#(?=\w*[^\W\d])\w{1,256})"
    r"|(?P<cashtag>(?<![\w$])\$[A-Z]{3,8}\b)",
    re.IGNORECASE,
)
_TAIL = ".,:;!?'…"
MOST_ENTITIES = 100
"""Entities of one message; Telegram drops the rest without a word."""


def utf16_length(text: str) -> int:
    """Count UTF-16 code units.

    >>> utf16_length("🤝 ok")
    5
    """
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)  # noqa: PLR2004 -- beyond the BMP


def check_unicode(text: str) -> str:
    """Return the text if it can be written as UTF-8.

    Raises:
        ApiError: 400 where it holds a lone surrogate.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return text


def clean(text: str) -> str:
    r"""Blank control characters and drop carriage returns and direction overrides, as Telegram does on the way in.

    >>> clean("a\tb\r\nc\x00")
    'a b\nc '
    """
    return text.translate(_CLEANED)


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing.

    >>> is_blank(" \u200b ")
    True
    """
    return not text.translate(dict.fromkeys(map(ord, _INVISIBLE))).strip()


def trim(text: str, entities: Iterable[Json]) -> tuple[str, list[Json]]:
    """Cut white space from both ends and move the entities along; those that are left empty go.

    >>> trim("  hi ", [{"type": "bold", "offset": 1, "length": 4}])
    ('hi', [{'type': 'bold', 'offset': 0, 'length': 2}])
    """
    shorter = text.strip(" \n")
    lead = len(text) - len(text.lstrip(" \n"))
    end = utf16_length(shorter)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        stop = min(end, entity["offset"] + entity["length"] - lead)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return shorter, kept


def order(entities: Iterable[Json]) -> list[Json]:
    """Sort entities as Telegram lists them: by offset, the longer first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def detect(text: str) -> list[Json]:
    """Find addresses, commands, mentions, tags and e-mail addresses in a plain text.

    >>> detect("🤝 /start@x_bot")
    [{'type': 'bot_command', 'offset': 3, 'length': 12}]
    """
    found = []
    for match in _FOUND.finditer(text):
        kind = match.lastgroup
        assert kind is not None, "every branch is named"
        piece = _without_tail(match.group()) if kind == "url" else match.group()
        if kind == "cashtag" and piece != piece.upper():
            continue
        offset = utf16_length(text[: match.start()])
        found.append({"type": kind, "offset": offset, "length": utf16_length(piece)})
    return found


def _without_tail(address: str) -> str:
    while address and (address[-1] in _TAIL or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def with_detected(text: str, entities: Iterable[Json]) -> list[Json]:
    """Add what Telegram links by itself, where no code, link or quotation-breaking entity is in the way."""
    given = list(entities)
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in given
        if entity["type"] in {"code", "pre", "text_link", "text_mention", "custom_emoji", "date_time"}
    ]
    for entity in detect(text):
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        if all(stop <= low or start >= high for low, high in closed):
            given.append(entity)
    return order(given)[:MOST_ENTITIES]


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` UTF-16 units, at a line or word where there is one, as clients do.

    >>> split_text("one two three", 8)
    ['one two', 'three']
    """
    pieces = []
    while utf16_length(text) > limit:
        cut = _cut(text, limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text]


def _cut(text: str, limit: int) -> int:
    units = 0
    for index, character in enumerate(text):
        units += utf16_length(character)
        if units > limit:
            head = text[: index + 1]
            return max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or index
    return len(text)
