"""The command line as scripts use it: what stands on stdout, what on stderr, and the exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from tests.conftest import ROOT

STEEL = ROOT / "tests/articles/steel.txt"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("TELEGRAM_", "COMMUNIQUE_", "DATABASE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["communique", *map(str, arguments)])
        raw = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        status = cli._status()
        out, err = capsys.readouterr()
        return status, out, err

    return run


def lines(*items):
    return "".join(json.dumps(item) + "\n" for item in items)


def one_line(text):
    return text.startswith("communique: ") and text.count("\n") == 1


def test_summarize_gives_title_verbatim_sentences_topics_and_places(run):
    status, out, _ = run("summarize", STEEL, "-n", "3", "--json")
    told = json.loads(out)
    text = STEEL.read_text(encoding="utf-8").split("\n", 1)[1].strip()
    assert status == 0
    assert told["title"] == "Meridia answers quota on cold-rolled steel"
    assert [text[each["start"] : each["end"]] for each in told["summary"]] == [each["text"] for each in told["summary"]]
    assert len(told["summary"]) == 3
    assert {match["topic"] for match in told["topics"]} == {"tariffs"}  # of the alliance it speaks in passing
    assert {"US", "JP"} <= set(told["places"])
    assert 0 < told["kept"] < 1
    assert set(told) == {
        "title",
        "published",
        "language",
        "summary",
        "kept",
        "minutes_saved",
        "topics",
        "places",
        "keywords",
    }


def test_summarize_reads_stdin_and_every_method(run):
    for method in ("news", "lexrank", "textrank", "lsa", "luhn", "sumbasic", "kl", "lead"):
        status, out, _ = run("summarize", "-", "--method", method, "--json", stdin=STEEL.read_bytes())
        assert status == 0
        assert len(json.loads(out)["summary"]) == 3


def test_summarize_takes_a_share_of_the_sentences_or_a_length_instead_of_a_number(run):
    total = len(json.loads(run("summarize", STEEL, "--share", "1", "--json")[1])["summary"])
    half = json.loads(run("summarize", STEEL, "--share", "0.5", "--json")[1])["summary"]
    assert len(half) == round(total / 2)
    short = json.loads(run("summarize", STEEL, "--characters", "300", "--json")[1])["summary"]
    assert 0 < sum(len(each["text"]) for each in short) <= 300


def test_summarize_for_people_says_how_much_was_kept(run):
    status, out, _ = run("summarize", STEEL)
    assert status == 0
    assert out.startswith("Meridia answers quota on cold-rolled steel\n")
    assert "word for word" in out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("summarize", "nowhere.txt"), 1, "nowhere.txt: No such file"),
        (("summarize", "http://127.0.0.1:9/a"), 1, "inside a private network"),
        (("summarize", "a.txt", "-n", "0"), 2, "-n"),
        (("summarize", "a.txt", "--method", "magic"), 2, "magic"),
        (("summarize", STEEL, "--share", "1.5"), 2, "at most 1"),
        (("summarize", STEEL, "--characters", "0"), 2, "at least 1 character"),
        (("summarize", STEEL, "--share", "0.5", "--characters", "300"), 2, "one of them"),
        (("digest", "--since", "yesterday"), 2, "--since yesterday is not understood; like this: --since 24h"),
        (("digest", "--topics", "bananas"), 2, "bananas"),
        (("digest", "--format", "pdf"), 2, "pdf"),
        (("nonsense",), 2, "nonsense"),
        (("run",), 2, "TELEGRAM_BOT_TOKEN is not set"),
        (("search",), 2, "QUERY"),
        (("preview", "--port", "http"), 2, "port"),
    ],
)
def test_what_is_asked_wrongly_is_one_line_and_never_a_traceback(run, arguments, status, said):
    got, out, err = run(*arguments)
    assert (got, out) == (status, "")
    assert one_line(err)
    assert said in err


@pytest.mark.parametrize("verb", ["run", "stats", "search", "check"])
def test_a_wrong_setting_is_named_with_what_it_may_be(run, monkeypatch, verb):
    monkeypatch.setenv("COMMUNIQUE_LOG", "xml")
    status, _, err = run(verb, *(["steel"] if verb == "search" else []))
    assert (status, err) == (2, "communique: COMMUNIQUE_LOG is 'xml', but may be text or json\n")


def test_a_data_folder_that_cannot_be_written_is_one_line(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/store.db")
    status, out, err = run("stats")
    assert (status, out) == (2, "")
    assert one_line(err)
    assert str(tmp_path / "file") in err


def test_a_password_is_never_shown(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:s3cret@127.0.0.1:9/none")
    status, _, err = run("stats")
    assert status == 1
    assert one_line(err)
    assert "s3cret" not in err
    monkeypatch.setenv("DATABASE_URL", "mysql://user:s3cret@127.0.0.1/none")
    assert "s3cret" not in run("stats")[2]


def test_the_bare_command_is_its_help(run):
    status, out, _ = run()
    assert status == 0
    assert out.startswith("Usage: communique")
    assert run("feeds")[0] == 2


def test_help_is_everywhere(run):
    for verb in (
        "run",
        "preview",
        "summarize",
        "add",
        "digest",
        "search",
        "analyze",
        "sentences",
        "check",
        "stats",
        "poll",
        "extract",
    ):
        status, out, _ = run(verb, "--help")
        assert status == 0
        assert "Usage: communique" in out


def test_analyze_answers_each_line_in_order_and_names_the_bad_ones(run):
    text = STEEL.read_text(encoding="utf-8")
    status, out, _ = run(
        "analyze",
        "-n",
        "2",
        stdin=lines({"id": "a", "title": "T", "text": text})
        + "not json\n\n[1]\n"
        + lines({"id": "d"}, {"id": "e", "text": ""}, {"id": "f", "text": "One. Two.", "language": "en"}, {"text": 7}),
    )
    first, bad, listed, missing, empty, short, number = (json.loads(line) for line in out.splitlines())
    assert status == 1
    assert first["id"] == "a"
    assert [text[start:end] for start, end in first["spans"]] == first["summary"]
    assert len(first["summary"]) == 2
    assert (bad["line"], listed["line"]) == (2, 4)
    assert "error" in bad
    assert (missing["id"], missing["line"]) == ("d", 5)
    assert "error" in empty
    assert short["summary"] == ["One.", "Two."]
    assert "error" in number


def test_a_story_draws_on_all_its_articles(run):
    articles = [
        {
            "title": "Ports drop levy",
            "text": "Four ports dropped the levy. It had cost shippers dear. Ministers met.",
            "source": "A",
        },
        {
            "title": "Levy ends",
            "text": "The levy on containers ends in March. Unions objected to it. Talks go on.",
            "source": "B",
        },
    ]
    status, out, _ = run("analyze", "-n", "4", stdin=lines({"id": "s", "articles": articles}))
    story = json.loads(out)
    assert status == 0
    assert set(story["sources"]) == {0, 1}
    assert len(story["sources"]) == len(story["summary"]) == 4
    for index, (start, end), sentence in zip(story["sources"], story["spans"], story["summary"], strict=True):
        assert articles[index]["text"][start:end] == sentence


def test_a_story_with_nothing_to_read_is_an_error(run):
    for articles in ([], [{"text": ""}], ["x"], {}):
        status, out, _ = run("analyze", stdin=lines({"id": "s", "articles": articles}))
        assert status == 1
        assert "error" in json.loads(out)


def test_lone_surrogates_pass_through(run):
    status, out, _ = run("analyze", stdin=b'{"id": "\\ud800", "text": "It \\ud800 rose. It fell. Then it rose."}\n')
    assert status == 0
    assert json.loads(out)["id"] == "\ud800"


def test_sentences_are_split_as_asked(run):
    status, out, _ = run("sentences", stdin=lines({"id": 1, "text": "Mr. Sato left. Talks go on."}, {"id": 2}))
    assert status == 1
    assert json.loads(out.splitlines()[0]) == {"id": 1, "sentences": ["Mr. Sato left.", "Talks go on."]}


def test_articles_are_added_once_and_bad_files_are_named(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes(STEEL.read_bytes())
    (folder / "b.jsonl").write_text(
        lines({"title": "Levy", "text": "The levy on containers ends.", "published": "2026-11-20", "source": "B"})
        + "broken\n"
        + lines({"title": "no text"}, {"text": "Late.", "published": "soon"}),
        encoding="utf-8",
    )
    (folder / "c.pdf").write_bytes(b"%PDF")
    (folder / "e.md").write_text("# Ports drop levy\n\nFour ports dropped the **levy**. It had cost shippers dear.\n")
    item = "<item><title>Quota</title><link>https://p.example/q</link><description>A quota ends.</description></item>"
    (folder / "f.rss").write_text(f"<rss version='2.0'><channel><title>P</title>{item}</channel></rss>")
    (folder / "g.xml").write_text("<rss version='2.0'><channel><title>P</title></channel></rss>")
    (folder / "d.txt").write_bytes(b"\x00\x01")
    (folder / ".hidden").write_text("x")
    status, out, err = run("add", folder, tmp_path / "none.txt")
    assert (status, out) == (1, "4 added, 0 already there, 7 skipped\n")
    assert len(err.splitlines()) == 7
    for named in ("b.jsonl: line 2", "b.jsonl: line 3", "b.jsonl: line 4", "c.pdf", "d.txt", "g.xml", "none.txt"):
        assert named in err
    assert run("add", folder / "a.txt")[:2] == (0, "0 added, 1 already there, 0 skipped\n")
    status, out, _ = run("stats", "--json")
    assert json.loads(out)["articles"] == 4


def test_search_finds_what_was_added_best_first(run):
    run("add", STEEL)
    status, out, _ = run("search", "cold-rolled", "steel", "--json")
    (hit,) = json.loads(out)
    assert status == 0
    assert set(hit) == {"title", "url", "source", "published", "snippet"}
    assert "Meridia answers quota" in run("search", "steel")[1]
    status, out, err = run("search", "zanzibar")
    assert (status, out) == (0, "")
    assert "nothing found" in err
    assert run("search", '" OR *', "--json")[:2] == (0, "[]\n")


@pytest.mark.parametrize("form", ["text", "html", "markdown", "json"])
def test_a_digest_of_the_store_in_four_formats(run, form):
    run("add", STEEL)
    status, out, _ = run("digest", "--topics", "tariffs,japan", "--format", form)
    assert status == 0
    assert "Meridia answers quota on cold-rolled steel" in out
    if form == "json":
        (story,) = json.loads(out)["stories"]
        assert story["sources"][0]["source"] == "Quay Dispatch"
        assert (story["mark"], story["changes"], story["independent_sources"]) == ("new", [], 1)
        assert story["told_by"] == [0] * len(story["sentences"])
    if form == "html":
        assert out.startswith("<!doctype html>")
        assert out.count("data:image/png") == 2  # the chart, for light and dark


def test_a_digest_with_nothing_says_so(run):
    status, out, _ = run("digest", "--since", "2w")
    assert status == 0
    assert "Nothing new on alliances and tariffs" in out


def test_stats_for_people(run):
    status, out, _ = run("stats")
    assert status == 0
    assert out.splitlines()[0].split() == ["articles", "0"]


def test_check_says_what_to_do(run):
    status, out, _ = run("check")
    assert status == 1
    assert "FAIL token: TELEGRAM_BOT_TOKEN is not set" in out
    assert "ok   database: 0 articles" in out
    assert "None was asked yet; to ask them: communique poll" in out
    assert json.loads(run("check", "--json")[1])[0]["works"] is False


def test_check_of_an_unreachable_server_keeps_the_token_to_itself(run, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:SECRET")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    status, out, err = run("check")
    assert status == 1
    assert "http://127.0.0.1:9 can't be reached" in out
    assert "SECRET" not in out + err


def test_python_m_bot_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "summarize" in done.stdout


def test_a_closed_pipe_is_no_traceback(tmp_path):
    shell = f'"{sys.executable}" -m bot digest --format html | head -c 1'
    done = subprocess.run(
        shell,
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_a_file_that_is_a_folder_is_named(run, tmp_path: Path):
    status, _, err = run("summarize", tmp_path)
    assert status == 1
    assert one_line(err)
