# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The host under a member, as far as a copy of files depends on it."""

from __future__ import annotations

import os
import re
import resource
from contextlib import suppress
from typing import Optional

# As many as mariadb-backup asks for at most; a kernel's own limit is a little above.
_MOST_FILES = 1_000_000


def filesystem_of(path: str, mounts: Optional[str] = None) -> Optional[str]:
    """Return the type of the filesystem that a path is on; ``None`` where this system does not tell.

    >>> mounts = "22 1 0:5 / / rw - overlay o rw\\n23 22 8:1 / /var/lib/my\\\\040sql rw - ext4 /dev/vda1 rw\\n"
    >>> filesystem_of("/var/lib/my sql/x", mounts), filesystem_of("/var/lib", mounts)
    ('ext4', 'overlay')

    :param mounts: content of ``/proc/self/mountinfo``, by default this process's. Source: proc_pid_mountinfo(5).
    """
    if mounts is None:
        try:
            with open("/proc/self/mountinfo", encoding="utf-8") as file:
                mounts = file.read()
        except OSError:
            return None
    parts = os.path.realpath(path).rstrip("/") + "/"
    best, found = -1, None
    for line in mounts.splitlines():
        fields, _separator, rest = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal.group(1), 8)), fields.split(" ")[4])
        # Of several on the same point the last one covers the others.
        if parts.startswith(point.rstrip("/") + "/") and len(point) >= best:
            best, found = len(point), rest.split(" ")[0]
    return found


def allow_many_files() -> int:
    """Let this process, and what it starts, have as many files open as the host allows, and return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (_MOST_FILES, hard):
        # More than the hard limit is only for those who may raise it: in a container not even root.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            return limit
    return soft
