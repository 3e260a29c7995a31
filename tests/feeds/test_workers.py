import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable

import psutil
import pytest

from bot.errors import FetchError
from bot.feeds.workers import Workers

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    made = Workers(idle_seconds=60)
    yield made
    await made.close()
    assert made.processes == ()
    assert children() == set()


def children() -> set[int]:
    return {each.pid for each in psutil.Process().children() if "bot.feeds.worker" in _words(each)}


def _words(process) -> list[str]:
    """Return a process's command; none for one that ended meanwhile and waits to be reaped."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 -- processes send no event
            await asyncio.sleep(0.01)


async def test_work_is_done_elsewhere_and_its_value_comes_back(workers: Workers) -> None:
    assert await workers.run(os.getpid, 20, "x") != os.getpid()
    assert await workers.run(sorted, 20, "x", [3, 1], reverse=True) == [3, 1]


async def test_a_process_serves_one_request_after_the_other(workers: Workers) -> None:
    assert len({await workers.run(os.getpid, 20, "x") for _ in range(3)}) == 1


async def test_a_parent_that_once_had_much_memory_does_not_cost_its_processes_their_lives(workers: Workers) -> None:
    much = bytearray(450 << 20)
    much[:: 1 << 12] = b"x" * len(much[:: 1 << 12])
    assert len({await workers.run(os.getpid, 20, "x") for _ in range(2)}) == 1
    del much


async def test_work_that_hangs_is_killed_and_the_next_is_done(workers: Workers) -> None:
    with pytest.raises(FetchError, match=r"timeout: slow\.pdf .*more than 0\.2 s"):
        await workers.run(time.sleep, 0.2, "slow.pdf", 100)
    assert workers.processes == ()
    assert await workers.run(abs, 20, "x", -1) == 1


@pytest.mark.parametrize(("dies", "args"), [(os._exit, (3,)), (os.abort, ())])
async def test_a_process_that_dies_fails_one_request_alone(
    workers: Workers, dies: object, args: tuple[int, ...]
) -> None:
    with pytest.raises(FetchError, match="ended its process"):
        await workers.run(dies, 20, "x", *args)
    assert await workers.run(abs, 20, "x", -1) == 1


async def test_a_process_killed_while_it_waits_is_replaced(workers: Workers) -> None:
    pid = await workers.run(os.getpid, 20, "x")
    psutil.Process(pid).kill()
    while pid in workers.processes:
        with contextlib.suppress(FetchError):
            assert await workers.run(os.getpid, 20, "x") != pid


@LINUX
async def test_work_that_takes_too_much_memory_is_refused_and_its_process_is_gone(workers: Workers) -> None:
    with pytest.raises(FetchError, match=r"too_large: x .*memory"):
        await workers.run(bytearray, 20, "x", 4 << 30)
    assert workers.processes == ()
    assert await workers.run(abs, 20, "x", -1) == 1


@LINUX
async def test_a_process_that_once_had_much_memory_gives_it_back_by_ending(workers: Workers) -> None:
    assert await workers.run(eval, 20, "x", "len(b'x' * (500 << 20))") == 500 << 20
    assert workers.processes == ()


async def test_any_error_of_a_library_is_a_refusal(workers: Workers) -> None:
    with pytest.raises(FetchError, match=r"unreadable: x .*ValueError"):
        await workers.run(int, 20, "x", "no number")
    with pytest.raises(FetchError, match=r"unreadable: x .*SystemExit|ended its process"):
        await workers.run(sys.exit, 20, "x", 1)


async def test_a_reply_makes_nothing_but_nouns(workers: Workers) -> None:
    with pytest.raises(FetchError, match="unreadable"):
        await workers.run(eval, 20, "x", "__import__('pathlib').PurePosixPath('x')")
    assert await workers.run(abs, 20, "x", -1) == 1


async def test_a_process_does_not_know_the_token(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:INVENTED")
    assert await workers.run(os.getenv, 20, "x", "TELEGRAM_BOT_TOKEN") is None


async def test_what_a_library_prints_is_no_reply(workers: Workers) -> None:
    assert await workers.run(os.write, 20, "x", 1, b"noise") == 5
    assert await workers.run(abs, 20, "x", -1) == 1


async def test_there_are_never_more_processes_than_allowed_and_all_work_is_done(workers: Workers) -> None:
    pids = await asyncio.gather(*(workers.run(os.getpid, 20, "x") for _ in range(8)))
    assert 1 <= len(set(pids)) <= 2


async def test_the_loop_goes_on_while_work_hangs(workers: Workers) -> None:
    hanging = asyncio.create_task(workers.run(time.sleep, 60, "x", 60))
    assert await workers.run(abs, 20, "x", -1) == 1
    assert not hanging.done()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_cancelling_kills_the_work(workers: Workers) -> None:
    task = asyncio.create_task(workers.run(time.sleep, 60, "x", 60))
    await until(lambda: bool(workers.processes))
    (pid,) = workers.processes
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert workers.processes == ()
    assert pid not in children()


async def test_an_idle_process_goes() -> None:
    workers = Workers(idle_seconds=0.01)
    pid = await workers.run(os.getpid, 20, "x")
    await until(lambda: pid not in children())
    assert workers.processes == ()
    await workers.close()


async def test_closing_ends_work_that_runs_and_refuses_more() -> None:
    workers = Workers()
    task = asyncio.create_task(workers.run(time.sleep, 60, "x", 60))
    await until(lambda: bool(workers.processes))
    await workers.close()
    with pytest.raises(FetchError):
        await task
    with pytest.raises(FetchError, match="shutting down"):
        await workers.run(abs, 20, "x", -1)
    assert children() == set()


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 100])
async def test_closing_while_a_process_starts_leaves_none_behind(turns: int) -> None:
    workers = Workers()
    tasks = [asyncio.create_task(workers.run(time.sleep, 60, "x", 60)) for _ in range(4)]
    for _ in range(turns):
        await asyncio.sleep(0)
    await workers.close()
    assert all(isinstance(each, FetchError) for each in await asyncio.gather(*tasks, return_exceptions=True))
    assert workers.processes == ()
    assert children() == set()


def test_a_process_does_not_outlive_a_parent_that_was_killed() -> None:
    program = (
        "import asyncio, os\n"
        "from bot.feeds.workers import Workers\n"
        "async def main():\n"
        "    print(await Workers().run(os.getpid, 20, 'x'), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(done.stdout))
        if process.status() != psutil.STATUS_ZOMBIE:  # where nobody reaps orphans
            process.wait(20)
