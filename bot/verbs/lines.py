"""JSON Lines in, a line for each out, in the same order: what the verbs that stream have in common.

It knows no verb: what is done with a line is given to it, and where it is done in several processes stands in
`lineworkers.py`. Memory is bounded: no more than `MOST_WAITING` lines and `MOST_BYTES` of them are held, and nothing is
read while a slow reader holds the answers back.

A line that can't be answered is answered by `{"id"?, "line": n, "error": …}` and the exit status is 1 at the end;
the other lines are done all the same.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from bot.chat import words
from bot.errors import ArticleError, CommuniqueError, RefusalError
from bot.verbs.output import dumped

Work = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What is done with the object of a line; it may raise any error of ours."""

LONGEST_LINE = 64 << 20
"""Bytes of a line; a longer one is named and passed over. A book has 1 to 5 MB."""

LONGEST_WORK = 60.0
"""Seconds a line may take: an article takes milliseconds, 10 MB of text about 20 seconds."""

MOST_WAITING = 256
"""Lines held at a time, answered ones that wait for a slow one before them included."""

MOST_BYTES = 64 << 20
"""Bytes of lines held at a time; a single longer one is held alone."""

ALONE = 24
"""Lines that one process answers before there are more processes: a tenth of a second, more than starting them costs
where they can be forked. Most inputs that people type or paste are shorter."""

_CHUNK = 1 << 16  # bytes read at a time: what a pipe holds


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the input: its number, from 1, and its bytes, or None where it is longer than `LONGEST_LINE`."""

    number: int
    raw: bytes | None

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return len(self.raw or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written for a line, and whether the line was done."""

    raw: bytes
    done: bool


class Lines:
    """The lines of a stream that are not blank, read by chunks as they come.

    Args:
        source: a binary stream; one without a file descriptor is taken to be always ready.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._begun: list[bytes] = []
        self._size = 0
        self._number = 1
        self._waiting: deque[Line] = deque()
        self.ended = False

    @property
    def descriptor(self) -> int | None:
        """What can be waited on for more, or None."""
        try:
            return self._source.fileno()
        except (OSError, io.UnsupportedOperation):
            return None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> Line:
        """Return the next line that was read."""
        return self._waiting.popleft()

    def read(self) -> None:
        """Read a chunk, waiting for it."""
        # A read of more than the stream's own buffer leaves nothing in there that waiting would not see.
        chunk: bytes = self._source.read1(_CHUNK)  # type: ignore[attr-defined] # every buffered stream has it
        if not chunk:
            self.ended = True
            if self._size:
                self._close()
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            self._add(piece)
            self._close()
        self._add(rest)

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > LONGEST_LINE:
            self._begun.clear()
        else:
            self._begun.append(piece)

    def _close(self) -> None:
        raw = b"".join(self._begun) if self._size <= LONGEST_LINE else None
        if raw is None or raw.strip():
            self._waiting.append(Line(self._number, raw))
        self._begun, self._size = [], 0
        self._number += 1


def answer_lines(source: BinaryIO, make: Callable[[], Work], *, parallel: bool = False) -> int:
    """Answer each line of a stream on stdout, in order; return the exit status.

    Args:
        source: the JSON Lines.
        make: makes what is done with a line; where processes can't be forked it must be picklable.
        parallel: whether a line's answer depends on that line alone, so that lines can be done side by side, in as
            many processes as there are cores. They start once `ALONE` lines were answered and more are there already.
    """
    lines = Lines(source)
    work = make()
    gc.freeze()  # what was made stays: the collector need not go through it again and again
    status = _alone(lines, work, most=ALONE if parallel and cores() > 1 else None)
    if lines.ended and not lines:
        return status
    from bot.verbs.lineworkers import answer_side_by_side

    return max(status, answer_side_by_side(lines, work, make))


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS has no such thing
        return os.cpu_count() or 1


def _alone(lines: Lines, work: Work, *, most: int | None) -> int:
    """Answer lines in this process until there are no more, or `most` were answered and the next one is there."""
    status = answered = 0
    while True:
        while lines:
            if most is not None and answered >= most:
                return status
            answer = answer_to(lines.take(), work)
            write(answer)
            status |= not answer.done
            answered += 1
        if lines.ended:
            return status
        sys.stdout.flush()  # whoever waits for these before sending more must have them
        lines.read()


def write(answer: Answer) -> None:
    """Write an answer, waiting for whoever reads them."""
    sys.stdout.buffer.write(answer.raw)


def answer_to(line: Line, work: Work) -> Answer:
    """Return the answer to one line: what the work says of it, or what is wrong with it."""
    known: dict[str, Any] = {}
    try:
        with time_limit(LONGEST_WORK):
            item = _item(line)
            known = {"id": item["id"]} if "id" in item else {}
            return Answer(f"{dumped(work(item))}\n".encode(), done=True)
    except RefusalError as error:
        said = words.refusal(error.reason, error.count)
    except (CommuniqueError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
    except _TooSlowError:
        said = f"it takes more than {LONGEST_WORK:.0f} seconds"
    except Exception as error:  # noqa: BLE001 -- the edge of the stream: one line must never stop the others
        said = f"{type(error).__name__} while reading it"
    return wrong(line, said, known)


def wrong(line: Line, said: str, known: Mapping[str, Any] | None = None) -> Answer:
    """Return the answer to a line that could not be done.

    Args:
        line: the line.
        said: why not.
        known: its id, where it is known already; else it is looked for.
    """
    if known is None:
        with contextlib.suppress(ArticleError, ValueError, RecursionError):
            item = _item(line)
            known = {"id": item["id"]} if "id" in item else {}
    return Answer(f"{dumped({**(known or {}), 'line': line.number, 'error': said})}\n".encode(), done=False)


def _item(line: Line) -> dict[str, Any]:
    if line.raw is None:
        raise ArticleError(f"a line of more than {LONGEST_LINE >> 20} MB")
    item = json.loads(line.raw)
    if not isinstance(item, dict):
        raise ArticleError("a line must be a JSON object")
    return item


class _TooSlowError(BaseException):
    """A line's time is up; no `except` on the way may take it for an error of the text."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop what is done here when its time is up; outside the main thread, which alone hears alarms, nothing stops it.

    Python's loops and its regular expressions can be stopped like this; a library that hangs in C can't, and is ended
    with its process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
