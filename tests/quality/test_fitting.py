"""The fit of the topics' weights runs from end to end on a small folder of its own, and learns what is there."""

import gzip
import json
import sys

import pytest

from bot.seeds import load_topic_weights, load_topics
from tests.quality import fit_topics, fitting
from tests.quality.labeled import labeled_texts

TRADE = ("Duty on steel", "The ministry raised the duty on steel from Brazil and exporters complained.")
COOKING = ("A cake for Sunday", "Beat the butter, add an apple and bake for an hour.")


def rows(count, *, yes, no):
    """Give rows of two kinds in turn, each with the fields of its kind."""
    for n in range(count):
        title, text = (COOKING, TRADE)[n % 2]
        yield {"id": f"{n}", "title": title, "text": f"{text} Number {n}."} | (yes if n % 2 else no)


@pytest.fixture
def folder(tmp_path):
    sets = {
        "topics_reuters": rows(30, yes={"labels": ["trade"]}, no={"labels": ["earn"]}),
        "topics_uscongress_cap": rows(30, yes={"cap_code": 18}, no={"cap_code": 3}),
        "topics_nyt_cap": rows(30, yes={"cap_code": 18}, no={"cap_code": 3}),
        "topics_agnews": rows(30, yes={"labels": ["World"]}, no={"labels": ["Sports"]}),
        "topics_cameo_sentences": rows(20, yes={"labels": ["political_event"]}, no={"labels": ["not_political_event"]}),
        "topics_plover_events": rows(20, yes={"labels": ["SANCTION"]}, no={"labels": ["AID"]}),
        "topics_weak_tariff_peoplesdaily": rows(20, yes={"tariff_mentions": "5"}, no={"tariff_mentions": "1"}),
    }
    for name, content in sets.items():
        with gzip.open(tmp_path / f"{name}_open.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in content)
    return tmp_path


def test_the_fit_writes_a_table_that_loads_and_is_the_same_each_time(folder, tmp_path, monkeypatch):
    gold = tmp_path / "gold.jsonl"
    items = [
        {"id": f"{part}{n}", "part": part, "title": title, "text": f"{text} {n}" * length, "topics": topics}
        for part in fit_topics.OURS
        for length in ([6] if part == "reports" else [1])
        for n, ((title, text), topics) in enumerate([(TRADE, ["tariffs"]), (COOKING, [])] * 3)
    ]
    gold.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    monkeypatch.setattr(fit_topics, "GOLD", gold)
    monkeypatch.setattr(fitting, "ROUNDS", 20)
    monkeypatch.setattr(fitting, "ROUNDS_LONG", 20)
    monkeypatch.setattr(sys, "argv", ["fit_topics", str(folder)])
    tables = []
    for n in range(2):
        monkeypatch.setattr(fit_topics, "OUT", tmp_path / f"weights{n}.toml")
        assert fit_topics.main() == 0
        tables.append((tmp_path / f"weights{n}.toml").read_text(encoding="utf-8"))
    assert tables[0] == tables[1]
    (table,) = load_topic_weights(tmp_path / "weights0.toml")
    assert list(table.measures) == list(table.long_measures) == [entry.key for entry in load_topics()]
    assert table.long_words["tariffs"]
    assert "traps 3/3" in tables[0]
    assert not {"number", "brazil"} & table.words["tariffs"].keys()


def test_short_texts_are_given_with_and_without_their_title(folder, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "a", "part": "held", "title": "T", "text": "x", "topics": []}), encoding="utf-8")
    texts = list(labeled_texts(folder, gold))
    assert {each.group for each in texts} == {
        "reuters", "bills", "headlines", "world", "untitled", "events", "acts", "searched",
    }  # fmt: skip
    assert all(not each.title for each in texts if each.group == "untitled")
