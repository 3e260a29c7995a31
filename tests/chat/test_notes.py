"""Notes are kept in batches, all of them, in the order in which they were put down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import structlog

from bot.chat import notes as notes_module
from bot.chat.notes import Notes
from bot.errors import StoreError
from bot.model import DeliveryState, Note

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Ledger:
    def __init__(self, *, failures=()):
        self.batches = []
        self.failures = list(failures)

    def note_deliveries(self, notes):
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append([note.delivery_id for note in notes])


async def offload(function, *args):
    await asyncio.sleep(0.01)
    return function(*args)


def note(number):
    return Note(number, NOW, DeliveryState.SENT)


async def test_alone_a_note_is_kept_at_once_and_those_that_come_meanwhile_together():
    ledger = Ledger()
    notes = Notes(ledger, offload)
    await asyncio.gather(*(notes.put(note(n)) for n in range(5)), _later(notes, 5), _later(notes, 6))
    assert ledger.batches == [[0, 1, 2, 3, 4], [5, 6]]
    assert notes.writable


async def _later(notes, number):
    await asyncio.sleep(0.005)
    await notes.put(note(number))


async def test_what_cannot_be_kept_is_tried_until_it_can_and_said_once(monkeypatch):
    monkeypatch.setattr(notes_module, "FIRST_PAUSE", notes_module.FIRST_PAUSE / 50)
    ledger = Ledger(failures=[StoreError("the disk is full")] * 3)
    notes = Notes(ledger, offload)
    with structlog.testing.capture_logs() as logs:
        putting = asyncio.create_task(notes.put(note(1)))
        await asyncio.sleep(0.02)
        assert not notes.writable
        await putting
    assert notes.writable
    assert ledger.batches == [[1]]
    assert [log["event"] for log in logs] == ["ledger_unwritable", "ledger_writable"]


async def test_a_mistake_of_ours_is_told_to_who_waits_and_the_next_batch_goes_on():
    ledger = Ledger(failures=[ValueError("a naive datetime is no instant")])
    notes = Notes(ledger, offload)
    with pytest.raises(ValueError, match="naive"):
        await notes.put(note(1))
    await notes.put(note(2))
    assert ledger.batches == [[2]]


async def test_one_that_was_closed_keeps_nothing_more():
    ledger = Ledger()
    notes = Notes(ledger, offload)
    putting = asyncio.create_task(notes.put(note(1)))
    await asyncio.sleep(0)
    notes.close()
    await asyncio.sleep(0.05)
    assert not putting.done()
    putting.cancel()
    assert ledger.batches == []
