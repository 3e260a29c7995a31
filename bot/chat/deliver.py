"""Owed deliveries → Telegram, by the ledger: what is owed is taken, sent part by part, and noted part by part.

It composes nothing and plans nothing. A crash loses none: what was being sent is owed again when its lease ends, and
goes on behind the last part that was noted. A request is in flight until its note is kept; only such may be repeated.

Rules
    Deliveries leave in the order in which they were due, as fast as the pace allows: those of one minute spread over
    the minutes it takes, none before its time. Of a chat that must wait, what is owed goes back into the ledger, so
    that it stands in nobody's way.
    When `TROUBLE` answers in a row say nothing about a chat (no connection, 5xx), the server is in trouble: one
    delivery at a time asks whether it is back, with growing pauses.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.chat.notes import Notes
from bot.chat.pace import Pace
from bot.chat.refusals import Meaning, judge
from bot.chat.rendered import Rendered
from bot.chat.send import Form, RichRefusedError, send_once, takes_rich
from bot.chat.shut import tell_administrator
from bot.core.timing import backoff
from bot.errors import StoreError
from bot.model import MISSED_FOR, Delivery, DeliveryState, Note, Vocabulary
from bot.service.ports import Clock, Draw, Offload
from bot.service.stores import Store

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=45)  # what a process was sending when it died waits for this long
REQUEST = timedelta(seconds=35)  # the longest request: 10 s to connect, 20 s to answer, and some
FREE_IN_HAND = 192  # deliveries taken up and not settled: six seconds' worth, so that 60 that hang hold up no other
PAID_IN_HAND = 768
OVERDUE_EVERY = 5.0  # seconds between two looks for leases that ended and digests that expired
LOOK_AGAIN = 1.0  # seconds after which more may be owed
TROUBLE = 5
TROUBLE_PAUSE = timedelta(seconds=1)
LONGEST_TROUBLE_PAUSE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
CLOCK_BACK = timedelta(minutes=1)  # a smaller step back costs no more than itself


class _NotNowError(Exception):
    """The turn has come, but the delivery is not to be sent now."""


class Deliverer:
    """Sends what the ledger owes.

    Args:
        bot: who sends; its requests go through `AiohttpRequest`.
        store: the ledger.
        offload: where blocking work goes.
        clock: where the time comes from.
        vocabulary: what pages name topics and places by.
        pace: where messages wait for their turn, the same as the bot's.
        paid: whether messages may be paid for, see COMMUNIQUE_PAID_BROADCAST.
        rich: whether digests go out as rich messages where the server takes them, see COMMUNIQUE_RICH.
        operators: who is told where no administrator of a chat can be.
        draw: what draws the chart of a review; without it, its numbers are said in words.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        store: Store,
        offload: Offload,
        clock: Clock,
        vocabulary: Callable[[], Vocabulary],
        pace: Pace | None = None,
        paid: bool = False,
        rich: bool = False,
        operators: Collection[int] = (),
        draw: Draw | None = None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._offload = offload
        self._clock = clock
        self._pace = pace
        self._operators = operators
        self._most = PAID_IN_HAND if paid else FREE_IN_HAND
        self._rendered = Rendered(store, offload, vocabulary, paid=paid, rich=rich, draw=draw)
        self._notes = Notes(store, offload)
        self._in_hand: dict[int, datetime] = {}  # by delivery, the end of its lease
        self._tasks: set[asyncio.Task[None]] = set()
        self._set_aside: set[int] = set()  # chats that were lost while others of their deliveries were in hand
        self._progress = asyncio.Event()
        self._stopping = False
        self._unknown = 0  # answers in a row that said nothing about a chat
        self._rounds = 0  # in which the server was asked since
        self._ask_again_at = float("-inf")
        self._ledger_down = False
        self._claimed_at = float("-inf")
        self._overdue_at = float("-inf")
        self._seen: tuple[float, datetime] | None = None

    async def tick(self) -> int:
        """Send what is owed until nothing is, or the server is in trouble; return how many deliveries were taken up."""
        taken = 0
        self._overdue_at = float("-inf")
        while True:
            try:
                claimed = await self._take_up()
            except StoreError as error:
                if not self._ledger_down:
                    log.error("ledger_trouble", reason=str(error))  # noqa: TRY400 -- said in one line, once
                self._ledger_down = True
                return taken
            self._ledger_down = False
            taken += claimed
            if not claimed and not self._tasks:
                return taken
            await self._wait()

    @property
    def has_plenty(self) -> bool:
        """Whether what is in hand is enough for now, so that whoever plans may take their time."""
        return len(self._tasks) >= self._most // 2

    def wake(self) -> None:
        """Look at once for what is owed: something new is."""
        self._progress.set()

    async def pause(self, seconds: float) -> None:
        """Wait between two ticks, or until something new is owed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._progress.wait(), seconds)
        self._progress.clear()

    def stop(self) -> None:
        """Take up nothing more; what waits for its turn goes back, requests under way are finished."""
        self._stopping = True
        if self._pace is not None:
            self._pace.close()
        self._progress.set()

    async def finish(self, within: float) -> None:
        """Wait until what is under way is noted, for so many seconds at most; the leases see to the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        if self._tasks:
            log.warning("deliveries_not_finished", count=len(self._tasks))
        for task in self._tasks:
            task.cancel()
        self._notes.close()

    # What is taken up, and when

    async def _take_up(self) -> int:
        """Take up as many deliveries as there is room for; return how many there were."""
        await self._settle_overdue()
        room = self._room()
        return await self._claim(room) if room else 0

    def _room(self) -> int:
        """Return how many deliveries may be taken up now."""
        if self._stopping or not self._notes.writable:
            return 0
        now = asyncio.get_running_loop().time()
        if self._unknown >= TROUBLE:
            asking = bool(self._tasks) or now < self._ask_again_at
            return 0 if asking else 1
        room = self._most - len(self._tasks)
        # many at a time, for each time costs a transaction; but those that hang hold up the others no longer than this
        return room if room >= self._most // 2 or now - self._claimed_at >= LOOK_AGAIN else 0

    async def _claim(self, room: int) -> int:
        now = self._clock.now()
        until = now + LEASE
        self._claimed_at = asyncio.get_running_loop().time()
        claimed = await self._offload(self._store.claim_deliveries, now, lease_until=until, limit=room)
        for delivery in claimed:
            self._set_aside.discard(delivery.chat_id)
            self._in_hand[delivery.id] = until
            task = asyncio.create_task(self._deliver_one(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        return len(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if len(self._tasks) in {0, self._most // 2}:
            self._progress.set()

    async def _wait(self) -> None:
        """Wait until half of the deliveries are done, or all; until something new is owed, or it is time to look."""
        if not self._tasks:
            return
        self._progress.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._progress.wait(), LOOK_AGAIN)

    async def _settle_overdue(self) -> None:
        """Owe again what dead processes were sending, expire what is too old, and mind a clock that goes back."""
        now, at = self._clock.now(), asyncio.get_running_loop().time()
        if self._stopping or at - self._overdue_at < OVERDUE_EVERY:
            return
        self._overdue_at = at
        if self._seen is not None and now < self._seen[1] + timedelta(seconds=at - self._seen[0]) - CLOCK_BACK:
            ended = await self._offload(self._store.end_pauses, now)
            log.warning("clock_went_back", now=now.isoformat(), pauses_ended=ended)
        self._seen = (at, now)
        in_hand = frozenset(self._in_hand)
        beyond = now + 2 * LEASE
        released = await self._offload(self._store.release_deliveries, now, beyond=beyond, in_hand=in_hand)
        if released:
            log.warning("deliveries_owed_again", count=released)
        if expired := await self._offload(self._store.expire_deliveries, now - MISSED_FOR):
            log.warning("deliveries_expired", count=expired)

    # One delivery

    async def _deliver_one(self, delivery: Delivery) -> None:
        """Send one delivery; whatever goes wrong with it is noted and stops no other."""
        try:
            try:
                await self._deliver(delivery)
            except (_NotNowError, RichRefusedError):  # the latter goes out again at once, in its classic form
                await self._note(delivery, DeliveryState.OWED)
            except TelegramError as error:
                await self._note_refusal(delivery, error)
            except StoreError as error:
                await self._note_failure(delivery, str(error))
            except Exception as error:
                log.exception("delivery_broken", delivery=delivery.id)
                await self._note_failure(delivery, type(error).__name__)
        except Exception:
            log.exception("delivery_not_noted", delivery=delivery.id)  # its lease sees to it
        finally:
            del self._in_hand[delivery.id]

    async def _deliver(self, delivery: Delivery) -> None:
        """Send the parts of a delivery that are not sent yet."""
        parts = await self._rendered.forms(delivery.digest_id, delivery.kind, rich=takes_rich(self._bot))
        if len(delivery.sent_parts) > sum(ways[0].leads for ways in parts):  # what is under way is the classic form
            parts = await self._rendered.forms(delivery.digest_id, delivery.kind, rich=False)
        for number in range(len(delivery.sent_parts), len(parts)):
            message_id = await self._send(delivery, parts[number])
            self._unknown = self._rounds = 0
            is_last = number + 1 == len(parts)
            state = DeliveryState.SENT if is_last else DeliveryState.SENDING
            await self._note(delivery, state, part=number, message_id=message_id)
        if len(delivery.sent_parts) >= len(parts):
            await self._note(delivery, DeliveryState.SENT)  # it died between the last part and the word that it was

    async def _send(self, delivery: Delivery, forms: tuple[Form, ...]) -> int:
        def leaving() -> None:
            too_late = self._clock.now() > self._in_hand[delivery.id] - REQUEST
            if self._stopping or too_late or not self._notes.writable or delivery.chat_id in self._set_aside:
                raise _NotNowError

        return await send_once(
            self._bot, delivery.chat_id, forms, thread_id=delivery.thread_id, urgent=False, leaving=leaving
        )

    async def _note(
        self,
        delivery: Delivery,
        state: DeliveryState,
        *,
        part: int | None = None,
        message_id: int = 0,
        until_at: datetime | None = None,
        failed: bool = False,
        lost: bool = False,
        held_until_at: datetime | None = None,
    ) -> None:
        now = self._clock.now()
        if state is DeliveryState.SENDING:
            until_at = now + LEASE
        note = Note(
            delivery.id,
            now,
            state,
            part=part,
            message_id=message_id,
            until_at=until_at,
            failed=failed,
            lost=lost,
            held_until_at=held_until_at,
        )
        await self._notes.put(note)
        if until_at is not None and state is DeliveryState.SENDING:
            self._in_hand[delivery.id] = until_at

    async def _note_refusal(self, delivery: Delivery, error: TelegramError) -> None:
        """Note what Telegram's error means for a delivery and its chat."""
        verdict = judge(error)
        if verdict.meaning is not Meaning.UNKNOWN:
            self._unknown = self._rounds = 0
        match verdict.meaning:
            case Meaning.HELD if self._stopping:
                await self._note(delivery, DeliveryState.OWED)
            case Meaning.HELD:
                later = self._clock.now() + timedelta(seconds=verdict.seconds)
                await self._note(delivery, DeliveryState.OWED, until_at=later, held_until_at=later)
            case Meaning.MOVED:
                await self._offload(self._store.migrate_chat, delivery.chat_id, verdict.new_id)
                await self._note(delivery, DeliveryState.OWED)
            case Meaning.LOST:
                log.info("chat_lost", chat=delivery.chat_id, reason=str(error))
                self._set_aside.add(delivery.chat_id)
                await self._note(delivery, DeliveryState.BLOCKED, lost=True)
            case Meaning.SHUT:
                paused = self._offload(self._store.pause_subscription, delivery.subscription_id, verdict.reason)
                is_new = await paused
                await self._note(delivery, DeliveryState.OWED)
                if is_new:
                    await tell_administrator(self._bot, delivery, verdict.reason, operators=self._operators)
            case Meaning.REFUSED:
                log.error("delivery_refused", delivery=delivery.id, digest=delivery.digest_id, reason=str(error))
                await self._note_failure(delivery, str(error))
            case Meaning.UNKNOWN:
                self._note_trouble()
                await self._note_failure(delivery, str(error))

    def _note_trouble(self) -> None:
        self._unknown += 1
        now = asyncio.get_running_loop().time()
        if self._unknown >= TROUBLE and now >= self._ask_again_at:
            self._rounds += 1
            pause = backoff(self._rounds, first=TROUBLE_PAUSE, most=LONGEST_TROUBLE_PAUSE)
            self._ask_again_at = now + pause.total_seconds()

    async def _note_failure(self, delivery: Delivery, reason: str) -> None:
        """Owe a delivery again after a pause that grows with each failure."""
        pause = backoff(delivery.attempts + 1, first=FIRST_PAUSE, most=LONGEST_PAUSE)
        log.warning("delivery_failed", delivery=delivery.id, reason=reason, again_in=pause.total_seconds())
        await self._note(delivery, DeliveryState.OWED, until_at=self._clock.now() + pause, failed=True)
