"""The process that reads what comes from outside: one request at a time from stdin, one reply each on stdout.

It decides nothing about when it is started, killed or trusted; `bot.feeds.workers` does. It ends by itself when its
parent is gone, when a request takes too long (an alarm of the system, in case the parent is gone too), and after a
request that took much memory, so that this goes back to the system.

A frame is four bytes of length, big-endian, and a pickle. Request: (function, args, kwargs, seconds). Reply:
(kind, value, last): `value` or `error` with what it was, and whether the process ends now. The first frame says that
it is ready.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import CommuniqueError, FetchError

HEAD = struct.Struct(">I")

GRACE = 5.0
"""Seconds after a request's time at which the process ends itself; its parent, if there is one, was faster."""

HEAVY = 400 << 20
"""Bytes of memory a process may once have had and still stay: trafilatura and its dictionaries take 100 MB, a page of
5 MB 200 to 300 more. Python gives little of it back while it lives."""


def main() -> None:
    """Serve requests until there are no more; the first argument is the most memory, in bytes."""
    _limit(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches all; the parent says when to end
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the replies
    gc.disable()  # what the first request loads stays: to look through it again and again takes a quarter of that time
    _send(replies, ("ready", None, False))
    while (request := _receive(requests)) is not None:
        last = _answer(request, replies)
        if last:
            break
        if not gc.get_freeze_count():
            gc.freeze()  # a full round of the collector over what was loaded takes 50 ms
            gc.enable()


def _limit(memory: int) -> None:
    """Bound this process where the system can: macOS knows no limit of the address space."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _receive(requests: BinaryIO) -> bytes | None:
    head = requests.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    return requests.read(length)


def _send(replies: BinaryIO, reply: tuple[str, Any, bool]) -> None:
    raw = pickle.dumps(reply)
    replies.write(HEAD.pack(len(raw)) + raw)
    replies.flush()


def _answer(request: bytes, replies: BinaryIO) -> bool:
    """Answer one request; say whether the process shall end."""
    try:
        function, args, kwargs, seconds = pickle.loads(request)  # noqa: S301 -- from the parent, over its own pipe
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
        kind, value = "value", function(*args, **kwargs)
    except FetchError as error:
        kind, value = "error", (error.reason, error.address, error.detail)
    except CommuniqueError as error:
        kind, value = "error", ("unreadable", "", str(error))
    except MemoryError:
        kind, value = "error", ("too_large", "", "it takes too much memory to read")
    except Exception as error:  # noqa: BLE001 -- the edge of the process: what a library throws is this request's alone
        kind, value = "error", ("unreadable", "", f"{type(error).__name__} while reading it")
    signal.setitimer(signal.ITIMER_REAL, 0)
    last = _most_memory() > HEAVY or value == ("too_large", "", "it takes too much memory to read")
    _send(replies, (kind, value, last))
    return last


def _most_memory() -> int:
    """Return the most memory this process ever had, in bytes; 0 where the system does not tell.

    On Linux `ru_maxrss` of a process that was just started is its parent's peak, so that the kernel's own account of
    this process alone is read there.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
