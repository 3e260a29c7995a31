"""`make bench`: figures of the whole bot on this machine, medians of several runs, beside peers where there are any.

Machines differ and are noisy: compare figures of one run only. The test server shares the machine with the bot.
`make bench EVAL=folder` also measures summaries of a folder of evaluation data.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.app import make_analyzer
from bot.chat.transport import AiohttpRequest
from bot.core.articlefile import article_from_text
from bot.preview.server import PreviewServer
from tests.bench.analyzing import measure_analyzing
from tests.bench.clustering import measure_clustering
from tests.bench.delivering import measure_delivering
from tests.bench.hostile import measure_hostile
from tests.bench.polling import measure_polling
from tests.bench.processes import cpu_seconds, memory_mb
from tests.bench.server import CHAT
from tests.bench.summaries import measure_methods
from tests.conftest import TOKEN, BotProcess

STARTS = 5
FORWARDS = 12
MESSAGES = 400
AT_ONCE = 128
WORDS = 1000

Row = tuple[str, str, str, str]


def thousand_words() -> str:
    """An article of a thousand words: paragraphs of the test article, numbered so that none repeats."""
    title, body = (Path(__file__).parents[1] / "articles/steel.txt").read_text(encoding="utf-8").split("\n", 1)
    paragraphs: list[str] = []
    while sum(len(part.split()) for part in paragraphs) < WORDS:
        n = len(paragraphs)
        lines = body.strip().split("\n")
        paragraphs.append(f"In round {n + 1} of the talks, {lines[n % len(lines)]}")
    return title + "\n" + "\n".join(paragraphs)


async def measure_bot() -> list[Row]:
    """Measure a process as an operator sees it: start, memory, the CPU of an answer."""
    starts: list[float] = []
    idle: list[float] = []
    forwards: list[float] = []  # 20 requests a minute are a user's: each start has its own
    after = 0.0
    for _ in range(STARTS):
        server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC))
        await server.start()
        ada = server.chats.add_private("Ada")
        with tempfile.TemporaryDirectory() as folder:
            bot = BotProcess(Path(folder), server.url)
            server.people.send_text(ada, "/topics")
            began = time.perf_counter()
            await bot.start()
            await server.wait_for(ada, timeout=30)
            starts.append(time.perf_counter() - began)
            await asyncio.sleep(2)
            idle.append(memory_mb(bot.process.pid))
            forwards += await _forwards(server, ada, bot)
            after = memory_mb(bot.process.pid)
            await bot.end()
        await server.stop()
    return [
        ("start to first answered command", f"{statistics.median(starts):.2f} s", "under 2 s", ""),
        (
            "idle memory",
            f"{statistics.median(idle):.0f} MB",
            "under 120 MB",
            f"after {FORWARDS} articles: {after:.0f} MB",
        ),
        (
            "a forwarded 1,000-word article, CPU",
            f"{1000 * statistics.median(forwards):.0f} ms",
            "under 100 ms",
            f"worst of {len(forwards)}: {1000 * max(forwards):.0f} ms",
        ),
    ]


async def _forwards(server: PreviewServer, chat: int, bot: BotProcess) -> list[float]:
    """Forward the article several times as a document (a message would be cut in two); return CPU seconds each."""
    used: list[float] = []
    text = thousand_words()
    for n in range(FORWARDS):
        before = cpu_seconds(bot.process.pid)
        server.people.send_document(
            chat, text.replace("Meridia", f"Meridia {n}").encode(), name="a.txt", mime="text/plain"
        )
        (answer,) = await server.wait_for(chat, timeout=30)
        assert "word for word" in answer.text, answer.text
        if n:  # the first one loads what reading needs
            used.append(cpu_seconds(bot.process.pid) - before)
    return used


async def measure_transport() -> list[Row]:
    """Measure CPU a message: our transport beside python-telegram-bot's own, on the same server."""
    rows: list[Row] = []
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.server", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    for at_once in (1, AT_ONCE):
        figures: dict[str, list[float]] = {"ours": [], "stock": []}
        makes: dict[str, Callable[[], BaseRequest]] = {
            "ours": AiohttpRequest,
            "stock": lambda: HTTPXRequest(connection_pool_size=256),
        }
        for _ in range(3):
            for name, make in makes.items():
                figures[name].append(await _cpu_a_message(url, CHAT, make, at_once))
        ours, stock = statistics.median(figures["ours"]), statistics.median(figures["stock"])
        rows.append(
            (
                f"CPU of sending a message, {at_once} in flight",
                f"{1000 * ours:.2f} ms",
                "",
                f"stock PTB on httpx {1000 * stock:.2f} ms: {stock / ours:.1f} ×",
            )
        )
    server.terminate()
    await server.wait()
    return rows


async def _cpu_a_message(url: str, chat: int, make: Callable[[], BaseRequest], at_once: int) -> float:
    bot = Bot(TOKEN, f"{url}/bot", request=make(), get_updates_request=make())
    await bot.initialize()
    room = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with room:
            await bot.send_message(chat, "Tokyo weighs reply to new steel duty")

    await one()
    before = time.process_time()
    await _all([one] * MESSAGES)
    used = time.process_time() - before
    await bot.shutdown()
    return used / MESSAGES


async def _all(works: list[Callable[[], Awaitable[None]]]) -> None:
    await asyncio.gather(*(work() for work in works))


def measure_summaries() -> list[Row]:
    """Measure a 1,000-word article's whole reading, and its summary beside sumy's methods on the same sentences."""
    article = article_from_text(thousand_words())
    analyzer = make_analyzer()
    analyzer.analyze(article.text, title=article.title)
    whole = _cpu(lambda: analyzer.analyze(article.text, title=article.title))
    rows = [("reading 1,000 words: sentences, summary, topics, places, keywords", f"{1000 * whole:.1f} ms", "", "")]
    news = _cpu(lambda: analyzer.summarize(article.text, title=article.title, language="en"))
    for method in ("lexrank", "textrank"):
        peer = _cpu(lambda method=method: analyzer.summarize(article.text, language="en", method=method))
        rows.append(
            (
                f"summary of it, news beside {method}",
                f"{1000 * news:.1f} ms",
                "",
                f"{1000 * peer:.1f} ms: {peer / news:.1f} ×",
            )
        )
    return rows


def _cpu(work: Callable[[], object], runs: int = 7) -> float:
    used: list[float] = []
    for _ in range(runs):
        before = time.process_time()
        work()
        used.append(time.process_time() - before)
    return statistics.median(used)


def main() -> None:
    """Measure and print the table; an argument is a folder of evaluation data."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder and not folder.is_dir():
        sys.exit(f"{folder} is no folder; EVAL names a folder of evaluation data")
    rows = [
        *measure_summaries(),
        *measure_analyzing(),
        *measure_methods(folder),
        *measure_clustering(),
        *asyncio.run(measure_transport()),
        *asyncio.run(measure_polling()),
    ]
    if sys.platform == "linux":
        rows += [*asyncio.run(measure_bot()), *asyncio.run(measure_hostile())]
        rows += asyncio.run(measure_delivering([]))
    width = max(len(row[0]) for row in rows)
    for what, figure, target, note in rows:
        print(f"{what:<{width}}  {figure:>9}  {target:<13} {note}")


if __name__ == "__main__":
    main()
