"""Rich messages: HTML in, blocks of Bot API 10.1 out."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.preview.refusals import ApiError
from bot.preview.rich import parse_rich, plain_text


def media_of(kind, address):
    return {"kind": kind, "address": address}


def blocks(html, **more):
    return parse_rich({"html": html, **more}, user_of=lambda _: None, media_of=media_of)["blocks"]


def refusal(html):
    with pytest.raises(ApiError) as caught:
        blocks(html)
    assert caught.value.code == 400
    return caught.value.description.removeprefix("Bad Request: ")


def test_loose_text_becomes_paragraphs_between_blocks():
    assert blocks("a <b>b</b>\n<hr/> c <br> d<h2>e</h2>") == [
        {"type": "paragraph", "text": ["a ", {"type": "bold", "text": "b"}]},
        {"type": "divider"},
        {"type": "paragraph", "text": "c\nd"},
        {"type": "heading", "text": "e", "size": 2},
    ]


def test_details_fold_with_their_summary():
    assert blocks("<details open><summary>S</summary><p>in</p></details><details><summary>T</summary>x</details>") == [
        {"type": "details", "summary": "S", "blocks": [{"type": "paragraph", "text": "in"}], "is_open": True},
        {"type": "details", "summary": "T", "blocks": [{"type": "paragraph", "text": "x"}]},
    ]


def test_lists_have_labels_values_and_boxes():
    bullets, numbers = blocks(
        '<ul><li>a</li><li><input type="checkbox" checked>b</li></ul>'
        '<ol start="3" type="i"><li>c</li><li value="9">d</li></ol>',
    )
    assert [item["label"] for item in bullets["items"]] == ["•", "•"]
    assert (bullets["items"][1]["has_checkbox"], bullets["items"][1]["is_checked"]) == (True, True)
    assert [(item["label"], item["value"], item["type"]) for item in numbers["items"]] == [
        ("3.", 3, "i"),
        ("9.", 9, "i"),
    ]


def test_a_table_keeps_spans_and_alignment():
    (table,) = blocks(
        '<table bordered striped><caption>C</caption><tr><th colspan="2">H</th></tr>'
        '<tr><td align="right" valign="top">1</td><td></td></tr></table>',
    )
    assert table["is_bordered"]
    assert table["is_striped"]
    assert table["caption"] == "C"
    assert table["cells"][0] == [{"align": "left", "valign": "middle", "text": "H", "is_header": True, "colspan": 2}]
    assert table["cells"][1] == [
        {"align": "right", "valign": "top", "text": "1"},
        {"align": "left", "valign": "middle"},
    ]


def test_quotations_carry_their_credit_and_code_its_language():
    assert blocks(
        "<blockquote>q<cite>me</cite></blockquote><aside>p<cite>you</cite></aside>"
        '<pre><code class="language-py">x  y</code></pre>'
    ) == [
        {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "q"}], "credit": "me"},
        {"type": "pullquote", "text": "p", "credit": "you"},
        {"type": "pre", "text": "x  y", "language": "py"},
    ]


def test_media_stand_as_blocks_with_captions():
    photo, gallery, place = blocks(
        '<figure><img src="https://a.example/a.png"><figcaption>F<cite>by</cite></figcaption></figure>'
        '<tg-collage><img src="https://a.example/b.png"/><video src="https://a.example/c.mp4"></video></tg-collage>'
        '<tg-map lat="35.6" long="139.7" zoom="99"/>',
    )
    assert photo["photo"] == {"kind": "photo", "address": "https://a.example/a.png"}
    assert photo["caption"] == {"text": "F", "credit": "by"}
    assert [block["type"] for block in gallery["blocks"]] == ["photo", "video"]
    assert place["location"] == {"latitude": 35.6, "longitude": 139.7}
    assert place["zoom"] == 20


def test_inline_tags_have_their_rich_texts():
    (block,) = blocks(
        '<p><mark>a</mark><sub>b</sub><sup>c</sup><a href="#x">d</a><a name="y"></a><tg-math>e^2</tg-math>'
        '<tg-time unix="1763712000">f</tg-time><tg-reference name="r">g</tg-reference>'
        '<a href="mailto:a@b.example">h</a>'
        '<a href="tel:+1">i</a><a href="https://a.example/">j</a><tg-emoji emoji-id="7">k</tg-emoji>'
        '<a href="javascript:x">l</a></p>',
    )
    kinds = [part["type"] if isinstance(part, dict) else part for part in block["text"]]
    assert kinds == [
        "marked",
        "subscript",
        "superscript",
        "anchor_link",
        "anchor",
        "mathematical_expression",
        "date_time",
        "reference",
        "email_address",
        "phone_number",
        "url",
        "custom_emoji",
        "l",
    ]
    assert block["text"][6]["date_time_format"] == ""


def test_commands_and_addresses_are_linked_unless_told_not_to():
    (block,) = blocks("<footer>see /help, <b>@ada_l</b>, <code>/no</code></footer>")
    assert block["text"][1] == {"type": "bot_command", "text": "/help", "bot_command": "/help"}
    assert block["text"][3]["text"] == {"type": "mention", "text": "@ada_l", "username": "ada_l"}
    assert block["text"][5] == {"type": "code", "text": "/no"}
    assert blocks("see /help", skip_entity_detection=True) == [{"type": "paragraph", "text": "see /help"}]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>a<script>b</script></p>", 'Unsupported start tag "script" at byte offset 4'),
        ("<p>a", 'Can\'t find end tag corresponding to start tag "p" at byte offset 0'),
        ("<p>a</b>", 'Unmatched end tag at byte offset 4, expected "</p>", found "</b>"'),
        ("a</p>", "Unexpected end tag at byte offset 1"),
        ("a</br>", "Unexpected end tag at byte offset 1"),
        ("<p><h1>a</h1></p>", 'Tag "h1" is not allowed in the tag "p" at byte offset 3'),
        ("<b><p>a</p></b>", 'Tag "p" is not allowed in the tag "b" at byte offset 3'),
        ("<li>a</li>", 'Tag "li" is not allowed there at byte offset 0'),
        ("<ul>a</ul>", 'Text is not allowed in the tag "ul" at byte offset 4'),
        ("<ul><p>a</p></ul>", 'Tag "p" is not allowed in the tag "ul" at byte offset 4'),
        ("<code><b>a</b></code>", 'Tag "b" is not allowed in the tag "code" at byte offset 6'),
        ("<p><img src='https://a.example/a'></p>", 'Tag "img" is not allowed in the tag "p" at byte offset 3'),
        ("<img src='file:///etc/passwd'>", 'Tag "img" must have a valid attribute "src" at byte offset 0'),
        ("<details>a</details>", 'Tag "details" must have a "summary" at byte offset 0'),
        ("<summary>a</summary>", 'Tag "summary" is not allowed there at byte offset 0'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<ul><li><input type="text">a</li></ul>', 'Tag "input" must have type "checkbox" at byte offset 8'),
        ("<tg-map lat='x' long='1'/>", 'Tag "tg-map" must have valid attributes "lat" and "long" at byte offset 0'),
        ("<figure></figure>", 'Tag "figure" must hold one medium at byte offset 0'),
        ("<table><tr><td align='up'>a</td></tr></table>", 'Tag "td" has a wrong alignment at byte offset 11'),
        ("<tg-thinking>a</tg-thinking>", 'Unsupported start tag "tg-thinking" at byte offset 0'),
        (
            "<a href='https://a.example'><a href='https://b.example'>x</a></a>",
            'Tag "a" is not allowed in the tag "a" at byte offset 28',
        ),
    ],
)
def test_misplaced_and_unknown_tags_are_refused(html, words):
    assert refusal(html) == f"can't parse entities: {words}"


@pytest.mark.parametrize(
    ("html", "noun"),
    [
        ("a" * 32_769, "characters"),
        ("<hr/>" * 500 + "a", "blocks"),
        ("<ul>" + "<li>a</li>" * 250 + "</ul>", "blocks"),
        ("<blockquote>" * 16 + "a" + "</blockquote>" * 16, "levels"),
        ("<p>" + "<b>" * 16 + "a" + "</b>" * 16 + "</p>", "levels"),
        ("<img src='https://a.example/a'>" * 51, "media"),
        ("<table><tr>" + "<td>a</td>" * 21 + "</tr></table>", "columns"),
        ("<table><tr><td colspan='21'>a</td></tr></table>", "columns"),
    ],
)
def test_what_passes_a_limit_is_refused(html, noun):
    assert noun in refusal(html)


def test_what_just_fits_is_taken():
    assert blocks("a" * 32_768)
    assert blocks("<hr/>" * 499 + "a")
    assert blocks("<blockquote>" * 15 + "a" + "</blockquote>" * 15)
    assert blocks("<table><tr>" + "<td>a</td>" * 20 + "</tr></table>")


@pytest.mark.parametrize(
    "given_", [None, "x", {}, {"html": 3}, {"markdown": "# a"}, {"html": "a", "markdown": "b"}, {"html": " <p></p>"}]
)
def test_a_rich_message_without_content_is_refused(given_):
    with pytest.raises(ApiError):
        parse_rich(given_, user_of=lambda _: None, media_of=media_of)


def test_very_deep_nesting_is_refused_and_not_a_crash():
    with pytest.raises(ApiError):
        blocks("<blockquote>" * 5000 + "a" + "</blockquote>" * 5000)


def test_plain_text_says_everything_folded_parts_too():
    found = blocks("<h1>H</h1><details><summary>S</summary>in</details><table><tr><td>1</td><td>2</td></tr></table>")
    assert plain_text(found) == "H\nS\nin\n1\t2"


_SOUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<details>", "<summary>", "</summary>", "</details>"]
    )
    | st.sampled_from(
        ["<b>", "</b>", "<br>", "<hr/>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "&amp;", "<"]
    )
    | st.text(max_size=5),
).map("".join)


@given(_SOUP)
def test_any_soup_is_parsed_or_refused(html):
    with suppress(ApiError):
        assert parse_rich({"html": html}, user_of=lambda _: None, media_of=media_of)["blocks"]
