"""The loop that everything runs on: uvloop's where it is installed, asyncio's own elsewhere."""

import asyncio
import sys

import pytest

from bot import loop


async def module_of_the_loop():
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not exist for Windows")
def test_it_is_uvloops_where_there_is_one():
    assert loop.run(module_of_the_loop()).startswith("uvloop")


def test_it_is_asyncios_own_where_uvloop_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop.run(module_of_the_loop()).startswith("asyncio")


def test_errors_come_back():
    async def failing():
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        loop.run(failing())
