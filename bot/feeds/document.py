"""A document of any kind → its article (the only door to pypdf and python-docx); it fetches nothing.

The kind is told by the bytes first, then by the name: PDF, DOCX, HTML, Markdown, text. A document's own dates (when a
file was made, or the template it was made from) are no dates of publication: only a date in its text or front matter
counts. Time and memory are bounded by the process that this runs in (`bot.feeds.workers`); what would only be cut off
there in the middle is refused here in words.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.articlefile import article_from_text
from bot.errors import ArticleError, FetchError
from bot.feeds.charset import document_text
from bot.feeds.page import read_page
from bot.model import Page

if TYPE_CHECKING:
    from docx.document import Document

LARGEST = 20 << 20
"""Bytes of a document (promise 6 of the contract)."""

LARGEST_UNPACKED = 50 << 20
"""Bytes of all parts of a DOCX, unpacked (promise 6)."""

STEEPEST = 200
"""How many times larger a part of a DOCX may be than it is packed; XML of documents has 5 to 20, a bomb 1,000."""

SMALL_PART = 1 << 20
"""Bytes up to which a part may be as steep as it likes."""

MOST_PARTS = 5_000
MOST_PAGES = 500
"""Pages of a PDF; an article has up to 30, a report 300. One page takes 5 to 50 ms to read."""

LEAST_LETTERS = 20
"""Fewest letters of a document's text; a scan without recognized text has none or a stamp."""

_BEFORE = rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?"
_HTML = re.compile(_BEFORE + rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(_BEFORE + rb"<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE | re.DOTALL)
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word file (.doc); save it as .docx"),
    (b"{\\rtf", "an RTF file; save it as .docx"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x1f\x8b", "an archive"),
)
# What pypdf raises on broken files besides its own errors.
_BROKEN_PDF = (
    RuntimeError, OSError, ArithmeticError, AssertionError, AttributeError, ValueError, TypeError, LookupError,
)  # fmt: skip
_TITLE_STYLES = re.compile(r"Title|Heading 1", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"microsoft word|untitled|powerpoint|\.(?:docx?|pdf|indd|odt|rtf|qxd)\b|^\W*$|^\S+$", re.IGNORECASE
)


def read_document(content: bytes, *, name: str = "") -> Page:
    """Read the article of a document.

    Args:
        content: the file's bytes.
        name: the file's name, which tells what the bytes don't.

    Raises:
        FetchError: `too_large`, or `unreadable`: it is broken, encrypted, of a kind that is not read, or has no text.
    """
    address = name or "document"
    if len(content) > LARGEST:
        raise FetchError("too_large", address, detail=f"{len(content) >> 20} MB; up to {LARGEST >> 20} MB are read")
    foreign = next((what for mark, what in _FOREIGN if content.startswith(mark)), None)
    if foreign:
        raise FetchError("unreadable", address, detail=f"it is {foreign}")
    suffix = name.lower().rpartition(".")[2]
    if b"%PDF-" in content[:1024]:
        return _pdf(content, address)
    if content.startswith(b"PK"):
        return _docx(content, address)
    if _FEED.match(content[:2048]):
        raise FetchError("unreadable", address, detail="it is a feed, not an article")
    if _HTML.match(content[:2048]) or suffix in {"html", "htm", "xhtml"}:
        return read_page(content)
    if suffix in {"pdf", "docx"}:
        raise FetchError("unreadable", address, detail=f"it is named .{suffix} but is none")
    return _text(content, address, suffix)


def _text(content: bytes, address: str, suffix: str) -> Page:
    from bot.feeds.markdown import is_markdown

    text = document_text(content)
    if text is None:
        raise FetchError("unreadable", address, detail="it is no text")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if suffix in {"md", "markdown", "mkd"} or is_markdown(text):
        return _markdown(text, address)
    return _page(text, address)


def _markdown(text: str, address: str) -> Page:
    from bot.feeds.dates import date_from_text
    from bot.feeds.markdown import read_markdown

    read = read_markdown(text)
    fields = read.fields
    published = date_from_text(fields.get("date", "") or fields.get("published", ""))
    said = fields.get("author", "") or fields.get("authors", "")
    authors = tuple(part for name in said.split(",") if (part := name.strip().strip("\"'")))
    return _page(read.text, address, title=read.title, authors=authors, published_at=published)


def _page(
    text: str, address: str, *, title: str = "", authors: tuple[str, ...] = (), published_at: datetime | None = None
) -> Page:
    """Make a page of a document's text; without a title of its own, the first line may be the headline."""
    from bot.core.language import detect_language

    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        raise FetchError("unreadable", address, detail="there is no text in it")
    try:
        article = article_from_text(text)
    except ArticleError as error:
        raise FetchError("unreadable", address, detail=str(error)) from error
    own = bool(title) and article.title not in {"", title}  # the first line is not the headline then, but a subtitle
    return Page(
        title=title or article.title,
        text=f"{article.title}\n{article.text}" if own else article.text,
        published_at=published_at or article.published_at,
        authors=authors,
        site=article.source,
        language=detect_language(article.text) or None,
    )


def _pdf(content: bytes, address: str) -> Page:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    from bot.feeds.pdflines import text_from_pages

    try:
        reader = PdfReader(io.BytesIO(content))
        _refuse_closed(reader, address)
        text = text_from_pages([page.extract_text() for page in reader.pages])
        title, authors = _pdf_names(reader)
    except DependencyError as error:
        raise FetchError("unreadable", address, detail="it is encrypted") from error
    except (FetchError, MemoryError):
        raise
    except (PyPdfError, *_BROKEN_PDF) as error:
        raise FetchError("unreadable", address, detail=f"it is a broken PDF ({type(error).__name__})") from error
    return _page(text, address, title=title, authors=authors)


def _refuse_closed(reader: Any, address: str) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise FetchError("unreadable", address, detail="it is encrypted with a password")
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise FetchError("too_large", address, detail=f"{count} pages; up to {MOST_PAGES} are read")


def _pdf_names(reader: Any) -> tuple[str, tuple[str, ...]]:
    """Return the title and the author of a PDF's properties, where they are words and not the names of files."""
    said = reader.metadata
    if said is None:
        return "", ()
    title, author = " ".join(str(said.title or "").split()), " ".join(str(said.author or "").split())
    return "" if _NO_TITLE.search(title) else title, (author,) if " " in author else ()


def _docx(content: bytes, address: str) -> Page:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    _refuse_bombs(content, address)
    try:
        document = docx.Document(io.BytesIO(content))
        lines = list(_docx_lines(document))
        stated, author = document.core_properties.title or "", document.core_properties.author or ""
    except (OpcError, LxmlError, zipfile.BadZipFile, OSError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise FetchError("unreadable", address, detail=f"it is a broken DOCX ({type(error).__name__})") from error
    styled = next((number for number, (line, heading) in enumerate(lines[:5]) if heading and line), None)
    title = lines.pop(styled)[0] if styled is not None else "" if _NO_TITLE.search(stated) else stated.strip()
    text = "\n".join(line for line, _ in lines if line)
    return _page(text, address, title=title, authors=(author,) if " " in author else ())


def _refuse_bombs(content: bytes, address: str) -> None:
    """Refuse an archive that is no DOCX, or that would unpack to more than is read.

    The sizes are those the archive states; the standard library never unpacks more than is stated.
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FetchError("unreadable", address, detail="it is a broken DOCX") from error
    if not any(part.filename.startswith("word/") for part in parts):
        raise FetchError("unreadable", address, detail="it is an archive, but no DOCX")
    total = sum(part.file_size for part in parts)
    steep = any(part.file_size > max(SMALL_PART, STEEPEST * part.compress_size) for part in parts)
    if total > LARGEST_UNPACKED or steep or len(parts) > MOST_PARTS:
        raise FetchError("too_large", address, detail=f"it unpacks to {total / 1e6:,.0f} MB in {len(parts)} parts")


def _docx_lines(document: Document) -> Iterator[tuple[str, bool]]:
    """Return the paragraphs and table rows in order, each with whether it is styled as a title."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells)
                yield " | ".join(cell for cell in cells if cell), False
        else:
            style = block.style.name if block.style is not None else ""
            yield from (
                (" ".join(line.split()), bool(_TITLE_STYLES.match(style or ""))) for line in block.text.split("\n")
            )
