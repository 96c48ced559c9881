# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the binary log: what it holds, for how long, and what keeps it from being removed."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from ..._state.units import in_bytes, in_time
from ..steps import Finding
from .view import BLOCKER, NOTE, WARNING, Member, Pair

_NEARLY_FULL_SHARE = 0.1
_NEARLY_FULL_BYTES = 2**30


def switched_off(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if not member.facts["replication"]["binlog"]["enabled"]:
            yield Finding(
                "BINLOG_OFF",
                BLOCKER,
                member.name,
                "it writes no binary log, so that its peer gets nothing from it",
                "Run deploy_pair: it sets log_bin and restarts the server.",
            )


def moved(pair: Pair) -> Iterator[Finding]:
    """Find a binary log in use that is to begin anew in another place."""
    in_use = [member.name for member in pair.in_use]
    for member in pair.answering:
        present = member.settings.get("log_bin_basename")
        wished = pair.wish["by_member"][member.name].get("log_bin_basename")
        is_followed = member.facts["replication"]["replicas"] and not pair.is_copied(member.name)
        if present and wished and present != wished and (is_followed or member.name in in_use):
            yield Finding(
                "BINLOG_WOULD_MOVE",
                BLOCKER,
                member.name,
                "it replicates with the binary log %s; wished is %s" % (present, wished),
                "Leave mysql_server_log_bin unset: what has not been fetched by then would be out of reach.",
            )


def row_format(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        used = member.settings.get("binlog_format", "ROW")
        if used.upper() != "ROW":
            yield Finding(
                "BINLOG_FORMAT_NOT_ROW",
                WARNING,
                member.name,
                "binlog_format is %s: statements can have another effect on the peer" % used,
                "Run deploy_pair: it sets ROW. Sessions that are open keep the old format.",
            )


def row_image(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        used = member.settings.get("binlog_row_image", "FULL").upper()
        if not used.startswith("FULL"):
            yield Finding(
                "BINLOG_ROW_IMAGE_NOT_FULL",
                WARNING,
                member.name,
                "binlog_row_image is %s: an event does not tell what the row was" % used,
                "SET GLOBAL binlog_row_image = FULL, and in mysql_server_options.",
            )


def replica_updates(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.number("log_replica_updates") == 0:
            yield Finding(
                "REPLICA_UPDATES_NOT_LOGGED",
                WARNING,
                member.name,
                "%s is off: its binary log lacks what its peer wrote" % member.called("log_replica_updates"),
                "Set mysql_server_log_replica_updates: true.",
            )


def retention(pair: Pair) -> Iterator[Finding]:
    """Find a binary log that is gone before a peer that was away comes back."""
    wanted = pair.wish["outage_seconds"]
    for member in pair.answering:
        kept = _kept(member)
        lasts = kept.get("lasts_seconds")
        if lasts is None or lasts >= wanted:
            continue
        yield Finding(
            "RETENTION_SHORTER_THAN_OUTAGE",
            WARNING,
            member.name,
            "its peer may be away for %s before it has to be seeded again (limited by %s%s); pair_outage_seconds is %s"
            % (in_time(lasts), kept["limited_by"], _rate(kept), in_time(wanted)),
            "Keep the binary log for longer (mysql_server_binlog_retention_seconds), or give it more room.",
        )


def _kept(member: Member) -> Mapping[str, Any]:
    kept: Optional[Mapping[str, Any]] = member.facts["replication"]["binlog"]["kept"]
    return kept or {}


def _rate(kept: Mapping[str, Any]) -> str:
    rate = kept["bytes_per_second"]
    return "" if rate is None else " at %s/s" % in_bytes(rate)


def purge_waits(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        needed = member.number("replica_connections_needed_for_purge")
        connected = len(member.facts["replication"]["replicas"])
        if needed:
            yield Finding(
                "PURGE_WAITS_FOR_PEER",
                WARNING,
                member.name,
                "no binary log is removed while fewer than %d replicas are connected (now %d): an absent peer fills the"
                " disk" % (needed, connected),
                "Run deploy_pair: it sets slave_connections_needed_for_purge to 0, so that the retention decides.",
            )


def disk(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for purpose, place in (member.facts["disks"] or {}).items():
            floor = min(place["size_bytes"] * _NEARLY_FULL_SHARE, 10 * _NEARLY_FULL_BYTES)
            if place["free_bytes"] < max(floor, _NEARLY_FULL_BYTES):
                yield Finding(
                    "DISK_NEARLY_FULL",
                    WARNING,
                    member.name,
                    "%s of %s are free for the %s (%s)"
                    % (in_bytes(place["free_bytes"]), in_bytes(place["size_bytes"]), purpose, place["path"]),
                    "Make room; a server without any stops all writes.",
                )


def cache(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for advice in member.facts["replication"]["binlog_cache"].get("advice") or []:
            yield Finding(
                "BINLOG_CACHE_TOO_SMALL",
                NOTE,
                member.name,
                "%d of %d transactions went to the disk in %s, because %s is %s"
                % (
                    advice["disk_use"],
                    advice["use"],
                    in_time(advice["uptime_seconds"]),
                    advice["variable"],
                    in_bytes(advice["size_bytes"]),
                ),
                "Set it to %s (mysql_server_binlog_cache_size, or mysql_server_options); with all %d connections in use"
                " that is %s of memory."
                % (
                    in_bytes(advice["suggested_bytes"]),
                    advice["connections"],
                    in_bytes(advice["suggested_bytes"] * advice["connections"]),
                ),
            )
