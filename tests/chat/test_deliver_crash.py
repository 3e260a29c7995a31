"""A process that dies at any await or commit between "due" and "sent" loses nothing and repeats next to nothing.

Every step is tried, none is left to chance; the soak test then mixes it with a Telegram that refuses.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter

import pytest

from bot.chat.deliver import LEASE
from bot.core.timing import next_run
from bot.model import Article, Chat, ChatKind, Schedule, Subscription, Wish
from bot.service.brief import Brief
from bot.store.sql import open_store
from tests.sending import NOW, Life, World, random_answers

GROUP, MOVED, LONG, BLOCKED = -5001, -1001000005002, 3, 4
CHATS = (1, 2, LONG, GROUP)
TOO_FAST = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 2}}
BAD_GATEWAY = {"ok": False, "error_code": 502, "description": "Bad Gateway"}
GONE = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
UPGRADED = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: group chat was upgraded to a supergroup chat",
    "parameters": {"migrate_to_chat_id": MOVED},
}


class PlainBrief(Brief):
    """Tells sentences without analyzing texts: this is about sending."""

    def tell(self, story, _n):
        return story


def subscribe(store, chat_ids, *, wish=lambda _chat: Wish(topics=())):
    schedule = Schedule()
    run = next_run(schedule, NOW.replace(hour=7))
    for chat_id in chat_ids:
        store.save_chat(Chat(chat_id, ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP))
        store.save_subscription(Subscription(chat_id, wish(chat_id), schedule, next_run=run))


@pytest.fixture(scope="module")
def due(tmp_path_factory):
    """A store in which digests are due, one of them in two parts."""
    path = tmp_path_factory.mktemp("due") / "store.db"
    store = open_store(f"sqlite:///{path}")
    for n in range(12):
        title = f"Story {n} " + " ".join(f"{chr(97 + n)}{chr(97 + k // 9)}{chr(97 + k % 9)}ore" for k in range(60))
        places = ("JP",) if n else ("JP", "FR")
        article = Article(title, f"{title}. Text.", "Kairos Wire", published_at=NOW, topics=("tariffs",), places=places)
        store.add_article(article, NOW)
    long, short = Wish(topics=(), most_stories=12), Wish(topics=(), places=("FR",))
    subscribe(store, (*CHATS, BLOCKED), wish=lambda chat_id: long if chat_id == LONG else short)
    store.close()
    return path


def rough_answers():
    """A Telegram that refuses each chat once, in all the ways it has."""
    met = Counter()

    def answer(chat_id, _text):
        met[chat_id] += 1
        if chat_id == BLOCKED:
            return 403, GONE
        if chat_id == GROUP:
            return 400, UPGRADED
        if chat_id == 2 and met[2] == 1:
            return 429, TOO_FAST
        if chat_id == LONG and met[LONG] == 2:
            return 502, BAD_GATEWAY
        return None

    return answer


async def plan_and_send(life):
    pages = PlainBrief(life.store, lambda: None).owe_pages(life.now())
    while await life.offload(next, pages, None) is not None:
        life.deliverer.wake()
    await life._beat()


def live(url, world, *, die_at=None, at=0.0):
    life = Life(url, world, die_at=die_at, at=at)
    life.run(plan_and_send(life))
    return life


def noted(store):
    return {line.chat_id: len(line.sent_parts) for line in store.deliveries()}


@pytest.mark.parametrize("answers", [lambda: lambda *_: None, rough_answers], ids=["smooth", "rough"])
def test_death_at_any_step_loses_nothing_and_repeats_only_what_was_in_flight(due, tmp_path, answers):
    def die(step):
        path = tmp_path / f"{step}.db"
        shutil.copy(due, path)
        world = World(answers())
        first = live(f"sqlite:///{path}", world, die_at=step)
        died, begun, kept = first.dead, first.wire.begun, noted(first.store)
        first.end()
        parts_before = parts_of(world)
        second = live(f"sqlite:///{path}", world, at=first.at + LEASE.total_seconds() + 1)
        check(world, second.store, begun, kept, parts_before)
        second.end()
        for file in tmp_path.glob(f"{step}.db*"):
            file.unlink()
        return died, first.steps

    died, steps = die(10**9)
    assert not died
    assert steps > 60
    for step in range(1, steps + 1):
        assert die(step)[0]


def parts_of(world):
    """Return, by chat, the different texts it got, in order."""
    texts = {}
    for chat_id, text in world.messages:
        texts.setdefault(chat_id, {})[text] = None
    return {chat_id: list(parts) for chat_id, parts in texts.items()}


def check(world, store, begun, kept, parts_before):
    parts = parts_of(world)
    group = MOVED if MOVED in parts else GROUP
    assert {chat_id: len(texts) for chat_id, texts in parts.items() if chat_id != BLOCKED} == {
        1: 1,
        2: 1,
        LONG: 2,
        group: 1,
    }
    for (chat_id, text), times in world.counted().items():
        if times > 1:
            assert times == 2
            assert (chat_id, text) in begun
            assert parts_before[chat_id].index(text) >= kept.get(chat_id, 0)
    states = {line.chat_id: line.state.value for line in store.deliveries()}
    blocked = states.pop(BLOCKED)
    assert blocked == ("sent" if BLOCKED in parts else "blocked")
    assert set(states.values()) == {"sent"}
    assert len(states) == 4
    assert store.due_subscriptions(NOW) == []


def soak(folder, chats, *, kills, seed=7):
    """Owe a digest to many chats of a rough Telegram, kill the sender several times; return the world and the store."""
    chance = random.Random(seed)
    url = f"sqlite:///{folder}/soak.db"
    store = open_store(url)
    subscribe(store, range(1, chats + 1), wish=lambda chat: Wish(topics=(), places=(f"P{chat % 20}",)))
    assert PlainBrief(store, lambda: None).owe_due(NOW) == chats
    store.close()
    world = World(random_answers(seed, too_many=0.05, blocked=0.01, bad_gateway=0.01))
    at, in_flight = 0.0, 0
    for number in range(kills + 1):
        die_at = chance.randint(chats, 3 * chats) if number < kills else None
        life = Life(url, world, die_at=die_at, at=at, paid=True)
        life.send_all()
        assert life.dead == (number < kills)
        if life.dead:
            in_flight += sum(line.state == "sending" for line in life.store.deliveries(limit=2 * chats))
        at = life.at + 1
        if number < kills:
            life.end()
    return world, life, in_flight


@pytest.mark.parametrize("chats", [600])
def test_a_soak_with_refusals_and_three_kills(tmp_path, chats):
    world, life, in_flight = soak(tmp_path, chats, kills=3)
    lines = life.store.deliveries(limit=2 * chats)
    assert {line.state.value for line in lines} == {"sent", "blocked"}
    sent = world.counted()
    assert {chat for chat, _ in sent} == {line.chat_id for line in lines if line.state == "sent"}
    assert max(sent.values()) <= 2
    assert sum(times - 1 for times in sent.values()) <= in_flight
    assert world.refusals[429]
    assert world.refusals[403]
    assert world.refusals[502]
    assert world.refusals[403] == sum(line.state == "blocked" for line in lines)  # asked once each, never again
    life.end()
