# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""One moment of a server that several of its sessions see, and the server's place at that moment.

A moment in which nothing commits needs no lock: it is looked for first. Only a server that never has one is held.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence, Set

from ._connection import Login, Session
from ._dialect.statement import Statement, sql
from ._errors import Refused
from ._hold import LongStatements, NotHeld, commits_held, read_long_statements
from ._read.replication import read_binlog, read_gtid_at
from ._state.binlog import BinlogCoordinates, BinlogStatus
from ._state.variables import is_on

# So long a moment without commits is looked for before they are held.
_FREE_SECONDS = 5.0
# Looking again and again in step with a writer would miss it again and again.
_LONGEST_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Moment:
    """What all the sessions see.

    :ivar place: in the server's binary log.
    :ivar gtid: what is executed at that place; empty without GTIDs.
    :ivar lock_ms: how long commits were held at most; 0 where no lock was needed.
    """

    place: BinlogCoordinates
    gtid: str
    lock_ms: float = 0.0

    @property
    def coordinates(self) -> Dict[str, Any]:
        """The place as ``file``, ``position`` and ``gtid``."""
        return {"file": self.place.file, "position": self.place.position, "gtid": self.gtid}


def begin_snapshots(
    control: Session, login: Login, sessions: Sequence[Session], long_seconds: float, patience_seconds: float
) -> Moment:
    """Begin a snapshot in all the sessions, which then see one moment of their server.

    :param control: a further session on the server, which sees no snapshot.
    :param login: how the control session logged in.
    :param long_seconds: as long a statement may have run that a lock could wait behind.
    :param patience_seconds: so long a moment is looked for that needs no such lock.
    :raises Refused: when the server logs nothing, a longer statement does not end, or a lock is not granted.
    """
    variables = control.variables()
    if not is_on(variables["log_bin"]):
        raise Refused("The binary log of %s is off, so nothing tells which moment a snapshot is of." % login.place)
    for session in sessions:
        session.query(sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"), "prepare the snapshot")
    search = _Search(control, login, sessions, long_seconds)
    under_way = control.dialect.read_commits_under_way(variables)
    start = time.monotonic()
    free_seconds = _FREE_SECONDS if search.place or under_way else 0.0
    while True:
        moment = search.between_commits(under_way)
        waited = time.monotonic() - start
        if moment is None and waited >= free_seconds:
            moment = search.with_lock(is_last=waited >= patience_seconds)
        if moment is not None:
            return moment
        # A server that commits in a rhythm is looked at in another one.
        time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


class _Search:
    """Ways to begin all snapshots at one moment.

    :ivar place: the question, in a snapshot, for its place; ``None`` where a server cannot tell.
    """

    def __init__(self, control: Session, login: Login, sessions: Sequence[Session], long_seconds: float) -> None:
        self._control = control
        self._login = login
        self._sessions = sessions
        self._long_seconds = long_seconds
        self.place = control.dialect.read_snapshot_coordinates()

    def between_commits(self, under_way: Optional[Statement]) -> Optional[Moment]:
        """Begin with nothing held; ``None`` when something was committed meanwhile.

        :param under_way: the question for commits under way; ``None`` where a server does not tell.
        """
        if self.place:
            self._begin_all()
            return self._common(self.place)
        if under_way is None:
            return None
        # What a session may see is in this list or in the status. Both stand still: so nothing came between.
        before = read_binlog(self._control, {})
        if self._control.value(under_way, "look for commits under way"):
            return None
        self._begin_all()
        if self._control.value(under_way, "look for commits under way") or read_binlog(self._control, {}) != before:
            return None
        return _moment_of(before)

    def with_lock(self, is_last: bool) -> Optional[Moment]:
        """Begin while commits are held; ``None`` when they could not be.

        :raises Refused: when they could not, and it was the last time.
        """
        if self._control.dialect.hold_waits_for_readers:
            found = read_long_statements(self._control, self._long_seconds)
            if found and is_last:
                raise LongStatements(self._login.place, self._long_seconds, found)
            if found:
                return None
        try:
            with commits_held(self._control, self._login) as held_at:
                self._begin_all()
                status = read_binlog(self._control, {})
        except NotHeld:
            if is_last:
                raise
            return None
        lock_ms = round((time.monotonic() - held_at) * 1000, 1)
        return self._common(self.place, lock_ms) if self.place else _moment_of(status, lock_ms)

    def _begin_all(self) -> None:
        for session in self._sessions:
            session.query(sql("START TRANSACTION WITH CONSISTENT SNAPSHOT"), "begin the snapshot")

    def _common(self, question: Statement, lock_ms: float = 0.0) -> Optional[Moment]:
        """Return the place that all sessions say their snapshot is of; ``None`` when they do not agree."""
        found: Set[BinlogCoordinates] = set()
        for session in self._sessions:
            row = session.query(question, "read the place of the snapshot")[0]
            found.add(BinlogCoordinates(_text(row["file"]), int(row["position"])))
        if len(found) != 1:
            return None
        place = found.pop()
        return Moment(place, read_gtid_at(self._control, place) or "", lock_ms)


def _moment_of(status: BinlogStatus, lock_ms: float = 0.0) -> Moment:
    if status.coordinates is None:
        raise Refused("The server writes no binary log, so nothing tells which moment a snapshot is of.")
    return Moment(status.coordinates, status.gtid or "", lock_ms)


def _text(value: Optional[Any]) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
