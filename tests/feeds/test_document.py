import io
import struct
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from bot.errors import FetchError
from bot.feeds.document import MOST_PAGES, read_document
from bot.feeds.markdown import read_markdown
from bot.feeds.pdflines import text_from_pages
from bot.model import Page

PACT = (Path(__file__).parent / "files" / "pact.html").read_bytes()
PROSE = (
    "Two states agreed on Monday to lower their duties on steel, their ministers said after long talks.",
    "The deal ends a dispute that had lasted for nine years and had closed a dozen mills on both sides.",
)
WRAPPED = (
    (
        "Harbor Post 20 November",
        "Steel duties fall",
        "Two states agreed on Monday to lower their duties on steel, their mini-",
        "sters said after long talks.",
        "1",
    ),
    (
        "Harbor Post 20 November",
        "The deal ends a dispute that had lasted for nine years and had closed a",
        "dozen mills on both sides.",
        "2",
    ),
    ("Harbor Post 20 November", "Parliaments have to agree before the first of March.", "3"),
)


def pdf_of(pages: tuple[tuple[str, ...], ...], info: str = "", kids: str = "") -> bytes:
    """Make a PDF whose pages have these lines."""
    bodies = []
    for lines in pages:
        drawn = "".join(f"({line}) Tj T* " for line in lines)
        bodies.append(f"BT /F1 12 Tf 14 TL 50 750 Td {drawn}ET")
    numbers = [4 + 2 * n for n in range(len(pages))]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids or ' '.join(f'{n} 0 R' for n in numbers)}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, body in zip(numbers, bodies, strict=True):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(body)} >>\nstream\n{body}\nendstream")
    objects.append(f"<< {info} >>")
    raw, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(raw))
        raw += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    raw += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    raw += f"trailer {trailer}\nstartxref\n{raw.index('xref')}\n%%EOF"
    return raw.encode("latin-1")


def docx_of(document: Document) -> bytes:
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def zip_of(parts: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return raw.getvalue()


def written(*, encrypted: str) -> bytes:
    writer, raw = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf_of(WRAPPED))))
    writer.encrypt(encrypted, owner_password="owner", algorithm="RC4-128")
    writer.write(raw)
    return raw.getvalue()


def test_a_pdf_is_read_in_paragraphs_without_headers_page_numbers_and_hyphens() -> None:
    page = read_document(pdf_of(WRAPPED))
    assert page.title == "Steel duties fall"
    assert page.text.splitlines() == [*PROSE, "Parliaments have to agree before the first of March."]
    assert page.language == "en"
    assert page.published_at is None


def test_the_properties_of_a_pdf_give_title_and_author_if_they_are_words() -> None:
    page = read_document(pdf_of(WRAPPED, info="/Title (Duties on steel fall) /Author (Mina Arai)"))
    assert (page.title, page.authors) == ("Duties on steel fall", ("Mina Arai",))
    assert page.text.startswith("Steel duties fall\nTwo states")
    page = read_document(pdf_of(WRAPPED, info="/Title (Microsoft Word - draft3.docx) /Author (marai)"))
    assert (page.title, page.authors) == ("Steel duties fall", ())


def test_an_encrypted_pdf_is_refused_and_one_that_opens_without_a_password_is_read() -> None:
    with pytest.raises(FetchError, match=r"unreadable: a\.pdf .*encrypted"):
        read_document(written(encrypted="secret"), name="a.pdf")
    assert read_document(written(encrypted="")).title == "Steel duties fall"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kids", ["2 0 R 2 0 R", "99 0 R", "(x)", "[[[", "1 0 R"])
def test_a_pdf_whose_tree_of_pages_is_wrong_is_refused(kids: str) -> None:
    with pytest.raises(FetchError, match="unreadable"):
        read_document(pdf_of(WRAPPED, kids=kids))


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\n" + b"\x00\xff" * 5_000, pdf_of(WRAPPED)[:700]])
def test_a_broken_pdf_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(FetchError, match=r"broken PDF|no text in it"):
        read_document(content)


def test_a_pdf_of_too_many_pages_is_refused_with_their_number() -> None:
    with pytest.raises(FetchError, match=rf"too_large: document .10000 pages; up to {MOST_PAGES}"):
        read_document(pdf_of((("x",),) * 10_000))


def test_a_picture_in_a_pdf_is_no_text() -> None:
    with pytest.raises(FetchError, match="there is no text in it"):
        read_document(pdf_of((("1",), ())))


def test_a_docx_is_read_with_its_title_paragraphs_and_tables_in_order() -> None:
    made = docx.Document()
    made.add_heading("Steel duties fall", 0)
    made.add_paragraph(PROSE[0])
    table = made.add_table(2, 2)
    for number, word in enumerate(("Year", "Duty", "2027", "12 %")):
        table.cell(number // 2, number % 2).text = word
    made.add_paragraph(PROSE[1])
    made.core_properties.author = "Mina Arai"
    page = read_document(docx_of(made))
    assert (page.title, page.authors) == ("Steel duties fall", ("Mina Arai",))
    assert page.text.splitlines() == [PROSE[0], "Year | Duty", "2027 | 12 %", PROSE[1]]


def test_a_docx_without_styles_has_its_first_line_as_title() -> None:
    made = docx.Document()
    for line in ("Steel duties fall", *PROSE):
        made.add_paragraph(line)
    assert read_document(docx_of(made)).title == "Steel duties fall"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zip_of({"word/document.xml": b"<a>" + b" " * (30 << 20), "word/more.xml": b" " * (30 << 20)})
    assert len(bomb) < 100_000
    with pytest.raises(FetchError, match=r"too_large: document .it unpacks to 63 MB in 2 parts"):
        read_document(bomb)
    with pytest.raises(FetchError, match="too_large"):
        read_document(zip_of({"word/document.xml": b" " * (2 << 20)}))
    with pytest.raises(FetchError, match="too_large"):
        read_document(zip_of({f"word/{n}": b"" for n in range(6_000)}))


def test_a_size_that_a_zip_understates_does_not_unpack_more() -> None:
    small = bytearray(zip_of({"word/document.xml": b" " * (2 << 20), "[Content_Types].xml": b"<Types/>"}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = small.index(mark) + place
        small[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(FetchError, match="broken DOCX"):
        read_document(bytes(small))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + b"\x00" * 100, "broken DOCX"),
        (zip_of({"word/document.xml": b"<a"}), "broken DOCX"),
        (zip_of({"xl/workbook.xml": b"<a/>"}), "no DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, r"\.doc\)"),
        (b"{\\rtf1 Two states agreed.}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "picture"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "feed"),
        (b"\x00\x01\x02\x03" * 500, "no text"),
        (b"", "no text in it"),
        (b"1234 5678", "no text in it"),
    ],
)
def test_what_is_no_article_is_refused_by_name(content: bytes, said: str) -> None:
    with pytest.raises(FetchError, match=f"unreadable: document .*{said}"):
        read_document(content)


def test_a_document_too_large_is_refused_unread() -> None:
    with pytest.raises(FetchError, match="too_large"):
        read_document(b" " * ((20 << 20) + 1))


def test_a_name_that_lies_is_seen_through() -> None:
    assert read_document(pdf_of(WRAPPED), name="a.docx").title == "Steel duties fall"
    assert read_document(PACT, name="a.txt").title == "Island states sign tariff pact"
    with pytest.raises(FetchError, match=r"named \.pdf but is none"):
        read_document("\n".join(PROSE).encode(), name="a.pdf")


def test_an_article_file_is_read_as_one() -> None:
    page = read_document(f" date 2026-11-20 7\nSteel duties fall\n(MENAFN) {PROSE[0]}".encode(), name="a.txt")
    assert (page.title, page.site) == ("Steel duties fall", "MENAFN")
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2026-11-20T00:00:00+00:00"


def test_markdown_is_read_with_its_front_matter_and_without_its_markup() -> None:
    source = (
        '---\ntitle: "Steel duties fall"\ndate: 2026-11-20\nauthor: Mina Arai\n---\n# Steel duties fall\n\n'
        "Two **states** [agreed](https://example.org)\non Monday to lower `duties` on steel. ![x](y.png)\n\n"
        "## What is next\n\n- Parliaments vote\n- <b>Mills</b> open\n\n| Year | Duty |\n|---|---|\n| 2027 | 12 % |\n\n"
        "```\ncode\n```\n<script>x</script>\n"
    )
    page = read_document(source.encode(), name="a.md")
    assert (page.title, page.authors) == ("Steel duties fall", ("Mina Arai",))
    assert page.published_at is not None
    assert page.text.splitlines() == [
        "Two states agreed on Monday to lower duties on steel.",
        "What is next",
        "Parliaments vote",
        "Mills open",
        "Year | Duty",
        "2027 | 12 %",
    ]


def test_markdown_is_known_by_its_heading_without_a_name() -> None:
    page = read_document(f"# Steel duties fall\n\n{PROSE[0]}\n\n{PROSE[1]}".encode())
    assert (page.title, page.text) == ("Steel duties fall", "\n".join(PROSE))


def test_deep_markdown_is_read_in_bounded_depth() -> None:
    assert read_markdown(">" * 5_000 + " deep").text is not None


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        (["a \ufb01rm of\u00ad\nfer"], "a firm offer"),
        (["EU-\nUS talks"], "EU-\nUS talks"),
        (["One.\nTwo."], "One.\nTwo."),
        ([], ""),
        (["", " \n "], ""),
        (
            ["Top\nbody one\n1 of 3", "Top\nbody two\n2 of 3", "Top\nbody three\n3 of 3"],
            "body one\nbody two\nbody three",
        ),
    ],
)
def test_lines_of_pages_become_paragraphs(pages: list[str], text: str) -> None:
    assert text_from_pages(pages) == text


@given(
    st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"# ", b"---\n"]),
    st.binary(max_size=300),
    st.sampled_from(["", "a.pdf", "a.docx", "a.md", "a.html", "a.txt"]),
)
@settings(max_examples=100)
def test_any_bytes_are_an_article_or_a_refusal(start: bytes, rest: bytes, name: str) -> None:
    try:
        page = read_document(start + rest, name=name)
    except FetchError:
        return
    assert isinstance(page, Page)
