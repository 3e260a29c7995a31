"""Short ways through markup lead where the long ones do."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.feeds import entries, markup
from bot.feeds.decoding import unscrambled
from bot.feeds.markup import text_from_html, text_from_plain

PIECES = [
    *(
        "<p>",
        "</p>",
        "<P class='x'>",
        '<a href="/a">',
        '<a href="a>b">',
        "</a>",
        "<br/>",
        "<br />",
        "<br",
        "<b>",
        "</b >",
    ),
    *("<p\n>", "<p\tid=1>", "<img src=x>", "<script>", "</script>", "<!-- ", "-->", "<figcaption>", "</figcaption>"),
    *("<x-y>", "<ſpan>", "<p:a>", "<>", "<", ">", "&lt;p&gt;", "&amp;", "&am", "p;", "&#10;", "&nbsp;", "&#8217", "\r"),
    *(
        "\n",
        "\n\n",
        "\t",
        " ",
        "  ",
        "\xa0",
        "\u200b",
        "\xad",
        "“Duty”",
        "stays",
        "é",
        '"',
        "'",
        "3 < 4",
        "\x1c",
        "\u2028",
    ),
]
SOURCES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@settings(max_examples=600)
@given(SOURCES)
@example("<p>a&amp\rb;</p>")
@example('<p title="a>b">c</p>')
def test_common_tags_are_taken_off_as_all_tags_are(source):
    quickly = text_from_html(source)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markup, "_without_plain_tags", lambda _: None)
        assert text_from_html(source) == quickly


@given(SOURCES)
def test_white_space_is_put_in_order_whatever_else_is_in_a_line(source):
    hidden = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
    lines = (" ".join(line.translate(hidden).split()) for line in markup._BLANK_LINE.split(source))
    assert text_from_plain(source) == "\n".join(filter(None, lines))


def test_no_sign_that_can_be_seen_is_white_space_or_hides_words():
    seen = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isprintable() and code != ord(" ")]
    assert [sign for sign in seen if sign.isspace() or markup._INVISIBLE.match(sign)] == []


def undone(text: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


@given(st.text(st.one_of(st.characters(max_codepoint=0x2122), st.sampled_from("Ã©â€™Â»"))))
@example("L’été")
@example("lâ€™été")
@example("Ã©tÃ©")
@example("\ud800Ã©")
def test_what_was_encoded_twice_is_told_by_its_first_signs(text):
    assert unscrambled(text) == undone(text)
    if text.isprintable():  # no half of a pair of surrogates
        assert unscrambled(text.encode().decode("latin-1")) == text


@given(
    st.lists(st.sampled_from(["read", " more", ".", "...", "…", "]", "»", " ", "\n", "stays", "weiter"])).map("".join)
)
def test_a_text_is_cut_off_where_its_end_says_so(text):
    assert entries._is_cut(text) == (entries._CUT.search(text[-60:]) is not None)
