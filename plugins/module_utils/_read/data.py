# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads which user data a server holds."""

from __future__ import annotations

from typing import Any, Dict, List

from .._connection import Session
from .._dialect.statement import Identifier, Raw, quote_literal, sql

BOOKKEEPING_SCHEMA = "twoway"
"""The collection's own schema: canaries, which are replicated, and marks of seeds, which are not."""

_SYSTEM_SCHEMAS = ("mysql", "sys", "information_schema", "performance_schema")

NOT_USER_SCHEMAS = (*_SYSTEM_SCHEMAS, BOOKKEEPING_SCHEMA)
NOT_USER_DATA = Raw(", ".join(quote_literal(name) for name in NOT_USER_SCHEMAS))
"""The schemas that hold no data of users, as a list in SQL."""

TRANSACTIONAL_ENGINES = frozenset({"InnoDB", "ROCKSDB", "TokuDB"})


def see_fresh_sizes(session: Session) -> None:
    """Have a session see sizes of tables as they are, and not as its server noted them up to a day ago."""
    fresh = session.dialect.fresh_statistics()
    if fresh:
        session.query(fresh, "ask for fresh sizes of tables")


def read_schemas(session: Session) -> List[Dict[str, Any]]:
    """Return the schemas of users.

    Keys: ``name``, number of ``tables``, ``routines`` and ``events``, ``size_bytes``, number of tables by ``engines``.
    Sizes are the server's estimates. A schema without any of these is there all the same, one made meanwhile is not.
    """
    schemas: Dict[str, Dict[str, Any]] = {
        row["name"]: {"name": row["name"], "tables": 0, "routines": 0, "events": 0, "size_bytes": 0, "engines": {}}
        for row in session.query(
            sql(
                "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ({})"
                " ORDER BY SCHEMA_NAME",
                NOT_USER_DATA,
            ),
            "list the schemas",
        )
    }
    for row in session.query(
        sql(
            "SELECT TABLE_SCHEMA AS name, COALESCE(ENGINE, 'VIEW') AS engine, COUNT(*) AS tables_count,"
            " CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED) AS size_bytes"
            " FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN ({}) GROUP BY TABLE_SCHEMA, ENGINE",
            NOT_USER_DATA,
        ),
        "measure the tables",
    ):
        schema = schemas.get(row["name"])
        if schema:
            schema["tables"] += int(row["tables_count"])
            schema["size_bytes"] += int(row["size_bytes"])
            schema["engines"][row["engine"]] = int(row["tables_count"])
    for what, column in (("routines", "ROUTINE_SCHEMA"), ("events", "EVENT_SCHEMA")):
        question = "SELECT {} AS name, COUNT(*) AS found FROM information_schema.{} WHERE {} NOT IN ({}) GROUP BY {}"
        names = Identifier(column), Identifier(what.upper()), Identifier(column), NOT_USER_DATA, Identifier(column)
        for row in session.query(sql(question, *names), "count the %s" % what):
            if row["name"] in schemas:
                schemas[row["name"]][what] = int(row["found"])
    return list(schemas.values())


def holds_data(schema: Dict[str, Any]) -> bool:
    """Return whether a schema of :func:`read_schemas` holds anything that could be lost."""
    return bool(schema["tables"] or schema["routines"] or schema["events"])


def non_transactional_engines(schemas: List[Dict[str, Any]]) -> List[str]:
    """Return the engines in use that have no consistent snapshot, sorted.

    >>> non_transactional_engines([{"engines": {"InnoDB": 3, "MyISAM": 1, "VIEW": 2}}])
    ['MyISAM']
    """
    used = {engine for schema in schemas for engine in schema["engines"]}
    return sorted(used - TRANSACTIONAL_ENGINES - {"VIEW"})


_MOST_SHOWN = 3


def outlying_tables(session: Session) -> List[str]:
    """Return, as an obstacle to a copy of a server's files, which tables have theirs outside of its data directory.

    Such a file would not be copied, or would be put where the recipient has something else.
    """
    inside = session.variables()["datadir"].rstrip("/") + "/"
    rows = session.query(session.dialect.read_table_files(), "list the files of the tables")
    paths = sorted(str(row["path"]) for row in rows)
    outside = [path for path in paths if path.startswith("/") and not path.startswith(inside)]
    if not outside:
        return []
    more = " and %d more" % (len(outside) - _MOST_SHOWN) if len(outside) > _MOST_SHOWN else ""
    return [
        "the donor has tables outside of its data directory (%s%s)" % (", ".join(outside[:_MOST_SHOWN]), more),
    ]


_AUDITS = {
    "tables_without_primary_key": (
        "SELECT CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME) AS name FROM information_schema.TABLES AS t"
        " LEFT JOIN information_schema.TABLE_CONSTRAINTS AS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA"
        " AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY'"
        " WHERE t.TABLE_TYPE = 'BASE TABLE' AND c.CONSTRAINT_NAME IS NULL AND t.TABLE_SCHEMA NOT IN ({}) ORDER BY name"
    ),
    "tables_with_further_unique_keys": (
        "SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLE_CONSTRAINTS"
        " WHERE CONSTRAINT_TYPE = 'UNIQUE' AND TABLE_SCHEMA NOT IN ({}) ORDER BY name"
    ),
    "tables_with_cascades": (
        "SELECT DISTINCT CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME) AS name"
        " FROM information_schema.REFERENTIAL_CONSTRAINTS"
        " WHERE (DELETE_RULE IN ('CASCADE', 'SET NULL') OR UPDATE_RULE IN ('CASCADE', 'SET NULL'))"
        " AND CONSTRAINT_SCHEMA NOT IN ({}) ORDER BY name"
    ),
    "tables_with_triggers": (
        "SELECT DISTINCT CONCAT(EVENT_OBJECT_SCHEMA, '.', EVENT_OBJECT_TABLE) AS name FROM information_schema.TRIGGERS"
        " WHERE EVENT_OBJECT_SCHEMA NOT IN ({}) ORDER BY name"
    ),
}


def read_audit(session: Session) -> Dict[str, List[str]]:
    """Return, by problem, the tables that two writers can make differ without an error."""
    return {
        problem: [row["name"] for row in session.query(sql(question, NOT_USER_DATA), "audit the tables")]
        for problem, question in _AUDITS.items()
    }


def read_enabled_events(session: Session) -> List[str]:
    """Return the events of users that run on this server whenever its scheduler does."""
    question = (
        "SELECT CONCAT(EVENT_SCHEMA, '.', EVENT_NAME) AS name FROM information_schema.EVENTS"
        " WHERE STATUS = 'ENABLED' AND EVENT_SCHEMA NOT IN ({}) ORDER BY name"
    )
    return [row["name"] for row in session.query(sql(question, NOT_USER_DATA), "read the events")]
