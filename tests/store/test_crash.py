"""A process that is killed in the middle of its work leaves a ledger that agrees with itself."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.model import Chat, DeliveryState, Run, Schedule, Subscription, Wish
from bot.store.sql import open_store

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
FIRST_DAY = date(2026, 11, 20)
CHATS = 20

PLANNER = """
import sys
from datetime import UTC, datetime, timedelta
from bot.model import Composed, Digest, Run
from bot.store.sql import open_store

FAR, DAY = datetime(2100, 1, 1, tzinfo=UTC), timedelta(days=1)
store = open_store(sys.argv[1])
while True:
    composed = []
    for one in store.due_subscriptions(FAR):
        run = one.next_run
        digest = Digest(one.wish, (), 0, run.at - DAY, run.at)
        next_run = Run(run.at + DAY, run.slot, run.local_date + DAY)
        composed.append(Composed(one, run, next_run, digest, f"{one.chat_id}"))
    store.owe(composed, composed[0].run.at)
    print("owed", flush=True)
"""

SENDER = """
import sys
from datetime import UTC, datetime, timedelta
from bot.store.sql import open_store
from tests.noting import delivery_sent, part_sent

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
store = open_store(sys.argv[1])
message_id = 0
while True:
    for line in store.claim_deliveries(NOW, lease_until=NOW + timedelta(minutes=1), limit=3):
        for part in range(len(line.sent_parts), 2):
            message_id += 1
            print(f"{line.id} sent", flush=True)
            part_sent(store, line.id, message_id, NOW, part=part)
            print(f"{line.id} noted", flush=True)
        delivery_sent(store, line.id, NOW)
"""


def _kill_after(lines: int, script: str, url: str) -> list[str]:
    """Run a script until it has printed some lines, kill it at once, and return all it printed."""
    with subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True) as process:
        printed = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        printed += process.stdout.readlines()
    assert all(printed), "the script ended by itself"
    return [line.strip() for line in printed]


def _subscribe(url: str) -> None:
    store = open_store(url)
    for chat_id in range(1, CHATS + 1):
        store.save_chat(Chat(chat_id))
        run = Run(NOW, time(8), FIRST_DAY)
        store.save_subscription(Subscription(chat_id, Wish(), Schedule(), next_run=run))
    store.close()


def test_after_a_kill_the_ledger_and_the_next_run_agree(store_url):
    _subscribe(store_url)
    for lines in (3, 10):
        _kill_after(lines, PLANNER, store_url)
        store = open_store(store_url)
        for chat_id in range(1, CHATS + 1):
            subscription = store.subscription(chat_id)
            days = (subscription.next_run.local_date - FIRST_DAY).days
            owed = {line.run.local_date for line in store.deliveries(chat_id=chat_id, limit=10_000)}
            assert owed == {FIRST_DAY + timedelta(days=day) for day in range(days)}
            assert subscription.last_digest_at == NOW + timedelta(days=days - 1)
            assert days >= lines
        store.close()


@pytest.mark.parametrize("lines", [6, 11])
def test_after_a_kill_only_the_request_in_flight_may_be_repeated(store_url, lines):
    _subscribe(store_url)
    _kill_after(1, PLANNER, store_url)
    printed = _kill_after(lines, SENDER, store_url)
    store = open_store(store_url)
    kept = {line.id: line for line in store.deliveries(limit=10_000)}
    sent, noted = ({one: printed.count(f"{one} {what}") for one in kept} for what in ("sent", "noted"))
    for one, line in kept.items():
        assert noted[one] <= len(line.sent_parts) <= sent[one] + 1  # what it printed last may have been lost with it
    assert store.release_deliveries(NOW + timedelta(minutes=1)) <= 3
    waiting = {line.id for line in store.deliveries(limit=10_000) if line.state == DeliveryState.OWED}
    assert waiting == {one for one, line in kept.items() if line.state != DeliveryState.SENT}
    store.close()
