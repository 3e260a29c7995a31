"""Reads what an answer's headers say of time, charset and validators; it asks no clock.

A date is measured against the answer's own Date, so that a server whose clock is wrong says what it means.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_AGE = 2**31  # seconds; RFC 9111 1.2.2
LONGEST_RETRY = 86_400.0  # seconds: after a day a server is asked again, whatever it said
VALIDATOR = re.compile(r"[ -~]{1,1024}")  # what is kept and sent back: one line, of a length that any server takes
DIRECTIVE = re.compile(r"(?:^|,)\s*(no-store|no-cache|max-age)\s*(?:=\s*\"?(\d+))?", re.IGNORECASE)


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """Tell how long an answer stays fresh from now on: Cache-Control, else Expires, less its Age.

    >>> max_age({"Cache-Control": "public, max-age=900", "Age": "300"})
    datetime.timedelta(seconds=600)
    """
    control = headers.get("Cache-Control", "")
    said = {name.lower(): number for name, number in DIRECTIVE.findall(control)} if control else {}
    if "no-store" in said or "no-cache" in said:
        return timedelta(0)
    if said.get("max-age"):
        seconds = _whole(said["max-age"])
    else:
        expires = _instant(headers.get("Expires", ""))
        date = None if expires is None else _instant(headers.get("Date", ""))
        if expires is None or date is None:
            return None
        seconds = int(min(max(0.0, (expires - date).total_seconds()), LONGEST_AGE))
    return timedelta(seconds=max(0, seconds - _whole(headers.get("Age", ""))))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Tell after how many seconds the server may be asked again, at most a day; None where it does not say.

    >>> retry_after({"Retry-After": "120"}), retry_after({"Retry-After": "soon"})
    (120.0, None)
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(_whole(said)), LONGEST_RETRY)
    at, date = _instant(said), _instant(headers.get("Date", ""))
    if at is None or date is None:
        return None
    return min(max(0.0, (at - date).total_seconds()), LONGEST_RETRY)


def charset_of(content_type: str) -> str | None:
    """Name the charset of a Content-Type header if it is one that text can be decoded by.

    >>> charset_of("text/html; charset='UTF-8'"), charset_of("text/html; charset=base64")
    ('utf-8', None)
    """
    if ";" not in content_type:
        return None
    found = re.search(r";\s*charset\s*=\s*[\"']?([!-~]{1,40}?)[\"']?\s*(?:;|$)", content_type, re.IGNORECASE)
    if found is None:
        return None
    try:
        "".encode(found[1])  # refuses what is a codec of bytes, such as base64
        return codecs.lookup(found[1]).name
    except (LookupError, ValueError):
        return None


def validator(value: str | None) -> str | None:
    r"""Return an ETag or Last-Modified that can be sent back as it is, else None.

    >>> validator('W/"a1"'), validator("a\r\nHost: b")
    ('W/"a1"', None)
    """
    if value is None or not VALIDATOR.fullmatch(value):
        return None
    return value.strip() or None


def _whole(digits: str) -> int:
    digits = digits.strip()
    if not (digits.isascii() and digits.isdigit()):
        return 0
    return min(int(digits[:12]), LONGEST_AGE) if len(digits.lstrip("0")) <= 10 else LONGEST_AGE  # noqa: PLR2004 -- 2**31


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        instant = parsedate_to_datetime(text)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
