"""Names of encodings → Python's codecs, as browsers understand them; it decodes nothing."""

from __future__ import annotations

import codecs

WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What browsers read under these names (WHATWG Encoding Standard): each is the larger set that people really send."""

_NOT_TEXT = {"idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "unicode-escape"}


def encoding_named(name: str | None) -> str | None:
    """Return Python's name of an encoding of text, or None for one that nobody knows.

    >>> encoding_named(" Latin1 "), encoding_named("base64"), encoding_named("klingon")
    ('iso8859-1', None, None)
    """
    if not name:
        return None
    try:
        info = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name not in _NOT_TEXT else None
