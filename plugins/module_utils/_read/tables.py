# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads what a donor's tables are made of, as far as a copy of their rows needs it."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from .._connection import Session
from .._dialect.bulk_rows import Column, Table
from .._dialect.statement import Identifier, Raw, quote_literal, sql
from .._errors import ServerError
from .data import BOOKKEEPING_SCHEMA, NOT_USER_DATA

_WHOLE_NUMBERS = frozenset("tinyint smallint mediumint int bigint".split())
#: Tables that are about one member alone.
_NOT_COPIED = frozenset({(BOOKKEEPING_SCHEMA, "seed"), (BOOKKEEPING_SCHEMA, "seed_table")})

_VIEW_INVALID = 1356
_OBJECTS = {
    "view": (
        "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS o FROM information_schema.TABLES"
        " WHERE TABLE_TYPE = 'VIEW' AND TABLE_SCHEMA"
    ),
    "routine": "SELECT ROUTINE_SCHEMA AS s, ROUTINE_NAME AS o FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA",
    "event": "SELECT EVENT_SCHEMA AS s, EVENT_NAME AS o FROM information_schema.EVENTS WHERE EVENT_SCHEMA",
    "trigger": "SELECT TRIGGER_SCHEMA AS s, TRIGGER_NAME AS o FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA",
}


def _among(schemas: Sequence[str]) -> Raw:
    return Raw(", ".join(quote_literal(name) for name in schemas) or "NULL")


def read_table_sizes(session: Session, schemas: Sequence[str]) -> Dict[Table, int]:
    """Return the tables of the schemas with the server's estimate of how many bytes their rows take."""
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COALESCE(DATA_LENGTH, 0) AS size FROM information_schema.TABLES"
            " WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA IN ({})",
            _among(schemas),
        ),
        "list the tables",
    )
    tables = {(row["s"], row["t"]): int(row["size"]) for row in rows}
    return {table: size for table, size in tables.items() if table not in _NOT_COPIED}


def read_special_tables(session: Session, schemas: Sequence[str]) -> List[str]:
    """Return the tables of the schemas that are more than their rows, and are no views: sequences, for example."""
    rows = session.query(
        sql(
            "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES"
            " WHERE TABLE_TYPE NOT IN ('BASE TABLE', 'VIEW') AND TABLE_SCHEMA IN ({}) ORDER BY name",
            _among(schemas),
        ),
        "look for tables of other kinds",
    )
    return [str(row["name"]) for row in rows]


def read_views(session: Session, schemas: Sequence[str]) -> List[Table]:
    """Return the views of the schemas."""
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES"
            " WHERE TABLE_TYPE = 'VIEW' AND TABLE_SCHEMA IN ({})",
            _among(schemas),
        ),
        "list the views",
    )
    return [(row["s"], row["t"]) for row in rows]


def read_versioned_tables(session: Session, schemas: Sequence[str]) -> Dict[str, bool]:
    """Return the tables of the schemas that keep their earlier rows, and whether by number of a transaction."""
    versioned = session.query(
        sql(
            "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES"
            " WHERE TABLE_TYPE = 'SYSTEM VERSIONED' AND TABLE_SCHEMA IN ({}) ORDER BY name",
            _among(schemas),
        ),
        "look for tables with a history",
    )
    if not versioned:
        return {}
    numbered = session.query(
        sql(
            "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.COLUMNS"
            " WHERE GENERATION_EXPRESSION = 'ROW START' AND DATA_TYPE = 'bigint' AND TABLE_SCHEMA IN ({})",
            _among(schemas),
        ),
        "look for tables with a history by transaction",
    )
    return {str(row["name"]): row in numbered for row in versioned}


def read_broken_views(session: Session) -> List[Table]:
    """Return the views of users that cannot be opened, because something that they are made of is gone."""
    # Only who is asked for a number of rows as well opens a view for its comment.
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES WHERE TABLE_TYPE = 'VIEW'"
            " AND TABLE_ROWS IS NULL AND TABLE_COMMENT <> 'VIEW' AND TABLE_SCHEMA NOT IN ({}) ORDER BY s, t",
            NOT_USER_DATA,
        ),
        "look for views that cannot be opened",
    )
    return [view for view in ((row["s"], row["t"]) for row in rows) if _is_broken(session, view)]


def _is_broken(session: Session, view: Table) -> bool:
    try:
        session.query(sql("SHOW COLUMNS FROM {}.{}", *map(Identifier, view)), "open the view %s.%s" % view)
    except ServerError as error:
        if error.errno != _VIEW_INVALID:
            raise
        return True
    return False


def read_view_definition(session: Session, view: Table) -> str:
    """Return the statement that would make a view, which may be one that cannot be opened."""
    session.query(sql("SET SESSION sql_quote_show_create = 1"), "have names quoted")
    question = sql("SHOW CREATE VIEW {}.{}", *map(Identifier, view))
    return str(session.query(question, "read the definition of the view %s.%s" % view)[0]["Create View"])


def read_objects(session: Session) -> Set[str]:
    """Return what belongs to the schemas of users besides tables, each with its kind and name."""
    return {
        "%s %s.%s" % (kind, row["s"], row["o"])
        for kind, question in _OBJECTS.items()
        for row in session.query(sql(question + " NOT IN ({})", NOT_USER_DATA), "list each %s" % kind)
    }


def read_stored_columns(session: Session, schemas: Sequence[str]) -> Dict[Table, List[Column]]:
    """Return the columns of all tables of the schemas that are not computed from others."""
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, LOWER(DATA_TYPE) AS kind, IS_NULLABLE AS n,"
            " CHARACTER_OCTET_LENGTH AS octets, LOWER(EXTRA) AS extra FROM information_schema.COLUMNS"
            " WHERE COALESCE(GENERATION_EXPRESSION, '') = '' AND TABLE_SCHEMA IN ({})"
            " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
            _among(schemas),
        ),
        "list the columns",
    )
    tables: Dict[Table, List[Column]] = {}
    for row in rows:
        tables.setdefault((row["s"], row["t"]), []).append(_column(row))
    return tables


def _column(row: Mapping[str, Any]) -> Column:
    kind = row["kind"].decode() if isinstance(row["kind"], bytes) else str(row["kind"])
    octets, is_counted = row["octets"], "auto_increment" in str(row["extra"])
    return Column(row["c"], kind, row["n"] == "YES", None if octets is None else int(octets), is_counted)


def read_indexes(session: Session, schemas: Sequence[str]) -> Dict[Table, Dict[str, str]]:
    """Return the indexes of all tables of the schemas, each with its first column; an expression has none."""
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, INDEX_NAME AS i, COLUMN_NAME AS c"
            " FROM information_schema.STATISTICS WHERE SEQ_IN_INDEX = 1 AND TABLE_SCHEMA IN ({})",
            _among(schemas),
        ),
        "list the indexes",
    )
    tables: Dict[Table, Dict[str, str]] = {}
    for row in rows:
        tables.setdefault((row["s"], row["t"]), {})[row["i"]] = row["c"] or ""
    return tables


def read_foreign_keys(session: Session, schemas: Sequence[str]) -> Dict[Table, Set[str]]:
    """Return the names of the foreign keys of all tables of the schemas."""
    rows = session.query(
        sql(
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, CONSTRAINT_NAME AS k FROM information_schema.TABLE_CONSTRAINTS"
            " WHERE CONSTRAINT_TYPE = 'FOREIGN KEY' AND TABLE_SCHEMA IN ({})",
            _among(schemas),
        ),
        "list the foreign keys",
    )
    tables: Dict[Table, Set[str]] = {}
    for row in rows:
        tables.setdefault((row["s"], row["t"]), set()).add(row["k"])
    return tables


def whole_number_key(columns: Sequence[Column], indexes: Mapping[str, str]) -> Optional[str]:
    """Return the column of whole numbers that the rows are sorted by; ``None`` where there is none.

    >>> whole_number_key([Column("id", "int", False), Column("a", "char", False)], {"PRIMARY": "id", "k": "a"})
    'id'
    >>> whole_number_key([Column("a", "char", False)], {"PRIMARY": "a"})
    """
    first = indexes.get("PRIMARY")
    return next((column.name for column in columns if column.name == first and column.kind in _WHOLE_NUMBERS), None)


def read_limits(session: Session, table: Table, key: str) -> Optional[Tuple[int, int]]:
    """Return the smallest and the largest key of a table; ``None`` for one without rows."""
    name = Identifier(key)
    question = sql("SELECT MIN({}) AS smallest, MAX({}) AS largest FROM {}.{}", name, name, *map(Identifier, table))
    row = session.query(question, "find the limits of %s.%s" % table)[0]
    return None if row["smallest"] is None else (int(row["smallest"]), int(row["largest"]))


def read_definition(session: Session, table: Table) -> str:
    """Return the statement that makes a table."""
    question = sql("SHOW CREATE TABLE {}.{}", *map(Identifier, table))
    return str(session.query(question, "read the definition of %s.%s" % table)[0]["Create Table"])
