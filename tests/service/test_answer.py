from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.errors import RefusalError, WishError
from bot.model import Article, Chat, ChatKind, Feed, Wish
from bot.service.answer import Answers

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(sqlite_store):
    return sqlite_store


@pytest.fixture
def answers(store, analyzer):
    return Answers(store, lambda: analyzer)


def sent(seed_text, chat_id=1):
    title, text = seed_text.split("\n", 1)
    return Article(title, text, chat_id=chat_id)


def test_an_article_is_read_and_kept_for_its_chat_alone(answers, seed_text):
    reading = answers.read_article(sent(seed_text), NOW)
    assert len(reading.analysis.summary.sentences) == 3
    assert {"US", "JP"} <= set(reading.article.places)
    assert answers.kept_article(reading.article.id, 1) == reading.article
    assert answers.kept_article(reading.article.id, 2) is None
    assert answers.read_again(reading.article.id, 2, NOW, n=1) is None
    assert len(answers.read_again(reading.article.id, 1, NOW, n=1).analysis.summary.sentences) == 1


def test_an_article_of_three_sentences_is_too_short_to_shorten(answers):
    with pytest.raises(RefusalError) as refused:
        answers.read_article(Article("", "The duty rose. Mills closed. Talks began.", chat_id=1), NOW)
    assert (refused.value.reason, refused.value.count) == ("too_short", 3)


def test_related_stories_share_a_topic_and_a_place(answers, store, seed_text, analyzer):
    public = analyzer.annotate(
        Article("Japan weighs a tariff", "Japan weighs a tariff on steel from the United States.")
    )
    store.add_article(public, NOW - timedelta(days=1))
    store.add_article(Article("Elsewhere", "A tariff.", topics=("tariffs",), places=("BR",)), NOW)
    reading = answers.read_article(sent(seed_text), NOW)
    assert [article.title for article in reading.related] == ["Japan weighs a tariff"]
    assert [story.title for story in answers.related_stories(reading.article, NOW)] == ["Japan weighs a tariff"]


def test_an_article_about_nothing_of_ours_has_no_related_stories(answers):
    text = "The cat slept. The dog ran. The bird sang. The cow stood. The horse ate."
    assert answers.read_article(Article("", text, chat_id=1), NOW).related == ()


def test_latest_takes_topics_and_places(answers, store):
    for n, (topic, text) in enumerate({"tariffs": "Duties on steel rose.", "energy": "A pipeline closed."}.items()):
        store.add_article(Article(topic, text, topics=(topic,)), NOW - timedelta(hours=n))
    assert [story.title for story in answers.latest("", NOW)[1]] == ["tariffs", "energy"]
    assert [story.title for story in answers.latest("energy", NOW)[1]] == ["energy"]
    with pytest.raises(WishError):
        answers.latest("bananas", NOW)


def test_a_chat_without_a_subscription_has_the_default_wish(answers):
    chat = answers.met(Chat(1))
    assert answers.wish_of(chat, None) == Wish()
    assert answers.wish_of(chat, None, "energy japan") == Wish(topics=("energy",), places=("JP",))
    answers.subscribe(chat, None, "sanctions", NOW)
    assert answers.wish_of(chat, None).topics == ("sanctions",)
    assert answers.wish_from("sanctions").topics == ("sanctions",)


def test_subscribing_again_replaces_and_keeps_the_zone_that_was_named(answers, store):
    chat = answers.met(Chat(1))
    first = answers.subscribe(chat, None, "tariffs 08:00 Asia/Tokyo", NOW)
    assert first.next_run.at == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert store.chat(1).zone == "Asia/Tokyo"
    second = answers.subscribe(chat, None, "energy 09:00", NOW)
    assert (second.id, second.schedule.zone, second.schedule.slots) == (first.id, "Asia/Tokyo", (time(9),))
    assert answers.subscription(1, None) == second
    assert answers.subscription(1, 7) is None


def test_unsubscribing_keeps_the_wish_for_coming_back(answers):
    chat = answers.met(Chat(1))
    assert not answers.unsubscribe(1, None)
    answers.subscribe(chat, None, "energy", NOW)
    assert answers.unsubscribe(1, None)
    assert not answers.unsubscribe(1, None)
    assert answers.subscription(1, None).wish.topics == ("energy",)


def test_search_tells_the_stories_that_match_best(answers, store):
    agreed = Article("Steel quota agreed", "The quota on steel was agreed.", places=("JP",))
    wanted = Article("Mills want a quota", "Mills in Brazil want a quota. They say steel is too cheap.", places=("BR",))
    for article in (wanted, agreed):
        store.add_article(article, NOW)
    stories = answers.search_stories("steel quota")
    assert [story.title for story in stories] == ["Steel quota agreed", "Mills want a quota"]
    assert len(stories[0].sentences) == 1
    assert answers.search_stories("zanzibar") == ()


def test_a_lost_chat_that_speaks_again_is_found(answers, store):
    answers.member_changed(1, NOW, here=False)
    assert store.chat(1) is None
    answers.met(Chat(1))
    answers.member_changed(1, NOW, here=False)
    assert store.chat(1).lost_at == NOW
    assert answers.met(Chat(1)).lost_at is None
    answers.member_changed(1, NOW, here=False)
    answers.member_changed(1, NOW, here=True)
    assert store.chat(1).lost_at is None


def test_a_groups_language_is_not_its_speakers(answers, store):
    answers.met(Chat(-1, ChatKind.GROUP, zone="Asia/Tokyo"))
    assert answers.met(Chat(-1, ChatKind.SUPERGROUP)).zone == "Asia/Tokyo"
    assert store.chat(-1).kind is ChatKind.SUPERGROUP


def test_an_update_is_answered_once(answers):
    assert answers.note_answered(5)
    assert not answers.note_answered(5)
    assert answers.answered_updates([4, 5]) == frozenset({5})


def test_operators_follow_feeds_and_count(answers):
    feed, new = answers.add_feed(Feed("https://harborpost.example/feed", "Harbor Post"))
    assert new
    assert answers.feeds() == [feed]
    assert answers.remove_feed("Harbor Post")
    assert not answers.remove_feed("Harbor Post")
    assert answers.counts().articles == 0


def test_a_group_hears_its_channel_only_when_asked_and_moves_with_its_settings(answers):
    assert not answers.reads_channel(-1)
    answers.set_reads_channel(answers.met(Chat(-1, ChatKind.GROUP)), on=True)
    assert answers.reads_channel(-1)
    answers.migrate(-1, -1001)
    assert answers.reads_channel(-1001)


def test_a_paused_digest_goes_on_when_its_topic_is_open_or_the_bot_has_its_rights_again(answers, store):
    chat = Chat(-100, ChatKind.SUPERGROUP)
    answers.met(chat)
    for thread_id in (7, 8):
        paused = answers.subscribe(chat, thread_id, "tariffs", NOW)
        store.pause_subscription(paused.id, "topic_closed")
    answers.topic_opened(-100, 7)
    assert [answers.subscription(-100, thread_id).paused for thread_id in (7, 8)] == [None, "topic_closed"]
    answers.member_changed(-100, NOW, here=True)
    assert answers.subscription(-100, 8).paused is None
    store.pause_subscription(paused.id, "no_rights")
    assert answers.subscribe(chat, 8, "tariffs", NOW).paused is None
