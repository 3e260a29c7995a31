"""Telegram's updates → handled, those of one chat in their order; it does not know what any update means.

What says so (`order.let_pass`), as the reading of a page does, is overtaken by the chat's next update.

By long polling an update is confirmed when it has been handled (or has taken longer than `GRACE`), so that a killed
process meets it again. What was answered before is passed over then: nothing asked is lost, nothing is said twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta

import structlog
from telegram import Message, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.chat.application import BotApplication
from bot.chat.desk import Desk
from bot.chat.order import new_turn
from bot.chat.refusals import retry_after
from bot.core.timing import backoff
from bot.errors import TokenRefusedError

log = structlog.get_logger(__name__)

UPDATE_TYPES = ("message", "channel_post", "callback_query", "my_chat_member")
AT_ONCE = 64  # updates handled at once
GRACE = 2.0  # seconds after which a slow update is confirmed all the same
LOOK_AGAIN = 0.25  # seconds after which others' updates are fetched while slow ones are under way
LONG_POLL = timedelta(seconds=25)
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=30)
LOG_EVERY = 60.0  # seconds between two lines about the same trouble


class Trouble:
    """Says the same trouble once a minute, and once that it is over."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._said_at: float | None = None
        self.attempts = 0

    def met(self, reason: str) -> float:
        """Note one more failure; return the seconds to wait before trying again."""
        self.attempts += 1
        pause = backoff(self.attempts, first=FIRST_PAUSE, most=LONGEST_PAUSE).total_seconds()
        now = asyncio.get_running_loop().time()
        if self._said_at is None or now - self._said_at >= LOG_EVERY:
            log.warning(self._event, reason=reason, attempts=self.attempts)
            self._said_at = now
        return pause

    def over(self) -> None:
        """Note that it works again."""
        if self.attempts:
            log.info("trouble_over", trouble=self._event, attempts=self.attempts)
        self._said_at, self.attempts = None, 0


class Updates:
    """Takes updates from long polling or a webhook, and handles them."""

    def __init__(self, application: BotApplication, desk: Desk) -> None:
        self._application = application
        self._desk = desk
        self._locks: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[int, int] = defaultdict(int)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._offset: int | None = None
        self._fetched: int | None = None
        self._open: dict[
            int, tuple[asyncio.Task[None] | None, float]
        ] = {}  # not confirmed yet; until when it may be so

    async def take(self, update: Update) -> asyncio.Task[None]:
        """Begin to handle an update; wait only while too many are under way."""
        await self._room.acquire()
        task = asyncio.create_task(self._handle(update))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()

    async def _handle(self, update: Update) -> None:
        """Handle an update behind the earlier ones of its chat; one that lets others pass holds them up no longer."""
        key = _chat_of(update)
        self._waiting[key] += 1
        handling: asyncio.Task[None] | None = None
        try:
            async with self._locks[key]:
                passed = asyncio.create_task(new_turn().wait())
                handling = asyncio.create_task(self._application.process_update(update))
                await asyncio.wait({handling, passed}, return_when=asyncio.FIRST_COMPLETED)
                passed.cancel()
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._locks[key]
        await handling

    async def poll(self) -> None:
        """Ask Telegram for updates until cancelled; failures are waited out with growing pauses.

        Raises:
            TokenRefusedError: the token is no longer valid.
        """
        trouble = Trouble("telegram_unreachable")
        while True:
            try:
                updates = await self._application.bot.get_updates(
                    offset=self._offset,
                    timeout=timedelta(0) if self._open else LONG_POLL,
                    allowed_updates=UPDATE_TYPES,
                )
            except InvalidToken as error:
                raise TokenRefusedError("Telegram no longer knows this token (TELEGRAM_BOT_TOKEN)") from error
            except RetryAfter as error:
                await asyncio.sleep(retry_after(error))
                continue
            except Conflict as error:
                await asyncio.sleep(trouble.met(f"{error.message}; another process polls with this token"))
                continue
            except TelegramError as error:
                await asyncio.sleep(trouble.met(str(error)))
                continue
            trouble.over()
            await self._handle_batch(updates)

    async def _handle_batch(self, updates: tuple[Update, ...]) -> None:
        """Begin to handle those that are new, and confirm what was handled.

        What is not confirmed comes again with the next ones, which need not wait for it.
        """
        clock = asyncio.get_running_loop().time
        new = [update for update in updates if update.update_id not in self._open]
        if new:
            ids = [update.update_id for update in new]
            answered = await self._desk.offload(self._desk.answers.answered_updates, ids)
            for update in new:
                task = None if update.update_id in answered else await self.take(update)
                self._open[update.update_id] = task, clock() + GRACE
            self._fetched = ids[-1] + 1
        if under_way := [task for task, _ in self._open.values() if task is not None and not task.done()]:
            await asyncio.wait(under_way, timeout=LOOK_AGAIN)
        self._confirm(clock())

    def _confirm(self, now: float) -> None:
        """Move the offset up to the first update that is under way and not late."""
        for update_id, (task, until) in list(self._open.items()):
            if task is not None and not task.done() and now < until:
                self._offset = update_id
                return
            del self._open[update_id]
        self._offset = self._fetched

    async def finish(self, within: float) -> None:
        """Wait for what is under way, then confirm what was handled, so that a restart does not meet it again."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        handled = self._offset if self._tasks else self._fetched
        if handled is not None:
            try:
                await self._application.bot.get_updates(offset=handled, timeout=timedelta(0), limit=1)
            except TelegramError as error:
                log.warning("updates_not_confirmed", reason=str(error))


def _chat_of(update: Update) -> int:
    """Return the chat whose turn an update takes: for a group that moves the new one, whose updates come behind it."""
    message, chat = update.effective_message, update.effective_chat
    if isinstance(message, Message) and message.migrate_to_chat_id is not None:
        return message.migrate_to_chat_id
    return chat.id if chat is not None else 0
