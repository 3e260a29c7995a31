"""Feeds that break the rules: what can be had is taken, what is wrong is named, and nothing takes for ever."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds import parse_loose
from bot.feeds.decoding import decode_feed
from bot.feeds.entries import MOST_ENTRIES
from bot.feeds.mending import MOST_EXPANSION, mend_xml, take_doctype
from bot.feeds.parse import LARGEST, parse_feed

GREEK = "Συμφωνία για τους δασμούς υπέγραψαν οι δύο πλευρές χθες το βράδυ στην Αθήνα"
RUSSIAN = "Страны подписали договор о тарифах и торговле, сообщили в министерстве"
FRENCH = "Les pays signent un traité à Genève, où l’été a été très agité"
JAPANESE = "両国は関税に関する協定に署名したと外務省が発表しました"


def titles(raw, **more):
    return [entry.title for entry in parse_feed(raw, **more).entries]


def document(title, *, declared=None, encoding="utf-8"):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{head}<rss><channel><item><title>{title}</title></item></channel></rss>".encode(encoding)


@pytest.mark.parametrize(
    ("title", "encoding", "declared"),
    [
        (RUSSIAN, "windows-1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "utf-8", "windows-1251"),
        (RUSSIAN, "windows-1251", "utf-8"),
        (RUSSIAN, "windows-1251", None),
        (GREEK, "windows-1253", "iso-8859-7"),
        (FRENCH, "windows-1252", "iso-8859-1"),
        (FRENCH, "windows-1252", "us-ascii"),
        (FRENCH, "windows-1252", "no-such-encoding"),
        (FRENCH, "windows-1252", None),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
        (JAPANESE, "utf-16", "utf-16"),
        (JAPANESE, "utf-16-le", None),
        (JAPANESE, "utf-16-be", "utf-8"),
        (JAPANESE, "utf-32", None),
        (JAPANESE, "utf-8-sig", "iso-8859-1"),
    ],
)
def test_letters_come_out_right_whatever_was_declared(title, encoding, declared):
    if (title, declared) == (GREEK, "iso-8859-7"):
        title = title.replace("ά", "α")  # the two Greek sets differ in one capital sign only
    assert titles(document(title, declared=declared, encoding=encoding)) == [title]


def test_the_header_decides_where_nothing_else_does():
    raw = document("Ţară", encoding="iso-8859-2")
    assert titles(raw, charset="iso-8859-2") == ["Ţară"]


def test_latin_letters_are_told_apart_by_the_language_of_the_feed():
    raw = "<rss><channel><language>pl</language><item><title>Żółć, dług</title></item></channel></rss>".encode("cp1250")
    assert titles(raw) == ["Żółć, dług"]


@pytest.mark.parametrize("older", ["latin-1", "cp1252"])
def test_letters_that_were_encoded_twice_are_mended(older):
    title = "l’été" if older == "cp1252" else "l'été"
    assert titles(document(title.encode().decode(older))) == [title]


def test_a_few_foreign_bytes_do_not_spoil_a_text():
    raw = document(RUSSIAN).replace(b"</title>", b" caf\xe9</title>")
    assert titles(raw) == [RUSSIAN + " café"]
    assert any("UTF-8" in problem for problem in parse_feed(raw).problems)


def test_a_declaration_that_lies_is_named():
    assert "not cp1251 as declared" in parse_feed(document(RUSSIAN, declared="windows-1251")).problems[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"<rss><channel><item><title>A & B</title><link>/1</link></item><item><title>C</title></item></channel></rss>",
        b"<rss><channel><item><title>A &nbsp;&amp; B</title></item><item><title>C</title></item></channel></rss>",
        b"<rss><channel><item><title>A\x0b &#x26;\x08 B</title></item><item><title>C</title></item></channel></rss>",
        b"\n\n junk <?xml version='1.0'?><rss><channel><item><title>A & B</title></item><item><title>C</title></item>",
        b"<rss><channel><item><title>A & B</title><item><title>C</title></channel></rss>",
        b"<rss><channel><item><title>A & B</title><description>x<br>y</item><item><title>C</title></item>",
        b"<rss><channel><item><title>A & B</title></item><item><title>C</title><description>trunca",
        b"<rss><channel><item><title>A &#38; B</titel></item><item><title>C</title></item></channel></rss>",
        b"<!DOCTYPE rss [<!ENTITY a 'x'>]><rss><channel><item><title>A & B</title></item><item><title>C</title></item>",
    ],
)  # fmt: skip
def test_broken_xml_gives_what_can_be_had(raw):
    feed = parse_feed(raw)
    assert [" ".join(entry.title.split()) for entry in feed.entries] == ["A & B", "C"]
    assert any("broken" in problem for problem in feed.problems)


def test_one_broken_entry_breaks_no_other():
    entry = "<item><title>{}</title><description>{}</description><link>https://example.org/{}</link></item>"
    parts = [entry.format(n, "<![CDATA[never closed" if n == 3 else "<p><b>x" if n % 2 else "x", n) for n in range(9)]
    feed = parse_feed(f"<rss><channel><title>T</title>{''.join(parts)}</channel></rss>".encode())
    assert feed.title == "T"
    assert [each.title for each in feed.entries] == [str(n) for n in range(9)]


def test_entities_of_a_doctype_are_known_and_never_told_in_billions():
    named = b'<!DOCTYPE rss [<!ENTITY co "Company">]>'
    named += b"<rss><channel><item><title>&co; &eacute;</title></item></channel></rss>"
    assert titles(named) == ["Company é"]
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    raw = f"<!DOCTYPE rss [{bomb}]><rss><channel><item><title>&l9;</title></item></channel></rss>".encode()
    assert titles(raw) == ["&l9;"]
    assert len(mend_xml("&a;" * 10_000, {"a": "x" * 400})) < MOST_EXPANSION + 100_000


def test_no_file_or_address_is_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    raw = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss><channel><item><title>&x;</title></item>'
    assert "SECRET" not in repr(parse_feed(raw.encode()))


def test_a_doctype_written_in_a_text_is_none():
    assert take_doctype("<rss><item><![CDATA[<!DOCTYPE x>]]></item></rss>")[0].count("DOCTYPE") == 1
    assert titles(b"<rss><item><title>t</title><description><![CDATA[ <!DOCTYPE ]]></description></item></rss>") == [
        "t"
    ]


def test_formats_of_old_are_read_by_feedparser():
    raw = b"<CHANNEL HREF='/'><TITLE>Old</TITLE><ITEM HREF='https://example.org/1'><TITLE>T</TITLE></ITEM></CHANNEL>"
    entry = parse_feed(raw).entries[0]
    assert (entry.title, entry.url) == ("T", "https://example.org/1")


def test_soup_with_dates_and_authors_is_read_by_feedparser():
    raw = (
        b"<soup><item><title>T</title><link>https://example.org/1</link><author>Ann</author>"
        b"<pubDate>Thu, 05 Jun 2025 10:00:00 GMT</pubDate><content:encoded>Text & more</content:encoded></item>"
        b"<item><pubDate>soon</pubDate>"
    )
    first, second = parse_feed(raw).entries
    assert (first.url, first.authors, first.text) == ("https://example.org/1", ("Ann",), "Text & more")
    assert first.published_at.isoformat() == "2025-06-05T10:00:00+00:00"
    assert second.published_at is None


def test_a_stumble_of_feedparser_is_a_problem(monkeypatch):
    import feedparser

    def stumble(*_args, **_more):
        raise AssertionError

    monkeypatch.setattr(feedparser, "parse", stumble)
    assert "could not be read (AssertionError)" in parse_feed(b"<soup><item>").problems[-2]


def test_soup_is_read_up_to_its_bound(monkeypatch):
    monkeypatch.setattr(parse_loose, "MOST_CHARACTERS", 100)
    feed = parse_feed(b"<soup>" + b"<item><title>T</title></item>" * 50)
    assert 0 < len(feed.entries) < 5
    assert any("first 100 characters" in problem for problem in feed.problems)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "it is empty"),
        (b"\0 \n", "it is empty"),
        (b"<!doctype html><html><head><title>x</title></head><body>Hello", "it is a page (HTML), no feed"),
        (b"<html><body>Hello</body></html>", "it is a page (HTML), no feed"),
        (b"just text", "there is no entry in it"),
        (b"<rss><channel><title>T</title></channel></rss>", "there is no entry in it"),
        (b"<rss><channel><title>T & T</title></channel></rss>", "there is no entry in it"),
    ],
)
def test_a_file_with_nothing_in_it_is_named(raw, problem):
    feed = parse_feed(raw)
    assert not feed.entries
    assert problem in feed.problems


def test_a_broken_feed_without_entries_still_has_a_title():
    assert parse_feed(b"<rss><channel><title>T & T</title></channel></rss>").title == "T & T"


@pytest.mark.parametrize(
    "raw",
    [
        b"<rss><channel><item><title>T</title>" + b"<b>" * 150_000,
        b"<rss><channel>" + b"<item><title>T</title>" * 20_000,
        b"<rss><channel><item><title>T</title><description>" + b"&lt;a &quot;" * 40_000,
        b"<rss><channel><item><title>T</title><description><![CDATA[" + b"<figcaption><!--" * 30_000,
        b"<rss><channel><item><title>T</title><description>" + b"<" * 300_000,
        b"<rss><channel><item><title>T</title>" + b"<x " * 100_000,
        b"<soup><item><title>T</title><link/><description>" + b"<p>" * 20_000,
    ],
)
def test_hostile_markup_is_bounded(raw):
    found = parse_feed(raw).entries
    assert found[0].title == "T"
    assert len(found) <= MOST_ENTRIES


def test_too_much_is_cut():
    raw = b"<rss><channel><item><title>T</title></item>" + b" " * LARGEST
    feed = parse_feed(raw)
    assert feed.entries[0].title == "T"
    assert "more than" in feed.problems[0]


def test_random_bytes_are_no_feed():
    assert not parse_feed(random.Random(1).randbytes(200_000)).entries


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_no_bytes_raise_an_error(raw):
    parse_feed(raw)


PIECES = """<rss> <channel> <item> </item> <title> </title> <link> <guid> <entry> <feed> <b> & &amp; &#0; &x; <![CDATA[
]]> <!-- --> <?xml <!DOCTYPE [ ] > < \" ' a é http://[ <pubDate> 2024 <content:encoded> xml:base= <description>
{"""
pieces = st.sampled_from(PIECES.split())


@settings(max_examples=300)
@given(st.lists(pieces, max_size=40), st.sampled_from(["", "<rss><channel><item>", "<feed><entry>", "<soup><item>"]))
def test_no_soup_of_markup_raises_an_error(parts, start):
    feed = parse_feed((start + "".join(parts)).encode(), url="https://example.org/")
    for entry in feed.entries:
        assert entry.title == " ".join(entry.title.split())


def test_wide_text_with_a_broken_end_is_kept():
    assert decode_feed("\ufeff<rss>é".encode("utf-16-le") + b"\x00")[0].startswith("<rss>é")
