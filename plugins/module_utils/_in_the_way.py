# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Sessions that a closing gate meets in the middle of a write.

A statement that writes keeps the gate from closing, and all other writes wait behind the attempt. An open transaction
does not: it fails at its next write or its commit; but not on MariaDB, where its account has a privilege for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from ._connection import Session
from ._dialect.statement import sql
from ._errors import Refused, ServerError
from ._wait import wait_for

_LONG_SECONDS = 1
"""What is done sooner is in nobody's way."""

# How statements begin that change nothing, whatever comments and brackets stand before; and what no gate closes behind
# all the same.
_READING = "^([[:space:](]|/[*]([^*]|[*][^/])*[*]/)*(SELECT|SHOW|DO|SET|USE|WITH|EXPLAIN|DESCRIBE|KILL)[[:space:](*]"
_LOCKING = "[[:space:]]FOR[[:space:]]+UPDATE"
_NO_SUCH_SESSION = 1094

# Transactions are dated in the time zone of the server's host, whatever that of the session is.
_WORK = sql(
    "SELECT p.ID AS session, p.USER AS user, p.HOST AS host, COALESCE(t.trx_id, '') AS transaction,"
    " p.COMMAND IN ('Query', 'Execute') AND (p.INFO NOT REGEXP {} OR p.INFO REGEXP {}) AS is_running,"
    " COALESCE(TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')), p.TIME)"
    " AS seconds, COALESCE(t.trx_rows_modified, 0) AS changed_rows,"
    " QUOTE(p.USER) IN (SELECT SUBSTRING_INDEX(GRANTEE, '@', 1) FROM information_schema.USER_PRIVILEGES"
    " WHERE PRIVILEGE_TYPE = 'READ_ONLY ADMIN') AS passes_gate"
    " FROM information_schema.PROCESSLIST p"
    " LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID"
    " WHERE p.ID <> CONNECTION_ID() AND p.USER NOT IN ('system user', 'event_scheduler')"
    " AND p.COMMAND NOT LIKE 'Binlog Dump%' HAVING seconds >= {} AND (is_running OR changed_rows > 0)"
    " ORDER BY seconds DESC",
    _READING,
    _LOCKING,
    _LONG_SECONDS,
)


@dataclass(frozen=True)
class Work:
    """A session in the middle of a write.

    :ivar account: who works, and from where.
    :ivar transaction: the server's name for its transaction; empty without one.
    :ivar is_running: whether a statement runs that may write, so that the gate does not close.
    :ivar passes_gate: whether an account of that name writes through a closed gate.
    :ivar seconds: how old the transaction is, or without one the statement.
    :ivar changed_rows: rows that the transaction has changed so far.
    """

    session: int
    account: str
    transaction: str
    is_running: bool
    passes_gate: bool
    seconds: int
    changed_rows: int

    @property
    def identity(self) -> Tuple[int, str]:
        """What a session's next transaction does not share."""
        return self.session, self.transaction

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
    return [
        Work(
            int(row["session"]),
            "%s@%s" % (row["user"], str(row["host"]).rsplit(":", 1)[0]),
            str(row["transaction"]),
            bool(row["is_running"]),
            bool(row["passes_gate"]),
            int(row["seconds"]),
            int(row["changed_rows"]),
        )
        for row in session.query(_WORK, "look for transactions that are open")
    ]


def clear_the_way(session: Session, patience_seconds: int, kills: bool) -> List[Dict[str, Any]]:
    """Wait for sessions that are in the middle of a write, and return what became of each.

    :param kills: whether those that are not done by then are ended; what they changed is rolled back, and their clients
        are told. Else an open transaction is cut off by the gate.
    :raises Refused: when somebody goes on whom the gate would not hold, or not close behind; nothing was held up.
    """
    met = read_work(session)

    def look() -> List[Work]:
        return [work for work in read_work(session) if work.identity in {each.identity for each in met}]

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
    identities = {work.identity for work in left}
    kept_end = "killed" if kills else "cut off"
    return [work.as_dict(kept_end if work.identity in identities else "by itself") for work in met]


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

    >>> describe_work([Work(7, "shop@10.0.0.5", "421", True, False, 90, 3)])
    'session 7 of shop@10.0.0.5: 90 s, 3 changed rows'
    """
    return "; ".join(
        "session %d of %s: %d s, %d changed rows" % (work.session, work.account, work.seconds, work.changed_rows)
        for work in found
    )
