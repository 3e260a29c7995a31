"""Nouns to JSON and back, by the types of their fields; it knows neither tables nor databases.

A field that a noun gains later needs nothing here: it is written from then on, and where it is missing in what was
written before, its default is taken. A field that a noun no longer has is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bot.store.tables import clean_text

T = TypeVar("T")


def json_from_noun(noun: Any) -> Any:
    """Return a noun (or a value of one) as what `json.dumps` takes; instants in UTC, texts as the store keeps them.

    Raises:
        ValueError: an instant is naive.
        TypeError: a value of a type that no noun has.

    >>> from bot.model import Schedule
    >>> json_from_noun(Schedule(days=frozenset({4, 0})))
    {'slots': ['08:00:00'], 'days': [0, 4], 'zone': 'UTC', 'weekly': False, 'quiet_from': None, 'quiet_until': None}
    """
    for kinds, encode in _ENCODERS:
        if isinstance(noun, kinds):
            return encode(noun)
    if is_dataclass(noun):
        return {name: json_from_noun(getattr(noun, name)) for name in _field_types(cast("Any", type(noun)))}
    raise TypeError(f"no noun has a {type(noun).__name__}")


def noun_from_json(kind: type[T], value: Any) -> T:
    """Return the noun of a kind that `json_from_noun` made a JSON value of.

    Raises:
        KeyError, TypeError, ValueError: the value was not made from that kind.

    >>> from bot.model import Wish
    >>> noun_from_json(Wish, {"places": ["JP"], "unknown": 1}) == Wish(places=("JP",))
    True
    """
    decode: Callable[[Any], T] = _decoder(cast("Any", kind))
    return decode(value)


def _json_from_instant(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError(f"a naive datetime is no instant: {instant.isoformat()}")
    return instant.astimezone(UTC).isoformat()


# The first that fits counts: a StrEnum is a str, a bool an int, a datetime a date.
_ENCODERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda noun: noun.value),
    (str, clean_text),
    ((NoneType, bool, int, float), lambda noun: noun),
    (timedelta, lambda noun: noun // timedelta(microseconds=1)),
    (datetime, _json_from_instant),
    ((date, time), lambda noun: noun.isoformat()),
    ((tuple, list), lambda noun: [json_from_noun(value) for value in noun]),
    (frozenset, lambda noun: sorted(json_from_noun(value) for value in noun)),
    (dict, lambda noun: {key: json_from_noun(value) for key, value in noun.items()}),
)


@cache
def _field_types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """Return the function that makes values of a type out of JSON; made once a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (some,) = (_decoder(argument) for argument in arguments if argument is not NoneType)
        return lambda value: None if value is None else some(value)
    if origin in (tuple, frozenset):
        inner = _decoder(arguments[0])
        return lambda value: origin(inner(one) for one in value)
    if origin is dict:
        inner = _decoder(arguments[1])
        return lambda value: {key: inner(one) for key, one in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return lambda value: _decoded(kind, value)
    if kind in (datetime, date, time):
        return cast("Callable[[Any], Any]", kind.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind is timedelta:
        return lambda value: timedelta(microseconds=value)
    if kind in (str, int, float, bool):
        return lambda value: value
    raise TypeError(f"no noun has a {kind}")


def _decoded(kind: type, value: dict[str, Any]) -> Any:
    types = _field_types(kind)
    return kind(**{name: _decoder(types[name])(one) for name, one in value.items() if name in types})
