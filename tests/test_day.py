"""A simulated month: 300 feeds, 50 chats with different wishes, a clock that is turned by hand; the store is real.

Which articles make a story is what the bot decides; which event each tells is known, and what it decided is held
against that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.chat.pages import Page
from bot.chat.render import MESSAGE_LIMIT, units
from bot.core.alerting import MOST_A_DAY, SOURCES, WITHIN, reported_at
from bot.core.digest import reading_minutes, told_texts
from bot.core.outlets import independent_reports
from bot.core.timing import next_run
from bot.model import (
    MISSED_FOR,
    Article,
    Chat,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Digest,
    Mark,
    Note,
    Placing,
    Schedule,
    Story,
    Subscription,
    Wish,
)
from bot.service.alert import Alerts
from bot.service.brief import Brief
from bot.service.further import FurtherPages, PageAsked
from tests.month import DAYS, FIRST_DAY, Wire, events
from tests.quality.test_stories_gate import b_cubed

TICK = timedelta(hours=1)
LAST = FIRST_DAY + timedelta(days=DAYS)
A_GUEST_STAYS = 7  # days
UNREACHABLE = frozenset({1, 6})  # chats that nothing reaches for three days; their digests are due at six UTC
OUT_FROM, OUT_UNTIL = FIRST_DAY + timedelta(days=12), FIRST_DAY + timedelta(days=14, hours=18)
CURIOUS = frozenset({11, 21, 31})  # chats that ask for more stories behind each digest
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Asia/Kolkata", "Africa/Nairobi", "Europe/London")
SLOTS = ((time(8),), (time(7, 30),), (time(2, 30),), (time(6), time(18)), (time(12),), (time(9),), (time(20),))
WISHES = (
    Wish(),
    Wish(topics=("tariffs",)),
    Wish(topics=("tariffs", "energy", "sanctions"), most_stories=5),
    Wish(topics=(), places=("JP", "KR")),
    Wish(topics=(), most_minutes=2),
    Wish(topics=("alliances",), include=("lithium", '"gas swap"')),
    Wish(topics=("tariffs", "alliances", "diplomacy"), exclude=("salmon",)),
    Wish(topics=("sanctions",), more=("US",), fewer=("BR",), sentences=3),
    Wish(topics=(), sentences=1),
)


@dataclass
class Month:
    """What happened: who subscribed, what was sent when, which event each article tells, and the story it is in."""

    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    stays: dict[int, Stay] = field(default_factory=dict)
    sent: list[tuple[datetime, Delivery, Digest]] = field(default_factory=list)
    event_of: dict[int, int] = field(default_factory=dict)
    placings: list[tuple[Article, Placing]] = field(default_factory=list)
    copies: set[str] = field(default_factory=set)

    def events_of(self, story: Story) -> set[int]:
        """Return the events that a story tells: one, but where look-alikes were taken for one another at first."""
        return {self.event_of[article.id] for article in story.articles}

    def of(self, subscription_id: int) -> list[tuple[datetime, Delivery, Digest]]:
        return [one for one in self.sent if one[1].subscription_id == subscription_id]


@dataclass(frozen=True, slots=True)
class Stay:
    """A chat with its wish: when it subscribes, and when it unsubscribes."""

    wanted: Subscription
    begins: datetime
    ends: datetime


def stays() -> list[Stay]:
    """Fifty chats, no two alike: fifteen stay for the whole month, the others come and go."""
    made = []
    for number in range(50):
        quiet = (time(22), time(7)) if number % 3 == 0 else (None, None)
        weekly = number % 10 == 9
        schedule = Schedule(
            slots=SLOTS[number % len(SLOTS)],
            days=frozenset({0}) if weekly else frozenset(range(5)) if number % 4 == 3 else frozenset(range(7)),
            zone=ZONES[number % len(ZONES)],
            weekly=weekly,
            quiet_from=quiet[0],
            quiet_until=quiet[1],
        )
        begins, ends = FIRST_DAY, LAST
        if not weekly and number % 5:
            begins += timedelta(days=number * 7 % (DAYS - A_GUEST_STAYS))
            ends = begins + timedelta(days=A_GUEST_STAYS)
        wanted = Subscription(
            number + 1,
            WISHES[number % len(WISHES)],
            schedule,
            alerts=number % 4 == 0,
            next_run=next_run(schedule, begins + TICK / 2),
        )
        made.append(Stay(wanted, begins, ends))
    return made


@pytest.fixture(scope="module")
def month(tmp_path_factory, analyzer) -> Month:
    from bot.store.sql import open_store

    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('month')}/month.db")
    sa.event.listen(store._transactions.engine, "connect", no_waiting_for_the_disk)
    store._transactions.engine.dispose()
    brief, alerts = Brief(store, lambda: analyzer), Alerts(store, lambda: analyzer)
    pages = FurtherPages(store, brief)
    invented = events()
    wire, happened = Wire(store, invented), Month()
    now, guests = FIRST_DAY, stays()
    while now < LAST:
        come_and_go(store, guests, now, happened)
        now += TICK
        wire.bring(now)
        brief.owe_due(now)
        alerts.owe_breaking(now)
        sent = deliver(store, now)
        ask_for_more(store, pages, sent, now)
        happened.sent += sent
    happened.event_of = wire.event_of
    happened.placings = store.placed_articles(since_at=FIRST_DAY, limit=10**6)
    happened.copies = {article.url for event in invented for article, is_copy in event.reports if is_copy}
    store.close()
    return happened


def come_and_go(store, guests, now, happened):
    for stay in guests:
        if stay.begins == now:
            store.save_chat(Chat(stay.wanted.chat_id, zone=stay.wanted.schedule.zone))
            kept = store.save_subscription(stay.wanted)
            happened.subscriptions[kept.id] = kept
            happened.stays[kept.id] = stay
        elif stay.ends == now:
            store.save_subscription(replace(store.subscription(stay.wanted.chat_id), next_run=None))


def no_waiting_for_the_disk(connection, _record):
    connection.execute("PRAGMA synchronous = OFF")


def deliver(store, now):
    """Send what is owed to those who can be reached, as Telegram would; what waits for too long expires."""
    claimed = store.claim_deliveries(now, lease_until=now + TICK, limit=1000)
    taken = [one for one in claimed if not (one.chat_id in UNREACHABLE and OUT_FROM < now <= OUT_UNTIL)]
    if claimed:
        states = {one.id: DeliveryState.SENT for one in taken}
        store.note_deliveries([Note(one.id, now, states.get(one.id, DeliveryState.OWED)) for one in claimed])
    store.expire_deliveries(now - MISSED_FOR)
    digests = {number: store.digest(number) for number in {one.digest_id for one in taken}}
    return [(now, one, digests[one.digest_id]) for one in taken]


def ask_for_more(store, pages, sent, now):
    """Let some chats ask for the page behind each digest that was sent."""
    for _, delivery, digest in [one for one in sent if one[1].kind == DeliveryKind.DIGEST]:
        if delivery.chat_id in CURIOUS and digest.stories:
            shown = tuple(story.id for story in digest.stories)
            key = f"page {delivery.id}"
            asked = PageAsked(delivery.chat_id, None, digest.since_at, digest.until_at, 1, shown, key)
            page = pages.page(asked, now)
            if page.stories:
                (line,) = [one for one in store.deliveries(chat_id=delivery.chat_id, limit=5) if one.key == key]
                sent.append((now, line, page))


def test_the_stories_are_the_events(month):
    found = [placing.story_id for _, placing in month.placings]
    assert b_cubed(found, [month.event_of[article.id] for article, _ in month.placings]) >= 0.95
    known = {article.url for article, placing in month.placings if placing.copy_of is not None}
    there = {article.url for article, _ in month.placings}
    assert known == month.copies & there
    told = [story for _, _, digest in month.sent for story in digest.stories]
    mixed = sum(len(month.events_of(story)) > 1 for story in told)
    assert mixed <= 0.02 * len(told)  # one report alone may be taken for its look-alike until another comes


def test_no_chat_gets_a_story_twice_unmarked(month):
    repeated = 0
    for subscription_id in month.subscriptions:
        had: set[int] = set()
        for _, _, digest in month.of(subscription_id):
            for story in digest.stories:
                told = month.events_of(story)
                if not told & had:
                    assert story.mark is Mark.NEW
                else:
                    assert story.mark is not Mark.NEW
                    assert story.mark is Mark.DEVELOPING or digest.kind == "review"
                    repeated += 1
                had |= told
    assert repeated > 100


def test_what_changed_is_word_for_word_from_reports_the_chat_could_not_know(month):
    developing = 0
    for subscription_id in month.subscriptions:
        had: dict[int, datetime] = {}
        for _, _, digest in month.of(subscription_id):
            for story in digest.stories:
                told = month.events_of(story)
                if story.mark is Mark.DEVELOPING:
                    known_at = max(had[event] for event in told & had.keys())
                    new = [one for one in story.articles if one.added_at > known_at and one.id not in story.copies]
                    assert new
                    for sentence in story.changes:
                        assert any(sentence in article.text for article in new)
                    developing += bool(story.changes)
                had.update(dict.fromkeys(told, digest.until_at))
    assert developing > 50


def test_every_sentence_is_in_the_source_it_names(month):
    for _, _, digest in month.sent:
        for story in digest.stories:
            assert len(story.sentences) == len(story.told_by) == len(set(story.sentences))
            assert len(story.sentences) <= digest.wish.sentences
            for sentence, place in zip(story.sentences, story.told_by, strict=True):
                assert sentence in story.articles[place].text


def test_every_digest_is_within_its_limits(month, analyzer):
    rendered = set()
    for _, delivery, digest in month.sent:
        assert len(digest.stories) <= digest.wish.most_stories <= 10
        assert (
            reading_minutes(text for story in digest.stories for text in told_texts(story)) <= digest.wish.most_minutes
        )
        if delivery.digest_id not in rendered:
            rendered.add(delivery.digest_id)
            for message in Page(analyzer.vocabulary, digest.until_at, Chat(delivery.chat_id)).digest(digest):
                assert units(message.plain) <= MESSAGE_LIMIT


def test_a_digest_tells_what_was_wished_for_alone(month):
    for _, delivery, digest in month.sent:
        wish = month.subscriptions[delivery.subscription_id].wish
        for story in digest.stories:
            words = " ".join(f"{one.title} {one.text}" for one in story.articles).casefold()
            included = any(word.strip('"') in words for word in wish.include)
            fitting = (not wish.topics or set(wish.topics) & set(story.topics)) and (
                not wish.places or set(wish.places) & set(story.places)
            )
            assert fitting or included
            assert not any(word in words.split() for word in wish.exclude)


def test_no_outlet_and_no_topic_takes_a_full_digest_over(month):
    sent = [digest for _, delivery, digest in month.sent if delivery.kind != DeliveryKind.PAGE]
    full = [digest for digest in sent if len(digest.stories) == digest.wish.most_stories == 10]
    assert len(full) > 30
    leading = [Counter(story.articles[0].source for story in digest.stories).most_common(1)[0][1] for digest in full]
    assert max(leading) <= 5
    several = [digest for digest in full if not digest.wish.topics]
    topics = [Counter(story.topics[0] for story in digest.stories).most_common(1)[0][1] for digest in several]
    assert max(topics) <= 6


def test_every_alert_is_within_its_rules(month):
    alerts = [one for one in month.sent if one[1].kind == DeliveryKind.ALERT]
    assert len(alerts) > 200
    a_day: Counter[tuple[int, date]] = Counter()
    for at, delivery, digest in alerts:
        subscription = month.subscriptions[delivery.subscription_id]
        assert subscription.alerts
        local = at.astimezone(ZoneInfo(subscription.schedule.zone))
        a_day[delivery.subscription_id, local.date()] += 1
        if subscription.schedule.quiet_from is not None:
            assert time(7) <= local.time() < time(22)
        assert len(digest.stories) == 1 or delivery.key.startswith("waking")
        for story in digest.stories:
            moments = sorted(map(reported_at, independent_reports(story)))
            pairs = zip(moments, moments[SOURCES - 1 :], strict=False)
            assert any(last - first <= WITHIN for first, last in pairs)
            assert len({one.source for one in independent_reports(story)}) >= SOURCES
    assert max(a_day.values()) <= MOST_A_DAY
    assert any(len(digest.stories) > 1 for _, _, digest in alerts)


def test_what_breaks_in_quiet_hours_comes_in_one_message_at_their_end(month):
    waking = [one for one in month.sent if one[1].key.startswith("waking")]
    assert waking
    for at, delivery, _ in waking:
        zone = ZoneInfo(month.subscriptions[delivery.subscription_id].schedule.zone)
        assert time(7) <= at.astimezone(zone).time() < time(8)
    assert max(Counter((one.subscription_id, at) for at, one, _ in waking).values()) == 1


def test_every_digest_that_was_due_came_exactly_once_through_the_changes_of_clocks(month):
    by_subscription: dict[int, list[tuple[datetime, Delivery]]] = defaultdict(list)
    for at, delivery, _ in month.sent:
        if delivery.run is not None:
            by_subscription[delivery.subscription_id].append((at, delivery))
    for subscription_id, subscription in month.subscriptions.items():
        expected = due_by_hand(month.stays[subscription_id])
        came = [(delivery.run.local_date, delivery.run.slot) for _, delivery in by_subscription[subscription_id]]
        assert sorted(came) == expected
        for at, delivery in by_subscription[subscription_id]:
            local = delivery.due_at.astimezone(ZoneInfo(subscription.schedule.zone))
            assert (local.date(), local.time()) == (delivery.run.local_date, delivery.run.slot)
            assert timedelta(0) <= at - delivery.due_at < TICK


def due_by_hand(stay: Stay) -> list[tuple[date, time]]:
    """The local dates and slots of a chat's stay, by the calendar alone."""
    schedule = stay.wanted.schedule
    zone, due = ZoneInfo(schedule.zone), []
    day = FIRST_DAY.date() - timedelta(days=1)
    while day <= LAST.date() + timedelta(days=1):
        for slot in schedule.slots:
            at = datetime.combine(day, slot, tzinfo=zone).astimezone(UTC)
            lost = stay.wanted.chat_id in UNREACHABLE and OUT_FROM < at <= OUT_UNTIL
            if day.weekday() in schedule.days and stay.begins + TICK / 2 < at <= stay.ends and not lost:
                due.append((day, slot))
        day += timedelta(days=1)
    return sorted(due)


def test_chats_with_one_wish_and_one_past_share_digests(month):
    scheduled = [delivery for _, delivery, _ in month.sent if delivery.kind == DeliveryKind.DIGEST]
    assert len({delivery.digest_id for delivery in scheduled}) <= len(scheduled)


def test_what_did_not_reach_a_chat_comes_when_it_can_be_reached_again(month):
    for subscription_id, stay in month.stays.items():
        if stay.wanted.chat_id in UNREACHABLE:
            digests = [one for one in month.of(subscription_id) if one[1].kind == DeliveryKind.DIGEST]
            before = [digest for at, _, digest in digests if at <= OUT_FROM][-1]
            after = next(digest for at, _, digest in digests if at > OUT_UNTIL)
            assert after.since_at == before.until_at
            assert any(
                story.mark is Mark.NEW and story.published_at < OUT_UNTIL - MISSED_FOR for story in after.stories
            )


def test_further_pages_tell_new_stories_alone(month):
    pages = [digest for _, delivery, digest in month.sent if delivery.kind == DeliveryKind.PAGE]
    assert len(pages) > 20
    assert any(story.mark is Mark.NEW for digest in pages for story in digest.stories)


def test_a_review_has_the_weeks_biggest_stories_and_its_numbers(month):
    reviews = [digest for _, delivery, digest in month.sent if delivery.kind == DeliveryKind.REVIEW]
    reviews = [digest for digest in reviews if digest.since_at >= FIRST_DAY]  # of whole weeks
    assert len(reviews) > 10
    for digest in reviews:
        assert digest.until_at - digest.since_at == timedelta(days=7)
        assert digest.counts
        sizes = [len(independent_reports(story)) for story in digest.stories]
        assert max(sizes) >= 5
        assert sum(sizes) / len(sizes) >= 3
