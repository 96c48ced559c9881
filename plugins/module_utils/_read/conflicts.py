# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Finds the rows of a transaction that do not fit those of this server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .._connection import Session
from .._dialect.rows import find_row, find_row_to_remove
from .._dialect.statement import sql
from .._errors import Refused
from .._state.table import Column, Conflict, Image, Table
from .._state.transaction import RowChange

_LONGEST_VALUE = 200
_PLACE = "TABLE_SCHEMA = {} AND TABLE_NAME = {}"


def read_table(session: Session, schema: str, table: str) -> Optional[Table]:
    """Return a table of this server, ``None`` where there is none of that name."""
    columns = session.query(
        sql(
            "SELECT COLUMN_NAME AS name, LOWER(DATA_TYPE) AS data_type, COLUMN_TYPE LIKE '%unsigned%' AS is_unsigned,"
            " CHARACTER_SET_NAME AS charset, IS_NULLABLE = 'YES' OR COLUMN_DEFAULT IS NOT NULL AS is_optional,"
            " COALESCE(GENERATION_EXPRESSION, '') <> '' AS is_generated FROM information_schema.COLUMNS"
            " WHERE " + _PLACE + " ORDER BY ORDINAL_POSITION",
            schema,
            table,
        ),
        "read the columns of %s.%s" % (schema, table),
    )
    if not columns:
        return None
    return Table(
        schema=schema,
        table=table,
        columns=tuple(_column(row) for row in columns),
        keys=_read_keys(session, schema, table),
        has_triggers=_has_triggers(session, schema, table),
    )


def _read_keys(session: Session, schema: str, table: str) -> Tuple[Tuple[str, ...], ...]:
    """Return the columns of each unique key, those of the primary key first."""
    rows = session.query(
        sql(
            "SELECT INDEX_NAME AS name, COLUMN_NAME AS column_name FROM information_schema.STATISTICS WHERE "
            + _PLACE
            + " AND NON_UNIQUE = 0 ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX",
            schema,
            table,
        ),
        "read the keys of %s.%s" % (schema, table),
    )
    keys: Dict[str, List[str]] = {}
    for row in rows:
        keys.setdefault(row["name"], []).append(row["column_name"])
    # A key on an expression names no column.
    return tuple(tuple(names) for names in keys.values() if all(names))


def _has_triggers(session: Session, schema: str, table: str) -> bool:
    question = sql(
        "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {} AND EVENT_OBJECT_TABLE = {}",
        schema,
        table,
    )
    return bool(session.value(question, "look for triggers of %s.%s" % (schema, table)))


def _read_referenced(session: Session, table: Table) -> Tuple[str, ...]:
    """Return the columns to which other tables refer."""
    rows = session.query(
        sql(
            "SELECT DISTINCT REFERENCED_COLUMN_NAME AS name FROM information_schema.KEY_COLUMN_USAGE"
            " WHERE REFERENCED_TABLE_SCHEMA = {} AND REFERENCED_TABLE_NAME = {} ORDER BY name",
            table.schema,
            table.table,
        ),
        "look for tables that refer to %s" % table.name,
    )
    return tuple(row["name"] for row in rows)


def _column(row: Dict[str, Any]) -> Column:
    flags = {name: bool(row[name]) for name in ("is_unsigned", "is_optional", "is_generated")}
    return Column(name=row["name"], data_type=row["data_type"], charset=row["charset"], **flags)


def read_row(session: Session, table: Table, key: Tuple[str, ...], image: Image) -> Optional[Dict[str, Any]]:
    """Return the row with a key, as it is; ``None`` where there is none."""
    rows = session.query(find_row(table, key, image), "look for a row of %s" % table.name)
    return rows[0] if rows else None


def read_row_to_remove(session: Session, table: Table, key: Tuple[str, ...], image: Image) -> Optional[Dict[str, Any]]:
    """Return the row with a key, and begin the transaction in which nobody else changes it any more."""
    session.query(sql("START TRANSACTION"), "begin to remove a row")
    rows = session.query(find_row_to_remove(table, key, image), "read a row of %s" % table.name)
    return rows[0] if rows else None


def shown(row: Optional[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    """Return a row as people may see it: values as text, of which long ones are cut, and bytes as digits.

    >>> shown({"a": 1, "b": None, "c": b"x", "d": "y" * 300})["d"][-3:], shown(None)
    ('yy…', None)
    """
    return None if row is None else {name: _shown(value) for name, value in row.items()}


def _shown(value: Any) -> Optional[str]:
    if value is None:
        return None
    text = value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


@dataclass
class _Search:
    """Goes through the rows of a transaction, with what its earlier rows have made and taken away in mind."""

    session: Session
    tables: Dict[str, Optional[Table]] = field(default_factory=dict)
    referenced: Dict[str, Tuple[str, ...]] = field(default_factory=dict)
    made: List[Tuple[str, Image]] = field(default_factory=list)
    taken: List[Dict[str, Any]] = field(default_factory=list)
    is_whole: bool = True

    def table_of(self, row: RowChange) -> Optional[Table]:
        """Return the table of a row, where every row of it can be looked for."""
        if row.name not in self.tables:
            self.tables[row.name] = read_table(self.session, row.schema, row.table)
        table = self.tables[row.name]
        can_look = table is not None and bool(table.keys) and not any(item.is_generated for item in table.columns)
        return table if can_look else None

    def look_at(self, row: RowChange) -> Iterator[Conflict]:
        """Yield what of this server stands against a row."""
        table = self.table_of(row)
        before = table.image(row.before) if table and row.before else None
        after = table.image(row.after) if table and row.after else None
        if table is None or (row.before and before is None) or (row.after and after is None):
            self.is_whole = False
            return
        try:
            if before is not None:
                yield from self._missing(table, before)
            if after is not None:
                yield from self._present(table, before, after)
        except Refused:
            # By a key that the log does not tell exactly no row is found.
            self.is_whole = False
        if after is not None:
            self.made.append((table.name, after))

    def _missing(self, table: Table, before: Image) -> Iterator[Conflict]:
        # NULL is equal to nothing: by a key that holds it a row is not found, although it is here.
        key = next((key for key in table.keys if all(before[part] != "NULL" for part in key)), None)
        if key is None:
            self.is_whole = False
            return
        if any(name == table.name and all(image[part] == before[part] for part in key) for name, image in self.made):
            return
        here = read_row(self.session, table, key, before)
        if here is None:
            yield Conflict("missing", table, key, before)
        else:
            self.taken.append(here)

    def _present(self, table: Table, before: Optional[Image], after: Image) -> Iterator[Conflict]:
        for key in table.keys:
            is_kept = before is not None and all(before[part] == after[part] for part in key)
            if is_kept or any(after[part] == "NULL" for part in key):
                continue
            here = read_row(self.session, table, key, after)
            if here is not None and here not in self.taken:
                self.taken.append(here)
                orphans = tuple(name for name in self._referenced(table) if name not in key)
                yield Conflict("present", table, key, after, shown(here), orphans)

    def _referenced(self, table: Table) -> Tuple[str, ...]:
        if table.name not in self.referenced:
            self.referenced[table.name] = _read_referenced(self.session, table)
        return self.referenced[table.name]


def find_conflicts(session: Session, rows: List[RowChange]) -> Tuple[bool, List[Conflict]]:
    """Return whether every row of a transaction could be looked for, and what of this server stands against them."""
    search = _Search(session)
    found = [conflict for row in rows for conflict in search.look_at(row)]
    return search.is_whole, found
