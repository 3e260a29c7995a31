"""The wheel works anywhere: installed into a bare venv in another folder, it summarizes and shows the preview."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A venv that has the wheel, and the libraries of this one; nothing is fetched but what builds the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("communique-*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], check=True, capture_output=True, text=True
        ).stdout.strip()
    )
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    # The libraries come from here, without the editable checkout.
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(here), encoding="utf-8")
    return python


def environment(folder):
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "COMMUNIQUE_FEEDS": "none"}


def test_a_summary_from_the_wheel(installed, tmp_path):
    article = ROOT / "tests/articles/steel.txt"
    command = [installed, "-c", "import bot; print(bot.__file__); from bot.cli import main; main()"]
    done = subprocess.run(
        [*command, "summarize", str(article), "--json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, document = done.stdout.split("\n", 1)
    assert str(ROOT) not in where
    assert len(json.loads(document)["summary"]) == 3


async def test_a_preview_from_the_wheel(installed, tmp_path):
    process = await asyncio.create_subprocess_exec(
        installed,
        "-m",
        "bot",
        "preview",
        "--port",
        "0",
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        address = next(word for word in line.split() if word.startswith("http://"))
        async with aiohttp.ClientSession() as session, session.get(address) as page:
            assert page.status == 200
            assert "Communiqué" in await page.text()
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
