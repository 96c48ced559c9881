# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads what of a server's binary log is kept, and how much room it has."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import time
from typing import Any, Dict, List, Mapping, Optional

from .._connection import Session
from .._dialect.statement import sql
from .._state.binlog import BinlogStatus
from .._state.retention import Kept

_MAGIC = b"\xfebin"
"""With what a binary log begins that is not encrypted; the time of its first event comes right after."""


def read_retention(session: Session, variables: Mapping[str, str], status: BinlogStatus) -> Dict[str, Any]:
    """Return what of the binary log is ``kept``, and up to which GTIDs it is gone (``gtid_purged``)."""
    kept = _read_kept(session, variables) if status.coordinates else None
    purged = status.gtid_purged
    question = session.dialect.read_first_gtids(kept.oldest_file) if kept and kept.oldest_file else None
    if question:
        purged = session.dialect.parse_first_gtids(session.query(question, "read the head of the oldest binary log"))
    return {"gtid_purged": purged, "kept": kept.as_dict() if kept else None}


def _read_kept(session: Session, variables: Mapping[str, str]) -> Kept:
    files = session.query(sql("SHOW BINARY LOGS"), "list the binary logs")
    oldest = str(files[0]["Log_name"]) if files else None
    folder = binlog_folder(variables)
    seconds = float(variables.get("binlog_expire_logs_seconds") or 0)
    return Kept(
        files=len(files),
        size_bytes=sum(int(row["File_size"]) for row in files),
        oldest_file=oldest,
        oldest_at=_began_at(os.path.join(folder, oldest)) if folder and oldest else None,
        now=time.time(),
        retention_seconds=seconds or float(variables.get("expire_logs_days") or 0) * 86400,
        most_bytes=int(variables.get("max_binlog_total_size") or 0),
        free_bytes=shutil.disk_usage(folder).free if folder else None,
    )


def binlog_folder(variables: Mapping[str, str]) -> Optional[str]:
    """Return the folder of the binary log; ``None`` where it has none, or this is not the server's host."""
    folder = os.path.dirname(variables.get("log_bin_basename") or "")
    is_here = folder and variables["hostname"] == socket.gethostname() and os.path.isdir(folder)
    return folder if is_here else None


def _began_at(path: str) -> Optional[float]:
    try:
        with open(path, "rb") as file:
            head = file.read(8)
    except OSError:
        return None
    return float(struct.unpack("<I", head[4:])[0]) if len(head) == 8 and head[:4] == _MAGIC else None


def read_disks(variables: Mapping[str, str]) -> Optional[Dict[str, Dict[str, Any]]]:
    """Return size and free space of the disks of data and binary log, by purpose; one disk is told once.

    ``None`` where this is not the server's host.
    """
    if variables["hostname"] != socket.gethostname() or not os.path.isdir(variables["datadir"]):
        return None
    folders: List[Any] = [("data", variables["datadir"]), ("binary log", binlog_folder(variables))]
    disks: Dict[str, Dict[str, Any]] = {}
    seen = set()
    for purpose, path in folders:
        device = os.stat(path).st_dev if path else None
        if device is None or device in seen:
            continue
        seen.add(device)
        usage = shutil.disk_usage(path)
        disks[purpose] = {"path": path, "size_bytes": usage.total, "free_bytes": usage.free}
    return disks
