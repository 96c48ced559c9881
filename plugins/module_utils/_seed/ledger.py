# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a run after a kill has to know of a copy of rows: which tables are whole, and which settings it changed."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Set

from .._bookkeeping import forget_state, read_state, state_path, write_state
from .._connection import Session
from .._dialect.bulk_rows import Table
from .._dialect.statement import Identifier, sql
from .._state.variables import is_on

TOUCHED = "touched"
"""Global variables of the recipient that a seed has set, with their values before."""

_MAKE = (
    "CREATE TABLE IF NOT EXISTS twoway.seed_table (snapshot CHAR(64) NOT NULL, table_schema VARCHAR(64) NOT NULL,"
    " table_name VARCHAR(64) NOT NULL, PRIMARY KEY (table_schema, table_name))"
    " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
)


def _digest(coordinates: Dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(coordinates, sort_keys=True).encode()).hexdigest()


def finished_tables(session: Session, coordinates: Dict[str, Any]) -> Set[Table]:
    """Return the tables that an earlier run copied whole from a snapshot of the donor at this very place."""
    exists = sql(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'twoway' AND TABLE_NAME = 'seed_table'"
    )
    if not coordinates or not session.value(exists, "look for finished tables"):
        return set()
    question = sql("SELECT table_schema AS s, table_name AS t FROM twoway.seed_table WHERE snapshot = {}",
                   _digest(coordinates))  # fmt: skip
    return {(row["s"], row["t"]) for row in session.query(question, "list the finished tables")}


def begin_ledger(session: Session, coordinates: Dict[str, Any]) -> None:
    """Forget the tables of other snapshots."""
    session.query(sql(_MAKE), "make the list of finished tables")
    forget = sql("DELETE FROM twoway.seed_table WHERE snapshot <> {}", _digest(coordinates))
    session.query(forget, "forget the tables of an earlier copy")


def note_table(session: Session, coordinates: Dict[str, Any], table: Table) -> None:
    """Note that a table is whole: its rows are committed, and its indexes made."""
    statement = sql("REPLACE INTO twoway.seed_table VALUES ({}, {}, {})", _digest(coordinates), *table)
    session.query(statement, "note that %s.%s is finished" % table)


def end_ledger(session: Session) -> None:
    """Forget all of it: from here on only the whole copy counts."""
    session.query(sql("DROP TABLE IF EXISTS twoway.seed_table"), "remove the list of finished tables")


@contextmanager
def rows_accepted(session: Session) -> Iterator[None]:
    """Let clients send rows to a server that has that switched off; afterwards it is as it was, whatever happens."""
    restore_settings(session)
    before = session.variables()["local_infile"]
    if is_on(before):
        yield
        return
    path = state_path(session, TOUCHED)
    if path:
        # For the run after one that is killed in here.
        write_state(path, {"local_infile": before})
    session.query(sql("SET GLOBAL local_infile = ON"), "let rows be sent to the recipient")
    try:
        yield
    finally:
        session.query(sql("SET GLOBAL local_infile = OFF"), "end that rows can be sent to the recipient")
        forget_state(session, TOUCHED)


def restore_settings(session: Session) -> None:
    """Give the settings that a killed run had changed their values back; none is no error."""
    for name, value in (read_state(session, TOUCHED) or {}).items():
        session.query(sql("SET GLOBAL {} = {}", Identifier(name), value), "give %s its value back" % name)
    forget_state(session, TOUCHED)
