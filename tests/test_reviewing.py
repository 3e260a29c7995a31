"""A week's review as people see it: the bot as a process, a real chart, the preview's page in a real browser."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.core.timing import next_run
from bot.model import Chat, DeliveryState, Schedule, Subscription, Wish
from bot.store.sql import open_store
from tests.placing import add_days

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def owe_review(folder, chat_id):
    """Let a review be due since a minute, in the store of the bot in a folder."""
    var = folder / "data" / "var"
    var.mkdir(parents=True)
    store, now = open_store(f"sqlite:///{var}/communique.db"), datetime.now(UTC)
    before = now - timedelta(minutes=1)
    schedule = Schedule(slots=(before.time().replace(second=0, microsecond=0),), weekly=True)
    store.save_chat(Chat(chat_id))
    run = next_run(schedule, before - timedelta(minutes=1))
    store.save_subscription(Subscription(chat_id, Wish(topics=("tariffs",)), schedule, next_run=run))
    add_days(store, now, 5)
    return store


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")
async def test_a_review_is_shown_with_its_chart_above_it(telegram, bot_process):
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    ada = telegram.chats.add_private("Ada", started=True)
    store = owe_review(bot_process.folder, ada)
    await bot_process.start()
    await telegram.wait_until(lambda: len(telegram.messages(ada, by_bot=True)) == 2, timeout=60)
    for _ in range(200):  # it is noted right behind the message, and nothing tells of that
        if store.deliveries()[0].state is DeliveryState.SENT:
            break
        await asyncio.sleep(0.05)
    assert store.deliveries()[0].state is DeliveryState.SENT
    store.close()
    chart, review = telegram.messages(ada, by_bot=True)
    assert chart.data["caption"].startswith("Tariffs\n\n")
    assert "rich_message" in review.data
    assert "The week to" in review.text
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(telegram.url)
        picture = page.get_by_role("log").locator("img")
        await picture.scroll_into_view_if_needed()
        await page.wait_for_function("document.querySelector('[role=log] img').naturalWidth === 1080")
        await page.get_by_role("log").get_by_text("The week to").wait_for()
        shown = Image.open(io.BytesIO(await picture.screenshot())).convert("RGB")
        await browser.close()
    assert shown.width / shown.height == pytest.approx(4 / 3, rel=0.02)  # neither cut nor stretched
    bars = sum(count for count, (red, _, blue) in shown.getcolors(shown.width * shown.height) if blue > red + 40)
    assert bars > shown.width * shown.height // 50  # what is drawn is seen, at the width of a phone
