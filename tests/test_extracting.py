import io
import json
import sys
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.model import Fetched
from bot.verbs.extracting import extract

PACT = Path(__file__).parent / "feeds" / "files" / "pact.html"
PROSE = "Two states agreed on Monday to lower their duties on steel, their ministers said after long talks."


class CannedWeb:
    """A web of one page, one text and one feed."""

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        del etag, last_modified
        match url.rpartition("/")[2]:
            case "page":
                return Fetched(f"{url}/moved", PACT.read_bytes(), "html", charset="utf-8")
            case "text":
                return Fetched(url, f"Steel duties fall\n{PROSE}".encode(), "text")
            case "feed":
                return Fetched(url, b"<rss/>", "feed")
        raise FetchError("not_found", url, status=404)


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_files_come_out_in_order_and_a_bad_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken, text = tmp_path / "a.pdf", tmp_path / "b.txt"
    broken.write_bytes(b"%PDF-1.4")
    text.write_text(f" date 2026-11-20\nSteel duties fall\n{PROSE}")
    sources = [str(broken), str(PACT), str(text), str(tmp_path / "none.html")] + [str(PACT)] * 12
    assert extract(sources, None) == 1
    lines = lines_of(capsys)
    assert [line["input"] for line in lines] == sources
    assert "broken PDF" in str(lines[0]["error"])
    assert "No such file" in str(lines[3]["error"])
    assert lines[2] == {
        "input": str(text),
        "title": "Steel duties fall",
        "text": PROSE,
        "published": "2026-11-20T00:00:00+00:00",
        "authors": [],
        "site": "",
        "language": "en",
        "url": None,
    }


def test_the_address_of_a_file_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert extract([str(PACT)], "https://harbor.example/a") == 0
    assert lines_of(capsys)[0]["url"] == "https://harbor.example/world/tariff-pact"


def test_stdin_is_read_by_its_bytes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACT.read_bytes())))
    assert extract(["-"], None) == 0
    assert lines_of(capsys)[0]["title"] == "Island states sign tariff pact"


def test_links_are_fetched_and_read_by_their_kind(capsys: pytest.CaptureFixture[str]) -> None:
    base = "https://harbor.example"
    assert extract([f"{base}/page", f"{base}/text", f"{base}/feed", f"{base}/none"], None, web=CannedWeb()) == 1
    page, text, feed, none = lines_of(capsys)
    assert page["url"] == f"{base}/world/tariff-pact"
    assert text["title"] == "Steel duties fall"
    assert "a feed, not an article" in str(feed["error"])
    assert "404" in str(none["error"])


def test_a_private_link_is_refused_by_the_guarded_web(capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(["http://127.0.0.1:9/"], None) == 1
    assert "127.0.0.1" in str(lines_of(capsys)[0]["error"])
