# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Which rows of a chunk differ, and in which columns, on two members that stand at one point."""

from __future__ import annotations

from itertools import islice
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .._connection import Session
from .._dialect.statement import Raw, sql
from .chunks import MOST_ROWS, Chunk, Place, at_places, pieces, place_of, rows_of
from .columns import row_hash, value_bytes, value_hash, value_text
from .members import Lane
from .tables import Shared, Table

_SMALL = 2_000
"""So many rows are fetched row by row."""
_AT_ONCE = 100
"""So many rows are asked for by key in one statement."""


class Seen(NamedTuple):
    """A row's hash on each member, ``None`` where it is missing.

    In a table without a key: how often a row with this content is there.
    """

    at_source: Optional[int]
    at_replica: Optional[int]


WHOLE_CHUNK: Place = ()
"""The place of a difference that has no row to name."""


def differing_rows(lane: Lane, chunk: Chunk) -> Iterator[Tuple[Place, Seen]]:
    """Yield the rows of a chunk that differ; one with the place ``WHOLE_CHUNK`` where there are too many to look at."""
    source, replica = lane.checksums(chunk)
    if source == replica:
        return
    rows = max(source.rows, replica.rows)
    if chunk.table.source.bounds_chunks and rows > 2 * _SMALL:
        # By the member with more rows, so that no piece is large there; the other one's turn comes in the piece.
        is_source = source.rows > replica.rows
        session = lane.source if is_source else lane.replica
        table = chunk.table.source if is_source else chunk.table.replica
        for piece in pieces(session, table, chunk, _SMALL):
            yield from differing_rows(lane, piece)
    elif rows > MOST_ROWS:
        yield WHOLE_CHUNK, Seen(source.hash_sum, replica.hash_sum)
    else:
        yield from _differing_of_few(lane, chunk)


def _differing_of_few(lane: Lane, chunk: Chunk) -> Iterator[Tuple[Place, Seen]]:
    table = chunk.table
    at_source, at_replica = lane.both(
        lambda session: rows_of(session, table.source, chunk.condition),
        lambda session: rows_of(session, table.replica, chunk.condition),
    )
    places = [*at_source, *(place for place in at_replica if place not in at_source)]
    for place in places:
        seen = Seen(at_source.get(place), at_replica.get(place))
        if seen.at_source != seen.at_replica:
            yield place, seen


def differing_values(lane: Lane, table: Shared, places: Sequence[Place]) -> Dict[Place, List[str]]:
    """Return the columns in which rows differ that both members have."""
    at_source, at_replica = lane.both(
        lambda session: _values(session, table.source, places, [value_hash(c) for c in table.source.columns]),
        lambda session: _values(session, table.replica, places, [value_hash(c) for c in table.replica.columns]),
    )
    names = [column.name for column in table.source.columns]
    return {
        place: [name for name, one, other in zip(names, at_source[place], at_replica[place]) if one != other]
        for place in places
        if place in at_source and place in at_replica
    }


def row_values(session: Session, table: Table, places: Sequence[Place]) -> Dict[Place, Tuple[Any, ...]]:
    """Return all values of some rows, as ``columns.literal`` takes them, in the order of the table's columns."""
    return _values(session, table, places, [value_text(column) for column in table.columns])


def row_hashes(session: Session, table: Table, places: Sequence[Place], locks: bool = False) -> Dict[Place, int]:
    """Return the hashes of some rows, without those that are not there.

    :param locks: whether nobody else may change the rows, or add those missing, until the transaction ends.
    """
    found = _values(session, table, places, [row_hash(table.columns)], " FOR UPDATE" if locks else "")
    return {place: int(values[0]) for place, values in found.items()}


def row_lengths(session: Session, table: Table, places: Sequence[Place]) -> Dict[Place, int]:
    """Return how many bytes the values of some rows are, without those that are not there."""
    found = _values(session, table, places, [value_bytes(table.columns)])
    return {place: int(values[0]) for place, values in found.items()}


def _values(
    session: Session, table: Table, places: Sequence[Place], expressions: Sequence[str], ending: str = ""
) -> Dict[Place, Tuple[Any, ...]]:
    key = ["%s AS k%d" % (value_text(column), number) for number, column in enumerate(table.key)]
    wanted = ["%s AS c%d" % (expression, number) for number, expression in enumerate(expressions)]
    found: Dict[Place, Tuple[Any, ...]] = {}
    for some in in_groups(places):
        statement = sql(
            "SELECT {} FROM {} WHERE {}{}",
            Raw(", ".join([*key, *wanted])),
            Raw(table.quoted),
            Raw(at_places(table.key, some)),
            Raw(ending),
        )
        for row in session.query(statement, "read rows of %s.%s" % table.name):
            values = tuple(row["c%d" % number] for number in range(len(wanted)))
            # A key that only its collation takes for the wished one is another row.
            if place_of(table.key, row) in some:
                found[place_of(table.key, row)] = values
    return found


def in_groups(places: Sequence[Place]) -> Iterator[List[Place]]:
    """Yield the places, so many at a time as one statement takes."""
    left = iter(places)
    while True:
        group = list(islice(left, _AT_ONCE))
        if not group:
            return
        yield group
