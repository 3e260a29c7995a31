"""A Bot API as lean as it can be, so that it is not the bottleneck: it answers late, refuses by chance, and counts.

The preview judges markup and keeps a world, at a millisecond of CPU a message; this one reads a chat's number and
answers, at a tenth of that. It is strict about the pace: more than `limit` messages in any one second get a 429.

    python -m tests.bench.wire LATENCY TOO_MANY LIMIT
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from collections import Counter, deque
from typing import Any
from urllib.parse import parse_qs, unquote_plus

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHAT = re.compile(rb"(?:^|&)chat_id=(-?\d+)")
ME = {"id": 4242, "is_bot": True, "first_name": "Communiqué", "username": "communique_bot"}
LONG_POLL = 25.0
ASKED_FROM = 900_000_000  # chats of people who send commands


class Telegram:
    """What is counted, and the updates that wait."""

    def __init__(self, latency: float, too_many: float, limit: int) -> None:
        self.latency, self.too_many, self.limit = latency, too_many, limit
        self.chance = random.Random(1)
        self.reset()
        self.updates: list[dict[str, Any]] = []
        self.pollers: list[asyncio.Future[None]] = []
        self.number = 0

    def reset(self) -> None:
        self.sent: Counter[int] = Counter()
        self.answers: dict[int, float] = {}
        self.asked: dict[int, float] = {}
        self.at: list[float] = []
        self.in_second: deque[float] = deque()
        self.most_in_second = self.refused = self.too_fast = self.under_way = 0

    def say(self, text: str) -> None:
        """Let a new person send a command."""
        self.number += 1
        person = ASKED_FROM + self.number
        user = {"id": person, "is_bot": False, "first_name": "Ada", "language_code": "en"}
        chat = {"id": person, "type": "private", "first_name": "Ada"}
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        message = {"message_id": 1, "from": user, "chat": chat, "date": 0, "text": text, "entities": entities}
        self.updates.append({"update_id": self.number, "message": message})
        self.asked[person] = asyncio.get_running_loop().time()
        for poller in self.pollers:
            if not poller.done():
                poller.set_result(None)

    async def poll(self, body: bytes) -> dict[str, Any]:
        given = parse_qs(body.decode())
        offset = int(given.get("offset", ["0"])[0])
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and float(given.get("timeout", ["0"])[0]) > 0:
            poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.pollers.append(poller)
            await asyncio.wait({poller}, timeout=LONG_POLL)
            self.pollers.remove(poller)
        return {"ok": True, "result": self.updates}

    def message(self, chat_id: int) -> tuple[int, dict[str, Any]]:
        now = asyncio.get_running_loop().time()
        while self.in_second and now - self.in_second[0] >= 1:
            self.in_second.popleft()
        if len(self.in_second) >= self.limit:
            self.too_fast += 1
            return 429, _too_many(1)
        if chat_id < ASKED_FROM and self.chance.random() < self.too_many:
            self.refused += 1
            return 429, _too_many(self.chance.randint(1, 3))
        self.in_second.append(now)
        self.most_in_second = max(self.most_in_second, len(self.in_second))
        self.at.append(now)
        self.sent[chat_id] += 1
        if chat_id in self.asked:
            self.answers.setdefault(chat_id, now - self.asked[chat_id] - self.latency)  # the update took its time, too
        chat = {"id": chat_id, "type": "private"}
        return 200, {"ok": True, "result": {"message_id": len(self.at), "date": 0, "chat": chat, "text": "x"}}

    def figures(self) -> dict[str, Any]:
        digests = {chat: times for chat, times in self.sent.items() if chat < ASKED_FROM}
        return {
            "messages": len(self.at),
            "digests": sum(digests.values()),
            "chats": len(digests),
            "seconds": self.at[-1] - self.at[0] if self.at else 0,
            "first": self.at[0] if self.at else None,
            "now": asyncio.get_running_loop().time(),
            "most_in_second": self.most_in_second,
            "too_fast": self.too_fast,
            "refused": self.refused,
            "under_way": self.under_way,
            "answers": sorted(self.answers.values()),
            "asked": len(self.asked),
        }


class Connection(asyncio.Protocol):
    """One client's connection; its requests come one after another."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._read = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self._read, 0, end + 2)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._read) < whole:
            return
        path = self._read[: self._read.index(b"\r\n")].split(b" ")[1]
        body = self._read[end + 4 : whole]
        self._read = self._read[whole:]
        if path.endswith((b"/sendMessage", b"/sendRichMessage")):
            found = CHAT.search(body)
            self._telegram.under_way += 1
            status, answer = self._telegram.message(int(found[1]) if found else 0)
            asyncio.get_running_loop().call_later(self._telegram.latency, self._answer_message, status, answer)
            return
        task = asyncio.ensure_future(self._other(path.decode(), body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _other(self, path: str, body: bytes) -> None:
        telegram, name = self._telegram, path.rpartition("/")[2]
        answer: Any = {"ok": True, "result": True}
        if name == "getMe":
            answer = {"ok": True, "result": ME}
        elif name == "getUpdates":
            answer = await telegram.poll(body)
        elif path == "/figures":
            answer = telegram.figures()
        elif path == "/reset":
            telegram.reset()
        elif path.startswith("/say/"):
            telegram.say(unquote_plus(name))
        if path.startswith("/bot"):
            await asyncio.sleep(telegram.latency)
        self._answer(200, answer)

    def _answer_message(self, status: int, answer: dict[str, Any]) -> None:
        self._telegram.under_way -= 1
        self._answer(status, answer)

    def _answer(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        if not self._transport.is_closing():
            self._transport.write(head.encode() + content)  # type: ignore[attr-defined]


def _too_many(seconds: int) -> dict[str, Any]:
    description = f"Too Many Requests: retry after {seconds}"
    return {"ok": False, "error_code": 429, "description": description, "parameters": {"retry_after": seconds}}


async def main(latency: float, too_many: float, limit: int) -> None:
    """Serve until ended; print the address."""
    telegram = Telegram(latency, too_many, limit)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(telegram), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
