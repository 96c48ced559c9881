# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what a power cut or a failover would lose."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ..steps import Finding
from .view import NOTE, WARNING, Member, Pair

_COMMITS_WORTH_JUDGING = 100
_UNACKNOWLEDGED_SHARE = 0.01
_LEAST_PATIENCE_MS = 10


def commits(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        unsafe = [
            "%s is %d" % (name, value)
            for name in ("sync_binlog", "innodb_flush_log_at_trx_commit")
            for value in [member.number(name)]
            if value is not None and value != 1
        ]
        if unsafe:
            yield Finding(
                "COMMITS_NOT_DURABLE",
                WARNING,
                member.name,
                "%s: a power cut loses commits, and its peer may have those" % " and ".join(unsafe),
                "Set mysql_server_sync_binlog and mysql_server_flush_log_at_commit to 1.",
            )


def acknowledged_events(pair: Pair) -> Iterator[Finding]:
    """Find a replica that throws away, at its next start, what it acknowledged."""
    for member in pair.answering:
        if not member.has("keeps_relay_log") or not _semi_sync(member)["replica"]["is_enabled"]:
            continue
        if not member.channel or member.channel["coordinates"] != "gtid":
            continue
        lossy = []
        if member.number("relay_log_recovery"):
            lossy.append("relay_log_recovery is on")
        if member.number("sync_relay_log") != 1:
            lossy.append("sync_relay_log is %s" % member.settings.get("sync_relay_log"))
        if lossy:
            yield Finding(
                "ACKNOWLEDGED_EVENTS_LOST",
                WARNING,
                member.name,
                "%s: at a restart it drops events that it acknowledged to its source" % " and ".join(lossy),
                "Run deploy_pair: with GTIDs it sets relay_log_recovery off and sync_relay_log 1.",
            )


def relay_log(pair: Pair) -> Iterator[Finding]:
    """Find a replica by file position whose receiver does not know, after a crash, what it has received."""
    for member in pair.answering:
        is_by_file = member.channel and member.channel["coordinates"] == "file_position"
        if is_by_file and member.number("relay_log_recovery") == 0:
            yield Finding(
                "RELAY_LOG_NOT_RECOVERED",
                WARNING,
                member.name,
                "its channel follows by file position and relay_log_recovery is off: after a crash events can come"
                " twice, or broken",
                "Run deploy_pair: by file position it sets relay_log_recovery on.",
            )


def _semi_sync(member: Member) -> Mapping[str, Any]:
    return dict(member.facts["replication"]["semi_sync"])


def semi_sync_sides(pair: Pair) -> Iterator[Finding]:
    if not pair.both:
        return
    for source, replica in pair.directions:
        wanted, given = _semi_sync(source)["source"], _semi_sync(replica)["replica"]
        if wanted["is_enabled"] and not given["is_enabled"]:
            yield Finding(
                "SEMI_SYNC_ONE_SIDED",
                WARNING,
                replica.name,
                "its source %s waits for acknowledgments that it does not give" % source.name,
                "Run deploy_pair: it switches semi-synchronous replication on for both roles of both members.",
            )


def semi_sync_state(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        source = _semi_sync(member)["source"]
        if not source["is_enabled"] or not member.is_open:
            continue
        if source["is_active"] is False:
            yield Finding(
                "SEMI_SYNC_NOT_ACTIVE",
                WARNING,
                member.name,
                "it takes writes without waiting for its peer: semi-synchronous replication is enabled and has fallen"
                " back (%d replicas could acknowledge)" % (source["replicas"] or 0),
                "See why the peer does not acknowledge in time; it waits again once the peer is close behind.",
            )


def semi_sync_history(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        source = _semi_sync(member)["source"]
        if not source["is_enabled"] or not source["is_active"]:
            continue
        missed = source["unacknowledged"] or 0
        all_commits = missed + (source["acknowledged"] or 0)
        if all_commits >= _COMMITS_WORTH_JUDGING and missed > all_commits * _UNACKNOWLEDGED_SHARE:
            yield Finding(
                "SEMI_SYNC_TIMED_OUT",
                NOTE,
                member.name,
                "%d of %d commits since the server started were not acknowledged within %d ms"
                % (missed, all_commits, source["timeout_ms"]),
                "See what was slow then: the network, the peer's disk, or an absent peer.",
            )


def patience(pair: Pair) -> Iterator[Finding]:
    """Find a source that gives its replica no time to acknowledge, as a failover that was killed leaves it."""
    for member in pair.answering:
        source = _semi_sync(member)["source"]
        if source["is_enabled"] and source["timeout_ms"] is not None and source["timeout_ms"] < _LEAST_PATIENCE_MS:
            yield Finding(
                "SEMI_SYNC_IMPATIENT",
                WARNING,
                member.name,
                "its commits wait %d ms for the peer, which is as good as not at all" % source["timeout_ms"],
                "Run deploy_pair: it sets mysql_server_semi_sync_timeout_ms.",
            )


def wait_point(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        source = _semi_sync(member)["source"]
        if source["is_enabled"] and source["wait_point"] == "AFTER_COMMIT":
            yield Finding(
                "SEMI_SYNC_AFTER_COMMIT",
                WARNING,
                member.name,
                "others see a commit before the peer has it: the wait point is AFTER_COMMIT",
                "Run deploy_pair: it sets AFTER_SYNC.",
            )
