"""The acts a person does from the page, or a test from another process: names and JSON in, people and chats out.

It checks the JSON's types; what an act does stands in people.py and chats.py.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import AskedWronglyError
from bot.preview.faults import FaultKind
from bot.preview.parameters import Parameters
from bot.preview.people import Origin
from bot.preview.refusals import bad_request

if TYPE_CHECKING:
    from bot.preview.server import PreviewServer


def _numbers(body: Parameters, name: str) -> list[int]:
    given = body.decoded(name, name)
    if given is None:
        return []
    if not isinstance(given, list) or not all(type(number) is int for number in given):
        raise bad_request(f"{name} must be an Array of Numbers")
    return list(given)


def _bytes(body: Parameters) -> bytes:
    try:
        return base64.b64decode(body.text("data"), validate=True)
    except (ValueError, binascii.Error):
        raise bad_request("data must be base64") from None


def _optional(body: Parameters, name: str) -> int | None:
    return body.integer(name) if name in body else None


def acts_of(server: PreviewServer) -> dict[str, Callable[[Parameters], object]]:
    """Return the acts of the page and of tests elsewhere, by name."""
    return {**_speaking(server), **_attaching(server), **_founding(server)}


def _speaking(server: PreviewServer) -> dict[str, Callable[[Parameters], object]]:
    people = server.people

    return {
        "send_text": lambda body: people.send_text(
            body.integer("chat_id"),
            body.text("text"),
            user_id=_optional(body, "user_id"),
            reply_to=_optional(body, "reply_to"),
            thread_id=body.integer("thread_id"),
        ),
        "edit_text": lambda body: people.edit_text(
            body.integer("chat_id"), body.integer("message_id"), body.text("text")
        ),
        "forward_text": lambda body: people.forward_text(
            body.integer("chat_id"),
            body.text("text"),
            origin=Origin(body.text("origin") or "channel", body.text("name") or "Kairos Wire"),
            user_id=_optional(body, "user_id"),
            thread_id=body.integer("thread_id"),
        ),
        "forward_message": lambda body: people.forward_message(
            body.integer("chat_id"), body.integer("from_chat_id"), body.integer("message_id")
        ),
    }


def _attaching(server: PreviewServer) -> dict[str, Callable[[Parameters], object]]:
    people = server.people

    def sample(body: Parameters) -> object:
        number = body.integer("sample")
        if not 0 <= number < len(server.samples):
            raise AskedWronglyError(f"there is no sample {number}")
        return people.forward_sample(
            body.integer("chat_id"),
            server.samples[number],
            thread_id=body.integer("thread_id"),
        )

    return {
        "forward_sample": sample,
        "send_document": lambda body: people.send_document(
            body.integer("chat_id"),
            _bytes(body),
            name=body.text("name") or "file",
            mime=body.text("mime") or "application/octet-stream",
            caption=body.text("caption"),
            thread_id=body.integer("thread_id"),
        ),
        "send_photo": lambda body: people.send_photo(
            body.integer("chat_id"), _bytes(body), caption=body.text("caption"), thread_id=body.integer("thread_id")
        ),
        "press": lambda body: people.press(
            body.integer("chat_id"),
            body.integer("message_id"),
            body.text("button"),
            user_id=_optional(body, "user_id"),
        ),
    }


def _founding(server: PreviewServer) -> dict[str, Callable[[Parameters], object]]:
    chats = server.chats

    def fault(body: Parameters) -> object:
        if body.text("kind") not in list(FaultKind):
            raise AskedWronglyError(f"a fault is one of {', '.join(FaultKind)}")
        server.faults.inject(
            FaultKind(body.text("kind")),
            times=body.integer("times", 1),
            chat_id=_optional(body, "chat_id"),
            method=body.text("method") or None,
            retry_after=body.integer("retry_after", 1),
            migrate_to=body.integer("migrate_to"),
            seconds=body.integer("seconds", 3600),
        )
        return True

    return {
        "add_private": lambda body: chats.add_private(
            body.text("name") or "Ada",
            user_id=_optional(body, "user_id"),
            language=body.text("language") or "en",
            started=body.flag("started"),
        ),
        "add_group": lambda body: chats.add_group(
            body.text("title") or "Desk",
            members=_numbers(body, "members"),
            admins=_numbers(body, "admins"),
            supergroup=body.flag("supergroup"),
            forum=body.flag("forum"),
            bot_admin=body.flag("bot_admin"),
        ),
        "add_channel": lambda body: chats.add_channel(body.text("title") or "Channel"),
        "add_topic": lambda body: chats.add_topic(body.integer("chat_id"), body.text("name") or "Topic"),
        "block": lambda body: chats.block(body.integer("chat_id")),
        "unblock": lambda body: chats.unblock(body.integer("chat_id")),
        "kick_bot": lambda body: chats.kick_bot(body.integer("chat_id")),
        "migrate": lambda body: chats.migrate(body.integer("chat_id")),
        "fault": fault,
    }
