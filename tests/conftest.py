"""What many tests stand on: the preview's Bot API over real HTTP, and the bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import zoneinfo
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.core.analysis import Analyzer
from bot.preview.server import PreviewServer
from bot.store.sql import SqlStore, open_store

zoneinfo.reset_tzpath(to=())  # the pinned zones, as the command does it

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # a busy machine is no mistake of the code's

TOKEN = "4242:TEST-token_of_the_tests"
ROOT = Path(__file__).resolve().parents[1]


class BotProcess:
    """`communique run` against a Bot API on loopback, in a folder of its own."""

    def __init__(self, folder: Path, api_url: str, token: str = TOKEN) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TELEGRAM_BOT_TOKEN": token,
            "TELEGRAM_API_URL": api_url,
            "PYTHONWARNINGS": "default",
            "COMMUNIQUE_FEEDS": "none",  # tests stay on loopback
        }
        self.log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str, **environment: str) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *(arguments or ("run",)),
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def stop(self, sign: signal.Signals = signal.SIGTERM, within: float = 10) -> int:
        self.process.send_signal(sign)
        return await asyncio.wait_for(self.process.wait(), within)

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


@pytest.fixture
async def telegram() -> AsyncIterator[PreviewServer]:
    """A Telegram on loopback."""
    server = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bot_process(tmp_path: Path, telegram: PreviewServer) -> AsyncIterator[BotProcess]:
    """The bot, not started yet; ended with the test."""
    process = BotProcess(tmp_path, telegram.url)
    yield process
    await process.end()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store on SQLite."""
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """The analyzer, made of the packaged vocabularies."""
    from bot.app import make_analyzer

    return make_analyzer()


@pytest.fixture
def seed_text() -> str:
    """An article as people forward them: a headline, then paragraphs; written for the tests."""
    return (ROOT / "tests" / "articles" / "steel.txt").read_text(encoding="utf-8")
