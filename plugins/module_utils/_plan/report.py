# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A pair in a few lines that a person reads in a terminal."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional

Facts = Mapping[str, Any]


def report_pair(facts: Mapping[str, Facts], canaries: Mapping[str, Mapping[str, Any]]) -> List[str]:
    """Return lines about the members of a pair and the channels between them.

    :param facts: by member, what ``member_info`` returned.
    :param canaries: by member, what ``replication_canary`` returned there.
    """
    lines: List[str] = []
    for name, member in facts.items():
        lines.append(_member_line(name, member))
        lines += ["    " + line for line in _channel_lines(member, canaries.get(name) or {})]
    return lines


def _member_line(name: str, member: Facts) -> str:
    server = member.get("server")
    if not server:
        return "%s: no server answers" % name
    binlog = member["replication"]["binlog"]
    return "%s: %s %s, server id %d, %s, binary log %s:%s" % (
        name,
        server["flavor"],
        server["version"],
        server["server_id"],
        "takes writes" if server["is_gate_open"] else "read-only",
        binlog["file"],
        binlog["position"],
    )


def _channel_lines(member: Facts, canary: Mapping[str, Any]) -> List[str]:
    if not member.get("server"):
        return []
    channels = member["replication"]["channels"]
    if not channels:
        return ["no channel"]
    return ["%s; canary %s" % (_channel_line(channel), _canary_words(canary)) for channel in channels]


def _channel_line(channel: Mapping[str, Any]) -> str:
    lag: Optional[int] = channel["lag_seconds"]
    return "from %s by %s: receiver %s, applier %s, lag %s, TLS %s" % (
        channel["source_host"],
        channel["coordinates"].replace("_", " "),
        channel["receiver"]["state"],
        channel["applier"]["state"],
        "unknown" if lag is None else "%d s" % lag,
        "on" if channel["tls"] else "off",
    )


def _canary_words(canary: Mapping[str, Any]) -> str:
    if not canary.get("arrived"):
        return "not seen"
    milliseconds = canary.get("milliseconds")
    return "arrived" if milliseconds is None else "arrived after %.1f ms" % milliseconds


def report_progress(progress: Mapping[str, Any]) -> str:
    """Return how far a seed is, in a line.

    >>> told = {"stage": "copy", "bytes": 471859200, "expected_bytes": 1048576000, "share": 0.45}
    >>> report_progress({**told, "bytes_per_second": 94371840, "remaining_seconds": 6.1})
    'copy, 450.0 MiB of 1000.0 MiB (45%), 90.0 MiB/s, about 6 s left'
    >>> report_progress({"stage": "restart", "bytes": 0})
    'restart'

    :param progress: as the file of a seed's progress has it; what is not known is missing or ``None``.
    """
    parts = [str(progress.get("stage", "starting"))]
    if progress.get("bytes"):
        of_all = ""
        if progress.get("expected_bytes"):
            of_all = " of %s (%.0f%%)" % (_size(progress["expected_bytes"]), 100 * progress["share"])
        parts.append(_size(progress["bytes"]) + of_all)
    if progress.get("bytes_per_second"):
        parts.append("%s/s" % _size(progress["bytes_per_second"]))
    if progress.get("remaining_seconds") is not None:
        parts.append("about %.0f s left" % progress["remaining_seconds"])
    return ", ".join(parts)


def _size(count: float) -> str:
    """Return a number of bytes in words.

    >>> _size(512), _size(1536), _size(5 * 1024 ** 4)
    ('512 B', '1.5 KiB', '5.0 TiB')
    """
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return "%d B" % count if unit == "B" else "%.1f %s" % (count, unit)
        count /= 1024
    return "%.1f TiB" % count
