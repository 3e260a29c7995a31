"""Web servers on loopback for tests: one that answers as a test says, and one that says given bytes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.feeds.http import GuardedWeb

RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>'
PAGE = b"<!DOCTYPE html><title>News</title><p>Words."


class Site:
    """A real server on loopback: a path answers with what a test gives it, and every request is remembered."""

    def __init__(self):
        self.asked = []
        self.at_once = self.most_at_once = 0
        self.arrival = asyncio.Event()
        self._answers = {}
        self.port = 0

    def __setitem__(self, path, answer):
        self._answers[path] = answer

    @property
    def place(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path=""):
        return f"http://{self.place}{path}"

    async def handle(self, request):
        self.asked.append(request)
        self.arrival.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self._answers[request.path]
            return await answer(request) if callable(answer) else web.Response(**answer)
        finally:
            self.at_once -= 1


@asynccontextmanager
async def serving():
    """Open a site on loopback for as long as it is needed."""
    made = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(*chunks, pause=0.0, hold=False):
    """A server that says these very bytes whatever it is asked."""

    async def answer(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(pause)
            while hold:
                await asyncio.sleep(0.05)
                writer.write(chunks[-1])
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    tasks = set()

    async def accept(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            await answer(reader, writer)
        except asyncio.CancelledError:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def failure(url, *, trusted=(), **options):
    async with GuardedWeb(trusted_hosts=trusted, **options) as fetching:
        with pytest.raises(FetchError) as error:
            await fetching.fetch(url)
    return error.value
