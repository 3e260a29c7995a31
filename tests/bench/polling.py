"""Polling beside lemon24's `reader`: the same 200 feeds on loopback, in the same run, each in a process of its own.

Ours does more in that time: topics and places of each article, the index of words, a guard on each address. What
`reader` does is `update_feeds`, with the number of workers that suits it best here. What either loads is loaded before:
ours in processes of its own, which the bot starts while it connects. A row tells what a first poll takes that starts
them itself, as `communique poll` does.

    python -m tests.bench.polling serve | ours BASE… | reader BASE…
"""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.processes import children, memory_mb

FEEDS = 200
ENTRIES = 50
HOSTS = 20 if sys.platform == "linux" else 1  # elsewhere loopback has one address; a host is asked one at a time
WORDS = (200, 320)  # of an entry: a short agency report
# Of the first and of an unchanged poll. Measured once on two shared cores, 2026-11: with 1, 4 and 8 workers the first
# took 11.2, 12.2 and 13.1 s, the unchanged one 0.77, 0.81 and 0.54 s.
READER_WORKERS = (1, 8)
UNCHANGED = {"304": 5, "same": 1}  # polls; 200 feeds parsed once more take `reader` as long as the first time
TARGET_FIRST, TARGET_UNCHANGED, TARGET_MEMORY = "≥ 2 ×", "≥ 10 ×", "under 250 MB"

Row = tuple[str, str, str, str]
PREPARED = "304"
KINDS = tuple(UNCHANGED)
RUNS = 3  # of each, in turn


def feed_bytes(number: int) -> bytes:
    """Return an RSS file whose entries are in no other one."""
    chance = random.Random(number)
    article = (Path(__file__).parents[1] / "articles/steel.txt").read_text(encoding="utf-8")
    vocabulary = article.split()
    newest = datetime.now(UTC) - timedelta(minutes=chance.randrange(60))
    items = []
    for place in range(ENTRIES):
        words = chance.choices(vocabulary, k=chance.randint(*WORDS))
        third = len(words) // 3
        text = "".join(f"<p>{' '.join(words[n : n + third])}.</p>" for n in range(0, len(words), third))
        at = format_datetime(newest - timedelta(minutes=17 * place))
        items.append(
            f"<item><title>Story {number}-{place}: {' '.join(words[:7])}</title>"
            f"<link>https://outlet{number}.example/{place}</link><guid>https://outlet{number}.example/{place}</guid>"
            f"<pubDate>{at}</pubDate><description>{' '.join(words[:25])} …</description>"
            f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
        )
    head = f"<title>Outlet {number}</title><link>https://outlet{number}.example/</link><language>en</language>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"{head}{''.join(items)}</channel></rss>"
    ).encode()


class Outlet(asyncio.Protocol):
    """A connection to the server: as little work as can be, for it shares the machine with those who are measured."""

    def __init__(self, answers: dict[bytes, tuple[bytes, bytes]]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            request, _, self._asked = self._asked.partition(b"\r\n\r\n")
            whole, unchanged = self._answers[request.split(b" ", 2)[1]]
            conditional = unchanged and b"\r\nif-none-match:" in request.lower()
            self._transport.write(unchanged if conditional else whole)  # type: ignore[attr-defined]


async def serve() -> None:
    """Serve the feeds until ended: below `/304/` with validators, below `/same/` always whole; print where."""
    answers: dict[bytes, tuple[bytes, bytes]] = {}
    for number in range(FEEDS):
        content = feed_bytes(number)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(content)}\r\n"
        tag = f'ETag: "{number}"\r\n'
        unchanged = f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n".encode()
        answers[f"/304/{number}".encode()] = f"{head}{tag}\r\n".encode() + content, unchanged
        answers[f"/same/{number}".encode()] = f"{head}\r\n".encode() + content, b""
    port, bases = 0, []
    for host in range(1, HOSTS + 1):
        server = await asyncio.get_running_loop().create_server(lambda: Outlet(answers), f"127.0.0.{host}", port)
        port = server.sockets[0].getsockname()[1]
        bases.append(f"http://127.0.0.{host}:{port}")
    print(*bases, flush=True)
    await asyncio.Event().wait()


def urls(bases: list[str], kind: str) -> list[str]:
    """Return the addresses of all feeds."""
    return [f"{bases[number % len(bases)]}/{kind}/{number}" for number in range(FEEDS)]


async def poll_ours(bases: list[str], kind: str, folder: Path, *, prepared: bool) -> list[float]:
    """Poll with the gatherer, first and unchanged; return the seconds of each poll."""
    from bot import seeds
    from bot.app import SystemClock, settle
    from bot.feeds.http import GuardedWeb
    from bot.feeds.reading import Readers
    from bot.model import Feed
    from bot.service.gather import Gatherer
    from bot.store.door import Door
    from bot.store.sql import open_store

    store, door, reading, analyzers = open_store(f"sqlite:///{folder}/ours.db"), Door(), Readers(), []

    def analyzer() -> Any:
        if not analyzers:
            analyzers.append(seeds.make_analyzer())
        return analyzers[0]

    store.seed_feeds([Feed(url, f"Outlet {url}", language="en") for url in urls(bases, kind)])
    async with GuardedWeb(trusted_hosts=[urlsplit(base).netloc for base in bases]) as guarded:
        clock = SystemClock()
        gatherer = Gatherer(
            *(store, guarded, reading, analyzer, door, clock),
            annotate_all=seeds.annotate_articles,
            retention_days=90,
            poll_minutes=0,
        )
        used, reports = [], []
        if prepared:
            await gatherer.prepare()
        settle()  # as `communique poll` and `communique run` do
        for _ in range(1 + UNCHANGED[kind]):
            began = time.perf_counter()
            reports.append(await gatherer.poll_all())
            used.append(time.perf_counter() - began)
    await reading.close()
    door.close()
    assert (reports[0].new_articles, reports[0].failed) == (FEEDS * ENTRIES, 0), reports[0]
    assert all((report.unchanged, report.failed) == (FEEDS, 0) for report in reports[1:]), reports[1:]
    assert store.counts().articles == FEEDS * ENTRIES
    store.close()
    return used


def poll_reader(bases: list[str], kind: str, folder: Path) -> list[float]:
    """Update with `reader`, first and unchanged; return the seconds of each update."""
    # the feedparser that it carries imports a module which is installed under another name
    sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    for url in urls(bases, kind):
        reader.add_feed(url)
    used = []
    first, later = READER_WORKERS
    for workers in (first, *[later] * UNCHANGED[kind]):
        began = time.perf_counter()
        reader.update_feeds(workers=workers, scheduled=False)  # all of them, as ours
        used.append(time.perf_counter() - began)
    assert reader.get_entry_counts().total == FEEDS * ENTRIES
    reader.close()
    return used


def contend(who: str, bases: list[str]) -> None:
    """Poll both kinds of servers, each into a new database; print seconds and peak memory."""
    from bot import loop

    found: dict[str, Any] = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            if who == "ours":
                found[kind] = loop.run(poll_ours(bases, kind, Path(folder), prepared=kind == PREPARED))
            else:
                found[kind] = poll_reader(bases, kind, Path(folder))
    cpu = sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({**found, "cpu": cpu}))


async def measure_polling() -> list[Row]:
    """Measure the first poll, an unchanged one, and the peak of memory, beside `reader`; medians of runs in turn."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.polling", "serve", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        bases = (await server.stdout.readline()).decode().split()
        runs = [[await _run(who, bases) for who in ("ours", "reader")] for _ in range(RUNS)]
    finally:
        server.terminate()
        await server.wait()
    ours, peer = [list(of_one) for of_one in zip(*runs, strict=True)]
    rows = [
        _row("first poll of 10,000 articles", ours, peer, lambda found: found["304"][0], TARGET_FIRST),
        _row("first poll that starts its processes", ours, peer, lambda found: found["same"][0], ""),
    ]
    for kind, what in (("304", "unchanged poll of 200 feeds, 304"), ("same", "unchanged poll, the same bytes again")):
        rows.append(
            _row(what, ours, peer, lambda found, kind=kind: statistics.median(found[kind][1:]), TARGET_UNCHANGED)
        )
    cpu = [statistics.median(found["cpu"] for found in of_one) for of_one in (ours, peer)]
    rows.append(("CPU of two first and six unchanged polls", f"{cpu[0]:.1f} s", "", f"reader {cpu[1]:.1f} s"))
    if sys.platform == "linux":
        peaks = [max(found["memory"] for found in of_one) for of_one in (ours, peer)]
        note = f"reader {peaks[1]:.0f} MB; child processes included"
        rows.append(("peak memory while polling", f"{peaks[0]:.0f} MB", TARGET_MEMORY, note))
    return rows


async def _run(who: str, bases: list[str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.polling", who, *bases, stdout=asyncio.subprocess.PIPE
    )
    watching = asyncio.create_task(_peak_memory(process.pid))
    out, _ = await asyncio.wait_for(process.communicate(), 600)
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {**found, "memory": await watching}


async def _peak_memory(pid: int) -> float:
    """Return the most memory, in MB, that a process and its children had at one time, when it has ended."""
    peak = 0.0
    while (now := _memory_with_children(pid)) is not None:
        peak = max(peak, now)
        await asyncio.sleep(0.1)
    return peak


def _memory_with_children(pid: int) -> float | None:
    """Return the memory of a process and its children; None where it has ended, or the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        own = memory_mb(pid)
        return own + sum(map(memory_mb, children(pid)))
    except (FileNotFoundError, ProcessLookupError):  # a child ended meanwhile, or all is over
        status = Path(f"/proc/{pid}/status")
        return 0.0 if status.exists() and "VmRSS" in status.read_text(encoding="ascii") else None


def _row(
    what: str,
    ours: list[dict[str, Any]],
    peer: list[dict[str, Any]],
    seconds: Callable[[dict[str, Any]], float],
    target: str,
) -> Row:
    mine, theirs = (statistics.median(map(seconds, of_one)) for of_one in (ours, peer))
    rate = f", {FEEDS * ENTRIES / mine:.0f} articles/s" if what.startswith("first") else ""
    return what, f"{mine:.2f} s", target, f"reader {theirs:.2f} s: {theirs / mine:.1f} ×{rate}"


def main(arguments: list[str]) -> None:
    """Serve, contend, or measure and print the table."""
    match arguments:
        case ["serve"]:
            asyncio.run(serve())
        case [("ours" | "reader") as who, *bases]:
            contend(who, bases)
        case _:
            for what, figure, target, note in asyncio.run(measure_polling()):
                print(f"{what:<40}  {figure:>9}  {target:<13} {note}")


if __name__ == "__main__":
    main(sys.argv[1:])
