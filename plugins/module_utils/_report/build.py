# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The report of a pair: everything that is known of it at a moment, as one value that JSON can carry.

All renderings show this value and nothing else. Its keys are described in docs/status.md; ``report_version`` grows when
one of them changes its meaning or goes away. What is not known is ``None``, never 0.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Mapping, Optional

from .._state.comparison import find_last_comparison, find_last_seed, has_open_skips
from .._state.gtid import count_missing
from .._state.moment import FORM
from .verdict import judge_report

VERSION = 1

Facts = Mapping[str, Any]
Report = Dict[str, Any]

_PAGES = "https://github.com/twoway/mysql/blob/main/docs/findings/%s.md"


def build_report(
    facts: Mapping[str, Facts],
    wish: Mapping[str, Any],
    findings: Iterable[Mapping[str, Any]],
    canaries: Mapping[str, Mapping[str, Any]],
) -> Report:
    """Return the report of a pair.

    :param facts: by member what ``member_info`` returned, or the failure that Ansible has of it.
    :param wish: ``name``, ``at`` (ISO 8601, UTC), ``members``, ``writers``, ``active``, ``addresses`` by member,
        ``lag_warning_seconds`` and ``lag_critical_seconds``.
    :param canaries: by member what ``replication_canary`` returned there in this run, if there was such a task.
    """
    names = list(wish["members"])
    told = {name: fact for name, fact in facts.items() if fact and "host" in fact}
    members = [_member(name, facts.get(name) or {}, wish) for name in names]
    directions = [
        _direction(source, replica, told, wish, canaries.get(replica) or {})
        for source in names
        for replica in names
        if source != replica
    ]
    report: Report = {
        "report_version": VERSION,
        "pair": wish["name"],
        "at": wish["at"],
        "writers": wish["writers"],
        "active": wish["active"],
        "open_members": [member["name"] for member in members if member["gate"] == "open"],
        "members": members,
        "directions": directions,
        "findings": [{**finding, "page": _PAGES % finding["code"]} for finding in findings],
        "comparison": _comparison(told, wish["addresses"]),
        "skipped": _ledger(told),
        "history": [],
    }
    report["verdict"] = judge_report(report, wish)
    return report


def parse_time(text: Optional[str]) -> Optional[float]:
    """Return the Unix time of a moment in ISO 8601; ``None`` for a text that is none.

    >>> parse_time("2026-11-24T01:02:03.5Z"), parse_time("soon"), parse_time(None)
    (1795482123.5, None, None)
    """
    for form in (FORM, "%Y-%m-%dT%H:%M:%S.%fZ"):
        try:
            return datetime.strptime(text or "", form).replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            continue
    return None


def _member(name: str, fact: Facts, wish: Mapping[str, Any]) -> Dict[str, Any]:
    server = fact.get("server") or {}
    binlog = (fact.get("replication") or {}).get("binlog") or {}
    return {
        "name": name,
        "address": wish["addresses"].get(name),
        "is_reached": "host" in fact,
        "error": _trouble(fact),
        "flavor": server.get("flavor"),
        "version": server.get("version"),
        "server_id": server.get("server_id"),
        "server_uuid": server.get("server_uuid"),
        "uptime_seconds": server.get("uptime_seconds"),
        "gate": _gate(server),
        "free_bytes": (fact.get("host") or {}).get("free_bytes"),
        "binlog": {key: binlog.get(key) for key in ("file", "position", "gtid")},
    }


def _trouble(fact: Facts) -> Optional[str]:
    """Return why nothing, or not everything, is known of a member."""
    if "host" not in fact:
        # Of several lines, the last says it most closely.
        lines = str(fact.get("msg") or "it is not part of this run").strip().splitlines()
        return "not asked: " + re.sub("^Task failed: ", "", lines[-1]).rstrip(".")
    service = fact["host"]["service"]
    if fact["server"]:
        return None
    if service and not service["is_running"]:
        return "its server does not run"
    if fact["login_error"]:
        return str(fact["login_error"]["message"])
    return "no server is installed"


def _gate(server: Mapping[str, Any]) -> Optional[str]:
    if not server:
        return None
    if server["is_gate_open"]:
        return "open"
    return "half-open" if server["variables"].get("super_read_only") == "OFF" else "closed"


def _direction(
    source: str, replica: str, told: Mapping[str, Facts], wish: Mapping[str, Any], canary: Mapping[str, Any]
) -> Dict[str, Any]:
    at_source, at_replica = told.get(source) or {}, told.get(replica) or {}
    channel = _channel(at_replica, at_source, wish["addresses"].get(source))
    receiver, applier = channel.get("receiver") or {}, channel.get("applier") or {}
    written = (at_source.get("replication") or {}).get("binlog") or {}
    return {
        "source": source,
        "replica": replica,
        "state": _state(at_replica, channel),
        "receiver": receiver.get("state"),
        "applier": applier.get("state"),
        "lag_seconds": channel.get("lag_seconds"),
        "lag_is_measured": bool(channel.get("lag_is_measured")),
        "complete_until": channel.get("complete_until"),
        "complete_age_seconds": _age(channel.get("complete_until"), parse_time(wish["at"])),
        "gap_transactions": _gap(written, at_replica, channel),
        "coordinates": channel.get("coordinates"),
        "written": {"file": written["file"], "position": written["position"]} if written.get("file") else None,
        "received": receiver.get("coordinates"),
        "applied": applier.get("coordinates"),
        "error": _error(receiver, applier),
        "tls": channel.get("tls"),
        "tls_verify": channel.get("tls_verify"),
        "semi_sync": _semi_sync(at_source, at_replica),
        "canary": _canary(channel, at_replica, canary, parse_time(wish["at"])),
    }


def _channel(at_replica: Facts, at_source: Facts, address: Optional[str]) -> Mapping[str, Any]:
    """Return the channel of a replica from a source; an empty one when there is none."""
    channels: List[Mapping[str, Any]] = (at_replica.get("replication") or {}).get("channels") or []
    server_id = (at_source.get("server") or {}).get("server_id")
    for channel in channels:
        if channel["source_host"] == address or (server_id and channel["source_server_id"] == server_id):
            return channel
    return {}


def _state(at_replica: Facts, channel: Mapping[str, Any]) -> str:
    if not at_replica.get("server"):
        return "unknown"
    if not channel:
        return "missing"
    receiver, applier = channel["receiver"], channel["applier"]
    if receiver["state"] == "on" and applier["state"] == "on":
        return "running"
    stopped_with_error = [thread for thread in (receiver, applier) if thread["state"] == "off" and thread["error"]]
    if stopped_with_error:
        return "broken"
    return "connecting" if applier["state"] == "on" and receiver["state"] == "connecting" else "stopped"


def _error(receiver: Mapping[str, Any], applier: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    for thread, seen in (("applier", applier), ("receiver", receiver)):
        if seen.get("error"):
            return {"thread": thread, **seen["error"], "at": _iso(seen["error"]["at"])}
    return None


def _iso(text: Optional[str]) -> Optional[str]:
    """Return the time of an error, by the clock of its server, with the digits of the century.

    >>> _iso("261125 11:00:07")
    '2026-11-25 11:00:07'
    """
    seen = re.fullmatch(r"(\d\d)(\d\d)(\d\d) +(\d+:\d\d:\d\d)", text or "")
    return "20%s-%s-%s %s" % seen.groups() if seen else text


def _gap(written: Mapping[str, Any], at_replica: Facts, channel: Mapping[str, Any]) -> Optional[int]:
    """Return how many transactions of the source the replica lacks, as both told it one after the other."""
    if not channel or channel["coordinates"] == "file_position":
        return None
    own = at_replica["replication"]["binlog"].get("gtid")
    try:
        return count_missing(written.get("gtid"), [own, channel["applier"]["gtid"]])
    except ValueError:
        return None


def _semi_sync(at_source: Facts, at_replica: Facts) -> Optional[str]:
    source = ((at_source.get("replication") or {}).get("semi_sync") or {}).get("source")
    replica = ((at_replica.get("replication") or {}).get("semi_sync") or {}).get("replica")
    if not source or not replica:
        return None
    if not source["is_enabled"] or not replica["is_enabled"]:
        return "off"
    return "active" if source["is_active"] and replica["is_active"] and source["replicas"] else "fallen_back"


def _canary(
    channel: Mapping[str, Any], at_replica: Facts, sent_now: Mapping[str, Any], now: Optional[float]
) -> Optional[Dict[str, Any]]:
    """Return the last canary of the source that arrived at the replica."""
    if sent_now.get("arrived"):
        return {"sent_at": now, "age_seconds": 0.0, "milliseconds": sent_now.get("milliseconds")}
    for row in at_replica.get("canaries") or []:
        if row["server_id"] == channel.get("source_server_id"):
            return {"sent_at": row["sent_at"], "age_seconds": _age(row["sent_at"], now), "milliseconds": None}
    return None


def _age(then: Optional[float], now: Optional[float]) -> Optional[float]:
    return None if then is None or now is None else round(max(0.0, now - then), 1)


def _comparison(told: Mapping[str, Facts], addresses: Mapping[str, str]) -> Optional[Dict[str, Any]]:
    """Return the last comparison, with names of members instead of addresses."""
    names = {address: name for name, address in addresses.items()}
    last = find_last_comparison(told)
    return {**last, "source": names.get(last["source"], last["source"])} if last else None


def _ledger(told: Mapping[str, Facts]) -> Dict[str, Any]:
    """Return how many transactions were skipped on either member, and the last of them, latest first."""
    ledgers = {name: fact["skipped_transactions"] for name, fact in told.items()}
    entries = [{"member": name, **entry} for name, ledger in ledgers.items() for entry in ledger["last"]]
    entries.sort(key=lambda entry: str(entry.get("at") or ""), reverse=True)
    found = {"count": sum(ledger["count"] for ledger in ledgers.values()), "last": entries}
    return {**found, "is_open": has_open_skips(found, find_last_comparison(told), find_last_seed(told))}
