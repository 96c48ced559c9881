# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The servers' own client programs, run without a secret on a command line."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from typing import IO, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from ._connection import Login
from ._dialect.base import Dialect
from ._dialect.bulk_rows import Table
from ._dialect.client_file import fits_client_file, quote_client_value
from ._errors import ProgramFailed, TwowayError

CHUNK_BYTES = 1 << 20
_ERROR_TAIL_CHARACTERS = 2000
# A program that writes nothing for so long hangs.
_STALL_SECONDS = 600


def find_program(names: List[str]) -> str:
    """Return the path of the first program that exists on this host.

    :raises TwowayError: when there is none.
    """
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise TwowayError("None of the programs %s is installed on this host." % ", ".join(names))


def leaving_out(tables: Iterable[Table]) -> Tuple[Dict[str, List[str]], List[str]]:
    r"""Return what makes the dump program leave out tables and views: lists for :func:`option_file`, and arguments.

    A name may have a character that no file can hold; those are few, and fit on a command line.

    >>> leaving_out([("wiki", "page"), ("wiki", "sum\nof")])
    ({'ignore-table': ['wiki.page']}, ['--ignore-table=wiki.sum\nof'])
    """
    names = ["%s.%s" % table for table in tables]
    listed = [name for name in names if fits_client_file(name)]
    return {"ignore-table": listed}, ["--ignore-table=" + name for name in names if not fits_client_file(name)]


@contextmanager
def option_file(login: Login, dialect: Dialect, lists: Optional[Mapping[str, Sequence[str]]] = None) -> Iterator[str]:
    """Give the path of an option file with a login, readable by this user alone, that is gone afterwards.

    It is in memory only, so that no secret is left behind when this process is killed.

    :param lists: further options, each as often as it has values: more than a command line carries.
    """
    login = login.resolved()
    values: Dict[str, object] = {"user": login.user}
    if login.password:
        values["password"] = login.password.reveal()
    if login.host:
        values.update(host=login.host, port=login.port, protocol="tcp", **dialect.client_tls_options(login.ca_cert))
    else:
        values["socket"] = login.socket_path
    lines = ["[client]"] + ["%s = %s" % (name, quote_client_value(value)) for name, value in values.items()]
    for name, each in (lists or {}).items():
        lines += ["%s = %s" % (name, quote_client_value(value)) for value in each]
    descriptor = os.memfd_create("twoway-options")
    try:
        # The clients ignore a file that everybody may write to.
        os.fchmod(descriptor, 0o600)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(("\n".join(lines) + "\n").encode("utf-8"))
        yield "/proc/%d/fd/%d" % (os.getpid(), descriptor)
    finally:
        os.close(descriptor)


class Program:
    """A running client program; its error output is kept for the message when it fails."""

    def __init__(self, arguments: List[str], reads: bool) -> None:
        """Start it.

        :param reads: whether it reads what we write to it; else we read what it writes.
        """
        self.name = os.path.basename(arguments[0])
        descriptor, path = tempfile.mkstemp()
        os.unlink(path)
        self._errors = os.fdopen(descriptor, "w+b")
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if reads else subprocess.PIPE,
            stderr=self._errors,
        )

    def chunks(self) -> Iterator[bytes]:
        """Yield what the program writes.

        :raises TwowayError: when it writes nothing for too long, or ends with an error.
        """
        stream = self._stream(self._process.stdout)
        while True:
            if not select.select([stream], [], [], _STALL_SECONDS)[0]:
                raise TwowayError("%s wrote nothing for %d s, and was given up." % (self.name, _STALL_SECONDS))
            chunk = os.read(stream.fileno(), CHUNK_BYTES)
            if not chunk:
                break
            yield chunk
        self.finish()

    def write(self, chunk: bytes) -> None:
        """Hand the program some input.

        :raises TwowayError: when it has ended, with what it said.
        """
        stream = self._stream(self._process.stdin)
        try:
            stream.write(chunk)
        except BrokenPipeError:
            self.finish()
            raise TwowayError("%s ended before it had read everything." % self.name) from None

    def _stream(self, stream: Optional[IO[bytes]]) -> IO[bytes]:
        if stream is None:
            raise ValueError("%s was not started to be used in this direction" % self.name)
        return stream

    def finish(self) -> None:
        """Wait for the program to end.

        :raises ProgramFailed: when it failed, with the end of its error output.
        """
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        status = self._process.wait()
        if status:
            raise ProgramFailed("%s failed with status %d: %s" % (self.name, status, self._error_tail()))

    def _error_tail(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-_ERROR_TAIL_CHARACTERS:].strip()

    def stop(self) -> None:
        """End the program, whatever it does; an ended one is no error."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._errors.close()


@contextmanager
def program(arguments: List[str], reads: bool) -> Iterator[Program]:
    """Give a running program that does not outlive the block."""
    running = Program(arguments, reads)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def sql_client(login: Login, dialect: Dialect) -> Iterator[Program]:
    """Give a client that carries out the SQL that it is handed; nothing of it is written to the binary log."""
    with option_file(login, dialect) as defaults:
        arguments = [find_program(dialect.client_programs), "--defaults-file=" + defaults, "--batch", "--binary-mode"]
        with program([*arguments, "--default-character-set=utf8mb4"], reads=True) as client:
            client.write(b"SET SESSION sql_log_bin = 0;\n")
            yield client
            client.finish()
