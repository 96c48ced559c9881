# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Pieces of a table, bounded by its key, that one statement reads in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .._connection import Session
from .._dialect.statement import Raw, Statement, sql
from .columns import Column, literal, row_hash, value_text
from .tables import Shared, Table

Place = Tuple[Any, ...]
"""The values of a key's columns, as ``columns.value_text`` gives them."""

MOST_ROWS = 100_000
"""So many rows one chunk has at most: their hashes have to fit into memory where it differs."""

_UNKNOWN_ROW_BYTES = 500


class Checksum(NamedTuple):
    """What stands for the rows of a chunk, whatever their order.

    The sum counts a row that is there twice as two; an exclusive or would not count it at all.
    """

    rows: int
    hash_sum: int


@dataclass(frozen=True)
class Chunk:
    """The rows of a table after one place and up to another.

    :ivar after: ``None`` for the beginning.
    :ivar until: ``None`` for the end.
    """

    table: Shared
    after: Optional[Place] = None
    until: Optional[Place] = None

    @property
    def condition(self) -> str:
        """The rows, as SQL that begins with WHERE; empty for all of them."""
        key = self.table.source.key
        parts = []
        if self.after is not None:
            parts.append(beyond(key, self.after, ">", ">"))
        if self.until is not None:
            parts.append(beyond(key, self.until, "<", "<="))
        return " WHERE " + " AND ".join(parts) if parts else ""


def beyond(key: Sequence[Column], place: Place, strictly: str, at_last: str) -> str:
    """Return the condition for keys on one side of a place.

    >>> beyond((Column("a", "int"), Column("b", "int")), (1, 2), ">", ">")
    '(`a` >= 1 AND (`a` > 1 OR (`a` = 1 AND `b` > 2)))'
    >>> beyond((Column("a", "int"),), (7,), "<", "<=")
    '`a` <= 7'
    """
    column, value = key[0].quoted, literal(key[0], place[0])
    if len(key) == 1:
        return "%s %s %s" % (column, at_last, value)
    rest = beyond(key[1:], place[1:], strictly, at_last)
    # The first part says nothing new; by it the servers find where to begin.
    return "(%s %s= %s AND (%s %s %s OR (%s = %s AND %s)))" % (
        column, strictly[0], value, column, strictly, value, column, value, rest,
    )  # fmt: skip


def at_places(key: Sequence[Column], places: Sequence[Place]) -> str:
    """Return the condition for the rows with these keys.

    >>> at_places((Column("a", "int"), Column("b", "char", "latin1")), [(1, "61")])
    "(`a` = 1 AND `b` = _latin1 X'61')"
    """
    return " OR ".join(
        "(%s)" % " AND ".join("%s = %s" % (column.quoted, literal(column, value)) for column, value in zip(key, place))
        for place in places
    )


def checksum_statement(table: Table, condition: str) -> Statement:
    """Return the question for the checksum of some rows."""
    return sql(
        "SELECT COUNT(*) AS row_count, COALESCE(SUM({}), 0) AS hash_sum FROM {}{}",
        Raw(row_hash(table.columns)),
        Raw(table.rows_from),
        Raw(condition),
    )


def checksum(session: Session, table: Table, condition: str) -> Checksum:
    """Return the checksum of some rows."""
    row = session.query(checksum_statement(table, condition), "compute a checksum in %s.%s" % table.name)[0]
    return Checksum(int(row["row_count"]), int(row["hash_sum"]))


def place_statement(table: Table, condition: str, rows: int) -> Statement:
    """Return the question for the key of the last of so many rows; no row comes where there are not more."""
    return sql(
        "SELECT {} FROM {}{} ORDER BY {} LIMIT 1 OFFSET {}",
        Raw(_selected(table.key)),
        Raw(table.rows_from),
        Raw(condition),
        Raw(", ".join(column.quoted for column in table.key)),
        rows - 1,
    )


def _selected(key: Sequence[Column]) -> str:
    return ", ".join("%s AS k%d" % (value_text(column), number) for number, column in enumerate(key))


def place_of(key: Sequence[Column], row: Dict[str, Any]) -> Place:
    """Return a row's place from the columns k0, k1, … of an answer."""
    values = (row["k%d" % number] for number in range(len(key)))
    return tuple(value.decode("ascii") if isinstance(value, (bytes, bytearray)) else value for value in values)


def rows_in_chunk(table: Table, chunk_bytes: int) -> int:
    """Return how many rows make a chunk of about that size."""
    return max(1, min(MOST_ROWS, chunk_bytes // (table.row_bytes or _UNKNOWN_ROW_BYTES)))


def pieces(session: Session, table: Table, chunk: Chunk, rows: int) -> Iterator[Chunk]:
    """Yield a chunk in pieces of so many rows; whole, where the table's key has no order to go by.

    :param session: on the member that the table is one of; the bounds are its.
    """
    after = chunk.after
    while table.bounds_chunks:
        condition = Chunk(chunk.table, after, chunk.until).condition
        found = session.query(place_statement(table, condition, rows), "find a chunk of %s.%s" % table.name)
        if not found:
            break
        until = place_of(table.key, found[0])
        yield Chunk(chunk.table, after, until)
        after = until
    yield Chunk(chunk.table, after, chunk.until)


def rows_statement(table: Table, condition: str) -> Statement:
    """Return the question for key and hash of each row; without a key, for each hash and how often it is there."""
    if table.key:
        return sql(
            "SELECT {}, {} AS row_hash FROM {}{}",
            Raw(_selected(table.key)),
            Raw(row_hash(table.columns)),
            Raw(table.rows_from),
            Raw(condition),
        )
    return sql(
        "SELECT {} AS k0, COUNT(*) AS row_hash FROM {}{} GROUP BY k0 LIMIT {}",
        Raw(row_hash(table.columns)),
        Raw(table.quoted),
        Raw(condition),
        MOST_ROWS + 1,
    )


def rows_of(session: Session, table: Table, condition: str) -> Dict[Place, int]:
    """Return the hash of each row by its key; without a key, the number of rows by their hash."""
    answers: List[Dict[str, Any]] = session.query(
        rows_statement(table, condition), "read the rows of a chunk of %s.%s" % table.name
    )
    if not table.key:
        return {(int(row["k0"]),): int(row["row_hash"]) for row in answers}
    return {place_of(table.key, row): int(row["row_hash"]) for row in answers}
