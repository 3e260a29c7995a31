"""Forwards, pasted texts, captions, documents and replies → an article → its summary; it keeps and sends nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telegram import (
    Document,
    MessageOriginChannel,
    MessageOriginChat,
)
from telegram import (
    Message as TelegramMessage,
)

from bot.chat import words
from bot.chat.desk import Ask, Desk
from bot.chat.pages import notice
from bot.chat.render import Message
from bot.core.articlefile import article_from_text
from bot.core.decode import text_from_bytes
from bot.errors import ArticleError
from bot.model import Article
from bot.service.answer import is_link_alone, looks_pasted

DOCUMENT_LIMIT = 20 * 1024 * 1024  # bytes; what a bot may download from Telegram
TEXT_NAMES = (".txt", ".text")


async def read_message(desk: Desk, ask: Ask) -> list[Message]:
    """Answer a message that is no command: an article gets its summary, anything else one line of help.

    `ask.words` is its whole text, also where Telegram cut it into several messages.
    """
    message, said = ask.message, ask.words
    if message.document is not None or message.forward_origin is not None or looks_pasted(said):
        ask.reply_to = message.message_id
        return await _read(desk, ask, message, said)
    if is_link_alone(said):
        return notice(words.CANT_OPEN_LINKS)
    if said.startswith("/"):
        return notice(words.unknown_command(said.split()[0]))
    return notice(words.NOT_UNDERSTOOD)


async def read_reply(desk: Desk, ask: Ask) -> list[Message]:
    """Summarize the message that was replied to."""
    replied = ask.message.reply_to_message
    assert replied is not None, "called for replies only"
    ask.reply_to = replied.message_id
    return await _read(desk, ask, replied, said_in(replied))


def said_in(message: TelegramMessage) -> str:
    """Return the text of a message, or its caption."""
    return message.text or message.caption or ""


async def _read(desk: Desk, ask: Ask, message: TelegramMessage, said: str) -> list[Message]:
    if message.document is not None and not looks_pasted(said):
        if not _is_text(message.document):
            return notice(words.CANT_READ_DOCUMENT)
        if (message.document.file_size or 0) > DOCUMENT_LIMIT:
            return notice(words.DOCUMENT_TOO_LARGE)
        raw = await _fetched(message.document)
        decoded = await desk.offload(text_from_bytes, raw)
        if decoded is None:
            return notice(words.DOCUMENT_NOT_TEXT)
        said = decoded
    elif not said.strip():
        return notice(words.NOTHING_TO_READ)
    elif is_link_alone(said):
        return notice(words.CANT_OPEN_LINKS)
    try:
        article = await desk.offload(article_from_text, said)
    except ArticleError:
        return notice(words.NOTHING_TO_READ)
    article = _with_origin(replace(article, chat_id=ask.chat.id), message)
    return ask.page.summary(await desk.offload(desk.answers.read_article, article, ask.now))


def _is_text(document: Document) -> bool:
    name = (document.file_name or "").lower()
    return name.endswith(TEXT_NAMES) or (document.mime_type == "text/plain" and "." not in name)


async def _fetched(document: Document) -> bytes:
    file = await document.get_file()
    return bytes(await file.download_as_bytearray())


def _with_origin(article: Article, message: TelegramMessage) -> Article:
    """Name where a forward is from: a channel or group by its name, with a link where it has one; never a person."""
    origin = message.forward_origin
    if origin is None:
        return article
    published_at: datetime = article.published_at or origin.date
    article = replace(article, published_at=published_at)
    if isinstance(origin, MessageOriginChannel):
        name = origin.chat.username
        url = f"https://t.me/{name}/{origin.message_id}" if name else None
        return replace(article, source=origin.chat.title or article.source, url=article.url or url)
    if isinstance(origin, MessageOriginChat):
        return replace(article, source=origin.sender_chat.title or article.source)
    return article
