# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A donor's offer of a physical seed: a process of its own that waits for one recipient, and sends it a backup."""

from __future__ import annotations

import ctypes
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .._connection import Login, Session
from .._errors import TwowayError
from .._programs import find_program, option_file
from .._secret import MASK, Secret
from .host import allow_many_files
from .offer_process import RUN_FOLDER, find_offer, forget_offer, note_offer
from .transport import DATA, HEADER, TRAILER, Stream, ThrowawayCertificate, admit

_CHUNK_BYTES = 1 << 20
_HEARTBEAT_SECONDS = 5
_ERROR_TAIL_CHARACTERS = 2000
_PR_SET_PDEATHSIG = 1

# What a backup has open besides the tables' files.
_FURTHER_FILES = 200

# Files that no backup carries: logs and temporary tables.
_NOT_COPIED = re.compile(r"ib_logfile|ibtmp|ib_buffer_pool|tc\.log|.*\.pid$")


def obstacles(session: Session) -> List[str]:
    """Return why this host cannot offer its server's files, each a clause without a full stop."""
    programs = session.dialect.backup_programs
    if not programs:
        return ["this server has no program that copies its files while it runs"]
    found = []
    if not any(shutil.which(name) for name in programs):
        found.append("none of the programs %s is installed on the donor" % ", ".join(programs))
    if not shutil.which("openssl"):
        found.append("the program openssl is not installed on the donor")
    if os.geteuid() != 0:
        found.append("the donor's files can only be read as root")
    directory = session.variables()["datadir"]
    if not os.path.isdir(directory):
        found.append("the donor's data directory is not on this host")
    files, allowed = count_tablespaces(directory), allow_many_files()
    if files + _FURTHER_FILES > allowed:
        found.append("the donor has %d files of tables, and its host lets a program open %d files" % (files, allowed))
    return found


def size_of(directory: str, log_names: Sequence[str]) -> int:
    """Return how many bytes the files hold that a backup copies.

    :param log_names: beginnings of the names of binary and relay logs.
    """
    total = 0
    for folder, _folders, files in os.walk(directory):
        for name in files:
            if not _NOT_COPIED.match(name) and not name.startswith(tuple(log_names)):
                with suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_size
    return total


def count_tablespaces(directory: str) -> int:
    """Return how many files of InnoDB tables a data directory has."""
    return sum(name.endswith(".ibd") for _folder, _folders, files in os.walk(directory) for name in files)


class LockMeter:
    """Finds in what the backup says how long it held back the donor's commits."""

    def __init__(self) -> None:
        self._since: Optional[float] = None
        self.milliseconds: Optional[float] = None

    def read(self, text: str, now: float) -> None:
        """Take what the program just said.

        :param now: seconds, when it said it.
        """
        if "BACKUP STAGE BLOCK_COMMIT" in text and self._since is None:
            self._since = now
        if "All tables unlocked" in text and self._since is not None and self.milliseconds is None:
            self.milliseconds = round((now - self._since) * 1000, 1)


class Offer:
    """What is offered, and to whom."""

    def __init__(self, session: Session, login: Login, address: str, port: int, secret: Secret) -> None:
        self._session = session
        self._login = login
        self._address = address
        self._port = port
        self._secret = secret

    def start(self, timeout_seconds: int, parallel: int) -> int:
        """Have a process wait for the recipient, and return the port where it does.

        :param timeout_seconds: as long the recipient may take to come.
        :raises TwowayError: when it cannot.
        """
        variables = self._session.variables()
        names = [os.path.basename(variables.get(name) or "") for name in ("log_bin_basename", "relay_log_basename")]
        # Whatever the process needs is made, imported and opened before it is on its own.
        server = _Server(
            self._secret,
            ThrowawayCertificate(),
            self._login,
            self._session,
            variables["datadir"],
            [name for name in names if name],
            parallel,
        )
        listener = self._listen()
        port = int(listener.getsockname()[1])
        process = os.fork()
        if not process:
            _live_alone(listener, server, time.monotonic() + timeout_seconds, self._port)
        listener.close()
        note_offer(self._port, process)
        return port

    def _listen(self) -> socket.socket:
        try:
            family = socket.getaddrinfo(self._address, self._port, type=socket.SOCK_STREAM)[0][0]
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._address, self._port))
            listener.listen(4)
        except OSError as error:
            raise TwowayError("Nothing can listen at %s:%d: %s." % (self._address, self._port, error)) from error
        return listener


class _Server:
    """Sends one backup to the first recipient that knows the secret."""

    def __init__(
        self,
        secret: Secret,
        certificate: ThrowawayCertificate,
        login: Login,
        session: Session,
        directory: str,
        log_names: List[str],
        parallel: int,
    ) -> None:
        self._secret = secret
        self._certificate = certificate
        self._login = login
        self._dialect = session.dialect
        self._directory = directory
        self._log_names = log_names
        self._program = find_program(session.dialect.backup_programs)
        self._parallel = parallel

    def serve(self, listener: socket.socket, deadline: float) -> None:
        """Return when the backup is sent, or nobody came before the deadline."""
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([listener], [], [], remaining)[0]:
                return
            connection = listener.accept()[0]
            try:
                stream = admit(connection, self._certificate, self._secret)
            except (OSError, TwowayError):
                connection.close()
                continue
            listener.close()
            self._send(stream)
            return

    def _send(self, stream: Stream) -> None:
        # It may have data of its own to save first.
        stream.await_begin()
        stream.send_json(HEADER, {"expected_bytes": size_of(self._directory, self._log_names)})
        try:
            with option_file(self._login, self._dialect) as defaults:
                trailer = self._send_backup(stream, defaults)
        except TwowayError as error:
            trailer = {"ok": False, "error": error.message}
        stream.send_json(TRAILER, trailer)
        stream.close()

    def _send_backup(self, stream: Stream, defaults: str) -> Dict[str, Any]:
        command = [
            self._program,
            "--defaults-file=" + defaults,
            "--backup",
            "--stream=mbstream",
            "--parallel=%d" % self._parallel,
            "--datadir=" + self._directory,
            "--target-dir=" + RUN_FOLDER,
            # It begins with opening them all.
            "--open-files-limit=%d" % allow_many_files(),
            # Milliseconds between two looks at the redo log; the last one is waited for while commits are held.
            "--log-copy-interval=20",
        ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=_die_with_parent,
        )
        try:
            tail, meter = _pump(process, stream)
            status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if status:
            return {"ok": False, "error": "%s failed with status %d: %s" % (self._program, status, self._clean(tail))}
        return {"ok": True, "lock_ms": meter.milliseconds}

    def _clean(self, text: str) -> str:
        secrets = [self._secret] + ([self._login.password] if self._login.password else [])
        for secret in secrets:
            text = text.replace(secret.reveal(), MASK) if secret.reveal() else text
        return text.strip()


def _die_with_parent() -> None:
    # Else a backup whose sender was killed would hold its locks until it writes again.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _pump(process: Any, stream: Stream) -> Tuple[str, LockMeter]:
    """Send what the program writes until it ends, and return the end of what it said, and how long it locked."""
    meter, tail = LockMeter(), ""
    output, errors = process.stdout.fileno(), process.stderr.fileno()
    open_ends = {output, errors}
    while open_ends:
        ready = select.select(list(open_ends), [], [], _HEARTBEAT_SECONDS)[0]
        if not ready:
            stream.send(DATA, b"")
        for end in ready:
            chunk = os.read(end, _CHUNK_BYTES)
            if not chunk:
                open_ends.discard(end)
            elif end == output:
                stream.send(DATA, chunk)
            else:
                text = chunk.decode("utf-8", "replace")
                meter.read(text, time.monotonic())
                tail = (tail + text)[-_ERROR_TAIL_CHARACTERS:]
    return tail, meter


def _live_alone(listener: socket.socket, server: _Server, deadline: float, port: int) -> None:
    """Serve as a process that belongs to nobody, and end."""
    status = 1
    try:
        os.setsid()
        os.chdir("/")
        signal.signal(signal.SIGTERM, lambda *_arguments: os._exit(1))
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        _close_others({0, 1, 2, listener.fileno()})
        server.serve(listener, deadline)
        status = 0
    except OSError:
        # The recipient is gone, and with it the only one who could be told.
        status = 2
    finally:
        if find_offer(port) == os.getpid():
            forget_offer(port)
        os._exit(status)


def _close_others(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            with suppress(OSError):
                os.close(int(name))
