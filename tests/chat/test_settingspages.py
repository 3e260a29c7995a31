from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.chat import settingsbuttons, words
from bot.chat.pages import Page
from bot.chat.render import BUTTONS_A_ROW
from bot.chat.settingspages import mark_of, phrases_page, settings_page
from bot.core.timing import next_run
from bot.model import Chat, ChatKind, Place, Schedule, Subscription, Topic, Vocabulary, Wish

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
VOCABULARY = Vocabulary(
    {
        "tariffs": Topic("tariffs", "Tariffs", "📦"),
        "alliances": Topic("alliances", "Alliances", "🤝"),
        "x" * 70: Topic("x" * 70, "Too long for a button"),
    },
    {"JP": Place("JP", "Japan"), "US": Place("US", "United States")},
)
SCHEDULE = Schedule(zone="Asia/Tokyo", quiet_from=time(22, 30), quiet_until=time(6))
RUNNING = Subscription(1, Wish(topics=("tariffs",), places=("JP",)), SCHEDULE, next_run=next_run(SCHEDULE, NOW))
PAGE = Page(VOCABULARY, NOW, Chat(1))
VIEWS = ("", "topics", "places", "times", "days", "zone", "length", "language", "hours")


def buttons_of(messages):
    return [button for row in messages[-1].buttons for button in row]


def labels(view, subscription=RUNNING):
    return {button.text: button.data for button in buttons_of(settings_page(PAGE, subscription, view))}


@pytest.mark.parametrize("view", VIEWS)
def test_every_button_of_the_settings_means_something_and_three_stand_in_a_row(view):
    messages = settings_page(PAGE, RUNNING, view)
    for button in buttons_of(messages):
        assert any(pattern.fullmatch(button.data) for pattern, _, _ in settingsbuttons.ACTS), button.data
    assert all(len(row) <= BUTTONS_A_ROW for row in messages[-1].buttons)


def test_the_first_page_says_what_is_set_and_the_command_that_sets_it():
    (message,) = settings_page(PAGE, RUNNING)
    assert "tariffs about Japan, daily at 08:00, Asia/Tokyo." in message.plain
    assert "Next digest: Saturday, 21 November, 08:00 (Asia/Tokyo)." in message.plain
    assert "Time zone: Asia/Tokyo. Language: English. Length: at most 10 stories, 2 sentences each." in message.plain
    assert "Alerts: off. Quiet hours: 22:30–06:00." in message.plain
    assert "/subscribe tariffs JP 08:00 Asia/Tokyo daily" in message.plain


def test_what_is_filtered_shut_and_stopped_is_said():
    wish = replace(RUNNING.wish, include=("tin",), exclude=("trade fair", "football"))
    (message,) = settings_page(PAGE, replace(RUNNING, wish=wish, next_run=None, paused="no_rights"))
    assert "No digest is subscribed here." in message.plain
    assert "stories with “tin”." in message.plain
    assert "Never told: stories with “trade fair” and “football”." in message.plain
    assert "Start the digests" in [button.text for button in buttons_of([message])]
    assert words.paused("no_rights") in message.plain


def test_in_a_group_it_says_who_may_change_it():
    group = replace(PAGE, chat=Chat(-1, ChatKind.SUPERGROUP))
    assert "Administrators of this chat can change this." in settings_page(group, RUNNING)[0].plain


def test_what_is_chosen_is_marked_and_its_button_takes_it_away():
    assert labels("topics") == {"✓ 📦 Tariffs": "o:t:tariffs:0", "🤝 Alliances": "o:t:alliances:1", "Back": "o"}
    assert labels("places")["✓ 🇯🇵 Japan"] == "o:p:JP:0"
    assert labels("times")["✓ 08:00"] == "o:s:0800:0"
    assert labels("times")["18:00"] == "o:s:1800:1"
    assert labels("days")["✓ Mon"] == "o:d:0:0"
    assert labels("zone")["✓ Tokyo"] == "o:z:Asia/Tokyo"
    assert labels("length")["✓ Full: 10 stories, 2 sentences each"] == "o:n:10:2"
    assert labels("language")["✓ English"] == "o:l:en"
    assert labels("hours")["✓ 22:30–06:00"] == "o:q:2230-0600"
    assert labels("")["Alerts: off"] == "o:a:1"


def test_an_offset_is_shown_whole_and_no_quiet_hours_are_marked():
    plain = replace(RUNNING, schedule=Schedule(zone="Etc/GMT-9"))
    assert "✓ Etc/GMT-9" in labels("zone", plain)
    assert labels("hours", plain)["✓ None"] == "o:q:off"


def test_with_six_times_no_seventh_is_offered():
    full = replace(RUNNING, schedule=Schedule(slots=tuple(time(hour) for hour in range(6))))
    assert all(label.startswith("✓") for label in labels("times", full) if ":" in label)


def test_words_are_listed_with_a_button_to_remove_each():
    (message,) = phrases_page(("trade fair", "football"), excluded=True)
    assert message.plain.startswith("Never told: stories with “trade fair” and “football”.")
    assert [button.data for button in buttons_of([message])] == [
        f"w:x:{mark_of('trade fair')}",
        f"w:x:{mark_of('football')}",
    ]
    (none,) = phrases_page((), excluded=False)
    assert none.plain.startswith("No words are included.")
