"""The chat page in a real browser, with a tiny scripted bot behind it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DIGEST = "<h3>Friday</h3><details><summary>Tokyo weighs reply</summary><p>Folded words.</p></details>"
KEYBOARD = {"inline_keyboard": [[{"text": "Longer", "callback_data": "longer"}]]}
HOSTILE = "&lt;img src=x onerror=alert(1)&gt; <b>bold</b> <a href='https://a.example/x'>link</a>"

pytestmark = pytest.mark.browser


async def answer(bot, update):
    message, query = update.get("message", {}), update.get("callback_query")
    if query:
        await bot.done("answerCallbackQuery", callback_query_id=query["id"], text="Here is more")
        place = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
        await bot.done("editMessageText", **place, text="A longer summary")
    elif "forward_origin" in message:
        reply = {"message_id": message["message_id"]}
        await bot.done(
            "sendMessage",
            chat_id=message["chat"]["id"],
            text="A summary",
            reply_parameters=reply,
            reply_markup=KEYBOARD,
        )
    elif message.get("text") == "/digest":
        await bot.done("sendRichMessage", chat_id=message["chat"]["id"], rich_message={"html": DIGEST})
    elif message.get("text") == "/start":
        await bot.done("sendMessage", chat_id=message["chat"]["id"], text=HOSTILE, parse_mode="HTML")


async def keep_answering(bot):
    await bot.done("setMyCommands", commands=[{"command": "digest", "description": "this chat's digest now"}])
    offset = 0
    while True:
        for update in await bot.updates(offset=offset, timeout=20):
            offset = update["update_id"] + 1
            await answer(bot, update)


@pytest.fixture
async def scripted(bot):
    task = asyncio.create_task(keep_answering(bot))
    yield task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
def playwright():
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    return pytest.importorskip("playwright.async_api", reason="playwright is not installed")


@pytest.fixture
async def open_page(playwright, server, scripted):
    assert not scripted.done()
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        troubles = []

        async def open_at(width, height):
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            await page.goto(server.url)
            return page

        yield open_at
        await browser.close()
        assert troubles == []


async def test_one_talks_to_the_bot_presses_buttons_and_forwards_a_sample(open_page):
    page = await open_page(390, 844)
    await page.get_by_text("These news are samples.").wait_for()
    await page.get_by_role("button", name="Start", exact=True).click()
    log = page.get_by_role("log")
    await log.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    link = log.get_by_role("link", name="link")
    assert await link.get_attribute("target") == "_blank"
    assert "noopener" in await link.get_attribute("rel")

    await page.get_by_label("Message", exact=True).fill("/")
    await page.get_by_role("option", name="/digest").wait_for()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    folded = log.get_by_text("Folded words.")
    await folded.wait_for(state="hidden")
    await log.get_by_text("Tokyo weighs reply").click()
    await folded.wait_for(state="visible")

    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Forward a sample article").click()
    await page.get_by_role("button", name="Tokyo weighs reply Kairos Wire").click()
    await log.get_by_text("Forwarded from").wait_for()
    await log.get_by_role("button", name="Longer").click()
    await page.get_by_text("Here is more").wait_for()
    await log.get_by_text("A longer summary").wait_for()


async def test_the_keyboard_suffices_and_nothing_scrolls_sideways(open_page, server):
    page = await open_page(360, 640)
    field = page.get_by_label("Message", exact=True)
    await field.fill("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await field.press("Enter")
    await page.get_by_role("log").get_by_text("one two").wait_for()
    await page.get_by_role("button", name="New group").click()
    await page.get_by_role("heading", name="Group 1").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    chat = next(iter(server.world.chats))
    assert [message.text for message in server.messages(chat)] == ["one\ntwo"]


async def test_the_page_lives_through_a_restart_of_the_bot(open_page, scripted, bot, server):
    page = await open_page(1200, 800)
    await page.get_by_role("button", name="Start", exact=True).wait_for()
    scripted.cancel()
    await asyncio.wait({scripted})  # else its last request may still take what comes next
    await page.get_by_label("Message", exact=True).fill("/digest")
    await page.keyboard.press("Enter")
    chat = next(iter(server.world.chats))
    await server.wait_until(lambda: bool(server.messages(chat)))
    again = asyncio.create_task(keep_answering(bot))
    told = asyncio.create_task(page.get_by_role("log").get_by_text("Tokyo weighs reply").wait_for())
    await asyncio.wait({again, told}, return_when=asyncio.FIRST_COMPLETED)
    assert not again.done(), again.exception()
    await told
    again.cancel()
