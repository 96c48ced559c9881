# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans how a channel that stands still goes on: with the row put right, or past one exact transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from .._errors import Refused
from .._state.table import Failure
from .steps import (
    CommitEmpty,
    NoteSkip,
    Plan,
    PutRow,
    RemoveRow,
    SaveRow,
    SetAppliedGtid,
    SkipNext,
    StartApplier,
    StartReceiver,
    Step,
    StopReceiver,
)

SHOW, SKIP, FIX_ROW, REBUILD, DEPLOY = "show", "skip", "fix_row", "rebuild_member", "deploy_pair"
EMPTY_TRANSACTION, COUNTER, POSITION = "empty_transaction", "counter", "position"

_ROW = (FIX_ROW, SKIP, REBUILD)
_DEFINITION = (SKIP, REBUILD)
_CAUSES: Tuple[Tuple[Tuple[int, ...], str, Tuple[str, ...]], ...] = (
    ((1032,), "the row that the source changed or deleted is not here: it was deleted here, or never arrived", _ROW),
    ((1062,), "a row with the same key is here already: it was written here, or arrived before", _ROW),
    ((1146, 1049), "the table or schema is not here: it was dropped, or never arrived", _DEFINITION),
    ((1050, 1007, 1060, 1061), "what the source makes is here already: it was made here as well", _DEFINITION),
    ((1051, 1008, 1091), "what the source drops is not here: it was dropped here as well", _DEFINITION),
    ((1396,), "the account that the source makes is here already, or the one that it changes is not", _DEFINITION),
    ((1451, 1452), "a row that refers to this one, or that this one refers to, differs here", _DEFINITION),
    ((1021, 1026, 1114), "there was no room to write it: make some, nothing is wrong with the transaction", (DEPLOY,)),
    ((1950,), "two servers wrote in one GTID domain: this member has newer transactions of it", (REBUILD,)),
    ((1236, 13114), "the source does not have the transactions that come next: purged, or lost in a crash", (REBUILD,)),
    ((2061,), "the account's password needs an encrypted connection, or the source's public key", (DEPLOY,)),
    ((1045, 1130, 2026, 3159), "the source does not accept the account of the channel, or its TLS", (DEPLOY,)),
    ((1040, 1129, 2002, 2003, 2005, 2013), "the source cannot be reached or is overloaded; it is tried again", ()),
    ((1593, 13117), "the receiver cannot work with this source: often both have one server UUID or id", (DEPLOY,)),
    ((1594, 1595, 13121), "the relay log cannot be read: the disk, or a crash in the middle of a write", (REBUILD,)),
    ((1872, 13124), "what the channel notes does not belong to its relay log: it was renamed or copied", (REBUILD,)),
)  # fmt: skip


@dataclass(frozen=True)
class RepairWish:
    """What is wished for a channel that stands still.

    :ivar choice: ``show``, ``skip`` or ``fix_row``.
    :ivar transaction: the exact id of the transaction that it is about.
    """

    channel: str
    choice: str = SHOW
    transaction: Optional[str] = None


def explain(errno: int) -> Tuple[str, Tuple[str, ...]]:
    """Return the likely cause of an error of a channel, and what can be done, the best first.

    >>> explain(13114)[1], explain(1114)[1], explain(4711)[1]
    (('rebuild_member',), ('deploy_pair',), ('skip', 'rebuild_member'))
    """
    for codes, cause, choices in _CAUSES:
        if errno in codes:
            return cause, choices
    return "an error that is not among those which channels usually stop with", _DEFINITION


def show_failure(failure: Optional[Failure], wish: RepairWish) -> Dict[str, Optional[str]]:
    """Return which transaction a channel stands at, as far as the wish is about it."""
    blocked_by = failure.transaction if failure else None
    if wish.transaction is not None and wish.transaction != blocked_by:
        blocked_by = None
    return {"blocked_by": blocked_by}


def plan_repair(
    failure: Optional[Failure],
    wish: RepairWish,
    way: str,
    position: Optional[SetAppliedGtid] = None,
    is_connected: bool = True,
) -> Plan:
    """Return the steps after which the channel goes on.

    :param way: how this server passes over one transaction.
    :param position: with that way, the applied position behind the transaction.
    :param is_connected: whether the source could send again what was received.
    :raises Refused: when the wish names another transaction than the channel stands at, or none.
    """
    before = show_failure(failure, wish)
    if failure is None or wish.choice == SHOW:
        return Plan(after=before)
    _refuse_inexact(failure, wish)
    steps: List[Step] = _fix(failure) if wish.choice == FIX_ROW else _skip(wish, way, position, is_connected)
    steps.append(StartApplier("it can go on now", wish.channel))
    return Plan(after={"blocked_by": None}, steps=steps)


def _refuse_inexact(failure: Failure, wish: RepairWish) -> None:
    if failure.transaction is None:
        told = "; ".join(text for text in (failure.message, failure.unread) if text)
        raise Refused(
            "The %s stands still with error %d, and no transaction that could be skipped or put right is behind it: %s"
            % (failure.thread, failure.errno, told)
        )
    if wish.transaction != failure.transaction:
        raise Refused(
            "The channel stands at transaction %s, and the wish names %s. Nothing was changed: name the exact one."
            % (failure.transaction, wish.transaction or "none")
        )


def _skip(wish: RepairWish, way: str, position: Optional[SetAppliedGtid], is_connected: bool) -> List[Step]:
    transaction = wish.transaction or ""
    steps: List[Step] = [NoteSkip("nobody has to remember it", transaction)]
    if way == EMPTY_TRANSACTION:
        return [*steps, CommitEmpty("the applier passes over what is executed", transaction)]
    if way == COUNTER:
        return [*steps, SkipNext("it stands at this transaction", wish.channel)]
    if position is None or not is_connected:
        raise Refused(
            "To pass over a transaction, appliers in parallel need both threads stopped, and the server then drops what"
            " it has received. The receiver is not connected to the source, which may not be able to send it again."
            " Nothing was changed. Let the receiver connect (rejoin_member starts both threads), then run this again."
        )
    stop = StopReceiver("the position can be set while nothing runs", wish.channel)
    return [*steps, stop, position, StartReceiver("what was received is sent again", wish.channel)]


def _fix(failure: Failure) -> List[Step]:
    if not failure.is_whole:
        raise Refused(
            "The rows that stand in the way of %s could not all be found; no row was changed. Skip the transaction and"
            " repair what differs, or rebuild the member." % failure.transaction
        )
    steps: List[Step] = []
    for conflict in failure.conflicts:
        if conflict.table.has_triggers:
            raise Refused("%s has triggers, which would do more than put a row right." % conflict.table.name)
        if conflict.orphans:
            raise Refused(
                "The row of %s with %s is in the way, and other tables refer to its %s: without it their rows would"
                " refer to nothing. No row was changed. Put that right by hand, with the binary log off, or skip the"
                " transaction."
                % (
                    conflict.table.name,
                    ", ".join("%s = %s" % (name, conflict.image[name]) for name in conflict.key),
                    ", ".join(conflict.orphans),
                )
            )
        if conflict.kind == "missing":
            steps.append(PutRow("the transaction wants the row as it was", conflict.table, conflict.image))
            continue
        row = conflict.table, conflict.key, conflict.image
        steps.append(SaveRow("it is about to be removed", *row))
        steps.append(RemoveRow("the transaction brings the source's row with this key", *row))
    return steps
