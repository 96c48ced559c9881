# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The process of a donor's offer: what is noted of it, whether it lives, and its end."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Optional

from .._wait import wait_for

# Nobody else may look into it; the service that keeps the gate has a folder that all may read.
RUN_FOLDER = "/run/twoway-seed"

_END_SECONDS = 10


def _pid_file(port: int) -> str:
    return os.path.join(RUN_FOLDER, "offer-%d.pid" % port)


def note_offer(port: int, process: int) -> None:
    """Note which process waits for the recipient at a port."""
    os.makedirs(RUN_FOLDER, mode=0o700, exist_ok=True)
    with open(_pid_file(port), "w", encoding="ascii") as file:
        file.write("%d %s" % (process, _started_at(process) or ""))


def _started_at(process: int) -> Optional[str]:
    """Return when a process was started, in the kernel's own units; ``None`` when there is none.

    Source: proc_pid_stat(5), field 22.
    """
    try:
        with open("/proc/%d/stat" % process, encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def find_offer(port: int) -> Optional[int]:
    """Return the process of an offer that still waits or sends, ``None`` when there is none.

    A number that meanwhile belongs to another process is not taken for it.
    """
    try:
        with open(_pid_file(port), encoding="ascii") as file:
            process, _space, started_at = file.read().partition(" ")
    except OSError:
        return None
    is_ours = process.isdigit() and started_at and _started_at(int(process)) == started_at
    return int(process) if is_ours else None


def forget_offer(port: int) -> None:
    """Remove what was noted of an offer."""
    with suppress(FileNotFoundError):
        os.unlink(_pid_file(port))


def end_offer(port: int) -> bool:
    """End an offer and its backup, and return whether there was one."""
    process = find_offer(port)
    if process:
        _end(process)
    forget_offer(port)
    return process is not None


def _end(process: int) -> None:
    started_at = _started_at(process)
    if started_at is None:
        return
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(process, kind)
        has_ended, _seen = wait_for(
            lambda: _started_at(process), lambda seen: seen != started_at, _END_SECONDS, longest_pause_seconds=0.02
        )
        if has_ended:
            return
