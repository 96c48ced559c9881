# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What is remembered of each run of a pair's status: a line of figures, and only so many lines."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Mapping

Entry = Dict[str, Any]


def entry_of(report: Mapping[str, Any]) -> Entry:
    """Return what is remembered of a report."""
    severities = [finding["severity"] for finding in report["findings"]]
    return {
        "at": report["at"],
        "state": report["verdict"]["state"],
        "findings": {name: severities.count(name) for name in ("blocker", "warning", "note")},
        "directions": [
            {
                "source": direction["source"],
                "replica": direction["replica"],
                "state": direction["state"],
                "lag_seconds": direction["lag_seconds"],
                "gap_transactions": direction["gap_transactions"],
                "canary_milliseconds": (direction["canary"] or {}).get("milliseconds"),
            }
            for direction in report["directions"]
        ],
    }


def parse_history(text: str) -> List[Entry]:
    """Return the entries of a file with a line for each; a line that a crash cut short is left out."""
    entries = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"at", "state", "findings", "directions"} <= set(entry):
            entries.append(entry)
    return entries


def format_history(entries: Iterable[Entry]) -> str:
    """Return the text of the file with these entries."""
    return "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)


def remember(entries: List[Entry], report: Mapping[str, Any], most: int) -> List[Entry]:
    """Return the entries with that of a report at their end, without the oldest beyond the most that are kept."""
    kept = [*entries, entry_of(report)]
    return kept[max(0, len(kept) - most) :]
