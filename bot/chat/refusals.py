"""Telegram's answers → a result or an error, and an error → what it means for a chat. PURE.

It sends nothing and notes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

OK_FROM, OK_TO = 200, 299
TOO_MANY = 429

LOST: Final = (
    "chat not found",
    "user is deactivated",
    "bot was kicked",
    "group chat was deactivated",
    "peer_id_invalid",
    "user_deactivated",
)
NO_RIGHTS: Final = (
    "have no rights",
    "not enough rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "chat_restricted",
)
TOPICS: Final = {
    "topic_closed": "topic_closed",
    "topic_deleted": "topic_gone",
    "message thread not found": "topic_gone",
}


class Meaning(StrEnum):
    """What an error of Telegram's means for a chat."""

    HELD = "held"
    MOVED = "moved"
    LOST = "lost"
    SHUT = "shut"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means.

    HELD: the chat is to be left alone for `seconds`. MOVED: it is `new_id` now. LOST: it can't be sent to until it
    comes back. SHUT: the bot may not write there, for a `reason` (see `Subscription.paused`). UNKNOWN: nobody knows
    whether it arrived, or the server has trouble. REFUSED: the message itself is wrong, which is a mistake of ours.
    """

    meaning: Meaning
    seconds: float = 0
    new_id: int = 0
    reason: str = ""


def judge(error: TelegramError) -> Verdict:
    """Say what an error means.

    >>> judge(BadRequest("TOPIC_CLOSED")).reason, judge(Forbidden("bot was blocked by the user")).meaning.value
    ('topic_closed', 'lost')
    """
    if isinstance(error, RetryAfter):
        return Verdict(Meaning.HELD, seconds=retry_after(error))
    if isinstance(error, ChatMigrated):
        return Verdict(Meaning.MOVED, new_id=error.new_chat_id)
    said = str(error).lower()
    if not isinstance(error, BadRequest | Forbidden):
        return Verdict(Meaning.UNKNOWN)
    if any(sign in said for sign in NO_RIGHTS):
        return Verdict(Meaning.SHUT, reason="no_rights")
    for sign, reason in TOPICS.items():
        if sign in said:
            return Verdict(Meaning.SHUT, reason=reason)
    if isinstance(error, Forbidden) or any(sign in said for sign in LOST):
        return Verdict(Meaning.LOST)
    return Verdict(Meaning.REFUSED)


def retry_after(error: RetryAfter) -> float:
    """Return the seconds that Telegram wants the chat left alone."""
    seconds = error._retry_after  # noqa: SLF001 -- the public property warns that its type will change
    return seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)


def result_of(status: int, payload: bytes) -> Any:
    """Return what Telegram answered with.

    Raises:
        RetryAfter, ChatMigrated, Forbidden, BadRequest, InvalidToken, Conflict: as Telegram says.
        NetworkError: the server has trouble, or it is no answer of Telegram's at all; whether the thing was done,
            nobody knows.

    >>> result_of(200, b'{"ok": true, "result": {"message_id": 7}}')
    {'message_id': 7}
    >>> result_of(200, b'{"ok": false}')
    Traceback (most recent call last):
    telegram.error.NetworkError: refused without a reason (status 200)
    """
    answer = _answer(payload)
    if answer is None:
        raise NetworkError(f"an answer that is not Telegram's (status {status})")
    if OK_FROM <= status <= OK_TO and answer.get("ok") is True and "result" in answer:
        return answer["result"]
    parameters = answer.get("parameters")
    if isinstance(parameters, Mapping):
        if isinstance(new_id := parameters.get("migrate_to_chat_id"), int) and new_id:
            raise ChatMigrated(new_id)
        if isinstance(seconds := parameters.get("retry_after"), int | float) and seconds > 0:
            raise RetryAfter(int(seconds) if seconds == int(seconds) else timedelta(seconds=seconds))
    raise _error(_code(answer, status), str(answer.get("description") or ""), status)


def refusal_status(payload: bytes) -> int | None:
    """Return the status that an answer with status 200 should have had; None where it is well.

    >>> refusal_status(b'{"ok":true,"result":true}'), refusal_status(b"<html>"), refusal_status(b'{"ok":false}')
    (None, 502, 502)
    """
    if payload.startswith(b'{"ok":true'):
        return None
    answer = _answer(payload)
    if answer is None:
        return 502
    if answer.get("ok") is True and "result" in answer:
        return None
    code = _code(answer, 502)
    return code if code > OK_TO else 502


def _answer(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _code(answer: dict[str, Any], status: int) -> int:
    code = answer.get("error_code")
    return code if isinstance(code, int) else status


def _error(code: int, description: str, status: int) -> TelegramError:
    if not description and code < 400:  # noqa: PLR2004 -- where HTTP's errors begin
        return NetworkError(f"refused without a reason (status {status})")
    said = description or f"status {code}"
    match code:
        case 400:
            return BadRequest(said)
        case 401 | 404:
            return InvalidToken(said)
        case 403:
            return Forbidden(said)
        case 409:
            return Conflict(said)
        case 429:
            return RetryAfter(1)  # too fast, and it does not say for how long
        case _:
            return NetworkError(said)
