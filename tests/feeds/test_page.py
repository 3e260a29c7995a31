import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.feeds.charset import document_text, html_text
from bot.feeds.page import read_page
from bot.feeds.pagehead import without_site
from bot.feeds.pagelines import Line, chosen_lines
from bot.model import Page

PACT = (Path(__file__).parent / "files" / "pact.html").read_bytes()
PROSE = (
    "Two states agreed on Monday to lower their duties on steel, their ministers said after long talks.",
    "The deal ends a dispute that had lasted for nine years and had closed a dozen mills on both sides.",
    "Parliaments have to agree before the first of March, or the old duties come back into force at once.",
)


def page_of(*paragraphs: str, head: str = "", before: str = "") -> bytes:
    body = "".join(f"<p>{each}</p>" for each in paragraphs)
    return f"<html><head>{head}</head><body>{before}<article>{body}</article></body></html>".encode()


def test_an_article_is_read_with_all_that_its_page_says_of_it() -> None:
    page = read_page(PACT, url="https://www.harbor.example/world/tariff-pact?utm_source=x")
    assert page.title == "Island states sign tariff pact"
    assert page.published_at == datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert page.authors == ("Mina Arai",)
    assert page.site == "Harbor Post"
    assert page.language == "en"
    assert page.url == "https://www.harbor.example/world/tariff-pact"
    assert not page.noarchive
    assert not page.paywalled


def test_the_text_has_its_paragraphs_as_lines_and_nothing_an_outlet_says_of_itself() -> None:
    lines = read_page(PACT).text.splitlines()
    assert [line.split(",")[0].split()[0] for line in lines if not line.startswith("By ")] == [
        "Three",
        "The",
        "Parliaments",
    ]
    text = " ".join(lines)
    for foreign in ("Related", "Photo", "newsletter", "cookies", "Accept", "rights", "Sport", "Ministers shake"):
        assert foreign not in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"<",
        b"\x00\x01\x02\xff" * 400,
        b"<html><body><nav><a href=/>Home</a></nav></body></html>",
        b"<div>" * 150_000,
        b"<html><body><p>" + b"<b><i>" * 75_000,
        b"<table>" * 5_000,
        b'<html><script type="application/ld+json">' + b"[" * 100_000 + b"</script></html>",
    ],
    ids=["empty", "blank", "sign", "bytes", "menu", "nested", "inline", "tables", "json"],
)
def test_a_page_without_an_article_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(FetchError, match="unreadable: page"):
        read_page(content)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(max_examples=60)
def test_any_bytes_are_a_page_or_a_refusal(content: bytes) -> None:
    with contextlib.suppress(FetchError):
        assert isinstance(read_page(b"<html><body><p>" + content), Page)


@pytest.mark.parametrize("name", ["robots", "googlebot"])
@pytest.mark.parametrize("said", ["noarchive", "index, NOARCHIVE", "nosnippet"])
def test_a_page_that_asks_not_to_be_kept_says_so(name: str, said: str) -> None:
    assert read_page(page_of(*PROSE, head=f'<meta name="{name}" content="{said}">')).noarchive


def test_a_page_that_may_be_indexed_may_be_kept() -> None:
    assert not read_page(page_of(*PROSE, head='<meta name="robots" content="index, max-snippet:-1">')).noarchive


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"a": [{"@type": "NewsArticle", "isAccessibleForFree": "False"}]}</script>',
        '<script type="application/ld+json">[{"@type": ["Article"], "isAccessibleForFree": false}]</script>',
        '<meta property="article:content_tier" content="locked">',
        '<meta property="article:content_tier" content="Metered">',
    ],
)
def test_a_page_that_declares_a_paywall_is_paywalled(head: str) -> None:
    assert read_page(page_of(*PROSE, head=head)).paywalled


def test_a_teaser_in_front_of_a_box_named_paywall_is_paywalled_and_a_whole_article_is_not() -> None:
    box = '<div class="c-paywall__box"></div>'
    assert read_page(page_of(*PROSE, before=box)).paywalled
    assert not read_page(page_of(*(f"{each} Again, {n}." for n in range(10) for each in PROSE), before=box)).paywalled


@pytest.mark.parametrize(
    ("name", "sites", "title"),
    [
        ("Talks on steel duties resume - Harbor Post", ["Harbor Post"], "Talks on steel duties resume"),
        ("Harbor Post | Talks on steel duties resume", ["Harbor Post"], "Talks on steel duties resume"),
        ("Talks on steel duties resume | World | Harbor Post", ["Harbor Post"], "Talks on steel duties resume | World"),
        ("US-Japan talks: steel first", [], "US-Japan talks: steel first"),
        ("Steel", [], "Steel"),
        ("", ["Harbor Post"], ""),
    ],
)
def test_the_sites_name_is_no_part_of_a_title(name: str, sites: list[str], title: str) -> None:
    assert without_site(name, sites) == title


def test_without_any_name_the_only_heading_is_the_title() -> None:
    assert read_page(page_of(*PROSE, before="<h1>Steel duties fall</h1>")).title == "Steel duties fall"


def test_a_body_that_only_the_structured_data_have_is_read() -> None:
    body = "\\n".join(PROSE * 3).replace("Two", "Both").replace("deal", "pact")
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    page = read_page(page_of("Please enable scripts to read this page, it is written by them.", head=data))
    assert page.text.startswith("Both states agreed")


def test_a_canonical_address_of_another_host_or_the_front_page_is_not_believed() -> None:
    for link in (
        "https://evil.example/x",
        "https://harbor.example/",
        "javascript:1",
        "https://u:p@harbor.example/x",
        "http://[",
    ):
        head = f'<link rel="canonical" href="{link}">'
        assert read_page(page_of(*PROSE, head=head), url="https://harbor.example/a").url == "https://harbor.example/a"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "header"),
    [
        ("Пошлины на сталь снижены", "cp1251", "windows-1251", None),
        ("Пошлины на сталь снижены", "koi8-r", None, "koi8-r"),
        ("Пошлины на сталь снижены", "utf-8", "iso-8859-1", "iso-8859-1"),
        ("鉄鋼の関税が下がる", "cp932", "Shift_JIS", None),
        ("鉄鋼の関税が下がる", "iso2022_jp", "iso-2022-jp", None),
        ("钢铁关税下调", "gb18030", "gb2312", "utf-8"),
        ("철강 관세 인하", "cp949", "euc-kr", None),
        ("“Café” – naïve", "cp1252", "iso-8859-1", None),
        ("Cła na stal", "iso8859-2", None, "ISO-8859-2"),
        ("Zölle sinken", "utf-16", None, None),
        ("Die Zölle auf Stahl sinken, sagten die Minister für Außenhandel", "cp1252", "no-such-thing", "base64"),
    ],
)
def test_a_page_is_decoded_by_what_is_true_of_it(
    text: str, encoding: str, declared: str | None, header: str | None
) -> None:
    meta = f"<meta charset={declared}>" if declared else ""
    assert html_text(f"{meta}<p>{text}".encode(encoding), header).endswith(text)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-8-sig", "utf-16"])
def test_a_russian_text_file_is_read_in_any_encoding(encoding: str) -> None:
    text = "Министры двух стран подписали соглашение о снижении пошлин на сталь. Парламенты должны одобрить его."
    assert document_text(text.encode(encoding)) == text


def test_polish_is_told_from_its_neighbor() -> None:
    text = "Ministrowie uzgodnili, że cła na stal będą niższe o połowę, a rząd zgodził się na to w środę po śniadaniu."
    assert document_text(text.encode("iso8859-2")) == text
    assert document_text(text.encode("cp1250")) == text


@pytest.mark.parametrize("encoding", ["cp932", "gb18030"])
def test_a_text_file_of_the_far_east_is_read(encoding: str) -> None:
    text = {
        "cp932": "両国の閣僚は月曜日、鉄鋼の関税を引き下げることで合意した。議会の承認が必要となる。" * 3,
        "gb18030": "两国部长周一同意降低钢铁关税。该协议结束了持续九年的争端，议会必须在三月一日之前批准。" * 3,
    }[encoding]
    assert document_text(text.encode(encoding)) == text


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "cp037", "idna", "hz", "x" * 50]))
@settings(max_examples=60)
def test_any_bytes_can_be_decoded(content: bytes, charset: str | None) -> None:
    assert "\x00" not in html_text(content, charset)
    text = document_text(content)
    assert text is None or "\x00" not in text


def test_characters_come_composed() -> None:
    assert (
        "café"
        in read_page(page_of("The ministers met in a cafe\u0301 by the harbor and agreed on the duties on steel.")).text
    )


def test_links_between_paragraphs_go_and_linked_headings_stay() -> None:
    lines = [
        Line(PROSE[0]),
        Line("Sugar growers march on the capital", linked=34),
        Line(PROSE[1]),
        Line("Steel mills", linked=11),
        Line(PROSE[2]),
        Line("More", linked=4),
        Line("Contact", heading=True),
    ]
    assert chosen_lines(lines, "") == [PROSE[0], PROSE[1], "Steel mills", PROSE[2]]


def test_a_page_of_links_keeps_its_lines() -> None:
    lines = [Line(f"Talks on steel duties resume, part {n}", linked=36) for n in range(8)]
    assert len(chosen_lines(lines, "")) == 8


def test_a_paragraph_that_stands_twice_is_kept_once() -> None:
    assert chosen_lines([Line(PROSE[0]), Line(PROSE[1]), Line(PROSE[0])], "") == [PROSE[0], PROSE[1]]
