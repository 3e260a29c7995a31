"""Owed digests → Telegram, by the ledger: what is owed is taken, sent part by part, and noted part by part.

It composes nothing and plans nothing. A crash loses none: what was being sent is owed again when its lease ends, and
goes on behind the last part that was noted; only a request in flight when the process dies may be repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.pages import Page
from bot.chat.render import Message
from bot.chat.send import retry_after, send_once
from bot.core.timing import MISSED_FOR, backoff
from bot.model import Chat, Delivery, Vocabulary
from bot.service.ports import Clock, Offload, Store

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # longer than any one request takes, with its time-outs
AT_ONCE = 16  # deliveries under way; at 30 a second and 0.3 s a request, 10 keep the pace
BATCH = 100
FREE_PACE = 1 / 30  # seconds between messages; https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
PAID_PACE = 1 / 1000
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
LOST = (
    "chat not found",
    "user is deactivated",
    "bot was kicked",
    "peer_id_invalid",
    "have no rights",
    "not enough rights",
)


class Deliverer:
    """Sends what the ledger owes, at Telegram's pace."""

    def __init__(
        self,
        *,
        bot: Bot,
        store: Store,
        offload: Offload,
        clock: Clock,
        vocabulary: Callable[[], Vocabulary],
        paid: bool = False,
    ) -> None:
        self._bot = bot
        self._store = store
        self._offload = offload
        self._clock = clock
        self._vocabulary = vocabulary
        self._paid = paid
        self._pace = PAID_PACE if paid else FREE_PACE
        self._turn = asyncio.Lock()
        self._stopping = False

    async def tick(self) -> int:
        """Send what is owed now; return how many deliveries were taken up."""
        now = self._clock.now()
        if released := await self._offload(self._store.release_deliveries, now):
            log.warning("deliveries_owed_again", count=released)
        if expired := await self._offload(self._store.expire_deliveries, now - MISSED_FOR):
            log.warning("deliveries_expired", count=expired)
        taken = 0
        while not self._stopping:
            now = self._clock.now()
            batch = await self._offload(self._store.claim_deliveries, now, lease_until=now + LEASE, limit=AT_ONCE)
            if not batch:
                break
            taken += len(batch)
            await asyncio.gather(*(self._deliver_one(delivery) for delivery in batch))
        return taken

    def stop(self) -> None:
        """Take up nothing more; what is under way is finished."""
        self._stopping = True

    async def _deliver_one(self, delivery: Delivery) -> None:
        """Send one delivery; whatever goes wrong with it is noted and stops no other."""
        try:
            await self._deliver(delivery)
        except TelegramError as error:
            await self._note_failure(delivery, error)
        except Exception as error:
            log.exception("delivery_broken", delivery=delivery.id)
            await self._note_failure(delivery, TelegramError(type(error).__name__))

    async def _deliver(self, delivery: Delivery) -> None:
        """Send the parts of a delivery that are not sent yet."""
        parts = await self._parts(delivery)
        for message in parts[len(delivery.sent_parts) :]:
            await self._my_turn()
            if self._stopping:
                await self._offload(self._store.delivery_postponed, delivery.id, self._clock.now(), failed=False)
                return
            message_id = await send_once(
                self._bot, delivery.chat_id, message, thread_id=delivery.thread_id, paid=self._paid
            )
            await self._offload(self._store.part_sent, delivery.id, message_id, self._clock.now())
        await self._offload(self._store.delivery_sent, delivery.id, self._clock.now())

    async def _note_failure(self, delivery: Delivery, error: TelegramError) -> None:
        now = self._clock.now()
        if isinstance(error, RetryAfter):
            later = now + timedelta(seconds=retry_after(error))
            await self._offload(self._store.delivery_postponed, delivery.id, later, failed=False)
        elif isinstance(error, ChatMigrated):
            await self._offload(self._store.migrate_chat, delivery.chat_id, error.new_chat_id)
            await self._offload(self._store.delivery_postponed, delivery.id, now, failed=False)
        elif _is_lost(error):
            log.info("chat_lost", chat=delivery.chat_id, reason=str(error))
            await self._offload(self._store.delivery_blocked, delivery.id, now)
        else:
            pause = backoff(delivery.attempts + 1, first=FIRST_PAUSE, most=LONGEST_PAUSE)
            log.warning("delivery_failed", delivery=delivery.id, reason=str(error), again_in=pause.total_seconds())
            await self._offload(self._store.delivery_postponed, delivery.id, now + pause)

    async def _parts(self, delivery: Delivery) -> list[Message]:
        """Return the digest's messages as they were first rendered; the first to come renders and keeps them."""
        kept = await self._offload(self._store.digest_messages, delivery.digest_id)
        digest = await self._offload(self._store.digest, delivery.digest_id)
        page = Page(
            await self._offload(self._vocabulary), digest.until_at, Chat(delivery.chat_id, language=digest.language)
        )
        rendered = page.digest(digest)
        if kept is None:
            await self._offload(self._store.keep_digest_messages, delivery.digest_id, [part.html for part in rendered])
            kept = await self._offload(self._store.digest_messages, delivery.digest_id) or ()  # another may be first
        plain = {part.html: part.plain for part in rendered}
        return [Message(html, plain.get(html, html)) for html in kept]

    async def _my_turn(self) -> None:
        """Wait until the next message may leave."""
        async with self._turn:
            await asyncio.sleep(self._pace)


def _is_lost(error: TelegramError) -> bool:
    """Tell whether the chat can't be sent to any more, as the table of Telegram's answers has it."""
    if isinstance(error, Forbidden):
        return True
    return isinstance(error, BadRequest) and any(sign in str(error).lower() for sign in LOST)
