# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads which tables a member has, how their rows are found, and what two members have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Collection, Dict, List, Optional, Sequence, Tuple

from .._connection import Session
from .._dialect.statement import Identifier, sql
from .._read.data import NOT_USER_DATA, NOT_USER_SCHEMAS, TRANSACTIONAL_ENGINES, see_fresh_sizes
from .columns import Column, form_of

Name = Tuple[str, str]
"""Schema and table."""


@dataclass(frozen=True)
class Table:
    """A table with rows of its own.

    :ivar key: the columns that name a row; empty where none do.
    :ivar key_name: the key's name on this member.
    :ivar row_bytes: the server's estimate of a row's size.
    :ivar has_triggers: whether a change of a row sets off more.
    :ivar is_transactional: whether its engine takes changes back.
    :ivar is_versioned: whether the server keeps what its rows were before.
    """

    name: Name
    columns: Tuple[Column, ...]
    key: Tuple[Column, ...] = ()
    key_name: str = ""
    row_bytes: int = 0
    has_triggers: bool = False
    is_transactional: bool = True
    is_versioned: bool = False

    @property
    def quoted(self) -> str:
        """The name as SQL."""
        return sql("{}.{}", Identifier(self.name[0]), Identifier(self.name[1])).text

    @property
    def bounds_chunks(self) -> bool:
        """Whether the rows can be read in pieces."""
        return bool(self.key) and all(column.bounds_chunks for column in self.key)

    @property
    def rows_from(self) -> str:
        """The table in the order of its key, as SQL: a server left to itself might read all of it for a piece."""
        if not self.bounds_chunks:
            return self.quoted
        return "%s FORCE INDEX (%s)" % (self.quoted, sql("{}", Identifier(self.key_name)).text)


@dataclass(frozen=True)
class Choice:
    """Which tables are compared; nothing named means all.

    :ivar exclude: names of schemas, or of tables as ``schema.table``.
    """

    schemas: Sequence[str] = ()
    tables: Sequence[str] = ()
    exclude: Sequence[str] = ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.schemas or self.tables or self.exclude)

    def includes(self, name: Name) -> bool:
        """Return whether a table is compared.

        >>> Choice(tables=["a.b"]).includes(("a", "b")), Choice(exclude=["a"]).includes(("a", "b"))
        (True, False)
        """
        full = "%s.%s" % name
        if name[0] in self.exclude or full in self.exclude:
            return False
        return not (self.schemas or self.tables) or name[0] in self.schemas or full in self.tables

    def without_table(self, names: Collection[Name]) -> List[str]:
        """Return what is named and none of these tables is meant by, in words; what is never compared is not missed.

        >>> Choice(schemas=["a", "b"], tables=["c.d", "c.e"]).without_table([("a", "x"), ("c", "d")])
        ['schema b', 'table c.e']
        """
        schemas = {name[0] for name in names}.union(NOT_USER_SCHEMAS)
        full = {"%s.%s" % name for name in names}
        tables = [table for table in self.tables if table not in full and table.split(".")[0] not in NOT_USER_SCHEMAS]
        return ["schema " + name for name in self.schemas if name not in schemas] + ["table " + name for name in tables]


_WHERE = "TABLE_SCHEMA NOT IN ({})"


def _ask(session: Session, template: str, action: str) -> List[Dict[str, Any]]:
    return session.query(sql(template.replace("%W", _WHERE), NOT_USER_DATA), action)


def read_tables(session: Session, choice: Choice) -> Dict[Name, Table]:
    """Return the chosen tables of users."""
    see_fresh_sizes(session)
    columns = _read_columns(session)
    keys = _read_keys(session)
    triggered = {
        (row["s"], row["t"])
        for row in _ask(
            session,
            "SELECT DISTINCT EVENT_OBJECT_SCHEMA AS s, EVENT_OBJECT_TABLE AS t FROM information_schema.TRIGGERS"
            " WHERE EVENT_OBJECT_SCHEMA NOT IN ({})",
            "list the triggers",
        )
    }
    question = (
        "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, AVG_ROW_LENGTH AS bytes, ENGINE AS engine, TABLE_TYPE AS kind"
        " FROM information_schema.TABLES"
        " WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND %W ORDER BY TABLE_SCHEMA, TABLE_NAME"
    )
    tables = {}
    for row in _ask(session, question, "list the tables"):
        name = (row["s"], row["t"])
        # One without columns was made since these were listed.
        if choice.includes(name) and name in columns:
            key_name, key = _best_key(keys.get(name, {}), {column.name: column for column in columns[name]})
            tables[name] = Table(
                name,
                tuple(column for column in columns[name] if not column.is_period),
                key,
                key_name,
                int(row["bytes"] or 0),
                name in triggered,
                row["engine"] in TRANSACTIONAL_ENGINES,
                row["kind"] == "SYSTEM VERSIONED",
            )
    return tables


def read_sequences(session: Session, choice: Choice) -> List[Name]:
    """Return the chosen sequences: they are listed as tables, and have a state instead of rows."""
    question = (
        "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES WHERE TABLE_TYPE = 'SEQUENCE' AND %W"
    )
    names = [(row["s"], row["t"]) for row in _ask(session, question, "list the sequences")]
    return [name for name in names if choice.includes(name)]


def _read_columns(session: Session) -> Dict[Name, List[Column]]:
    question = (
        "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, DATA_TYPE AS kind, CHARACTER_SET_NAME AS charset,"
        " COLLATION_NAME AS collation, IS_NULLABLE AS nullable, COALESCE(GENERATION_EXPRESSION, '') <> '' AS is_made,"
        " COLUMN_TYPE AS type, COALESCE(GENERATION_EXPRESSION, '') IN ('ROW START', 'ROW END') AS is_period"
        " FROM information_schema.COLUMNS WHERE %W ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
    )
    columns: Dict[Name, List[Column]] = {}
    for row in _ask(session, question, "list the columns"):
        kind = str(row["kind"]).lower()
        column = Column(
            row["c"],
            kind,
            row["charset"],
            row["collation"],
            row["nullable"] == "YES",
            form_of(kind, str(row["type"])),
            bool(row["is_made"]),
            bool(row["is_period"]),
        )
        columns.setdefault((row["s"], row["t"]), []).append(column)
    return columns


Keys = Dict[str, List[Optional[str]]]
"""Columns by name of the key; ``None`` for a part that is no whole column without NULL."""


def _read_keys(session: Session) -> Dict[Name, Keys]:
    question = (
        "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, INDEX_NAME AS k,"
        " IF(SUB_PART IS NULL AND NULLABLE <> 'YES', COLUMN_NAME, NULL) AS c FROM information_schema.STATISTICS"
        # A hidden one cannot be forced.
        " WHERE NON_UNIQUE = 0 AND %H AND %W"
        " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX"
    )
    keys: Dict[Name, Keys] = {}
    for row in _ask(session, question.replace("%H", session.dialect.index_may_be_used()), "list the keys"):
        keys.setdefault((row["s"], row["t"]), {}).setdefault(row["k"], []).append(row["c"])
    return keys


def _best_key(keys: Keys, columns: Dict[str, Column]) -> Tuple[str, Tuple[Column, ...]]:
    """Return the first key whose order can be used, else the first that names rows at all."""
    # A key of a column that is not known was made since the columns were listed.
    usable = [
        # Of the rows that count now, each ends at the same time.
        (name, tuple(columns[part] for part in parts if part and not columns[part].is_period))
        for name, parts in keys.items()
        if all(part in columns for part in parts)
    ]
    ordered = [(name, key) for name, key in usable if all(column.bounds_chunks for column in key)]
    return next(iter(ordered or usable), ("", ()))


@dataclass(frozen=True)
class Shared:
    """A table that both members have, with the same columns."""

    source: Table
    replica: Table

    @property
    def name(self) -> Name:
        """Schema and table."""
        return self.source.name


def share(source: Table, replica: Table) -> Shared:
    """Return both in one shape: NULL counts where either member allows it, and rows are named by one key.

    The columns of both must be the same.
    """
    nullable = {column.name for table in (source, replica) for column in table.columns if column.nullable}
    columns = tuple(replace(column, nullable=column.name in nullable) for column in source.columns)
    same_key = [column.name for column in source.key] == [column.name for column in replica.key]
    key = source.key if same_key else ()

    def shaped(table: Table) -> Table:
        return replace(table, columns=columns, key=key, key_name=table.key_name if key else "")

    return Shared(shaped(source), shaped(replica))


def shape_now(before: Shared, source: Optional[Table], replica: Optional[Table]) -> Optional[Shared]:
    """Return the shape of a table that was listed anew; ``None`` where it has not the columns any more that it had."""
    if source is None or replica is None or differing_columns(source, replica):
        return None
    now = share(source, replica)
    return now if now.source.columns == before.source.columns else None


def differing_columns(source: Table, replica: Table) -> List[str]:
    """Return the columns that are not defined alike, or that one member lacks, in the order of their names."""
    definitions = [{column.name: column.definition for column in table.columns} for table in (source, replica)]
    names = set(definitions[0]) | set(definitions[1])
    return sorted(name for name in names if definitions[0].get(name) != definitions[1].get(name))
