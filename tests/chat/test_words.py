from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.chat import storywords, words
from bot.errors import WishError
from bot.model import ChatKind, Mark, Place, Run, Schedule, Standing, Story, Subscription, Topic, Vocabulary, Wish

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
VOCABULARY = Vocabulary({"tariffs": Topic("tariffs", "Tariffs", "📦")}, {"JP": Place("JP", "Japan")})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(7), "daily"),
        (range(5), "weekdays"),
        ((5, 6), "weekends"),
        ((0,), "Monday"),
        ((4, 0, 2), "Monday, Wednesday and Friday"),
    ],
)
def test_days_are_said_as_people_say_them(days, said):
    assert words.days_in_words(frozenset(days)) == said


def test_days_and_dates_are_in_the_readers_language():
    assert words.days_in_words(frozenset({0}), "de") == "Montag"
    assert words.day(date(2026, 11, 20), "fr") == "vendredi, 20 novembre"
    assert words.day(date(2026, 11, 20), "xx-nonsense") == "Friday, 20 November"


def test_the_next_digest_is_said_in_the_subscriptions_own_zone():
    run = Run(datetime(2026, 11, 22, 23, 0, tzinfo=UTC), time(8), date(2026, 11, 23))
    said = words.next_digest(run, Schedule(zone="Asia/Tokyo"))
    assert said == "Next digest: Monday, 23 November, 08:00 (Asia/Tokyo)."
    assert words.next_digest(None, Schedule()) == "No digest is planned."


def test_a_wish_is_said_with_names_not_keys():
    assert (
        words.wish_in_words(Wish(topics=("tariffs",), places=("JP", "XX")), VOCABULARY) == "tariffs about Japan and XX"
    )
    assert words.wish_in_words(Wish(topics=()), VOCABULARY) == "all topics"
    assert words.wish_in_words(Wish(topics=("own",)), VOCABULARY) == "own"


def test_the_moment_of_publication_is_a_time_today_and_a_date_before():
    assert words.moment(NOW, NOW + timedelta(hours=2), "Asia/Tokyo") == "17:00"
    assert words.moment(NOW, NOW + timedelta(days=2), "UTC") == "20 Nov"
    assert words.moment(NOW, NOW + timedelta(days=400), "UTC") == "20 Nov 2026"


def test_each_refusal_says_why_and_what_would_work():
    assert words.refusal("too_short", 1) == "Too short to shorten: 1 sentence."
    assert "no running text" in words.refusal("not_prose")
    assert "nothing to read" in words.refusal("empty")
    assert "script marks none" in words.refusal("unsplittable")


def test_what_was_not_understood_is_named_with_an_example():
    error = WishError("25:99", "time")
    assert words.wish_not_understood(error, "/subscribe 08:00") == (
        "I didn't understand the time 25:99. Like this: /subscribe 08:00"
    )
    suggested = WishError("tarifs", "word", suggestion="tariffs")
    assert "tarifs. Did you mean tariffs? Like this:" in words.wish_not_understood(suggested)


def test_signs_are_short():
    assert words.topic_name(VOCABULARY.topics["tariffs"], "tariffs") == "📦 tariffs"
    assert words.topic_name(None, "own") == "own"
    assert words.place_sign(VOCABULARY.places["JP"], "JP") == "🇯🇵"
    assert words.place_sign(Place("NATO", "NATO"), "NATO") == "NATO"
    assert words.place_sign(None, "XX") == "XX"


def test_numbers_are_counted_with_their_nouns():
    assert words.provenance(3, 21, 2.6) == "3 of 21 sentences, word for word · saves 3 min"
    assert words.provenance(1, 1, 0.2) == "1 of 1 sentence, word for word"
    assert words.digest_size(7, 43, 0.3) == "7 stories from 43 sources · 1 min"
    assert words.slow_down(1) == "Slow down a little: I'll listen again in 1 second."
    assert words.listed([]) == ""


def test_only_groups_say_who_may_change_them():
    assert words.whose_settings(ChatKind.PRIVATE) == ""
    assert "Administrators" in words.whose_settings(ChatKind.GROUP)


def test_a_place_is_explained_in_a_sentence():
    standing = Standing(
        2, 1.5, 6, copies=3, age=timedelta(hours=3), topics=("tariffs",), places=("JP",), words=("rare earth", "tin")
    )
    assert storywords.why(Story("t", (), standing=standing, mark=Mark.DEVELOPING), 7, VOCABULARY) == (
        "2nd of 7: 6 independent sources (and 3 copies), the newest report 3 hours old; you asked for tariffs about "
        "Japan; it has your words rare earth and tin; it moved since you were told."
    )
    alone = Standing(1, 1.0, 1, copies=1, places=("JP",), words=("tin",))
    assert storywords.why(Story("t", (), standing=alone), 1, VOCABULARY) == (
        "1st of 1: 1 independent source (and 1 copy), the newest report less than an hour old; you asked about Japan; "
        "it has your word tin."
    )
    assert storywords.why(Story("t", (), standing=Standing(3, 1.0, 2)), 3, VOCABULARY).startswith(
        "3rd of 3: 2 independent"
    )
    assert "first among what fits" in storywords.why(Story("t", ()), 3, VOCABULARY)
    assert "no story 9" in storywords.why_nothing("9")
    assert "nothing to explain" in storywords.why_nothing("")


def test_reviews_alerts_and_quiet_hours_are_said_back():
    night = Schedule(weekly=True, days=frozenset({0}), quiet_from=time(22), quiet_until=time(7))
    said, _ = words.subscribed(Subscription(1, Wish(), night, alerts=True), VOCABULARY)
    assert said == (
        "alliances and tariffs, a review of the week, Monday at 08:00, UTC. "
        "What breaks comes at once, but not from 22:00 to 07:00."
    )
    said, _ = words.subscribed(Subscription(1, Wish(), Schedule(), alerts=True), VOCABULARY)
    assert said.endswith("What breaks comes at once.")


@pytest.mark.parametrize("reason", ["no_rights", "topic_closed", "topic_gone", "something_new"])
def test_why_a_digest_is_paused_is_said_in_the_chat_and_to_an_administrator(reason):
    assert "paused" in words.paused(reason)
    assert "“Desk”" in words.paused_there(reason, "“Desk”")
