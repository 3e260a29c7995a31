"""What chats were told, read from the ledger: their memory, and since when news is owed to them; it composes nothing.

Rules
    1. A chat knows what its last digest carries (`Digest.told`), what came in alerts since, and the further pages that
       it asked for.
    2. What expired or was blocked before any part of it went out was not told: its stories are free to come again, and
       the next digest looks back to where the last one that was told ended.

Known exceptions
    A digest of which a part went out before it expired counts as told: a story in the other part is not repeated. So
    does a review of which only the chart went out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.memory import REMEMBERED, joined
from bot.model import MISSED_FOR, Alerted, Delivery, DeliveryKind, Subscription, Told
from bot.service.stores import Store

DAY = timedelta(hours=24)
LOOK_BACK = 8 * DAY
"""A digest that comes once a week has its whole week, also when it comes late."""

SCHEDULED = frozenset({DeliveryKind.DIGEST, DeliveryKind.REVIEW})


@dataclass(frozen=True, slots=True)
class Past:
    """What a chat was told, and a key that is equal for chats that were told the same.

    `held` are stories that wait for the end of its quiet hours: they are left to that message. `since_at` is where the
    last digest that was told ended, if one behind it was not.
    """

    told: tuple[Told, ...] = ()
    key: str = ""
    held: tuple[int, ...] = ()
    since_at: datetime | None = None


def pasts_of(
    store: Store, some: Sequence[Subscription], now: datetime, known: dict[int, Past] | None = None
) -> dict[int, Past]:
    """Return by subscription what it was told, and what it was not although it was owed.

    Args:
        store: the ledger.
        some: whose pasts.
        now: the present.
        known: pasts by digest that were looked up already; more are added.
    """
    known = {} if known is None else known
    ids = [one.id for one in some if one.id is not None]
    alerted = store.alerted(ids, since_at=now - REMEMBERED)
    troubled = store.troubled(ids, since_at=now - LOOK_BACK)
    unread = {one.last_digest_id for one in some if one.last_digest_id} - known.keys()
    for digest_id, told in store.told(sorted(unread)).items():
        known[digest_id] = Past(told, _key_of(told))
    pasts: dict[int, Past] = {}
    for one in some:
        past = known.get(one.last_digest_id or 0, Past())
        if lines := troubled.get(one.id or 0):
            past = _as_it_came(store, past, lines)
        if alerts := alerted.get(one.id or 0):
            past = _with_alerts(past, alerts, now if one.next_run is None else min(one.next_run.at, now))
        pasts[one.id or 0] = past
    return pasts


def since(subscription: Subscription, at: datetime, past: Past) -> datetime:
    """Return where a digest goes on: where the last one ended, a week and a day ago at most; the first has a day."""
    last = subscription.last_digest_at
    if last is None or last >= at:
        last = at - DAY
    if past.since_at is not None:
        last = min(last, past.since_at)
    return max(last, at - LOOK_BACK)


def hashed(parts: Sequence[str]) -> str:
    """Return a key that is equal for equal parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _with_alerts(past: Past, alerts: Sequence[Alerted], until_at: datetime) -> Past:
    told = joined(past.told, (each for alert in alerts for each in alert.told))
    held = tuple(each.story_id for alert in alerts if alert.due_at > until_at for each in alert.told)
    return replace(past, told=told, key=hashed((_key_of(told), *map(str, held))), held=held)


def _as_it_came(store: Store, past: Past, lines: Sequence[Delivery]) -> Past:
    """Return a past without what never came, told by the lines of its subscription in the ledger, the oldest first.

    A digest that was composed while an earlier one might still have come carries that one's stories, too.
    """
    came = [line for line in lines if line.kind in SCHEDULED and not line.is_untold]
    last = came[-1] if came else None
    lost = [line for line in lines if line.is_untold and (last is None or line.due_at > last.due_at - MISSED_FOR)]
    if not lost:
        return past
    before = next((line for line in reversed(came) if line.due_at < lost[0].due_at), None)
    memories = store.told(sorted({line.digest_id for line in (before, last, *lost) if line is not None}))
    never = set(_told_in(lost, memories))
    told = joined(
        memories.get(before.digest_id, ()) if before is not None else (),
        (one for one in (memories.get(last.digest_id, ()) if last is not None else ()) if _tells(one) not in never),
    )
    missed = any(line.kind in SCHEDULED or (last is not None and line.due_at <= last.due_at) for line in lost)
    since_at = (before.due_at if before is not None else lost[0].due_at - DAY) if missed else None
    return Past(told, _key_of(told), since_at=since_at)


def _told_in(lines: Sequence[Delivery], memories: Mapping[int, Sequence[Told]]) -> Iterator[tuple[int, datetime]]:
    """Yield what deliveries themselves would have told; of a digest, what it carries from before does not count."""
    for line in lines:
        for one in memories.get(line.digest_id, ()):
            if line.kind not in SCHEDULED or one.told_at == line.due_at:
                yield _tells(one)


def _tells(one: Told) -> tuple[int, datetime]:
    return one.story_id, one.told_at


def _key_of(told: Sequence[Told]) -> str:
    if not told:
        return ""
    return hashed([f"{one.story_id} {one.sources} {one.newest_at} {one.told_at}" for one in told])
