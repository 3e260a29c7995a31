"""Reads the vocabularies of `data/`: places, topics and abbreviations.

It decides nothing about texts: what the words mean is `bot.core`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from itertools import product
from typing import Any

from bot.core.packedweights import GREATEST
from bot.core.places import PlaceEntry
from bot.core.topics import TopicEntry, TopicWords
from bot.core.topicweights import BESIDE, EVERY_TOPIC, FIELDS, MEASURES, TopicWeights
from bot.seeds.folder import data_folder
from bot.seeds.tomlfile import LANGUAGE_KEY, TomlFile, read_toml

_PLACE_LISTS = ("names", "people", "capitals", "unsure", "near", "unless", "not", "dateline")
_TOPIC_LISTS = ("strong", "supporting", "hints", "not")
_PLACE_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_TOPIC_KEY = re.compile(r"[a-z][a-z0-9_]+")
_ALTERNATIVES = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")
_WEIGHT = re.compile(r"[+-]\d+(\.\d+)?")
_ABBREVIATIONS_KEY = re.compile(r"[a-z]{2,3}")


def load_places(path: Traversable | None = None) -> tuple[PlaceEntry, ...]:
    """Return the places of a file (`data/places.toml`), in its order.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = read_toml(path or data_folder() / "places.toml")
    return tuple(_place(file, key, table) for key, table in file.tables(_PLACE_KEY, "capital letters, digits and _"))


def load_topics(path: Traversable | None = None) -> tuple[TopicEntry, ...]:
    """Return the topics of a file (`data/topics.toml`), in its order.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = read_toml(path or data_folder() / "topics.toml")
    abroad = file.words("", "abroad", file.content.pop("abroad", ""))
    tables = file.tables(_TOPIC_KEY, "small letters, digits and _")
    return tuple(_topic(file, key, table, abroad) for key, table in tables)


def load_fields(path: Traversable | None = None) -> dict[str, tuple[str, ...]]:
    """Return the fields of words of a file (`data/fields.toml`), in its order; a verb with `~` stands for its forms.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = read_toml(path or data_folder() / "fields.toml")
    for name in file.content:
        if not _TOPIC_KEY.fullmatch(name):
            raise file.error(f"the field {name!r} may only have small letters, digits and _", "", name)
    return {name: file.words("", name, value) for name, value in file.content.items()}


def load_topic_weights(path: Traversable | None = None) -> tuple[TopicWeights, ...]:
    """Return the tables of weights of a file (`data/topic_weights.toml`), one a language.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = read_toml(path or data_folder() / "topic_weights.toml")
    fields = load_fields()
    tables = file.tables(LANGUAGE_KEY, "the two small letters of a language code")
    return tuple(_weights(file, language, table, fields) for language, table in tables)


def load_abbreviations(path: Traversable | None = None) -> dict[str, frozenset[str]]:
    """Return the abbreviations of a file (`data/abbreviations.toml`) by language code, all its arrays united.

    Raises:
        DataError: the file can't be read or something in it may not stand there.
    """
    file = read_toml(path or data_folder() / "abbreviations.toml")
    return {
        language: frozenset(word for name, words in table.items() for word in file.words(language, name, words))
        for language, table in file.tables(_ABBREVIATIONS_KEY, "the two or three small letters of a language code")
    }


def _place(file: TomlFile, key: str, table: dict[str, Any]) -> PlaceEntry:
    file.known(key, table, ("name", *_PLACE_LISTS), " and language codes of two letters")
    lists = {field: file.words(key, field, table.get(field, "")) for field in _PLACE_LISTS}
    said = {word.removeprefix("=") for field in ("names", "people", "capitals") for word in lists[field]}
    for word in lists["unsure"]:
        if word not in said:
            raise file.error(f"'unsure' has {word!r}, which is none of names, people and capitals", key, "unsure", word)
    return PlaceEntry(
        key,
        file.label(key, "name", table.get("name")),
        shadows=lists.pop("not"),
        words={field: file.words(key, field, value) for field, value in table.items() if LANGUAGE_KEY.fullmatch(field)},
        **lists,
    )


def _topic(file: TomlFile, key: str, table: dict[str, Any], abroad: tuple[str, ...]) -> TopicEntry:
    fields = ("name", "emoji", "aliases", "abroad", *_TOPIC_LISTS)
    file.known(key, table, fields, " and tables of language codes of two letters")
    if not isinstance(table.get("abroad", False), bool):
        raise file.error("'abroad' must be true or false", key, "abroad")
    words = {"en": _topic_words(file, key, table)}
    for language, more in table.items():
        if language in fields:
            continue
        if not isinstance(more, dict):
            raise file.error(f"{language!r} must be a table: write [{key}.{language}]", key, language)
        file.known(f"{key}.{language}", more, _TOPIC_LISTS)
        words[language] = _topic_words(file, f"{key}.{language}", more)
    return TopicEntry(
        key,
        file.label(key, "name", table.get("name")),
        file.label(key, "emoji", table.get("emoji", ""), needed=False),
        file.words(key, "aliases", table.get("aliases", "")),
        words,
        abroad if table.get("abroad") else (),
    )


def _weights(
    file: TomlFile, language: str, table: dict[str, Any], fields: Mapping[str, tuple[str, ...]]
) -> TopicWeights:
    parts = ("measures", "words", "fields", "long_measures", "long_words")
    file.known(language, table, parts)
    measures, words, subjects, long_measures, long_words = (
        _tables(file, language, name, table.get(name, {})) for name in parts
    )
    for part, topics in (("fields", subjects), ("long_measures", long_measures), ("long_words", long_words)):
        file.known(f"{language}.{part}", topics, tuple(measures))
    file.known(f"{language}.words", words, (EVERY_TOPIC, *measures))
    for topic in long_measures.keys() ^ long_words.keys():
        has, misses = ("long_measures", "long_words") if topic in long_measures else ("long_words", "long_measures")
        raise file.error(f"{topic!r} must have {misses!r} as well", f"{language}.{has}.{topic}")
    for part, topics in (("measures", measures), ("long_measures", long_measures)):
        for topic, values in topics.items():
            _check_measures(file, f"{language}.{part}.{topic}", values)
    for topic, rows in subjects.items():
        _check_fields(file, f"{language}.fields.{topic}", rows, fields)
    weighed, weighed_long = (
        {topic: _weighed(file, f"{language}.{part}.{topic}", lists) for topic, lists in topics.items()}
        for part, topics in (("words", words), ("long_words", long_words))
    )
    return TopicWeights(language, measures, weighed, fields, subjects, long_measures, weighed_long)


def _check_measures(file: TomlFile, where: str, values: dict[str, Any]) -> None:
    file.known(where, values, MEASURES)
    for name, value in values.items():
        if not _is_weight(value):
            raise file.error(f"{name!r} must be a number from -{GREATEST} to {GREATEST}", where, name)


def _check_fields(file: TomlFile, where: str, rows: dict[str, Any], fields: Mapping[str, tuple[str, ...]]) -> None:
    file.known(where, rows, tuple(name for name in fields if name not in FIELDS))
    for name, value in rows.items():
        if not (isinstance(value, list) and len(value) == len(BESIDE) and all(map(_is_weight, value))):
            raise file.error(f"{name!r} must be {len(BESIDE)} numbers: {', '.join(BESIDE)}", where, name)


def _is_weight(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= GREATEST


def _tables(file: TomlFile, table: str, name: str, value: object) -> dict[str, dict[str, Any]]:
    """Return a table of tables, having checked that it is one."""
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise file.error(f"{name!r} must be tables: write [{table}.{name}.…]", table, name)
    return value


def _weighed(file: TomlFile, where: str, lists: dict[str, Any]) -> dict[str, float]:
    """Return the words of a table whose fields are weights, each with its own."""
    weighed: dict[str, float] = {}
    for field, value in lists.items():
        if not _WEIGHT.fullmatch(field) or not _is_weight(float(field)):
            raise file.error(f'{field!r} must be a weight such as "+0.50", at most {GREATEST}', where, field)
        for word in file.words(where, field, value):
            if word in weighed:
                raise file.error(f"{word!r} has two weights", where, field, word)
            weighed[word] = float(field)
    return weighed


def _topic_words(file: TomlFile, name: str, table: dict[str, Any]) -> TopicWords:
    lists = (file.words(name, field, table.get(field, "")) for field in _TOPIC_LISTS)
    strong, supporting, hints, shadows = (expanded(words) for words in lists)
    said = {word.lower() for word in (*strong, *shadows)}
    # What is strong, or means something else, is not supporting as well, nor what is supporting a hint.
    supporting = tuple(word for word in supporting if word.lower() not in said)
    said.update(word.lower() for word in supporting)
    return TopicWords(strong, supporting, tuple(word for word in hints if word.lower() not in said), shadows)


def expanded(phrases: Iterable[str]) -> tuple[str, ...]:
    """Return phrases with each way through their alternatives, none twice.

    >>> expanded(["(raise|cut) (duty|duties)", "levy"])
    ('raise duty', 'raise duties', 'cut duty', 'cut duties', 'levy')
    """
    ways: dict[str, None] = {}
    for phrase in phrases:
        if "(" not in phrase:
            ways[phrase] = None
            continue
        parts = [part.split("|") if n % 2 else [part] for n, part in enumerate(_ALTERNATIVES.split(phrase))]
        ways.update(dict.fromkeys("".join(way) for way in product(*parts)))
    return tuple(ways)
