# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A table as a server defines it: what is needed to find one of its rows, and to put one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

# Types of columns, as ``information_schema`` calls them.
TEXT_TYPES = frozenset("char varchar tinytext text mediumtext longtext".split())
BINARY_TYPES = frozenset("binary varbinary tinyblob blob mediumblob longblob".split())
PACKED_TYPES = frozenset(
    "geometry point linestring polygon multipoint multilinestring multipolygon"
    " geometrycollection geomcollection vector".split()
)
"""Kept as bytes that no text stands for; a geometry's begin with its reference system."""

Image = Dict[str, str]
"""Values of a row by column, as the servers' programs print them from a log."""


@dataclass(frozen=True)
class Column:
    """A column.

    :ivar data_type: as ``information_schema`` calls it, in lower case.
    :ivar charset: of its text; ``None`` where it holds none.
    :ivar is_optional: whether a row can be put without it.
    """

    name: str
    data_type: str
    is_unsigned: bool = False
    charset: Optional[str] = None
    is_optional: bool = True
    is_generated: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    :ivar keys: the columns of its primary key, if it has one, then those of its other unique keys.
    :ivar has_triggers: whether a statement that changes a row does more than that.
    """

    schema: str
    table: str
    columns: Tuple[Column, ...]
    keys: Tuple[Tuple[str, ...], ...] = ()
    has_triggers: bool = False

    @property
    def name(self) -> str:
        """Schema and table."""
        return "%s.%s" % (self.schema, self.table)

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def image(self, values: Dict[int, str]) -> Optional[Image]:
        """Return the values of a row event by the names of the columns.

        ``None`` where the event has others than this table, so that nothing can be told of its rows.
        """
        if sorted(values) != list(range(1, len(self.columns) + 1)):
            return None
        return {column.name: values[number] for number, column in enumerate(self.columns, 1)}


@dataclass(frozen=True)
class Conflict:
    """A row of a transaction that cannot be applied to the row that is here, or is not.

    :ivar kind: ``missing``, where the event wants a row that is not here, or ``present``, where it wants to put one
        beside one with the same key.
    :ivar key: the columns by which the row was looked for.
    :ivar image: the row that should be here, or the one that has no place.
    :ivar here: the row that is here, as people may see it; ``None`` when it is missing.
    :ivar orphans: columns to which other tables refer, and whose values may be gone with the row that is here.
    """

    kind: str
    table: Table
    key: Tuple[str, ...]
    image: Image
    here: Optional[Dict[str, Any]] = None
    orphans: Tuple[str, ...] = ()

    def as_dict(self) -> Dict[str, Any]:
        """Return the conflict in the shape of results."""
        return {
            "table": self.table.name,
            "problem": self.kind,
            "key": {name: self.image[name] for name in self.key},
            "in_transaction": dict(self.image),
            "here": self.here,
        }


@dataclass(frozen=True)
class Failure:
    """Why a channel stands still.

    :ivar thread: ``receiver`` or ``applier``.
    :ivar transaction: the exact id of the transaction that cannot be applied: its GTID, else the place in the source's
        binary log where it begins; ``None`` where there is no such transaction, or it could not be read.
    :ivar is_whole: whether all of the transaction was read, and every row of it could be looked for.
    :ivar tables: the tables whose rows it changes.
    :ivar changes: what it does, by table, and its statements.
    :ivar unread: why the relay log could not be read; ``None`` where it could, or did not have to.
    """

    thread: str
    errno: int
    message: str
    transaction: Optional[str] = None
    has_gtid: bool = False
    is_whole: bool = False
    tables: Tuple[str, ...] = ()
    changes: Tuple[Dict[str, Any], ...] = ()
    conflicts: Tuple[Conflict, ...] = ()
    unread: Optional[str] = None
