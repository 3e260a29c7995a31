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
    DeliveryState,
    Digest,
    Run,
    Schedule,
    Story,
    Subscription,
    Wish,
)
from bot.store.sql import SqlStore

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
    assert line == Delivery(line.id, subscription.id, 1, None, line.digest_id, RUN)
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
    store.keep_digest_messages(line.digest_id, ["<b>關稅</b>", "tw\0o"])
    store.keep_digest_messages(line.digest_id, ["other"])
    assert store.digest_messages(line.digest_id) == ("<b>關稅</b>", "two")


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
    store.part_sent(line.id, 11, NOW)
    assert store.release_deliveries(NOW + MINUTE - timedelta(microseconds=1)) == 0
    assert store.release_deliveries(NOW + MINUTE) == 1
    assert store.release_deliveries(NOW + MINUTE) == 0
    (again,) = _claim(store, NOW + MINUTE)
    assert (again.id, again.sent_parts, again.attempts) == (line.id, (11,), 0)


def test_sending_goes_on_behind_the_parts_that_went_out(store: SqlStore):
    (line,) = _owed(store, 1)
    for message_id in (11, 2**40, 7):
        store.part_sent(line.id, message_id, NOW)
    assert store.deliveries()[0].sent_parts == (11, 2**40, 7)


def test_a_sent_delivery_is_never_sent_again(store: SqlStore):
    (line,) = _owed(store, 1)
    _claim(store)
    store.delivery_sent(line.id, NOW)
    store.delivery_sent(line.id, NOW + HOUR)
    store.delivery_postponed(line.id, NOW)  # a late word of another sender
    store.delivery_blocked(line.id, NOW)
    assert store.release_deliveries(NOW + DAY) == 0
    assert store.expire_deliveries(NOW + DAY) == 0
    assert _claim(store, NOW + DAY) == []
    assert _states(store) == [DeliveryState.SENT]


def test_a_blocked_chat_is_never_sent_to_again_until_it_is_back(store: SqlStore):
    (first,) = _owed(store, 1)
    moved = store.subscription(1)
    store.owe([Composed(moved, NEXT_RUN, None, DIGEST, "k")], NOW)
    _claim(store)
    store.delivery_blocked(first.id, NOW)
    store.release_deliveries(NOW + DAY)
    assert store.chat(1).lost_at == NOW
    assert _states(store) == [DeliveryState.BLOCKED, DeliveryState.OWED]
    assert _claim(store, NOW + DAY) == []
    store.save_chat(Chat(1))
    assert [line.run for line in _claim(store, NOW + DAY)] == [NEXT_RUN]


def test_a_blocked_chat_holds_back_no_other(store: SqlStore):
    first, _second = _owed(store, 1, 2)
    store.delivery_blocked(first.id, NOW)
    store.delivery_blocked(first.id, NOW + HOUR)
    assert store.chat(1).lost_at == NOW
    assert [line.chat_id for line in _claim(store)] == [2]


def test_a_postponed_delivery_waits_for_its_instant_and_counts_failures_only(store: SqlStore):
    (line,) = _owed(store, 1)
    _claim(store)
    store.delivery_postponed(line.id, NOW + MINUTE)
    assert _claim(store, NOW + MINUTE - timedelta(microseconds=1)) == []
    (again,) = _claim(store, NOW + MINUTE)
    assert (again.attempts, again.not_before_at) == (1, NOW + MINUTE)
    store.delivery_postponed(line.id, NOW + 2 * MINUTE, failed=False)
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


@pytest.mark.parametrize(
    "note",
    [
        lambda store: store.part_sent(7, 11, NOW),
        lambda store: store.delivery_sent(7, NOW),
        lambda store: store.delivery_blocked(7, NOW),
        lambda store: store.delivery_postponed(7, NOW),
    ],
)
def test_a_note_on_a_delivery_that_is_not_there_is_an_error(store: SqlStore, note):
    with pytest.raises(StoreError, match="no delivery 7"):
        note(store)


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
    _together([lambda number=number: store.part_sent(line.id, number, NOW) for number in range(6)])
    assert sorted(store.deliveries()[0].sent_parts) == list(range(6))
