"""Answers made to hurt, beside people who only want /help: how soon each is answered in words, and what it costs.

The hostile server is a process of its own, and so is the bot; the Bot API that both sides speak to is this process.

    python -m tests.bench.hostile [serve]
"""

from __future__ import annotations

import asyncio
import gzip
import io
import random
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.preview.server import PreviewServer
from tests.bench.processes import children, memory_mb
from tests.conftest import TOKEN, BotProcess

WITHIN, HELP_WITHIN = 25.0, 1.0  # seconds (issue 3)
ROUNDS = 3
ASKING = 12  # chats that ask for /help in turn: 20 requests a minute are a person's
EVERY = 0.3  # seconds between two of them
GONE_WITHIN = 60.0  # seconds after which no process may be left
REFUSALS = ("larger than I may fetch", "I find no article in that", "took too long", "can't be reached")

Row = tuple[str, str, str, str]


def gzip_bomb() -> bytes:
    """60 MB of nothing in 60 KB."""
    return gzip.compress(b"<p>" + bytes(60_000_000), 9)


def zip_bomb() -> bytes:
    """A DOCX whose only part unpacks to 60 MB."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("word/document.xml", bytes(60_000_000))
    return raw.getvalue()


async def serve() -> None:
    """Serve pages made to hurt until ended; print where."""
    bomb, noise = gzip_bomb(), random.Random(7).randbytes(2_000_000)

    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(1)

    async def nested(_: web.Request) -> web.Response:
        return web.Response(text="<html><body>" + "<div>" * 150_000 + "steel", content_type="text/html")

    async def random_bytes(_: web.Request) -> web.Response:
        return web.Response(body=noise, content_type="text/html")

    app = web.Application()
    for handler in (packed, endless, drip, nested, random_bytes):
        app.router.add_get(f"/{handler.__name__}", handler)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


class Hurting:
    """A bot, people who send it what hurts, and others who ask for /help meanwhile."""

    def __init__(self, telegram: PreviewServer, place: str) -> None:
        self._telegram = telegram
        raw = {"bomb.docx": zip_bomb(), "broken.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 200}
        names = {"a gzip bomb": "packed", "an endless body": "endless", "a byte a second": "drip"}
        names |= {"150,000 nested tags": "nested", "random bytes": "random_bytes"}
        self._sends: dict[str, Callable[[int], object]] = {
            what: lambda chat, path=path: telegram.people.send_text(chat, f"http://{place}/{path}")
            for what, path in names.items()
        }
        for what, name in {"a DOCX that is a zip bomb": "bomb.docx", "a broken PDF": "broken.pdf"}.items():
            self._sends[what] = lambda chat, name=name: telegram.people.send_document(chat, raw[name], name=name)
        self._asking = [telegram.chats.add_private(f"Asker {n}") for n in range(ASKING)]
        self.took: dict[str, list[float]] = {what: [] for what in self._sends}
        self.helped: list[float] = []

    async def hurt(self) -> None:
        """Send everything that hurts at once, each from somebody else, and ask for /help until all is answered."""
        done = asyncio.Event()
        helping = asyncio.create_task(self.ask_for_help(done))
        await asyncio.gather(*(self._send(what) for what in self._sends))
        done.set()
        await helping

    async def help_once(self) -> None:
        """Wait until a first /help is answered, however long the bot takes to start."""
        await self._ask(self._asking[0])
        self.helped.clear()

    async def ask_for_help(self, done: asyncio.Event) -> None:
        """Ask again and again, whether the one before was answered or not."""
        asked: list[asyncio.Task[None]] = []
        while not done.is_set():
            asked.append(asyncio.create_task(self._ask(self._asking[len(asked) % ASKING])))
            await asyncio.sleep(EVERY)
        await asyncio.gather(*asked)

    async def _ask(self, chat: int) -> None:
        before, began = len(self._answers(chat)), time.perf_counter()
        self._telegram.people.send_text(chat, "/help")
        await self._telegram.wait_until(lambda: len(self._answers(chat)) > before, timeout=30)
        self.helped.append(time.perf_counter() - began)

    async def _send(self, what: str) -> None:
        chat, began = self._telegram.chats.add_private(what), time.perf_counter()
        self._sends[what](chat)
        await self._telegram.wait_until(lambda: bool(self._answers(chat)), timeout=60)
        self.took[what].append(time.perf_counter() - began)
        (answer,) = self._answers(chat)
        assert any(sign in answer for sign in REFUSALS), (what, answer)

    def _answers(self, chat: int) -> list[str]:
        return [each.text for each in self._telegram.messages(chat, by_bot=True) if each.text != "Reading …"]


async def measure_hostile() -> list[Row]:
    """Measure answers to what hurts, /help meanwhile, and what is left of it afterwards."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.hostile", "serve", stdout=asyncio.subprocess.PIPE
    )
    telegram = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC))
    await telegram.start()
    try:
        assert server.stdout is not None
        place = (await server.stdout.readline()).decode().strip()
        with tempfile.TemporaryDirectory() as folder:
            bot = BotProcess(Path(folder), telegram.url)
            await bot.start(COMMUNIQUE_TRUSTED_HOSTS=place)
            try:
                return await _measure(Hurting(telegram, place), bot)
            finally:
                await bot.end()
    finally:
        await telegram.stop()
        server.terminate()
        await server.wait()


async def _measure(hurting: Hurting, bot: BotProcess) -> list[Row]:
    await hurting.help_once()  # the bot is up then
    await hurting.hurt()  # loads what reading needs; its answers count, its memory does not
    calm: list[float] = []
    before = await _settled(bot.process.pid)
    for _ in range(ROUNDS - 1):
        await hurting.hurt()
    after = await _settled(bot.process.pid)
    assert "Traceback" not in bot.said(), bot.said()
    hurt_helped, hurting.helped = hurting.helped, calm
    rest = asyncio.Event()
    asyncio.get_running_loop().call_later(3, rest.set)
    await hurting.ask_for_help(rest)
    worst = max(max(took) for took in hurting.took.values())
    each = "; ".join(f"{what} {max(took):.1f}" for what, took in hurting.took.items())
    quiet = f"median {1000 * statistics.median(hurt_helped):.0f} ms of {len(hurt_helped)}; without, worst"
    left = len(children(bot.process.pid))
    assert not left, f"{left} processes are left"
    return [
        ("hostile answers refused in words, slowest", f"{worst:.1f} s", f"≤ {WITHIN:.0f} s", each),
        ("/help meanwhile, worst", f"{max(hurt_helped):.2f} s", f"≤ {HELP_WITHIN:.0f} s", f"{quiet} {max(calm):.2f} s"),
        ("memory after hostile answers", f"{after:.0f} MB", "as before", f"before {before:.0f} MB; no process is left"),
    ]


async def _settled(pid: int) -> float:
    """Wait until the bot has no process left, and return its memory."""
    async with asyncio.timeout(GONE_WITHIN):
        while children(pid):  # noqa: ASYNC110 -- another process tells no event
            await asyncio.sleep(0.5)
    return memory_mb(pid)


def main(arguments: list[str]) -> None:
    """Serve, or measure and print the table."""
    if arguments == ["serve"]:
        asyncio.run(serve())
        return
    for what, figure, target, note in asyncio.run(measure_hostile()):
        print(f"{what:<42}  {figure:>9}  {target:<13} {note}")


if __name__ == "__main__":
    main(sys.argv[1:])
