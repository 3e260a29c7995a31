"""Many rows written at once; it knows no table, and begins no transaction.

SQLAlchemy looks at each row of such a write anew, which takes three times as long as writing it. Here its statement and
its conversions of values are asked for once, and its driver is given the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

_NEW = "new_"  # before the parameters of an update: its columns' own names are SQLAlchemy's


class _Prepared(NamedTuple):
    """A statement, the names of its parameters in its order, and what converts each one's values."""

    statement: str
    positional: bool
    parameters: tuple[str, ...]
    converters: tuple[Callable[[Any], Any] | None, ...]


def insert_rows(db: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows that have a value for each of some columns, in the order of these.

    Raises:
        ValueError: a value is none of its column's, as with any other insert.
    """
    _execute(db, _insert(db.dialect, table, tuple(columns)), columns, rows)


def update_rows(db: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change columns of known rows; the first column given tells which row it is, and is not changed.

    Raises:
        ValueError: a value is none of its column's, as with any other update.
    """
    _execute(db, _update(db.dialect, table, tuple(columns)), [f"{_NEW}{name}" for name in columns], rows)


def _execute(db: Connection, prepared: _Prepared, parameters: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    given = dict(zip(parameters, zip(*rows, strict=True), strict=False))
    if not given:
        return
    converted = [
        given[name] if convert is None else _converted(given[name], convert)
        for name, convert in zip(prepared.parameters, prepared.converters, strict=True)
    ]
    ready = list(zip(*converted, strict=True))
    if prepared.positional:
        db.exec_driver_sql(prepared.statement, ready)
    else:
        db.exec_driver_sql(prepared.statement, [dict(zip(prepared.parameters, row, strict=True)) for row in ready])


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each value once: instants and sources are the same in many rows."""
    made = {value: convert(value) for value in set(values)}
    return [made[value] for value in values]


@lru_cache(16)
def _insert(dialect: Dialect, table: sa.Table, columns: tuple[str, ...]) -> _Prepared:
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=list(columns))
    return _prepared(dialect, table, compiled, columns)


@lru_cache(16)
def _update(dialect: Dialect, table: sa.Table, columns: tuple[str, ...]) -> _Prepared:
    which, *changed = columns
    statement = sa.update(table).where(table.c[which] == sa.bindparam(f"{_NEW}{which}"))
    compiled = statement.values({name: sa.bindparam(f"{_NEW}{name}") for name in changed}).compile(dialect=dialect)
    return _prepared(dialect, table, compiled, tuple(f"{_NEW}{name}" for name in columns))


def _prepared(dialect: Dialect, table: sa.Table, compiled: SQLCompiler, parameters: tuple[str, ...]) -> _Prepared:
    in_order = tuple(compiled.positiontup or parameters)  # the statement's order is the table's
    types = (table.c[name.removeprefix(_NEW)].type for name in in_order)
    converters = tuple(one.dialect_impl(dialect).bind_processor(dialect) for one in types)
    return _Prepared(str(compiled), bool(compiled.positional), in_order, converters)
