"""Digests of the ledger → the forms they are sent in: rendered once, kept in the ledger, encoded once a process.

A review has the week's chart in front of it.

It sends nothing. A hundred thousand chats with a thousand wishes cost a thousand renderings.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.chat.pages import Page
from bot.chat.pictures import Pictures, chart_message
from bot.chat.render import Message, classic_parts, kept_message, message_from_kept
from bot.chat.send import Form, forms
from bot.model import Chat, DeliveryKind, Digest, DigestKind, Vocabulary
from bot.service.ports import Draw, Offload
from bot.service.stores import Store
from bot.service.trends import Trends

WEEK = 7  # days of a review's chart
REMEMBERED = 1024  # digests, of some 20 KB each

Forms = tuple[tuple[Form, ...], ...]
"""For each part of a digest the ways to send it."""


class Rendered:
    """Gives out a digest's forms; the first to come renders it."""

    def __init__(
        self,
        store: Store,
        offload: Offload,
        vocabulary: Callable[[], Vocabulary],
        *,
        paid: bool = False,
        rich: bool = False,
        draw: Draw | None = None,
    ) -> None:
        self._store = store
        self._trends = Trends(store)
        self._pictures = Pictures(draw)
        self._offload = offload
        self._vocabulary = vocabulary
        self._paid = paid
        self._rich = rich
        self._made: OrderedDict[tuple[int, bool], asyncio.Task[Forms]] = OrderedDict()

    async def forms(self, digest_id: int, kind: DeliveryKind, *, rich: bool) -> Forms:
        """Return the forms of a digest's parts, as they were first rendered; rich, or the classic parts of the same.

        A rich digest is one part behind those that lead both forms, so that one of which more went out is classic.

        Raises:
            StoreError: there is no such digest, or the ledger can't keep what was rendered.
        """
        key = (digest_id, rich and self._rich)
        making = self._made.get(key)
        if making is None:
            making = self._made[key] = asyncio.create_task(self._make(digest_id, kind, rich=key[1]))
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        try:
            return await asyncio.shield(making)  # others wait for the same
        except Exception:
            if self._made.get(key) is making:
                del self._made[key]
            raise

    async def _make(self, digest_id: int, kind: DeliveryKind, *, rich: bool) -> Forms:
        shown = await self._offload(self._made_now, digest_id, kind, rich=rich)
        return tuple([forms(part, paid=self._paid, picture=await self._pictures.of(part)) for part in shown])

    def _made_now(self, digest_id: int, kind: DeliveryKind, *, rich: bool) -> list[Message]:
        kept = self._store.digest_messages(digest_id)
        if kept is None:
            digest = self._store.digest(digest_id)
            rendered = [*self._chart(digest), *laid_out(digest, kind, self._vocabulary(), rich=self._rich)]
            self._store.keep_digest_messages(digest_id, [kept_message(part) for part in rendered])
            kept = self._store.digest_messages(digest_id) or ()  # another process may have been first
        messages = [message_from_kept(part) for part in kept]
        return messages if rich else [part for message in messages for part in classic_parts(message)]

    def _chart(self, digest: Digest) -> list[Message]:
        """Return what stands in front of a review: its week's stories a day; nothing for a week without any."""
        if digest.kind is not DigestKind.REVIEW:
            return []
        trend = self._trends.trend(digest.wish, digest.until_at, days=WEEK, zone=digest.zone)
        return [chart_message(trend, self._vocabulary(), digest.language)] if trend.total else []


def laid_out(digest: Digest, _kind: DeliveryKind, vocabulary: Vocabulary, *, rich: bool = False) -> list[Message]:
    """Lay out what a delivery brings: a digest knows its own kind."""
    page = Page(vocabulary, digest.until_at, Chat(0, language=digest.language, zone=digest.zone), rich=rich)
    return page.digest(digest)
