"""Digests of the ledger → the forms they are sent in: rendered once, kept in the ledger, encoded once a process.

It sends nothing. A hundred thousand chats with a thousand wishes cost a thousand renderings.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.chat.pages import Page
from bot.chat.render import Message, kept_message, message_from_kept
from bot.chat.send import Form, forms
from bot.model import Chat, DeliveryKind, Digest, Vocabulary
from bot.service.ports import Offload, Store

REMEMBERED = 1024  # digests, of some 20 KB each

Forms = tuple[tuple[Form, ...], ...]
"""For each part of a digest the ways to send it."""


class Rendered:
    """Gives out a digest's forms; the first to come renders it."""

    def __init__(
        self, store: Store, offload: Offload, vocabulary: Callable[[], Vocabulary], *, paid: bool = False
    ) -> None:
        self._store = store
        self._offload = offload
        self._vocabulary = vocabulary
        self._paid = paid
        self._made: OrderedDict[int, asyncio.Task[Forms]] = OrderedDict()

    async def forms(self, digest_id: int, kind: DeliveryKind) -> Forms:
        """Return the forms of a digest's parts, as they were first rendered.

        Raises:
            StoreError: there is no such digest, or the ledger can't keep what was rendered.
        """
        making = self._made.get(digest_id)
        if making is None:
            making = self._made[digest_id] = asyncio.create_task(self._make(digest_id, kind))
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(digest_id)
        try:
            return await asyncio.shield(making)  # others wait for the same
        except Exception:
            if self._made.get(digest_id) is making:
                del self._made[digest_id]
            raise

    async def _make(self, digest_id: int, kind: DeliveryKind) -> Forms:
        return await self._offload(self._made_now, digest_id, kind)

    def _made_now(self, digest_id: int, kind: DeliveryKind) -> Forms:
        kept = self._store.digest_messages(digest_id)
        if kept is None:
            rendered = laid_out(self._store.digest(digest_id), kind, self._vocabulary())
            self._store.keep_digest_messages(digest_id, [kept_message(part) for part in rendered])
            kept = self._store.digest_messages(digest_id) or ()  # another process may have been first
        return tuple(forms(message_from_kept(part), paid=self._paid) for part in kept)


def laid_out(digest: Digest, kind: DeliveryKind, vocabulary: Vocabulary) -> list[Message]:  # noqa: ARG001 -- one look for all kinds, so far
    """Lay out what a delivery brings, as its kind wants it."""
    page = Page(vocabulary, digest.until_at, Chat(0, language=digest.language))
    return page.digest(digest)
