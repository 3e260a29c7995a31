"""Lets aiohttp connect to public addresses only, whatever a name stands for; it sends nothing.

Two walls, one behind the other: the resolver hands on public addresses only, and each socket is refused in the very
call that would make it for an address that is not public. Between the second and the connection there is no name any
more, so that an answer of a name server that changes (rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.feeds.addresses import is_public

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""A host name → its numeric addresses; OSError where it has none."""

LOOKUPS = 16  # threads: a name server that is silent holds one for half a minute, and must not hold everybody's


class ClosedAddressError(OSError):
    """A name stands for no public address, or a connection to another one was about to be made."""


class SystemLookup:
    """Names as the operating system resolves them, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    async def __call__(self, host: str) -> Sequence[str]:
        """Look a name up.

        Raises:
            OSError: it has no address, or no name server answers.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _addresses_of, host)

    def close(self) -> None:
        """Let the threads end as soon as they can."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver on a lookup; public addresses only, unless it is for trusted hosts.

    Args:
        lookup: who knows the addresses.
        trusting: hand on every address.
    """

    def __init__(self, lookup: Lookup, *, trusting: bool = False) -> None:
        self._lookup = lookup
        self._trusting = trusting

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses that may be connected to.

        Raises:
            ClosedAddressError: the name has addresses, none of them public.
            OSError: it has none.
        """
        found = await self._lookup(host)
        open_ones = [address for address in found if self._trusting or is_public(address)]
        if not open_ones:
            raise ClosedAddressError(f"{host} stands for no public address") if found else OSError(f"{host} is unknown")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in open_ones
            if family in {socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET}
        ]

    async def close(self) -> None:
        """Nothing is open."""


def public_socket(target: AddrInfoType) -> socket.socket:
    """Make the socket of a connection, if that goes to a public address.

    Raises:
        ClosedAddressError: it does not.
    """
    family, kind, protocol, _, address = target
    if not is_public(str(address[0])):
        raise ClosedAddressError(f"{address[0]} is no public address")
    return socket.socket(family, kind, protocol)


def _addresses_of(host: str) -> list[str]:
    # as bytes: a text would be written in IDNA once more, by older rules
    found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
