"""What the preview's Bot API answers when it will not do a thing; it does not decide when that is.

The words are Telegram's where Telegram's are known.
"""

from __future__ import annotations

from typing import Any

from bot.errors import CommuniqueError

Json = dict[str, Any]
"""A JSON object as it goes over the wire."""


class ApiError(CommuniqueError):
    """A call the Bot API refuses.

    Args:
        code: the HTTP status, which is also `error_code`.
        description: Telegram's sentence, with its prefix (`Bad Request: …`).
        parameters: `retry_after` in seconds or `migrate_to_chat_id`, as in ResponseParameters.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> Json:
        """Return the answer's body.

        >>> ApiError(429, "Too Many Requests: retry after 3", retry_after=3).as_json()["parameters"]
        {'retry_after': 3}
        """
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str, **parameters: int) -> ApiError:
    """Return the refusal 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> ApiError:
    """Return the refusal 403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many(retry_after: int) -> ApiError:
    """Return the refusal 429; `retry_after` is in seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def unparsable(reason: str) -> ApiError:
    """Return the refusal of a markup that can't be read."""
    return bad_request(f"can't parse entities: {reason}")
