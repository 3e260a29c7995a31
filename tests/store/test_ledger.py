"""The ledger: what is owed is written with the next run or not at all, taken by one, sent once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from bot.errors import StoreError
from bot.model import (
    Article,
    Chat,
    Composed,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Digest,
    Note,
    Owed,
    Run,
    Schedule,
    Story,
    Subscription,
    Wish,
)
from bot.store.sql import SqlStore
from tests.noting import delivery_blocked, delivery_postponed, delivery_sent, part_sent

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RUN = Run(NOW, time(8), date(2026, 11, 20))
NEXT_RUN = Run(NOW + DAY, time(8), date(2026, 11, 21))
ARTICLE = Article("Duty stays", "The duty stays.", "Kairos Wire", published_at=NOW - HOUR, topics=("tariffs",))
DIGEST = Digest(
    Wish(),
    (Story("Duty stays", (ARTICLE,), ("The duty stays.",), ("tariffs",), ("JP",), NOW - HOUR),),
    sources=43,
    since_at=NOW - DAY,
    until_at=NOW,
)


def _subscribe(store: SqlStore, *chat_ids: int) -> list[Subscription]:
    for chat_id in chat_ids:
        store.save_chat(Chat(chat_id))
    return [store.save_subscription(Subscription(one, Wish(), Schedule(), next_run=RUN)) for one in chat_ids]


def _composed(subscription: Subscription, digest: Digest | None = DIGEST, *, key: str = "k") -> Composed:
    return Composed(subscription, RUN, NEXT_RUN, digest, key)


def _owed(store: SqlStore, *chat_ids: int) -> list[Delivery]:
    """Owe a digest to chats and return the lines, in the chats' order."""
    store.owe([_composed(one) for one in _subscribe(store, *chat_ids)], NOW)
    return list(reversed(store.deliveries()))


def _claim(store: SqlStore, now: datetime = NOW) -> list[Delivery]:
    return store.claim_deliveries(now, lease_until=now + MINUTE)


def _states(store: SqlStore) -> list[DeliveryState]:
    return [line.state for line in reversed(store.deliveries())]


def test_a_digest_is_owed_and_the_subscription_moves_to_its_next_run(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    assert store.owe([_composed(subscription)], NOW + MINUTE) == 1
    moved = store.subscription(1)
    assert moved is not None
    assert moved.last_digest_id
    had = {"last_digest_at": DIGEST.until_at, "last_digest_id": moved.last_digest_id}
    assert moved == replace(subscription, next_run=NEXT_RUN, **had)
    (line,) = store.deliveries()
    assert line == Delivery(line.id, subscription.id, 1, None, line.digest_id, RUN, NOW, key="08:00 2026-11-20")
    assert store.digest(line.digest_id) == DIGEST


def test_a_digest_is_never_owed_twice_for_a_slot_and_date(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    assert store.owe([_composed(subscription)] * 2, NOW) == 1
    assert store.owe([_composed(subscription)], NOW) == 0
    store.save_subscription(subscription)  # somebody turns the clock back
    assert store.owe([_composed(subscription)], NOW) == 0
    assert store.subscription(1).next_run == NEXT_RUN
    assert len(store.deliveries()) == 1


def test_a_subscription_that_was_changed_meanwhile_is_left_alone(store: SqlStore):
    first, second, third = _subscribe(store, 1, 2, 3)
    changed = store.save_subscription(replace(first, next_run=replace(RUN, slot=time(9))))
    stopped = store.save_subscription(replace(second, next_run=None))
    assert store.owe([_composed(one) for one in (first, second, third)], NOW) == 1
    assert store.subscription(1) == changed
    assert store.subscription(2) == stopped
    assert [line.chat_id for line in store.deliveries()] == [3]


def test_a_subscription_that_was_never_kept_is_left_alone(store: SqlStore):
    assert store.owe([_composed(Subscription(1, Wish(), Schedule(), next_run=RUN))], NOW) == 0
    assert store.owe([], NOW) == 0


def test_a_skipped_run_is_written_as_expired_and_the_next_digest_looks_further_back(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    store.save_subscription(replace(subscription, last_digest_at=NOW - DAY))
    assert store.owe([_composed(subscription, None)], NOW) == 1
    (line,) = store.deliveries()
    assert (line.state, line.digest_id) == (DeliveryState.EXPIRED, 0)
    assert store.subscription(1).next_run == NEXT_RUN
    assert store.subscription(1).last_digest_at == NOW - DAY
    assert _claim(store) == []


def test_the_last_run_of_a_subscription_stops_it(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    store.owe([replace(_composed(subscription), next_run=None)], NOW)
    assert store.subscription(1).next_run is None
    assert store.due_subscriptions(NOW + 9 * DAY) == []


def test_equal_wish_keys_share_one_digest_also_between_batches(store: SqlStore):
    first, second, third, fourth = _subscribe(store, 1, 2, 3, 4)
    store.owe([_composed(first, key="a"), _composed(second, replace(DIGEST), key="a"), _composed(third, key="b")], NOW)
    store.owe([_composed(fourth, key="a")], NOW)
    ids = [line.digest_id for line in reversed(store.deliveries())]
    assert ids[0] == ids[1] == ids[3]
    assert ids[0] != ids[2]


def test_a_wish_key_does_not_bring_back_the_digest_of_another_day(store: SqlStore):
    first, second = _subscribe(store, 1, 2)
    tomorrow = replace(DIGEST, until_at=NOW + DAY)
    store.owe([_composed(first, key="a")], NOW)
    store.owe([_composed(second, tomorrow, key="a")], NOW + DAY)
    assert [store.digest(line.digest_id) for line in store.deliveries()] == [tomorrow, DIGEST]


def test_without_wish_keys_each_digest_is_its_own(store: SqlStore):
    first, second = _subscribe(store, 1, 2)
    other = replace(DIGEST, sources=7)
    store.owe([_composed(first, key=""), _composed(second, other, key="")], NOW)
    assert [store.digest(line.digest_id) for line in store.deliveries()] == [other, DIGEST]


def test_a_digest_of_stored_articles_comes_back_whole_and_outlives_them(store: SqlStore):
    article, _ = store.add_article(replace(ARTICLE, sample=True), NOW)
    digest = replace(DIGEST, stories=(replace(DIGEST.stories[0], articles=(article, ARTICLE)),))
    (subscription,) = _subscribe(store, 1)
    store.owe([_composed(subscription, digest)], NOW)
    digest_id = store.deliveries()[0].digest_id
    assert store.digest(digest_id) == digest
    store.drop_samples()
    (story,) = store.digest(digest_id).stories
    assert story.sentences == ("The duty stays.",)
    assert story.articles == (replace(article, text=""), ARTICLE)


def test_a_digest_that_is_not_there_is_an_error(store: SqlStore):
    with pytest.raises(StoreError, match="no digest 7"):
        store.digest(7)


def test_the_messages_that_were_rendered_first_stay(store: SqlStore):
    (line,) = _owed(store, 1)
    assert store.digest_messages(line.digest_id) is None
    store.keep_digest_messages(line.digest_id, [{"html": "<b>關稅</b>", "rows": [["a", None]]}, "tw\0o"])
    store.keep_digest_messages(line.digest_id, ["other"])
    assert store.digest_messages(line.digest_id) == ({"html": "<b>關稅</b>", "rows": [["a", None]]}, "two")


def test_hundreds_of_subscriptions_are_owed_in_one_transaction(store: SqlStore):
    subscriptions = _subscribe(store, *range(1, 601))
    transactions: list[str] = []
    sa.event.listen(store._transactions.engine, "commit", lambda _db: transactions.append("commit"))
    assert store.owe([_composed(one, key=f"{one.chat_id % 9}") for one in subscriptions], NOW) == 600
    assert len(transactions) == 1
    assert len({line.digest_id for line in store.deliveries(limit=2000)}) == 9
    assert store.due_subscriptions(NOW) == []


def test_what_fails_within_owing_leaves_nothing_behind(store: SqlStore):
    subscriptions = _subscribe(store, 1, 2, 3)
    composed = [_composed(one, key=f"{one.chat_id}") for one in subscriptions]
    left = [0]

    def fail(_db, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            left[0] -= 1
            if left[0] == 0:
                raise RuntimeError("killed here")

    sa.event.listen(store._transactions.engine, "before_cursor_execute", fail)
    for number in range(1, 20):
        left[0] = number
        try:
            store.owe(composed, NOW)
        except RuntimeError:
            left[0] = 0
            assert store.deliveries() == []
            assert len(store.due_subscriptions(NOW)) == 3
        else:
            assert number > 4  # it did fail, in the middle too
            break
    left[0] = 0
    assert len(store.deliveries()) == 3
    assert store.due_subscriptions(NOW) == []


def test_an_owed_delivery_is_taken_once_earliest_first(store: SqlStore):
    late, early = _subscribe(store, 1, 2)
    earlier = replace(RUN, at=NOW - HOUR)
    early = store.save_subscription(replace(early, next_run=earlier))
    store.owe([_composed(late), replace(_composed(early), run=earlier)], NOW)
    taken = _claim(store)
    assert [line.chat_id for line in taken] == [2, 1]
    assert {line.state for line in taken} == {DeliveryState.SENDING}
    assert _claim(store) == []
    assert store.claim_deliveries(NOW, lease_until=NOW, limit=0) == []


def test_no_more_is_taken_than_asked_for(store: SqlStore):
    _owed(store, *range(1, 6))
    sizes = [len(store.claim_deliveries(NOW, lease_until=NOW + MINUTE, limit=2)) for _ in range(4)]
    assert sizes == [2, 2, 1, 0]


def test_what_was_being_sent_is_owed_again_when_its_lease_ends(store: SqlStore):
    (line,) = _owed(store, 1)
    _claim(store)
    part_sent(store, line.id, 11, NOW)
    assert store.release_deliveries(NOW + MINUTE - timedelta(microseconds=1)) == 0
    assert store.release_deliveries(NOW + MINUTE) == 1
    assert store.release_deliveries(NOW + MINUTE) == 0
    (again,) = _claim(store, NOW + MINUTE)
    assert (again.id, again.sent_parts, again.attempts) == (line.id, (11,), 0)


def test_sending_goes_on_behind_the_parts_that_went_out(store: SqlStore):
    (line,) = _owed(store, 1)
    for message_id in (11, 2**40, 7):
        part_sent(store, line.id, message_id, NOW)
    assert store.deliveries()[0].sent_parts == (11, 2**40, 7)


def test_a_sent_delivery_is_never_sent_again(store: SqlStore):
    (line,) = _owed(store, 1)
    _claim(store)
    delivery_sent(store, line.id, NOW)
    delivery_sent(store, line.id, NOW + HOUR)
    delivery_postponed(store, line.id, NOW)  # a late word of another sender
    delivery_blocked(store, line.id, NOW)
    assert store.release_deliveries(NOW + DAY) == 0
    assert store.expire_deliveries(NOW + DAY) == 0
    assert _claim(store, NOW + DAY) == []
    assert _states(store) == [DeliveryState.SENT]


def test_a_blocked_chat_is_never_sent_to_again_until_it_is_back(store: SqlStore):
    (first,) = _owed(store, 1)
    moved = store.subscription(1)
    store.owe([Composed(moved, NEXT_RUN, None, DIGEST, "k")], NOW)
    _claim(store)
    delivery_blocked(store, first.id, NOW)
    store.release_deliveries(NOW + DAY)
    assert store.chat(1).lost_at == NOW
    assert _states(store) == [DeliveryState.BLOCKED, DeliveryState.OWED]
    assert _claim(store, NOW + DAY) == []
    store.save_chat(Chat(1))
    assert [line.run for line in _claim(store, NOW + DAY)] == [NEXT_RUN]


def test_a_blocked_chat_holds_back_no_other(store: SqlStore):
    first, _second = _owed(store, 1, 2)
    delivery_blocked(store, first.id, NOW)
    delivery_blocked(store, first.id, NOW + HOUR)
    assert store.chat(1).lost_at == NOW
    assert [line.chat_id for line in _claim(store)] == [2]


def test_a_postponed_delivery_waits_for_its_instant_and_counts_failures_only(store: SqlStore):
    (line,) = _owed(store, 1)
    _claim(store)
    delivery_postponed(store, line.id, NOW + MINUTE)
    assert _claim(store, NOW + MINUTE - timedelta(microseconds=1)) == []
    (again,) = _claim(store, NOW + MINUTE)
    assert (again.attempts, again.not_before_at) == (1, NOW + MINUTE)
    delivery_postponed(store, line.id, NOW + 2 * MINUTE, failed=False)
    assert store.deliveries()[0].attempts == 1


def test_what_was_due_too_long_ago_expires(store: SqlStore):
    early, late, sending = _subscribe(store, 1, 2, 3)
    earlier = replace(RUN, at=NOW - HOUR)
    for one in (early, sending):
        store.save_subscription(replace(one, next_run=earlier))
    store.owe([replace(_composed(sending), run=earlier)], NOW)
    _claim(store)
    store.owe([replace(_composed(early), run=earlier), _composed(late)], NOW)
    assert store.expire_deliveries(NOW) == 1
    states = {line.chat_id: line.state for line in store.deliveries()}
    assert states == {1: DeliveryState.EXPIRED, 2: DeliveryState.OWED, 3: DeliveryState.SENDING}


def test_a_note_on_a_delivery_that_is_not_there_spoils_no_other(store: SqlStore):
    (line,) = _owed(store, 1)
    notes = [Note(one, NOW, DeliveryState.SENT, part=0, message_id=11) for one in (line.id, 77)]
    store.note_deliveries(notes)
    store.note_deliveries([])
    assert _states(store) == [DeliveryState.SENT]
    assert store.deliveries()[0].sent_parts == (11,)


def test_notes_of_all_kinds_are_kept_in_one_transaction(store: SqlStore):
    first, second, third, fourth, fifth = _owed(store, 1, 2, 3, 4, 5)
    _claim(store)
    transactions: list[str] = []
    sa.event.listen(store._transactions.engine, "commit", lambda _db: transactions.append("commit"))
    later = NOW + HOUR
    store.note_deliveries(
        [
            Note(first.id, NOW, DeliveryState.SENT, part=0, message_id=11),
            Note(second.id, NOW, DeliveryState.SENDING, part=0, message_id=12, until_at=later),
            Note(third.id, NOW, DeliveryState.OWED, until_at=later, held_until_at=later),
            Note(fourth.id, NOW, DeliveryState.BLOCKED, lost=True),
            Note(fifth.id, NOW, DeliveryState.OWED),
        ]
    )
    assert len(transactions) == 1
    owed, blocked = DeliveryState.OWED, DeliveryState.BLOCKED
    assert _states(store) == [DeliveryState.SENT, DeliveryState.SENDING, owed, blocked, owed]
    assert store.release_deliveries(NOW + MINUTE) == 0  # the note of a part renews the lease
    assert [line.chat_id for line in _claim(store)] == [5]


def test_a_chat_that_is_held_back_gets_nothing_of_all_its_topics_until_it_is_over(store: SqlStore):
    store.save_chat(Chat(1))
    topics = [store.save_subscription(Subscription(1, Wish(), Schedule(), n, next_run=RUN)) for n in (7, 8)]
    store.owe([_composed(one) for one in topics], NOW)
    (line,) = store.claim_deliveries(NOW, lease_until=NOW + MINUTE, limit=1)
    store.note_deliveries([Note(line.id, NOW, DeliveryState.OWED, until_at=NOW + MINUTE, held_until_at=NOW + MINUTE)])
    assert _claim(store, NOW + MINUTE - timedelta(seconds=1)) == []
    assert len(_claim(store, NOW + MINUTE)) == 2


def test_a_part_that_is_noted_twice_is_kept_once(store: SqlStore):
    (line,) = _owed(store, 1)
    part_sent(store, line.id, 11, NOW, part=0)
    part_sent(store, line.id, 12, NOW, part=0)
    assert store.deliveries()[0].sent_parts == (11,)


def test_leases_given_by_a_clock_that_went_back_have_ended(store: SqlStore):
    _owed(store, 1, 2)
    mine, _theirs = store.claim_deliveries(NOW + HOUR, lease_until=NOW + HOUR + MINUTE)
    assert store.release_deliveries(NOW, beyond=NOW + 2 * MINUTE, in_hand={mine.id}) == 1
    assert sorted(_states(store)) == [DeliveryState.OWED, DeliveryState.SENDING]


def test_pauses_end_when_the_clock_went_back(store: SqlStore):
    first, second = _owed(store, 1, 2)
    later = NOW + HOUR
    store.note_deliveries(
        [
            Note(first.id, NOW, DeliveryState.OWED, until_at=later, failed=True),
            Note(second.id, NOW, DeliveryState.OWED, until_at=later, held_until_at=later),
        ]
    )
    assert _claim(store) == []
    assert store.end_pauses(NOW) == 2
    assert len(_claim(store)) == 2


def test_a_paused_subscription_is_neither_planned_nor_sent_until_it_goes_on(store: SqlStore):
    first, second = _subscribe(store, 1, 2)
    store.owe([_composed(first)], NOW)
    for one in (first, second):
        assert store.pause_subscription(one.id, "no_rights")
        assert not store.pause_subscription(one.id, "topic_closed")
    assert store.subscription(1).paused == "no_rights"
    assert store.due_subscriptions(NOW + DAY) == []
    assert _claim(store) == []
    assert store.resume_subscriptions(1) == 1
    assert [line.chat_id for line in _claim(store)] == [1]
    assert store.resume_subscriptions(2, 7) == 0
    store.save_subscription(second)
    assert [one.chat_id for one in store.due_subscriptions(NOW)] == [2]


def test_alerts_and_reviews_stand_in_the_ledger_beside_digests(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    digest_id = store.keep_digest(DIGEST, "k", NOW)
    assert store.keep_digest(DIGEST, "k", NOW + HOUR) == digest_id
    alert = Owed(subscription.id, DeliveryKind.ALERT, "alert 4711", NOW, digest_id)
    review = Owed(subscription.id, DeliveryKind.REVIEW, "review 2026-W47", NOW, digest_id)
    assert store.owe_beside([alert, review, replace(alert, subscription_id=99)]) == 2
    assert store.owe_beside([alert]) == store.owe_beside([]) == 0
    store.owe([_composed(subscription)], NOW)
    lines = store.deliveries()
    assert [(line.kind, line.key, line.run) for line in lines] == [
        (DeliveryKind.DIGEST, "08:00 2026-11-20", RUN),
        (DeliveryKind.REVIEW, "review 2026-W47", None),
        (DeliveryKind.ALERT, "alert 4711", None),
    ]
    assert {line.digest_id for line in lines} == {digest_id}
    assert len(_claim(store)) == 3


def test_a_digest_that_is_kept_already_is_owed_by_its_id(store: SqlStore):
    (subscription,) = _subscribe(store, 1)
    digest_id = store.keep_digest(DIGEST, "k", NOW)
    assert store.owe([replace(_composed(subscription, None), digest_id=digest_id)], NOW) == 1
    assert store.deliveries()[0].digest_id == digest_id
    assert store.subscription(1).last_digest_at == NOW


def test_the_ledger_is_read_newest_first_of_all_chats_or_of_one(store: SqlStore):
    _owed(store, 1, 2, 3)
    assert [line.chat_id for line in store.deliveries(limit=2)] == [3, 2]
    assert [line.chat_id for line in store.deliveries(chat_id=2)] == [2]


def _together(work: Sequence) -> None:
    barrier = threading.Barrier(len(work))

    def start(one) -> None:
        barrier.wait()
        one()

    threads = [threading.Thread(target=start, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_eight_threads_take_each_delivery_once(store: SqlStore):
    _owed(store, *range(1, 201))
    taken: list[int] = []

    def take() -> None:
        while some := store.claim_deliveries(NOW, lease_until=NOW + MINUTE, limit=7):
            taken.extend(line.id for line in some)

    _together([take] * 8)
    # on PostgreSQL a claim passes over lines that another is just taking, so a thread may end early
    taken.extend(line.id for line in _claim(store))
    assert len(taken) == len(set(taken)) == 200


def test_two_planners_owe_each_digest_once(store: SqlStore):
    subscriptions = _subscribe(store, *range(1, 101))
    composed = [_composed(one, key=f"{one.chat_id % 5}") for one in subscriptions]
    written: list[int] = []
    _together(
        [lambda: written.append(store.owe(composed, NOW)), lambda: written.append(store.owe(composed[::-1], NOW))]
    )
    assert sum(written) == 100
    assert len(store.deliveries(limit=1000)) == 100
    assert len({line.digest_id for line in store.deliveries(limit=1000)}) == 5


def test_parts_noted_at_once_are_all_kept(store: SqlStore):
    (line,) = _owed(store, 1)
    _together([lambda number=number: part_sent(store, line.id, number, NOW, part=number) for number in range(6)])
    assert sorted(store.deliveries()[0].sent_parts) == list(range(6))
