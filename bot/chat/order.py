"""Who goes first in a chat: one update after the other, unless one says that it takes long; it handles none itself."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

_passed: ContextVar[asyncio.Event | None] = ContextVar("passed", default=None)


def new_turn() -> asyncio.Event:
    """Begin an update's turn in its chat; the event is set when the next update may go on."""
    turn = asyncio.Event()
    _passed.set(turn)
    return turn


def let_pass() -> None:
    """Let the chat's next update go on: what follows fetches or reads, and changes nothing that another relies on."""
    turn = _passed.get()
    if turn is not None:
        turn.set()
