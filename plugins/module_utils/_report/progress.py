# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How far a seed is, in a line that a person reads in a terminal."""

from __future__ import annotations

from typing import Any, Mapping

from . import words

# A figure that stands still for so long is worth a word.
_SILENCE_SECONDS = 60


def report_progress(progress: Mapping[str, Any], silent_seconds: float = 0) -> str:
    """Return how far a seed is, in a line.

    >>> told = {"stage": "copy", "bytes": 471859200, "expected_bytes": 1048576000, "share": 0.45}
    >>> report_progress({**told, "bytes_per_second": 94371840, "remaining_seconds": 6.1})
    'copy, 450.0 MiB of 1000.0 MiB (45%), 90.0 MiB/s, about 6 s left'
    >>> report_progress({"stage": "restart", "bytes": 0})
    'restart'
    >>> report_progress({"stage": "indexes", "bytes": 0}, silent_seconds=780)
    'indexes, the same for 13 min'

    :param progress: as the file of a seed's progress has it; what is not known is missing or ``None``.
    :param silent_seconds: for how long it has been the same.
    """
    parts = [str(progress.get("stage", "starting"))]
    if progress.get("bytes"):
        of_all = ""
        if progress.get("expected_bytes"):
            of_all = " of %s (%.0f%%)" % (words.size(progress["expected_bytes"]), 100 * progress["share"])
        parts.append(words.size(progress["bytes"]) + of_all)
    if progress.get("bytes_per_second"):
        parts.append("%s/s" % words.size(progress["bytes_per_second"]))
    if silent_seconds >= _SILENCE_SECONDS:
        parts.append("the same for %s" % words.duration(silent_seconds))
    elif progress.get("remaining_seconds") is not None:
        parts.append("about %.0f s left" % progress["remaining_seconds"])
    return ", ".join(parts)
