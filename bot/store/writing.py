"""Many rows into a table at once; it knows no table, and begins no transaction.

SQLAlchemy looks at each row of such an insert anew, which takes three times as long as writing it. Here its statement
and its conversions of values are asked for once, and its driver is given the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect


class _Prepared(NamedTuple):
    statement: str
    columns: tuple[str, ...]
    positional: bool
    converters: tuple[Callable[[Any], Any] | None, ...]


def insert_rows(db: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows that have a value for each of some columns, in the order of these.

    Raises:
        ValueError: a value is none of its column's, as with any other insert.
    """
    given = dict(zip(columns, zip(*rows, strict=True), strict=False))
    if not given:
        return
    prepared = _prepared(db.dialect, table, tuple(columns))
    converted = [
        given[name] if convert is None else _converted(given[name], convert)
        for name, convert in zip(prepared.columns, prepared.converters, strict=True)
    ]
    ready = list(zip(*converted, strict=True))
    if prepared.positional:
        db.exec_driver_sql(prepared.statement, ready)
    else:
        db.exec_driver_sql(prepared.statement, [dict(zip(prepared.columns, row, strict=True)) for row in ready])


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each value once: instants and sources are the same in many rows."""
    made = {value: convert(value) for value in set(values)}
    return [made[value] for value in values]


@lru_cache(16)
def _prepared(dialect: Dialect, table: sa.Table, columns: tuple[str, ...]) -> _Prepared:
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or columns)  # the statement's order is the table's
    converters = (table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return _Prepared(str(compiled), names, bool(compiled.positional), tuple(converters))
