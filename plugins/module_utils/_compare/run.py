# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Compares the data of a replica with those of its source, in chunks, while writes go on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Sequence

from .._connection import Login, Session, connect
from .._errors import Refused
from .._read.server import read_gate
from .chunks import Chunk, Place, pieces, rows_in_chunk
from .columns import FEWEST_PACKET_BYTES
from .filters import read_filters
from .listing import Listing, settle_listing
from .members import Lane, lanes_for, open_lanes
from .point import Synchronizer
from .result import UNKNOWN, TableResult, describe_row, table_as_read
from .rows import Seen, differing_values
from .scope import Scope, describe_left_out
from .tables import Choice, Name, Shared, shape_now
from .throttle import Limits, Throttle
from .verdict import Detail, Judge, exchange, is_equal


@dataclass(frozen=True)
class Request:
    """What is to be compared, and how.

    :ivar parallel: how many chunks at the same time; ``None`` by the processors.
    :ivar most_rows: so many differing rows of a table are named.
    """

    source: Login
    replica: Login
    channel: str
    choice: Choice
    limits: Limits
    timeout_seconds: float
    chunk_bytes: int
    parallel: Optional[int]
    most_rows: int


@dataclass
class Comparison:
    """What was found.

    :ivar left_out: tables that were not compared, with the reason in a word.
    :ivar point: the last synchronized point, in the source's binary log; ``None`` when none was needed.
    """

    tables: List[TableResult]
    left_out: Dict[Name, str] = field(default_factory=dict)
    point: Optional[str] = None
    chunks: int = 0
    paused_seconds: float = 0.0

    @property
    def is_equal(self) -> Optional[bool]:
        """Whether all tables are equal; ``None`` where that stayed open."""
        # Of what was left out nothing is known.
        return is_equal(self.tables) if self.tables or not self.left_out else None

    def as_dict(self) -> Dict[str, Any]:
        """Return it in the shape of the module's result."""
        return {
            "is_equal": self.is_equal,
            "point": self.point,
            "tables": [table.as_dict() for table in self.tables],
            "left_out": describe_left_out(self.left_out),
        }


class _Feed:
    """Chunks, for several threads; none any more once it is stopped."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._lock = threading.Lock()
        self._is_stopped = False
        self.given = 0

    def take(self) -> Optional[Chunk]:
        with self._lock:
            chunk = None if self._is_stopped else next(self._chunks, None)
            self.given += chunk is not None
            return chunk

    def stop(self) -> None:
        self._is_stopped = True


def compare(control: Session, request: Request, details: Sequence[Detail] = ()) -> Comparison:
    """Return what differs between a replica and its source.

    Chunks are read on both members at the same time and without any lock; what differs then is looked at again at
    synchronized points.

    :param control: a session on the replica.
    :param details: told of all rows that differ for certain.
    :raises Refused: when it would stall the source, or a difference cannot be told from what is on its way.
    """
    synchronizer = Synchronizer(control, request.source, request.channel, request.timeout_seconds)
    synchronizer.release_after_kill()
    with closing(connect(request.source)) as watch, open_lanes(
        request.source, request.replica, lanes_for(request.parallel)
    ) as lanes:
        if lanes[0].packet_bytes() < FEWEST_PACKET_BYTES:
            raise Refused(
                "max_allowed_packet is less than 1 MiB: the text of a row would be cut off before it is hashed."
            )
        scope = Scope(control, watch, request.choice, read_filters(control, watch, request.channel))
        results, shared = settle_listing(
            scope.read_first(), lambda: _look_again(control, watch, lanes[0], synchronizer, scope)
        )
        throttle = Throttle(control, request.channel, watch, request.limits)
        feed = _Feed(_chunks(control, shared, request.chunk_bytes, throttle, results))
        suspects = _suspects(lanes, feed, results)
        judge = Judge(
            lanes[0],
            synchronizer,
            results,
            [_Describer(results, request.most_rows), *details],
            takes_writes=read_gate(control) != "closed",
        )
        judge.decide(suspects, lambda: exchange(control, watch))
        _note_changes(results, shared, scope.read())
    point = str(synchronizer.last) if synchronizer.last else None
    return Comparison(list(results.values()), scope.left_out, point, feed.given, throttle.paused_seconds)


def _look_again(
    control: Session, watch: Session, lane: Lane, synchronizer: Synchronizer, scope: Scope
) -> Optional[Listing]:
    """Return the tables of both members, when either has what the other one had; ``None`` where one does not get it."""
    if read_gate(control) != "closed" and not exchange(control, watch):
        return None
    with synchronizer.point(lane):
        return scope.read()


def _note_changes(results: Dict[Name, TableResult], tables: Sequence[Shared], now: Listing) -> None:
    """Note which tables were altered meanwhile: a column that is new was read nowhere."""
    for table in tables:
        if shape_now(table, now[0].get(table.name), now[1].get(table.name)) is None:
            results[table.name].note_change()


def _chunks(
    control: Session,
    tables: Sequence[Shared],
    chunk_bytes: int,
    throttle: Throttle,
    results: Dict[Name, TableResult],
) -> Iterator[Chunk]:
    for table in tables:
        with table_as_read(results[table.name]):
            for chunk in pieces(control, table.replica, Chunk(table), rows_in_chunk(table.replica, chunk_bytes)):
                if results[table.name].result == UNKNOWN:
                    break
                throttle.wait()
                yield chunk


def _suspects(lanes: Sequence[Lane], feed: _Feed, results: Dict[Name, TableResult]) -> List[Chunk]:
    """Return the chunks that were not read alike; rows are counted on the way."""
    suspects: List[Chunk] = []

    def work(lane: Lane) -> None:
        try:
            chunk = feed.take()
            while chunk:
                result = results[chunk.table.name]
                with table_as_read(result):
                    source, replica = lane.checksums(chunk)
                    result.count(source.rows, replica.rows)
                    if source != replica:
                        suspects.append(chunk)
                chunk = feed.take()
        finally:
            # Also after an error: the others are not to go on for nothing.
            feed.stop()

    with ThreadPoolExecutor(max_workers=len(lanes)) as pool:
        list(pool.map(work, lanes))
    return suspects


class _Describer:
    """Describes some of the rows that differ."""

    def __init__(self, results: Dict[Name, TableResult], most_rows: int) -> None:
        self._results = results
        self._most_rows = most_rows

    def __call__(self, lane: Lane, table: Shared, found: Dict[Place, Seen]) -> None:
        rows = self._results[table.name].rows
        some = [place for place in found if place][: self._most_rows - len(rows)]
        both = [place for place in some if None not in found[place]] if table.source.key else []
        columns = differing_values(lane, table, both) if both else {}
        rows.extend(describe_row(table, place, found[place], columns.get(place, [])) for place in some)
