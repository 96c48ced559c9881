# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Sessions that a closing gate meets in the middle of a write.

A statement that writes keeps the gate from closing, and all other writes wait behind the attempt. An open transaction
does not: it fails at its next write or its commit; but not on MariaDB, where its account has a privilege for that.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ._connection import Session
from ._dialect.statement import sql
from ._errors import Refused, ServerError
from ._wait import wait_for

_RUNNING = ("Query", "Execute")
_LONG_SECONDS = 1
"""What is done sooner is in nobody's way."""

# How statements begin that change nothing, whatever comments and brackets stand before; and what no gate closes behind
# all the same.
_BEFORE = r"(?:[\s(]|/\*(?:[^*]|\*(?!/))*\*/|(?:\#|--(?=\s))[^\n]*(?:\n|$))*"
_READING = re.compile(_BEFORE + r"(?:SELECT|SHOW|DO|SET|USE|WITH|TABLE|VALUES|EXPLAIN|DESCRIBE|KILL)\b", re.I)
_LOCKING = re.compile(r"\bFOR\s+UPDATE\b|^%sWITH\b.*\b(?:UPDATE|DELETE)\b" % _BEFORE, re.I | re.DOTALL)
_NO_SUCH_SESSION = 1094

# Transactions are dated in the time zone of the server's host, whatever that of the session is.
_WORK = sql(
    "SELECT p.ID AS session, p.USER AS user, p.HOST AS host, p.COMMAND AS command, p.TIME AS statement_seconds,"
    " COALESCE(p.INFO, '') AS statement, COALESCE(t.trx_rows_modified, 0) AS changed_rows,"
    " COALESCE(TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')), 0)"
    " AS transaction_seconds,"
    " QUOTE(p.USER) IN (SELECT SUBSTRING_INDEX(GRANTEE, '@', 1) FROM information_schema.USER_PRIVILEGES"
    " WHERE PRIVILEGE_TYPE IN ('READ_ONLY ADMIN', 'SUPER')) AS is_administrator"
    " FROM information_schema.PROCESSLIST p"
    " LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID"
    " WHERE p.ID <> CONNECTION_ID() AND p.USER NOT IN ('system user', 'event_scheduler')"
    " AND p.COMMAND NOT LIKE 'Binlog Dump%'"
)


def may_write(statement: str) -> bool:
    """Return whether a gate may have to wait for a statement.

    >>> [may_write(text) for text in ("UPDATE t SET a = 1", "/* SELECT */ delete from t", "SELECT a FROM t FOR UPDATE")]
    [True, True, True]
    >>> [may_write(text) for text in ("-- a\\n(SELECT 1)", "/** x **/ select/*y*/1", "WITH c AS (SELECT 1) TABLE c")]
    [False, False, False]
    >>> [may_write(text) for text in ("# select\\nDELETE FROM t", "WITH c AS (SELECT 1) DELETE FROM t", "")]
    [True, True, True]
    """
    return not _READING.match(statement) or bool(_LOCKING.search(statement))


@dataclass(frozen=True)
class Work:
    """A session in the middle of a write.

    :ivar account: who works, and from where.
    :ivar is_running: whether a statement runs that may write, so that the gate does not close.
    :ivar passes_gate: whether an account of that name writes through a closed gate. What comes through a role is not
        known.
    :ivar seconds: how old the transaction is, or the statement.
    :ivar changed_rows: rows that the transaction has changed so far.
    """

    session: int
    account: str
    is_running: bool
    passes_gate: bool
    seconds: int
    changed_rows: int

    def as_dict(self, end: Optional[str]) -> Dict[str, Any]:
        """Return it in the shape that results use.

        :param end: what became of it; ``None`` where nothing has.
        """
        return {
            "session": self.session,
            "account": self.account,
            "seconds": self.seconds,
            "changed_rows": self.changed_rows,
            "is_running": self.is_running,
            "end": end,
        }


def read_work(session: Session) -> List[Work]:
    """Return the sessions that have been in the middle of a write for long, the oldest first."""
    holds_all = session.dialect.lift_gate() is not None
    found = [_work(row, holds_all) for row in session.query(_WORK, "look for transactions that are open")]
    long = [work for work in found if work.seconds >= _LONG_SECONDS and (work.is_running or work.changed_rows)]
    return sorted(long, key=lambda work: -work.seconds)


def _work(row: Dict[str, Any], holds_all: bool) -> Work:
    is_running = row["command"] in _RUNNING and may_write(str(row["statement"]))
    return Work(
        session=int(row["session"]),
        account="%s@%s" % (row["user"], str(row["host"]).rsplit(":", 1)[0]),
        is_running=is_running,
        passes_gate=bool(row["is_administrator"]) and not holds_all,
        seconds=max(int(row["transaction_seconds"]), int(row["statement_seconds"]) if is_running else 0),
        changed_rows=int(row["changed_rows"]),
    )


def clear_the_way(session: Session, patience_seconds: int, kills: bool) -> List[Dict[str, Any]]:
    """Wait for sessions that are in the middle of a write, and return what became of each.

    :param kills: whether those that are not done by then are ended; what they changed is rolled back, and their clients
        are told. Else an open transaction is cut off by the gate.
    :raises Refused: when somebody goes on whom the gate would not hold, or not close behind; nothing was held up.
    """
    met = read_work(session)
    ages, began = {work.session: work.seconds for work in met}, time.monotonic()

    def look() -> List[Work]:
        # Whoever is younger than that is at something else by now.
        passed = time.monotonic() - began - _LONG_SECONDS
        return [work for work in read_work(session) if work.seconds >= ages.get(work.session, math.inf) + passed]

    left = wait_for(look, lambda found: not found, patience_seconds)[1] if met else []
    if kills:
        for work in left:
            _end(session, work)
    stubborn = [work for work in left if not kills and (work.is_running or work.passes_gate)]
    if stubborn:
        raise Refused(
            "The gate does not close behind statements that write, nor for accounts with READ_ONLY ADMIN, and these are"
            " at it for longer than %d s: %s. Nothing was moved or held up. Run again when they are done, or with"
            " pair_switch_kill_sessions=true to end them." % (patience_seconds, describe_work(stubborn))
        )
    late = {work.session for work in left}
    return [work.as_dict("by itself" if work.session not in late else "killed" if kills else "cut off") for work in met]


def _end(session: Session, work: Work) -> None:
    try:
        session.query(sql("KILL {}", work.session), "end the session %d" % work.session)
    except ServerError as error:
        # It may be gone in this moment.
        if error.errno != _NO_SUCH_SESSION:
            raise


def close_gate(session: Session, patience_seconds: int) -> None:
    """Close the gate, with so much patience for statements that keep it open; new writes wait behind them."""
    session.query(sql("SET SESSION lock_wait_timeout = {}", patience_seconds), "limit the wait for statements")
    session.query(session.dialect.set_gate(is_open=False), "close the gate, which running statements keep open")


def describe_work(found: List[Work]) -> str:
    """Return the sessions as people read them; the text of a statement may hold secrets and is left out.

    >>> describe_work([Work(7, "shop@10.0.0.5", True, False, 90, 3)])
    'session 7 of shop@10.0.0.5: 90 s, 3 changed rows'
    """
    return "; ".join(
        "session %d of %s: %d s, %d changed rows" % (work.session, work.account, work.seconds, work.changed_rows)
        for work in found
    )
