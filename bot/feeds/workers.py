"""CPU work on what comes from outside, in processes that can be killed; it knows nothing of pages and documents.

Processes start when there is work, at most `most` at a time, wait `idle_seconds` for more, and are gone then. Work that
takes too long is killed with its process; a process that dies (a segmentation fault, no memory) fails one request,
and the next one gets a new process. Nothing is left behind by `close` or by a cancelled request.

A process gets neither this one's environment, in which the bot's token may stand, nor more to say in its replies than
the nouns in `SPOKEN`: a parser that was taken over by a document has nothing to take.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from bot.errors import FetchError
from bot.feeds.worker import HEAD

P = ParamSpec("P")
T = TypeVar("T")

MEMORY = 1 << 30
"""Bytes of address space of a process. A page of 5 MB takes 200 to 400 MB, the libraries and their threads 300."""

IDLE_SECONDS = 30.0
START_SECONDS = 20.0
"""Longest time a process may take to start; it takes 0.1 s, and some seconds on a machine that swaps."""

LONGEST_REPLY = 64 << 20
"""Bytes of a reply: more text than any page or document of the sizes that are read can hold."""

_INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")

SPOKEN = frozenset(
    {
        ("bot.model.articles", "Page"),
        ("bot.model.articles", "ParsedFeed"),
        ("bot.model.articles", "FeedEntry"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("copyreg", "_reconstructor"),
        ("builtins", "object"),
    }
)
"""What a reply may consist of, beside texts, numbers and their collections."""


class _Replies(pickle.Unpickler):
    """Reads replies, and refuses to make anything else of them than what they may consist of."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) not in SPOKEN:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a reply")
        return super().find_class(module_name, global_name)


class _Worker:
    """A process, and the timer that ends it while it has nothing to do."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.timer: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, memory: int) -> _Worker:
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path) or os.curdir
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.feeds.worker", str(memory)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment,
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await worker.reply()
        except BaseException:
            await worker.kill()
            raise
        return worker

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    async def ask(self, request: bytes) -> tuple[str, Any, bool]:
        assert self.process.stdin is not None
        self.process.stdin.write(HEAD.pack(len(request)) + request)
        await self.process.stdin.drain()
        return await self.reply()

    async def reply(self) -> tuple[str, Any, bool]:
        assert self.process.stdout is not None
        (length,) = HEAD.unpack(await self.process.stdout.readexactly(HEAD.size))
        if length > LONGEST_REPLY:
            raise pickle.UnpicklingError(f"a reply of {length} bytes")
        kind, value, last = _Replies(io.BytesIO(await self.process.stdout.readexactly(length))).load()
        return kind, value, last

    async def kill(self) -> None:
        """End the process at once, and wait until it is gone."""
        if self.timer is not None:
            self.timer.cancel()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        await self.process.wait()
        transport = self.process._transport  # type: ignore[attr-defined]  # noqa: SLF001 -- else it is closed by chance
        transport.close()


class Workers:
    """Processes for CPU work.

    Args:
        most: how many at a time; more work waits its turn.
        idle_seconds: how long a process waits for more work.
        memory: bytes a process may have, where the system can bound them.
    """

    def __init__(self, *, most: int = 2, idle_seconds: float = IDLE_SECONDS, memory: int = MEMORY) -> None:
        self.most = most
        self._turns = asyncio.Semaphore(most)
        self._idle_seconds = idle_seconds
        self._memory = memory
        self._free: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes there are now."""
        return tuple(worker.process.pid for worker in self._all)

    async def run(
        self, function: Callable[P, T], seconds: float, address: str, /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function of a module in a process and return what it returns.

        Args:
            function: found by its name in its module; what it returns consists of what is `SPOKEN`.
            seconds: how long it may take, from the moment its process is ready.
            address: what an error names.
            *args: the function's own.
            **kwargs: the function's own.

        Raises:
            FetchError: what the function raised; `timeout`; `too_large` for memory; `unreadable` for a process that
                died and for any other error.
        """
        async with self._turns:
            request = pickle.dumps((function, args, kwargs, seconds))  # not before: what waits would be there twice
            worker = await self._take(address)
            try:
                async with asyncio.timeout(seconds):
                    kind, value, last = await worker.ask(request)
            except TimeoutError:
                await self._end(worker)
                raise FetchError("timeout", address, detail=f"reading it took more than {seconds:g} s") from None
            except (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError, ValueError) as error:
                await self._end(worker)
                raise FetchError("unreadable", address, detail="reading it ended its process") from error
            except BaseException:
                await self._end(worker)
                raise
            await self._give_back(worker, last=last)
        if kind == "error":
            reason, named, detail = value
            raise FetchError(reason, named or address, detail=detail)
        return cast("T", value)

    async def close(self) -> None:
        """End all processes, busy ones too, and wait until they are gone."""
        self._closed = True
        await asyncio.gather(*(self._end(worker) for worker in list(self._all)), *self._ending)
        for _ in range(self.most):  # a process that is just starting ends when its turn is up
            await self._turns.acquire()
        for _ in range(self.most):
            self._turns.release()

    async def _take(self, address: str) -> _Worker:
        """Return a process that waits, or a new one."""
        worker = None if self._closed else await self._waiting() or await self._new(address)
        if self._closed and worker is not None:
            await self._end(worker)
        if self._closed or worker is None:
            raise FetchError("unreadable", address, detail="the bot is shutting down")
        return worker

    async def _waiting(self) -> _Worker | None:
        while self._free:
            worker = self._free.pop()
            if worker.timer is not None:
                worker.timer.cancel()
            if worker.is_alive:
                return worker
            await self._end(worker)
        return None

    async def _new(self, address: str) -> _Worker:
        try:
            worker = await _Worker.start(self._memory)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise FetchError("unreadable", address, detail=f"no process to read it: {error}") from error
        self._all.add(worker)
        return worker

    async def _give_back(self, worker: _Worker, *, last: bool) -> None:
        if last or self._closed:
            await self._end(worker)
            return
        worker.timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, worker)
        self._free.append(worker)

    def _retire(self, worker: _Worker) -> None:
        if worker in self._free:
            self._free.remove(worker)
            task = asyncio.ensure_future(self._end(worker))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end(self, worker: _Worker) -> None:
        """End a process even if this call is cancelled meanwhile."""
        task = asyncio.ensure_future(worker.kill())
        self._all.discard(worker)
        if worker in self._free:
            self._free.remove(worker)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        await asyncio.shield(task)
