from __future__ import annotations

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
