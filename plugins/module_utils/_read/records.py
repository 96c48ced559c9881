# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads what earlier runs left on a member: its last canaries, its last comparison, and what was skipped there."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterator, List, Optional

from .._bookkeeping import STATE_FOLDER
from .._connection import Session
from .._dialect.statement import sql
from .._state.comparison import begin_of

LEDGER = "skipped.jsonl"
_MOST_SKIPPED = 20
_MOST_DIFFERENT = 20


def read_canaries(session: Session) -> List[Dict[str, Any]]:
    """Return the last canary of each server that this member has seen: ``server_id``, ``sent_at`` (Unix time)."""
    rows = session.query(
        sql("SELECT server_id, sent_at FROM twoway.canary ORDER BY server_id"), "read the last canaries"
    )
    return [{"server_id": int(row["server_id"]), "sent_at": float(row["sent_at"])} for row in rows]


def read_comparison(folder: str = STATE_FOLDER) -> Optional[Dict[str, Any]]:
    """Return the last comparison that this member's host keeps, ``None`` when there was none.

    Keys: ``at`` (when it ended), ``begun_at`` (``None`` where the record does not tell), ``source``, ``is_equal``, the
    number of ``tables`` and the names of some that are ``different``.

    :raises OSError: when this process may not read it, or cannot: that there is none would not be known.
    """
    try:
        with open(os.path.join(folder, "compare.json"), encoding="utf-8") as file:
            kept = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(kept, dict):
        return None
    tables = [table for table in kept.get("tables") or [] if isinstance(table, dict)]
    different = [
        "%s.%s" % (table.get("schema"), table.get("table")) for table in tables if table.get("result") != "equal"
    ]
    return {
        "at": kept.get("at"),
        "begun_at": begin_of(kept.get("at"), kept.get("seconds")),
        "source": kept.get("source"),
        "is_equal": kept.get("is_equal"),
        "tables": len(tables),
        "different": different[:_MOST_DIFFERENT],
    }


def read_skipped(folder: str = STATE_FOLDER) -> Dict[str, Any]:
    """Return the ledger of transactions that were skipped on this member: their ``count``, and the ``last`` ones."""
    entries = list(read_ledger(folder))
    return {"count": len(entries), "last": entries[-_MOST_SKIPPED:]}


def read_ledger(folder: str = STATE_FOLDER) -> Iterator[Dict[str, Any]]:
    """Yield the entries of the ledger of skipped transactions, the oldest first.

    :raises OSError: when this process may not read it, or cannot: that nothing was skipped would not be known.
    """
    try:
        with open(os.path.join(folder, LEDGER), encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            # A line that a crash cut short is a skipped transaction all the same.
            entry = {"reason": "this line of the ledger cannot be read"}
        if isinstance(entry, dict):
            yield entry
