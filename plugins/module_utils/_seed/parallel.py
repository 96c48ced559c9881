# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The seed by rows over several connections, all of which see one moment of the donor.

Each table is made without its indexes, filled in pieces, the largest tables first, and gets its indexes when its last
piece is in. Foreign keys come when all tables are there, and what else belongs to a schema at the very end, as it was
at the beginning.
"""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Dict, Iterable, Iterator, List, Set, Tuple

from .._bookkeeping import has_bookkeeping
from .._bulk import Block
from .._connection import Login, Session, connect
from .._dialect.bulk_rows import Column, Marks, Table, fits_one_value, load_rows, range_of, read_rows
from .._dialect.statement import Identifier, Raw, sql
from .._errors import TABLE_CHANGED, ServerError, TwowayError
from .._moment import Moment
from .._read.data import BOOKKEEPING_SCHEMA, non_transactional_engines, read_schemas
from .._read.tables import (
    read_broken_views,
    read_definition,
    read_foreign_keys,
    read_indexes,
    read_limits,
    read_objects,
    read_special_tables,
    read_stored_columns,
    read_table_sizes,
    read_views,
    whole_number_key,
)
from .dump import IMPORT_LOCK, warn_of_broken_views
from .ledger import begin_ledger, end_ledger, finished_tables, note_table, rows_accepted
from .method import Copied, Method
from .objects import ObjectsCopy
from .progress import Progress
from .snapshot import Snapshot, current_coordinates
from .tables import Definition, Piece, pieces_by_table, plan_pieces, split_definition

_FEWEST_WORKERS, _MOST_WORKERS = 2, 4
_PIECE_BYTES = 64 << 20
_MOST_IN_MEMORY = 16 << 20

# A value that stands for none of its list, as servers store what they were given wrongly; it arrives as that.
_NO_MEMBER = 1265


@dataclass(frozen=True)
class _Source:
    """The tables as the donor describes them."""

    schemas: List[str]
    sizes: Dict[Table, int]
    columns: Dict[Table, List[Column]]
    keys: Dict[Table, str]
    definitions: Dict[Table, Definition]

    @property
    def user_schemas(self) -> List[str]:
        """Those that are not about the members themselves."""
        return [name for name in self.schemas if name != BOOKKEEPING_SCHEMA]


class ParallelDumpSeed(Method):
    """See the top of the file."""

    name = "dump"
    is_physical = False

    def __init__(
        self, recipient: Session, recipient_login: Login, donor: Session, donor_login: Login, long_seconds: float
    ) -> None:
        """Prepare.

        :param long_seconds: as long a statement at the donor may have run that the lock could wait behind.
        """
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._donor_login = donor_login
        self._long_seconds = long_seconds
        self._objects = ObjectsCopy(donor_login, donor.dialect, recipient_login, recipient.dialect)
        self._marks = Marks()
        self._workers: SimpleQueue[Tuple[Session, Session]] = SimpleQueue()
        self._count = max(_FEWEST_WORKERS, min(_MOST_WORKERS, os.cpu_count() or _FEWEST_WORKERS))

    def obstacles(self) -> List[str]:
        """See :meth:`Method.obstacles`."""
        schemas = read_schemas(self._donor)
        engines = non_transactional_engines(schemas)
        found = ["tables of %s have no snapshot" % ", ".join(engines)] if engines else []
        special = read_special_tables(self._donor, self._names(schemas))
        if special:
            found.append("%s are more than their rows" % ", ".join(special))
        return found

    def warnings(self) -> List[str]:
        """See :meth:`Method.warnings`."""
        return warn_of_broken_views(self._donor)

    def _names(self, schemas: Iterable[Dict[str, Any]]) -> List[str]:
        names = [str(schema["name"]) for schema in schemas]
        return [BOOKKEEPING_SCHEMA, *names] if has_bookkeeping(self._donor) else names

    def continues(self) -> bool:
        """See :meth:`Method.continues`: only from the very same moment of the donor."""
        return bool(finished_tables(self._recipient, current_coordinates(self._donor)))

    def run(self, progress: Progress) -> Copied:
        """See :meth:`Method.run`."""
        start = time.monotonic()
        self._recipient.query(sql("DO GET_LOCK({}, 60)", IMPORT_LOCK), "keep other imports away")
        try:
            with SpooledTemporaryFile(max_size=_MOST_IN_MEMORY) as objects:
                source, moment = self._copy_rows(objects, progress)
                copied_bytes = progress.bytes
                self._add_foreign_keys(source)
                # What follows is not told apart by tables: a run that is killed in it leaves nothing to go on from.
                end_ledger(self._recipient)
                progress.begin_stage("objects")
                self._make_objects(source, objects)
        finally:
            self._recipient.query(sql("DO RELEASE_LOCK({})", IMPORT_LOCK), "let other imports begin")
        return Copied(
            **moment.coordinates,
            bytes=copied_bytes,
            seconds=round(time.monotonic() - start, 3),
            tables=len([table for table in source.sizes if table[0] != BOOKKEEPING_SCHEMA]),
            lock_ms=moment.lock_ms,
        )

    def _copy_rows(self, objects: IO[bytes], progress: Progress) -> Tuple[_Source, Moment]:
        """Copy the tables.

        :param objects: gets what else belongs to the schemas: what is made at the donor from now on is replicated.
        """
        before = read_objects(self._donor)
        with rows_accepted(self._recipient), self._snapshot() as snapshot:
            source = self._read_source()
            self._objects.read(objects, source.user_schemas, source.sizes, read_broken_views(self._donor))
            changed = ", ".join(sorted(before ^ read_objects(self._donor)))
            if changed:
                raise TwowayError("These came or went at the donor while the copy began: %s. Run again." % changed)
            self._copy_tables(source, snapshot, progress)
        return source, snapshot.moment

    def _make_objects(self, source: _Source, objects: IO[bytes]) -> None:
        ours = set(read_table_sizes(self._recipient, source.user_schemas))
        self._objects.make(objects)
        # A table that was made at the donor after they were listed came with the objects. Replication brings it.
        later = set(read_table_sizes(self._recipient, source.user_schemas)) - ours
        writer = self._writer()
        try:
            self._drop_tables(writer, later)
        finally:
            writer.close()

    @contextmanager
    def _snapshot(self) -> Iterator[Snapshot]:
        """Give the snapshot, and for each of its sessions one that writes here, to whoever works."""
        snapshot = Snapshot(self._donor_login, self._count, self._long_seconds)
        writers: List[Session] = []
        try:
            for reader in snapshot.sessions:
                writers.append(self._writer())
                self._workers.put((reader, writers[-1]))
            yield snapshot
        finally:
            snapshot.close()
            for session in writers:
                session.close()

    def _writer(self) -> Session:
        session = connect(replace(self._recipient_login, sends_rows=True))
        session.stay_connected()
        settings = session.dialect.import_settings(self._donor.dialect.server)
        for name, value in {"sql_log_bin": 0, **settings}.items():
            session.query(sql("SET SESSION {} = {}", Identifier(name), value), "prepare a session for the import")
        return session

    @contextmanager
    def _worker(self) -> Iterator[Tuple[Session, Session]]:
        """Give a session that reads and one that writes."""
        pair = self._workers.get()
        try:
            yield pair
        finally:
            self._workers.put(pair)

    def _read_source(self) -> _Source:
        """Return the tables. They are read after the snapshot has begun: one that is made before it is among them."""
        schemas = self._names(read_schemas(self._donor))
        sizes = read_table_sizes(self._donor, schemas)
        # Tables that are made after these were listed are none of the snapshot's.
        listed, indexes = read_stored_columns(self._donor, schemas), read_indexes(self._donor, schemas)
        columns = {table: listed.get(table, []) for table in sizes}
        self._donor.query(sql("SET SESSION sql_quote_show_create = 1"), "have names quoted")
        keys, definitions = {}, {}
        for table in sizes:
            key = whole_number_key(columns[table], indexes.get(table, {}))
            if key:
                keys[table] = key
            definitions[table] = split_definition(read_definition(self._donor, table), len(indexes.get(table, {})))
        return _Source(schemas, sizes, columns, keys, definitions)

    def _copy_tables(self, source: _Source, snapshot: Snapshot, progress: Progress) -> None:
        coordinates = snapshot.moment.coordinates
        finished = finished_tables(self._recipient, coordinates) & set(source.sizes)
        begin_ledger(self._recipient, coordinates)
        progress.begin_stage("copy", sum(source.sizes.values()))
        self._make_schemas(source.schemas)
        self._drop_unfinished(source.schemas, finished)
        left = {table: size for table, size in source.sizes.items() if table not in finished}
        self._in_parallel(self._make_table, [(table, source.definitions[table]) for table in left])
        pieces = plan_pieces(left, self._limits(source, left), _PIECE_BYTES)
        counter = _Countdown(pieces_by_table(pieces))

        def copy(piece: Piece) -> None:
            self._copy_piece(piece, source, progress)
            if counter.is_last(piece.table):
                with self._worker() as (_reader, writer):
                    self._add(writer, piece.table, source.definitions[piece.table].indexes)
                    note_table(writer, coordinates, piece.table)

        self._in_parallel(copy, [(piece,) for piece in pieces])

    def _in_parallel(self, work: Any, arguments: List[Tuple[Any, ...]]) -> None:
        """Do the work for each of the arguments; after a failure nothing more is begun.

        :raises TwowayError: the first failure.
        """
        with ThreadPoolExecutor(max_workers=self._count) as pool:
            futures: List[Future[None]] = [pool.submit(work, *each) for each in arguments]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                for future in futures:
                    future.cancel()
                raise

    def _make_schemas(self, schemas: List[str]) -> None:
        with self._worker() as (_reader, writer):
            for schema in schemas:
                question = sql("SHOW CREATE SCHEMA IF NOT EXISTS {}", Identifier(schema))
                row = self._donor.query(question, "read the definition of the schema %s" % schema)[0]
                writer.query(sql("{}", Raw(row["Create Database"])), "make the schema %s" % schema)

    def _drop_unfinished(self, schemas: List[str], finished: Set[Table]) -> None:
        """Drop what an earlier run left that is not whole."""
        with self._worker() as (_reader, writer):
            for table in read_views(writer, schemas):
                writer.query(sql("DROP VIEW {}.{}", *map(Identifier, table)), "drop the view %s.%s" % table)
            self._drop_tables(writer, set(read_table_sizes(writer, schemas)) - finished)

    @staticmethod
    def _drop_tables(writer: Session, tables: Set[Table]) -> None:
        for table in tables:
            writer.query(sql("DROP TABLE {}.{}", *map(Identifier, table)), "drop the table %s.%s" % table)

    def _make_table(self, table: Table, definition: Definition) -> None:
        with self._worker() as (_reader, writer):
            writer.query(sql("USE {}", Identifier(table[0])), "use the schema %s" % table[0])
            writer.query(sql("{}", Raw(definition.table)), "make the table %s.%s" % table)

    def _limits(self, source: _Source, sizes: Dict[Table, int]) -> Dict[Table, Tuple[int, int]]:
        """Return the limits of the keys of those tables that are worth cutting.

        They are those of now, which is as good: the first and the last piece have no end. A snapshot that was asked
        for them would keep the tables from being altered until all of them are copied.
        """
        limits = {}
        for table, key in source.keys.items():
            found = read_limits(self._donor, table, key) if sizes.get(table, 0) > _PIECE_BYTES else None
            if found:
                limits[table] = found
        return limits

    def _copy_piece(self, piece: Piece, source: _Source, progress: Progress) -> None:
        columns, name = source.columns[piece.table], "%s.%s" % piece.table
        key = source.keys.get(piece.table)
        place = range_of(key, piece.first, piece.last) if key else ""
        with self._worker() as (reader, writer):
            limit = int(reader.value(sql("SELECT @@max_allowed_packet"), "read the longest packet"))
            is_joined = fits_one_value(columns, limit)
            # Released again, so that a table that is done can be altered at the donor.
            reader.query(sql("SAVEPOINT piece"), "begin a piece of %s" % name)
            question = read_rows(piece.table, columns, place, self._marks, is_joined)
            counted = _Counted(reader.blocks(question, self._marks, is_joined, "read %s" % name), progress)
            loaded = self._load(writer, piece.table, columns, counted)
            reader.query(sql("ROLLBACK TO SAVEPOINT piece"), "end a piece of %s" % name)
        if loaded != counted.rows:
            raise TwowayError("Of %d rows of %s the recipient took %d." % (counted.rows, name, loaded))

    def _load(self, writer: Session, table: Table, columns: List[Column], counted: _Counted) -> int:
        """Load rows, and return how many the recipient took.

        :raises TwowayError: when it changed a value, or the table is another one than at the snapshot.
        """
        name = "%s.%s" % table
        try:
            loaded = writer.load(load_rows(table, columns, self._marks), counted, "load %s" % name)
        except ServerError as error:
            if error.errno in TABLE_CHANGED:
                raise TwowayError(
                    "The table %s was altered at the donor while it was copied: %s. Run again." % (name, error.reason)
                ) from error
            raise
        if loaded.warnings:
            warnings = writer.query(sql("SHOW WARNINGS LIMIT 20"), "read the warnings")
            lists = any(column.kind == "enum" for column in columns)
            wrong = [row for row in warnings if not (lists and int(row["Code"]) == _NO_MEMBER)]
            if wrong:
                raise TwowayError("The recipient took rows of %s with a warning: %s" % (name, wrong[0]["Message"]))
        return loaded.rows

    def _add_foreign_keys(self, source: _Source) -> None:
        # A run that was killed in here has added some already.
        there = read_foreign_keys(self._recipient, source.schemas)
        writer = self._writer()
        try:
            for table, definition in source.definitions.items():
                keys = definition.foreign_keys.items()
                self._add(writer, table, [key for name, key in keys if name not in there.get(table, ())])
        finally:
            writer.close()

    @staticmethod
    def _add(writer: Session, table: Table, parts: Iterable[str]) -> None:
        if parts:
            clauses = Raw(", ".join("ADD " + part for part in parts))
            statement = sql("ALTER TABLE {}.{} {}", *map(Identifier, table), clauses)
            writer.query(statement, "add indexes and keys to %s.%s" % table)


class _Counted:
    """Blocks of rows, counted as they are taken."""

    def __init__(self, blocks: Iterator[Block], progress: Progress) -> None:
        self._blocks = blocks
        self._progress = progress
        self.rows = 0

    def __iter__(self) -> Iterator[Block]:
        for block in self._blocks:
            self.rows += block.rows
            self._progress.add(len(block.content))
            yield block


class _Countdown:
    """Tells which piece of a table was the last to be done."""

    def __init__(self, counts: Dict[Table, int]) -> None:
        self._counts = counts
        self._lock = threading.Lock()

    def is_last(self, table: Table) -> bool:
        """Count one piece as done, and return whether all are."""
        with self._lock:
            self._counts[table] -= 1
            return not self._counts[table]
