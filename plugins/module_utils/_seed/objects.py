# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Copies what belongs to a schema besides its tables, with the server's own dump program."""

from __future__ import annotations

from typing import IO, Iterable, List, Sequence

from .._connection import Login
from .._dialect.base import Dialect
from .._dialect.bulk_rows import Table
from .._programs import CHUNK_BYTES, find_program, leaving_out, option_file, program
from .dump import import_client

_COMMON = ["--no-data", "--skip-lock-tables", "--no-tablespaces", "--default-character-set=utf8mb4", "--skip-comments"]
# A table that was not left out by mistake would stop the import: it exists.
_VIEWS_ROUTINES_EVENTS = ["--skip-triggers", "--skip-add-drop-table", "--routines", "--events"]
_TRIGGERS = ["--no-create-info", "--no-create-db", "--triggers"]


class ObjectsCopy:
    """Views, routines, events and triggers of some schemas, from one server to another."""

    def __init__(self, donor_login: Login, donor: Dialect, recipient_login: Login, recipient: Dialect) -> None:
        self._donor_login = donor_login
        self._donor = donor
        self._recipient_login = recipient_login
        self._recipient = recipient

    def read(self, file: IO[bytes], schemas: Sequence[str], tables: Iterable[Table], left_out: Iterable[Table]) -> None:
        """Keep in a file what the donor has of them.

        :param tables: all tables of the schemas, which are made by others.
        :param left_out: views that the dump program could not open.
        """
        if not schemas:
            return
        unopened = list(left_out)
        for options, ignored in ((_VIEWS_ROUTINES_EVENTS, [*tables, *unopened]), (_TRIGGERS, unopened)):
            lists, arguments = leaving_out(ignored)
            with option_file(self._donor_login, self._donor, lists) as defaults, program(
                self._dump(defaults, [*options, *arguments], schemas), reads=False
            ) as dump:
                for chunk in dump.chunks():
                    file.write(chunk)

    def _dump(self, defaults: str, options: List[str], schemas: Sequence[str]) -> List[str]:
        path = find_program(self._donor.dump_programs)
        plain = self._donor.dump_plain_arguments()
        return [path, "--defaults-file=" + defaults, *_COMMON, *options, *plain, "--databases", *schemas]

    def make(self, file: IO[bytes]) -> None:
        """Make on the recipient what is in the file; all tables are there."""
        file.seek(0)
        with import_client(self._recipient_login, self._recipient, self._donor) as client:
            for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
                client.write(chunk)
