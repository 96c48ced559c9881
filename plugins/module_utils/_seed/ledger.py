# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a run after a kill has to know of a copy of rows: which tables are whole, and which settings it changed."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Optional, Sequence, Set

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
    before = hold_setting(session, "local_infile", "ON")
    try:
        yield
    finally:
        release_setting(session, "local_infile", before)


def hold_setting(session: Session, name: str, value: str) -> Optional[str]:
    """Switch a global variable on or off for a while, and return what :func:`release_setting` gives it back.

    ``None`` where it is so already. After a kill it is the value before the killed run.
    """
    noted = read_state(session, TOUCHED) or {}
    before = str(noted.get(name) or session.variables()[name])
    if is_on(before) == is_on(value):
        return None
    path = state_path(session, TOUCHED)
    if path:
        # For the run after one that is killed meanwhile.
        write_state(path, {**noted, name: before})
    session.query(sql("SET GLOBAL {} = {}", Identifier(name), value), "set %s for the time of the seed" % name)
    return before


def release_setting(session: Session, name: str, before: Optional[str]) -> None:
    """Give a global variable the value back that it had; ``None`` for one that was not changed."""
    if before is None:
        return
    session.query(sql("SET GLOBAL {} = {}", Identifier(name), before), "give %s its value back" % name)
    left = {other: value for other, value in (read_state(session, TOUCHED) or {}).items() if other != name}
    path = state_path(session, TOUCHED)
    if path and left:
        write_state(path, left)
    else:
        forget_state(session, TOUCHED)


def restore_settings(session: Session, kept: Sequence[str] = ()) -> None:
    """Give the settings that a killed run had changed their values back; none is no error.

    :param kept: those that this run is going to hold as well.
    """
    for name, value in (read_state(session, TOUCHED) or {}).items():
        if name not in kept:
            release_setting(session, name, str(value))
