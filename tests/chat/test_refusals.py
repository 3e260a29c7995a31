"""What Telegram answers, and what it means for a chat."""

from __future__ import annotations

import json

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.chat.refusals import Meaning, judge, refusal_status, result_of, retry_after


def answer(code, description="", **parameters):
    told = {"ok": False, "error_code": code, "description": description}
    return json.dumps({**told, "parameters": parameters} if parameters else told).encode()


@pytest.mark.parametrize(
    ("status", "payload", "error"),
    [
        (400, answer(400, "Bad Request: message is too long"), BadRequest),
        (401, answer(401, "Unauthorized"), InvalidToken),
        (403, answer(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (404, answer(404, "Not Found"), InvalidToken),
        (409, answer(409, "Conflict"), Conflict),
        (429, answer(429, "Too Many Requests", retry_after=7), RetryAfter),
        (429, answer(429, "Too Many Requests"), RetryAfter),
        (400, answer(400, "upgraded", migrate_to_chat_id=-100), ChatMigrated),
        (500, answer(500, "Internal Server Error"), NetworkError),
        (502, b"<html>Bad Gateway</html>", NetworkError),
        (200, b"<html>", NetworkError),
        (200, b'{"ok": true, "resu', NetworkError),
        (200, b"[]", NetworkError),
        (200, b'{"ok": false}', NetworkError),
        (200, b'{"ok": true}', NetworkError),
        (200, answer(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (200, b"[" * 100_000, NetworkError),
    ],
)
def test_every_answer_that_is_no_result_is_an_error(status, payload, error):
    with pytest.raises(error) as raised:
        result_of(status, payload)
    assert type(raised.value) is error


def test_how_long_a_chat_is_to_be_left_alone_is_told_to_the_fraction():
    for seconds in (3, 2.5):
        with pytest.raises(RetryAfter) as raised:
            result_of(429, answer(429, "Too Many Requests", retry_after=seconds))
        assert retry_after(raised.value) == seconds


def test_an_answer_that_is_well_has_no_other_status():
    assert refusal_status(b'{ "ok": true, "result": [] }') is None
    assert refusal_status(b'{"ok": true}') == 502
    assert refusal_status(answer(403, "Forbidden")) == 403


@pytest.mark.parametrize(
    ("error", "meaning", "reason"),
    [
        (RetryAfter(3), Meaning.HELD, ""),
        (ChatMigrated(-100), Meaning.MOVED, ""),
        (Forbidden("Forbidden: bot was kicked from the group chat"), Meaning.LOST, ""),
        (Forbidden("Forbidden: user is deactivated"), Meaning.LOST, ""),
        (BadRequest("Bad Request: chat not found"), Meaning.LOST, ""),
        (BadRequest("Bad Request: not enough rights to send text messages"), Meaning.SHUT, "no_rights"),
        (BadRequest("Bad Request: need administrator rights in the channel chat"), Meaning.SHUT, "no_rights"),
        (Forbidden("Forbidden: CHAT_WRITE_FORBIDDEN"), Meaning.SHUT, "no_rights"),
        (BadRequest("Bad Request: TOPIC_CLOSED"), Meaning.SHUT, "topic_closed"),
        (BadRequest("Bad Request: message thread not found"), Meaning.SHUT, "topic_gone"),
        (BadRequest("Bad Request: message is too long"), Meaning.REFUSED, ""),
        (TimedOut(), Meaning.UNKNOWN, ""),
        (NetworkError("Bad Gateway"), Meaning.UNKNOWN, ""),
        (InvalidToken("Unauthorized"), Meaning.UNKNOWN, ""),
    ],
)
def test_what_an_error_means_for_a_chat(error, meaning, reason):
    verdict = judge(error)
    assert (verdict.meaning, verdict.reason) == (meaning, reason)
