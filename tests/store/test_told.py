"""What chats were told: in digests, in alerts, and what waits for the end of quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.model import (
    Alerted,
    Article,
    Chat,
    Composed,
    DeliveryKind,
    DeliveryState,
    Digest,
    DigestKind,
    Note,
    Owed,
    Run,
    Schedule,
    Subscription,
    Told,
    Wish,
)
from bot.store.sql import SqlStore

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RUN = Run(NOW, time(8), date(2026, 11, 20))
TOLD = (Told(7, 3, NOW - HOUR, NOW),)
DIGEST = Digest(Wish(), (), 3, NOW - DAY, NOW, told=TOLD)


def subscribe(store: SqlStore, chat_id: int, **more) -> Subscription:
    store.save_chat(Chat(chat_id))
    return store.save_subscription(Subscription(chat_id, Wish(), Schedule(), next_run=RUN, **more))


def owe(store, subscription, *, key="alert 7", due_at=NOW, told=TOLD, now=NOW):
    digest = replace(DIGEST, kind=DigestKind.ALERT, told=told)
    number = store.keep_digest(digest, key, now)
    return store.owe_alerts([Owed(subscription.id, DeliveryKind.ALERT, key, due_at, number)], now)


def test_a_subscription_remembers_the_digest_it_had_last(store: SqlStore):
    subscription = subscribe(store, 1)
    store.owe(
        [Composed(subscription, RUN, replace(RUN, at=NOW + DAY, local_date=date(2026, 11, 21)), DIGEST, "k")], NOW
    )
    last = store.subscription(1).last_digest_id
    assert store.told([last, last + 1]) == {last: TOLD}
    kept = store.keep_digest(DIGEST, "other", NOW)
    after = replace(RUN, at=NOW + 2 * DAY, local_date=date(2026, 11, 22))
    due = store.subscription(1)
    store.owe([Composed(due, due.next_run, after, None, "other", kept)], NOW + DAY)
    assert store.subscription(1).last_digest_id == kept
    store.owe([Composed(store.subscription(1), after, None, None)], NOW + 2 * DAY)
    assert store.subscription(1).last_digest_id == kept  # a skipped run told nothing


def test_those_who_want_alerts_can_be_listed(store: SqlStore):
    wants = subscribe(store, 1, alerts=True)
    subscribe(store, 2)
    store.save_subscription(replace(subscribe(store, 3, alerts=True), next_run=None))
    subscribe(store, 4, alerts=True, paused="no_rights")
    subscribe(store, 5, alerts=True)
    store.save_chat(Chat(5, lost_at=NOW))
    assert store.alerting() == [wants]


def test_an_alert_is_owed_once(store: SqlStore):
    subscription = subscribe(store, 1)
    assert owe(store, subscription) == 1
    assert owe(store, subscription, told=()) == 0
    (line,) = store.deliveries()
    assert (line.kind, line.key, line.due_at, line.not_before_at) == (DeliveryKind.ALERT, "alert 7", NOW, None)
    assert store.alerted([subscription.id], since_at=NOW) == {subscription.id: (Alerted("alert 7", NOW, TOLD),)}
    assert store.alerted([subscription.id], since_at=NOW + HOUR) == {}
    assert store.alerted([], since_at=NOW) == {}


def test_an_alert_of_nobody_is_passed_over(store: SqlStore):
    number = store.keep_digest(DIGEST, "k", NOW)
    assert store.owe_alerts([Owed(99, DeliveryKind.ALERT, "alert 7", NOW, number)], NOW) == 0


def test_what_is_held_grows_until_it_is_taken_up(store: SqlStore):
    subscription = subscribe(store, 1)
    waking = NOW + HOUR
    assert owe(store, subscription, key="waking", due_at=waking) == 1
    more = (*TOLD, Told(9, 4, NOW, NOW))
    assert owe(store, subscription, key="waking", due_at=waking, told=more) == 1
    assert store.alerted([subscription.id], since_at=NOW)[subscription.id] == (
        Alerted("waking", waking, more, held=True),
    )
    assert store.claim_deliveries(NOW, lease_until=NOW + HOUR) == []
    (taken,) = store.claim_deliveries(waking, lease_until=waking + HOUR)
    assert store.digest(taken.digest_id).told == more
    assert owe(store, subscription, key="waking", due_at=waking, told=()) == 0
    assert store.alerted([subscription.id], since_at=NOW)[subscription.id] == (Alerted("waking", waking, more),)


def test_an_alert_that_came_to_nothing_was_not_told(store: SqlStore):
    subscription = subscribe(store, 1)
    owe(store, subscription)
    (line,) = store.deliveries()
    store.note_deliveries([Note(line.id, NOW, DeliveryState.BLOCKED)])
    assert store.alerted([subscription.id], since_at=NOW) == {}


def test_a_review_is_a_kind_of_its_own_in_the_ledger(store: SqlStore):
    subscription = subscribe(store, 1)
    weekly = store.save_subscription(replace(subscription, schedule=Schedule(weekly=True)))
    store.owe([Composed(weekly, RUN, None, DIGEST, "k")], NOW)
    assert store.deliveries()[0].kind == DeliveryKind.REVIEW


def test_the_sources_of_a_span_are_counted_once_each(store: SqlStore):
    for number, (source, added_at, published_at) in enumerate(
        [
            ("Kairos Wire", NOW, NOW),
            ("Kairos Wire", NOW, NOW),
            ("Harbor Post", NOW - HOUR, NOW),
            ("", NOW, NOW),
            ("Late", NOW, NOW - 4 * DAY),
            ("Before", NOW - 2 * DAY, NOW),
            ("After", NOW + HOUR, NOW),
        ]
    ):
        store.add_article(Article(f"t{number}", "x", source=source, published_at=published_at), added_at)
    store.add_article(Article("mine", "x", source="A chat", published_at=NOW, chat_id=5), NOW)
    assert store.sources_heard(NOW - DAY, NOW) == 2


def test_of_subscriptions_that_something_did_not_reach_all_that_was_owed_is_told(store: SqlStore):
    lost, well = subscribe(store, 1), subscribe(store, 2)
    for subscription in (lost, well):
        owe(store, subscription)
        owe(store, subscription, key="alert 9", due_at=NOW + HOUR)
    line = next(one for one in store.deliveries() if (one.chat_id, one.key) == (1, "alert 9"))
    assert store.troubled([lost.id, well.id], since_at=NOW) == {}
    store.note_deliveries([Note(line.id, NOW, DeliveryState.EXPIRED)])
    store.owe([Composed(lost, RUN, None, None)], NOW)  # a run that was skipped
    found = store.troubled([lost.id, well.id], since_at=NOW)
    assert {one: [each.key for each in lines] for one, lines in found.items()} == {lost.id: ["alert 7", "alert 9"]}
    assert [each.is_untold for each in found[lost.id]] == [False, True]
    assert store.troubled([lost.id], since_at=NOW + 2 * HOUR) == {}


def test_what_was_shown_on_demand_is_sent_once_and_is_no_alert(store: SqlStore):
    subscription = subscribe(store, 1)
    number = store.keep_digest(DIGEST, "page 5", NOW)
    page = Owed(subscription.id, DeliveryKind.PAGE, "page 5", NOW, number)
    store.note_shown(page)
    store.note_shown(page)
    store.note_shown(replace(page, subscription_id=99))
    (line,) = store.deliveries()
    assert (line.kind, line.key, line.state) == (DeliveryKind.PAGE, "page 5", DeliveryState.SENT)
    assert store.claim_deliveries(NOW + HOUR, lease_until=NOW + DAY) == []
    assert store.alerted([subscription.id], since_at=NOW) == {
        subscription.id: (Alerted("page 5", NOW, TOLD, asked=True),)
    }
