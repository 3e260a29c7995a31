"""`communique feeds read`."""

from __future__ import annotations

import json

from bot.verbs.feedfiles import read_feeds


def lines_of(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_entry_is_a_line_with_what_the_feed_says(tmp_path, capsys):
    path = tmp_path / "a.xml"
    path.write_text(
        "<rss><channel><item><title>The &lt;b&gt; tag</title><link>https://example.org/1</link><author>Ann</author>"
        "<pubDate>Thu, 05 Jun 2025 10:00:00 GMT</pubDate><description>Text.</description></item>"
        "<item><title>Plain &amp;amp; simple</title></item></channel></rss>"
    )
    assert read_feeds([path]) == 0
    first, second = lines_of(capsys)
    assert first == {
        "input": str(path),
        "title": "The <b> tag",
        "url": "https://example.org/1",
        "published": "2025-06-05T10:00:00+00:00",
        "text": "Text.",
        "authors": ["Ann"],
    }
    assert (second["title"], second["url"], second["published"]) == ("Plain & simple", None, None)


def test_an_entry_without_a_link_is_named_by_its_uri(tmp_path, capsys):
    path = tmp_path / "a.atom"
    path.write_text("<feed><entry><title>T</title><id>urn:uuid:1</id></entry><entry><id>no uri</id></entry></feed>")
    assert read_feeds([path]) == 0
    assert [line["url"] for line in lines_of(capsys)] == ["urn:uuid:1", None]


def test_a_file_with_nothing_is_an_error_and_the_others_are_read(tmp_path, capsys):
    empty, missing, good = tmp_path / "empty.xml", tmp_path / "missing.xml", tmp_path / "good.json"
    empty.write_bytes(b"")
    good.write_text('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "T"}]}')
    assert read_feeds([empty, missing, good]) == 1
    lines = lines_of(capsys)
    assert [line["input"] for line in lines] == [str(empty), str(missing), str(good)]
    assert lines[0]["error"] == "it is empty"
    assert "missing.xml" in lines[1]["error"]
    assert lines[2]["title"] == "T"
