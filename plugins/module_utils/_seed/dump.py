# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The seed by the server's own dump program: donor to recipient in one stream, or through a file that is kept."""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence

from .._bookkeeping import has_bookkeeping
from .._connection import Login, Session
from .._dialect.base import Dialect
from .._dialect.bulk_rows import Table
from .._dialect.statement import Identifier, sql
from .._errors import Refused, TwowayError
from .._files import appear
from .._hold import wait_for_long_statements
from .._programs import CHUNK_BYTES, Program, find_program, leaving_out, option_file, program, sql_client
from .._read.data import BOOKKEEPING_SCHEMA, non_transactional_engines, read_schemas
from .._read.replication import read_gtid_at
from .._read.tables import read_broken_views, read_versioned_tables, read_view_definition
from .._state.binlog import BinlogCoordinates
from .method import Copied, Method
from .progress import Progress

IMPORT_LOCK = "twoway.import"
"""Held by the session that imports, so that a run after a kill waits for what the killed one left behind."""

_HEAD_LIMIT_BYTES = 4 << 20
_HEAD_END = b"\n-- Current Database:"

_COORDINATES = re.compile(rb"(?:SOURCE|MASTER)_LOG_FILE='(?P<file>[^']+)', (?:SOURCE|MASTER)_LOG_POS=(?P<position>\d+)")
# The set follows an optional '+' in a versioned comment.
_GTID_PURGED = re.compile(rb"SET @@GLOBAL\.GTID_PURGED=(?:/\*!80000 '\+'\*/ )?'(?P<gtid>[^']*)';\n?")

_FORMAT_ARGUMENTS = [
    "--routines",
    "--triggers",
    "--events",
    "--hex-blob",
    "--quick",
    "--default-character-set=utf8mb4",
]


def split_head(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the dump's head, up to its first schema, as one piece, and then the rest as it comes."""
    head = b""
    for chunk in chunks:
        head += chunk
        if _HEAD_END in head:
            break
        if len(head) > _HEAD_LIMIT_BYTES:
            raise TwowayError("The dump does not begin like a dump; it was not imported.")
    yield head
    yield from chunks


def parse_head(head: bytes) -> Dict[str, Any]:
    """Return ``file``, ``position`` and ``gtid`` (``None`` where the dump has none) from the head of a dump.

    >>> parse_head(b"-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000001', MASTER_LOG_POS=820;\\n")
    {'file': 'bin.000001', 'position': 820, 'gtid': None}
    >>> purged = b"SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'u:1-3,\\nv:1';\\n"
    >>> parse_head(purged + b"-- SOURCE_LOG_FILE='b.1', SOURCE_LOG_POS=4;")
    {'file': 'b.1', 'position': 4, 'gtid': 'u:1-3,v:1'}

    :raises TwowayError: for a head without coordinates.

    Source: mysqldump 5.7 to 9.7, mariadb-dump 10.11 and 11.8.
    """
    place = _COORDINATES.search(head)
    if not place:
        raise TwowayError("The dump carries no coordinates; it was not imported.")
    purged = _GTID_PURGED.search(head)
    gtid = re.sub(r"\s", "", purged.group("gtid").decode()) if purged else None
    return {"file": place.group("file").decode(), "position": int(place.group("position")), "gtid": gtid}


def without_gtid_purged(head: bytes) -> bytes:
    """Return the head without its claim to hold transactions that are yet to be imported; it is made at the end."""
    return _GTID_PURGED.sub(b"", head)


@contextmanager
def import_client(login: Login, recipient: Dialect, donor: Dialect) -> Iterator[Program]:
    """Give a client of the recipient that takes a dump as it is; nothing of it is written to the binary log."""
    with sql_client(login, recipient) as client:
        for name, value in recipient.import_settings(donor.server).items():
            client.write(("%s;\n" % sql("SET SESSION {} = {}", Identifier(name), value).text).encode())
        yield client


@dataclass(frozen=True)
class _History:
    """What has to be done about tables that keep their earlier rows.

    :ivar arguments: with which the dump program keeps them too.
    :ivar obstacles: why it cannot.
    """

    arguments: List[str]
    obstacles: List[str]


def _history_of(session: Session, schemas: Sequence[str], here: Dialect) -> _History:
    """Return what to do about the history of tables.

    :param here: the dialect of the server whose dump program this host has.
    """
    versioned = read_versioned_tables(session, schemas)
    if not versioned:
        return _History([], [])
    by_transaction = ", ".join(name for name, is_numbered in versioned.items() if is_numbered)
    if by_transaction:
        return _History([], ["no dump has the history of %s, which goes by transactions" % by_transaction])
    arguments = here.dump_history_arguments(session.dialect.server)
    if arguments is None:
        names = (here.server.version_text, ", ".join(versioned))
        return _History([], ["the dump program of %s would lose the history of %s" % names])
    return _History(arguments, [])


def warn_of_broken_views(donor: Session) -> List[str]:
    """Return, for people, which views no dump can bring."""
    names = ", ".join("%s.%s" % view for view in read_broken_views(donor))
    return (
        ["Views that nobody can open, since what they are made of is gone, are not copied: %s." % names]
        if names
        else []
    )


class DumpSeed(Method):
    """One stream from the donor's dump program into the recipient's client."""

    name = "dump"
    is_physical = False

    def __init__(
        self,
        recipient: Session,
        recipient_login: Login,
        donor: Session,
        donor_login: Login,
        long_seconds: float,
        file: Optional[str] = None,
    ) -> None:
        """Prepare.

        :param long_seconds: as long a statement at the donor may have run that a lock could wait behind.
        :param file: keep the dump there, with its checksum, instead of only streaming it.
        """
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._donor_login = donor_login
        self._long_seconds = long_seconds
        self._file = file

    def obstacles(self) -> List[str]:
        """See :meth:`Method.obstacles`."""
        return self._history(read_schemas(self._donor)).obstacles

    def _history(self, schemas: Sequence[Dict[str, Any]]) -> _History:
        return _history_of(self._donor, [str(schema["name"]) for schema in schemas], self._recipient.dialect)

    def warnings(self) -> List[str]:
        """See :meth:`Method.warnings`."""
        told = warn_of_broken_views(self._donor)
        engines = non_transactional_engines(read_schemas(self._donor))
        if engines:
            names = ", ".join(engines)
            told.append("Tables of %s have no snapshot: all tables of the donor are locked during the dump." % names)
        return told

    def _dump_arguments(self, defaults: str, left_out: Sequence[str], schemas: Sequence[Dict[str, Any]]) -> List[str]:
        """Return the command line of the dump of the donor."""
        dialect = self._donor.dialect
        return [
            find_program(dialect.dump_programs),
            "--defaults-file=" + defaults,
            *_FORMAT_ARGUMENTS,
            # Engines that have no snapshot: then all tables are locked for the time of the dump.
            *(["--lock-all-tables"] if non_transactional_engines(list(schemas)) else ["--single-transaction"]),
            *dialect.dump_coordinates_arguments(self._donor.variables()),
            *self._history(schemas).arguments,
            "--ignore-table=twoway.seed",
            *left_out,
            "--databases",
            *([BOOKKEEPING_SCHEMA] if has_bookkeeping(self._donor) else []),
            *(str(schema["name"]) for schema in schemas),
        ]

    def run(self, progress: Progress) -> Copied:
        """See :meth:`Method.run`."""
        start = time.monotonic()
        schemas = read_schemas(self._donor)
        if self._donor.dialect.hold_waits_for_readers or non_transactional_engines(schemas):
            wait_for_long_statements(self._donor, self._donor_login.place, self._long_seconds)
        # A dump is text without indexes: what comes is about as much as the rows take in the tables.
        progress.begin_stage("copy", sum(int(schema["size_bytes"]) for schema in schemas))
        lists, left_out = leaving_out(read_broken_views(self._donor))
        with option_file(self._donor_login, self._donor.dialect, lists) as defaults, program(
            self._dump_arguments(defaults, left_out, schemas), reads=False
        ) as dump:
            chunks = dump.chunks()
            coordinates = self._import(_through_file(chunks, self._file) if self._file else chunks, progress)
        if coordinates["gtid"] is None:
            place = BinlogCoordinates(coordinates["file"], coordinates["position"])
            coordinates["gtid"] = read_gtid_at(self._donor, place)
        return Copied(
            **coordinates,
            bytes=progress.bytes,
            seconds=round(time.monotonic() - start, 3),
            tables=sum(int(schema["tables"]) for schema in schemas),
        )

    def _import(self, chunks: Iterator[bytes], progress: Progress) -> Dict[str, Any]:
        pieces = split_head(chunks)
        head = next(pieces)
        coordinates = parse_head(head)
        with import_client(self._recipient_login, self._recipient.dialect, self._donor.dialect) as client:
            client.write(b"DO GET_LOCK('%s', 60);\n" % IMPORT_LOCK.encode())
            client.write(without_gtid_purged(head))
            progress.add(len(head))
            for piece in pieces:
                client.write(piece)
                progress.add(len(piece))
        return coordinates


def _through_file(chunks: Iterator[bytes], path: str) -> Iterator[bytes]:
    """Write a dump to a file with a checksum beside it, then yield it as it stands in the file.

    :raises TwowayError: when what is read is not what was written.
    """
    written = hashlib.sha256()
    with appear(path) as draft:
        for chunk in chunks:
            written.update(chunk)
            draft.write(chunk)
    with appear(path + ".sha256") as draft:
        draft.write(("%s  %s\n" % (written.hexdigest(), os.path.basename(path))).encode())
    read = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
            read.update(chunk)
            yield chunk
    if read.digest() != written.digest():
        raise TwowayError("The dump %s was read back with another checksum than it was written with." % path)


def save_dump(session: Session, login: Login, schemas: Sequence[str], path: str) -> None:
    """Save a dump of a server's own schemas; the file appears only when it is complete.

    A view that cannot be opened stops the dump program, and would stop whoever plays the dump back. Its definition
    stands at the end of the file, as a comment.

    :raises Refused: where it would not be all of them.
    """
    history = _history_of(session, schemas, session.dialect)
    if history.obstacles:
        raise Refused("What is here cannot be saved: %s. Nothing was overwritten." % "; ".join(history.obstacles))
    broken = [view for view in read_broken_views(session) if view[0] in schemas]
    definitions = "".join(_broken_view(session, view) for view in broken)
    lists, left_out = leaving_out(broken)
    with option_file(login, session.dialect, lists) as defaults:
        arguments = [
            find_program(session.dialect.dump_programs),
            "--defaults-file=" + defaults,
            *_FORMAT_ARGUMENTS,
            "--lock-all-tables",
            *session.dialect.dump_plain_arguments(),
            *history.arguments,
            *left_out,
            "--databases",
            *schemas,
        ]
        with program(arguments, reads=False) as dump, appear(path) as draft:
            for chunk in dump.chunks():
                draft.write(chunk)
            draft.write(definitions.encode("utf-8"))


def _broken_view(session: Session, view: Table) -> str:
    """Return the definition of a view as comments of SQL."""
    name = "%s.%s" % view
    lines = read_view_definition(session, view).splitlines()
    said = ["The view %s could not be opened, since something that it is made of is gone. It was:" % name, *lines]
    # A name may have line breaks, too.
    return "\n" + "".join("-- %s\n" % line for text in said for line in text.splitlines())


def wait_for_earlier_import(session: Session, timeout_seconds: int = 60) -> None:
    """Return when no import of an earlier, killed run goes on any more.

    :raises TwowayError: when one still does after the time.
    """
    if session.value(sql("SELECT GET_LOCK({}, {})", IMPORT_LOCK, timeout_seconds), "wait for an earlier import") != 1:
        raise TwowayError("Another import into this server still goes on; wait for it or end its session.")
    session.query(sql("DO RELEASE_LOCK({})", IMPORT_LOCK), "release the lock of the import")
