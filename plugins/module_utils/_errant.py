# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Transactions that only one server has: found by what its peer has, shown, and saved from its binary log."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

from ._connection import Login, Session
from ._dialect.statement import sql
from ._errors import ProgramFailed
from ._files import Draft, appear, dated_path
from ._log import print_log
from ._read.replication import read_binlog
from ._read.retention import read_retention
from ._state.binlog import BinlogCoordinates, BinlogStatus
from ._state.transaction import Transaction, read_transactions, summarize, without_identity

_MOST_SHOWN = 50
_FROM_SERVER = ("--read-from-remote-server", "--to-last-log")
_HEAD = """\
# What only %s had. To carry it out again, at the member that takes the writes:
#     %s --binary-mode < this file
# Each transaction gets an id of that member's, and goes to the peer from there. The ids that they had are comments.
"""


class _Printed:
    """Lines that the program printed: written to the file as they can be played back, and counted as transactions."""

    def __init__(self, file: Optional[Draft]) -> None:
        self._file = file
        self.transactions = 0
        self.failure: Optional[str] = None

    def lines(self, printed: Iterator[bytes]) -> Iterator[str]:
        """Yield the lines, up to where the program failed."""
        try:
            for line in printed:
                if self._file:
                    self._file.write(without_identity(line) + b"\n")
                yield line.decode("utf-8", "replace")
        except ProgramFailed as error:
            self.failure = error.message

    def counted(self, transactions: Iterator[Transaction]) -> Iterator[Transaction]:
        """Yield the transactions."""
        for transaction in transactions:
            self.transactions += 1
            yield transaction


class _Wanted(NamedTuple):
    """What the peer lacks.

    :ivar gtid: its GTIDs; empty by file position.
    :ivar purged: what of it is no longer in the binary log.
    :ivar arguments: what makes the program print it.
    """

    gtid: str
    purged: str
    arguments: List[str]


def _oldest_log(session: Session) -> str:
    rows = session.query(sql("SHOW BINARY LOGS"), "list the binary logs")
    return str(rows[0]["Log_name"])


def _by_position(session: Session, binlog: BinlogStatus, peer_place: BinlogCoordinates) -> Optional[_Wanted]:
    if binlog.coordinates is None or not peer_place.is_before(binlog.coordinates):
        return None
    own = "--server-id=" + session.variables()["server_id"]
    return _Wanted("", "", [own, "--start-position=%d" % peer_place.position, peer_place.file])


def _by_gtid(session: Session, binlog: BinlogStatus, gtid: Optional[str], held: Sequence[str]) -> Optional[_Wanted]:
    beyond = session.dialect.gtid_beyond(held, binlog.gtid if gtid is None else gtid)
    if not beyond:
        return None
    variables = session.variables()
    gone = read_retention(session, variables, binlog)["gtid_purged"] or ""
    chosen = session.dialect.log_filter(beyond, held, gone, binlog.gtid)
    if chosen is None:
        # A program that cannot choose them prints too much rather than too little.
        chosen = ["--server-id=" + variables["server_id"]]
    return _Wanted(beyond, session.dialect.gtid_beyond(held, gone), [*chosen, _oldest_log(session)])


def _unread(wanted: _Wanted, peer_place: Optional[BinlogCoordinates], failure: Optional[str]) -> Optional[str]:
    """Return what of it was not read, and why; ``None`` when all was."""
    reasons = ["%s is gone from the binary log" % wanted.purged] if wanted.purged else []
    if failure:
        reasons.append("%s: %s" % (wanted.gtid or "what follows %s" % peer_place, failure))
    return "; ".join(reasons) or None


def find_errant(
    session: Session,
    login: Login,
    gtid: Optional[str],
    peer_gtids: Sequence[str],
    peer_place: Optional[BinlogCoordinates],
    directory: Optional[str],
) -> Dict[str, Any]:
    """Return what only this server has.

    Keys: ``gtid``, ``transactions`` (the number of those that were read), ``changes`` (see :func:`summarize`),
    ``unread`` (what of it could not be read, and why) and ``saved``, the file with them as SQL, which is complete once
    it has its name; ``None`` where nothing was saved.

    :param gtid: what this server had when it was asked before its peer; ``None`` for what it has now.
    :param peer_gtids: GTID sets or positions that the peer has, as many as tell of it.
    :param peer_place: instead, how far the peer has applied this server's binary log.
    :param directory: where to save; ``None`` to save nothing.
    """
    variables = session.variables()
    binlog = read_binlog(session, variables)
    wanted = _by_position(session, binlog, peer_place) if peer_place else _by_gtid(session, binlog, gtid, peer_gtids)
    if wanted is None:
        return {"gtid": "", "transactions": 0, "changes": [], "unread": None, "saved": None}
    path = dated_path(directory, "errant") if directory else None
    with ExitStack() as stack:
        file = stack.enter_context(appear(path)) if path else None
        if file:
            file.write((_HEAD % (variables["hostname"], session.dialect.client_programs[0])).encode())
        printed = _Printed(file)
        lines = printed.lines(print_log(session, login, [*_FROM_SERVER, *wanted.arguments]))
        changes = summarize(printed.counted(read_transactions(lines)))
        if file and not printed.transactions:
            file.discard()
    return {
        "gtid": wanted.gtid,
        "transactions": printed.transactions,
        "changes": changes[:_MOST_SHOWN],
        "unread": _unread(wanted, peer_place, printed.failure),
        "saved": path if printed.transactions else None,
    }
