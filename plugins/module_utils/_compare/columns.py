# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How a row becomes a number, and a value a literal: right for every type, with functions that every server has."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from .._dialect.statement import Identifier, quote_literal, sql
from .._state.table import BINARY_TYPES, PACKED_TYPES, TEXT_TYPES

_NUMBERS = frozenset("tinyint smallint mediumint int bigint year".split())
_DECIMALS = frozenset("decimal numeric".split())
_REALS = frozenset("float double real".split())
_TIMES = frozenset("date time datetime timestamp".split())
_LISTS = frozenset("enum set".split())
# A text that a function of the server returns is no longer than max_allowed_packet: else it is NULL. What can be longer
# is hashed by itself, and so are many of those that can have 64 KiB: 14 of them fit beside all others in a mebibyte.
_LONG = frozenset("mediumtext longtext mediumblob longblob json".split()) | PACKED_TYPES
_MIDDLING = frozenset({"text", "blob"})
_MOST_MIDDLING = 14
FEWEST_PACKET_BYTES = 2**20

_NO_VALUE = "'N'"
"""Stands for NULL; no value of a column looks like it."""


@dataclass(frozen=True)
class Column:
    """A column, as far as its content can depend on it.

    :ivar kind: its type without length, in lower case.
    :ivar form: what of its type decides which values it can have, beside the kind: the list of an ENUM, ``unsigned``.
    :ivar is_generated: whether its values follow from those of other columns.
    :ivar is_period: whether the server keeps in it since when, or until when, a row counts.
    """

    name: str
    kind: str
    character_set: Optional[str] = None
    collation: Optional[str] = None
    nullable: bool = True
    form: str = ""
    is_generated: bool = False
    is_period: bool = False

    @property
    def quoted(self) -> str:
        """The name as SQL."""
        return sql("{}", Identifier(self.name)).text

    @property
    def bounds_chunks(self) -> bool:
        """Whether rows can be ordered, and a place in that order be named, by this column alone."""
        return self.kind in _NUMBERS | _DECIMALS | _TIMES or self.kind in ("char", "varchar", "binary", "varbinary")

    @property
    def definition(self) -> str:
        """What has to be the same on both members.

        >>> Column("a", "varchar", "utf8", "utf8_bin").definition
        'a varchar utf8mb3 utf8mb3_bin'
        >>> Column("a", "int", form=form_of("int", "int(10) unsigned")).definition
        'a int unsigned'
        """
        words = [self.name, self.kind, self.form] if self.form else [self.name, self.kind]
        for word in (self.character_set, self.collation):
            if word:
                words.append("utf8mb3" + word[4:] if word == "utf8" or word.startswith("utf8_") else word)
        return " ".join([*words, "generated"] if self.is_generated else words)


def form_of(kind: str, column_type: str) -> str:
    """Return what of a type is the same on servers that write it in different ways: not the width of an integer.

    >>> form_of("enum", "enum('a','b')"), form_of("bigint", "bigint(20)"), form_of("int", "int(5) unsigned zerofill")
    ("enum('a','b')", '', 'int(5) unsigned zerofill')
    """
    # With leading zeros the width is a part of the text.
    if kind in _LISTS or "zerofill" in column_type:
        return column_type
    return "unsigned" if "unsigned" in column_type else ""


def _plain(column: Column) -> str:
    """Return the value so that as text it is exact: a FLOAT by itself shows six digits."""
    if column.kind in _REALS:
        # A sum with 0 would lose the sign of -0.
        return column.quoted + " * 1e0"
    if column.kind == "bit":
        return column.quoted + " + 0"
    if column.kind == "json":
        return "HEX(CAST(%s AS CHAR CHARACTER SET utf8mb4))" % column.quoted
    if column.kind in PACKED_TYPES:
        return "HEX(%s)" % column.quoted
    return column.quoted if _is_unmistakable(column) else "HEX(CONCAT(%s))" % column.quoted


def _is_unmistakable(column: Column) -> bool:
    return column.kind in _NUMBERS | _DECIMALS | _TIMES


def hash_parts(column: Column) -> str:
    """Return the expressions that stand for a value in the text of its row.

    >>> hash_parts(Column("a", "int", nullable=False)), hash_parts(Column("a", "int"))
    ('`a`', "COALESCE(`a`, 'N')")
    >>> hash_parts(Column("b", "varchar", nullable=False))
    'LENGTH(`b`), CAST(`b` AS BINARY)'

    What may hold any byte has its length before it, and so begins and ends nowhere else. The bytes themselves count:
    case, accents and trailing spaces do, whatever the collation says.
    """
    if column.kind in TEXT_TYPES | BINARY_TYPES | _LISTS:
        name = column.quoted
        # Without the cast a server may convert bytes to the character set of a neighbor, where they all are "?".
        value = name if column.kind in BINARY_TYPES else "CAST(%s AS BINARY)" % name
        if not column.nullable:
            return "LENGTH(%s), %s" % (name, value)
        return "COALESCE(LENGTH(%s), %s), COALESCE(%s, '')" % (name, _NO_VALUE, value)
    text = _plain(column)
    return "COALESCE(%s, %s)" % (text, _NO_VALUE) if column.nullable else text


def row_digest(columns: Sequence[Column]) -> str:
    """Return the expression for the SHA-256 of a row, as hexadecimal digits.

    It depends on the columns alone: a row has the same on every server that can hold it.
    """
    long = _LONG
    if sum(column.kind in _MIDDLING for column in columns) > _MOST_MIDDLING:
        long = _LONG | _MIDDLING
    parts = [_digest(column) if column.kind in long else hash_parts(column) for column in columns]
    return "SHA2(CONCAT_WS(_binary'#', %s), 256)" % ", ".join(parts)


def _digest(column: Column) -> str:
    digest = "SHA2(%s, 256)" % _alone(column)
    return "COALESCE(%s, %s)" % (digest, _NO_VALUE) if column.nullable else digest


def _alone(column: Column) -> str:
    if column.kind == "json":
        return "CAST(%s AS CHAR CHARACTER SET utf8mb4)" % column.quoted
    return column.quoted if column.kind in TEXT_TYPES | BINARY_TYPES | PACKED_TYPES | _LISTS else _plain(column)


def row_hash(columns: Sequence[Column]) -> str:
    """Return the expression for the first 64 bits of a row's SHA-256, as a number."""
    return "CAST(CONV(LEFT(%s, 16), 16, 10) AS UNSIGNED)" % row_digest(columns)


def value_hash(column: Column) -> str:
    """Return the expression for a number that tells one value of a column from another; NULL for NULL."""
    return "CONV(LEFT(SHA2(%s, 256), 16), 16, 10)" % _alone(column)


def value_text(column: Column) -> str:
    """Return the expression whose answer :func:`literal` takes."""
    if column.kind in TEXT_TYPES | BINARY_TYPES:
        return "HEX(%s)" % column.quoted
    if column.kind in _LISTS:
        return column.quoted + " + 0"
    if column.kind in _NUMBERS or column.kind in PACKED_TYPES or column.kind in ("bit", "json"):
        return _plain(column)
    return "CONCAT(%s)" % (_plain(column) if column.kind in _REALS else column.quoted)


def value_bytes(columns: Sequence[Column]) -> str:
    """Return the expression for the length of all values of a row, in bytes."""
    return " + ".join("COALESCE(LENGTH(%s), 0)" % column.quoted for column in columns)


def literal(column: Column, value: Any) -> str:
    """Return a value, as :func:`value_text` gave it, as SQL that stands for exactly that value.

    >>> literal(Column("a", "varchar", "latin1"), "E9"), literal(Column("b", "blob"), "")
    ("_latin1 X'E9'", "X''")
    >>> literal(Column("a", "varchar", "utf8mb4"), "C3A9")
    "_utf8mb4 'é'"
    >>> literal(Column("c", "double"), "0.1"), literal(Column("d", "date"), "0000-00-00")
    ('0.1e0', "'0000-00-00'")
    """
    if value is None:
        return "NULL"
    text = value.decode("ascii") if isinstance(value, (bytes, bytearray)) else str(value)
    if column.kind in TEXT_TYPES:
        return "_%s %s" % (column.character_set, _text_literal(column, text))
    if column.kind == "json":
        return "_utf8mb4 X'%s'" % text
    if column.kind in BINARY_TYPES | PACKED_TYPES:
        return "X'%s'" % text
    if column.kind in _REALS:
        # Without an exponent it would be a decimal number.
        return text if "e" in text else text + "e0"
    if column.kind in _NUMBERS | _DECIMALS | _LISTS or column.kind == "bit":
        return text
    return quote_literal(text)


def _text_literal(column: Column, digits: str) -> str:
    """Return a text so that people can read it, where every session of ours understands it in the same way."""
    if (column.character_set or "").startswith("utf8"):
        with suppress(UnicodeDecodeError):
            text = bytes.fromhex(digits).decode("utf-8")
            if text.isprintable():
                return quote_literal(text)
    return "X'%s'" % digits


def shown(column: Column, value: Any) -> Any:
    """Return a value, as :func:`value_text` gave it, for people.

    >>> shown(Column("a", "varchar", "utf8mb4"), "C389"), shown(Column("b", "binary"), "00FF")
    ('É', '0x00FF')
    """
    if isinstance(value, (bytes, bytearray)):
        value = value.decode("ascii")
    if column.kind in TEXT_TYPES and value is not None:
        known = {"utf8mb4": "utf-8", "utf8mb3": "utf-8", "utf8": "utf-8", "latin1": "cp1252", "ascii": "ascii"}
        try:
            return bytes.fromhex(value).decode(known[column.character_set or ""])
        except (KeyError, UnicodeDecodeError):
            return "0x" + value
    return "0x" + value if column.kind in BINARY_TYPES | PACKED_TYPES and value is not None else value
