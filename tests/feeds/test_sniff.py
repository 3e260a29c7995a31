from __future__ import annotations

import gzip
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.headers import charset_of, max_age, retry_after, validator
from bot.feeds.sniff import is_document, kind_of
from bot.feeds.unpacking import PIECE, Unpacking

RSS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- <html> --><?xml-stylesheet href="a.xsl"?>\n<rss version="2.0"></rss>'
)
KINDS = [
    (RSS.encode(), "text/html", "feed"),
    (b"\xef\xbb\xbf" + RSS.encode(), "", "feed"),
    (b"\xff\xfe" + RSS.encode("utf-16-le"), "text/plain", "feed"),
    (RSS.encode("utf-16-be"), "", "feed"),
    (RSS.encode("utf-32"), "", "feed"),
    (RSS.encode("utf-32-be"), "", "feed"),
    (b"<!DOCTYPE html PUBLIC 'a' 'b' [<!ENTITY c 'd'>]><rss>", "", "feed"),
    (b'\n\n  <feed xmlns="http://www.w3.org/2005/Atom">', "text/plain", "feed"),
    (b'<atom:feed xmlns:atom="http://www.w3.org/2005/Atom">', "", "feed"),
    (b"<?xml version='1.0'?><rdf:RDF xmlns='http://purl.org/rss/1.0/'>", "application/octet-stream", "feed"),
    (b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "rss-0.91.dtd"><rss>', "", "feed"),
    (b"Warning: mysql is away\n<?xml version='1.0'?><rss version='2.0'>", "text/html", "feed"),
    (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "application/json", "feed"),
    (b'{"items": [], "version": "https:\\/\\/jsonfeed.org\\/version\\/1"}', "", "feed"),
    (b'{"items": []}', "application/feed+json", "feed"),
    (b"<broken", "application/rss+xml; charset=utf-8", "feed"),
    (b"<!DOCTYPE html><p>&lt;rss&gt; <rss> is a format", "application/rss+xml", "html"),
    (b"<!-- hello -->\n<HTML lang=en>", "", "html"),
    (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'a'><html>", "text/xml", "html"),
    (b"<p>A paragraph</p>", "text/plain", "html"),
    (b"Only words", "text/html; charset=utf-8", "html"),
    (b"%PDF-1.7\n%\xe2\xe3", "text/html", "pdf"),
    (b"\n\n%PDF-1.4", "application/octet-stream", "pdf"),
    (b"PK\x03\x04\x14\x00word/document.xml", "application/zip", "docx"),
    (b"PK\x03\x04\x14\x00xl/workbook.xml", "", "other"),
    (b'{"a": 1}', "application/json", "json"),
    (b"[1, 2]", "", "json"),
    (b"not json", "application/json", "json"),
    (b"# A heading\n\nThe <rss> element is the root of a feed.", "text/markdown", "text"),
    (b"Words of somebody.", "", "text"),
    ("Слова".encode("utf-16"), "text/plain", "text"),
    (b"<?xml version='1.0'?><urlset>", "application/xml", "other"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "text/html", "other"),
    (b"\x00\x01\x02", "", "other"),
    (b"Words", "image/png", "other"),
    (b"", "", "other"),
]


@pytest.mark.parametrize(("content", "declared", "kind"), KINDS)
def test_the_bytes_tell_the_kind_before_the_header_does(content, declared, kind):
    assert kind_of(content, declared) == kind


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_have_a_kind(content, declared):
    assert kind_of(content, declared) in {"html", "feed", "pdf", "docx", "text", "json", "other"}
    assert is_document(b"PK\x03\x04" + content)


def unpacked(encoding, data, step=7):
    unpacking = Unpacking(encoding)
    parts = [piece for at in range(0, len(data), step) for piece in unpacking.pieces(data[at : at + step])]
    return b"".join(parts), unpacking.is_whole


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@given(st.binary(max_size=400), st.binary(max_size=40), st.integers(1, 50))
def test_what_was_packed_comes_back_whatever_the_chunks(data, more, step):
    assert unpacked("gzip", gzip.compress(data), step) == (data, True)
    assert unpacked("X-GZIP, identity", gzip.compress(data) + gzip.compress(more), step) == (data + more, True)
    assert unpacked("deflate", zlib.compress(data), step) == (data, True)
    assert unpacked("deflate", raw_deflate(data), step) == (data, True)
    assert unpacked("", data, step) == (data, True)
    assert unpacked("gzip", gzip.compress(data)[:-1], step)[1] is False


def test_padding_behind_the_packed_data_is_left_alone():
    assert unpacked("gzip", gzip.compress(b"news") + b"\x00\x00\x00") == (b"news", True)
    assert unpacked("gzip", gzip.compress(b"news") + b"\x00", step=100) == (b"news", True)
    assert unpacked("deflate", zlib.compress(b"news") + b"\n", step=100) == (b"news", True)
    assert unpacked("gzip", b"\x1f") == (b"", False)
    assert unpacked("gzip", b"") == (b"", True)


def test_a_bomb_is_unpacked_piece_by_piece():
    bomb = gzip.compress(bytes(3 * PIECE + 5))
    assert [len(piece) for piece in Unpacking("gzip").pieces(bomb)] == [PIECE, PIECE, PIECE, 5]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "né"])
def test_a_packing_that_was_not_asked_for_is_refused(encoding):
    with pytest.raises(ValueError, match="not asked for"):
        Unpacking(encoding)


NOON = "Fri, 20 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": 'Max-Age="60"'}, 60),
        ({"Cache-Control": "s-maxage=9, max-age=60", "Expires": NOON}, 60),
        ({"Cache-Control": "max-age=60", "Age": "100"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 5_000}, 2**31),
        ({"Cache-Control": "no-cache, max-age=60"}, 0),
        ({"Cache-Control": "public"}, None),
        ({"Expires": "Fri, 20 Nov 2026 12:05:00 GMT", "Date": NOON}, 300),
        ({"Expires": "Fri, 20 Nov 2026 12:05:00", "Date": NOON}, 300),
        ({"Expires": "0", "Date": NOON}, None),
        ({"Expires": NOON}, None),
        ({}, None),
    ],
)
def test_freshness_is_told_by_cache_control_then_by_expires(headers, seconds):
    assert max_age(headers) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, 86_400),
        ("Fri, 20 Nov 9999 12:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_pause_is_seconds_or_a_date_and_a_day_at_most(said, seconds):
    assert retry_after({"Retry-After": said, "Date": NOON}) == seconds


@given(st.text(max_size=60))
def test_any_header_is_read_without_an_error(value):
    headers = {"Cache-Control": f"max-age={value}", "Expires": value, "Date": value, "Age": value, "Retry-After": value}
    max_age(headers)
    retry_after(headers)
    charset_of(f"text/html; charset={value}")
    assert validator(value) is None or value.isascii()


def test_only_a_charset_that_decodes_is_named():
    assert charset_of('text/html; charset="ISO-8859-1"') == "iso8859-1"
    assert charset_of("text/html;charset=windows-1251; x=y") == "cp1251"
    assert charset_of("text/html; charset=utf8mb4") is None
    assert charset_of("text/html") is None
