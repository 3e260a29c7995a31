"""Takes the picture of README.md: the preview in the system's Chromium, with a summary and a digest; for `make docs`.

python -m docs.picture    writes docs/digest.png
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

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
SIZE = {"width": 430, "height": 900}


async def main() -> None:
    """Start a preview of its own, talk to it, and take the picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("the picture needs Chromium: apt-get install chromium; the tables were written")
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC", "COMMUNIQUE_FEEDS": "none"}
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
            address = next(word for word in line.split() if word.startswith("http://"))
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                page = await browser.new_page(viewport=SIZE, device_scale_factor=2, timezone_id="UTC")
                await page.goto(address)
                await talk(page)
                await page.screenshot(path=HERE / "digest.png")
                await browser.close()
        finally:
            process.terminate()
            await process.wait()


async def talk(page: Page) -> None:
    """Forward a sample, ask for a digest, open its first story, and stand at the digest's beginning."""
    log = page.get_by_role("log")
    await page.get_by_role("textbox").last.fill("/digest")
    await page.keyboard.press("Enter")
    digest = log.get_by_text("stories from")
    await digest.wait_for()
    await page.wait_for_timeout(500)
    await log.get_by_text("Show more").first.click()
    await digest.evaluate("element => element.closest('li').scrollIntoView({block: 'start'})")
    await page.wait_for_timeout(300)


if __name__ == "__main__":
    asyncio.run(main())
