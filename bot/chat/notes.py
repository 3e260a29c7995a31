"""Notes on deliveries → the ledger, many in one transaction; it decides nothing about them.

Whoever puts a note down waits until it is kept. While one transaction is written, the next one's notes gather: alone a
note is kept at once, and under load hundreds share a flush to disk. What can't be written, the disk being full or the
database held, is tried until it can; meanwhile nothing new may be sent (`writable`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from bot.core.timing import backoff
from bot.errors import StoreError
from bot.model import Note
from bot.service.ports import Offload

log = structlog.get_logger(__name__)

MOST = 500  # notes in one transaction
FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=15)


class Keeps(Protocol):
    """Where notes are kept: the ledger."""

    def note_deliveries(self, notes: Sequence[Note]) -> int:
        """Note, all or none."""


class Notes:
    """Gathers notes and writes them, on the event loop it is used from."""

    def __init__(self, ledger: Keeps, offload: Offload) -> None:
        self._ledger = ledger
        self._offload = offload
        self._waiting: list[tuple[Note, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._failures = 0

    async def put(self, note: Note) -> None:
        """Put a note down; return when it is kept."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await kept

    @property
    def writable(self) -> bool:
        """Whether the ledger took the last notes, so that what is sent now can be noted."""
        return self._writable.is_set()

    def close(self) -> None:
        """Write no longer; what is not kept by now is not kept."""
        if self._writer is not None:
            self._writer.cancel()

    async def _write(self) -> None:
        """Write until nothing waits."""
        try:
            while self._waiting:
                batch = self._waiting[:MOST]
                broken: Exception | None = None
                try:
                    await self._keep([note for note, _ in batch])
                except Exception as error:  # the edge of this loop: who waits is told, and the next batch goes on
                    log.exception("notes_broken", notes=len(batch))
                    broken = error
                del self._waiting[: len(batch)]
                for _, kept in batch:
                    if kept.done():
                        continue
                    if broken is None:
                        kept.set_result(None)
                    else:
                        kept.set_exception(broken)
        finally:
            self._writer = None

    async def _keep(self, notes: list[Note]) -> None:
        """Write a batch, however often it takes."""
        while True:
            try:
                await self._offload(self._ledger.note_deliveries, notes)
            except StoreError as error:
                self._failures += 1
                self._writable.clear()
                if self._failures == 1:
                    log.error("ledger_unwritable", reason=str(error), notes=len(notes))  # noqa: TRY400 -- said in one line
                pause = backoff(self._failures, first=FIRST_PAUSE, most=LONGEST_PAUSE)
                await asyncio.sleep(pause.total_seconds())
            else:
                if self._failures:
                    log.info("ledger_writable", tries=self._failures)
                self._failures = 0
                self._writable.set()
                return
