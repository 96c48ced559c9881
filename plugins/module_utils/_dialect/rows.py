# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Single rows in SQL, with values as the servers' programs print them from a log."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from .._errors import Refused
from .._plan.steps import PutRow, RemoveRow
from .._state.table import BINARY_TYPES, TEXT_TYPES, Column, Image, Table
from .._state.transaction import value_of
from .statement import Identifier, Raw, Statement, quote_literal, sql

_NUMBERS = frozenset("tinyint smallint mediumint int bigint decimal year enum set".split())
_EMPTY = {**dict.fromkeys(TEXT_TYPES | BINARY_TYPES, "''"), **dict.fromkeys(("float", "double", "bit"), "0")}
_UNICODE = frozenset(("utf8", "utf8mb3", "utf8mb4"))

_Writer = Callable[[Column, str], Optional[str]]


def _quoted(column: Column, value: str) -> Optional[str]:
    return quote_literal(value)


def _text(column: Column, value: str) -> Optional[str]:
    is_sure = value.isascii() or (column.charset in _UNICODE and "\ufffd" not in value)
    return quote_literal(value) if is_sure else None


_WRITERS: Dict[str, _Writer] = {
    **dict.fromkeys(_NUMBERS, lambda column, value: value),
    **dict.fromkeys(TEXT_TYPES, _text),
    **dict.fromkeys(("date", "datetime", "time"), _quoted),
    # Printed as seconds since 1970; every session of ours is in UTC.
    "timestamp": lambda column, value: "FROM_UNIXTIME(%s)" % value,
}


def literal(column: Column, printed: str) -> Optional[str]:
    """Return a printed value as SQL, ``None`` where the print does not tell it exactly.

    >>> literal(Column("a", "int"), "-1 (4294967295)"), literal(Column("b", "varchar", charset="utf8mb4"), "'it'")
    ('-1', "'it'")
    >>> literal(Column("c", "double"), "0.1"), literal(Column("d", "json"), "NULL")
    (None, 'NULL')
    """
    if printed == "NULL":
        return "NULL"
    value = value_of(printed, column.is_unsigned)
    writer = _WRITERS.get(column.data_type)
    return writer(column, value) if writer and value is not None else None


def _condition(table: Table, key: Sequence[str], image: Image) -> Raw:
    parts = []
    for name in key:
        value = literal(table.column(name), image[name])
        if value is None:
            raise Refused(
                "The value of %s in %s cannot be read exactly from the log (%s); no row can be found by it."
                % (name, table.name, image[name])
            )
        parts.append(sql("{} = {}", Identifier(name), Raw(value)).text)
    return Raw(" AND ".join(parts))


def find_row(table: Table, key: Sequence[str], image: Image) -> Statement:
    """Return the question for the row with a key.

    :raises Refused: where the log does not tell the key exactly.
    """
    place = Identifier(table.schema), Identifier(table.table)
    # By name: else the server leaves out those which it calls invisible.
    columns = Raw(", ".join(_read(column) for column in table.columns))
    return sql("SELECT {} FROM {}.{} WHERE {} LIMIT 1", columns, *place, _condition(table, key, image))


def find_row_to_remove(table: Table, key: Sequence[str], image: Image) -> Statement:
    """Return the question for the row with a key, which nobody changes until the transaction ends."""
    return sql("{} FOR UPDATE", Raw(find_row(table, key, image).text))


def _read(column: Column) -> str:
    name = sql("{}", Identifier(column.name)).text
    # As a float a server sends six digits of it.
    return "%s * 1e0 AS %s" % (name, name) if column.data_type == "float" else name


def remove_row(step: RemoveRow) -> List[Statement]:
    """Return the statement that removes the row with a key, and ends the transaction in which that was read."""
    table = step.table
    place = Identifier(table.schema), Identifier(table.table)
    remove = sql("DELETE FROM {}.{} WHERE {}", *place, _condition(table, step.key, step.image))
    return [*_alone(remove), sql("COMMIT")]


def _alone(statement: Statement) -> List[Statement]:
    """Return the statement without what rows that refer to this one would do or refuse: the transaction follows."""
    return [sql("SET SESSION foreign_key_checks = 0"), statement, sql("SET SESSION foreign_key_checks = 1")]


def put_row(step: PutRow) -> List[Statement]:
    """Return the statement that puts a row.

    What the log does not tell exactly is left to the column's default, or empty: the event that wants the row
    overwrites or removes it.

    :raises Refused: where a key is not told exactly, or a column has neither a default nor anything empty.
    """
    table, names, values = step.table, [], []
    for column in table.columns:
        value = literal(column, step.image[column.name])
        in_key = any(column.name in key for key in table.keys)
        if value is None and not column.is_optional and not in_key:
            value = _EMPTY.get(column.data_type)
        if value is not None:
            names.append(sql("{}", Identifier(column.name)).text)
            values.append(value)
        elif not column.is_optional or in_key:
            raise Refused(
                "The value of %s in %s cannot be read exactly from the log (%s); the row cannot be put back here."
                % (column.name, table.name, step.image[column.name])
            )
    place = Identifier(table.schema), Identifier(table.table)
    return _alone(sql("INSERT INTO {}.{} ({}) VALUES ({})", *place, Raw(", ".join(names)), Raw(", ".join(values))))


def kept_row(table: Table, row: Mapping[str, Any]) -> str:
    """Return the statement that puts a row back as a session has read it.

    >>> kept_row(Table("s", "t", ()), {"a": 1, "b": None, "c": b"\\x00x", "d": timedelta(hours=-30)})
    "INSERT INTO `s`.`t` (`a`, `b`, `c`, `d`) VALUES (1, NULL, 0x0078, '-30:00:00')"
    """
    names = ", ".join(sql("{}", Identifier(name)).text for name in row)
    values = ", ".join(_kept(value) for value in row.values())
    return sql(
        "INSERT INTO {}.{} ({}) VALUES ({})", Identifier(table.schema), Identifier(table.table), Raw(names), Raw(values)
    ).text


def _kept(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (bytes, bytearray)):
        return "0x" + value.hex() if value else "''"
    if isinstance(value, timedelta):
        seconds = abs(value)
        minutes, rest = divmod(seconds, timedelta(minutes=1))
        text = "%s%d:%02d:%02d" % ("-" if value < timedelta() else "", minutes // 60, minutes % 60, rest.seconds)
        return quote_literal(text + (".%06d" % rest.microseconds if rest.microseconds else ""))
    return str(value) if isinstance(value, (int, float, Decimal)) else quote_literal(str(value))
