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
from typing import Iterator, List, Mapping, Optional

# What a server, and the programs that come with it, make in a data directory, and in the folder of a schema.
_SERVER_FILE = re.compile(
    r"ib(data|tmp|_buffer_pool|_logfile)|undo\d|aria_log|ddl_(log|recovery)|(mysql|mariadb)_upgrade_info"
    r"|debian-.*\.flag$|RPM_UPGRADE|auto\.cnf$|core(\.\d+)?$"
    r"|(galera\.cache|(gra|gvw)state\.dat)$|(xtrabackup|mariadb_backup)_|backup-my\.cnf$"
    r"|.*\.(pid|info|index|state|sock\.lock|lower-test|\d{6,}|(log|err)([.-].*)?)$"
)
_TABLE_FILE = re.compile(
    r".*\.(frm|ibd|isl|cfg|cfp|opt|par|TRG|TRN|MY[DI]|MA[DI]|TM[DM]|MRG|CS[MV]|AR[MNZ]|BAK|OLD)$|\.twoway-|#"
)
# Files of a server that may have any name.
_NAMED_FILES = (
    "general_log_file",
    "innodb_buffer_pool_filename",
    "log_bin_basename",
    "log_bin_index",
    "log_error",
    "log_slow_query_file",
    "pid_file",
    "relay_log_basename",
    "relay_log_index",
    "relay_log_info_file",
    "server_audit_file_path",
    "slow_query_log_file",
)
# Files that a server is given.
_GIVEN_FILES = (
    "file_key_management_filename",
    "init_file",
    "ssl_ca",
    "ssl_cert",
    "ssl_crl",
    "ssl_key",
)
_IN_FILE = "FILE:"

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


def foreign_files(variables: Mapping[str, str]) -> List[str]:
    """Return the files in a server's data directory that are no part of its data, sorted, relative to the directory.

    :param variables: all of the server's.
    """
    directory = os.path.realpath(variables["datadir"])
    spaces = [variables.get(name, "") for name in ("innodb_data_file_path", "innodb_temp_data_file_path")]
    own = [part.partition(":")[0] for text in spaces for part in text.split(";")]
    own += [os.path.basename(variables.get(name, "")) for name in _NAMED_FILES]
    known = tuple(name for name in own if name)
    found = set(_given_files(directory, variables))
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "lost+found" and not entry.name.startswith((".twoway-", "#")):
                    found.update(os.path.join(entry.name, name) for name in _foreign_entries(entry.path))
            # A socket is made anew by whoever listens there.
            elif entry.is_file() and not _SERVER_FILE.match(entry.name) and not entry.name.startswith(known):
                found.add(entry.name)
    return sorted(found)


def _given_files(directory: str, variables: Mapping[str, str]) -> Iterator[str]:
    values = [variables.get(name, "") for name in _GIVEN_FILES]
    # Without that word in front it is no name of a file, but a secret.
    key = variables.get("file_key_management_filekey", "")
    values += [key[len(_IN_FILE) :]] if key.startswith(_IN_FILE) else []
    for value in values:
        # A server works in its data directory.
        path = os.path.realpath(os.path.join(directory, value))
        if os.path.isfile(path) and path.startswith(directory + "/"):
            yield os.path.relpath(path, directory)


def _foreign_entries(folder: str) -> Iterator[str]:
    """Yield what a server would not make in the folder of a schema; it makes no folders there."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _TABLE_FILE.match(entry.name):
                yield entry.name
