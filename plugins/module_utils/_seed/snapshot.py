# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Sessions that read a donor's rows, all of one moment."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Dict, List

from .._connection import Login, Session, connect
from .._dialect.statement import Identifier, sql
from .._hold import PATIENCE_SECONDS
from .._moment import Moment, begin_snapshots
from .._read.replication import read_binlog, read_gtid_at

_SILENCE_SECONDS = 120


class Snapshot:
    """One moment of a donor, in several sessions.

    :ivar sessions: each with an open transaction that sees that moment.
    """

    def __init__(self, login: Login, count: int, long_seconds: float) -> None:
        """Open the sessions.

        :param long_seconds: as long a statement may have run that a lock could wait behind.
        :raises Refused: when a longer one does not end, or a lock is not granted.
        """
        self.sessions: List[Session] = []
        try:
            for _number in range(count):
                self.sessions.append(_reader(login))
            with closing(connect(login)) as control:
                self.moment: Moment = begin_snapshots(control, login, self.sessions, long_seconds, PATIENCE_SECONDS)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all sessions; the donor is left with nothing."""
        for session in self.sessions:
            session.close()


def _reader(login: Login) -> Session:
    session = connect(login)
    # It may have nothing to read for as long as others copy a table that cannot be cut, or an index is made.
    session.stay_connected()
    session.limit_silence(_SILENCE_SECONDS)
    for name, value in session.dialect.export_settings().items():
        session.query(sql("SET SESSION {} = {}", Identifier(name), value), "prepare a session for the copy")
    return session


def current_coordinates(donor: Session) -> Dict[str, Any]:
    """Return where a donor stands now, in the shape of :attr:`Moment.coordinates`; empty where it logs nothing."""
    status = read_binlog(donor, donor.variables())
    if status.coordinates is None:
        return {}
    gtid = read_gtid_at(donor, status.coordinates) or status.gtid
    return Moment(status.coordinates, gtid or "").coordinates
