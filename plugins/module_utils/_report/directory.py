# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Keeps the reports of pairs in a folder: each as JSON and Markdown with its history, and all on one page.

A run replaces what belongs to its pair. The page and the metrics are made of all reports in the folder, so that runs
for one pair each, and one run for all pairs, end in the same files.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List
from urllib.parse import quote

from .build import VERSION, Report
from .history import format_history, parse_history, remember
from .markdown import render_markdown
from .page import render_page
from .prometheus import render_metrics

PAGE, METRICS = "index.html", "twoway.prom"
_REPORT, _DOCUMENT, _HISTORY = ".json", ".md", ".history.jsonl"


def keep_report(report: Report, folder: str, most_runs: int) -> Report:
    """Write a report, with its history, and all that is made of it; return the report with the history.

    :raises OSError: when the folder cannot be written.
    """
    os.makedirs(folder, exist_ok=True)
    with _locked(folder):
        base = os.path.join(folder, quote(str(report["pair"]), safe=""))
        history = remember(parse_history(_read(base + _HISTORY)), report, most_runs)
        kept = {**report, "history": history}
        _write(base + _HISTORY, format_history(history))
        _write(base + _REPORT, json.dumps(kept, indent=2, sort_keys=True) + "\n")
        _write(base + _DOCUMENT, render_markdown(kept))
        reports = read_reports(folder)
        _write(os.path.join(folder, METRICS), render_metrics(reports))
        _write(os.path.join(folder, PAGE), render_page(reports))
    return kept


def read_reports(folder: str) -> List[Report]:
    """Return all reports of a folder that this version can show, by the names of the pairs."""
    reports = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(_REPORT):
            continue
        try:
            report: Dict[str, Any] = json.loads(_read(os.path.join(folder, name)))
        except ValueError:
            continue
        if isinstance(report, dict) and report.get("report_version") == VERSION:
            reports.append(report)
    return sorted(reports, key=lambda report: str(report["pair"]))


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Keep other runs from writing in the folder; the hold ends with the process, however that ends."""
    descriptor = os.open(os.path.join(folder, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: str) -> str:
    try:
        # What a damaged disk made of a text is for those who parse it.
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _write(path: str, text: str) -> None:
    """Replace a file; who reads it sees the old one or the new one."""
    draft = path + ".new"
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
