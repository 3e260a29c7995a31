"""Links and documents made to hurt, sent to the running bot: each is answered in words, and the bot answers on."""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile

import pytest
from aiohttp import web


@pytest.fixture
async def hostile():
    async def bomb(_):
        body = gzip.compress(b"<p>" + bytes(60_000_000), 9)
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    async def endless(request):
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x" * 65536)
        return response

    async def drip(request):
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(30):
            await response.write(b"x")
            await asyncio.sleep(1)
        return response

    async def nested(_):
        return web.Response(text="<html><body>" + "<div>" * 150_000 + "steel", content_type="text/html")

    app = web.Application()
    for path, handler in {"/bomb": bomb, "/endless": endless, "/drip": drip, "/nested": nested}.items():
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def zip_bomb():
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("word/document.xml", bytes(60_000_000))
    return raw.getvalue()


REFUSALS = ("larger than I may fetch", "I find no article in that", "took too long", "can't be reached")


async def test_what_is_made_to_hurt_is_refused_in_words_and_help_is_answered_meanwhile(telegram, bot_process, hostile):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start(COMMUNIQUE_TRUSTED_HOSTS=hostile)
    telegram.people.send_text(ada, "/start")
    await telegram.wait_for(ada, timeout=20)
    before = telegram.mark()
    sent = 0
    for path in ("bomb", "endless", "nested", "drip"):
        telegram.people.send_text(ada, f"http://{hostile}/{path}")
        sent += 1
    for name, raw in {"bomb.docx": zip_bomb(), "broken.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 200}.items():
        telegram.people.send_document(ada, raw, name=name)
        sent += 1
    telegram.people.send_text(ada, "/help")

    def answers():
        return [message.text for message in telegram.messages(ada, by_bot=True)[1:] if message.text != "Reading …"]

    await telegram.wait_until(lambda: any("/subscribe" in text for text in answers()), timeout=10)
    help_came_before = len(answers()) < sent + 1
    await telegram.wait_until(lambda: len(answers()) == sent + 1, timeout=60)
    refused = [text for text in answers() if "/subscribe" not in text]
    assert all(any(sign in text for sign in REFUSALS) for text in refused), refused
    assert help_came_before
    assert telegram.mark() > before
    assert "Traceback" not in bot_process.said()
