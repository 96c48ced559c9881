# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A synchronized point: a snapshot on each member with exactly the same transactions of the source in it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import Iterator, Optional

from .._bookkeeping import forget_state, read_state, state_path, write_state
from .._connection import Login, Session, connect
from .._dialect.statement import sql
from .._errors import Refused, TwowayError
from .._moment import begin_snapshots
from .._read.replication import read_channel
from .._state.binlog import BinlogCoordinates
from .._wait import wait_for
from .members import Lane

_LONG_STATEMENT_SECONDS = 2
# The applier stands still meanwhile.
_PATIENCE_SECONDS = 10
_MARK = "applier-held"
"""Left on the host while the applier is held, so that the next run lets it go after one that was killed."""


class Synchronizer:
    """Makes synchronized points, and remembers the last one."""

    def __init__(self, control: Session, source: Login, channel: str, timeout_seconds: float) -> None:
        """Prepare.

        :param control: a session on the replica that has no snapshot: one that has may not touch the applier.
        :param source: how the source is reached for a session that has none either.
        """
        self._control = control
        self._source = source
        self._channel = channel
        self._timeout_seconds = timeout_seconds
        self.last: Optional[BinlogCoordinates] = None

    def release_after_kill(self) -> None:
        """Let the applier go on that a killed run left held."""
        if read_state(self._control, _MARK):
            self._go_on()

    @contextmanager
    def point(self, lane: Lane, holds_applier: bool = False) -> Iterator[None]:
        """Hold both sessions of a lane at one point.

        :param holds_applier: whether the applier of the replica stands still all the while; else it does so only until
            both sessions have their snapshot. Its receiver goes on in any case.
        """
        self._require_running()
        with _snapshots_ended(lane):
            with self._applier_held():
                self._begin(lane)
                if holds_applier:
                    yield
            if not holds_applier:
                yield

    def _require_running(self) -> None:
        state = read_channel(self._control, self._channel)
        if state and state.applier_running and state.receiver_state == "on":
            return
        # Without its receiver a MariaDB server would also drop what it has received, as soon as the applier stands.
        halted = "apply what it receives" if state and state.receiver_state == "on" else "receive"
        raise Refused(
            "The contents differ, and the replica does not %s: whether the difference is only on its way cannot be"
            " told. Let the channel run (replication_channel), then compare again." % halted
        )

    @contextmanager
    def _applier_held(self) -> Iterator[None]:
        self._mark()
        try:
            self._control.query(self._control.dialect.stop_applier(self._channel), "hold the applier for a moment")
            yield
        finally:
            self._go_on()

    def _begin(self, lane: Lane) -> None:
        with closing(connect(self._source)) as watch:
            moment = begin_snapshots(watch, self._source, [lane.source], _LONG_STATEMENT_SECONDS, _PATIENCE_SECONDS)
        place = moment.place
        self._control.query(self._control.dialect.start_applier_until(self._channel, place), "apply up to the snapshot")
        reached, seen = wait_for(
            lambda: read_channel(self._control, self._channel),
            lambda state: state is None or not state.applier_running or bool(state.applier_error),
            self._timeout_seconds,
        )
        if not reached or seen is None or seen.applier_error:
            raise TwowayError("The replica did not reach the snapshot at %s; the comparison ends here." % place)
        begin_snapshot(lane.replica)
        self.last = place

    def _mark(self) -> None:
        path = state_path(self._control, _MARK)
        if path:
            write_state(path, {"channel": self._channel})

    def _go_on(self) -> None:
        # Nobody else would let the applier go on before the next run.
        self._control.revive()
        dialect = self._control.dialect
        self._control.query(dialect.stop_applier(self._channel), "end the limited run of the applier")
        self._control.query(dialect.start_applier(self._channel), "let the applier go on")
        forget_state(self._control, _MARK)


@contextmanager
def _snapshots_ended(lane: Lane) -> Iterator[None]:
    try:
        yield
    finally:
        for session in (lane.source, lane.replica):
            session.query(sql("COMMIT"), "end the snapshot")


def begin_snapshot(session: Session) -> None:
    """Let the session see the data as they are now, until its transaction ends."""
    session.query(sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"), "prepare the snapshot")
    session.query(sql("START TRANSACTION WITH CONSISTENT SNAPSHOT"), "begin the snapshot")
