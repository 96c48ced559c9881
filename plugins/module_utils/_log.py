# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Logs of transactions, as the servers' own program prints them."""

from __future__ import annotations

from typing import Iterator, Sequence

from ._connection import Login, Session
from ._programs import find_program, option_file, program


def print_log(session: Session, login: Login, arguments: Sequence[str]) -> Iterator[bytes]:
    """Yield the lines that the server's program prints of a log, with the rows in words.

    :param arguments: which log, and which part; a log of the server itself is read over a session.
    """
    with option_file(login, session.dialect) as defaults:
        command = [find_program(session.dialect.log_programs), "--defaults-file=" + defaults, "--verbose", *arguments]
        with program(command, reads=False) as printer:
            rest = b""
            for chunk in printer.chunks():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
            if rest:
                yield rest
