# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Transactions that only one server has: found by what its peer has, shown, and saved from its binary log."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from ._connection import Login, Session
from ._dialect.statement import sql
from ._files import appear, dated_path
from ._log import print_log
from ._read.replication import read_binlog
from ._state.binlog import BinlogCoordinates
from ._state.transaction import Transaction, read_transactions, summarize, without_identity

_MOST_SHOWN = 50
_HEAD = """\
# What only %s had. To carry it out again, at the member that takes the writes:
#     %s --binary-mode < this file
# Each transaction gets an id of that member's, and goes to the peer from there. The ids that they had are comments.
"""


class _Counter:
    """Lets transactions through, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def through(self, transactions: Iterator[Transaction]) -> Iterator[Transaction]:
        """Yield the transactions."""
        for transaction in transactions:
            self.count += 1
            yield transaction


def _oldest_log(session: Session) -> str:
    rows = session.query(sql("SHOW BINARY LOGS"), "list the binary logs")
    return str(rows[0]["Log_name"])


def _selection(
    session: Session, gtid: Optional[str], peer_gtids: Sequence[str], peer_place: Optional[BinlogCoordinates]
) -> Tuple[str, Optional[List[str]]]:
    """Return the GTIDs that the peer lacks, and the arguments that print them; ``None`` when it lacks nothing."""
    remote = ["--read-from-remote-server", "--to-last-log"]
    variables = session.variables()
    binlog = read_binlog(session, variables)
    if peer_place:
        own = "--server-id=" + variables["server_id"]
        is_behind = binlog.coordinates is not None and peer_place.is_before(binlog.coordinates)
        place = [own, "--start-position=%d" % peer_place.position, peer_place.file]
        return "", [*remote, *place] if is_behind else None
    beyond = session.dialect.gtid_beyond(peer_gtids, binlog.gtid if gtid is None else gtid)
    if not beyond:
        return "", None
    chosen = session.dialect.log_filter(beyond, peer_gtids)
    if chosen is None:
        # A program that cannot choose them prints too much rather than too little.
        chosen = ["--server-id=" + variables["server_id"]]
    return beyond, [*remote, *chosen, _oldest_log(session)]


def find_errant(
    session: Session,
    login: Login,
    gtid: Optional[str],
    peer_gtids: Sequence[str],
    peer_place: Optional[BinlogCoordinates],
    directory: Optional[str],
) -> Dict[str, Any]:
    """Return what only this server has.

    Keys: ``gtid``, ``transactions`` (their number), ``changes`` (see :func:`summarize`) and ``saved``, the file with
    them as SQL, which is complete once it has its name; ``None`` where nothing was saved.

    :param gtid: what this server had when it was asked before its peer; ``None`` for what it has now.
    :param peer_gtids: GTID sets or positions that the peer has, as many as tell of it.
    :param peer_place: instead, how far the peer has applied this server's binary log.
    :param directory: where to save; ``None`` to save nothing.
    """
    beyond, arguments = _selection(session, gtid, peer_gtids, peer_place)
    if arguments is None:
        return {"gtid": "", "transactions": 0, "changes": [], "saved": None}
    path = dated_path(directory, "errant") if directory else None
    counter = _Counter()
    with ExitStack() as stack:
        file = stack.enter_context(appear(path)) if path else None
        if file:
            file.write((_HEAD % (session.variables()["hostname"], session.dialect.client_programs[0])).encode())

        def lines() -> Iterator[str]:
            for line in print_log(session, login, arguments):
                if file:
                    file.write(without_identity(line) + b"\n")
                yield line.decode("utf-8", "replace")

        changes = summarize(counter.through(read_transactions(lines())))
        if file and not counter.count:
            file.discard()
    saved = path if counter.count else None
    return {"gtid": beyond, "transactions": counter.count, "changes": changes[:_MOST_SHOWN], "saved": saved}
