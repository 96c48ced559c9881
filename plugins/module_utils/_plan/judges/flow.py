# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges whether events flow between the members, and whether their effect is what it should be."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from ..._state.comparison import find_last_comparison, find_last_seed, has_open_skips, lacks_time
from ..._state.units import in_time
from ..steps import Finding
from .symbols import symbol_of
from .view import BLOCKER, NOTE, WARNING, Pair

_LONGEST_MESSAGE = 400


def _reason(error: Optional[Mapping[str, Any]]) -> str:
    """Return the last error of a thread in words, with the symbol of its number."""
    if not error:
        return ", without an error"
    message = " ".join(error["message"].split())
    return ": error %s: %s" % (symbol_of(error["code"]), message[:_LONGEST_MESSAGE].rstrip("."))


def receiver(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and member.channel["receiver"]["state"] == "off":
            yield Finding(
                "RECEIVER_STOPPED",
                BLOCKER,
                member.name,
                "it receives nothing from %s; the receiver is stopped%s"
                % (member.peer, _reason(member.channel["receiver"]["error"])),
                "Without an error start the receiver (deploy_pair does); else remove the cause first.",
            )


def connection(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and member.channel["receiver"]["state"] == "connecting":
            yield Finding(
                "RECEIVER_NOT_CONNECTED",
                WARNING,
                member.name,
                "its receiver tries to reach %s%s" % (member.peer, _reason(member.channel["receiver"]["error"])),
                "See whether the peer's server runs, and whether account, password, address and TLS are right.",
            )


def applier(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and member.channel["applier"]["state"] == "off":
            yield Finding(
                "APPLIER_STOPPED",
                BLOCKER,
                member.name,
                "it applies nothing from %s; the applier is stopped%s"
                % (member.peer, _reason(member.channel["applier"]["error"])),
                "Without an error start the applier; else see with repair_channel what it stands at.",
            )


def lag(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        seconds = (member.channel or {}).get("lag_seconds")
        # It is measured to a second, and told in fractions.
        if seconds is not None and int(seconds) > pair.wish["lag_seconds"]:
            yield Finding(
                "REPLICA_LAGS",
                WARNING,
                member.name,
                "it is %s behind %s" % (in_time(seconds), member.peer),
                "See what its applier does (one long transaction, a table without a key, a slow disk).",
            )


def delay(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        seconds = (member.channel or {}).get("delay_seconds")
        if seconds:
            yield Finding(
                "APPLIER_DELAYED",
                NOTE,
                member.name,
                "its applier keeps %s behind on purpose" % in_time(seconds),
                "Set the delay to 0 if this member has to take over at once.",
            )


def until(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        condition = ((member.channel or {}).get("applier") or {}).get("until")
        if condition:
            yield Finding(
                "APPLIER_STOPS_AT_PLACE",
                WARNING,
                member.name,
                "its applier was told to stop at some place (UNTIL, %s)" % condition,
                "Stop and start the applier without UNTIL.",
            )


def skipped_errors(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        skipped = member.settings.get("replica_skip_errors", "OFF")
        if skipped.upper() not in ("OFF", ""):
            yield Finding(
                "ERRORS_SKIPPED",
                WARNING,
                member.name,
                "events that fail with these errors are passed over in silence: %s" % skipped[:100],
                "Remove %s from the option file, restart, and compare the data." % member.called("replica_skip_errors"),
            )


def skip_counter(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        count = member.number("sql_replica_skip_counter")
        if count:
            yield Finding(
                "SKIP_COUNTER_SET",
                WARNING,
                member.name,
                "%s is %d: whatever comes next is passed over, if it fits or not"
                % (member.called("sql_replica_skip_counter"), count),
                "Set it to 0 while the applier stands; repair_channel skips one transaction, by its id.",
            )


def commit_order(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        workers, name = member.number("replica_parallel_workers") or 0, member.called("replica_preserve_commit_order")
        if workers > 1 and member.number("replica_preserve_commit_order") == 0:
            yield Finding(
                "COMMIT_ORDER_NOT_KEPT",
                WARNING,
                member.name,
                "%s is off with %d workers: transactions become visible in another order than at their source, and a"
                " crash leaves gaps" % (name, workers),
                "SET GLOBAL %s = ON while the applier stands, and in mysql_server_options." % name,
            )


def idempotent_rows(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.settings.get("replica_exec_mode", "").upper() == "IDEMPOTENT":
            yield Finding(
                "ROWS_FORCED",
                WARNING,
                member.name,
                "%s is IDEMPOTENT: rows that exist twice or not at all are no error"
                % member.called("replica_exec_mode"),
                "Set it to STRICT, and compare the data.",
            )


def idempotent_definitions(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.settings.get("replica_ddl_exec_mode", "").upper() == "IDEMPOTENT":
            yield Finding(
                "DEFINITIONS_FORCED",
                WARNING,
                member.name,
                "%s is IDEMPOTENT: a replicated CREATE TABLE replaces a table that is there"
                % member.called("replica_ddl_exec_mode"),
                "Run deploy_pair: it sets STRICT.",
            )


def skipped_transactions(pair: Pair) -> Iterator[Finding]:
    known = dict(pair.known)
    comparison, seeded_at = find_last_comparison(known), find_last_seed(known)
    for name, facts in pair.known:
        ledger = facts.get("skipped_transactions")
        if not ledger or not has_open_skips(ledger, comparison, seeded_at):
            continue
        if lacks_time(ledger):
            yield Finding(
                "TRANSACTIONS_SKIPPED",
                WARNING,
                name,
                "transactions skipped here: %d; of at least one the ledger does not tell when" % ledger["count"],
                "Compare all data (compare_pair), and repair what differs. Then move the ledger away: no comparison is"
                " known to have come after that line.",
            )
        else:
            last = ledger["last"][-1]
            yield Finding(
                "TRANSACTIONS_SKIPPED",
                WARNING,
                name,
                "transactions skipped here: %d; the last one was %s at %s, because of error %s"
                % (ledger["count"], last.get("transaction"), last["at"], symbol_of(last.get("errno"))),
                "Compare all data (compare_pair), and repair what differs in the tables that are named in the ledger.",
            )


def compared(pair: Pair) -> Iterator[Finding]:
    last = find_last_comparison(dict(pair.known))
    if last and last["is_equal"] is False:
        yield Finding(
            "MEMBERS_DIFFER",
            BLOCKER,
            last["replica"],
            "the last comparison with %s (%s) found a difference in %s"
            % (last["source"], last["at"], ", ".join(last["different"]) or "some table"),
            "Decide which side is right, then repair the tables (compare_pair) or rebuild the member.",
        )
