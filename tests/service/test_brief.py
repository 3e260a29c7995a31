from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.core.timing import next_run
from bot.model import (
    Article,
    Chat,
    DeliveryKind,
    DeliveryState,
    Digest,
    DigestKind,
    Feed,
    Mark,
    Owed,
    Schedule,
    Subscription,
    Told,
    Wish,
)
from bot.service.brief import PAGE_WISHES, Brief
from tests.placing import TEXT, add_story, join_story

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def add(
    store, title, *, source="Kairos Wire", at=NOW - timedelta(hours=2), topics=("tariffs",), places=("JP",), text=None
):
    article = Article(
        title,
        text if text is not None else TEXT.format(title),
        source=source,
        topics=topics,
        places=places,
        language="en",
        published_at=at,
    )
    return store.add_article(article, at)[0]


def subscribe(store, chat_id, *, slots=(time(8),), after=NOW - timedelta(hours=1), wish=None):
    store.save_chat(Chat(chat_id))
    schedule = Schedule(slots=slots)
    return store.save_subscription(Subscription(chat_id, wish or Wish(), schedule, next_run=next_run(schedule, after)))


def test_a_digest_tells_what_came_in_its_span(store, brief):
    add(store, "Minister")
    add(store, "Envoy", at=NOW - timedelta(days=3))
    digest = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW)
    assert [story.title for story in digest.stories] == ["Minister"]
    assert all(sentence in TEXT.format("Minister") for sentence in digest.stories[0].sentences)
    assert digest.sources == 1


def test_an_article_that_cannot_be_summarized_is_told_by_its_title(store, brief):
    add(store, "Numbers", text="1234 5678")
    (story,) = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW).stories
    assert (story.title, story.sentences) == ("Numbers", ())


def test_where_today_has_nothing_the_newest_is_told_and_marked(store, brief):
    add(store, "Envoy", at=NOW - timedelta(days=5))
    digest = brief.compose_now(Wish(), NOW, zone="Asia/Tokyo")
    assert digest.older
    assert [story.title for story in digest.stories] == ["Envoy"]
    assert digest.local_date == date(2026, 11, 20)
    add(store, "Minister")
    assert not brief.compose_now(Wish(), NOW).older


def test_what_is_due_is_owed_once_and_the_next_run_is_set(store, brief):
    subscription = subscribe(store, 1)
    assert brief.owe_due(NOW) == 1
    assert brief.owe_due(NOW) == 0
    (delivery,) = store.deliveries()
    assert (delivery.state, delivery.run) == (DeliveryState.OWED, subscription.next_run)
    kept = store.subscription(1)
    assert kept.next_run.at == NOW + timedelta(days=1)
    assert kept.last_digest_at == NOW


def test_equal_wishes_share_one_digest(store, brief):
    for chat_id in (1, 2):
        subscribe(store, chat_id)
    subscribe(store, 3, wish=Wish(topics=("energy",)))
    assert brief.owe_due(NOW) == 3
    assert len({delivery.digest_id for delivery in store.deliveries()}) == 2


def test_digests_of_one_minute_can_be_spread_over_the_first_ones_each_chat_at_its_own_second(store, analyzer):
    add(store, "Minister")
    for chat_id in range(1, 41):
        subscribe(store, chat_id)
    minute = timedelta(minutes=1)
    spreading = Brief(store, lambda: analyzer, spread_over=minute)

    def leave(at):
        some = store.claim_deliveries(at, lease_until=at + minute)
        return {delivery.chat_id for delivery in some}

    assert spreading.owe_due(NOW) == 40
    quarters = [leave(NOW + n * minute / 4) for n in range(1, 5)]
    assert all(8 <= len(some) <= 12 for some in quarters)
    assert set.union(*quarters) == set(range(1, 41))
    tomorrow = NOW + timedelta(days=1)
    spreading.owe_due(tomorrow)
    assert [leave(tomorrow + n * minute / 4) for n in range(1, 5)] == quarters


def test_every_slot_missed_within_six_hours_is_owed_and_earlier_ones_are_skipped(store, brief):
    subscribe(store, 1, slots=(time(1), time(4), time(6)), after=NOW - timedelta(hours=9))
    assert brief.owe_due(NOW) == 3
    by_state = {delivery.run.slot: delivery.state for delivery in store.deliveries()}
    assert by_state == {time(1): DeliveryState.EXPIRED, time(4): DeliveryState.OWED, time(6): DeliveryState.OWED}
    assert store.subscription(1).next_run.at == NOW + timedelta(hours=17)


def test_a_week_down_owes_no_week_of_digests(store, brief):
    subscribe(store, 1, after=NOW - timedelta(days=8))
    assert brief.owe_due(NOW) == 2
    assert sorted(delivery.state for delivery in store.deliveries()) == [DeliveryState.EXPIRED, DeliveryState.OWED]
    assert store.subscription(1).next_run.at == NOW + timedelta(days=1)


def test_a_digest_goes_on_where_the_last_one_ended(store, brief):
    subscribe(store, 1, slots=(time(7), time(8)), after=NOW - timedelta(hours=2))
    add(store, "Minister", at=NOW - timedelta(hours=2))
    add(store, "Envoy", at=NOW - timedelta(minutes=30))
    assert brief.owe_due(NOW) == 2
    told = {
        delivery.run.slot: [story.title for story in store.digest(delivery.digest_id).stories]
        for delivery in store.deliveries()
    }
    assert told == {time(7): ["Minister"], time(8): ["Envoy"]}


def test_a_weekly_digest_has_its_whole_week(store, brief):
    subscription = subscribe(store, 1)
    store.save_subscription(replace(subscription, last_digest_at=NOW - timedelta(days=7)))
    add(store, "Envoy", at=NOW - timedelta(days=6))
    brief.owe_due(NOW)
    (delivery,) = store.deliveries()
    assert [story.title for story in store.digest(delivery.digest_id).stories] == ["Envoy"]


DUTY = (
    "Tokyo said on Thursday that the 15 percent duty on steel plate would hurt its mills. "
    "The ministry will answer within ten days. Officials met exporters in Nagoya."
)
VOTE = (
    "Parliament voted on Saturday to answer with a levy on soybeans from Brazil. "
    "Lawmakers of both chambers backed the levy after a short debate in the capital."
)


def report(source, *, text=DUTY, age=2, title="Duty on steel plate", topics=("tariffs",)):
    at = NOW - timedelta(hours=age)
    url = f"https://{source.replace(' ', '')}.example/{title.replace(' ', '-')}/{age}"
    return Article(title, text, source=source, url=url, topics=topics, places=("JP",), language="en", published_at=at)


def owed(store, brief, now):
    """Plan what is due, and return the digests that are owed by then, the newest last."""
    brief.owe_due(now)
    return [store.digest(line.digest_id) for line in reversed(store.deliveries())]


def test_a_story_is_told_with_sentences_of_several_reports_each_with_its_source(store, brief):
    add_story(store, [report("Kairos Wire"), report("Harbor Post", text=VOTE)], NOW - timedelta(hours=1))
    (story,) = brief.compose(Wish(sentences=3), since_at=NOW - timedelta(days=1), until_at=NOW).stories
    assert len(story.sentences) == len(story.told_by) == 3
    assert set(story.told_by) == {0, 1}
    for sentence, place in zip(story.sentences, story.told_by, strict=True):
        assert sentence in story.articles[place].text


def test_a_story_of_two_languages_is_told_in_its_leading_reports_language(store, brief):
    german = replace(report("Ostsee Bote", text="Der Zoll steigt. Die Regierung antwortet bald."), language="de")
    add_story(store, [report("Kairos Wire"), german], NOW - timedelta(hours=1))
    (story,) = brief.compose(Wish(sentences=3), since_at=NOW - timedelta(days=1), until_at=NOW).stories
    assert set(story.told_by) == {0}


def test_a_story_is_told_once_and_again_only_when_it_moved(store, brief):
    subscribe(store, 1)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    (told,) = owed(store, brief, NOW)
    assert [(story.title, story.mark) for story in told.stories] == [("Duty on steel plate", Mark.NEW)]
    assert [one.story_id for one in told.told] == [first.id]

    noon = NOW + timedelta(hours=4)
    (rewrite,) = [one for one, _ in store.add_articles([replace(report("Harbor Post"), published_at=noon)], noon)]
    join_story(store, [first, rewrite])
    assert owed(store, brief, NOW + timedelta(days=1))[-1].stories == ()

    late = NOW + timedelta(hours=30)
    (vote,) = [one for one, _ in store.add_articles([replace(report("Delta", text=VOTE), published_at=late)], late)]
    join_story(store, [first, rewrite, vote])
    digest = owed(store, brief, NOW + timedelta(days=2))[-1]
    (story,) = digest.stories
    assert story.mark is Mark.DEVELOPING
    assert story.changes
    assert all(sentence in VOTE for sentence in story.changes)
    assert not set(story.changes) & set(story.sentences)
    assert [(one.story_id, one.told_at) for one in digest.told] == [(first.id, NOW + timedelta(days=2))]


def test_syndicated_copies_move_nothing(store, brief):
    subscribe(store, 1)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    brief.owe_due(NOW)
    noon = NOW + timedelta(hours=4)
    copies = [replace(report(f"Paper {n}", text=f"{DUTY} {n}"), published_at=noon) for n in range(5)]
    kept = [one for one, _ in store.add_articles(copies, noon)]
    join_story(store, [first, *kept], copies=[one.id for one in kept])
    assert owed(store, brief, NOW + timedelta(days=1))[-1].stories == ()


def test_many_more_sources_move_a_story_although_they_say_nothing_new(store, brief):
    subscribe(store, 1)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    brief.owe_due(NOW)
    noon = NOW + timedelta(hours=4)
    more = [
        one for one, _ in store.add_articles([replace(report(f"Paper {n}"), published_at=noon) for n in range(3)], noon)
    ]
    join_story(store, [first, *more])
    (story,) = owed(store, brief, NOW + timedelta(days=1))[-1].stories
    assert (story.mark, story.changes) == (Mark.DEVELOPING, ())


def test_a_story_beyond_those_that_are_looked_into_stays_quiet(store, brief, monkeypatch):
    monkeypatch.setattr("bot.service.brief.KNOWN_LOOKED_AT", 0)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    told = [Told(first.id, 1, NOW, NOW - timedelta(days=1))]
    digest = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW, told=told)
    assert digest.stories == ()


def test_on_demand_everything_is_told_with_its_mark_and_nothing_is_remembered(store, brief):
    subscription = subscribe(store, 1)
    add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    brief.owe_due(NOW)
    before = store.subscription(1)
    told = brief.told_to(1, None, NOW)
    (story,) = brief.compose_now(subscription.wish, NOW + timedelta(minutes=1), told=told).stories
    assert story.mark is Mark.QUIET
    assert store.subscription(1) == before
    assert brief.told_to(2, None, NOW) == ()


def test_chats_with_one_wish_and_one_past_share_a_digest_and_others_do_not(store, brief):
    for chat_id in (1, 2):
        subscribe(store, chat_id)
    add(store, "Minister")
    brief.owe_due(NOW)
    subscribe(store, 3, after=NOW)
    add(store, "Envoy", at=NOW + timedelta(hours=3))
    brief.owe_due(NOW + timedelta(days=1))
    newest = store.deliveries()[:3]
    by_chat = {line.chat_id: line.digest_id for line in newest}
    assert by_chat[1] == by_chat[2] != by_chat[3]


def test_digests_of_one_instant_in_two_zones_tell_the_same_under_their_own_dates(store, brief):
    add(store, "Minister")
    for chat_id, zone, slot in ((1, "UTC", time(8)), (2, "Asia/Tokyo", time(17)), (3, "Pacific/Kiritimati", time(22))):
        store.save_chat(Chat(chat_id))
        schedule = Schedule(slots=(slot,), zone=zone)
        run = next_run(schedule, NOW - timedelta(hours=1))
        store.save_subscription(Subscription(chat_id, Wish(), schedule, next_run=run))
    digests = owed(store, brief, NOW)
    assert [digest.zone for digest in digests] == ["UTC", "Asia/Tokyo", "Pacific/Kiritimati"]
    assert [digest.next_at for digest in digests] == [NOW + timedelta(days=1)] * 3
    assert len({digest.stories for digest in digests}) == 1


def test_more_spans_than_are_kept_at_hand_are_looked_up_again(store, brief, monkeypatch):
    monkeypatch.setattr("bot.service.brief.WINDOWS", 1)
    monkeypatch.setattr("bot.service.brief.DIGESTS", 1)
    add(store, "Minister")
    for chat_id, minute in ((1, 10), (2, 20), (3, 30)):
        subscribe(store, chat_id, slots=(time(7, minute),))
    assert brief.owe_due(NOW) == 3
    assert {len(store.digest(line.digest_id).stories) for line in store.deliveries()} == {1}


def test_what_was_told_in_an_alert_is_not_told_again(store, brief):
    subscription = subscribe(store, 1)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    alert(store, subscription, first, due_at=NOW - timedelta(hours=1))
    digest = owed(store, brief, NOW)[-1]
    assert digest.stories == ()
    assert [one.story_id for one in digest.told] == [first.id]


def test_what_waits_for_the_end_of_quiet_hours_is_left_to_that_message(store, brief):
    subscription = subscribe(store, 1)
    (first,) = add_story(store, [report("Kairos Wire")], NOW - timedelta(hours=2))
    alert(store, subscription, first, due_at=NOW + timedelta(hours=1))
    digest = owed(store, brief, NOW)[-1]
    assert (digest.stories, digest.wish) == ((), subscription.wish)
    assert brief.told_to(1, None, NOW) == ()
    assert brief.told_to(1, None, NOW + timedelta(days=2))


def alert(store, subscription, article, *, due_at):
    told = (Told(article.id, 1, article.published_at, NOW - timedelta(hours=2)),)
    digest = Digest(Wish(), (), 1, NOW, NOW, kind=DigestKind.ALERT, told=told)
    number = store.keep_digest(digest, "alert", NOW - timedelta(hours=2))
    line = Owed(subscription.id, DeliveryKind.ALERT, f"alert {article.id}", due_at, number)
    assert store.owe_alerts([line], NOW - timedelta(hours=2)) == 1


def test_a_review_tells_the_weeks_biggest_stories_and_how_many_there_were_a_day(store, brief):
    store.save_chat(Chat(1))
    schedule = Schedule(days=frozenset({4}), weekly=True, zone="Asia/Tokyo", slots=(time(17),))
    run = next_run(schedule, NOW - timedelta(hours=1))
    store.save_subscription(Subscription(1, Wish(most_stories=2), schedule, next_run=run))
    for n, (age, count) in enumerate(((150, 4), (60, 1), (30, 2), (3, 1), (200, 5))):
        reports = [
            report(f"Paper {k}", title=f"Story {n}", age=age, text=TEXT.format(f"Story{n}")) for k in range(count)
        ]
        add_story(store, reports, NOW - timedelta(hours=age))
    (review,) = owed(store, brief, NOW)
    (line,) = store.deliveries()
    assert (line.kind, review.kind) == (DeliveryKind.REVIEW, DigestKind.REVIEW)
    assert [story.title for story in review.stories] == ["Story 0", "Story 2"]
    assert [(one.topic, one.day.day, one.stories) for one in review.counts] == [
        ("tariffs", 14, 1),
        ("tariffs", 18, 1),
        ("tariffs", 19, 1),
        ("tariffs", 20, 1),
    ]
    assert (review.local_date, review.zone) == (date(2026, 11, 20), "Asia/Tokyo")


def test_feeds_that_fell_silent_are_named(store, brief):
    for name, days in (("Meridian Daily", 9), ("Kairos Wire", 1), ("", 30)):
        feed, _ = store.add_feed(Feed(f"https://{name or 'old'}.example/feed".replace(" ", ""), name=name))
        store.save_feed(replace(feed, polled_at=NOW, newest_at=NOW - timedelta(days=days)))
    assert brief.compose_now(Wish(), NOW).silent == ("Meridian Daily", "https://old.example/feed")


def test_a_span_for_somebody_who_read_everything_before_marks_what_began_earlier(store, brief):
    (first,) = add_story(store, [report("Kairos Wire", age=30)], NOW - timedelta(hours=30))
    (vote,) = [one for one, _ in store.add_articles([report("Delta", text=VOTE, age=3)], NOW - timedelta(hours=3))]
    join_story(store, [first, vote])
    add(store, "Envoy", topics=("alliances",))
    digest = brief.compose_since(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW)
    assert {story.title: story.mark for story in digest.stories} == {
        "Duty on steel plate": Mark.DEVELOPING,
        "Envoy": Mark.NEW,
    }


def test_words_that_were_asked_for_are_looked_for_in_all_stories(store, brief):
    add(store, "Minister", topics=("energy",), places=())
    add(store, "Envoy", topics=("alliances",), places=("BR",), text=f"The envoy left. {VOTE}")
    wish = Wish(topics=("alliances",), include=("minister",), exclude=("envoy",))
    assert [one.title for one in brief.compose(wish, since_at=NOW - timedelta(days=1), until_at=NOW).stories] == [
        "Minister"
    ]
    subscribe(store, 1, wish=wish)
    assert [one.title for one in owed(store, brief, NOW)[-1].stories] == ["Minister"]


def test_stories_of_articles_that_nobody_dated_or_kept_are_told_too(brief):
    assert brief.stories([], Wish()) == ()
    assert brief.stories([Article("t", "x")], Wish(topics=())) == ()
    (story,) = brief.stories([Article("t", DUTY, published_at=NOW, language="en")], Wish(topics=()))
    assert story.id is None
    assert story.sentences == brief.tell(story, 2).sentences


def test_what_is_due_is_planned_in_pages_so_that_the_first_can_leave(store, brief):
    for chat_id in range(1, 31):
        wish = Wish(topics=(), most_stories=1 + chat_id % 10)
        subscribe(store, chat_id, wish=wish)
    pages = brief.owe_pages(NOW)
    first = 3 * PAGE_WISHES  # of few digests, but for all chats that share them
    assert next(pages) == first
    assert len({line.digest_id for line in store.deliveries()}) == PAGE_WISHES
    assert first + sum(pages) == 30


def test_a_wish_is_composed_once_however_many_chats_and_pages_it_has(store, brief, monkeypatch):
    monkeypatch.setattr("bot.service.brief.BATCH", 7)
    composed = []
    compose = brief._composed_of
    monkeypatch.setattr(
        brief,
        "_composed_of",
        lambda heard, wish, *more, **how: composed.append(wish) or compose(heard, wish, *more, **how),
    )
    for chat_id in range(1, 41):
        subscribe(store, chat_id, wish=Wish(topics=(), most_stories=1 + chat_id % 3))
    assert brief.owe_due(NOW) == 40
    assert len(composed) == 3


def test_a_paused_subscription_is_not_planned_and_goes_on_without_what_was_long_ago(store, brief):
    subscription = subscribe(store, 1)
    store.pause_subscription(subscription.id, "no_rights")
    assert brief.owe_due(NOW) == 0
    store.resume_subscriptions(1)
    assert brief.owe_due(NOW + timedelta(hours=7)) == 1
    assert [line.state for line in store.deliveries()] == [DeliveryState.EXPIRED]


def test_a_clock_that_goes_back_owes_nothing_twice(store, brief):
    subscribe(store, 1)
    assert brief.owe_due(NOW) == 1
    assert brief.owe_due(NOW - timedelta(hours=1)) == 0
    assert brief.owe_due(NOW) == 0


def test_sentences_are_remembered_but_not_for_ever(store, brief, monkeypatch):
    monkeypatch.setattr("bot.service.telling.REMEMBERED", 1)
    add(store, "Minister")
    add(store, "Vote on soybeans", topics=("alliances",), places=("BR",), text=VOTE)
    first = brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW)
    assert len(first.stories) == 2
    assert brief.compose(Wish(), since_at=NOW - timedelta(days=1), until_at=NOW) == first
    assert len(brief._teller._remembered) == 1
