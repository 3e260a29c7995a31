from __future__ import annotations

import pytest
from telegram import Message

from bot.chat.contents import contents_of, contents_of_reply, with_origin
from bot.model import Article

BASE = {"message_id": 7, "date": 1795334400, "chat": {"id": 1, "type": "private"}}
CHANNEL = {"id": -100, "type": "channel", "title": "Harbor Post", "username": "harborpost"}


def message(**fields):
    return Message.de_json({**BASE, **fields}, None)


def origin(kind, **fields):
    return {"type": kind, "date": 1795334400, **fields}


def test_text_caption_and_rich_text_are_one_thing():
    assert contents_of(message(text="Steel")).text == "Steel"
    assert contents_of(message(caption="Steel", photo=[])).text == "Steel"
    rich = {
        "blocks": [
            {"type": "heading", "size": 1, "text": "Ports drop levy"},
            {"type": "paragraph", "text": ["Four ports ", {"type": "bold", "text": "dropped"}, " it."]},
            {"type": "details", "summary": "More", "blocks": [{"type": "paragraph", "text": "It had cost much."}]},
            {"type": "list", "items": [{"label": "1", "blocks": [{"type": "paragraph", "text": "Rio"}]}]},
            {"type": "table", "cells": [[{"text": "a"}, {"text": "b"}]], "caption": "Fees"},
            {"type": "divider"},
            "junk",
        ]
    }
    assert contents_of(message(rich_message=rich)).text == (
        "Ports drop levy\nFour ports dropped it.\nMore\nIt had cost much.\nRio\nFees\na b"
    )
    assert contents_of(message(rich_message="junk")).text == ""


def test_a_short_message_with_a_link_is_about_the_link():
    contents = contents_of(message(text="Look: https://harborpost.example/a?utm_source=x"))
    assert contents.link == "https://harborpost.example/a?utm_source=x"
    assert contents.is_about_its_link
    long = contents_of(message(text="word " * 100 + "https://harborpost.example/a"))
    assert not long.is_about_its_link
    assert not contents_of(message(text="no link")).is_about_its_link


def test_a_link_behind_words_or_in_the_preview_counts():
    entity = {"type": "text_link", "offset": 0, "length": 4, "url": "https://harborpost.example/b"}
    assert contents_of(message(text="Here", entities=[entity])).link == "https://harborpost.example/b"
    preview = {"url": "https://harborpost.example/c"}
    assert contents_of(message(text="Here", link_preview_options=preview)).link == "https://harborpost.example/c"
    telegram_link = {"type": "text_link", "offset": 0, "length": 4, "url": "tg://user?id=1"}
    assert contents_of(message(text="Here", entities=[telegram_link])).link is None


@pytest.mark.parametrize(
    ("given", "source", "person", "url"),
    [
        (origin("channel", chat=CHANNEL, message_id=3), "Harbor Post", "", "https://t.me/harborpost/3"),
        (origin("channel", chat={**CHANNEL, "username": None}, message_id=3), "Harbor Post", "", None),
        (origin("chat", sender_chat={**CHANNEL, "type": "supergroup"}), "Harbor Post", "", "https://t.me/harborpost"),
        (origin("user", sender_user={"id": 5, "is_bot": False, "first_name": "Ada"}), "", "Ada", None),
        (origin("hidden_user", sender_user_name="Bob"), "", "Bob", None),
    ],
)
def test_the_origin_of_a_forward_is_named_and_a_person_never_kept(given, source, person, url):
    found = contents_of(message(text="x", forward_origin=given)).origin
    assert (found.source, found.person, found.url) == (source, person, url)
    article = with_origin(Article("t", "x", source="MENAFN"), found)
    assert article.source == (source or "MENAFN")
    assert "Ada" not in repr(article)
    assert article.published_at == found.published_at
    assert with_origin(article, None) is article


def test_a_reply_is_about_the_message_or_the_passage_quoted_by_hand():
    replied = {**BASE, "message_id": 5, "text": "The whole article."}
    assert contents_of_reply(message(text="/summary", reply_to_message=replied)).text == "The whole article."
    quote = {"text": "whole", "position": 4, "is_manual": True}
    quoted = contents_of_reply(message(text="/summary", reply_to_message=replied, quote=quote))
    assert (quoted.text, quoted.message_id) == ("whole", 5)
    assert contents_of_reply(message(text="/summary")) is None


def test_a_reply_to_another_chat_has_its_quote_document_and_link():
    document = {"file_id": "f", "file_unique_id": "u", "file_name": "a.pdf"}
    external = {
        "origin": origin("channel", chat=CHANNEL, message_id=9),
        "document": document,
        "link_preview_options": {"url": "https://harborpost.example/d"},
    }
    quote = {"text": "Ports drop it.", "position": 0}
    found = contents_of_reply(message(text="/summary", external_reply=external, quote=quote))
    assert found.text == "Ports drop it."
    assert found.link == "https://harborpost.example/d"
    assert [each.file_name for each in found.documents] == ["a.pdf"]
    assert found.origin.url == "https://t.me/harborpost/9"
