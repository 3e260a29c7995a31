"""What a chat changes about its wish, one thing at a time → its subscription as it is kept then; it says no sentence.

Rules
    Every change names what is to be, not what is to be turned around: done twice, it is done once. So a button that is
    pressed again after a crash changes nothing more.
    A chat without a subscription gets one that is stopped: what it sets is kept for when it starts.
    The next run is computed anew where the schedule changed; one that is due already stays, so that what is owed is
    sent. A stopped subscription stays stopped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import TypeVar

from bot.core.timing import next_run
from bot.core.wish import MOST_SLOTS
from bot.errors import WishError
from bot.model import Chat, Schedule, Subscription, Wish
from bot.service.stores import Store

MUTED_MOST = 200  # stories; the oldest are forgotten, which are long over
PHRASES_MOST = 50  # a list of words to include or exclude
PHRASE_LENGTH = 80  # characters
LEANS_MOST = 50
STORIES_MOST = 10  # of a digest: more is no longer read standing up
QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]|([^\s,;\"“”„«»]+)")


T = TypeVar("T")


class Wishes:
    """The use cases that change what a chat asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, chat: Chat, thread_id: int | None) -> Subscription:
        """Return the standing order of a chat or thread; one that is stopped, and not kept, where there is none."""
        kept = self._store.subscription(chat.id, thread_id)
        return kept or Subscription(chat.id, Wish(), Schedule(zone=chat.zone), thread_id)

    # What it is about

    def set_topic(self, chat: Chat, thread_id: int | None, *, key: str, on: bool) -> Subscription:
        """Ask for a topic, or no longer; without any topic a digest is about all of them."""
        wish = self.of(chat, thread_id).wish
        return self._wish(chat, thread_id, replace(wish, topics=_with(wish.topics, key, on=on)))

    def set_place(self, chat: Chat, thread_id: int | None, *, key: str, on: bool) -> Subscription:
        """Ask for a place, or no longer; without any place a digest is about all of them."""
        wish = self.of(chat, thread_id).wish
        return self._wish(chat, thread_id, replace(wish, places=_with(wish.places, key, on=on)))

    def mute(self, chat: Chat, thread_id: int | None, *, story_id: int, on: bool) -> Subscription:
        """Leave a story out from now on, or tell it again."""
        wish = self.of(chat, thread_id).wish
        muted = _with(wish.muted, story_id, on=on)[-MUTED_MOST:]
        return self._wish(chat, thread_id, replace(wish, muted=muted))

    def lean(self, chat: Chat, thread_id: int | None, *, key: str, way: str) -> Subscription:
        """Let a topic or place count more, fewer, or even: as everything else."""
        wish = self.of(chat, thread_id).wish
        return self._wish(
            chat,
            thread_id,
            replace(
                wish,
                more=_with(wish.more, key, on=way == "more")[-LEANS_MOST:],
                fewer=_with(wish.fewer, key, on=way == "fewer")[-LEANS_MOST:],
            ),
        )

    def include(self, chat: Chat, thread_id: int | None, *, phrases: Iterable[str], on: bool) -> Subscription:
        """Let stories with one of these words or phrases in, whatever their topic, or no longer.

        Raises:
            WishError: there are too many (`phrases`).
        """
        wish = self.of(chat, thread_id).wish
        return self._wish(chat, thread_id, replace(wish, include=_listed(wish.include, phrases, on=on)))

    def exclude(self, chat: Chat, thread_id: int | None, *, phrases: Iterable[str], on: bool) -> Subscription:
        """Keep stories with one of these words or phrases out, or no longer.

        Raises:
            WishError: there are too many (`phrases`).
        """
        wish = self.of(chat, thread_id).wish
        return self._wish(chat, thread_id, replace(wish, exclude=_listed(wish.exclude, phrases, on=on)))

    def set_length(self, chat: Chat, thread_id: int | None, *, stories: int, sentences: int) -> Subscription:
        """Say how many stories a digest has at most, and how many sentences each."""
        wish = self.of(chat, thread_id).wish
        stories, sentences = min(max(stories, 1), STORIES_MOST), min(max(sentences, 1), 5)
        return self._wish(chat, thread_id, replace(wish, most_stories=stories, sentences=sentences))

    # When it comes

    def set_slot(self, chat: Chat, thread_id: int | None, now: datetime, *, at: time, on: bool) -> Subscription:
        """Add a time of day, or take it away; the last one stays.

        Raises:
            WishError: there are too many (`times`).
        """
        schedule = self.of(chat, thread_id).schedule
        slots = tuple(sorted(_with(schedule.slots, at, on=on)))
        if len(slots) > MOST_SLOTS:
            raise WishError(at.strftime("%H:%M"), "times")
        return self._schedule(chat, thread_id, now, replace(schedule, slots=slots or schedule.slots))

    def set_slots(self, chat: Chat, thread_id: int | None, now: datetime, *, slots: Iterable[time]) -> Subscription:
        """Put times of day in place of those there were.

        Raises:
            WishError: there are too many (`times`).
        """
        wanted = tuple(sorted(set(slots)))
        if len(wanted) > MOST_SLOTS:
            raise WishError(wanted[MOST_SLOTS].strftime("%H:%M"), "times")
        schedule = self.of(chat, thread_id).schedule
        return self._schedule(chat, thread_id, now, replace(schedule, slots=wanted or schedule.slots))

    def set_day(self, chat: Chat, thread_id: int | None, now: datetime, *, day: int, on: bool) -> Subscription:
        """Add a day of the week (0 is Monday), or take it away; the last one stays."""
        schedule = self.of(chat, thread_id).schedule
        days = schedule.days | {day} if on else schedule.days - {day}
        return self._schedule(chat, thread_id, now, replace(schedule, days=frozenset(days) or schedule.days))

    def set_days(self, chat: Chat, thread_id: int | None, now: datetime, *, days: Iterable[int]) -> Subscription:
        """Put days of the week in place of those there were."""
        schedule = self.of(chat, thread_id).schedule
        return self._schedule(chat, thread_id, now, replace(schedule, days=frozenset(days) or schedule.days))

    def set_zone(self, chat: Chat, thread_id: int | None, now: datetime, *, zone: str) -> Subscription:
        """Read times in another zone, an IANA key; the chat's own from now on too."""
        self._store.save_chat(replace(chat, zone=zone))
        return self._schedule(chat, thread_id, now, replace(self.of(chat, thread_id).schedule, zone=zone))

    def set_quiet(self, chat: Chat, thread_id: int | None, *, hours: tuple[time, time] | None) -> Subscription:
        """Keep alerts back between two local times, or never."""
        since, until = hours or (None, None)
        subscription = self.of(chat, thread_id)
        schedule = replace(subscription.schedule, quiet_from=since, quiet_until=until)
        return self._save(chat, replace(subscription, schedule=schedule))

    def set_alerts(self, chat: Chat, thread_id: int | None, *, on: bool) -> Subscription:
        """Send breaking stories at once, or not."""
        return self._save(chat, replace(self.of(chat, thread_id), alerts=on))

    def pause(self, chat: Chat, thread_id: int | None) -> Subscription:
        """Stop the digests; everything else is kept."""
        return self._save(chat, replace(self.of(chat, thread_id), next_run=None))

    def resume(self, chat: Chat, thread_id: int | None, now: datetime) -> Subscription:
        """Let digests come, again or for the first time."""
        before = self.of(chat, thread_id)
        run = before.next_run or next_run(before.schedule, now)
        return self._save(chat, replace(before, next_run=run, paused=None))

    def set_language(self, chat: Chat, thread_id: int | None, *, language: str) -> Subscription:
        """Show dates and numbers in a language, by its code."""
        self._store.save_chat(replace(chat, language=language))
        return self.of(chat, thread_id)

    # Keeping it

    def _wish(self, chat: Chat, thread_id: int | None, wish: Wish) -> Subscription:
        return self._save(chat, replace(self.of(chat, thread_id), wish=wish))

    def _schedule(self, chat: Chat, thread_id: int | None, now: datetime, schedule: Schedule) -> Subscription:
        before = self.of(chat, thread_id)
        run = before.next_run
        if run is not None and run.at > now:
            run = next_run(schedule, now)
        return self._save(chat, replace(before, schedule=schedule, next_run=run))

    def _save(self, chat: Chat, changed: Subscription) -> Subscription:
        if self._store.chat(chat.id) is None:
            self._store.save_chat(chat)
        return self._store.save_subscription(changed)


def phrases_in(words: str) -> tuple[str, ...]:
    """Read the words and "phrases" behind /include and /exclude, without case, each once; signs alone are none.

    >>> phrases_in('Steel "Trade  War" steel, !')
    ('steel', 'trade war')

    Raises:
        WishError: one is too long (`phrase`).
    """
    phrases: dict[str, None] = {}
    for match in QUOTED.finditer(unicodedata.normalize("NFC", words)):
        phrase = " ".join((match[1] if match[1] is not None else match[2]).split()).casefold()
        if not any(character.isalnum() for character in phrase):
            continue
        if len(phrase) > PHRASE_LENGTH:
            raise WishError(f"{phrase[:40]}…", "phrase")
        phrases[phrase] = None
    return tuple(phrases)


def _listed(before: tuple[str, ...], phrases: Iterable[str], *, on: bool) -> tuple[str, ...]:
    after = before
    for phrase in phrases:
        after = _with(after, phrase, on=on)
    if len(after) > PHRASES_MOST:
        raise WishError(after[PHRASES_MOST], "phrases")
    return after


def _with(values: tuple[T, ...], value: T, *, on: bool) -> tuple[T, ...]:
    """Return values with one in it or not; one that is there already keeps its place."""
    if on:
        return values if value in values else (*values, value)
    return tuple(each for each in values if each != value)
