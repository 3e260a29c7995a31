"""Bytes of a text → characters; it does not look at what the text says."""

from __future__ import annotations

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_from_bytes(raw: bytes) -> str | None:
    r"""Decode a text file: by its byte order mark, else UTF-8, else Windows-1252; None for what is no text.

    >>> text_from_bytes(b"caf\xe9"), text_from_bytes(b"\x00\x01\x02")
    ('café', None)
    """
    marked = next((encoding for mark, encoding in MARKS.items() if raw.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None
