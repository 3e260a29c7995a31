"""Bytes of a web page or text file → characters, whatever encoding they are in; it does not look at what they say.

Rule, in this order: a byte order mark; bytes that are valid UTF-8 and not mere ASCII; what the page says of itself;
what the server says; detection; Windows-1252, in which every byte is something.
Theory: text in another encoding is valid UTF-8 by chance only in a few characters, so that a wrong "iso-8859-1" in a
header does no harm; a page knows itself better than its server does.
Known exceptions: encodings that write in ASCII (ISO-2022-JP, HZ) are looked for before; short texts without a
declaration may be taken for a neighbor (windows-1251 for KOI8-R, Shift-JIS for GB18030).
"""

from __future__ import annotations

import codecs
import re

from bot.core.decode import MARKS, text_from_bytes
from bot.feeds.encodings import WIDER, encoding_named

DECLARED_WITHIN = 4096
"""A page declares its encoding in its beginning, in bytes: browsers look at 1,024; some scripts stand before it."""

BROKEN = 0.05
"""Share of what is not ASCII that may be broken in a declared encoding: a page that was cut off or patched together."""

SAMPLE = 100_000
"""Bytes shown to the detector: its time grows with them, its answer hardly changes."""

SPARSE = 1.5
"""Mean length, in bytes, of a run beyond ASCII below which a text is in Latin script; in others it is 4 and more."""

_HIGH = re.compile(rb"[\x80-\xff]+")
_WORD_WITH_SIGN = re.compile(r"[^\W\d_]{2}[±¶¦¬][^\W\d_]")
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)

_PAGE_CODECS = WIDER | {"utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8"}
"""A page that can say "utf-16" in ASCII is not."""

_IN_ASCII = re.compile(rb"\x1b[$(][@-J]|~\{")
_ESCAPED = {"iso2022_jp", "iso2022_kr", "hz"}


def html_text(content: bytes, charset: str | None = None) -> str:
    r"""Decode a page; `charset` is what the server's header says.

    >>> html_text("<meta charset=windows-1251><p>Пошлины".encode("cp1251"), "iso-8859-1")
    '<meta charset=windows-1251><p>Пошлины'
    """
    marked = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), None)
    if marked:
        return content.decode(marked, "replace").replace("\x00", "")
    found = _DECLARED.search(content[:DECLARED_WITHIN])
    declared = [known for name in (found[1].decode("ascii") if found else None, charset) if (known := _known(name))]
    text = _declared_text(content, declared)
    if text is None:
        text = _detected_text(content)
    return (content.decode("cp1252", "replace") if text is None else text).replace("\x00", "")


def document_text(content: bytes) -> str | None:
    r"""Decode a text file that says nothing of its encoding; None for what is no text.

    >>> document_text(b"caf\xc3\xa9"), document_text(b"\x00\x01\x02")
    ('café', None)
    """
    if any(content.startswith(mark) for mark in MARKS) or not content:
        return text_from_bytes(content)
    try:
        text: str | None = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None if is_binary(content) else (_detected_text(content) or text_from_bytes(content))
    return None if text is None or "\x00" in text or is_binary(content) else text


def _known(name: str | None) -> str | None:
    """Return the codec that reads a page under a label, or None for one that nobody knows or that is none for pages."""
    codec = encoding_named(name)
    return None if codec in {None, "utf-7"} else _PAGE_CODECS.get(str(codec), codec)


def _declared_text(content: bytes, declared: list[str]) -> str | None:
    escaped = _ESCAPED.intersection(declared)
    if escaped and _IN_ASCII.search(content):
        return content.decode(escaped.pop(), "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(content)  # a last character may be cut off
    except UnicodeDecodeError:
        pass
    for codec in [*declared, "utf-8"]:
        text = content.decode(codec, "replace")
        if text.count("\ufffd") <= BROKEN * sum(not letter.isascii() for letter in text):
            return text
    return None


def _detected_text(content: bytes) -> str | None:
    """Decode by what the letters look like.

    Letters with accents stand alone between those of ASCII; in any other script letters beyond ASCII stand together.
    """
    from charset_normalizer import from_bytes

    sample = content[:SAMPLE]
    runs = _HIGH.findall(sample)
    sparse = sum(map(len, runs)) < SPARSE * len(runs)
    best = from_bytes(sample, cp_isolation=list(_LATIN) if sparse else None).best()
    if best is None:
        return None
    codec = WIDER.get(codecs.lookup(best.encoding).name, best.encoding)
    if codec == "cp1250" and _WORD_WITH_SIGN.search(content.decode(codec, "replace")):
        codec = "iso8859_2"  # the two differ in a few letters, which the detector hardly weighs
    return content.decode(codec, "replace")


def is_binary(content: bytes) -> bool:
    """Say whether bytes are no text in any encoding of single bytes: more than one control character in fifty."""
    head = content[:20_000]
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b" for byte in head)  # noqa: PLR2004 -- space is 32
    return controls * 50 > len(head) and not any(content.startswith(mark) for mark in MARKS)
