# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How values of a report are said to people, in every rendering the same way."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .._state.units import in_bytes, in_time

UNKNOWN = "unknown"

_FLAVORS = {"mysql": "MySQL", "mariadb": "MariaDB"}
_GATES = {"open": "takes writes", "half-open": "read-only, but not for administrators", "closed": "read-only"}
_STATES = {
    "running": "runs",
    "connecting": "is connecting",
    "stopped": "is stopped",
    "broken": "is broken",
    "missing": "has no channel",
    "unknown": "is unknown",
}


def plural(count: int, word: str) -> str:
    """Return a number with its word.

    >>> plural(1, "transaction"), plural(2500, "transaction")
    ('1 transaction', '2,500 transactions')
    """
    return "{:,} {}{}".format(count, word, "" if count == 1 else "s")


def duration(seconds: Optional[float]) -> str:
    """Return a span of time in words.

    >>> duration(3720), duration(None)
    ('1 h 2 min', 'unknown')
    """
    return UNKNOWN if seconds is None else in_time(seconds)


def ago(seconds: Optional[float]) -> str:
    """Return how long ago something was; clocks of two hosts may be apart a little.

    >>> ago(-0.2), ago(180), ago(None)
    ('just now', '3 min ago', 'never')
    """
    if seconds is None:
        return "never"
    return "just now" if seconds < 1 else duration(seconds) + " ago"


def moment(text: str) -> str:
    """Return a moment of ISO 8601 in UTC as people write it.

    >>> moment("2026-11-25T11:00:00Z")
    '2026-11-25 11:00:00 UTC'
    """
    return text.replace("T", " ").replace("Z", " UTC")


def size(count: Optional[float]) -> str:
    """Return a number of bytes in words.

    >>> size(1536), size(None)
    ('1.5 KiB', 'unknown')
    """
    return UNKNOWN if count is None else in_bytes(count)


def server(member: Mapping[str, Any]) -> str:
    """Return flavor and version of a member, as their makers write them."""
    if not member["version"]:
        return "no server"
    return "%s %s" % (_FLAVORS.get(member["flavor"], member["flavor"]), member["version"])


def gate(member: Mapping[str, Any]) -> str:
    """Return whether a member takes writes."""
    return _GATES.get(member["gate"], UNKNOWN)


def state(direction: Mapping[str, Any]) -> str:
    """Return how a direction is getting on, as a verb."""
    return _STATES[direction["state"]]


def place(coordinates: Optional[Mapping[str, Any]]) -> str:
    """Return a place in a binary log.

    >>> place({"file": "binlog.000003", "position": 1130}), place(None)
    ('binlog.000003:1130', 'unknown')
    """
    if not coordinates or not coordinates.get("file"):
        return UNKNOWN
    return "%s:%s" % (coordinates["file"], coordinates["position"])


def lag(direction: Mapping[str, Any]) -> str:
    """Return the lag of a direction."""
    return "lag " + duration(direction["lag_seconds"])


def lag_in_full(direction: Mapping[str, Any]) -> str:
    """Return the lag of a direction, and where it comes from; without one, up to when the replica is complete.

    >>> lag_in_full({"lag_seconds": 3, "lag_is_measured": False, "complete_age_seconds": None})
    'lag 3 s, estimated'
    >>> lag_in_full({"lag_seconds": None, "lag_is_measured": False, "complete_age_seconds": 7200.4})
    'lag unknown, complete until 2 h ago'
    """
    if direction["lag_seconds"] is None:
        age = direction["complete_age_seconds"]
        return lag(direction) + ("" if age is None else ", complete until " + ago(age))
    return lag(direction) + ("" if direction["lag_is_measured"] else ", estimated")


def gap(direction: Mapping[str, Any]) -> str:
    """Return how many transactions the replica of a direction lacks."""
    count = direction["gap_transactions"]
    return "gap unknown" if count is None else "gap " + plural(count, "transaction")


def tls(direction: Mapping[str, Any]) -> str:
    """Return whether a direction is encrypted, and whether the replica knows whom it talks to."""
    if direction["tls"] is None:
        return "TLS unknown"
    if not direction["tls"]:
        return "no TLS"
    return "TLS, verified" if direction["tls_verify"] else "TLS"


def semi_sync(direction: Mapping[str, Any]) -> str:
    """Return whether commits of a direction's source wait for its replica."""
    return {
        "active": "semi-sync",
        "fallen_back": "semi-sync fallen back",
        "off": "no semi-sync",
    }.get(direction["semi_sync"] or "", "semi-sync unknown")


def canary(direction: Mapping[str, Any]) -> str:
    """Return when the last canary of a direction was sent, and how long it took where that was measured."""
    seen = direction["canary"]
    if not seen:
        return "no canary"
    took = "" if seen["milliseconds"] is None else ", took %.1f ms" % seen["milliseconds"]
    return "canary %s%s" % (ago(seen["age_seconds"]), took)


def error(failure: Mapping[str, Any]) -> str:
    """Return the last error of a thread in a line."""
    when = " at %s" % failure["at"] if failure.get("at") else ""
    return "%s error %s%s: %s" % (failure["thread"], failure["code"], when, " ".join(failure["message"].split()))


def comparison(report: Mapping[str, Any]) -> str:
    """Return what the last comparison of the pair's data found."""
    found = report["comparison"]
    if not found:
        return "never"
    if found["is_equal"] is None:
        result = "not finished"
    elif found["is_equal"]:
        result = plural(found["tables"], "table") + " equal"
    else:
        result = "DIFFERENT: " + (", ".join(found["different"]) or "see the member")
    return "%s on %s: %s" % (found["at"] or "at an unknown time", found["replica"], result)


def skipped(entry: Mapping[str, Any]) -> str:
    """Return a transaction of the ledger in a line.

    >>> skipped({"member": "db2", "at": "2026-11-24T01:02:03Z", "transaction": "1-1-7", "errno": 1062, "reason": "dup"})
    '2026-11-24T01:02:03Z on db2: 1-1-7, error 1062 (dup)'
    """
    parts = [str(entry.get("transaction") or "a transaction")]
    if entry.get("errno"):
        parts.append("error %s" % entry["errno"])
    if entry.get("table"):
        parts.append("table %s" % entry["table"])
    why = " (%s)" % entry["reason"] if entry.get("reason") else ""
    return "%s on %s: %s%s" % (entry.get("at") or "at an unknown time", entry["member"], ", ".join(parts), why)


def finding(found: Mapping[str, Any]) -> str:
    """Return code and member of a finding."""
    return "%s on %s" % (found["code"], found["member"]) if found["member"] else str(found["code"])
