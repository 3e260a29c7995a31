"""A message of Telegram's → what is in it to read: text, link, documents, and where it is from. PURE.

It fetches and reads nothing. Rules, in their order: a quoted passage counts before the message around it; text, caption
and rich text are one thing; a message that says little and has a link is about what the link leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telegram import (
    Document,
    ExternalReplyInfo,
    LinkPreviewOptions,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)
from telegram import (
    Message as TelegramMessage,
)

from bot.core.links import links_in
from bot.model import Article

TEASER = 300  # characters of text beside a link up to which the link is what is meant


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message was forwarded or quoted from; `person` is shown, never kept."""

    source: str = ""
    person: str = ""
    url: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a message to read."""

    message_id: int
    text: str = ""
    link: str | None = None
    documents: tuple[Document, ...] = ()
    origin: Origin | None = None
    album: str | None = None

    @property
    def is_about_its_link(self) -> bool:
        """Tell whether what the message says is hardly more than a link."""
        return self.link is not None and len(self.text) - len(self.link) < TEASER


def contents_of(message: TelegramMessage) -> Contents:
    """Return what is in a message."""
    text = message.text or message.caption or rich_text(message)
    entities = message.entities or message.caption_entities
    return Contents(
        message_id=message.message_id,
        text=text,
        link=_link(text, entities, message.link_preview_options),
        documents=(message.document,) if message.document is not None else (),
        origin=_origin(message.forward_origin),
        album=message.media_group_id,
    )


def contents_of_reply(message: TelegramMessage) -> Contents | None:
    """Return what a message answers to: a passage it quotes, the message, or one of another chat; None if nothing."""
    quoted = message.quote.text if message.quote is not None and message.quote.is_manual else ""
    replied = message.reply_to_message
    if replied is not None:
        found = contents_of(replied)
        return replace(found, text=quoted, link=None, documents=()) if quoted else found
    if message.external_reply is not None:
        return _of_external(message, message.external_reply)
    return None


def _of_external(message: TelegramMessage, external: ExternalReplyInfo) -> Contents:
    """A reply to a message of another chat shows its quote, its document and its link, but not its text."""
    text = message.quote.text if message.quote is not None else ""
    entities = message.quote.entities if message.quote is not None else ()
    return Contents(
        message_id=message.message_id,
        text=text,
        link=_link(text, entities, external.link_preview_options),
        documents=(external.document,) if external.document is not None else (),
        origin=_origin(external.origin),
    )


def together(parts: list[Contents], text: str) -> Contents:
    """Return several messages' contents as one: an album, or a text that was cut."""
    first = parts[0]
    documents = tuple(document for part in parts for document in part.documents)
    link = next((part.link for part in parts if part.link), None)
    return replace(first, text=text, link=link, documents=documents)


def with_origin(article: Article, origin: Origin | None) -> Article:
    """Name where an article is from: a channel or group with its link; never a person."""
    if origin is None:
        return article
    return replace(
        article,
        source=origin.source or article.source,
        url=article.url or origin.url,
        published_at=article.published_at or origin.published_at,
    )


def _link(text: str, entities: Any, preview: LinkPreviewOptions | None) -> str | None:
    """Return the first link: one that is written, one behind words, or the one that the preview shows."""
    for entity in entities or ():
        if entity.type == MessageEntity.TEXT_LINK and entity.url and entity.url.startswith(("http://", "https://")):
            return str(entity.url)
        if entity.type == MessageEntity.URL:
            break
    written = links_in(text)
    if written:
        return written[0]
    return str(preview.url) if preview is not None and isinstance(preview.url, str) else None


def _origin(origin: MessageOrigin | None) -> Origin | None:
    if isinstance(origin, MessageOriginChannel):
        name = origin.chat.username
        url = f"https://t.me/{name}/{origin.message_id}" if name else None
        return Origin(source=origin.chat.title or "", url=url, published_at=origin.date)
    if isinstance(origin, MessageOriginChat):
        name = origin.sender_chat.username
        url = f"https://t.me/{name}" if name else None
        return Origin(source=origin.sender_chat.title or "", url=url, published_at=origin.date)
    if isinstance(origin, MessageOriginUser):
        return Origin(person=origin.sender_user.full_name, published_at=origin.date)
    if isinstance(origin, MessageOriginHiddenUser):
        return Origin(person=origin.sender_user_name, published_at=origin.date)
    return None


# Rich messages (Bot API 10.1), which python-telegram-bot 22 hands over as they came


def rich_text(message: TelegramMessage) -> str:
    """Return the text of a rich message, a line a block; empty where it is none."""
    rich = message.api_kwargs.get("rich_message") if message.api_kwargs else None
    if not isinstance(rich, Mapping):
        return ""
    return "\n".join(line for line in (part.strip() for part in _blocks(rich.get("blocks"))) if line)


def _blocks(blocks: object) -> Iterator[str]:
    """Yield the text of blocks in their order, those inside lists, quotations, details and tables too."""
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Mapping):
            continue
        for name in ("summary", "text", "caption", "credit"):
            if name in block:
                yield _plain(block[name])
        yield from _blocks(block.get("blocks"))
        yield from _blocks(block.get("items"))
        for row in block.get("cells") or ():
            yield " ".join(_plain(cell) for cell in row)


def _plain(text: object) -> str:
    """Return the words of a RichText: a string, a list, or an object with a text inside."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(_plain(part) for part in text)
    if isinstance(text, Mapping):
        return _plain(text.get("text", text.get("alternative_text", "")))
    return ""
