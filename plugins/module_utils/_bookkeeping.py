# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What the collection keeps on every member: a schema of its own, and a folder on the host.

``twoway.canary`` is replicated: each member writes its own row, and its peer sees it arrive.
``twoway.active`` is replicated too: it tells who takes the writes.
``twoway.seed`` is not: it marks this member's data as half imported, or tells where they came from.

A copy of the donor's files replaces these tables as well. The folder holds the mark of an unfinished seed, which then
counts, and tells how far it is.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import re
import shutil
import socket
from contextlib import contextmanager, suppress
from typing import Any, Dict, Iterable, Iterator, List, Optional

from ._connection import Session
from ._dialect.statement import Identifier, sql
from ._errors import Refused
from ._executor import writable
from ._read.data import BOOKKEEPING_SCHEMA
from ._state.moment import moment_text

STATE_FOLDER = "/var/lib/twoway"

UNFINISHED = "unfinished"
"""The mark of a seed, from before its first change until after its last."""
PROGRESS = "progress"
"""How far the last seed is, or was."""
WATCHED = "watched"
"""When a run that goes on with the seed as soon as that has ended asked for it last: seconds of the epoch, alone."""
ALONE = "alone"
"""Under which claim the peer was away while this member took the writes."""
PEER = "peer"
"""What the keeper of the write gate saw of the peer last."""
PATIENCE = "patience"
"""How long commits waited for their replica before somebody let them wait for nobody for a while."""
LAG = "lag"
"""How far the member is behind its peer, as its keeper measures it."""

_LOCK = ".lock"

_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS twoway DEFAULT CHARACTER SET utf8mb4",
    "CREATE TABLE IF NOT EXISTS twoway.canary (server_id INT UNSIGNED NOT NULL PRIMARY KEY,"
    " token VARCHAR(64) NOT NULL, sent_at DECIMAL(20,6) NOT NULL) ENGINE = InnoDB",
    "CREATE TABLE IF NOT EXISTS twoway.active (term BIGINT UNSIGNED NOT NULL, server_id INT UNSIGNED NOT NULL,"
    " reason VARCHAR(16) NOT NULL, received VARCHAR(255) NOT NULL, PRIMARY KEY (term, server_id)) ENGINE = InnoDB",
    "CREATE TABLE IF NOT EXISTS twoway.seed (only_row TINYINT NOT NULL PRIMARY KEY, mark LONGTEXT NOT NULL)"
    " ENGINE = InnoDB",
)


def has_bookkeeping(session: Session) -> bool:
    """Return whether all tables of the schema exist."""
    question = sql(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {}"
        " AND TABLE_NAME IN ('active', 'canary', 'seed')",
        BOOKKEEPING_SCHEMA,
    )
    return int(session.value(question, "look for the bookkeeping tables")) == 3


def ensure_bookkeeping(session: Session) -> None:
    """Make the schema and its tables on this member alone."""
    _remove_leftover(session)
    with writable(session):
        for statement in _TABLES:
            session.query(sql(statement), "make the bookkeeping tables")


def remove_bookkeeping(session: Session, is_check: bool) -> bool:
    """Remove the schema from this member alone, and what tells of its present; return whether that is a change.

    Records of what was done to the member's data stay.

    :raises Refused: where the schema says that the data are a part of a seed.
    """
    question = sql("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}", BOOKKEEPING_SCHEMA)
    if not session.value(question, "look for the bookkeeping schema"):
        return False
    if (find_seed_mark(session) or {}).get("state") == "importing":
        raise Refused("The data of this member are a part of a seed that was not finished, and only its mark says so.")
    if not is_check:
        # The schema last: as long as it is there, a run after one that was killed does all of this again.
        for name in (PROGRESS, WATCHED, ALONE, PEER, PATIENCE, LAG):
            forget_state(session, name)
        with writable(session):
            session.query(sql("DROP SCHEMA {}", Identifier(BOOKKEEPING_SCHEMA)), "remove the bookkeeping tables")
    return True


def _remove_leftover(session: Session) -> None:
    """Remove the schema's folder that a failed copy of files left behind: the server makes none where one is."""
    if not read_state(session, UNFINISHED):
        return
    for folder in folders_without_schema(session, [BOOKKEEPING_SCHEMA]):
        shutil.rmtree(folder)


def folders_without_schema(session: Session, names: Iterable[str]) -> List[str]:
    """Return the folders in the server's data directory that have the names of schemas which it does not know.

    Only names that a folder has as they are: others the server encodes, and here they could lead to any folder.
    """
    known = {
        str(row["name"])
        for row in session.query(sql("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA"), "list the schemas")
    }
    directory = session.variables()["datadir"]
    plain = [name for name in names if re.fullmatch(r"[0-9A-Za-z_]+", name) and name not in known]
    paths = [os.path.join(directory, name) for name in plain]
    return [path for path in paths if os.path.isdir(path)]


def read_seed_mark(session: Session) -> Optional[Dict[str, Any]]:
    """Return the mark of this member's seed, ``None`` when it was never seeded.

    Keys: ``state`` (``importing``, ``done``), ``donor``, ``method``, ``schemas``, ``claim`` (the term of the newest
    claim to the writes that the donor knew before the copy; ``None`` where it knew none), and when done ``done_at``
    (ISO 8601, UTC), ``coordinates`` (``gtid``, ``file``, ``position`` in the donor's binary log), ``binlog`` and
    ``own`` (the member's own, right after the seed), and ``compared`` once the content was found equal to the donor's.
    Older marks lack ``claim`` and ``done_at``.
    """
    text = session.value(sql("SELECT mark FROM twoway.seed WHERE only_row = 1"), "read the mark of the seed")
    return json.loads(text) if text else None


def find_seed_mark(session: Session) -> Optional[Dict[str, Any]]:
    """Return the mark of this member's seed, also where the schema may not exist yet."""
    unfinished = read_state(session, UNFINISHED)
    if unfinished:
        return unfinished
    return read_seed_mark(session) if has_bookkeeping(session) else None


def write_seed_mark(session: Session, mark: Dict[str, Any]) -> None:
    """Replace the mark. The session must be :func:`_executor.writable` and unlogged."""
    statement = sql("REPLACE INTO twoway.seed (only_row, mark) VALUES (1, {})", json.dumps(mark, sort_keys=True))
    session.query(statement, "mark the state of the seed")


def note_comparison(session: Session) -> None:
    """Note in the mark of a finished seed that its content was found equal; without a mark there is nothing to note."""
    mark = find_seed_mark(session)
    if mark and mark["state"] == "done" and not mark.get("compared"):
        with writable(session):
            write_seed_mark(session, {**mark, "compared": True})


def state_path(session: Session, name: str) -> Optional[str]:
    """Return the file on this host with that part of the state of a session's server.

    ``None`` when the server runs on another host.
    """
    question = sql("SELECT @@hostname AS host, @@port AS port, @@datadir AS folder, @@pid_file AS process")
    row = session.query(question, "find the server")[0]
    if not os.path.isdir(row["folder"]):
        return None
    # A server has the name that its host had when it was started.
    if row["host"] != socket.gethostname() and not _is_at_hand(session, os.path.join(row["folder"], row["process"])):
        return None
    return os.path.join(STATE_FOLDER, "%s-%s.json" % (name, row["port"]))


def _is_at_hand(session: Session, path: str) -> bool:
    """Return whether the process at the other end of the session's socket is the one that a file of this host names.

    The file alone tells nothing: a server of this host has it at the same place as one elsewhere. One in a container
    knows itself by another number.
    """
    process = session.server_process()
    try:
        with open(path, encoding="ascii") as file:
            return process is not None and process == int(file.read())
    except (OSError, ValueError):
        return False


def write_state(path: str, content: Dict[str, Any]) -> None:
    """Replace a file of the folder, readable by its owner alone; a reader sees the old one or the new one."""
    _replace(path, content, is_durable=True)


def write_note(path: str, content: Dict[str, Any]) -> None:
    """Do the same with what is soon replaced again: on a full disk the note grows old, which tells enough."""
    with suppress(OSError):
        _replace(path, content, is_durable=False)


def _replace(path: str, content: Dict[str, Any], is_durable: bool) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    draft = path + ".new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, sort_keys=True)
        file.flush()
        if is_durable:
            os.fsync(file.fileno())
    os.replace(draft, path)


def read_state(session: Session, name: str) -> Optional[Dict[str, Any]]:
    """Return that part of the server's state; ``None`` where there is none, or this is not its host."""
    if not os.path.isdir(STATE_FOLDER):
        return None
    path = state_path(session, name)
    return read_state_file(path) if path else None


def read_note(session: Session, name: str) -> Optional[Dict[str, Any]]:
    """Return that part of the server's state, of what :func:`write_note` wrote; ``None`` as :func:`read_state` does."""
    path = state_path(session, name) if os.path.isdir(STATE_FOLDER) else None
    return read_note_file(path) if path else None


def read_state_file(path: str) -> Optional[Dict[str, Any]]:
    """Return the content of a file of the folder; ``None`` where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return None


def read_note_file(path: str) -> Optional[Dict[str, Any]]:
    """Return what :func:`write_note` wrote; ``None`` also where a power cut left a part of it."""
    with suppress(ValueError):
        return read_state_file(path)
    return None


@contextmanager
def exclusive(session: Session, name: str) -> Iterator[None]:
    """Keep others on this host from doing the same to the session's server; wait for one that does it already.

    The hold ends with the process, however that ends.
    """
    path = state_path(session, name)
    if path is None:
        yield
        return
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path + _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # For whoever has to know who it is.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d" % os.getpid(), 0)
        yield
    finally:
        os.close(descriptor)


def find_excluding(name: str, folder: str = STATE_FOLDER) -> Optional[Dict[str, Any]]:
    """Return who keeps others away by :func:`exclusive` from a server of this host, whether that server runs or not.

    Keys: ``process``, ``None`` where it did not say so; ``began_at``, in UTC; and the ``port`` of the server.
    """
    for path in glob.glob(os.path.join(folder, "%s-*.json%s" % (name, _LOCK))):
        with open(path, encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                process, port = file.read(), os.path.basename(path)[len(name) + 1 : -len(".json" + _LOCK)]
                return {
                    "process": int(process) if process.isdigit() else None,
                    "port": int(port),
                    # Its number is written when it begins, and nothing else ever is.
                    "began_at": moment_text(os.fstat(file.fileno()).st_mtime),
                }
    return None


def forget_state(session: Session, name: str) -> None:
    """Remove that part of the server's state, where there is any."""
    path = state_path(session, name)
    if path:
        with suppress(FileNotFoundError):
            os.unlink(path)
