# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What has to be copied of tables, and in which pieces: pure, from what a donor says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

# Of indexes and foreign keys the server prints each on a line of its own, in this form.
_PLAIN_KEY = re.compile(r"  (?:UNIQUE )?KEY (?P<name>`(?:[^`]|``)+`) \((?P<columns>.+)$")
_FOREIGN_KEY = re.compile(r"  CONSTRAINT `(?P<name>(?:[^`]|``)+)` FOREIGN KEY \(")
# An expression makes a column of its own; a hash is made with the row. Both stay with the table.
_STAYS = re.compile(r"\(\(| USING HASH")
# Outside of quotes, where a comment or a default may hold the word.
_COUNTED = re.compile(r"^  (?P<name>`(?:[^`]|``)+`)(?:'(?:[^'\\]|\\.|'')*'|[^'\n])*? AUTO_INCREMENT\b", re.MULTILINE)


@dataclass(frozen=True)
class Definition:
    """How a table is made, in the order in which that is fast.

    :ivar table: the statement without what is made later.
    :ivar indexes: what is added when the rows are in.
    :ivar foreign_keys: by name, what is added when all tables are.
    """

    table: str
    indexes: Tuple[str, ...]
    foreign_keys: Mapping[str, str]


def split_definition(statement: str, index_count: int) -> Definition:
    """Return the statement of ``SHOW CREATE TABLE`` in parts.

    :param index_count: how many indexes the table has; where the text does not show so many, nothing is split off.

    >>> text = "CREATE TABLE `t` (\\n  `a` int,\\n  PRIMARY KEY (`a`),\\n  KEY `k` (`a`)\\n) ENGINE=InnoDB"
    >>> parts = split_definition(text, 2)
    >>> parts.table, parts.indexes
    ('CREATE TABLE `t` (\\n  `a` int,\\n  PRIMARY KEY (`a`)\\n) ENGINE=InnoDB', ('KEY `k` (`a`)',))
    >>> split_definition(text, 3).indexes
    ()
    >>> child = "CREATE TABLE `t` (\\n  `a` int,\\n  CONSTRAINT `to``b` FOREIGN KEY (`a`) REFERENCES `b` (`a`)\\n)"
    >>> split_definition(child, 0).foreign_keys
    {'to`b': 'CONSTRAINT `to``b` FOREIGN KEY (`a`) REFERENCES `b` (`a`)'}
    >>> remark = "CREATE TABLE `t` (\\n  `a` int COMMENT 'no AUTO_INCREMENT',\\n  `b` int NOT NULL AUTO_INCREMENT,\\n"
    >>> split_definition(remark + "  KEY `a` (`a`),\\n  KEY `b` (`b`)\\n)", 2).indexes
    ('KEY `a` (`a`)',)
    """
    lines = statement.split("\n")
    end = next((number for number, line in enumerate(lines) if line.startswith(")")), 0)
    body, rest = [line.rstrip(",") for line in lines[1:end]], lines[end:]
    counted = _COUNTED.search(statement)
    first_columns = [line for line in body if _is_index(line)]
    if not end or len(first_columns) != index_count:
        return Definition(statement, (), {})
    # The column that counts has to be the first of an index from the beginning on.
    needed = counted.group("name") if counted else None
    indexes = [line for line in body if _can_wait(line, needed)]
    found = {line: match for line in body for match in [_FOREIGN_KEY.match(line)] if match}
    foreign_keys = {match.group("name").replace("``", "`"): line.strip() for line, match in found.items()}
    kept = [line for line in body if line not in indexes and line not in found]
    table = "\n".join([lines[0], ",\n".join(kept), *rest])
    return Definition(table, tuple(map(str.strip, indexes)), foreign_keys)


def _is_index(line: str) -> bool:
    return bool(re.match(r"  (?:PRIMARY |UNIQUE |FULLTEXT |SPATIAL |VECTOR )?KEY ", line))


def _can_wait(line: str, needed: Optional[str]) -> bool:
    key = _PLAIN_KEY.match(line)
    if not key or _STAYS.search(line):
        return False
    return needed is None or not key.group("columns").startswith(needed)


@dataclass(frozen=True)
class Piece:
    """A part of a table that is copied at once.

    :ivar number: which of the table's pieces.
    :ivar first: smallest key of it; ``None`` for no limit.
    :ivar last: the key that the next one begins with; ``None`` for no limit.
    """

    table: Tuple[str, str]
    number: int
    first: Optional[int]
    last: Optional[int]


def plan_pieces(
    sizes: Mapping[Tuple[str, str], int],
    keys: Mapping[Tuple[str, str], Tuple[int, int]],
    piece_bytes: int,
) -> List[Piece]:
    """Return all pieces of all tables, those of the largest first.

    :param sizes: bytes of the rows of each table.
    :param keys: smallest and largest key of the tables that can be cut.

    >>> [piece.first for piece in plan_pieces({("s", "small"): 5, ("s", "t"): 90}, {("s", "t"): (1, 30)}, 30)]
    [None, 11, 21, None]
    """
    pieces: List[Piece] = []
    for table in sorted(sizes, key=lambda table: (-sizes[table], table)):
        pieces += _pieces_of(table, sizes[table], keys.get(table), piece_bytes)
    return pieces


def _pieces_of(table: Tuple[str, str], size: int, keys: Optional[Tuple[int, int]], piece_bytes: int) -> List[Piece]:
    count = -(-size // piece_bytes) if keys else 1
    if keys is None or count < 2:
        return [Piece(table, 0, None, None)]
    smallest, largest = keys
    count = min(count, largest - smallest + 1)
    limits: List[Optional[int]] = [smallest + (largest - smallest + 1) * number // count for number in range(1, count)]
    begins, ends = [None, *limits], [*limits, None]
    return [Piece(table, number, first, last) for number, (first, last) in enumerate(zip(begins, ends))]


def pieces_by_table(pieces: Sequence[Piece]) -> Dict[Tuple[str, str], int]:
    """Return how many pieces each table has."""
    counts: Dict[Tuple[str, str], int] = {}
    for piece in pieces:
        counts[piece.table] = counts.get(piece.table, 0) + 1
    return counts
