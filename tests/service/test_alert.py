from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.timing import next_run
from bot.model import Article, Chat, DeliveryKind, DeliveryState, DigestKind, Schedule, Subscription, Wish
from bot.service.alert import Alerts
from bot.service.brief import Brief
from tests.noting import delivery_sent
from tests.placing import TEXT, add_story, join_story

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def alerts(store, analyzer):
    return Alerts(store, lambda: analyzer)


def break_story(store, title="Duty", *, at=NOW, count=3, topics=("tariffs",), places=("JP",), name="Paper"):
    reports = [
        Article(
            title,
            TEXT.format(title),
            source=f"{name} {n}",
            url=f"https://{name}{n}.example/{title}/{at:%H%M}",
            topics=topics,
            places=places,
            language="en",
            published_at=at - timedelta(minutes=20 * n),
        )
        for n in range(count)
    ]
    return add_story(store, reports, at)


def want_alerts(store, chat_id, *, wish=None, schedule=None, alerts=True):
    store.save_chat(Chat(chat_id))
    schedule = schedule or Schedule()
    return store.save_subscription(
        Subscription(chat_id, wish or Wish(), schedule, next_run=next_run(schedule, NOW), alerts=alerts)
    )


def titles(store):
    """What is owed, by chat, the oldest first."""
    lines = reversed(store.deliveries())
    return [(line.chat_id, [story.title for story in store.digest(line.digest_id).stories]) for line in lines]


def test_a_story_that_breaks_is_owed_at_once_to_those_who_wish_for_it(store, alerts):
    want_alerts(store, 1)
    want_alerts(store, 2, alerts=False)
    want_alerts(store, 3, wish=Wish(topics=("energy",)))
    want_alerts(store, 4, wish=Wish(topics=("energy",), include=("importers",)))
    want_alerts(store, 5, wish=Wish(exclude=("importers",)))
    want_alerts(store, 6, wish=Wish(topics=(), places=("JP",)))
    kept = break_story(store)
    assert alerts.owe_breaking(NOW) == 3
    assert titles(store) == [(1, ["Duty"]), (4, ["Duty"]), (6, ["Duty"])]
    line = store.deliveries()[-1]
    assert (line.kind, line.key, line.due_at) == (DeliveryKind.ALERT, f"alert {kept[0].id}", NOW)
    digest = store.digest(line.digest_id)
    assert (digest.kind, digest.sources, digest.local_date) == (DigestKind.ALERT, 3, date(2026, 11, 20))
    (story,) = digest.stories
    assert story.standing.sources == 3
    assert story.sentences
    assert all(
        sentence in story.articles[place].text for sentence, place in zip(story.sentences, story.told_by, strict=True)
    )


def test_chats_with_different_wishes_share_one_alert(store, alerts):
    for chat_id, topics in ((1, ("tariffs",)), (2, ("tariffs", "energy")), (3, ()), (4, ("tariffs",))):
        want_alerts(store, chat_id, wish=Wish(topics=topics))
    break_story(store)
    assert alerts.owe_breaking(NOW) == 4
    assert len({line.digest_id for line in store.deliveries()}) == 1


def test_two_sources_and_copies_do_not_break_a_story(store, alerts):
    want_alerts(store, 1)
    break_story(store, count=2)
    assert alerts.owe_breaking(NOW) == 0
    reports = break_story(store, "Levy", at=NOW + HOUR)
    join_story(store, reports, copies=[reports[2].id])
    assert alerts.owe_breaking(NOW + HOUR) == 0


def test_a_story_is_told_once_however_it_goes_on(store, alerts):
    want_alerts(store, 1)
    kept = break_story(store)
    assert alerts.owe_breaking(NOW) == 1
    assert alerts.owe_breaking(NOW) == 0
    more = Article("Duty again", "More.", source="Delta", topics=("tariffs",), published_at=NOW + HOUR)
    (joined,) = [one for one, _ in store.add_articles([more], NOW + HOUR)]
    join_story(store, [*kept, joined])
    assert alerts.owe_breaking(NOW + HOUR) == 0


def test_a_restart_says_nothing_twice(store, alerts, analyzer):
    want_alerts(store, 1)
    break_story(store)
    assert alerts.owe_breaking(NOW) == 1
    assert Alerts(store, lambda: analyzer).owe_breaking(NOW) == 0


def test_what_was_in_a_digest_is_no_alert(store, alerts, analyzer):
    subscription = want_alerts(store, 1)
    break_story(store)
    store.save_subscription(replace(subscription, next_run=next_run(Schedule(slots=(time(12),)), NOW - HOUR)))
    assert Brief(store, lambda: analyzer).owe_due(NOW) == 1
    assert alerts.owe_breaking(NOW) == 0


def test_a_chat_is_told_at_most_three_times_on_its_date(store, alerts):
    want_alerts(store, 1, schedule=Schedule(zone="Asia/Tokyo"))
    for n in range(4):
        break_story(store, f"Story {n}", at=NOW + timedelta(minutes=n), name=f"P{n}")
        alerts.owe_breaking(NOW + timedelta(minutes=n))
    assert len(store.deliveries()) == 3
    tomorrow = NOW + 4 * HOUR  # in Tokyo it is one in the morning
    break_story(store, "Story 5", at=tomorrow, name="Q")
    assert alerts.owe_breaking(tomorrow) == 1


def test_of_several_stories_at_once_the_worthiest_are_told(store, alerts):
    want_alerts(store, 1)
    for n in range(5):
        break_story(store, f"Story {n}", count=3 + n, name=f"P{n}")
    assert alerts.owe_breaking(NOW) == 3
    assert sorted(title for _, (title,) in titles(store)) == ["Story 2", "Story 3", "Story 4"]


def test_what_breaks_in_quiet_hours_is_one_message_when_they_end(store, alerts):
    night = Schedule(zone="UTC", quiet_from=time(11), quiet_until=time(15))
    want_alerts(store, 1, schedule=night)
    break_story(store, "First")
    assert alerts.owe_breaking(NOW) == 1
    break_story(store, "Second", at=NOW + HOUR, name="Q")
    assert alerts.owe_breaking(NOW + HOUR) == 1
    assert titles(store) == [(1, ["First", "Second"])]
    waking = NOW.replace(hour=15)
    (line,) = store.deliveries()
    assert (line.due_at, line.not_before_at, line.state) == (waking, waking, DeliveryState.OWED)
    assert store.claim_deliveries(waking - HOUR, lease_until=waking) == []
    assert len(store.claim_deliveries(waking, lease_until=waking + HOUR)) == 1
    delivery_sent(store, line.id, waking)
    break_story(store, "Third", at=waking, name="R")
    assert alerts.owe_breaking(waking) == 1
    assert titles(store)[-1] == (1, ["Third"])


def test_two_stories_of_one_quiet_tick_are_one_message_and_one_of_the_three(store, alerts):
    night = Schedule(zone="UTC", quiet_from=time(11), quiet_until=time(15))
    want_alerts(store, 1, schedule=night)
    for n in range(4):
        break_story(store, f"Story {n}", name=f"P{n}")
    assert alerts.owe_breaking(NOW) == 1
    ((_, told),) = titles(store)
    assert sorted(told) == ["Story 0", "Story 1", "Story 2", "Story 3"]


def test_a_message_for_the_waking_is_never_longer_than_a_digest(store, alerts):
    night = Schedule(zone="UTC", quiet_from=time(11), quiet_until=time(15))
    want_alerts(store, 1, schedule=night, wish=Wish(most_stories=2))
    for n in range(4):
        break_story(store, f"Story {n}", at=NOW + timedelta(minutes=n), name=f"P{n}")
        alerts.owe_breaking(NOW + timedelta(minutes=n))
    ((_, told),) = titles(store)
    assert told == ["Story 0", "Story 1"]


def test_a_held_story_whose_articles_are_gone_gives_way(store, alerts):
    night = Schedule(zone="UTC", quiet_from=time(11), quiet_until=time(15))
    want_alerts(store, 1, schedule=night)
    break_story(store, "First")
    alerts.owe_breaking(NOW)
    (line,) = store.deliveries()
    store.expire_deliveries(NOW + 9 * HOUR)  # so that nothing keeps the articles
    store.drop_articles(NOW + HOUR)
    store.note_deliveries([])
    assert line.digest_id
    break_story(store, "Second", at=NOW + HOUR, name="Q")
    assert alerts.owe_breaking(NOW + HOUR) == 0  # what came to nothing stays so


def test_stopped_paused_and_lost_chats_want_nothing(store, alerts):
    stopped = want_alerts(store, 1)
    store.save_subscription(replace(stopped, next_run=None))
    store.pause_subscription(want_alerts(store, 2).id, "no_rights")
    want_alerts(store, 3)
    store.save_chat(Chat(3, lost_at=NOW))
    break_story(store)
    assert alerts.owe_breaking(NOW) == 0


def test_a_tick_without_new_articles_asks_for_nothing_else(store, alerts, monkeypatch):
    break_story(store)
    alerts.owe_breaking(NOW)
    monkeypatch.setattr(store, "placed_articles", None)
    assert alerts.owe_breaking(NOW + HOUR) == 0


def test_what_broke_while_nobody_looked_is_no_alert(store, alerts):
    want_alerts(store, 1)
    break_story(store)
    assert alerts.owe_breaking(NOW + 3 * HOUR) == 0
