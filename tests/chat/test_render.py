from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.outside import Chart, markdown, plain_text, web_page
from bot.chat.render import (
    CALLBACK_LIMIT,
    INVISIBLE,
    MESSAGE_LIMIT,
    Block,
    Button,
    Message,
    Run,
    block,
    bold,
    clean,
    italic,
    kept_message,
    link,
    message_from_kept,
    messages,
    units,
)
from bot.preview.entities import clean as as_telegram_cleans
from bot.preview.entities import utf16_length
from bot.preview.markup import parse_html, parse_text

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=300)
MARKUP = st.lists(
    st.sampled_from(["<b>", "</a>", "&lt;", "&", "<", ">", '"', "'", "🇯🇵", "👩‍👩‍👧", "é", "e\u0301", " "])
).map("".join)
LONG = st.builds(lambda text, n: (text or "x") * n, ANY_TEXT, st.integers(1, 200))
RUNS = st.builds(
    Run,
    st.one_of(ANY_TEXT, MARKUP, LONG),
    st.sampled_from([None, "bold", "italic", "code"]),
    st.sampled_from([None, "https://harborpost.example/a?b=1&c='\"<x>"]),
    st.sampled_from([None, AT]),
)
BLOCKS = st.builds(
    Block, st.lists(RUNS, max_size=4).map(tuple), st.sampled_from(["none", "quote", "folded"]), st.booleans()
)


def visible(text: str) -> str:
    return re.sub(r"\s", "", clean(text))


@given(st.lists(BLOCKS, max_size=6))
@settings(max_examples=150)
def test_no_text_whatever_breaks_a_message_or_gets_lost(blocks):
    made = messages(blocks)
    read = ""
    for message in made:
        text, _ = parse_text(message.html, mode="HTML")  # refuses what Telegram refuses
        assert text == as_telegram_cleans(message.plain).strip(" \n")
        assert 0 < utf16_length(text) <= MESSAGE_LIMIT
        message.html.encode()  # no half of a surrogate pair
        read += visible(message.plain)
    shown = [each for each in blocks if INVISIBLE.sub("", "".join(clean(run.text) for run in each.runs))]
    assert read == "".join(visible(run.text) for each in shown for run in each.runs)


@given(st.lists(RUNS, min_size=1, max_size=4))
@settings(max_examples=60)
def test_styles_and_links_survive_in_every_part(runs):
    for message in messages([Block(tuple(runs))]):
        _, entities = parse_html(message.html)
        links = [entity for entity in entities if entity["type"] == "text_link"]
        assert all(entity["url"].startswith("https://harborpost.example/") for entity in links)


def test_a_message_is_split_between_stories_only():
    stories = [[block(bold(f"Story {n}")), block("word " * 150, fold="folded", glued=True)] for n in range(20)]
    made = messages([each for story in stories for each in story])
    assert len(made) > 1
    for message in made:
        assert message.plain.startswith("Story")
        assert message.plain.count("Story") == message.html.count("<blockquote expandable>")


def test_a_block_longer_than_a_message_is_cut_at_spaces():
    made = messages([block("figure " * 2000)])
    assert len(made) > 1
    assert all(message.plain.endswith("figure ") for message in made)


def test_a_cut_leaves_flags_and_joined_emoji_whole():
    for sign in ("🇯🇵", "👩‍👩‍👧", "e\u0301"):
        for message in messages([block("x", sign * 3000)]):
            assert set(re.findall("🇯🇵|👩‍👩‍👧|e\u0301", message.plain)) == {sign}
            assert re.sub("🇯🇵|👩‍👩‍👧|e\u0301", "", message.plain) in {"", "x"}


def test_a_letter_with_endless_accents_is_cut_all_the_same():
    made = messages([block("e" + "\u0301" * 10_000)])
    assert sum(len(message.plain) for message in made) == 10_001


def test_a_group_that_is_too_long_is_laid_out_block_by_block():
    made = messages([block("a" * 3000), block("b" * 3000, glued=True), block("c" * 500, glued=True)])
    assert [set(message.plain) - {"\n"} for message in made] == [{"a"}, {"b", "c"}]


def test_markup_that_outgrows_its_text_is_split_too():
    made = messages([block("&" * 4000)])
    assert all(len(message.html) <= 3 * MESSAGE_LIMIT for message in made)
    assert sum(len(message.plain) for message in made) == 4000


def test_nothing_visible_gives_no_message():
    assert messages([block(" \n "), block(bold("\x00\u200b")), block("\u2800")]) == []


def test_a_cut_leaves_no_page_of_spaces():
    made = messages([block("x" + " " * 20_000 + "y")])
    assert [visible(message.plain) for message in made] == ["x", "y"]


def test_buttons_stand_under_the_last_part():
    made = messages([block("word " * 2000)], [[Button("More", "m:1")], []])
    assert not made[0].buttons
    assert [button.data for row in made[-1].buttons for button in row] == ["m:1"]


def test_a_buttons_text_is_bounded():
    made = messages([block("x")], [[Button("long " * 30, "a"), Button(" \x00", "b")]])
    assert [button.text for button in made[0].buttons[0]] == [("long " * 30)[:47].rstrip() + "…", "…"]


def test_button_data_that_telegram_would_refuse_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="callback data"):
        messages([block("x")], [[Button("x", "d" * (CALLBACK_LIMIT + 1))]])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://user?id=1", "", None, "https://", "ftp://x.example"])
def test_only_addresses_people_can_open_become_links(url):
    assert link("x", url).href is None


def test_an_instant_is_shown_in_the_readers_zone():
    assert messages([block(Run("08:00", at=AT))])[0].html == '<tg-time unix="1795334400" format="t">08:00</tg-time>'


def test_units_count_as_telegram_does():
    assert units("a🇯🇵é") == utf16_length("a🇯🇵é") == 6


def test_the_same_blocks_are_plain_text_markdown_and_a_page():
    blocks = [
        block(bold("Title *1*")),
        block("one\ntwo ", link("Post", "https://p.example/a b"), fold="folded"),
        block(Run("a`b", "code"), italic(" · end "), Run("8:00", at=AT)),
    ]
    assert plain_text(blocks) == "Title *1*\n\none\ntwo Post\n\na`b · end 8:00"
    assert markdown(blocks) == (
        "**Title \\*1\\***\n\n> one\n> two [Post](<https://p.example/a%20b>)\n\n`ab` *· end* 8:00\n"
    )
    page = web_page(blocks, "<T>")
    assert "<title>&lt;T&gt;</title>" in page
    assert '<blockquote>one<br>two <a href="https://p.example/a b">Post</a></blockquote>' in page
    assert '<time datetime="2026-11-22T08:00:00+00:00">8:00</time>' in page


def test_a_message_comes_back_from_the_ledger_as_it_was():
    buttons = ((Button("Full text", data="f:7"), Button("Open", url="https://kairos.example/")),)
    whole = Message("<b>1 &amp; 2</b>", "1 & 2", buttons, {"html": "<h1>1</h1>"})
    for message in (whole, replace(whole, rich=None), Message("1", "1")):
        assert message_from_kept(json.loads(json.dumps(kept_message(message)))) == message
    assert message_from_kept("<b>1 &amp; 2</b>") == Message("<b>1 &amp; 2</b>", "1 & 2")


def test_a_page_can_have_a_chart_for_light_and_dark_with_its_numbers():
    page = web_page([block("Told.")], "Communiqué", Chart(b"light", b"dark", 'most on "Friday": 4'))
    assert page.index("<figure>") < page.index("Told.")
    assert "prefers-color-scheme: dark" in page
    assert 'alt="most on &quot;Friday&quot;: 4"' in page
    assert page.count("data:image/png;base64,") == 2
