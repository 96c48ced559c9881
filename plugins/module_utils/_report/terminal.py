# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A report in a terminal: the verdict, and below it what a person asks next."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List, Mapping, Sequence

from . import words
from .verdict import writer_line

Paint = Callable[[str, str], str]
"""Returns a text in a color: ``good``, ``bad``, ``doubtful`` or ``quiet``."""

TONES = {"ok": "good", "warning": "doubtful", "critical": "bad", "unknown": "doubtful"}
DIRECTION_TONES = {"running": "good", "connecting": "doubtful", "unknown": "doubtful"}
FINDING_TONES = {"blocker": "bad", "warning": "doubtful", "note": "quiet"}


def render_terminal(report: Mapping[str, Any], paint: Paint) -> List[str]:
    """Return the report in lines, in which nothing that a server repeats moves the cursor, or does worse."""
    report = _printable(report)
    verdict = report["verdict"]
    tone = TONES[verdict["state"]]
    lines = ["%s  %s  %s" % (paint(verdict["state"].upper(), tone), report["pair"], writer_line(report))]
    lines += _indented([paint("! " + reason, tone) for reason in verdict["reasons"]])
    lines += ["", *_indented(_table(_member_cells(report))), ""]
    for direction, cells in zip(report["directions"], _table(_direction_cells(report))):
        lines += _indented([paint(cells, DIRECTION_TONES.get(direction["state"], "bad"))])
        if direction["error"]:
            lines += _indented([paint("    " + words.error(direction["error"]), "bad")])
    lines += ["", *_indented(_table(_facts(report)))]
    for finding in report["findings"]:
        tone = FINDING_TONES.get(finding["severity"], "quiet")
        lines += ["", "  %s  %s" % (paint(finding["severity"], tone), words.finding(finding))]
        lines += _indented([finding["evidence"], "→ " + finding["remedy"]], "    ")
    return lines


def _printable(value: Any) -> Any:
    """Return a value with a sign for every character of its texts that a terminal does not print.

    >>> _printable({"evidence": ["Duplicate entry '\\x1b[2J\\n7'", 3]})
    {'evidence': ["Duplicate entry '\ufffd[2J 7'", 3]}
    """
    if isinstance(value, str):
        return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in value)
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value


def _member_cells(report: Mapping[str, Any]) -> Iterator[List[str]]:
    for member in report["members"]:
        if member["error"]:
            yield [member["name"], member["error"]]
            continue
        yield [
            member["name"],
            words.server(member),
            words.gate(member),
            "up " + words.duration(member["uptime_seconds"]),
            str(member["address"]),
            "id %s" % member["server_id"],
            words.place(member["binlog"]),
        ]


def _direction_cells(report: Mapping[str, Any]) -> Iterator[List[str]]:
    for direction in report["directions"]:
        cells = ["%s → %s" % (direction["source"], direction["replica"]), words.state(direction)]
        if direction["state"] not in ("missing", "unknown"):
            cells += [words.lag_in_full(direction), words.gap(direction), words.tls(direction)]
            cells += [words.semi_sync(direction), words.canary(direction)]
        yield cells


def _facts(report: Mapping[str, Any]) -> Iterator[List[str]]:
    counts = [
        words.plural(count, severity)
        for severity in ("blocker", "warning", "note")
        for count in [sum(finding["severity"] == severity for finding in report["findings"])]
        if count
    ]
    yield ["findings", ", ".join(counts) or "none"]
    yield ["compared", words.comparison(report)]
    yield ["skipped", words.plural(report["skipped"]["count"], "transaction")]
    for entry in report["skipped"]["last"][:3]:
        yield ["", words.skipped(entry)]


def _table(rows: Iterator[List[str]]) -> List[str]:
    """Return rows as lines with their columns below each other; the last cell of a row may be of any width."""
    kept = list(rows)
    columns = max((len(row) for row in kept), default=0)
    widths = [max((len(row[at]) for row in kept if at < len(row) - 1), default=0) for at in range(columns)]
    return ["  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip() for row in kept]


def _indented(lines: Sequence[str], by: str = "  ") -> List[str]:
    return [by + line for line in lines]
