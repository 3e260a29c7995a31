"""What a message holds → an article → its summary: texts, links, documents, albums, replies; it sends nothing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from telegram import Document

from bot.chat import words
from bot.chat.contents import Contents, contents_of_reply, with_origin
from bot.chat.desk import Ask, Desk
from bot.chat.order import let_pass
from bot.chat.pages import notice
from bot.chat.render import Message
from bot.core.articlefile import article_from_text
from bot.core.links import canonical_url
from bot.errors import ArticleError, FetchError, RefusalError
from bot.model import Article, Page
from bot.service.answer import looks_pasted

DOCUMENT_LIMIT = 20 * 1024 * 1024  # bytes; what a bot may download from Telegram
DOCUMENTS_MOST = 5  # of one album


async def read_message(desk: Desk, ask: Ask, contents: Contents) -> list[Message]:
    """Answer a message that is no command: an article gets its summary, anything else one line of help."""
    said = contents.text
    is_article = contents.documents or contents.origin is not None or looks_pasted(said) or contents.is_about_its_link
    if is_article:
        return await read_contents(desk, ask, contents)
    if said.startswith("/"):
        return notice(words.unknown_command(said.split()[0]))
    return notice(words.NOT_UNDERSTOOD)


async def read_reply(desk: Desk, ask: Ask) -> list[Message]:
    """Summarize what was replied to: a message, a passage quoted from it, or a message of another chat."""
    contents = contents_of_reply(ask.message)
    return await read_contents(desk, ask, contents) if contents is not None else notice(words.NOTHING_TO_READ)


async def read_contents(desk: Desk, ask: Ask, contents: Contents) -> list[Message]:
    """Summarize what is in a message.

    Raises:
        FetchError: its link or document can't be read.
        RefusalError: it can't be summarized.
    """
    ask.reply_to = contents.message_id
    if contents.documents and not looks_pasted(contents.text):
        answers = [await _read_document(desk, ask, each, contents) for each in contents.documents[:DOCUMENTS_MOST]]
        return [message for answer in answers for message in answer]
    if contents.is_about_its_link and contents.link is not None:
        return await read_link(desk, ask, contents.link, contents)
    try:
        article = await desk.offload(article_from_text, contents.text)
    except ArticleError:
        return notice(words.NOTHING_TO_READ)
    return await _summarized(desk, ask, article, contents)


async def read_link(desk: Desk, ask: Ask, link: str, contents: Contents | None = None) -> list[Message]:
    """Summarize what a link leads to.

    Raises:
        FetchError: it can't be had, or holds no article.
        RefusalError: it can't be summarized.
    """
    let_pass()
    fetched = await desk.web.fetch(link)
    if fetched.kind == "feed":
        return notice(words.IS_A_FEED)
    if fetched.kind == "html":
        page = await desk.reading.page(fetched.content, url=fetched.url, charset=fetched.charset)
    else:
        page = await desk.reading.document(fetched.content, name=urlsplit(fetched.url).path.rpartition("/")[2])
    address = canonical_url(page.url or fetched.url)
    article = _article_of(page, source=page.site or _host(fetched.url), url=address)
    try:
        return await _summarized(desk, ask, article, contents)
    except RefusalError:
        if page.paywalled:  # what is there for everybody is no article
            raise FetchError("paywall", fetched.url) from None
        raise


async def _read_document(desk: Desk, ask: Ask, document: Document, contents: Contents) -> list[Message]:
    name = document.file_name or ""
    if (document.file_size or 0) > DOCUMENT_LIMIT:
        return notice(words.DOCUMENT_TOO_LARGE)
    let_pass()
    file = await document.get_file()
    raw = bytes(await file.download_as_bytearray())
    page = await desk.reading.document(raw, name=name)
    return await _summarized(desk, ask, _article_of(page, source=page.site, url=page.url), contents)


async def _summarized(desk: Desk, ask: Ask, article: Article, contents: Contents | None) -> list[Message]:
    origin = contents.origin if contents is not None else None
    own = with_origin(replace(article, chat_id=ask.chat.id), origin)
    reading = await desk.offload(desk.answers.read_article, own, ask.now)
    return ask.page.summary(reading, person=origin.person if origin is not None else "")


def _article_of(page: Page, *, source: str, url: str | None) -> Article:
    return Article(
        title=page.title, text=page.text, source=source, url=url, published_at=page.published_at, language=page.language
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
