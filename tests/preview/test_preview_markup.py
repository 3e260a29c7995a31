"""Classic HTML, as Telegram reads it."""

from __future__ import annotations

from contextlib import suppress
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.preview.entities import clean, detect, split_text, utf16_length, with_detected
from bot.preview.links import checked_link
from bot.preview.markup import parse_html, parse_text
from bot.preview.refusals import ApiError


def refusal(markup, **options):
    with pytest.raises(ApiError) as caught:
        parse_text(markup, mode="HTML", **options)
    return caught.value.description.removeprefix("Bad Request: ")


def kinds(markup):
    return [(entity["type"], entity["offset"], entity["length"]) for entity in parse_text(markup, mode="HTML")[1]]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("steel is <x>", 'can\'t parse entities: Unsupported start tag "x" at byte offset 9'),
        ("é <x>", 'can\'t parse entities: Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("a <", "can't parse entities: Unclosed start tag at byte offset 2"),
        ("1 <2>", 'can\'t parse entities: Unsupported start tag "2" at byte offset 2'),
        ("a<br/>b", 'can\'t parse entities: Unsupported start tag "br/" at byte offset 1'),
        ("<b>a", "can't parse entities: Can't find end tag corresponding to start tag \"b\" at byte offset 0"),
        ("a</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
        (
            "<b><i>a</b></i>",
            'can\'t parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("<b>a</b", "can't parse entities: Unclosed end tag at byte offset 4"),
        ('<a href="x>a</a>', 'can\'t parse entities: Unclosed start tag "a" at byte offset 0'),
        ("<a =x>a</a>", 'can\'t parse entities: Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a!b>a</a>", "can't parse entities: Unexpected end of name token at byte offset 8"),
        ("<a href", "can't parse entities: Unclosed start tag at byte offset 0"),
        ("<span>a</span>", 'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<code><b>a</b></code>", 'can\'t parse entities: Tag "b" can\'t be nested in "code" at byte offset 6'),
        (
            "<pre><code><i>a</i></code></pre>",
            'can\'t parse entities: Tag "i" can\'t be nested in "code" at byte offset 11',
        ),
        (
            "<blockquote><b><blockquote>a</blockquote></b></blockquote>",
            'can\'t parse entities: Tag "blockquote" can\'t be nested in "blockquote" at byte offset 15',
        ),
        (
            '<tg-time unix="soon">a</tg-time>',
            'can\'t parse entities: Tag "tg-time" must have a valid attribute "unix" at byte offset 0',
        ),
        (
            '<tg-time unix="1" format="x">a</tg-time>',
            'can\'t parse entities: Tag "tg-time" has an invalid attribute "format" at byte offset 0',
        ),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "can't parse entities: Invalid custom emoji identifier specified"),
        (
            "&#xD800;",
            (
                "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ),
        ),
    ],
)
def test_what_telegram_cannot_parse_is_refused_in_its_words(markup, words):
    assert refusal(markup) == words


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"'),
        ("&nbsp;&copy; AT&T &", "&nbsp;&copy; AT&T &"),
        ("&lt &#60; &#x3c; &ltx", "< < < &ltx"),
        ("&#0; &#99999999;", "&#0; &#99999999;"),
        ("<B>a</B> <STRONG>b</strong >", "a b"),
        (" \n a \n", "a"),
        ("<b>a</>", "a"),
    ],
)
def test_text_is_decoded_and_trimmed(markup, text):
    assert parse_text(markup, mode="html")[0] == text


def test_entities_count_in_utf16_and_come_in_order():
    assert kinds("🤝 <b>to<i>kyo</i></b> <u>x</u><s>y</s>") == [
        ("bold", 3, 5),
        ("italic", 5, 3),
        ("underline", 9, 1),
        ("strikethrough", 10, 1),
    ]


def test_every_listed_tag_has_its_entity():
    markup = (
        "<b>a</b><strong>b</strong><i>c</i><em>d</em><tg-spoiler>e</tg-spoiler><span class='tg-spoiler'>f</span>"
        '<pre><code class="language-python">g</code></pre><code>h</code><blockquote>i</blockquote>'
        '<blockquote expandable>j</blockquote><tg-emoji emoji-id="5">👍</tg-emoji>'
        '<tg-time unix="1763712000" format="wDt">k</tg-time><a href="https://a.example/b">l</a><ins>m</ins><del>n</del>'
    )
    text, entities = parse_text(markup, mode="HTML")
    assert text == "abcdefghij👍klmn"
    assert [entity["type"] for entity in entities] == [
        "bold",
        "italic",
        "spoiler",
        "pre",
        "code",
        "blockquote",
        "expandable_blockquote",
        "custom_emoji",
        "date_time",
        "text_link",
        "underline",
        "strikethrough",
    ]
    assert entities[3]["language"] == "python"
    assert (entities[8]["unix_time"], entities[8]["date_time_format"]) == (1763712000, "wDt")


def test_styles_stop_at_code_and_join_with_their_like():
    assert kinds("<b>a<code>b</code>c</b>") == [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]
    assert kinds("<b>a</b><b>b</b>") == [("bold", 0, 2)]


def test_trimming_moves_and_drops_entities():
    assert kinds("  <b> a</b><i> </i>") == [("bold", 0, 1)]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.example", "https://a.example/"),
        ("a.example/x?y=1&z", "http://a.example/x?y=1&z"),
        ("http://a.example:80/x", "http://a.example:80/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("https://a b", None),
        ("https://[::1", None),
        ("word", None),
        ("", None),
    ],
)
def test_a_link_is_kept_only_where_telegram_makes_one(address, kept):
    assert checked_link(address) == kept
    entities = parse_html(f'<a href="{escape(address)}">word</a>')[1]
    assert [entity["url"] for entity in entities] == ([kept] if kept else [])


def test_a_mention_by_id_names_the_user_it_knows():
    users = {5: {"id": 5, "is_bot": False, "first_name": "Ada"}}
    markup = '<a href="tg://user?id=5">A</a><a href="tg://user?id=6">B</a>'
    assert parse_html(markup, users.get)[1] == [{"type": "text_mention", "offset": 0, "length": 1, "user": users[5]}]


def test_lengths_are_measured_after_parsing_in_utf16():
    assert len(parse_text("<b>" + "a" * 4096 + "</b>", mode="HTML")[0]) == 4096
    assert refusal("a" * 4097) == "message is too long"
    assert refusal("🤝" * 2049) == "message is too long"
    assert refusal("a" * 1025, most=1024) == "message caption is too long"


@pytest.mark.parametrize("markup", ["", "  \n", "<b> </b>", "\u200b", "&#8203;"])
def test_what_shows_nothing_is_empty(markup):
    assert parse_text(markup, mode="HTML") == ("", [])


@pytest.mark.parametrize("mode", ["Markdown", "markdownv2", "RTF"])
def test_other_parse_modes_are_refused(mode):
    with pytest.raises(ApiError, match="parse_mode"):
        parse_text("a", mode=mode)


def test_explicit_entities_are_checked_for_shape():
    assert parse_text("ab", entities=[{"type": "bold", "offset": 1, "length": 1}])[1][0]["offset"] == 1
    wrong = ({}, [3], [{"type": "bold"}], [{"type": "bold", "offset": -1, "length": 1}])
    for entities in wrong:
        with pytest.raises(ApiError):
            parse_text("ab", entities=entities)


@given(st.text())
def test_any_text_is_parsed_or_refused(markup):
    with suppress(ApiError):
        text, entities = parse_text(markup, mode="HTML")
        end = utf16_length(text)
        assert all(0 <= e["offset"] < e["offset"] + e["length"] <= end for e in entities)


_MARKUP = st.lists(
    st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "<pre>", "</pre>", "<blockquote>", "&lt;", "&"])
    | st.sampled_from(
        ["</blockquote>", '<a href="https://a.example">', "</a>", "<", ">", '"', "é", "🤝", " ", "\n", "word"]
    ),
).map("".join)


@given(_MARKUP)
def test_any_soup_of_tags_is_parsed_or_refused(markup):
    with suppress(ApiError):
        text, entities = parse_text(markup, mode="HTML")
        assert all(e["offset"] + e["length"] <= utf16_length(text) for e in entities)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_escaped_text_comes_back_as_it_was(text):
    assert parse_html(escape(text))[0] == clean(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start now", [("bot_command", "/start")]),
        ("see /help@communique_bot.", [("bot_command", "/help@communique_bot")]),
        ("and/or 1/2 <a/b> http://a.example/b", [("url", "http://a.example/b")]),
        ("read https://harborpost.example/a_(b)?c=d#e.", [("url", "https://harborpost.example/a_(b)?c=d#e")]),
        ("(https://a.example/b)", [("url", "https://a.example/b")]),
        ("bbc.co.uk/news, or e.g. this", [("url", "bbc.co.uk/news")]),
        ("ask @ada_l or ada@desk.example", [("mention", "@ada_l"), ("email", "ada@desk.example")]),
        ("🤝 #steel #1 $USD $usd", [("hashtag", "#steel"), ("cashtag", "$USD")]),
    ],
)
def test_telegram_links_by_itself(text, found):
    data = text.encode("utf-16-le")
    pieces = [
        (e["type"], data[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")) for e in detect(text)
    ]
    assert pieces == found


def test_nothing_is_linked_inside_code_and_links():
    text, entities = parse_text('<code>/start</code> <a href="https://a.example/">b.com</a> /help', mode="HTML")
    assert [e["type"] for e in with_detected(text, entities)] == ["code", "text_link", "bot_command"]


def test_only_a_hundred_entities_are_kept():
    text, entities = parse_text("<b>a</b> " * 150, mode="HTML")
    assert len(with_detected(text, entities)) == 100


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(2, 50))
def test_a_split_text_fits_and_loses_only_white_space(text, limit):
    pieces = split_text(text, limit)
    assert all(utf16_length(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
