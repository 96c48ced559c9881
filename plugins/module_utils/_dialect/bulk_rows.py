# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How rows are asked of a donor and loaded into a recipient, so that every byte of every type arrives as it was.

A row goes over as bytes: its values with a mark between them, and another mark at its end. The marks are random and
made for one copy, so nothing in a value has to be escaped. ``NULL`` is a mark of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple

from .._state.table import BINARY_TYPES, PACKED_TYPES, TEXT_TYPES
from .statement import Identifier, Raw, Statement, sql

Table = Tuple[str, str]
"""Schema and name."""

# What the server prints of them, it reads again without loss.
_PLAIN = BINARY_TYPES | frozenset(
    "tinyint smallint mediumint int bigint decimal double year date time datetime timestamp".split()
)
# Printed with six digits; as a double it is printed with all of them. A product keeps the sign of a zero.
_FLOATS = frozenset({"float"})
# A number says which bits, or which members of the list, whatever these are called.
_NUMBERED = frozenset({"bit", "enum", "set"})


def _random_mark(first: bytes) -> bytes:
    # Servers take ASCII alone as what separates values.
    return first + bytes(1 + byte % 127 for byte in os.urandom(13))


@dataclass(frozen=True)
class Marks:
    """What stands between the values of a row, at its end, and for ``NULL``."""

    value: bytes = field(default_factory=lambda: _random_mark(b"\x01"))
    row: bytes = field(default_factory=lambda: _random_mark(b"\x02"))
    null: bytes = field(default_factory=lambda: _random_mark(b"\x03"))


@dataclass(frozen=True)
class Column:
    """A stored column.

    :ivar kind: its type without length, in lower case.
    :ivar octets: how many bytes a text or binary value may have.
    :ivar is_counted: whether the server numbers it where no value is given.
    """

    name: str
    kind: str
    is_nullable: bool
    octets: Optional[int] = None
    is_counted: bool = False

    @property
    def read(self) -> str:
        """The expression for its value, as bytes.

        >>> Column("a", "varchar", False).read, Column("b", "float", True).read, Column("c", "json", False).read
        ('CAST(`a` AS BINARY)', '`b` * 1e0', 'CAST(CAST(`c` AS CHAR CHARACTER SET utf8mb4) AS BINARY)')
        """
        name = sql("{}", Identifier(self.name)).text
        if self.kind in TEXT_TYPES:
            # Its bytes as they stand in the column, whatever its character set.
            return "CAST(%s AS BINARY)" % name
        if self.kind in _FLOATS:
            return "%s * 1e0" % name
        if self.kind in _NUMBERED:
            return "CAST(%s AS UNSIGNED)" % name
        if self.kind in _PLAIN or self.kind in PACKED_TYPES:
            return name
        return "CAST(CAST(%s AS CHAR CHARACTER SET utf8mb4) AS BINARY)" % name

    def written(self, source: str, marks: Marks) -> str:
        """Return the expression for its value from a user variable that holds the bytes."""
        value = "NULLIF(%s, 0x%s)" % (source, marks.null.hex()) if self.is_nullable else source
        if self.kind in _NUMBERED:
            return "CAST(%s AS UNSIGNED)" % value
        if self.kind in TEXT_TYPES or self.kind in _PLAIN or self.kind in _FLOATS or self.kind in PACKED_TYPES:
            return value
        return "CONVERT(%s USING utf8mb4)" % value

    @property
    def is_written_as_read(self) -> bool:
        """Whether the bytes go into the column without an expression."""
        # Beside expressions for other columns, MariaDB 11.8 takes a plain zero for no value, whatever the mode.
        is_plain = self.kind in TEXT_TYPES or self.kind in _PLAIN or self.kind in _FLOATS
        return is_plain and not self.is_nullable and not self.is_counted


def fits_one_value(columns: Sequence[Column], limit_bytes: int) -> bool:
    """Return whether all values of any row can be put together to one by the donor, which cuts the work here.

    >>> fits_one_value([Column("a", "int", False), Column("b", "varchar", True, 400)], 1 << 20)
    True
    >>> fits_one_value([Column("a", "longblob", False, 4294967295)], 1 << 20)
    False
    """
    known = all(column.kind not in PACKED_TYPES and column.kind != "json" for column in columns)
    return known and sum((column.octets or 0) + 64 for column in columns) < limit_bytes


def _name(table: Table) -> str:
    return sql("{}.{}", Identifier(table[0]), Identifier(table[1])).text


def read_rows(table: Table, columns: Sequence[Column], place: str, marks: Marks, is_joined: bool) -> Statement:
    """Return the question for rows of a table.

    :param place: what follows the name of the table: an index, a condition; or nothing.
    :param is_joined: whether each row comes as one value, with its marks.
    """
    if not is_joined:
        return sql(
            "SELECT {} FROM {}{}", Raw(", ".join(column.read for column in columns)), Raw(_name(table)), Raw(place)
        )
    # A number beside bytes would be taken for one again: as text it stays what it is.
    values = [
        "IFNULL(CAST(%s AS BINARY), 0x%s)" % (column.read, marks.null.hex()) if column.is_nullable else column.read
        for column in columns
    ]
    return sql(
        "SELECT CONCAT_WS(0x{}, {}) FROM {}{}",
        Raw(marks.value.hex()),
        Raw(", ".join(values)),
        Raw(_name(table)),
        Raw(place),
    )


def load_rows(table: Table, columns: Sequence[Column], marks: Marks) -> Statement:
    """Return the statement that loads what :func:`read_rows` gives, with the marks, sent by this client."""
    targets: List[str] = []
    assignments: List[str] = []
    for number, column in enumerate(columns):
        name = sql("{}", Identifier(column.name)).text
        if column.is_written_as_read:
            targets.append(name)
        else:
            targets.append("@v%d" % number)
            assignments.append("%s = %s" % (name, column.written("@v%d" % number, marks)))
    return sql(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET binary FIELDS TERMINATED BY 0x{} ESCAPED BY ''"
        " LINES TERMINATED BY 0x{} ({}){}",
        Raw(_name(table)),
        Raw(marks.value.hex()),
        Raw(marks.row.hex()),
        Raw(", ".join(targets)),
        Raw(" SET " + ", ".join(assignments) if assignments else ""),
    )


def range_of(key: str, first: Optional[int], last: Optional[int]) -> str:
    """Return the condition on a key of whole numbers, from one number to before another; ``None`` is no limit.

    >>> range_of("id", None, 5), range_of("id", 5, None), range_of("id", None, None)
    (' FORCE INDEX (PRIMARY) WHERE `id` < 5', ' FORCE INDEX (PRIMARY) WHERE `id` >= 5', ' FORCE INDEX (PRIMARY)')
    """
    name = sql("{}", Identifier(key)).text
    limits = [] if first is None else ["%s >= %d" % (name, first)]
    limits += [] if last is None else ["%s < %d" % (name, last)]
    return " FORCE INDEX (PRIMARY)" + (" WHERE " + " AND ".join(limits) if limits else "")
