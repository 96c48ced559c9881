# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The collection's own schema on every member.

``twoway.canary`` is replicated: each member writes its own row, and its peer sees it arrive.
``twoway.seed`` is not: it marks this member's data as half imported, or tells where they came from.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from ._connection import Session
from ._dialect.statement import sql
from ._executor import writable
from ._read.data import BOOKKEEPING_SCHEMA

_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS twoway DEFAULT CHARACTER SET utf8mb4",
    "CREATE TABLE IF NOT EXISTS twoway.canary (server_id INT UNSIGNED NOT NULL PRIMARY KEY,"
    " token VARCHAR(64) NOT NULL, sent_at DECIMAL(20,6) NOT NULL) ENGINE = InnoDB",
    "CREATE TABLE IF NOT EXISTS twoway.seed (only_row TINYINT NOT NULL PRIMARY KEY, mark LONGTEXT NOT NULL)"
    " ENGINE = InnoDB",
)


def has_bookkeeping(session: Session) -> bool:
    """Return whether all tables of the schema exist."""
    question = sql(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ('canary', 'seed')",
        BOOKKEEPING_SCHEMA,
    )
    return int(session.value(question, "look for the bookkeeping tables")) == 2


def ensure_bookkeeping(session: Session) -> None:
    """Make the schema and its tables on this member alone."""
    with writable(session):
        for statement in _TABLES:
            session.query(sql(statement), "make the bookkeeping tables")


def read_seed_mark(session: Session) -> Optional[Dict[str, Any]]:
    """Return the mark of this member's seed, ``None`` when it was never seeded.

    Keys: ``state`` (``importing``, ``done``), ``donor``, ``method``, ``schemas``, and when done ``coordinates``
    (``gtid``, ``file``, ``position`` in the donor's binary log), ``binlog`` and ``own`` (the member's own, right after
    the seed), and ``compared`` once the content was found equal to the donor's.
    """
    text = session.value(sql("SELECT mark FROM twoway.seed WHERE only_row = 1"), "read the mark of the seed")
    return json.loads(text) if text else None


def find_seed_mark(session: Session) -> Optional[Dict[str, Any]]:
    """Return the mark of this member's seed, also where the schema may not exist yet."""
    return read_seed_mark(session) if has_bookkeeping(session) else None


def write_seed_mark(session: Session, mark: Dict[str, Any]) -> None:
    """Replace the mark. The session must be :func:`_executor.writable` and unlogged."""
    statement = sql("REPLACE INTO twoway.seed (only_row, mark) VALUES (1, {})", json.dumps(mark, sort_keys=True))
    session.query(statement, "mark the state of the seed")


def note_comparison(session: Session) -> None:
    """Note in the mark of a finished seed that its content was found equal; without a mark there is nothing to note."""
    mark = find_seed_mark(session)
    if mark and mark["state"] == "done" and not mark.get("compared"):
        with writable(session):
            write_seed_mark(session, {**mark, "compared": True})
