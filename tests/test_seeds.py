"""Reading the files of data/: what is wrong is named with file and line."""

from pathlib import Path

import pytest

import bot.seeds.folder
from bot.errors import DataError
from bot.seeds import (
    data_folder,
    load_abbreviations,
    load_fields,
    load_places,
    load_topic_weights,
    load_topics,
    sample_files,
)
from tests.datafiles import refused, written


def test_the_shipped_files_load():
    assert {"JP", "NATO"} <= {entry.key for entry in load_places()}
    assert [entry.key for entry in load_topics()][:2] == ["alliances", "tariffs"]
    assert "mr" in load_abbreviations()["en"]
    assert [file.name for file in sample_files()] == sorted(file.name for file in sample_files())


def test_every_organisation_and_country_of_the_shipped_file_has_a_name_to_be_found_by():
    assert all(entry.names for entry in load_places())


def test_lists_are_strings_with_commas_or_arrays(tmp_path):
    path = written(
        tmp_path, "[XX]\nname = 'X'\nnames = '''\n  One,\n  Two  Three,\n'''\nnot = ['One, Ohio']\nde = '=Eins'\n"
    )
    (entry,) = load_places(path)
    assert entry.names == ("One", "Two Three")
    assert entry.shadows == ("One, Ohio",)
    assert entry.words == {"de": ("=Eins",)}


def test_a_topic_has_words_by_language_and_the_words_abroad_if_it_asks_for_them(tmp_path):
    text = "abroad = 'Peru'\n[a_b]\nname = 'A'\nabroad = true\nstrong = 'x'\n[a_b.de]\nnot = 'y'\n[c_d]\nname = 'C'\n"
    one, two = load_topics(written(tmp_path, text))
    assert one.setting == ("Peru",)
    assert two.setting == ()
    assert one.words["de"].shadows == ("y",)
    assert one.words["en"].strong == ("x",)


def test_abbreviations_of_all_arrays_of_a_language_are_united(tmp_path):
    path = written(tmp_path, "[en]\na = ['mr']\nb = ['dr', 'mr']\n[und]\n")
    assert load_abbreviations(path) == {"en": frozenset({"mr", "dr"}), "und": frozenset()}


PLACES = [
    ("[XX]\nname = 'X'\nnmes = 'a'\n", 3, "unknown field 'nmes'; known are: name, names, people"),
    ("[XX]\nname = 'X'\n\nnames = 5\n", 4, "'names' must be words"),
    ("[XX]\nname = 'X'\nnames = [1]\n", 3, "'names' must be words"),
    ("[XX]\nname = 'X'\nnames = ['a', '']\n", 3, "'names' has an empty phrase"),
    ("[XX]\nname = 'X'\nnames = '''\na,\n, b\n'''\n", 5, "'names' has an empty phrase"),
    ("[XX]\nname = 'X'\nnames = 'a, =, b'\n", 3, "'names' has an empty phrase"),
    ("[XX]\nname = 'X'\nnames = 'a,\n", 3, "no valid TOML"),
    ("[XX]\nname = 'X'\n[YY]\nname = 'Y'\nde = '''\nb,\n*c,\n'''\n", 7, "a phrase may not begin with *"),
    ("[XX]\nname = 'X'\n[XX]\nname = 'Y'\n", 3, "no valid TOML"),
    ("[XX]\nname = 'X'\nname = 'Y'\n", 3, "no valid TOML"),
    ("[XX]\nname = 'X\n", 2, "no valid TOML"),
    ("[XX]\nname =", 2, "no valid TOML"),
    ("[XX]\nname = ''\n", 2, "'name' must be a string that is not empty"),
    ("[XX]\n", 1, "'name' must be a string"),
    ("[XX]\nname = 7\n", 2, "'name' must be a string"),
    ("[XX]\nnames = 'X'\n[YY]\nname = 'Y'\n", 1, "[XX] 'name' must be a string"),
    ("name = 'X'\n", 1, "'name' may not stand outside a table"),
    ("[japan]\nname = 'X'\n", 1, "the key [japan] may only have capital letters"),
    ("[XX]\nname = 'X'\nnames = 'a'\nunsure = 'b'\n", 4, "'unsure' has 'b', which is none of names"),
    (b"[XX]\nname = '\xff'\n", 2, "must be UTF-8"),
]


TOPICS = [
    ("[ab]\nname = 'A'\nstrng = 'x'\n", 3, "'strng'"),
    ("[ab]\nname = 'A'\n[ab.de]\nstrong = 'x'\nweak = 'y'\n", 5, "unknown field 'weak'"),
    ("[ab]\nname = 'A'\nde = 'x'\n", 3, "write [ab.de]"),
    ("[ab]\nname = 'A'\nabroad = 'yes'\n", 3, "'abroad' must be true or false"),
    ("[ab]\nname = 'A'\nemoji = 1\n", 3, "'emoji' must be a string"),
    ("[ab]\nname = 'A'\n[ab.de]\nstrong = 'a,, b'\n", 4, "'strong' has an empty phrase"),
    ("abroad = 'a,,b'\n[ab]\nname = 'A'\n", 1, "'abroad' has an empty phrase"),
    ("[Ab]\nname = 'A'\n", 1, "may only have small letters"),
    ("[ab]\nname = 'A'\nstrong = { x = 1 }\n", 3, "'strong' must be words"),
]

ABBREVIATIONS = [
    ("[English]\na = ['mr']\n", 1, "the two or three small letters of a language code"),
    ("[en]\na = ['mr', '']\n", 2, "empty phrase"),
    ("[en]\na = 1\n", 2, "'a' must be words"),
]
FIELDS = [
    ("oil = 'crude'\nGas = 'lng'\n", 2, "'Gas' may only have small letters"),
    ("oil = 1\n", 1, "'oil' must be words"),
    ("oil = 'crude, , gas'\n", 1, "'oil' has an empty phrase"),
]
LONG = "[xx.measures.ab]\n[xx.long_measures.ab]\n"
WEIGHTS = [
    ("[english.measures]\n", 1, "the two small letters"),
    ("[xx.mesures.ab]\nstart = 1\n", 1, "unknown field 'mesures'"),
    ("[xx]\nwords = 'a'\n", 2, "'words' must be tables"),
    ("[xx.measures]\nab = 1\n", 1, "'measures' must be tables"),
    ("[xx.measures.ab]\nstart = 1\nstrng = 1\n", 3, "unknown field 'strng'"),
    ("[xx.measures.ab]\nstart = true\n", 2, "'start' must be a number"),
    ("[xx.measures.ab]\nstart = nan\n", 2, "'start' must be a number from -1000 to 1000"),
    ("[xx.measures.ab]\n[xx.fields.ab]\nweapons = [1, 1, 1e9]\n", 3, "'weapons' must be 3 numbers"),
    ("[xx.measures.ab]\n[xx.words.ab]\n'+1001' = 'a'\n", 3, "'+1001' must be a weight such as"),
    ("[xx.measures.ab]\n[xx.words.cd]\n", 2, "unknown field 'cd'"),
    ("[xx.measures.ab]\n[xx.fields.cd]\n", 2, "unknown field 'cd'"),
    ("[xx.measures.ab]\n[xx.fields.ab]\nswords = [1, 1, 1]\n", 3, "unknown field 'swords'"),
    ("[xx.measures.ab]\n[xx.fields.ab]\nweapons = [1, 1]\n", 3, "'weapons' must be 3 numbers: alone"),
    ("[xx.measures.ab]\n[xx.words.ab]\nmuch = 'a'\n", 3, "'much' must be a weight"),
    ("[xx.measures.ab]\n[xx.words.ab]\n'+1' = 'a'\n'+2' = 'a'\n", 4, "'a' has two weights"),
    ("[xx.measures.ab]\n[xx.long_measures.cd]\n", 2, "unknown field 'cd'"),
    ("[xx.measures.ab]\n[xx.long_words.all]\n", 2, "unknown field 'all'"),
    ("[xx.measures.ab]\n[xx.long_measures.ab]\n", 2, "'ab' must have 'long_words' as well"),
    ("[xx.measures.ab]\n[xx.long_words.ab]\n", 2, "'ab' must have 'long_measures' as well"),
    (LONG + "strng = 1\n[xx.long_words.ab]\n", 3, "unknown field 'strng'"),
    (LONG + "start = 1001\n[xx.long_words.ab]\n", 3, "'start' must be a number from -1000 to 1000"),
    (LONG + "[xx.long_words.ab]\n'+1' = 'a'\n'+2' = 'a'\n", 5, "'a' has two weights"),
]
WRONG = {
    load_places: PLACES,
    load_topics: TOPICS,
    load_abbreviations: ABBREVIATIONS,
    load_fields: FIELDS,
    load_topic_weights: WEIGHTS,
}


@pytest.mark.parametrize(
    ("load", "text", "line", "what"), [(load, *row) for load, rows in WRONG.items() for row in rows]
)
def test_a_wrong_file_is_named_with_its_line(tmp_path, load, text, line, what):
    refused(load, written(tmp_path, text), line, what)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.toml: can't be read"):
        load_places(tmp_path / "gone.toml")


def test_data_is_found_inside_an_installed_package_first(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "topics.toml").write_text("")
    monkeypatch.setattr(bot.seeds.folder, "files", lambda _: tmp_path)
    assert Path(str(data_folder())) == tmp_path / "data"
    assert sample_files() == []


def test_data_that_is_nowhere_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(bot.seeds.folder, "files", lambda _: tmp_path)
    monkeypatch.setattr(bot.seeds.folder, "__file__", str(tmp_path / "bot" / "seeds" / "folder.py"))
    with pytest.raises(DataError, match="is missing"):
        data_folder()


def test_alternatives_in_a_phrase_are_written_out(tmp_path):
    text = "[ab]\nname = 'A'\nstrong = '(raise|cut) (duty|duties), levy (x), levy (x)'\n"
    (topic,) = load_topics(written(tmp_path, text))
    assert topic.words["en"].strong == ("raise duty", "raise duties", "cut duty", "cut duties", "levy (x)")


def test_what_is_strong_or_means_something_else_is_not_supporting_as_well(tmp_path):
    text = "[ab]\nname = 'A'\nstrong = 'duty'\nsupporting = 'Duty, heavy duty, levy'\nnot = 'heavy duty'\n"
    (topic,) = load_topics(written(tmp_path, text))
    assert topic.words["en"].supporting == ("levy",)


def test_fields_of_words_have_a_file_of_their_own(tmp_path):
    found = load_fields(written(tmp_path, "everyday = 'coach, recipe'\noil = 'crude, pump~'\n"))
    assert found == {"everyday": ("coach", "recipe"), "oil": ("crude", "pump~")}
    assert not load_fields(written(tmp_path, ""))
    shipped = load_fields()
    assert "quarterback" in shipped["everyday"]
    wanted = {
        "officials": "envoy",
        "deeds": "annexed",
        "local": "sheriff",
        "listing": "sanction~",
        "weapons": "frigate",
    }
    assert {name for name, word in wanted.items() if word in shipped[name]} == set(wanted)


def test_a_table_of_weights_has_measures_and_words_by_weight(tmp_path):
    words = "[xx.words.all]\n'-0.50' = 'coach'\n[xx.words.ab]\n'+1.00' = 'truce, cease fire'\n"
    text = "[xx.measures.ab]\nstart = -1\n[xx.fields.ab]\nweapons = [1.0, 0, -0.5]\n" + words
    of_long = "[xx.long_measures.ab]\nstart = -2\n[xx.long_words.ab]\n'+0.25' = 'truce'\n"
    (table,) = load_topic_weights(written(tmp_path, text + of_long))
    assert table.language == "xx"
    assert table.long_measures == {"ab": {"start": -2}}
    assert table.long_words == {"ab": {"truce": 0.25}}
    assert table.subjects == {"ab": {"weapons": [1.0, 0, -0.5]}}
    assert table.measures == {"ab": {"start": -1}}
    assert table.words == {"all": {"coach": -0.5}, "ab": {"truce": 1.0, "cease fire": 1.0}}
