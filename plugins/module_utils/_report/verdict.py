# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The verdict on a pair in one word and one line, fit for cron and Nagios."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Tuple

from . import words

OK, WARNING, CRITICAL, UNKNOWN = "ok", "warning", "critical", "unknown"

Reason = Tuple[str, str]
"""How bad it is, and what it is."""

_MOST_REASONS = 2


def judge_report(report: Mapping[str, Any], wish: Mapping[str, Any]) -> Dict[str, Any]:
    """Return ``state``, the ``line`` that says it, and all ``reasons``, the worst first.

    :param report: a report that has everything but the verdict.
    :param wish: ``lag_warning_seconds`` and ``lag_critical_seconds``.
    """
    if not any(member["is_reached"] for member in report["members"]):
        state, reasons = UNKNOWN, ["%s: %s" % (member["name"], member["error"]) for member in report["members"]]
    else:
        found = [*_members(report), *_writer(report), *_directions(report, wish), *_data(report), *_findings(report)]
        found.sort(key=lambda reason: (CRITICAL, WARNING).index(reason[0]))
        state, reasons = (found[0][0] if found else OK), [text for _how, text in found]
    shown = "; ".join(reasons[:_MOST_REASONS]) or _all_well(report)
    if len(reasons) > _MOST_REASONS:
        shown += "; and %d more" % (len(reasons) - _MOST_REASONS)
    return {"state": state, "line": "%s %s: %s" % (state.upper(), report["pair"], shown), "reasons": reasons}


def is_failure(state: str, fail_on: str) -> bool:
    """Return whether a run with that verdict ends as a failure. A pair of which nothing is known is no good news.

    >>> [is_failure(state, "critical") for state in ("ok", "warning", "critical", "unknown")]
    [False, False, True, True]
    >>> is_failure("warning", "warning"), is_failure("critical", "never")
    (True, False)
    """
    return state in {"critical": (CRITICAL, UNKNOWN), "warning": (WARNING, CRITICAL, UNKNOWN)}.get(fail_on, ())


def _all_well(report: Mapping[str, Any]) -> str:
    worst = max((direction["lag_seconds"] or 0 for direction in report["directions"]), default=None)
    return "both directions run, lag %s; %s" % (words.duration(worst), writer_line(report))


def writer_line(report: Mapping[str, Any]) -> str:
    """Return who takes the writes."""
    names: List[str] = report["open_members"]
    if not names:
        is_known = all(member["gate"] for member in report["members"])
        return "nobody takes writes" if is_known else "nobody is known to take writes"
    return "%s the writes" % (" and ".join(names) + (" takes" if len(names) == 1 else " take"))


def _members(report: Mapping[str, Any]) -> Iterator[Reason]:
    for member in report["members"]:
        if member["error"]:
            yield CRITICAL, "%s: %s" % (member["name"], member["error"])


def _directions(report: Mapping[str, Any], wish: Mapping[str, Any]) -> Iterator[Reason]:
    for direction in report["directions"]:
        name = "%s → %s" % (direction["source"], direction["replica"])
        # A direction of which nothing is known is told by its member.
        if direction["state"] not in ("running", "unknown"):
            failure = direction["error"]
            cause = " (%s error %s)" % (failure["thread"], failure["code"]) if failure else ""
            yield CRITICAL, "%s %s%s" % (name, words.state(direction), cause)
        elif direction["state"] == "running":
            yield from _lag(name, direction, wish)
            if direction["semi_sync"] == "fallen_back":
                yield WARNING, "%s: semi-sync has fallen back to asynchronous" % name


def _lag(name: str, direction: Mapping[str, Any], wish: Mapping[str, Any]) -> Iterator[Reason]:
    lag = direction["lag_seconds"]
    if lag is None:
        yield WARNING, "%s: its lag is unknown" % name
    elif lag >= wish["lag_warning_seconds"]:
        how = CRITICAL if lag >= wish["lag_critical_seconds"] else WARNING
        yield how, "%s is %s behind" % (name, words.duration(lag))


def _writer(report: Mapping[str, Any]) -> Iterator[Reason]:
    if report["writers"] != "one" and len(report["open_members"]) < len(report["members"]):
        closed = [member["name"] for member in report["members"] if member["gate"] in ("closed", "half-open")]
        if closed:
            yield CRITICAL, "%s should take writes, and does not" % " and ".join(closed)
    elif report["writers"] == "one" and len(report["open_members"]) > 1:
        yield CRITICAL, "%s take writes, and only one should" % " and ".join(report["open_members"])
    elif not report["open_members"]:
        yield CRITICAL, writer_line(report)


def _data(report: Mapping[str, Any]) -> Iterator[Reason]:
    comparison, skipped = report["comparison"], report["skipped"]
    if comparison and comparison["is_equal"] is False:
        yield CRITICAL, "the last comparison found differences in %s" % (", ".join(comparison["different"]) or "data")
    if skipped["is_open"]:
        yield WARNING, "%s skipped, and not compared since" % words.plural(skipped["count"], "transaction")


def _findings(report: Mapping[str, Any]) -> Iterator[Reason]:
    known = {member["name"] for member in report["members"] if member["error"]}
    for finding in report["findings"]:
        # That a member is not there has been said already, and better.
        if finding["severity"] == "blocker" and finding["member"] not in known:
            yield CRITICAL, words.finding(finding)
        elif finding["severity"] == "warning":
            yield WARNING, words.finding(finding)
