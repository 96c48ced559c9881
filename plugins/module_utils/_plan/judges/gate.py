# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges who may write."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping

from ..._state.variables import is_off
from ..active import doubt_about_writer, present_writer
from ..steps import Finding
from .view import BLOCKER, WARNING, Member, Pair

_THROUGH_GATE = ("CONNECTION_ADMIN", "READ_ONLY ADMIN", "SUPER")
"""Privileges whose holders write on a server that is only read-only."""


def writer(pair: Pair) -> Iterator[Finding]:
    if pair.wish["writers"] != "one":
        return
    present, active = present_writer(pair.members, pair.facts), pair.wish["active"]
    if present and present != active:
        yield Finding(
            "WRITER_DIFFERS",
            BLOCKER,
            present,
            "it takes the writes; pair_active_member says %s" % active,
            "Leave pair_active_member unset: this run moves no writes.",
        )


def unknown_writer(pair: Pair) -> Iterator[Finding]:
    """Find a pair of which a deployment could close the wrong member, and nobody said which one is right."""
    if pair.wish["writers"] != "one" or pair.wish.get("named") or pair.wish.get("rebuild") is not None:
        return
    doubt = doubt_about_writer(pair.members, pair.facts)
    if doubt:
        yield Finding(
            "WRITER_UNKNOWN",
            BLOCKER,
            None,
            "nothing tells who takes the writes: %s" % doubt,
            "Find out which member the application writes to, and name it in pair_active_member for this run.",
        )


def both_open(pair: Pair) -> Iterator[Finding]:
    if pair.wish["writers"] == "one" and len([member for member in pair.answering if member.is_open]) == 2:
        yield Finding(
            "BOTH_GATES_OPEN",
            BLOCKER,
            None,
            "pair_writers is one, and both members take writes",
            "Find out who writes on which, compare the data, then close the standby: deploy_pair does.",
        )


def none_open(pair: Pair) -> Iterator[Finding]:
    if pair.both and not any(member.is_open for member in pair.answering):
        yield Finding(
            "NO_GATE_OPEN",
            BLOCKER,
            None,
            "both members are read-only",
            "If no switchover is on its way, run deploy_pair: it opens the active member.",
        )


def closed_member(pair: Pair) -> Iterator[Finding]:
    closed = [member.name for member in pair.answering if not member.is_open]
    if pair.wish["writers"] == "both" and pair.both and len(closed) == 1:
        yield Finding(
            "WRITER_CLOSED",
            WARNING,
            closed[0],
            "pair_writers is both, and this member is read-only",
            "Run deploy_pair, or set pair_writers: one.",
        )


def not_kept(pair: Pair) -> Iterator[Finding]:
    """Find a member whose gate stays after a restart, or a move that was killed, as it happens to be."""
    if pair.wish["writers"] != "one":
        return
    for name, facts in pair.known:
        keeper = facts["host"].get("keeper")
        if not keeper or not facts.get("claim"):
            continue
        lacks = [
            word
            for key, word in (("is_running", "does not run"), ("is_enabled", "does not start at boot"))
            if not keeper[key]
        ]
        if lacks:
            yield Finding(
                "GATE_NOT_KEPT",
                WARNING,
                name,
                "the service %s, which opens and closes its write gate, %s"
                % (keeper["name"], " and ".join(lacks) if keeper["is_installed"] else "is not installed"),
                "Run deploy_pair, or systemctl enable --now %s; see first why it ended." % keeper["name"],
            )


def against_claim(pair: Pair) -> Iterator[Finding]:
    """Find the one open gate at the member that did not claim the writes last."""
    opened = [member for member in pair.answering if member.is_open]
    claims = [member.facts["claim"] for member in pair.answering if member.facts.get("claim")]
    if pair.wish["writers"] != "one" or len(opened) != 1 or not pair.both or not claims:
        return
    claimed = max(claims, key=lambda claim: (claim["term"], claim["server_id"]))["server_id"]
    if opened[0].facts["server"]["server_id"] != claimed:
        yield Finding(
            "GATE_AGAINST_CLAIM",
            WARNING,
            opened[0].name,
            "it takes the writes, and the newest claim to them is of server %d" % claimed,
            "Find out who opened it, and why the keepers of the gates let it: deploy_pair goes by the claim.",
        )


def half_open(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if not member.is_open and member.has("super_read_only") and not member.number("super_read_only"):
            yield Finding(
                "GATE_HALF_OPEN",
                WARNING,
                member.name,
                "read_only is on and super_read_only is off: accounts with administrative privileges write here",
                "Run deploy_pair, or SET GLOBAL super_read_only = ON.",
            )


def writes_through(pair: Pair) -> Iterator[Finding]:
    """Find accounts of people or programs that a closed gate does not hold."""
    for member in pair.answering:
        if member.is_open or member.number("super_read_only"):
            continue
        through = [
            "'%s'@'%s' (%s)" % (account["user"], account["host"], ", ".join(held))
            for account in member.facts["accounts"] or []
            for held in [_held(account)]
            if held and not account["is_locked"]
        ]
        if through:
            yield Finding(
                "ACCOUNT_WRITES_THROUGH_GATE",
                WARNING,
                member.name,
                "it is read-only, and these write here all the same: %s" % ", ".join(through[:10]),
                "Take these privileges from accounts of applications.",
            )


def _held(account: Mapping[str, Any]) -> List[str]:
    return [privilege for privilege in _THROUGH_GATE if privilege in account["privileges"]]


def after_restart(pair: Pair) -> Iterator[Finding]:
    """Find a closed gate that nothing closes at the next start."""
    for member in pair.answering:
        at_start = member.at_start
        if member.is_open or at_start is None:
            continue
        if all(is_off(at_start.get(name, "OFF")) for name in ("read_only", "super_read_only")):
            yield Finding(
                "GATE_NOT_PERSISTED",
                WARNING,
                member.name,
                "its write gate is closed, and will be open after a restart of the server",
                "Run deploy_pair: it writes what is wished into the option file.",
            )


def events_on_standby(pair: Pair) -> Iterator[Finding]:
    if pair.wish["writers"] != "one":
        return
    for member in pair.answering:
        if not member.is_open and member.facts["enabled_events"] and _scheduler_runs(member):
            yield Finding(
                "EVENTS_ON_STANDBY",
                WARNING,
                member.name,
                "it is read-only, and these events run here: %s" % ", ".join(member.facts["enabled_events"][:10]),
                "Disable them on this member, as on a replica; they run on the active one.",
            )


def _scheduler_runs(member: Member) -> bool:
    return member.settings.get("event_scheduler", "").upper() == "ON"
