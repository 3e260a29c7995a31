from __future__ import annotations

import asyncio

import pytest

from bot.feeds.turns import Turns


async def test_a_pause_lies_between_two_requests_to_a_host(monkeypatch):
    pauses = []

    async def sleep(seconds):
        pauses.append(round(seconds))

    monkeypatch.setattr("bot.feeds.turns.asyncio.sleep", sleep)
    turns = Turns(patience=5)
    for host in ("news.example", "news.example", "other.example", "news.example"):
        async with turns.turn(host, pause=60):
            pass
    assert pauses == [60, 60]


async def test_only_so_many_hosts_are_remembered():
    turns = Turns(patience=5, most_hosts=3)
    async with turns.turn("kept.example"):
        for number in range(9):
            turns.hold(f"{number}.example", 60, 429)
        assert len(turns) == 3
        assert turns.held("8.example") is not None
        assert turns.held("0.example") is None
    assert turns.held("kept.example") is None


async def test_those_who_wait_go_on_one_by_one_in_their_order():
    turns, there, seen = Turns(patience=60), 0, []

    async def visit(number):
        nonlocal there
        async with turns.turn("news.example"):
            there += 1
            assert there == 1
            seen.append(number)
            await asyncio.sleep(0)
            there -= 1

    await asyncio.gather(*map(visit, range(5)), turns.turn("other.example").__aenter__())
    assert seen == [0, 1, 2, 3, 4]


async def test_who_waits_too_long_gives_up_and_the_turn_is_not_lost():
    turns = Turns(patience=0.001)
    async with turns.turn("news.example"):
        with pytest.raises(TimeoutError):
            await turns.turn("news.example").__aenter__()
    async with turns.turn("news.example"):
        pass


@pytest.mark.parametrize("rounds", range(4))
async def test_a_turn_that_comes_to_one_who_was_cancelled_goes_on_to_the_next(rounds):
    turns, seen = Turns(patience=60), []

    async def visit(number):
        async with turns.turn("news.example"):
            seen.append(number)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(visit(number)) for number in range(3)]
    for _ in range(rounds):
        await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(20), turns.turn("news.example"):
        assert seen in ([0, 2], [0, 1, 2])


async def test_one_who_is_cancelled_in_the_pause_gives_the_turn_back():
    turns = Turns(patience=60)
    async with turns.turn("news.example", pause=60):
        pass
    paused = asyncio.create_task(turns.turn("news.example").__aenter__())
    await asyncio.sleep(0)
    paused.cancel()
    await asyncio.gather(paused, return_exceptions=True)
    turns.hold("news.example", 0, 429)
    assert not turns._hosts["news.example"].taken
    assert turns._hosts["news.example"].waiting == 0


async def test_each_of_those_who_wait_gives_up_in_its_own_time():
    turns, given_up = Turns(patience=0.05), []

    async def wait(number):
        try:
            await turns.turn("news.example").__aenter__()
        except TimeoutError:
            given_up.append(number)

    async with turns.turn("news.example"):
        waiting = []
        for number in range(3):
            waiting.append(asyncio.create_task(wait(number)))
            await asyncio.sleep(0.01)
        waiting[0].cancel()
        await asyncio.wait(waiting)
    assert given_up == [1, 2]
    async with turns.turn("news.example"):
        assert not turns._hosts["news.example"].queue
