# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A comparison of two members in lines for people."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from .words import plural

_MOST_ROWS = 5
_MOST_NAMES = 5
_LEFT_OUT = {"sequence": "a sequence", "not_replicated": "a filter keeps it from the other member"}


def report_comparison(found: Mapping[str, Any], replica: str, done: Optional[Mapping[str, Any]] = None) -> List[str]:
    """Return the verdict, then a line for each table that is not equal, with some of its rows.

    :param found: what ``data_compare`` returned.
    :param replica: name of the member that it ran on.
    :param done: what ``data_sync`` returned before, where it ran.
    """
    names = {"source": found["source"], "replica": replica}
    tables = found["tables"]
    odd = [table for table in tables if table["result"] != "equal"]
    rows = sum(table["replica_rows"] or 0 for table in tables)
    verdict = {True: "EQUAL", False: "DIFFERENT", None: "UNKNOWN"}[found["is_equal"]]
    lines = list(_changes(done, names)) if done and "tables" in done else []
    lines.append(
        "%s: %s and %s, %s, %s on %s, %.1f s"
        % (
            verdict,
            names["source"],
            names["replica"],
            plural(len(tables), "table"),
            plural(rows, "row"),
            names["replica"],
            found["seconds"],
        )
    )
    for table in odd:
        lines.append("  %s.%s: %s" % (table["schema"], table["table"], _said(table, names)))
        lines += ["    " + line for line in _rows(table, names)]
    if len(odd) < len(tables):
        equal = len(tables) - len(odd)
        lines.append("  %s %s equal" % (plural(equal, "table"), "is" if equal == 1 else "are"))
    return lines + ["  " + line for line in _left_out(found["left_out"])]


def _left_out(tables: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for reason, said in _LEFT_OUT.items():
        names = ["%s.%s" % (table["schema"], table["table"]) for table in tables if table["reason"] == reason]
        if names:
            more = " and %d more" % (len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
            yield "not compared (%s): %s%s" % (said, ", ".join(names[:_MOST_NAMES]), more)


def _changes(done: Mapping[str, Any], names: Dict[str, str]) -> Iterator[str]:
    said = "CHANGED" if done["is_applied"] else "TO CHANGE"
    yield "%s on %s, so that its rows are those of %s" % (said, names["replica"], names["source"])
    for table in done["tables"]:
        counts = [
            (table["inserted_rows"], "inserted"),
            (table["deleted_rows"], "deleted"),
            (table["replaced_rows"], "replaced"),
            (table["left_rows"], "left alone, having changed meanwhile"),
        ]
        parts = ["%s %s" % (plural(count, "row"), what) for count, what in counts if count]
        if table["reason"]:
            parts = ["left alone, because %s" % table["reason"]]
        yield "  %s.%s: %s" % (table["schema"], table["table"], "; ".join(parts))
    if not done["tables"]:
        yield "  nothing"
    if done["changes_file"]:
        yield "  the changes: %s" % done["changes_file"]
        yield "  to take them back: %s" % done["undo_file"]


def _said(table: Mapping[str, Any], names: Dict[str, str]) -> str:
    if table["result"] == "missing_at_source":
        return "missing on " + names["source"]
    if table["result"] == "missing_at_replica":
        return "missing on " + names["replica"]
    if table["result"] == "columns_differ":
        return "columns that are not alike: " + ", ".join(table["columns"])
    if table["result"] == "unknown":
        return str(table["reason"])
    return _counted(table, names)


def _counted(table: Mapping[str, Any], names: Dict[str, str]) -> str:
    if table["reason"]:
        return "differs, and %s" % table["reason"]
    if table["different_rows"] is None:
        return "differs in more rows than are counted (%s has %s, %s has %s)" % (
            names["source"], table["source_rows"], names["replica"], table["replica_rows"],
        )  # fmt: skip
    parts = [
        (table["only_at_source"], "only on " + names["source"]),
        (table["only_at_replica"], "only on " + names["replica"]),
        (table["different_rows"], "on both, with different values"),
    ]
    return "; ".join("%s %s" % (plural(count, "row"), where) for count, where in parts if count)


def _rows(table: Mapping[str, Any], names: Dict[str, str]) -> Iterator[str]:
    named = [row for row in table["rows"] if row["key"] is not None]
    for row in named[:_MOST_ROWS]:
        key = ", ".join("%s = %s" % (column, value) for column, value in row["key"].items())
        if row["where"] == "both":
            yield "%s: %s" % (key, ", ".join(row["columns"]))
        else:
            yield "%s: only on %s" % (key, names[row["where"]])
    if len(named) > _MOST_ROWS:
        yield "and %d more that the result names" % (len(named) - _MOST_ROWS)
