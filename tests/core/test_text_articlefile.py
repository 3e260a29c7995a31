from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.articlefile import article_from_text
from bot.errors import ArticleError

BODY = "(KAIROS) Two states signed a pact on Monday.\nThey will meet again in May."


def test_an_article_file_has_date_headline_paragraphs_and_agency():
    article = article_from_text(f" date 2025-07-16 403\nPact signed at last\n{BODY}\n")
    assert article.published_at == datetime(2025, 7, 16, tzinfo=UTC)
    assert (article.title, article.text, article.source) == ("Pact signed at last", BODY, "KAIROS")


def test_bom_nul_carriage_returns_and_trailing_spaces_are_gone_before_anything_counts():
    raw = "\ufeffdate 2025-07-16\r\nPact signed \r\n\r\n" + BODY.replace("\n", " \t\r\n") + "\x00\r\n\r\n"
    article = article_from_text(raw)
    assert (article.title, article.text) == ("Pact signed", BODY)


def test_a_forwarded_message_has_a_title_if_its_first_line_is_a_headline():
    assert article_from_text("🇯🇵 Pact signed!\n\nTwo states signed it.").title == "🇯🇵 Pact signed!"


@pytest.mark.parametrize(
    "raw",
    [
        "Two states signed a pact.",
        "One line only",
        "Two states signed a pact.\nThey will meet again.",
        "(KAIROS) Two states\nsigned a pact.",
        "x" * 300 + "\nMore text.",
        "Headline only\n***",
        "12:30\nTwo states signed.",
        "The ministry said on Friday that it would decide within ten days whether\nto answer the duty on steel plate.",
    ],
)
def test_a_text_without_headline_is_all_text(raw):
    article = article_from_text(raw)
    assert (article.title, article.text) == ("", raw)


@pytest.mark.parametrize("raw", ["", " \n\x00", "date 2025-07-16 403\n", "***\n12", "date 2025-13-40\nPact\nText."])
def test_what_holds_no_text_or_a_false_date_is_no_article(raw):
    with pytest.raises(ArticleError, match=r"^pact\.txt: "):
        article_from_text(raw, name="pact.txt")


def test_an_error_without_a_name_names_nothing():
    with pytest.raises(ArticleError, match=r"^there is no text in it$"):
        article_from_text("")


@given(st.text(alphabet=st.characters()))
def test_any_text_is_an_article_or_refused(raw):
    try:
        article = article_from_text(raw)
    except ArticleError:
        return
    assert any(map(str.isalpha, article.text))
    assert "\r" not in article.text
    assert "\x00" not in article.text
