# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Row changes as SQL: what makes the rows of one member those of the other, and back."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, List, Mapping, Tuple

from .._compare.chunks import Place, at_places
from .._compare.columns import literal, row_hash
from .._compare.tables import Table


def deletion(table: Table, place: Place, seen_hash: int) -> str:
    """Return the statement that deletes a row as long as it is what it was when it was compared.

    >>> from .._compare.columns import Column
    >>> key = (Column("id", "int", nullable=False),)
    >>> print(deletion(Table(("a", "t"), key, key), (7,), 5))
    DELETE FROM `a`.`t` WHERE (`id` = 7)
      AND CAST(CONV(LEFT(SHA2(CONCAT_WS(_binary'#', `id`), 256), 16), 16, 10) AS UNSIGNED) = 5
    """
    where = at_places(table.key, [place])
    return "DELETE FROM %s WHERE %s\n  AND %s = %d" % (table.quoted, where, row_hash(table.columns), seen_hash)


def insertion(table: Table, values: Tuple[Any, ...]) -> str:
    """Return the statement that adds a row.

    :param values: of all columns, as :func:`_compare.rows.row_values` returns them.
    """
    own = [(column, value) for column, value in zip(table.columns, values) if not column.is_generated]
    return "INSERT INTO %s (%s) VALUES (%s)" % (
        table.quoted,
        ", ".join(column.quoted for column, _value in own),
        ", ".join(literal(column, value) for column, value in own),
    )


def row_changes(table: Table, removed: Mapping[Place, int], added: Iterable[Tuple[Any, ...]]) -> List[str]:
    """Return the statements for one table: first all rows go that have to, so that none is in the way of a new one."""
    gone = [deletion(table, place, seen_hash) for place, seen_hash in removed.items()]
    return gone + [insertion(table, values) for values in added]


def script_part(table: Table, statements: Iterable[str]) -> str:
    """Return the changes of one table as a part of a file: all of them or none."""
    return "".join(_part(table, statements))


def _part(table: Table, statements: Iterable[str]) -> Iterator[str]:
    yield "\n-- %s.%s\n" % tuple(name.replace("\n", " ") for name in table.name)
    for statement in ("START TRANSACTION", *statements, "COMMIT"):
        yield statement + ";\n"
