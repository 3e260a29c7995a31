"""Stored articles find their stories, also after a restart, and whoever else places at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from bot.core.storychanges import Placing, StoryHead
from bot.model import Article
from bot.service import storylines
from bot.service.storylines import Reclustered, Storylines
from bot.store.sql import open_store

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
STEEL = "The ministry in Tokyo weighs an answer to the duty on steel plate, officials said after the cabinet met."
STEEL_TOO = (
    "Tokyo weighs its answer to a duty on steel plate; the cabinet met and the ministry will decide, officials said."
)
PORTS = "Four ports drop the levy on containers from March, the shipping ministers agreed in the evening."


def add(store, *texts, at=NOW, **fields):
    given = [Article(text[:20], text, language="en", published_at=at, **fields) for text in texts]
    return [article.id for article, _ in store.add_articles(given, max(at, NOW))]


def told(store):
    return sorted(sorted(article.id for article in story.articles) for story in store.stories())


def test_articles_find_their_stories_and_later_ones_join(sqlite_store):
    lines = Storylines(sqlite_store)
    steel, ports = add(sqlite_store, STEEL, PORTS)
    assert lines.place_new(NOW) == 2
    assert told(sqlite_store) == [[steel], [ports]]
    (too,) = add(sqlite_store, STEEL_TOO)
    assert lines.place_new(NOW) == 1
    assert lines.place_new(NOW) == 0
    assert told(sqlite_store) == [[steel, too], [ports]]


def test_after_a_restart_stories_go_on(sqlite_store):
    steel, ports = add(sqlite_store, STEEL, PORTS)
    Storylines(sqlite_store).place_new(NOW)
    (too,) = add(sqlite_store, STEEL_TOO)
    Storylines(sqlite_store).place_new(NOW)
    assert told(sqlite_store) == [[steel, too], [ports]]


def test_two_that_place_in_turns_build_on_what_the_other_did(sqlite_store):
    one, other = Storylines(sqlite_store), Storylines(sqlite_store)
    (ports,) = add(sqlite_store, PORTS)
    one.place_new(NOW)
    (steel,) = add(sqlite_store, STEEL)
    other.place_new(NOW)
    (too,) = add(sqlite_store, STEEL_TOO)
    one.place_new(NOW)
    assert told(sqlite_store) == [[ports], [steel, too]]


def test_what_was_decided_without_knowing_of_others_is_decided_anew(sqlite_store):
    lines = Storylines(sqlite_store)
    steel, ports = add(sqlite_store, STEEL, PORTS)
    place, meddled = sqlite_store.place_articles, []

    def meddle(*args, **kwargs):
        if not meddled:
            meddled.append(True)
            head = StoryHead(ports, ports, "Ports", "en", NOW, NOW)
            assert place([Placing(ports, ports)], [head], turn=sqlite_store.story_turn())
        return place(*args, **kwargs)

    sqlite_store.place_articles = meddle
    assert lines.place_new(NOW) == 1
    assert told(sqlite_store) == [[steel], [ports]]


def test_who_is_always_overtaken_gives_up_until_the_next_time(sqlite_store):
    lines = Storylines(sqlite_store)
    add(sqlite_store, STEEL)
    sqlite_store.place_articles = lambda *_args, **_kwargs: False
    assert lines.place_new(NOW) == 0
    assert lines.recluster(NOW) == Reclustered()


def test_articles_of_chats_never_join(sqlite_store):
    add(sqlite_store, STEEL, chat_id=7)
    assert Storylines(sqlite_store).place_new(NOW) == 0
    assert told(sqlite_store) == []


def test_an_article_that_says_it_is_from_the_future_counts_as_of_when_it_came(sqlite_store):
    (future,) = [
        article.id
        for article, _ in sqlite_store.add_articles(
            [Article("t", STEEL, language="en", published_at=NOW + timedelta(days=400))], NOW
        )
    ]
    Storylines(sqlite_store).place_new(NOW)
    assert sqlite_store.story(future).published_at == NOW


def test_stories_of_the_week_are_made_anew_and_older_ones_go_on(sqlite_store, monkeypatch):
    monkeypatch.setattr(storylines, "BATCH", 2)
    (old,) = add(sqlite_store, STEEL, at=NOW - timedelta(days=8))
    young = add(sqlite_store, STEEL_TOO, at=NOW - timedelta(days=6))
    wrong = add(sqlite_store, PORTS, f"{PORTS} It was told again.", "Lima opens a museum of gold.")
    head = StoryHead(wrong[0], wrong[0], "Wrong", "en", NOW, NOW)
    assert sqlite_store.place_articles(
        [Placing(old, old), *(Placing(one, wrong[0]) for one in wrong)],
        [head, StoryHead(old, old, "Steel", "en", NOW, NOW)],
        turn=0,
    )
    done = Storylines(sqlite_store).recluster(NOW)
    assert done == Reclustered(articles=4, stories=3)
    assert told(sqlite_store) == [[old, *young], wrong[:2], wrong[2:]]


def test_stories_close_after_silence(sqlite_store):
    lines = Storylines(sqlite_store)
    (steel,) = add(sqlite_store, STEEL)
    lines.place_new(NOW)
    later = NOW + timedelta(days=9)
    (ports,) = add(sqlite_store, PORTS, at=later)
    lines.place_new(later)
    assert [sqlite_store.story(number).closed for number in (steel, ports)] == [True, False]


def test_only_stored_articles_are_placed():
    with pytest.raises(ValueError, match="stored"):
        storylines._traits(Article("t", "x"))


def test_threads_and_processes_at_once_place_each_article_once(sqlite_store):
    add(sqlite_store, *(f"Envoy{n} of Land{n} signed in Port{n}." for n in range(300)))
    other = open_store(str(sqlite_store._transactions.engine.url))
    workers = [Thread(target=Storylines(store).place_new, args=(NOW,)) for store in (sqlite_store, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    other.close()
    assert sqlite_store.unplaced_articles() == []
    assert sum(map(len, told(sqlite_store))) == 300
