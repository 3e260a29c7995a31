"""Words become an order or a WishError, and an order becomes words that mean the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.whenwords import EVERY_DAY, WEEKDAYS, WEEKENDS
from bot.core.wish import MOST_SLOTS, Order, canonical, parse_subscription, parse_topics
from bot.core.wish import wish_key as key_of
from bot.core.zones import zone_spellings
from bot.errors import WishError
from bot.model import Schedule, Wish

TOPICS = {
    "alliances": "alliances",
    "tariffs": "tariffs",
    "trade": "tariffs",
    "trade policy": "tariffs",
    "conflict": "conflict",
    "war": "conflict",
    "oil": "energy",
    "opec": "energy",
    "sanctions": "sanctions",
}
PLACES = {
    "japan": "JP",
    "tokyo": "JP",
    "korea": "KR",
    "south korea": "KR",
    "seoul": "KR",
    "north korea": "KP",
    "ukraine": "UA",
    "kyiv": "UA",
    "united kingdom": "GB",
    "london": "GB",
    "uk": "GB",
    "u.s.": "US",
    "us": "US",
    "united states of america": "US",
    "armenia": "AM",
    "austria": "AT",
    "india": "IN",
    "montenegro": "ME",
    "tonga": "TO",
    "tanzania": "TZ",
    "portugal": "PT",
    "ethiopia": "ET",
    "turkey": "TR",
    "türkiye": "TR",
    "qatar": "QA",
    "singapore": "SG",
    "côte d’ivoire": "CI",
    "guinea-bissau": "GW",
    "the hague": "NL",
    "cocos (keeling) islands": "CC",
    "日本": "JP",
    "nato": "NATO",
    "opec": "OPEC",
    "african union": "AFRICAN_UNION",
}
DEFAULT = Schedule(zone="Europe/Berlin")


def order(words, zone="Europe/Berlin"):
    return parse_subscription(words, topics=TOPICS, places=PLACES, default_zone=zone)


def refused(words):
    with pytest.raises(WishError) as caught:
        order(words)
    return caught.value.word, caught.value.kind, caught.value.suggestion


def test_no_words_ask_for_alliances_and_tariffs_daily_at_eight_in_the_chats_zone():
    nothing = order("")
    assert (nothing.wish, nothing.schedule) == (Wish(), DEFAULT)
    assert not any((nothing.topics_given, nothing.slots_given, nothing.days_given, nothing.zone_given))


def test_the_contracts_example_is_understood():
    example = order("tariffs japan 08:00 Asia/Tokyo weekdays")
    assert example.wish == Wish(topics=("tariffs",), places=("JP",))
    assert example.schedule == Schedule((time(8, 0),), WEEKDAYS, "Asia/Tokyo")
    assert example.topics_given
    assert example.slots_given
    assert example.days_given
    assert example.zone_given


@pytest.mark.parametrize(
    "words",
    [
        "weekdays Asia/Tokyo 08:00 japan tariffs",
        "Tariffs,Japan,8:00,Asia/Tokyo,mon-fri",
        "trade policy about Japan every weekday at 8am in Tokyo",
        "#tariffs JP 0800 tokyo mon,tue,wed,thu,fri",
        "tariffs and japan, 8 a.m. tokyo time on workdays",
        "TARIFFS JAPAN AT 08.00 IN TOKYO WEEKDAYS",
        "tariffs 日本 ８：００ jst monday to friday",
        "tariffs japan weekdays 8h UTC+9",
    ],
)
def test_the_same_can_be_said_in_many_ways(words):
    said = order(words)
    assert said.wish == Wish(topics=("tariffs",), places=("JP",))
    assert (said.schedule.slots, said.schedule.days) == ((time(8, 0),), WEEKDAYS)
    assert said.schedule.zone in {"Asia/Tokyo", "Etc/GMT-9"}


@pytest.mark.parametrize(
    ("word", "slot"),
    [
        ("08:00", time(8, 0)),
        ("8:00", time(8, 0)),
        ("8.30", time(8, 30)),
        ("0830", time(8, 30)),
        ("830", time(8, 30)),
        ("8am", time(8, 0)),
        ("8:30pm", time(20, 30)),
        ("8:30 PM", time(20, 30)),
        ("8 p.m.", time(20, 0)),
        ("12am", time(0, 0)),
        ("12pm", time(12, 0)),
        ("20h15", time(20, 15)),
        ("20h", time(20, 0)),
        ("7", time(7, 0)),
        ("noon", time(12, 0)),
        ("Midnight", time(0, 0)),
        ("23:59.", time(23, 59)),
    ],
)
def test_a_time_is_written_as_people_write_it(word, slot):
    assert order(word).schedule.slots == (slot,)


@pytest.mark.parametrize("word", ["25:99", "24:00", "8:5", "13pm", "0am", "30", "08:60", "8:00:00", "99999"])
def test_what_is_no_time_of_day_is_named_as_a_time(word):
    assert refused(f"tariffs {word}") == (word, "time", None)


def test_times_are_sorted_and_kept_once():
    assert order("18:00 8:00, 8am and noon").schedule.slots == (time(8), time(12), time(18))


def test_a_seventh_time_is_one_too_many():
    six = " ".join(f"{hour}:00" for hour in range(MOST_SLOTS))
    assert len(order(six).schedule.slots) == MOST_SLOTS
    assert refused(f"{six} 23:00") == ("23:00", "times", None)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("daily", EVERY_DAY),
        ("every day", EVERY_DAY),
        ("weekends", WEEKENDS),
        ("mon", {0}),
        ("every Monday", {0}),
        ("Mondays", {0}),
        ("tue thurs", {1, 3}),
        ("mon,wed,fri", {0, 2, 4}),
        ("mon-fri", WEEKDAYS),
        ("monday – wednesday", {0, 1, 2}),  # noqa: RUF001, RUF100 -- a dash people type
        ("sat-mon", {5, 6, 0}),
        ("sun to tue", {6, 0, 1}),
        ("fri-fri", {4}),
        ("weekdays sat", {0, 1, 2, 3, 4, 5}),
        ("Sat.", {5}),
    ],
)
def test_days_are_named_one_by_one_in_ranges_and_by_kind(words, days):
    assert order(words).schedule.days == frozenset(days)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("08:00 tokyo", "Asia/Tokyo"),
        ("at 8:00 in Tokyo", "Asia/Tokyo"),
        ("8am ET", "America/New_York"),
        ("8am PT", "America/Los_Angeles"),
        ("new york 08:00", "America/New_York"),
        ("08:00 new york", "America/New_York"),
        ("08:00 New_York", "America/New_York"),
        ("in tokyo 08:00", "Asia/Tokyo"),
        ("zone tokyo", "Asia/Tokyo"),
        ("time zone Japan", "Asia/Tokyo"),
        ("08:00 in Japan", "Asia/Tokyo"),
        ("Japan time 08:00", "Asia/Tokyo"),
        ("08:00 utc + 9", "Etc/GMT-9"),
        ("+05:30", "Asia/Kolkata"),
        ("CET 07:00", "Europe/Berlin"),
        ("08:00 Asia/Tokyo tokyo time", "Asia/Tokyo"),
        ("us/eastern", "America/New_York"),
        ("08:00, Kiev", "Europe/Kyiv"),
    ],
)
def test_a_zone_is_known_where_a_zone_is_meant(words, zone):
    said = order(words)
    assert (said.schedule.zone, said.wish.places) == (zone, ())
    assert said.zone_given


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("tokyo 08:00", ("JP",)),
        ("08:00 japan", ("JP",)),
        ("tariffs in japan", ("JP",)),
        ("08:00 Asia/Seoul tokyo", ("JP",)),
        ("conflict in Kyiv 08:00 Europe/Berlin", ("UA",)),
        ("south korea japan", ("KR", "JP")),
        ("US, uk", ("US", "GB")),
        ("U.S. tariffs", ("US",)),
        ("united states of america", ("US",)),
        ("turkiye", ("TR",)),
        ("cote d'ivoire guinea bissau", ("CI", "GW")),
        ("IN AT ME TO TZ and am", ("IN", "AT", "ME", "TO", "TZ", "AM")),
        ("in at me to tz 08:00", ()),
        ("african_union nato", ("AFRICAN_UNION", "NATO")),
        ("pt et", ("PT", "ET")),
        ("qatar", ("QA",)),
        ("about the Hague and the japan", ("NL", "JP")),
        ("cocos (keeling) islands", ("CC",)),
        ("japan tokyo JP", ("JP",)),
    ],
)
def test_a_place_is_known_where_a_place_is_meant(words, places):
    assert order(words).wish.places == places


def test_a_comma_ends_a_name_of_several_words():
    assert order("north korea").wish.places == ("KP",)
    assert refused("north, korea")[:2] == ("north", "word")


def test_a_key_wins_over_an_alias_of_the_same_spelling():
    said = order("OPEC")
    assert (said.wish.places, said.topics_given) == (("OPEC",), False)


def test_places_alone_keep_the_usual_topics():
    assert order("japan").wish == Wish(topics=Wish().topics, places=("JP",))


@pytest.mark.parametrize("words", ["all", "everything", "all topics"])
def test_everything_asks_for_no_topic(words):
    said = order(f"{words} japan")
    assert said.wish == Wish(topics=(), places=("JP",))
    assert said.topics_given


def test_a_topic_named_beside_all_still_counts():
    assert order("all tariffs").wish.topics == ("tariffs",)


def test_a_second_zone_is_refused():
    assert refused("08:00 Asia/Tokyo 18:00 london")[:2] == ("london", "zone")
    assert refused("in New York 08:00 Asia/Tokyo")[:2] == ("New York", "zone")


@pytest.mark.parametrize(
    ("words", "kind", "suggestion"),
    [
        ("Asia/Tokio", "zone", "Asia/Tokyo"),
        ("08:00 in Tokio", "zone", "tokyo"),
        ("UTC+99", "zone", None),
        ("funday", "days", "sunday"),
        ("someday", "days", None),
        ("mon-fr", "days", None),
        ("tarifs", "topic", "tariffs"),
        ("japn", "word", "japan"),
        ("Honululu", "zone", "honolulu"),
        ("gibberish", "word", None),
        ("x" * 4000, "word", None),
        ("🤝", "word", None),
    ],
)
def test_a_word_that_means_nothing_is_named_with_its_kind_and_what_was_meant(words, kind, suggestion):
    assert refused(words)[1:] == (kind, suggestion)


def test_the_word_is_given_back_as_it_was_written():
    assert refused("tariffs 08:00 Gibberish!")[0] == "Gibberish"


def test_topics_are_read_without_a_schedule():
    def read(words):
        return parse_topics(words, topics=TOPICS, places=PLACES)

    assert read("") == ((), ())
    assert read("all") == ((), ())
    assert read("trade in Tokyo and london") == (("tariffs",), ("JP", "GB"))
    for words, meant in (("tarif", "tariffs"), ("08:00", None), ("weekdays", None), ("Asia/Tokyo", None)):
        with pytest.raises(WishError) as caught:
            read(words)
        assert (caught.value.kind, caught.value.suggestion) == ("topic", meant)


def test_no_vocabulary_at_all_still_has_a_schedule():
    said = parse_subscription("8:00 tokyo", topics={}, places={}, default_zone="UTC")
    assert (said.schedule.zone, said.wish) == ("Asia/Tokyo", Wish())


def test_the_default_zone_gets_its_present_name():
    assert order("", zone="Europe/Kiev").schedule.zone == "Europe/Kyiv"
    assert order("", zone="Mars/Olympus").schedule.zone == "Mars/Olympus"


def test_an_order_is_written_as_the_command_to_copy():
    assert canonical(order("")) == "alliances tariffs 08:00 Europe/Berlin daily"
    assert canonical(order("all 6pm sat sun mon utc")) == "all 18:00 UTC mon,sat,sun"


GRAMMAR = """in at every zone time all daily weekends mon-wed sat to and 8:00 8 0830 9pm noon 25:99 UTC+9 Asia/Tokyo
weekly review alerts no on off quiet hours 22-7 ET IN AT - , / 12:3"""
word_list = st.lists(
    st.sampled_from([*TOPICS, *PLACES, *set(PLACES.values()), "new york", *GRAMMAR.split()])
    | st.sampled_from(zone_spellings())
    | st.text(max_size=6),
    max_size=12,
).map(" ".join)


@given(word_list | st.text())
def test_any_text_is_an_order_that_can_be_written_out_or_a_wish_error(words):
    try:
        said = order(words)
    except WishError:
        return
    assert order(canonical(said), zone="UTC") == said
    assert 1 <= len(said.schedule.slots) <= MOST_SLOTS
    assert said.schedule.days


orders = st.builds(
    Order,
    st.builds(
        Wish,
        st.lists(st.sampled_from(sorted(set(TOPICS.values()))), unique=True).map(tuple),
        st.lists(st.sampled_from(sorted(set(PLACES.values()))), unique=True).map(tuple),
    ),
    st.builds(
        Schedule,
        st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=6, unique=True).map(
            lambda slots: tuple(sorted(slots))
        ),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.sampled_from(["UTC", "GMT", "Etc/GMT-9", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "Asia/Singapore"]),
        weekly=st.booleans(),
    ),
    alerts=st.none() | st.booleans(),
)


@given(orders)
def test_every_order_written_out_means_itself(said):
    assert order(canonical(said)) == said


@given(orders, st.randoms())
def test_equal_wishes_have_equal_keys_whatever_their_order(said, chance):
    wish = said.wish
    topics, places = list(wish.topics) * 2, list(wish.places)
    chance.shuffle(topics)
    chance.shuffle(places)
    assert key_of(replace(wish, topics=tuple(topics), places=tuple(places))) == key_of(wish)


@given(orders, st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True))
def test_quiet_hours_are_written_out_too(said, hours):
    quiet_from, quiet_until = (time(hour, 30) for hour in hours)
    quiet = replace(said, schedule=replace(said.schedule, quiet_from=quiet_from, quiet_until=quiet_until))
    assert order(canonical(quiet)) == quiet


@pytest.mark.parametrize(
    ("words", "days", "weekly"),
    [
        ("weekly", {0}, True),
        ("tariffs weekly sunday 18:00", {6}, True),
        ("a weekly review on fri", {4}, True),
        ("every week", {0}, True),
        ("weekly tue,fri", {1, 4}, True),
        ("weekdays", {0, 1, 2, 3, 4}, False),
    ],
)
def test_a_weekly_review_comes_on_the_day_that_is_named_or_on_monday(words, days, weekly):
    said = order(words)
    assert (said.schedule.days, said.schedule.weekly) == (days, weekly)


@pytest.mark.parametrize(
    ("words", "alerts"),
    [
        ("tariffs 8:00", None),
        ("tariffs, alerts", True),
        ("alerts on", True),
        ("tariffs with alerts 8:00", True),
        ("alerts off", False),
        ("no alerts", False),
        ("tariffs without alerts", False),
    ],
)
def test_alerts_are_wanted_or_not_or_nothing_is_said_of_them(words, alerts):
    assert order(words).alerts is alerts


@pytest.mark.parametrize(
    ("words", "quiet"),
    [
        ("quiet 22:00-07:00", (time(22), time(7))),
        ("8:00 quiet hours from 10 p.m. to 7 a.m.", (time(22), time(7))),
        ("quiet noon till 15", (time(12), time(15))),
        ("no quiet hours", (None, None)),
        ("quiet 7-7", (None, None)),
    ],
)
def test_quiet_hours_are_understood(words, quiet):
    said = order(words)
    assert said.quiet_given
    assert (said.schedule.quiet_from, said.schedule.quiet_until) == quiet


def test_quiet_hours_at_no_time_are_refused():
    with pytest.raises(WishError) as caught:
        order("quiet 22:00-25:00")
    assert (caught.value.kind, caught.value.word) == ("time", "quiet 22:00-25:00")


def test_wishes_and_windows_that_differ_have_different_keys():
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    keys = {
        key_of(Wish()),
        key_of(Wish(topics=())),
        key_of(Wish(topics=("alliances,tariffs",))),
        key_of(Wish(topics=(), places=("alliances", "tariffs"))),
        key_of(Wish(sentences=3)),
        key_of(Wish(most_stories=3)),
        key_of(Wish(most_minutes=3)),
        key_of(Wish(include=("steel",))),
        key_of(Wish(exclude=("steel",))),
        key_of(Wish(muted=(3,))),
        key_of(Wish(more=("JP",))),
        key_of(Wish(fewer=("JP",))),
        key_of(Wish(), since_at=noon),
        key_of(Wish(), until_at=noon),
        key_of(Wish(), language="de"),
    }
    assert len(keys) == 15
