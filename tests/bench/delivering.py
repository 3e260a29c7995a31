"""Delivery as an operator sees it: the bot as a process of its own, against a Bot API that answers 50 ms late.

The machine's cores are shared with the test server (`tests.bench.wire`, lean and raw: the preview, at a millisecond a
message, would be the bottleneck of 1,000 a second). The default is short; `--chats 10000` is the whole.

    python -m tests.bench.delivering [--chats 1500] [--paid 10000] [--planned 100000] [--soak 10000]
                                      [--only free,rough,paid,planning,soak]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
import structlog
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.chat.deliver import LEASE
from bot.model import Article, Schedule, Wish
from bot.store.codec import json_from_noun
from bot.store.sql import open_store
from bot.store.tables import chats, subscriptions
from tests.bench.processes import cpu_seconds, memory_mb
from tests.chat.test_deliver_crash import soak
from tests.conftest import TOKEN, BotProcess
from tests.invented import Lexicon

LATENCY = 0.05
FREE, PAID = 30, 1000
AT_ONCE = 128
STOCK = 2000  # messages of the peer
PLACES = 1000
ARTICLES, SENTENCES = 400, 15
STORIES = 5  # of each digest
CHUNK = 5000

Row = tuple[str, str, str, str]


def seed(folder: Path, count: int, due_at: datetime, *, wishes: int = 20) -> None:
    """Make a store in which many chats are due at an instant."""
    store = open_store(f"sqlite:///{folder}/data/var/communique.db")
    store.add_articles(list(_articles(wishes)), due_at - timedelta(hours=1))
    slot = due_at.astimezone(UTC).time().replace(tzinfo=None)
    schedule = json_from_noun(Schedule(slots=(slot,)))
    with store._transactions.writing() as db:
        for start in range(0, count, CHUNK):
            some = range(start + 1, min(start + CHUNK, count) + 1)
            row = {"kind": "private", "language": "en", "zone": "UTC", "reads_channel": False}
            db.execute(sa.insert(chats), [{"id": chat_id, **row} for chat_id in some])
            db.execute(
                sa.insert(subscriptions),
                [
                    {
                        "chat_id": chat_id,
                        "thread_id": 0,
                        "wish": json_from_noun(Wish(topics=(), places=(f"P{chat_id % wishes}",), most_stories=STORIES)),
                        "schedule": schedule,
                        "next_digest_at": due_at,
                        "next_slot": slot,
                        "next_local_date": due_at.date(),
                    }
                    for chat_id in some
                ],
            )
    store.close()


def _articles(wishes: int) -> Iterator[Article]:
    """Invent articles, each of an event of its own, so that every wish has a digest of `STORIES`."""
    chance = random.Random(6)
    lexicon = Lexicon(chance)
    places_each = -(-STORIES * wishes // ARTICLES)
    for n in range(ARTICLES):
        event = lexicon.event()
        sentences = []
        for _ in range(SENTENCES):
            words = [*chance.sample(event.own, 6), *lexicon.general(10), chance.choice(event.names)]
            chance.shuffle(words)
            sentences.append(f"The {' '.join(words)}.")
        places = tuple(f"P{(n * places_each + k) % wishes}" for k in range(places_each))
        title = " ".join([*event.names[:2], *event.own[:5]])
        text = "\n".join(" ".join(sentences[k : k + 3]) for k in range(0, SENTENCES, 3))
        yield Article(title, text, f"Outlet {n % 40}", topics=("tariffs",), places=places, language="en")


class Wire:
    """The test server in a process of its own."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session

    async def ask(self, path: str) -> Any:
        async with self._session.get(f"{self.url}{path}") as response:
            return await response.json()

    async def until(self, holds: Callable[[dict[str, Any]], bool], *, within: float, pause: float = 0.25) -> Any:
        """Ask for the figures until something holds of them."""
        async with asyncio.timeout(within):
            while not holds(figures := await self.ask("/figures")):  # noqa: ASYNC110 -- of another process
                await asyncio.sleep(pause)
        return figures


@asynccontextmanager
async def serving(*, too_many: float = 0.0, limit: int = 10**9) -> AsyncIterator[Wire]:
    """Run the test server."""
    arguments = [str(LATENCY), str(too_many), str(limit)]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.wire", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        try:
            yield Wire(url, session)
        finally:
            server.terminate()
            await server.wait()


@asynccontextmanager
async def sending(count: int, wire: Wire, *, ahead: float = -1.0, wishes: int = 20, **environment: str) -> Any:
    """Run the bot on a store where chats are due, `ahead` seconds from now."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seed(folder, count, datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead), wishes=wishes)
        bot = BotProcess(folder, wire.url)
        bot.environment |= {"COMMUNIQUE_LOG_LEVEL": "ERROR", **environment}
        await bot.start()
        try:
            yield bot
        finally:
            await bot.end()
            if said := bot.said().strip():
                print(said, file=sys.stderr)


async def measure_free(count: int) -> list[Row]:
    """Measure a broadcast at the free pace, with people who ask for something meanwhile."""
    async with serving(limit=FREE) as wire, sending(count, wire) as bot:
        await wire.until(lambda seen: seen["digests"] > 0, within=60)
        before, began = cpu_seconds(bot.process.pid), time.perf_counter()
        asking = asyncio.create_task(_ask_now_and_then(wire))
        seen = await wire.until(lambda seen: seen["chats"] >= count, within=count / 10)
        used = cpu_seconds(bot.process.pid) - before
        lasted = time.perf_counter() - began
        asking.cancel()
    floor = seen["messages"] / FREE
    late = sorted(seen["answers"])
    p95 = late[int(0.95 * (len(late) - 1))]
    return [
        (
            f"{count:,} chats at the free pace",
            f"{seen['seconds']:.1f} s",
            "≤ 1.05 × floor",
            (
                f"{seen['seconds'] / floor:.3f} × the floor of {floor:.0f} s (answers counted), "
                f"{seen['too_fast']} times too fast; at most {seen['most_in_second']} in any second"
            ),
        ),
        (
            "CPU while holding 30/s",
            f"{100 * used / lasted:.1f} %",
            "≤ 5 % of a core",
            f"{1000 * used / seen['messages']:.2f} ms a message",
        ),
        (
            "a command during the broadcast, over the network's time",
            f"{1000 * p95:.0f} ms",
            "p95 ≤ 150 ms",
            f"median {1000 * late[len(late) // 2]:.0f} ms, {len(late)} of {seen['asked']} answered",
        ),
    ]


async def _ask_now_and_then(wire: Wire) -> None:
    while True:
        await wire.ask("/say/%2Ftopics")
        await asyncio.sleep(1.3)


async def measure_rough(count: int) -> list[Row]:
    """Measure a broadcast of which 5 % is refused, with a kill in its middle."""
    async with serving(too_many=0.05, limit=FREE) as wire, sending(count, wire) as bot:
        middle = await wire.until(lambda seen: seen["digests"] >= count / 2, within=count / 10)
        began = time.perf_counter()
        bot.process.kill()
        await bot.process.wait()
        in_flight = middle["under_way"]
        await bot.start()
        again = await wire.until(lambda seen: seen["digests"] > middle["digests"] + in_flight, within=60, pause=0.02)
        restart = time.perf_counter() - began
        seen = await wire.until(lambda seen: seen["chats"] >= count, within=count / 10 + 60)
        await asyncio.sleep(2)
        seen = await wire.ask("/figures")
    floor, repeated = count / FREE, seen["digests"] - seen["chats"]
    del again
    return [
        (
            f"{count:,} chats, 5 % random 429, a kill -9 in the middle",
            f"{seen['seconds']:.1f} s",
            "≤ 1.10 × floor + restart",
            (
                f"{(seen['seconds'] - restart) / floor:.3f} × floor and {restart:.1f} s of restart; "
                f"{count - seen['chats']} lost, {repeated} repeated ({in_flight} in flight); "
                f"what was in hand waits {LEASE.total_seconds():.0f} s for its lease"
            ),
        )
    ]


async def measure_paid(count: int) -> list[Row]:
    """Measure a paid broadcast, beside python-telegram-bot's own transport."""
    async with serving() as wire:
        stock = await _stock_rate(wire)
        await wire.ask("/reset")
        async with sending(count, wire, COMMUNIQUE_PAID_BROADCAST="true") as bot:
            await wire.until(lambda seen: seen["digests"] > 0, within=60, pause=0.01)
            before = cpu_seconds(bot.process.pid)
            seen = await wire.until(lambda seen: seen["chats"] >= count, within=count / 50)
            used = cpu_seconds(bot.process.pid) - before
    rate = count / seen["seconds"]
    return [
        (
            f"{count:,} chats, paid broadcast",
            f"{rate:.0f}/s",
            "≥ 950/s",
            (
                f"stock PTB at {AT_ONCE} in flight {stock:.0f}/s: {rate / stock:.1f} ×; "
                f"{1000 * used / count:.2f} ms CPU a message (planning included), "
                f"at most {seen['most_in_second']} in any second"
            ),
        )
    ]


async def _stock_rate(wire: Wire) -> float:
    def request() -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=AT_ONCE)

    bot = Bot(TOKEN, f"{wire.url}/bot", request=request(), get_updates_request=request())
    await bot.initialize()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(chat_id: int) -> None:
        async with room:
            await bot.send_message(chat_id, "Tokyo weighs reply to new steel duty")

    await asyncio.gather(*(one(chat_id) for chat_id in range(1, AT_ONCE)))
    began = time.perf_counter()
    await asyncio.gather(*(one(chat_id) for chat_id in range(1, STOCK + 1)))
    rate = STOCK / (time.perf_counter() - began)
    await bot.shutdown()
    return rate


async def measure_planning(count: int) -> list[Row]:
    """Measure how soon the first of very many digests leaves, and what planning them costs."""
    async with (
        serving() as wire,
        sending(count, wire, ahead=86_400, wishes=PLACES, COMMUNIQUE_PAID_BROADCAST="true") as bot,
    ):
        await asyncio.sleep(15)  # it is up, and idle
        idle, offset = memory_mb(bot.process.pid), time.time() - (await wire.ask("/figures"))["now"]
        most, first = idle, None
        database = bot.folder / "data/var/communique.db"
        due = _set_due(database, ahead=8)
        while time.time() < due + 300 and (time.time() < due + 2 or _planned(database) < count):
            most = max(most, memory_mb(bot.process.pid))
            first = first or (await wire.ask("/figures"))["first"]
            await asyncio.sleep(0.5)
        planned, seen = time.time() - due, await wire.ask("/figures")
        most = max(most, memory_mb(bot.process.pid))
    late = (first or seen["first"]) + offset - due
    return [
        (
            f"planning {count:,} due subscriptions, {PLACES:,} wishes: first message",
            f"{late:.2f} s",
            "≤ 2 s",
            f"all planned after {planned:.0f} s, {seen['digests']:,} sent by then",
        ),
        ("memory while planning", f"+{most - idle:.0f} MB", "≤ +100 MB", f"from {idle:.0f} MB; paid pace meanwhile"),
    ]


async def measure_soak(count: int) -> list[Row]:
    """Send to many chats of a Telegram that refuses, in a time that jumps, and die three times."""
    return await asyncio.to_thread(_soaked, count)


def _soaked(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, structlog.testing.capture_logs():
        began = time.perf_counter()
        world, life, in_flight = soak(folder, count, kills=3)
        states, sent = life.store.counts().deliveries, world.counted()
        life.end()
    lost = states["sent"] - len({chat for chat, _ in sent})
    repeated = sum(times - 1 for times in sent.values())
    refused = ", ".join(f"{times:,} × {status}" for status, times in sorted(world.refusals.items()))
    return [
        (
            f"a soak of {count:,} chats, three kills",
            f"{lost} lost",
            "0 lost",
            (
                f"{repeated} repeated of {in_flight} in hand when it died; "
                f"{states['sent']:,} sent, {states['blocked']:,} blocked, "
                f"{sum(states.values()) - states['sent'] - states['blocked']} neither; refused {refused}; "
                f"{time.perf_counter() - began:.0f} s"
            ),
        )
    ]


def _set_due(database: Path, *, ahead: float) -> float:
    """Let everything be due so many seconds from now; return when that is."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead)
    slot = at.time().replace(tzinfo=None)
    values = {"next_digest_at": at, "next_slot": slot, "next_local_date": at.date()}
    schedule = json_from_noun(Schedule(slots=(slot,)))
    store = open_store(f"sqlite:///{database}")
    with store._transactions.writing() as db:
        db.execute(sa.update(subscriptions).values(**values, schedule=schedule))
    store.close()
    return at.timestamp()


def _planned(database: Path) -> int:
    store = open_store(f"sqlite:///{database}")
    try:
        return sum(store.counts().deliveries.values())
    finally:
        store.close()


MEASURES: dict[str, tuple[Callable[[int], Any], str]] = {
    "free": (measure_free, "chats"),
    "rough": (measure_rough, "chats"),
    "paid": (measure_paid, "paid"),
    "planning": (measure_planning, "planned"),
    "soak": (measure_soak, "soak"),
}


async def measure_delivering(arguments: list[str]) -> list[Row]:
    """Measure what is asked for, one after another."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chats", type=int, default=1500)
    parser.add_argument("--paid", type=int, default=10_000)
    parser.add_argument("--planned", type=int, default=100_000)
    parser.add_argument("--soak", type=int, default=10_000)
    parser.add_argument("--only", default=",".join(MEASURES))
    asked = parser.parse_args(arguments)
    rows: list[Row] = []
    for name in asked.only.split(","):
        measure, count = MEASURES[name]
        rows += await measure(getattr(asked, count))
    return rows


def main(arguments: list[str]) -> None:
    """Measure and print the table."""
    load = os.getloadavg()[0]
    for what, figure, target, note in asyncio.run(measure_delivering(arguments)):
        print(f"{what:<70}  {figure:>9}  {target:<24} {note}")
    print(
        f"{os.cpu_count()} cores, shared with the test server; load before {load:.1f}, after {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(sys.argv[1:])
