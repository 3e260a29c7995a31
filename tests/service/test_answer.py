from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import RefusalError, WishError
from bot.model import Article, Chat, ChatKind, Composed, Digest, Feed, Run, Story, Wish
from bot.service.answer import Answers
from tests.placing import add_story

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


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


def test_subscribing_anew_keeps_what_is_not_said(answers, store):
    chat = answers.met(Chat(1))
    first = answers.subscribe(chat, None, "tariffs 8:00 alerts quiet 22-7", NOW)
    assert first.alerts
    store.save_subscription(replace(first, wish=replace(first.wish, muted=(7,), exclude=("opera",)), last_digest_id=5))
    again = answers.subscribe(chat, None, "energy japan 9:00 weekly", NOW)
    assert again.wish == Wish(topics=("energy",), places=("JP",), muted=(7,), exclude=("opera",))
    assert (again.alerts, again.last_digest_id, again.schedule.weekly) == (True, 5, True)
    assert (again.schedule.quiet_from, again.schedule.quiet_until) == (time(22), time(7))
    last = answers.subscribe(chat, None, "energy no alerts no quiet hours", NOW)
    assert (last.alerts, last.schedule.quiet_from, last.schedule.weekly) == (False, None, False)


def test_the_digest_a_chat_had_last_is_explained_or_what_it_would_get_now(answers, store):
    chat = answers.met(Chat(1))
    assert answers.last_digest(chat, None, NOW).stories == ()
    subscription = answers.subscribe(chat, None, "tariffs 8:00", NOW)
    assert answers.last_digest(chat, None, NOW).wish == subscription.wish
    digest = Digest(subscription.wish, (Story("Duty", ()),), 1, NOW, NOW, local_date=date(2026, 11, 20))
    store.owe([Composed(subscription, subscription.next_run, None, digest, "k")], NOW)
    assert answers.last_digest(chat, None, NOW) == digest
    store.save_subscription(replace(store.subscription(1), last_digest_id=99, next_run=Run(NOW, time(8), NOW.date())))
    assert answers.last_digest(chat, None, NOW).stories == ()


def test_a_search_finds_the_whole_story_of_an_article(answers, store):
    reports = [
        Article("Duty on steel", f"The duty on steel {n}.", source=f"Paper {n}", published_at=NOW, language="en")
        for n in range(2)
    ]
    add_story(store, reports, NOW)
    (story,) = answers.search_stories("duty 1")
    assert [article.source for article in story.articles] == ["Paper 0", "Paper 1"]


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
