"""Checks the addresses of links and buttons as Telegram does; it opens none of them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCHEMES = {"http", "https", "ftp", "tg", "ton", "tonsite", "mailto", "tel"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w\-]*[^\W_])?\.)*[^\W_](?:[\w\-]*[^\W_])?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def checked_link(address: str) -> str | None:
    """Return an address as Telegram keeps it, or None where it makes no link of it.

    >>> checked_link("https://harborpost.example")
    'https://harborpost.example/'
    >>> checked_link("javascript:alert(1)") is None
    True
    """
    address = address.strip()
    if not address or any(character.isspace() for character in address):
        return None
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].lower() in _SCHEMES - {"http", "https", "ftp"}:
        return address
    if not scheme or "." in scheme[1] or address[scheme.end() :].lstrip("/").split("/")[0].isdecimal():
        address = f"http://{address}"
    return _web_link(address)


def _web_link(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    if (
        parts.scheme.lower() not in _SCHEMES
        or not parts.netloc
        or not _HOST.fullmatch(f"[{host}]" if ":" in host else host)
    ):
        return None
    if "." not in host and ":" not in host and host != "localhost":
        return None
    return address if parts.path or parts.query or parts.fragment else f"{address}/"


def user_of_link(address: str) -> int | None:
    """Return the user id of `tg://user?id=…`, or None.

    >>> user_of_link("tg://user?id=42")
    42
    """
    found = re.fullmatch(r"tg:(?://)?user\?id=(\d{1,18})", address.strip(), re.IGNORECASE)
    return int(found[1]) if found else None
