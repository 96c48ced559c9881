# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reports as metrics in the text format of Prometheus, for the textfile collector of the node exporter.

What is not known is no sample, rather than one of 0: an alert on ``absent`` sees it.

Source: Prometheus documentation, "Exposition formats", "Metric and label naming".
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

from .build import parse_time

Report = Mapping[str, Any]
Labels = Mapping[str, Any]
Sample = Tuple[str, Labels, Optional[float]]
"""Name of the metric, its labels, and its value."""

_STATES = ("ok", "warning", "critical", "unknown")
_SEVERITIES = ("blocker", "warning", "note")

HELP = {
    "twoway_pair_state": "Whether this is the verdict on the pair; one state is 1, the others are 0.",
    "twoway_pair_status_timestamp_seconds": "When the status of the pair was read, as Unix time.",
    "twoway_pair_writable_members": "How many members take writes.",
    "twoway_pair_findings": "Findings about the pair, by severity.",
    "twoway_pair_skipped_transactions": "Transactions in the ledgers of what was skipped.",
    "twoway_pair_comparison_equal": "Whether the last comparison found the same data on both members.",
    "twoway_pair_comparison_timestamp_seconds": "When the data were compared last, as Unix time.",
    "twoway_member_up": "Whether the server of the member answered.",
    "twoway_member_info": "Flavor, version and server id of the member; always 1.",
    "twoway_member_writable": "Whether the member takes writes.",
    "twoway_member_uptime_seconds": "For how long the server of the member has been running.",
    "twoway_direction_running": "Whether receiver and applier of this direction run.",
    "twoway_direction_lag_seconds": "By how much the replica is behind.",
    "twoway_direction_lag_measured": "Whether the lag was measured; 0 is for an estimate of the server.",
    "twoway_direction_complete_timestamp_seconds": "Up to when the replica has everything of its source, as Unix time.",
    "twoway_direction_gap_transactions": "Transactions of the source that the replica has not applied.",
    "twoway_direction_tls": "Whether this direction is encrypted.",
    "twoway_direction_semi_sync_active": "Whether commits of the source wait for the replica.",
    "twoway_direction_canary_timestamp_seconds": "When the last canary that arrived was sent, as Unix time.",
    "twoway_direction_canary_duration_seconds": "How long the canary of this run was on its way.",
}


def render_metrics(reports: Iterable[Report]) -> str:
    """Return the metrics of all pairs, each metric once, with its help and its type."""
    by_name: Dict[str, List[str]] = {name: [] for name in HELP}
    for report in reports:
        for name, labels, value in _samples(report):
            if value is not None:
                by_name[name].append("%s{%s} %s" % (name, _labels({"pair": report["pair"], **labels}), _number(value)))
    return "".join(
        "# HELP %s %s\n# TYPE %s gauge\n%s\n" % (name, HELP[name], name, "\n".join(lines))
        for name, lines in by_name.items()
        if lines
    )


def _samples(report: Report) -> Iterator[Sample]:
    yield from _pair(report)
    for member in report["members"]:
        yield from _member(member)
    for direction in report["directions"]:
        yield from _direction(direction)


def _pair(report: Report) -> Iterator[Sample]:
    for state in _STATES:
        yield "twoway_pair_state", {"state": state}, report["verdict"]["state"] == state
    yield "twoway_pair_status_timestamp_seconds", {}, parse_time(report["at"])
    if any(member["gate"] for member in report["members"]):
        yield "twoway_pair_writable_members", {}, len(report["open_members"])
    for severity in _SEVERITIES:
        count = sum(finding["severity"] == severity for finding in report["findings"])
        yield "twoway_pair_findings", {"severity": severity}, count
    yield "twoway_pair_skipped_transactions", {}, report["skipped"]["count"]
    comparison = report["comparison"] or {}
    yield "twoway_pair_comparison_equal", {}, comparison.get("is_equal")
    yield "twoway_pair_comparison_timestamp_seconds", {}, parse_time(comparison.get("at"))


def _member(member: Mapping[str, Any]) -> Iterator[Sample]:
    labels = {"member": member["name"]}
    yield "twoway_member_up", labels, bool(member["version"])
    if member["version"]:
        identity = {key: member[key] for key in ("flavor", "version", "server_id")}
        yield "twoway_member_info", {**labels, **identity}, 1
        yield "twoway_member_writable", labels, member["gate"] == "open"
    yield "twoway_member_uptime_seconds", labels, member["uptime_seconds"]


def _direction(direction: Mapping[str, Any]) -> Iterator[Sample]:
    labels = {"source": direction["source"], "replica": direction["replica"]}
    state, semi_sync, canary = direction["state"], direction["semi_sync"], direction["canary"] or {}
    milliseconds = canary.get("milliseconds")
    yield "twoway_direction_running", labels, None if state == "unknown" else state == "running"
    yield "twoway_direction_lag_seconds", labels, direction["lag_seconds"]
    if direction["lag_seconds"] is not None:
        yield "twoway_direction_lag_measured", labels, direction["lag_is_measured"]
    yield "twoway_direction_complete_timestamp_seconds", labels, direction["complete_until"]
    yield "twoway_direction_gap_transactions", labels, direction["gap_transactions"]
    yield "twoway_direction_tls", labels, direction["tls"]
    yield "twoway_direction_semi_sync_active", labels, None if semi_sync is None else semi_sync == "active"
    yield "twoway_direction_canary_timestamp_seconds", labels, canary.get("sent_at")
    yield (
        "twoway_direction_canary_duration_seconds",
        labels,
        None if milliseconds is None else round(milliseconds / 1000, 6),
    )


def _labels(labels: Labels) -> str:
    """Return labels as the format wants them.

    >>> _labels({"pair": 'a"b', "state": "ok"})
    'pair="a\\\\"b",state="ok"'
    """
    return ",".join('%s="%s"' % (name, _escaped(str(value))) for name, value in labels.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    """Return a value of a sample.

    >>> _number(True), _number(0.25), _number(1795604139.71394)
    ('1', '0.25', '1795604139.71394')
    """
    return repr(int(value) if isinstance(value, bool) else value)
