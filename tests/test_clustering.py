"""`communique cluster`: lines in, stories out; bad lines are named, and the store's stories can be made anew."""

from __future__ import annotations

import json

import pytest

from bot.settings import read_settings
from bot.verbs import clustering
from bot.verbs.storing import add

STEEL = "The ministry in Tokyo weighs an answer to the duty on steel plate, officials said after the cabinet met."
STEEL_TOO = "Tokyo weighs its answer to a duty on steel plate; the cabinet met and the ministry will decide."
PORTS = "Four ports drop the levy on containers from March, the shipping ministers agreed in the evening."


def lines(*items):
    return [(each if isinstance(each, str) else json.dumps(each)).encode() for each in items]


def answers(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_articles_of_one_event_share_a_story(capsys):
    given = [
        {"id": "a", "title": "Steel", "text": STEEL, "published": "2026-11-20T08:00:00Z", "source": "Kairos"},
        {"id": "b", "title": "Ports", "text": PORTS, "published": "2026-11-20T09:00:00", "language": "en"},
        {"id": "c", "text": STEEL_TOO},
    ]
    assert clustering.cluster(lines(*given)) == 0
    assert answers(capsys) == [{"id": "a", "story": "a"}, {"id": "b", "story": "b"}, {"id": "c", "story": "a"}]


def test_any_number_of_articles_is_placed_in_little_memory(capsys, monkeypatch):
    monkeypatch.setattr(clustering, "AHEAD", 2)
    monkeypatch.setattr(clustering, "TOLD", 3)
    given = [{"id": n, "text": text, "language": "en"} for n, text in enumerate((STEEL, PORTS, STEEL_TOO) * 4)]
    assert clustering.cluster(lines(*given)) == 0
    assert [each["story"] for each in answers(capsys)] == [0, 1, 0] * 4


def test_bad_lines_are_told_and_the_others_are_done(capsys):
    given = lines("{", "[]", "", {"id": 4}, {"id": 5, "text": "", "published": "soon"}, {"text": STEEL})
    assert clustering.cluster(given) == 1
    told = answers(capsys)
    assert [each["line"] for each in told[:4]] == [1, 2, 4, 5]
    assert all(each["error"] for each in told[:4])
    assert told[4] == {"id": None, "story": 6}


def test_the_stories_of_the_store_are_made_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    settings = read_settings()
    for n, text in enumerate((STEEL, STEEL_TOO, PORTS)):
        (tmp_path / f"{n}.md").write_text(f"# Title {n}\n\n{text}\n", encoding="utf-8")
    assert add(settings, sorted(tmp_path.glob("*.md"))) == 0
    capsys.readouterr()
    assert clustering.cluster_stored(settings, as_json=True) == 0
    assert answers(capsys) == [{"articles": 3, "stories": 2}]
    assert clustering.cluster_stored(settings, as_json=False) == 0
    assert capsys.readouterr().out == "3 articles in 2 stories\n"


@pytest.mark.parametrize("given", [[], lines("")])
def test_nothing_gives_nothing(given, capsys):
    assert clustering.cluster(given) == 0
    assert answers(capsys) == []
