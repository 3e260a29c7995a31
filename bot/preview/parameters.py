"""Reads the parameters of a Bot API call from wherever Telegram takes them; what they mean is the methods' business."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.preview.entities import check_unicode
from bot.preview.refusals import bad_request

_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    data: bytes


class Parameters:
    """The named values of one call: strings from a form, anything from JSON.

    >>> Parameters({"chat_id": 7, "silent": "True"}).flag("silent")
    True
    """

    def __init__(self, values: Mapping[str, object], uploads: Mapping[str, Upload] | None = None) -> None:
        self.values = dict(values)
        self.uploads = dict(uploads or {})

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None or name in self.uploads

    def text(self, name: str) -> str:
        """Return a string, empty where it is absent.

        Raises:
            ApiError: 400 where it is an object, a list, or not to be written in UTF-8.
        """
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            raise bad_request(f"can't parse {name}: expected String")
        return check_unicode(json.dumps(value) if isinstance(value, (bool, float)) else str(value))

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number.

        Raises:
            ApiError: 400 where it is none or does not fit 64 bits.
        """
        text = self.text(name).strip()
        if not text:
            return default
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20):  # noqa: PLR2004 -- 64 bits have 19 digits
            raise bad_request(f"invalid {name} specified")
        return int(text)

    def flag(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self.text(name).strip().lower() in _TRUE

    def decoded(self, name: str, noun: str) -> object:
        """Return a JSON-serialized object, or None where it is absent.

        Raises:
            ApiError: 400 where it is not JSON; `noun` is Telegram's word for it.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            found: object = json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {noun} JSON object") from None
        return found

    def upload(self, name: str) -> Upload | None:
        """Return the file given under a name or, as `attach://other`, under another."""
        reference = self.values.get(name)
        if isinstance(reference, str) and reference.startswith("attach://"):
            return self.uploads.get(reference.removeprefix("attach://"))
        return self.uploads.get(name)


async def read_parameters(request: web.Request) -> Parameters:
    """Read query, form, multipart and JSON of a request; the body wins over the query.

    Raises:
        ApiError: 400 where a JSON body is no object, or a text is not UTF-8.
    """
    values: dict[str, object] = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            body = await request.text()
            found: object = json.loads(body) if body.strip() else {}
            if not isinstance(found, dict):
                raise bad_request("can't parse JSON object")
            values.update(found)
        elif request.method == "POST":
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    uploads[name] = Upload(value.filename, value.content_type, value.file.read())
                else:
                    values[name] = value.decode() if isinstance(value, (bytes, bytearray)) else value
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    return Parameters(values, uploads)
