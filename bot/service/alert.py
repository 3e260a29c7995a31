"""Stories breaking → alerts owed, in the ledger; it sends nothing and says no sentence.

Cost: a tick on which no article was placed is one question to the store. Stories that moved are looked up once; they
are indexed by topic, and equal wishes ask once, so that it is stories times wishes on their topics, not times chats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.core.alerting import FRESH, MOST_A_DAY, WITHIN, is_breaking, quiet_until, told_on
from bot.core.analysis import Analyzer
from bot.core.digest import rank_stories
from bot.core.memory import REMEMBERED, told_after, told_of
from bot.core.outlets import independent_reports
from bot.core.wish import wish_key
from bot.model import Alerted, DeliveryKind, Digest, DigestKind, Owed, Story, Subscription, Told, Wish
from bot.service.pasts import pasts_of
from bot.service.stores import Store
from bot.service.telling import Teller

log = structlog.get_logger(__name__)

LOOK_BACK = WITHIN + FRESH
PAGE = 1000  # articles, or subscriptions, looked up at a time


@dataclass(slots=True)
class _Chat:
    """A subscription while it is decided what it is told: what it was told, and what waits for its waking."""

    subscription: Subscription
    alerts: list[Alerted]
    told: Sequence[Told]
    waking: dict[str, list[Story]] = field(default_factory=dict)

    def knows(self, story: Story) -> bool:
        """Tell whether it was told of a story, in a digest or in an alert."""
        in_alerts = (each for alert in self.alerts for each in alert.told)
        return told_of(story, [*self.told, *in_alerts]) is not None


class Alerts:
    """Looks for stories that break, and writes alerts owed."""

    def __init__(self, store: Store, analyzer: Callable[[], Analyzer]) -> None:
        self._store = store
        self._teller = Teller(analyzer)
        self._turn = 0

    def owe_breaking(self, now: datetime) -> int:
        """Write the alerts that are due for stories that broke since the last call; return how many lines changed."""
        turn = self._store.story_turn()
        if turn == self._turn:
            return 0
        breaking = [story for story in self._moved(now) if is_breaking(story, now)]
        written = self._owe(breaking, now) if breaking else 0
        self._turn = turn
        return written

    def _moved(self, now: datetime) -> list[Story]:
        """Return the stories that articles were placed in since the last call, as far as they may break."""
        stories: dict[int | None, Story] = {}
        behind = 0
        while placed := self._store.placed_articles(
            since_at=now - LOOK_BACK, turn=self._turn, behind=behind, limit=PAGE
        ):
            ids = [placing.article_id for _, placing in placed]
            stories.update((story.id, story) for story in self._store.stories_of(ids))
            behind = max(ids)
        return list(stories.values())

    def _owe(self, breaking: Sequence[Story], now: datetime) -> int:
        wanted = _wanted(self._store.alerting(), breaking, now)
        owed: list[Owed] = []
        kept: dict[tuple[object, ...], int] = {}
        for start in range(0, len(wanted), PAGE):
            some = wanted[start : start + PAGE]
            chats = self._chats([subscription for subscription, _ in some], now)
            for subscription, stories in some:
                owed += self._owed(chats[subscription.id or 0], stories, kept, now)
        written = self._store.owe_alerts(owed, now) if owed else 0
        if written:
            log.info("alerts_owed", stories=len(breaking), alerts=written)
        return written

    def _chats(self, some: Sequence[Subscription], now: datetime) -> dict[int, _Chat]:
        alerted = self._store.alerted([one.id or 0 for one in some], since_at=now - REMEMBERED)
        pasts = pasts_of(self._store, some, now)
        return {one.id or 0: _Chat(one, list(alerted.get(one.id or 0, ())), pasts[one.id or 0].told) for one in some}

    def _owed(
        self, chat: _Chat, stories: Sequence[Story], kept: dict[tuple[object, ...], int], now: datetime
    ) -> list[Owed]:
        """Return what one chat is owed for stories that break and that it wishes for, the worthiest first."""
        subscription = chat.subscription
        zone, wish = subscription.schedule.zone, subscription.wish
        until_at = quiet_until(subscription.schedule, now)
        due_at = until_at or now
        owed: dict[str, Owed] = {}
        for story in stories:
            if chat.knows(story):
                continue
            key = f"alert {story.id}" if until_at is None else f"waking {due_at.isoformat()}"
            held = next((alert for alert in chat.alerts if alert.key == key and alert.held), None)
            if held is None and told_on(chat.alerts, due_at, zone) >= MOST_A_DAY:
                continue
            together = [*self._held_stories(held, chat, key), story][: wish.most_stories]
            chat.waking[key] = together
            identity = (tuple(one.id for one in together), wish.sentences, zone, until_at is None)
            if identity not in kept:
                digest = self._digest(together, wish, zone, now)
                kept[identity] = self._store.keep_digest(digest, f"{key} {identity}", now)
            owed[key] = Owed(subscription.id or 0, DeliveryKind.ALERT, key, due_at, kept[identity])
            told = tuple(_told(one, now) for one in together)
            chat.alerts = [alert for alert in chat.alerts if alert.key != key]
            chat.alerts.append(Alerted(key, due_at, told, held=until_at is not None))
        return list(owed.values())

    def _held_stories(self, held: Alerted | None, chat: _Chat, key: str) -> list[Story]:
        """Return the stories that wait under a key already, as they are now."""
        if held is None:
            return []
        if key not in chat.waking:
            found = (self._store.story(one.story_id) for one in held.told)
            chat.waking[key] = [story for story in found if story is not None]
        return chat.waking[key]

    def _digest(self, stories: Sequence[Story], wish: Wish, zone: str, now: datetime) -> Digest:
        """Compose an alert; it is the same for all chats that want as many sentences, whatever else they wish for."""
        topics = tuple(dict.fromkeys(topic for story in stories for topic in story.topics[:1]))
        neutral = Wish(topics=topics, sentences=wish.sentences)
        judged = {story.id: story for story in rank_stories(stories, replace(neutral, topics=()), now)}
        told = tuple(self._teller.tell(judged.get(story.id, story), wish.sentences) for story in stories)
        return Digest(
            wish=neutral,
            stories=told,
            sources=len({article.source for story in stories for article in independent_reports(story)}),
            since_at=now - LOOK_BACK,
            until_at=now,
            local_date=now.astimezone(ZoneInfo(zone)).date(),
            kind=DigestKind.ALERT,
            told=told_after((), told, (), now=now),
            zone=zone,
        )


def _told(story: Story, now: datetime) -> Told:
    (told,) = told_after((), [story], (), now=now)
    return told


def _wanted(
    subscriptions: Iterable[Subscription], breaking: Sequence[Story], now: datetime
) -> list[tuple[Subscription, list[Story]]]:
    """Return the subscriptions that wish for any of the stories, each with those, the worthiest first."""
    by_topic: Mapping[str, list[Story]] = defaultdict(list)
    for story in breaking:
        for topic in story.topics:
            by_topic[topic].append(story)
    of_wish: dict[str, list[Story]] = {}
    wanted = []
    for subscription in subscriptions:
        wish = subscription.wish
        key = wish_key(wish)
        if key not in of_wish:
            asked = {story.id: story for topic in wish.topics for story in by_topic.get(topic, ())}
            anything = not wish.topics or bool(wish.include)
            of_wish[key] = rank_stories(breaking if anything else asked.values(), wish, now)
        if of_wish[key]:
            wanted.append((subscription, of_wish[key]))
    return wanted
