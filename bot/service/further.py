"""A digest's further pages, on demand → stories that the chat has not had, noted as had; it says no sentence.

Rules
    1. A page tells what of the digest's span the chat does not know: neither from digests, alerts and earlier pages,
       nor from the message under which it is asked for. What waits for the end of its quiet hours is left to that.
    2. What it tells is noted in the ledger, as sent, before it is shown: no digest, alert or page tells it again as
       new. So are the stories of the message above, where they were an answer and no digest.
    3. A request that comes again after a crash gives the same page.

Known exception
    A chat without a subscription has no memory: there, what the pages before tell is worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.memory import joined, told_after, told_of
from bot.model import DeliveryKind, Digest, Owed, Story, Subscription, Told, Wish
from bot.service.brief import Brief
from bot.service.pasts import pasts_of
from bot.service.stores import Store

UNBOUNDED = 1_000  # minutes: who asks for more has them
LINES = 50  # of a chat in the ledger, among which one is that was written before a crash


@dataclass(frozen=True, slots=True)
class PageAsked:
    """A further page that somebody asked for.

    `since_at` and `until_at` bound the digest's span, `page` counts the pages before (the digest is the first), `shown`
    are references of the stories in the message above, and `key` names the request.
    """

    chat_id: int
    thread_id: int | None
    since_at: datetime
    until_at: datetime
    page: int
    shown: tuple[int, ...]
    key: str


class FurtherPages:
    """Composes further pages."""

    def __init__(self, store: Store, brief: Brief) -> None:
        self._store = store
        self._brief = brief

    def page(self, asked: PageAsked, now: datetime) -> Digest:
        """Compose a page, and note its stories as had; one without stories ends the digest."""
        subscription = self._store.subscription(asked.chat_id, asked.thread_id)
        if subscription is None:
            return self._compose(asked, Wish(), self._told_before(asked))
        if (noted := self._noted_before(asked, subscription)) is not None:
            return noted
        past = pasts_of(self._store, [subscription], now)[subscription.id or 0]
        wish = replace(subscription.wish, muted=(*subscription.wish.muted, *past.held))
        digest = self._compose(asked, wish, past.told)
        return self._noted(asked, subscription, digest, past.told, now) if digest.stories else digest

    def _compose(self, asked: PageAsked, wish: Wish, told: Sequence[Told], *, first: bool = False) -> Digest:
        if not first:
            wish = replace(wish, muted=(*wish.muted, *asked.shown), most_minutes=UNBOUNDED)
        return self._brief.compose(wish, since_at=asked.since_at, until_at=asked.until_at, told=told)

    def _told_before(self, asked: PageAsked) -> tuple[Told, ...]:
        """Return what the digest and the pages before would have told a chat without a memory."""
        told: tuple[Told, ...] = ()
        unshown = replace(asked, shown=())
        for number in range(asked.page):
            told = self._compose(unshown, Wish(), told, first=number == 0).told
        return told

    def _noted_before(self, asked: PageAsked, subscription: Subscription) -> Digest | None:
        lines = self._store.deliveries(chat_id=asked.chat_id, limit=LINES)
        same = (line for line in lines if (line.subscription_id, line.key) == (subscription.id, asked.key))
        line = next(same, None)
        return self._store.digest(line.digest_id) if line is not None else None

    def _noted(
        self, asked: PageAsked, subscription: Subscription, digest: Digest, known: Sequence[Told], now: datetime
    ) -> Digest:
        above: list[Story] = [one for one in self._store.stories_of(asked.shown) if told_of(one, known) is None]
        told = joined(
            told_after((), above, (), now=asked.until_at),
            told_after((), digest.stories, (), now=now),
        )
        kept = self._store.keep_digest(replace(digest, wish=subscription.wish, told=told), asked.key, now)
        self._store.note_shown(Owed(subscription.id or 0, DeliveryKind.PAGE, asked.key, now, kept))
        return digest
