"""Takes the pictures of README.md: the preview in the system's Chromium, with a digest in both forms; for `make docs`.

What is shown are the sample articles, whose events and outlets are invented.

python -m docs.picture    writes docs/digest.png, docs/digest-classic.png and docs/settings.png
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright

HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE: ViewportSize = {"width": 430, "height": 900}
SHOWN = 600  # milliseconds until what came is laid out


async def main() -> None:
    """Take a picture of a rich digest, of the same in classic HTML, and of the settings on a dark page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("the pictures need Chromium: apt-get install chromium; the tables were written")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        await take(browser, "digest.png", digest)
        await take(browser, "digest-classic.png", classic_digest, rich="off")
        await take(browser, "settings.png", settings, dark=True)
        await browser.close()


async def take(
    browser: Browser, name: str, talk: Callable[[Page], Awaitable[None]], *, rich: str = "auto", dark: bool = False
) -> None:
    """Start a preview of its own, talk to it, and take the picture."""
    async with preview(rich) as address:
        page = await browser.new_page(
            viewport=SIZE,
            device_scale_factor=2,
            timezone_id="UTC",
            locale="en-GB",
            color_scheme="dark" if dark else "light",
        )
        await page.goto(address)
        await talk(page)
        await page.wait_for_timeout(SHOWN)
        await page.screenshot(path=HERE / name)
        await page.close()


@asynccontextmanager
async def preview(rich: str) -> AsyncIterator[str]:
    """Run a preview in a folder of its own; give its address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TZ": "UTC",
            "COMMUNIQUE_FEEDS": "none",
            "COMMUNIQUE_RICH": rich,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "preview",
            "--port",
            "0",
            cwd=folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            assert process.stdout is not None
            line = (await process.stdout.readline()).decode()
            yield next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.terminate()
            await process.wait()


async def digest(page: Page) -> None:
    """Ask for a digest, unfold its first story, and stand at the digest's beginning."""
    told = await ask_digest(page)
    await page.locator("details summary").first.click()
    await told.evaluate("element => element.closest('li').scrollIntoView({block: 'start'})")


async def classic_digest(page: Page) -> None:
    """Do the same where the digest is classic HTML."""
    told = await ask_digest(page)
    await page.get_by_role("log").get_by_text("Show more").first.click()
    await told.evaluate("element => element.closest('li').scrollIntoView({block: 'start'})")


async def settings(page: Page) -> None:
    """Subscribe, open the settings, and their topics."""
    log = page.get_by_role("log")
    await say(page, "/subscribe tariffs japan 08:00 Asia/Tokyo weekdays")
    await log.get_by_text("Subscribed:").wait_for()
    await say(page, "/settings")
    await log.get_by_role("button", name="Pause the digests").wait_for()
    await say(page, "/settings")
    await log.get_by_role("button", name="Topics").nth(1).click()
    await log.get_by_role("button", name="Sanctions").click()
    await log.get_by_role("button", name="✓ ⛔ Sanctions").wait_for()


async def ask_digest(page: Page) -> Locator:
    """Ask for a digest; return where its size is said."""
    await say(page, "/digest")
    told = page.get_by_role("log").get_by_text("stories from")
    await told.wait_for()
    await page.wait_for_timeout(SHOWN)
    return told


async def say(page: Page, text: str) -> None:
    """Type something and send it."""
    await page.get_by_role("textbox").last.fill(text)
    await page.keyboard.press("Enter")


if __name__ == "__main__":
    asyncio.run(main())
