"""Blocks that take too long end, as with `asyncio.timeout`; only one timer runs for all of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot import limits as limiting
from bot import loop
from bot.limits import Limits


@pytest.fixture
async def limits():
    made = Limits()
    yield made
    made.close()


@pytest.fixture
async def timers(monkeypatch, limits) -> list[float]:
    """Seconds until each timer that the limits set would ring."""
    running, seen = asyncio.get_running_loop(), []
    call_at = running.call_at

    def note(at, callback, *args, **given):
        if getattr(callback, "__self__", None) is limits:
            seen.append(at - running.time())
        return call_at(at, callback, *args, **given)

    monkeypatch.setattr(running, "call_at", note)
    return seen


async def ended(limits: Limits, seconds: float) -> bool:
    try:
        with limits.within(seconds):
            await asyncio.sleep(1)
    except TimeoutError:
        return True
    return False


async def test_what_takes_too_long_ends_whoever_began_first(limits):
    began = asyncio.get_running_loop().time()
    assert await asyncio.gather(*(ended(limits, seconds) for seconds in (0.08, 0.02, 5, 0.05, 0))) == [
        *(True, True, False, True, True)
    ]
    assert 1 <= asyncio.get_running_loop().time() - began < 2


async def test_each_ends_in_its_own_time(limits):
    clock, over = asyncio.get_running_loop().time, []

    async def note(seconds: float) -> None:
        began = clock()
        assert await ended(limits, seconds)
        over.append((seconds, clock() - began))

    await asyncio.gather(*map(note, (0.15, 0.05, 0.1)))
    assert [seconds for seconds, _ in over] == [0.05, 0.1, 0.15]
    assert all(took >= seconds - limiting.FINEST for seconds, took in over)


async def test_what_is_in_time_is_left_alone(limits):
    with limits.within(0.02):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert asyncio.current_task().cancelling() == 0


async def test_the_inner_of_two_ends_without_the_outer(limits):
    with limits.within(5):
        assert await ended(limits, 0.01)
        await asyncio.sleep(0)


@pytest.mark.parametrize("inner", [5, 0.01])
async def test_the_outer_of_two_ends_both(limits, inner):
    async def nested() -> str:
        try:
            with limits.within(0.01):
                await ended(limits, inner)
                return "the inner one alone"
        except TimeoutError:
            return "both"

    assert await nested() == "both"
    assert asyncio.current_task().cancelling() == 0


async def test_a_cancellation_of_somebody_else_stays_one(limits):
    task = asyncio.create_task(ended(limits, 5))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_in_the_moment_in_which_time_is_over_stays_one(limits):
    async def both() -> None:
        with limits.within(0):
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
            await asyncio.sleep(1)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(both())


async def test_an_error_of_the_block_is_told_and_not_the_end(limits):
    async def fail_late() -> None:
        with limits.within(0.01):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(1)
            raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        await fail_late()
    assert asyncio.current_task().cancelling() == 0


async def test_one_timer_watches_over_many_and_is_set_anew_only_for_an_earlier_end(limits, timers):
    async def brief(seconds: float) -> None:
        with limits.within(seconds):
            await asyncio.sleep(0)

    await asyncio.gather(*(brief(60) for _ in range(50)))
    await brief(70)
    assert len(timers) == 1
    await brief(10)
    assert [round(seconds) for seconds in timers] == [60, 10]


async def test_a_timer_that_rings_for_nobody_is_not_set_again(limits, timers):
    with limits.within(0.01):
        await asyncio.sleep(0)
    await asyncio.sleep(0.03)
    assert len(timers) == 1
    assert await ended(limits, 0.01)


async def test_nobody_is_ended_after_the_limits_were_closed_and_they_can_be_used_again(limits):
    with limits.within(0.01):
        limits.close()
        await asyncio.sleep(0.03)
    assert await ended(limits, 0.01)


async def test_only_tasks_have_blocks_that_can_be_ended(limits):
    told = asyncio.get_running_loop().create_future()

    def enter() -> None:
        try:
            limits.within(1).__enter__()
        except RuntimeError as error:
            told.set_result(str(error))

    asyncio.get_running_loop().call_soon(enter)
    assert "task" in await told


def test_it_is_the_same_on_the_loop_that_the_bot_runs_on():
    async def both() -> list[bool]:
        limits = Limits()
        return await asyncio.gather(ended(limits, 0.02), ended(limits, 5), ended(limits, 0.01))

    assert loop.run(both()) == [True, False, True]
