# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A channel that stands still on a live server: what it stands at, and how it goes on."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import islice
from typing import Any, Callable, Dict, List, Optional

from ansible.module_utils.basic import AnsibleModule

from ._bookkeeping import UNFINISHED, state_path
from ._channel import wait_until_running
from ._connection import Login, Session
from ._dialect.rows import kept_row
from ._dialect.script import script_head
from ._errors import ProgramFailed, Refused, ServerError, TwowayError
from ._files import appear, dated_path
from ._ledger import note_skip
from ._log import print_log
from ._module import reconcile
from ._plan.repair import FIX_ROW, POSITION, SKIP, RepairWish, explain, plan_repair, show_failure
from ._plan.steps import NoteSkip, Plan, SaveRow, SetAppliedGtid
from ._read.conflicts import find_conflicts, read_row, read_row_to_remove, shown
from ._read.replication import read_channel
from ._state.channel import Channel
from ._state.table import Conflict, Failure
from ._state.transaction import Transaction, read_transactions, summarize
from ._state.variables import is_on

_MOST_LINES = 500_000
_MOST_ROWS = 1000
_MOST_SHOWN = 20
_HEAD = ("Rows that were removed on this member to let a transaction of its source in.",)
_ENDS_AT = re.compile(r"end_log_pos (\d+)")


def _relay_logs(session: Session, channel: Channel) -> List[str]:
    """Return the relay logs from the one with the next transaction on."""
    if channel.relay is None:
        return []
    folder = os.path.dirname(session.variables()["relay_log_basename"])
    stem, _dot, number = os.path.basename(channel.relay.file).rpartition(".")
    names = [name for name in os.listdir(folder) if re.fullmatch(re.escape(stem) + r"\.\d+", name)]
    later = [name for name in names if int(name.rpartition(".")[2]) >= int(number)]
    return [os.path.join(folder, name) for name in sorted(later, key=lambda name: int(name.rpartition(".")[2]))]


def _read_transaction(session: Session, login: Login, channel: Channel) -> Optional[Transaction]:
    """Return the transaction that the applier failed with, from the relay log; ``None`` where it is not there."""
    question = session.dialect.read_failed_transaction(channel.name)
    gtid = session.value(question, "ask which transaction failed") if question else None
    files = _relay_logs(session, channel)
    if channel.relay is None or not files:
        return None
    printed = print_log(session, login, ["--start-position=%d" % channel.relay.position, *files])
    lines = islice((line.decode("utf-8", "replace") for line in printed), _MOST_LINES)
    for transaction in read_transactions(lines):
        if gtid is None or (transaction.gtid or "").lower() == str(gtid).lower():
            return transaction
    return None


def _is_failing(session: Session, channel: Channel, transaction: Transaction, message: str) -> bool:
    """Return whether an error is about this transaction, as far as it names a place in the source's binary log.

    With a GTID it is the next one, but where others may have overtaken the one that failed.
    """
    may_be_another = session.dialect.applies_out_of_order(session.variables())
    if transaction.gtid is not None and not may_be_another:
        return True
    place = _ENDS_AT.search(message)
    if place is None or int(place.group(1)) == 0 or transaction.ends_at is None or channel.applied is None:
        return not may_be_another
    return channel.applied.position < int(place.group(1)) <= transaction.ends_at


def _read_failure(session: Session, login: Login, name: str) -> Optional[Failure]:
    """Return why a channel stands still; ``None`` while it does not."""
    channel = read_channel(session, name)
    if channel is None:
        raise Refused("There is no channel %r on this server." % name)
    if channel.is_stuck and channel.applier_error:
        error = channel.applier_error
        failure = Failure("applier", error.code, error.message)
        try:
            transaction = _read_transaction(session, login, channel)
        except ProgramFailed as failed:
            # The server may have met the same, and its error tells what can be done.
            return replace(failure, unread=failed.message)
        if transaction is None or not _is_failing(session, channel, transaction, error.message):
            return failure
        return _with_transaction(session, channel, failure, transaction)
    if channel.receiver_state != "on" and channel.receiver_error:
        return Failure("receiver", channel.receiver_error.code, channel.receiver_error.message)
    return None


def _with_transaction(session: Session, channel: Channel, failure: Failure, transaction: Transaction) -> Failure:
    rows = transaction.rows
    is_whole, conflicts = find_conflicts(session, rows) if len(rows) <= _MOST_ROWS else (False, [])
    return replace(
        failure,
        transaction=transaction.gtid or str(channel.applied),
        has_gtid=transaction.gtid is not None,
        is_whole=is_whole,
        tables=tuple(transaction.tables),
        changes=tuple(summarize([transaction])),
        conflicts=tuple(conflicts),
    )


def _describe(
    failure: Optional[Failure], source: Optional[Session], warn: Callable[[str], None]
) -> Optional[Dict[str, Any]]:
    """Return a failure in the shape of results, with the rows as they are at the source where that can tell."""
    if failure is None:
        return None
    cause, choices = explain(failure.errno)
    return {
        "thread": failure.thread,
        "errno": failure.errno,
        "message": failure.message,
        "transaction": failure.transaction,
        "unread": failure.unread,
        "cause": cause,
        "choices": list(choices),
        "tables": list(failure.tables),
        "changes": list(failure.changes)[:_MOST_SHOWN],
        "rows": [_row(conflict, source, warn) for conflict in failure.conflicts[:_MOST_SHOWN]],
    }


def _row(conflict: Conflict, source: Optional[Session], warn: Callable[[str], None]) -> Dict[str, Any]:
    at_source = None
    if source:
        try:
            at_source = read_row(source, conflict.table, conflict.key, conflict.image)
        except ServerError as error:
            # The table may be another one there by now, or none.
            source = None
            warn("A row at the source is not shown: %s" % error.message)
    return {**conflict.as_dict(), "is_source_asked": source is not None, "at_source": shown(at_source)}


class _Saved:
    """Rows that are about to be removed, in a file."""

    def __init__(self, session: Session, directory: str) -> None:
        self._session = session
        self._name = dated_path(directory, "removed")
        self._lines: List[str] = []
        self.path: Optional[str] = None

    def save(self, step: SaveRow) -> None:
        """Keep a row, on the disk before this returns."""
        row = read_row_to_remove(self._session, step.table, step.key, step.image)
        if row is None:
            return
        self._lines.append(kept_row(step.table, row) + ";\n")
        with appear(self._name) as file:
            file.write("".join((script_head(_HEAD), *self._lines)).encode("utf-8"))
        self.path = self._name


def repair(module: AnsibleModule, session: Session, login: Login, source: Optional[Session]) -> Dict[str, Any]:
    """Return the result of the module ``replication_repair``.

    :param source: a session on the source, to show its rows beside those of this server.
    """
    params = module.params
    wish = RepairWish(params["channel"], params["choice"], params["transaction"])
    if state_path(session, UNFINISHED) is None:
        raise Refused("The relay log and the ledger are files of the server's host; this module has to run there.")
    before, channel = _read_failure(session, login, wish.channel), read_channel(session, wish.channel)
    described, saved = _describe(before, source, module.warn), _Saved(session, params["directory"])

    def plan(failure: Optional[Failure]) -> Plan:
        return _plan(session, failure, channel, wish)

    result: Dict[str, Any] = {}
    try:
        result = reconcile(
            module,
            session,
            lambda: before if module.check_mode else _read_failure(session, login, wish.channel),
            plan,
            lambda failure: show_failure(failure, wish),
            actions={NoteSkip: lambda _step: _note(before, wish, params["reason"]), SaveRow: saved.save},
            local_write=wish.choice == FIX_ROW,
        )
        if result["changed"] and not module.check_mode:
            wait_until_running(session, wish.channel, channel, params["wait_seconds"])
    except TwowayError as error:
        done: Dict[str, Any] = {key: result[key] for key in ("changed", "steps") if key in result}
        error.details = {"problem": described, "saved": saved.path, **done, **error.details}
        error.message = _told_after(wish, bool(result), saved.path, error.message)
        raise
    return {**result, "problem": described, "saved": saved.path}


def _told_after(wish: RepairWish, is_done: bool, saved: Optional[str], message: str) -> str:
    """Return what is to be said of a failure, after what was done before it."""
    done = {SKIP: "was skipped", FIX_ROW: "was put right"}.get(wish.choice)
    told = ["Transaction %s %s. After that:" % (wish.transaction, done)] if is_done else []
    told += [message] + (["The rows that were removed are saved in %s." % saved] if saved else [])
    return " ".join(told)


def _plan(session: Session, failure: Optional[Failure], channel: Optional[Channel], wish: RepairWish) -> Plan:
    if failure is None or channel is None or wish.choice != SKIP or failure.transaction is None:
        return plan_repair(failure, wish, "")
    variables = session.variables()
    way, position = session.dialect.way_to_skip(channel, failure.has_gtid, variables), None
    if way == POSITION:
        gtid = session.dialect.gtid_after(variables, failure.transaction)
        reason = "the transaction counts as applied"
        position = SetAppliedGtid(reason, gtid, is_on(variables.get("gtid_strict_mode", "OFF")))
    return plan_repair(failure, wish, way, position, is_connected=channel.receiver_state == "on")


def _note(failure: Optional[Failure], wish: RepairWish, reason: str) -> None:
    if failure is not None:
        note_skip(
            {
                "channel": wish.channel,
                "transaction": failure.transaction,
                "errno": failure.errno,
                "message": failure.message,
                "table": ", ".join(failure.tables) or None,
                "reason": reason,
            }
        )
