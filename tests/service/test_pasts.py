"""What expired or was blocked was not told: its stories are free to come again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.core.timing import next_run
from bot.model import Article, Chat, DeliveryState, Mark, Note, Schedule, Subscription, Wish
from bot.service.alert import Alerts
from tests.noting import delivery_blocked, delivery_sent, part_sent
from tests.placing import TEXT, add_story, join_story

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def subscribe(store, *, slots=(time(8),), after=NOW - HOUR, alerts=False):
    store.save_chat(Chat(1))
    schedule = Schedule(slots=slots)
    run = next_run(schedule, after)
    return store.save_subscription(Subscription(1, Wish(topics=()), schedule, next_run=run, alerts=alerts))


def add(store, title, at, *, reports=1):
    told = [
        Article(
            title,
            TEXT.format(title),
            source=f"Paper {n}",
            url=f"https://paper{n}.example/{title}/{at:%d%H%M}",
            topics=("tariffs",),
            places=("JP",),
            language="en",
            published_at=at - timedelta(minutes=n),
        )
        for n in range(reports)
    ]
    return add_story(store, told, at)


def owed(store, brief, now):
    """Owe what is due; return the newest delivery, and the titles of its stories with their marks."""
    brief.owe_due(now)
    line = store.deliveries(limit=1)[0]
    return line.id, [(story.title, story.mark) for story in store.digest(line.digest_id).stories]


def expire(store, delivery_id, now):
    store.note_deliveries([Note(delivery_id, now, DeliveryState.EXPIRED)])


def test_the_stories_of_a_digest_that_expired_unsent_come_again_as_new(store, brief):
    subscribe(store)
    add(store, "Minister", NOW - 2 * HOUR)
    first, told = owed(store, brief, NOW)
    assert told == [("Minister", Mark.NEW)]
    assert store.expire_deliveries(NOW + 7 * HOUR) == 1
    add(store, "Envoy", NOW + 20 * HOUR)
    second, told = owed(store, brief, NOW + DAY)
    assert sorted(told) == [("Envoy", Mark.NEW), ("Minister", Mark.NEW)]
    delivery_sent(store, second, NOW + DAY)
    assert owed(store, brief, NOW + 2 * DAY)[1] == []
    delivery_sent(store, first, NOW + 2 * DAY)  # Telegram's word came late: then it was told


def test_what_was_told_before_the_digest_that_was_lost_is_still_known(store, brief):
    subscribe(store)
    (minister,) = add(store, "Minister", NOW - 2 * HOUR)
    first, _ = owed(store, brief, NOW)
    delivery_sent(store, first, NOW)
    late = NOW + 20 * HOUR
    text = "Parliament in Tokyo approved retaliation against soybeans by eleven votes on Saturday evening."
    vote = Article("Vote", text, source="Delta", topics=("tariffs",), places=("JP",), language="en", published_at=late)
    ((kept, _),) = store.add_articles([vote], late)
    join_story(store, [minister, kept])
    second, told = owed(store, brief, NOW + DAY)
    assert told == [("Minister", Mark.DEVELOPING)]
    delivery_blocked(store, second, NOW + DAY)
    store.save_chat(Chat(1))  # let in again
    assert owed(store, brief, NOW + 2 * DAY)[1] == [("Minister", Mark.DEVELOPING)]


def test_a_digest_composed_while_an_earlier_one_might_still_come_does_not_hide_its_stories(store, brief):
    subscribe(store, slots=(time(8), time(12)))
    add(store, "Minister", NOW - 2 * HOUR)
    morning, _ = owed(store, brief, NOW)
    add(store, "Envoy", NOW + HOUR)
    noon, told = owed(store, brief, NOW + 4 * HOUR)
    assert told == [("Envoy", Mark.NEW)]
    expire(store, morning, NOW + 6 * HOUR)
    delivery_sent(store, noon, NOW + 7 * HOUR)
    following, told = owed(store, brief, NOW + DAY)
    assert told == [("Minister", Mark.NEW)]
    delivery_sent(store, following, NOW + DAY)
    assert owed(store, brief, NOW + DAY + 4 * HOUR)[1] == []


def test_a_digest_of_which_a_part_went_out_was_told(store, brief):
    subscribe(store)
    add(store, "Minister", NOW - 2 * HOUR)
    first, _ = owed(store, brief, NOW)
    part_sent(store, first, 17, NOW)
    expire(store, first, NOW + 7 * HOUR)
    assert owed(store, brief, NOW + DAY)[1] == []


def test_the_stories_of_an_alert_that_came_to_nothing_are_in_the_digest(store, brief, analyzer):
    subscription = subscribe(store, alerts=True)
    alerts = Alerts(store, lambda: analyzer)
    add(store, "Duty", NOW - HOUR, reports=3)
    assert alerts.owe_breaking(NOW - HOUR) == 1
    (alert,) = store.deliveries()
    first, told = owed(store, brief, NOW)
    assert told == []
    delivery_sent(store, first, NOW)
    expire(store, alert.id, NOW + 5 * HOUR)
    assert owed(store, brief, NOW + DAY)[1] == [("Duty", Mark.NEW)]
    assert store.alerted([subscription.id], since_at=NOW - DAY) == {}


def test_an_alert_that_was_lost_before_any_digest_takes_nothing_from_the_first_one(store, brief, analyzer):
    subscribe(store, alerts=True)
    add(store, "Duty", NOW - HOUR, reports=3)
    Alerts(store, lambda: analyzer).owe_breaking(NOW - HOUR)
    expire(store, store.deliveries()[0].id, NOW)
    assert owed(store, brief, NOW)[1] == [("Duty", Mark.NEW)]


def test_a_story_of_a_lost_digest_can_still_break(store, brief, analyzer):
    subscription = subscribe(store, alerts=True)
    (first,) = add(store, "Duty", NOW - 2 * HOUR)
    lost, _ = owed(store, brief, NOW)
    alerts = Alerts(store, lambda: analyzer)
    at = NOW + HOUR
    more = [
        replace(first, id=None, source=f"Other {n}", url=f"https://other{n}.example/", published_at=at)
        for n in (1, 2, 3)
    ]
    kept = [one for one, _ in store.add_articles(more, at)]
    join_story(store, [first, *kept])
    expire(store, lost, at)
    assert alerts.owe_breaking(at) == 1
    assert store.alerted([subscription.id], since_at=NOW)


def test_what_a_lost_digest_carried_from_before_is_known_all_the_same(store, brief):
    subscribe(store)
    add(store, "Minister", NOW - 2 * HOUR)
    first, _ = owed(store, brief, NOW)
    delivery_sent(store, first, NOW)
    add(store, "Envoy", NOW + 20 * HOUR)
    lost, _ = owed(store, brief, NOW + DAY)
    expire(store, lost, NOW + DAY + 7 * HOUR)
    assert owed(store, brief, NOW + 2 * DAY)[1] == [("Envoy", Mark.NEW)]
