"""Answers lines in several processes, in the order of the lines; it knows no verb and does nothing with a line itself.

Processes are forked on Linux, where they share what was loaded before (a process costs about 40 MB of its own); macOS,
whose system libraries do not survive a fork, gets fresh ones, which load everything again.

Rules
    1. A process has at most one batch; its answers come one by one, so that a process that dies costs the line it was
       at and no other: the rest of its batch is given to another, and a new process takes its place.
    2. A process that is late with an answer (`GRACE` seconds beyond the time it has to stop the line by itself) is
       killed, and counts as one that died.
    3. No process outlives the stream: they are killed when it ends, in whichever way, and end by themselves when their
       pipe closes because this process was killed. Ctrl+C is heard by this process alone.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import TYPE_CHECKING, Any

from bot.verbs.lines import (
    LONGEST_WORK,
    MOST_BYTES,
    MOST_WAITING,
    Answer,
    Line,
    Lines,
    Work,
    answer_to,
    cores,
    write,
    wrong,
)

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

GRACE = 5.0
"""Seconds a process may be late before it is killed."""

START = 30.0
"""Seconds a process may take in addition for its first answer: a fresh one loads everything, on a slow disk."""

_LARGEST_BATCH = 8  # lines; waking a process costs 0.1 ms, a tenth of what an article takes
_LARGEST_BATCH_BYTES = 1 << 18
_ROUNDS = 2  # batches each process should still get of what waits, so that all end at about the same time


@dataclass(slots=True)
class _Worker:
    """A process, this side of its pipe, and the lines it has not answered yet."""

    process: BaseProcess
    pipe: Connection
    lines: deque[Line] = field(default_factory=deque)
    late_at: float = 0.0
    new: bool = True

    def give(self, batch: Sequence[Line]) -> None:
        """Send it lines; if it is gone, that shows when its answer is awaited."""
        self.lines.extend(batch)
        self._expect()
        with contextlib.suppress(OSError):
            self.pipe.send([(line.number, line.raw) for line in batch])

    def answer(self) -> Answer:
        """Return its answer to the first of its lines.

        Raises:
            EOFError, OSError: it died.
        """
        raw, done = self.pipe.recv()
        self.lines.popleft()
        self.new = False
        self._expect()
        return Answer(raw, done)

    def _expect(self) -> None:
        self.late_at = monotonic() + LONGEST_WORK + GRACE + (START if self.new else 0.0)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class _Stream:
    """The state of a stream: lines that wait for a process, and answers that wait for their turn."""

    def __init__(self, lines: Lines, work: Work, make: Callable[[], Work]) -> None:
        self._work = work
        self._context = _context()
        self._make = partial(_itself, work) if _forks(self._context) else make
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self._order: deque[Line] = deque()  # lines that are not written yet
        self._bytes = 0
        self._answers: dict[int, Answer] = {}
        self._workers: list[_Worker] = []
        self.status = 0
        self._admit()

    def run(self) -> None:
        """Answer all lines."""
        for _ in range(cores()):
            self._start()
        while True:
            self._hand_out()
            if not self._order and self._lines.ended and not self._lines:
                return
            if self._workers:
                self._await()
            else:
                self._work_alone()
            self._write()
            self._admit()  # what was written made room: lines read before must not be left with nobody at work

    def end(self) -> None:
        """Kill the processes."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        # A forked process inherits this side of all pipes, and would keep the others from seeing this process end.
        held = [ours, *(worker.pipe for worker in self._workers)] if _forks(self._context) else []
        process = self._context.Process(target=serve, args=(theirs, held, self._make), daemon=True)
        try:
            process.start()
        except OSError:  # the system has no room for another process; those there are go on
            ours.close()
        else:
            self._workers.append(_Worker(process, ours))
        finally:
            theirs.close()

    def _admit(self) -> None:
        """Take lines that were read, as long as there is room."""
        while self._lines and self._has_room:
            line = self._lines.take()
            self._waiting.append(line)
            self._order.append(line)
            self._bytes += line.size

    @property
    def _has_room(self) -> bool:
        return len(self._order) < MOST_WAITING and self._bytes < MOST_BYTES

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and not worker.lines:
                worker.give(self._batch())

    def _batch(self) -> list[Line]:
        most = min(_LARGEST_BATCH, max(1, len(self._waiting) // (_ROUNDS * len(self._workers))))
        batch = [self._waiting.popleft()]
        size = batch[0].size
        while self._waiting and len(batch) < most and size + self._waiting[0].size <= _LARGEST_BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        return batch

    def _await(self) -> None:
        """Wait for an answer, for more input if there is room for it, or for the moment a process is late."""
        busy = {worker.pipe: worker for worker in self._workers if worker.lines}
        descriptor = self._lines.descriptor
        reads = not self._lines.ended and not self._lines and self._has_room
        now = monotonic()
        late_at = min((worker.late_at for worker in busy.values()), default=None)
        pause = 0.0 if reads and descriptor is None else None if late_at is None else max(0.0, late_at - now)
        ready = wait([*busy, *([descriptor] if reads and descriptor is not None else [])], pause)
        if reads and (descriptor is None or descriptor in ready):
            self._lines.read()
        for pipe, worker in busy.items():
            if pipe in ready:
                self._receive(worker)
            elif worker.late_at <= now:
                self._lose(worker, f"it takes more than {LONGEST_WORK:.0f} seconds")

    def _work_alone(self) -> None:
        """Go on where no process could be started."""
        if self._waiting:
            line = self._waiting.popleft()
            self._answers[line.number] = answer_to(line, self._work)
        else:
            self._lines.read()

    def _receive(self, worker: _Worker) -> None:
        line = worker.lines[0]
        try:
            self._answers[line.number] = worker.answer()
        except (EOFError, OSError):
            self._lose(worker, "the process that read it died")

    def _lose(self, worker: _Worker, why: str) -> None:
        """Answer for a process that is lost, give its other lines back, and start another."""
        line, *rest = worker.lines
        self._answers[line.number] = wrong(line, why)
        self._waiting.extendleft(reversed(rest))
        self._workers.remove(worker)
        worker.end()
        self._start()

    def _write(self) -> None:
        wrote = False
        while self._order and self._order[0].number in self._answers:
            line = self._order.popleft()
            answer = self._answers.pop(line.number)
            self._bytes -= line.size
            self.status |= not answer.done
            write(answer)
            wrote = True
        if wrote:
            sys.stdout.flush()


def answer_side_by_side(lines: Lines, work: Work, make: Callable[[], Work]) -> int:
    """Answer the lines of a stream on stdout, in order, in as many processes as there are cores.

    Args:
        lines: what is left of the stream.
        work: what is done with a line.
        make: makes it anew, in a process that can't share it.

    Returns:
        1 if a line could not be done, else 0.
    """
    sys.stdout.flush()  # else each forked process would write what is still held here
    gc.collect()
    gc.freeze()  # the collector's marks would make each process a copy of what it shares
    stream = _Stream(lines, work, make)
    with _heard_sigterm():
        try:
            stream.run()
        finally:
            stream.end()
            gc.unfreeze()
    return stream.status


class _TerminatedError(BaseException):
    """SIGTERM has come."""


@contextlib.contextmanager
def _heard_sigterm() -> Iterator[None]:
    """Let what is inside clean up when SIGTERM comes, and let the signal end this process then."""

    def hear(_signal: int, _frame: object) -> None:
        raise _TerminatedError

    before = signal.signal(signal.SIGTERM, hear)
    try:
        yield
    except _TerminatedError:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def _context() -> ForkContext | SpawnContext:
    return multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")


def _forks(context: ForkContext | SpawnContext) -> bool:
    return context.get_start_method() == "fork"


def _itself(work: Work) -> Work:
    return work


def serve(pipe: Connection, held: Sequence[Connection], make: Callable[[], Work]) -> None:
    """Answer batches of lines until there are no more: what a process does.

    Args:
        pipe: batches come in, and answers go out, one a line.
        held: what this process inherited and must not keep open.
        make: makes what is done with a line.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in held:
        other.close()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # whoever reads the answers must see their end when this process's parent is gone
    os.close(nowhere)
    work = make()
    with contextlib.suppress(EOFError, OSError):
        while True:
            batch: list[tuple[int, Any]] = pipe.recv()
            for number, raw in batch:
                answer = answer_to(Line(number, raw), work)
                pipe.send((answer.raw, answer.done))
