"""The preview's Bot API in a process of its own, so that its CPU is not counted as the bot's; prints its address."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.preview.server import PreviewServer
from tests.conftest import TOKEN

CHAT = 1001


async def main() -> None:
    """Serve until ended."""
    server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC))
    await server.start()
    server.chats.add_private("Ada", user_id=CHAT, started=True)
    print(server.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
