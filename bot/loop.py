"""The event loop that the bot and its commands run on: uvloop's, where it is installed; nothing runs here by itself.

A message to Telegram costs half the CPU on it (0.6 ms instead of 1.3, `python -m tests.bench.delivering`). It does not
exist for Windows: there asyncio's own loop does the same, slower.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a new event loop, as `asyncio.run` does; return its result, or raise its error."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)
