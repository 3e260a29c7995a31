"""A preview per test, a clock that stands still until moved, and a client that speaks to the Bot API over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.preview.people import Sample
from bot.preview.server import PreviewServer

TOKEN = "7000000001:preview-token_for-tests"


class StandingClock:
    def __init__(self):
        self.now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


class Client:
    """Calls methods with JSON; `refused` and `done` say what is expected."""

    def __init__(self, session, server):
        self.session = session
        self.server = server
        self.base = f"{server.url}/bot{TOKEN}"

    async def call(self, method, **parameters):
        async with self.session.post(f"{self.base}/{method}", json=parameters) as response:
            return response.status, await response.json()

    async def done(self, method, **parameters):
        status, answer = await self.call(method, **parameters)
        assert (status, answer["ok"]) == (200, True), answer
        return answer["result"]

    async def refused(self, method, **parameters):
        status, answer = await self.call(method, **parameters)
        assert not answer["ok"], answer
        assert status == answer["error_code"]
        return f"{status} {answer['description']}"

    async def updates(self, **parameters):
        return await self.done("getUpdates", **parameters)


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
async def server(clock):
    samples = [Sample("Tokyo weighs reply", "Kairos Wire", "The ministry said so on Friday.\nIt would decide.")]
    preview = PreviewServer(TOKEN, clock=clock, samples=samples, notice="These news are samples.")
    await preview.start()
    yield preview
    await preview.stop()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def bot(server, session):
    return Client(session, server)


@pytest.fixture
def client_of(session):
    return lambda server: Client(session, server)


@pytest.fixture
def chat(server):
    return server.chats.add_private("Ada", started=True)
