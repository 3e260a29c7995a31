"""Bytes of a feed → characters, whatever header and declaration say of them; it does not look at the markup.

Rule: a byte order mark or the zeros of UTF-16 and UTF-32 decide; then, whatever was declared, UTF-8 if the bytes are
that; then the XML declaration, the header, and what the letters look like. Theory: bytes beyond ASCII that happen to
be UTF-8 in full were meant so, while declarations are templates that nobody checks. Known exception: a short text in
GBK or Shift-JIS of a few letters can be valid UTF-8 by chance.
"""

from __future__ import annotations

import re

from bot.feeds.encodings import WIDER, encoding_named

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ZEROS = (
    (re.compile(rb"\A<\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\A\x00\x00\x00<"), "utf-32-be"),
    (re.compile(rb"\A(?:[\t\n\r ]\x00)*[<{]\x00"), "utf-16-le"),
    (re.compile(rb"\A(?:\x00[\t\n\r ])*\x00[<{]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']\s*([\w.:+-]{1,40})", re.IGNORECASE)
_EBCDIC = b"Lo\xa7\x94\x93"
"""`<?xml` in EBCDIC (XML 1.0, appendix F)."""

MENDABLE = 0.1
"""Share of wrong bytes among those beyond ASCII up to which a text is UTF-8 with a few foreign bytes in it: a quoted
line pasted from an older system. Files in an 8-bit encoding have nearly nothing but wrong ones."""

SAMPLE = 65_536
"""Bytes shown to the detector of encodings: its time grows with the size, its answer does not change."""

LATIN_BELOW = 0.3
"""Share of letters beyond ASCII below which a text is in a Latin script: French and Czech have 5 to 20 %, Russian and
Greek nearly 100, Chinese and Japanese more than half."""

_LANGUAGE = re.compile(r"(?:<(?:dc:)?language>\s*|\b(?:xml:)?lang=[\"'])([a-z]{2})\b", re.IGNORECASE)
_BY_LANGUAGE = dict.fromkeys(("cs", "pl", "sk", "hu", "ro", "hr", "sl", "bs", "sq"), "cp1250") | {
    "tr": "cp1254",
    "az": "cp1254",
    "et": "cp1257",
    "lv": "cp1257",
    "lt": "cp1257",
}
_OTHERS = (
    "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874", "cp1258",
    "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1252",
)  # fmt: skip
_TAG = re.compile("<[^<>]*>")
_WRONG = re.compile("[\udc80-\udcff]+")
_BEYOND = re.compile("[^\x00-\x7f]+")
_STRAY = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}


def decode_feed(content: bytes, charset: str | None = None) -> tuple[str, str | None]:
    r"""Return the characters of a feed, and what was wrong with its encoding, or None.

    Args:
        content: the bytes as they came.
        charset: what the header said of them.

    >>> decode_feed(b"<?xml version='1.0' encoding='utf-8'?><rss>caf\xe9</rss>")[0][-10:]
    'café</rss>'
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    for pattern, encoding in _ZEROS:
        if pattern.match(content):
            return _decoded(content, encoding)
    declared = encoding_named(_declaration(content))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_older(content, declared, encoding_named(charset))
    seven_bits = declared and text.isascii() and declared.startswith(("utf-7", "iso2022", "hz", "cp037", "cp500"))
    if declared and seven_bits:
        return _decoded(content, declared)
    lies = declared not in {None, "utf-8", "utf_8"} and not text.isascii()
    return text, f"it is UTF-8, not {declared} as declared" if lies else None


def _declaration(content: bytes) -> str | None:
    if content.startswith(_EBCDIC):
        return "cp037"
    found = _DECLARED.search(content, 0, 1_000)
    return found[1].decode("ascii") if found else None


def _decoded(content: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return content.decode(encoding), None
    except UnicodeError:
        return content.decode(encoding, "replace"), f"some bytes are no {encoding}"


def _decode_older(content: bytes, declared: str | None, said: str | None) -> tuple[str, str | None]:
    """Decode what is not UTF-8 throughout."""
    loose = content.decode("utf-8", "surrogateescape")
    wrong = sum(map(len, _WRONG.findall(loose)))
    beyond = sum(map(len, _BEYOND.findall(loose)))
    if wrong <= MENDABLE * (beyond - wrong):
        return loose.translate(_STRAY), f"{wrong} bytes are no UTF-8"
    for name in (declared, said):
        if name is None or name.startswith("utf"):
            continue
        try:
            return content.decode(WIDER.get(name, name)), None
        except UnicodeError:
            continue
    return _detected(content, loose, declared or said)


def _detected(content: bytes, loose: str, named: str | None) -> tuple[str, str | None]:
    """Decode by what the letters look like; nothing is sure, so what was chosen is told."""
    first = found.start() if (found := _BEYOND.search(loose)) else 0
    start = max(0, first - 1_000)
    encoding = _by_language(loose)
    if encoding is None:
        words = _TAG.sub("", loose[start : start + SAMPLE])
        letters = sum(map(str.isalpha, words)) + len("".join(_WRONG.findall(words)))
        share = sum(map(len, _BEYOND.findall(words))) / max(1, letters)
        encoding = "cp1252" if share < LATIN_BELOW else _by_letters(content[start : start + SAMPLE])
    not_so = f", not {named} as declared" if named else ""
    try:
        return content.decode(WIDER.get(encoding, encoding)), f"it looks like {encoding}{not_so}"
    except UnicodeError:
        return loose.translate(_STRAY), f"its bytes are of no one encoding{not_so}"


def _by_language(loose: str) -> str | None:
    """Return the encoding of the Latin letters of a language the text says it has, which the letters can't tell."""
    said = _LANGUAGE.search(loose, 0, 5_000)
    return _BY_LANGUAGE.get(said[1].lower()) if said else None


def _by_letters(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_OTHERS), enable_fallback=False).best()
    return best.encoding if best else "cp1252"


def unscrambled(text: str) -> str:
    """Return a text whose UTF-8 was taken for an older encoding and encoded again, as it was before; others as is.

    That a text in Latin letters is valid UTF-8 by chance would need a capital with an accent and a sign behind each
    time, as in `Ã©`.

    >>> unscrambled("Les Ã©lus, l'Ã©tÃ©"), unscrambled("Les élus")
    ("Les élus, l'été", 'Les élus')
    """
    # Without a sign from À to ÿ there is no first byte of UTF-8 in it, in either encoding.
    if text.isascii() or b"\xc3" not in text.encode("utf-8", "surrogatepass"):
        return text
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
