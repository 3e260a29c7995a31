from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.render import (
    INVISIBLE,
    MESSAGE_LIMIT,
    Block,
    Button,
    Run,
    block,
    bold,
    clean,
    italic,
    link,
    messages,
    units,
)
from bot.chat.rich import BLOCKS_LIMIT, PARAGRAPH, RICH_LIMIT, rich_messages
from bot.preview.entities import clean as as_telegram_cleans
from bot.preview.markup import parse_text
from bot.preview.rich import parse_rich, plain_text

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=200)
MARKUP = st.lists(
    st.sampled_from(["<b>", "</details>", "<summary>", "&lt;", "&", "<", ">", '"', "'", "🇯🇵", "\n", "e\u0301", " "])
).map("".join)
LONG = st.builds(lambda text, n: (text or "x") * n, ANY_TEXT, st.integers(1, 400))
RUNS = st.one_of(
    st.just(PARAGRAPH),
    st.builds(
        Run,
        st.one_of(ANY_TEXT, MARKUP, LONG),
        st.sampled_from([None, "bold", "italic", "code"]),
        st.sampled_from([None, "https://harborpost.example/a?b=1&c='\"<x>"]),
        st.sampled_from([None, AT]),
    ),
)
BLOCKS = st.builds(
    Block,
    st.lists(RUNS, max_size=4).map(tuple),
    st.sampled_from(["none", "quote", "folded"]),
    st.booleans(),
    st.sampled_from(["text", "text", "heading", "topic", "headline", "footer"]),
)


def parsed(message):
    """The blocks Telegram would make of a message's rich form; refuses what Telegram refuses, limits included."""
    return parse_rich({"html": message.rich["html"]}, user_of=lambda _: None, media_of=lambda *_: None)["blocks"]


def visible(text):
    return INVISIBLE.sub("", clean(text))


@given(st.lists(BLOCKS, max_size=8))
@settings(max_examples=150)
def test_no_text_whatever_breaks_a_rich_message_or_gets_lost(blocks):
    made = rich_messages(blocks)
    read = ""
    for message in made:
        message.rich["html"].encode()
        read += visible(plain_text(parsed(message)))
    shown = "".join(run.text for each in blocks for run in each.runs)
    assert visible(as_telegram_cleans(read)) == visible(as_telegram_cleans(clean(shown)))


@given(st.lists(BLOCKS, max_size=8))
@settings(max_examples=80)
def test_the_classic_form_says_the_same_within_its_own_limits(blocks):
    for message in rich_messages(blocks):
        parts = [(message.html, message.plain), *message.rich["parts"]]
        said = ""
        for html, plain in parts:
            text, _ = parse_text(html, mode="HTML")
            assert 0 < units(text) <= MESSAGE_LIMIT
            said += visible(plain)
        assert visible(as_telegram_cleans(said)) == visible(plain_text(parsed(message)))
        assert json.loads(json.dumps(message.rich)) == message.rich


def story(n, words=40):
    return [
        block(bold(f"{n}. Story"), " 🇯🇵🇺🇸 · 6 sources · ", italic("developing"), kind="headline"),
        block("one. " * words, PARAGRAPH, "two. " * words, fold="folded", glued=True),
        block(link("Harbor Post", "https://p.example/a"), ", ", Run("8:00", at=AT), glued=True),
    ]


def test_a_digest_of_ten_stories_is_one_message_with_headings_folded_stories_and_a_footer():
    blocks = [block(bold("Friday"), kind="heading"), block("10 stories", glued=True), block("Topic", kind="topic")]
    blocks += [each for n in range(10) for each in story(n)]
    (message,) = rich_messages([*blocks, block(italic("Next"), kind="footer")], [[Button("More", "pm:1")]])
    found = parsed(message)
    assert [each["type"] for each in found] == ["heading", "paragraph", "heading", *["details"] * 10, "footer"]
    assert found[0] == {"type": "heading", "text": "Friday", "size": 3}
    details = found[3]
    assert plain_text([{"type": "paragraph", "text": details["summary"]}]) == "0. Story 🇯🇵🇺🇸 · 6 sources · developing"
    assert [each["type"] for each in details["blocks"]] == ["paragraph"] * 3
    assert details["blocks"][2]["text"][-1]["type"] == "date_time"
    assert message.rich["parts"], "classic HTML needs more than one message for it"
    assert message.buttons == ((Button("More", "pm:1"),),)


def test_too_many_stories_for_one_message_are_split_between_stories():
    made = rich_messages([each for n in range(60) for each in story(n, 100)])
    assert len(made) > 1
    for message in made:
        found = parsed(message)
        assert {each["type"] for each in found} == {"details"}
        assert units(plain_text(found)) <= RICH_LIMIT


def test_more_blocks_than_a_message_takes_are_split_too():
    made = rich_messages([block(f"{n}", kind="text") for n in range(2 * BLOCKS_LIMIT)])
    assert [len(parsed(message)) for message in made] == [BLOCKS_LIMIT, BLOCKS_LIMIT]


def test_a_headline_without_anything_to_unfold_is_a_paragraph():
    (message,) = rich_messages([block("Alone", kind="headline"), block("Next", kind="headline")])
    assert message.rich["html"] == "<p>Alone</p><p>Next</p>"


def test_what_follows_a_story_is_outside_of_it():
    blocks = [*story(1), block("Loose"), block("quoted", fold="quote"), block("Foot", kind="footer")]
    (message,) = rich_messages(blocks)
    assert [each["type"] for each in parsed(message)] == ["details", "paragraph", "blockquote", "footer"]


def test_line_breaks_survive():
    (message,) = rich_messages([block("one\ntwo")])
    assert parsed(message) == [{"type": "paragraph", "text": "one\ntwo"}]


def test_nothing_visible_gives_no_message():
    assert rich_messages([block(" \n "), block(PARAGRAPH)]) == []


def test_classic_messages_take_the_same_blocks():
    (message,) = messages([block(bold("Day"), kind="heading"), *story(1)])
    assert message.rich is None
    assert message.html.startswith(
        "<b>Day</b>\n\n<b>1. Story</b> 🇯🇵🇺🇸 · 6 sources · <i>developing</i>\n<blockquote expandable>"
    )
    assert re.search(r"one\. \n\ntwo\.", message.plain)


def test_its_parameters_are_as_the_bot_api_describes_them():
    beside = Path(__file__).parents[3] / "shared" / "telegram" / "bot-api-10.1.json"
    path = Path(os.environ.get("COMMUNIQUE_BOT_API_SPEC", beside))
    if not path.is_file():
        pytest.skip(f"no description of the Bot API at {path}; set COMMUNIQUE_BOT_API_SPEC")
    spec = json.loads(path.read_text("utf-8"))
    fields = {field["name"] for field in spec["types"]["InputRichMessage"]["fields"]}
    assert "html" in fields
    sent = {field["name"] for field in spec["methods"]["sendRichMessage"]["fields"]}
    assert {
        "chat_id",
        "message_thread_id",
        "rich_message",
        "reply_markup",
        "reply_parameters",
        "allow_paid_broadcast",
    } <= sent
