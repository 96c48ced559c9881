# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Holds a server's commits for a moment, and never for longer: what would wait behind the lock is looked at first."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import Any, Dict, Iterator, List

from ._connection import Login, Session, connect
from ._dialect.statement import Raw, sql
from ._errors import Refused, ServerError, TwowayError
from ._wait import wait_for

PATIENCE_SECONDS = 60.0
"""As long a donor is watched for a moment in which it can be held."""

# A lock that is not granted by then is given up: writes already wait behind it.
_HOLD_SECONDS = 0.25
_CONNECT_SECONDS = 30
# A host that loses its power does not give the lock back; so long its silence is taken for thinking.
_SILENT_SECONDS = 10
# What a server says of a statement that was ended before it was done.
_INTERRUPTED = (1317, 1205)


class NotHeld(TwowayError):
    """The lock was not granted soon, and given up."""


class LongStatements(Refused):
    """Statements run that a lock would wait behind."""

    def __init__(self, place: str, long_seconds: float, found: List[Dict[str, Any]]) -> None:
        super().__init__(
            "At %s, statements run for longer than %g s (%s). The lock for a snapshot would wait behind them, and all"
            " writes behind the lock. Nothing was held up; run again when they are done, or end them."
            % (place, long_seconds, describe_statements(found))
        )


def wait_for_long_statements(session: Session, place: str, long_seconds: float) -> None:
    """Return when no statement at a server has run for so long, so that nothing waits behind it for a lock.

    :param place: where the server is, in words.

    :raises LongStatements: when one still does after a minute.
    """

    def look() -> List[Dict[str, Any]]:
        return read_long_statements(session, long_seconds)

    is_free, found = wait_for(look, lambda rows: not rows, PATIENCE_SECONDS)
    if not is_free:
        raise LongStatements(place, long_seconds, found)


def read_long_statements(session: Session, long_seconds: float) -> List[Dict[str, Any]]:
    """Return the statements that have run for so long: ``id``, ``user``, ``seconds``, ``state``."""
    # MySQL shows an applier without work as a statement that has run since its last event.
    return session.query(
        sql(
            "SELECT ID AS id, USER AS user, TIME AS seconds, STATE AS state FROM information_schema.PROCESSLIST"
            " WHERE COMMAND IN ('Query', 'Execute') AND TIME >= {} AND ID <> CONNECTION_ID()"
            " AND USER NOT IN ('system user', 'event_scheduler') ORDER BY TIME DESC",
            long_seconds,
        ),
        "look for long statements",
    )


def describe_statements(rows: List[Dict[str, Any]]) -> str:
    """Return the statements as people read them; their text may hold secrets and is left out.

    >>> describe_statements([{"id": 7, "user": "report", "seconds": 90, "state": "executing"}])
    'session 7 of report: 90 s, executing'
    """
    return ", ".join("session %(id)s of %(user)s: %(seconds)s s, %(state)s" % row for row in rows)


@contextmanager
def commits_held(session: Session, login: Login) -> Iterator[float]:
    """Hold the commits of a session's server, and give the moment since when they may be.

    Nothing is held any more once the session was silent for ten seconds; what was done meanwhile then fails at the end.

    :param login: for a second session, which gives the lock up when it is not granted soon.
    :raises NotHeld: when that happened; then nothing is held any more.
    """
    try:
        session.limit_idleness(_SILENT_SECONDS)
        held_at = _hold(session, login)
    except BaseException as error:
        # MySQL keeps half of a lock that was not granted. With its session all of it is gone.
        session.reconnect(login, _CONNECT_SECONDS)
        if isinstance(error, ServerError) and error.errno in _INTERRUPTED:
            reason = "The commits of %s could not be held within %g s." % (login.place, _HOLD_SECONDS)
            raise NotHeld(reason) from error
        raise
    try:
        yield held_at
    finally:
        session.query(session.dialect.release_commits(), "let commits go on")
        session.limit_idleness()


def _hold(session: Session, login: Login) -> float:
    identity = int(session.value(sql("SELECT CONNECTION_ID()"), "find the session that locks"))
    killer = connect(login)

    def give_up() -> None:
        with suppress(TwowayError):
            killer.query(sql("KILL QUERY {}", Raw(str(identity))), "give up the lock")

    guard = threading.Timer(_HOLD_SECONDS, give_up)
    held_at = time.monotonic()
    guard.start()
    try:
        for statement in session.dialect.hold_commits():
            session.query(statement, "hold commits for a moment")
    finally:
        guard.cancel()
        # A guard that is about to act would end the statement after this one.
        guard.join()
        killer.close()
    return held_at
