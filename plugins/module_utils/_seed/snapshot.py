# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Several sessions at a donor that see its data at one and the same moment, and the donor's place at that moment.

A moment in which nothing commits needs no lock: it is looked for first. Only a donor that never has one is held.
"""

from __future__ import annotations

import random
import time
from typing import Any, Dict, List, Optional, Set

from .._connection import Login, Session, connect
from .._dialect.statement import Identifier, Statement, sql
from .._errors import Refused
from .._read.replication import read_binlog, read_gtid_at
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .hold import PATIENCE_SECONDS, LongStatements, NotHeld, commits_held, read_long_statements

_SILENCE_SECONDS = 120
# So long a moment without commits is looked for before they are held.
_FREE_SECONDS = 5.0
# Looking again and again in step with a writer would miss it again and again.
_LONGEST_PAUSE_SECONDS = 0.02


class Snapshot:
    """One moment of a donor, in several sessions.

    :ivar sessions: each with an open transaction that sees that moment.
    :ivar coordinates: its ``file``, ``position`` and ``gtid``.
    :ivar lock_ms: how long the donor's commits were held at most; 0 where no lock was needed.
    """

    def __init__(self, login: Login, count: int, long_seconds: float) -> None:
        """Open the sessions.

        :param long_seconds: as long a statement may have run that the lock could wait behind.
        :raises Refused: when a longer one does not end, or a lock is not granted.
        """
        self.sessions: List[Session] = []
        self.coordinates: Dict[str, Any] = {}
        self.lock_ms = 0.0
        self._login = login
        self._control = connect(login)
        try:
            self._variables = self._control.variables()
            if self._variables["log_bin"].upper() != "ON":
                raise Refused("The donor's binary log is off, so nothing could follow it from a copy on.")
            for _number in range(count):
                self.sessions.append(self._reader())
            self._begin(long_seconds)
        except BaseException:
            self.close()
            raise

    def _reader(self) -> Session:
        session = connect(self._login)
        session.limit_silence(_SILENCE_SECONDS)
        for name, value in session.dialect.export_settings().items():
            session.query(sql("SET SESSION {} = {}", Identifier(name), value), "prepare a session for the copy")
        session.query(sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"), "prepare the snapshot")
        return session

    def close(self) -> None:
        """End all sessions; the donor is left with nothing."""
        for session in (*self.sessions, self._control):
            session.close()

    def _begin(self, long_seconds: float) -> None:
        start = time.monotonic()
        free_seconds = _FREE_SECONDS if self._tells_of_commits() else 0.0
        while not self._begin_between_commits():
            waited = time.monotonic() - start
            if waited >= free_seconds and self._begin_with_lock(long_seconds, is_last=waited >= PATIENCE_SECONDS):
                return
            # A donor that commits in a rhythm is looked at in another one.
            time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))

    def _tells_of_commits(self) -> bool:
        """Return whether the donor can tell if something was committed between two snapshots."""
        dialect = self._control.dialect
        return bool(dialect.read_snapshot_coordinates() or dialect.read_commits_under_way(self._variables))

    def _begin_between_commits(self) -> bool:
        """Begin with nothing held, and return whether all sessions see the same."""
        place = self._control.dialect.read_snapshot_coordinates()
        if place:
            self._begin_all()
            return self._take_common_place(place)
        under_way = self._control.dialect.read_commits_under_way(self._variables)
        if under_way is None:
            return False
        # What a session may see is in this list or in the status. Both stand still: so nothing came between.
        before = read_binlog(self._control, {})
        if self._control.value(under_way, "look for commits under way"):
            return False
        self._begin_all()
        if self._control.value(under_way, "look for commits under way") or read_binlog(self._control, {}) != before:
            return False
        self.coordinates = _as_dict(before)
        return True

    def _begin_with_lock(self, long_seconds: float, is_last: bool) -> bool:
        """Begin while commits are held, and return whether they could be.

        :raises Refused: when they could not, and it was the last time.
        """
        if self._control.dialect.hold_waits_for_readers:
            found = read_long_statements(self._control, long_seconds)
            if found and is_last:
                raise LongStatements(long_seconds, found)
            if found:
                return False
        try:
            with commits_held(self._control, self._login) as held_at:
                self._begin_all()
                status = read_binlog(self._control, {})
        except NotHeld:
            if is_last:
                raise
            return False
        self.lock_ms = round((time.monotonic() - held_at) * 1000, 1)
        place = self._control.dialect.read_snapshot_coordinates()
        if place:
            return self._take_common_place(place)
        self.coordinates = _as_dict(status)
        return True

    def _begin_all(self) -> None:
        for session in self.sessions:
            session.query(sql("START TRANSACTION WITH CONSISTENT SNAPSHOT"), "begin the snapshot")

    def _take_common_place(self, question: Statement) -> bool:
        """Take the place that all sessions say their snapshot is of, and return whether they agree."""
        found: Set[BinlogCoordinates] = set()
        for session in self.sessions:
            row = session.query(question, "read the place of the snapshot")[0]
            found.add(BinlogCoordinates(_text(row["file"]), int(row["position"])))
        if len(found) != 1:
            return False
        status = BinlogStatus(found.pop())
        self.coordinates = {**_as_dict(status), "gtid": read_gtid_at(self._control, _place(status))}
        return True


def _place(status: BinlogStatus) -> BinlogCoordinates:
    if status.coordinates is None:
        raise Refused("The donor's binary log is off, so nothing could follow it from a copy on.")
    return status.coordinates


def _as_dict(status: BinlogStatus) -> Dict[str, Any]:
    place = _place(status)
    return {"file": place.file, "position": place.position, "gtid": status.gtid or ""}


def _text(value: Optional[Any]) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def current_coordinates(donor: Session) -> Dict[str, Any]:
    """Return where a donor stands now, in the shape of :attr:`Snapshot.coordinates`; empty where it logs nothing."""
    status = read_binlog(donor, donor.variables())
    if status.coordinates is None:
        return {}
    gtid = read_gtid_at(donor, status.coordinates) or status.gtid
    return {**_as_dict(status), "gtid": gtid or ""}
