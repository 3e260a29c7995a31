from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.pages import Page
from bot.chat.refs import data_of, numbers_in, packed
from bot.chat.render import BUTTONS_A_ROW, CALLBACK_LIMIT, MESSAGE_LIMIT, units
from bot.chat.storypages import picking_buttons, story_buttons
from bot.chat.storywords import bars
from bot.model import (
    Article,
    Chat,
    Digest,
    DigestKind,
    Mark,
    Place,
    Standing,
    Story,
    Topic,
    TopicDayCount,
    Vocabulary,
    Wish,
)
from bot.preview.markup import parse_text
from bot.preview.rich import parse_rich, plain_text

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
VOCABULARY = Vocabulary(
    {"tariffs": Topic("tariffs", "Tariffs", "📦"), "alliances": Topic("alliances", "Alliances", "🤝")},
    {"JP": Place("JP", "Japan"), "US": Place("US", "United States"), "NATO": Place("NATO", "NATO")},
)
OUTLETS = ("Kairos Wire", "Harbor Post", "Quay Dispatch", "World Desk", "Meridian Daily", "Straits Courier")


def article(n, outlet="Kairos Wire", hours=1, title="Tokyo weighs reply"):
    at = NOW - timedelta(hours=hours)
    return Article(title, "Text.", source=outlet, url=f"https://a.example/{n}", published_at=at, id=n)


def story(n=1, **more):
    articles = tuple(article(10 * n + k, outlet, k + 1) for k, outlet in enumerate(OUTLETS))
    return Story(
        f"Story {n}",
        articles,
        sentences=("The ministry said so.", "Two officials agreed."),
        told_by=(0, 1),
        topics=("tariffs",),
        places=("JP", "US", "NATO"),
        published_at=NOW - timedelta(hours=1),
        id=10 * n,
        **more,
    )


def digest(*stories, **more):
    return Digest(Wish(), stories, 43, NOW - timedelta(days=1), NOW, local_date=date(2026, 11, 20), **more)


def page(*, rich=True, zone="Asia/Tokyo"):
    return Page(VOCABULARY, NOW, Chat(1, zone=zone), rich=rich)


def blocks_of(message):
    return parse_rich({"html": message.rich["html"]}, user_of=lambda _: None, media_of=lambda *_: None)["blocks"]


def data_under(message):
    return [button.data for row in message.buttons for button in row]


def test_a_digest_tells_headlines_with_flags_sources_and_marks_and_folds_the_rest():
    told = story(1, mark=Mark.DEVELOPING, changes=("A third official left.",), standing=Standing(1, 2.0, 5))
    (message,) = page().digest(digest(told, zone="Asia/Tokyo"))
    heading, size, topic, details = blocks_of(message)
    assert heading["text"] == "Friday, 20 November"
    assert size["text"].startswith("1 story from 43 sources · ")
    assert topic["text"] == "📦 Tariffs"
    assert plain_text([{"type": "paragraph", "text": details["summary"]}]) == (
        "1. Story 1 🇯🇵🇺🇸 NATO · 5 sources · developing"
    )
    lines = plain_text(details["blocks"]).split("\n")
    assert lines == [
        "The ministry said so. – Kairos Wire",
        "Two officials agreed. – Harbor Post",
        "New since you were told: A third official left.",
        "Kairos Wire · Harbor Post · Quay Dispatch · World Desk · 2 more, 16:00",
    ]


def test_the_footer_tells_what_is_silent_and_when_the_next_one_comes():
    told = digest(story(), silent=("Meridian Daily",), next_at=NOW + timedelta(days=1), zone="Asia/Tokyo")
    (message,) = page().digest(told)
    footer = blocks_of(message)[-1]
    assert footer["type"] == "footer"
    assert plain_text([footer]) == "Silent: Meridian Daily. Next digest: tomorrow, 17:00."
    assert '"unix_time": 1795248000' in json.dumps(footer)


def test_the_next_digest_on_another_day_is_named():
    (message,) = page(rich=False).digest(digest(story(), next_at=NOW + timedelta(days=3)))
    assert message.plain.endswith("Next digest: Monday, 23 November, 08:00.")


def test_a_day_with_nothing_is_said_in_one_line_with_how_many_sources_were_read():
    (message,) = page(rich=False).digest(digest())
    assert message.plain == (
        "Friday, 20 November\n\nNothing new on alliances and tariffs since yesterday. 43 sources read."
    )
    assert data_under(message) == ["find", "o"]


def test_a_review_and_an_alert_are_headed_as_such():
    assert blocks_of(page().digest(digest(story(), kind=DigestKind.REVIEW))[0])[0]["text"].startswith("The week to ")
    (alert,) = page().digest(digest(story(), kind=DigestKind.ALERT))
    assert [block["type"] for block in blocks_of(alert)] == ["heading", "heading", "details"]


def test_stories_of_old_are_announced_as_such():
    (message,) = page(rich=False).digest(digest(story(), older=True))
    assert "in the last 24 hours. The newest before that:" in message.plain


def test_both_renderings_say_the_same():
    told = digest(*(story(n) for n in range(1, 6)))
    (rich,), classic = page().digest(told), page(rich=False).digest(told)
    said = "".join(message.plain for message in classic)
    assert "".join(said.split()) == "".join(plain_text(blocks_of(rich)).split())
    assert rich.buttons == classic[-1].buttons


def test_the_buttons_name_every_story_in_the_order_shown():
    stories = [replace(story(n), topics=(topic,)) for n, topic in ((1, "tariffs"), (2, "alliances"), (3, "tariffs"))]
    (message,) = page().digest(digest(*stories))
    assert data_under(message) == [data_of("pm", [20, 10, 30]), data_of("pf", [20, 10, 30]), "find", "o"]
    assert "1. Story 2" in plain_text(blocks_of(message))


def test_a_full_digest_offers_more_stories():
    full = digest(*(story(n) for n in range(1, 11)))
    (message,) = page().digest(full)
    assert f"n:{packed(int(full.since_at.timestamp()))}.{packed(int(NOW.timestamp()))}.1" in data_under(message)
    assert not any(data.startswith("n:") for data in data_under(page().digest(full, paged=False)[0]))
    assert not any(data.startswith("n:") for data in data_under(page().digest(replace(full, older=True))[0]))


@given(st.lists(st.integers(0, 60_466_175), min_size=1, max_size=10))
def test_ten_stories_of_sixty_million_articles_fit_a_button(numbers):
    data = data_of("pm", numbers)
    assert len(data.encode()) <= CALLBACK_LIMIT
    assert numbers_in(data.removeprefix("pm:")) == tuple(numbers)


def test_larger_numbers_leave_the_last_ones_out():
    data = data_of("pm", [10**17] * 10)
    assert len(data) <= CALLBACK_LIMIT
    assert set(numbers_in(data[3:])) == {10**17}


@given(
    st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=12),
    st.text(max_size=900),
    st.sampled_from(list(Mark)),
)
@settings(max_examples=60)
def test_every_digest_is_valid_in_both_forms_whatever_is_in_it(titles, sentence, mark):
    stories = [
        replace(story(n), title=title, sentences=(sentence, "Told."), changes=(sentence,), mark=mark)
        for n, title in enumerate(titles, start=1)
    ]
    for message in page().digest(digest(*stories)):
        blocks_of(message)
    for message in page(rich=False).digest(digest(*stories)):
        text, _ = parse_text(message.html, mode="HTML")
        assert 0 < units(text) <= MESSAGE_LIMIT
        for row in message.buttons:
            assert len(row) <= BUTTONS_A_ROW


def test_a_storys_own_page_has_its_timeline_and_all_its_sources():
    told = replace(story(), copies=frozenset({15}))
    (message,) = page().story(told)
    found = blocks_of(message)
    said = plain_text(found)
    assert found[0]["text"] == "Story 1"
    assert "🇯🇵🇺🇸 NATO · 📦 tariffs" in said
    timeline = next(block for block in found if block["type"] == "details")
    lines = plain_text(timeline["blocks"]).split("\n")
    assert lines[0] == "11:00 Straits Courier: Tokyo weighs reply (copy)"
    assert lines[-1] == "16:00 Kairos Wire: Tokyo weighs reply"
    assert said.endswith("Sources: " + " · ".join(OUTLETS))
    assert data_under(message) == ["lm:a", "lf:a", "m:1:a"]


def test_a_story_of_one_report_has_no_timeline():
    told = Story("", (Article("", "It began at dawn and went on.", source="Kairos Wire"),))
    (message,) = page(rich=False).story(told)
    assert message.plain == "It began at dawn and went on. …\n\nKairos Wire"
    assert message.buttons == ()


def test_what_counts_more_or_less_is_offered_by_name():
    (more,) = page().lean(story(), more=True)
    assert [button.text for row in more.buttons for button in row] == [
        "📦 Tariffs",
        "🇯🇵 Japan",
        "🇺🇸 United States",
        "NATO",
    ]
    assert data_under(more) == ["l:m:tariffs", "l:m:JP", "l:m:US", "l:m:NATO"]
    (fewer,) = page().lean(replace(story(), places=("ZZ",)), more=False)
    assert data_under(fewer) == ["l:f:tariffs", "l:f:ZZ", "m:1:a"]


def test_numbers_to_pick_by_stand_three_a_row_with_the_way_back():
    rows = picking_buttons([10, 20, 30, 40], "f", "n:1.2.1")
    assert [[button.text for button in row] for row in rows] == [["1", "2", "3"], ["4"], ["More stories", "Back"]]
    assert rows[0][0].data == "lf:a"
    assert picking_buttons([10], "m")[-1][0].data == "pb:a"


def test_a_muted_story_can_be_unmuted():
    assert [button.text for row in story_buttons(10, muted=True) for button in row][-1] == "Unmute"


def test_lists_say_when_there_is_nothing():
    (message,) = page(rich=False).stories("Latest", [], "I have no stories yet.")
    assert message.plain == "I have no stories yet."
    (listed,) = page().stories("Latest", [story()], "nothing")
    assert data_under(listed) == ["pm:a"]


@pytest.mark.parametrize("published_at", [None, NOW - timedelta(days=40)])
def test_a_story_without_a_time_of_day_shows_its_date_or_none(published_at):
    told = Story("T", (Article("T", "x", published_at=published_at),), published_at=published_at)
    (message,) = page(rich=False).stories("Latest", [told], "")
    assert message.plain == "Latest\n\n1. T" + ("\n11 Oct" if published_at else "")


def test_a_review_tells_how_many_stories_each_day_had():
    counts = (TopicDayCount("tariffs", date(2026, 11, 18), 4), TopicDayCount("tariffs", date(2026, 11, 20), 2))
    page = Page(VOCABULARY, NOW, Chat(1))
    (told,) = page.digest(digest(story(), kind=DigestKind.REVIEW, counts=counts))
    assert "📦 Tariffs: 6 stories ▁▁▁▁█▁▅" in told.plain


def test_days_without_any_story_are_drawn_as_such():
    assert bars([]) == ""
    assert bars([0, 0]) == "▁▁"
