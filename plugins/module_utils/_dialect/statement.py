# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""SQL text with its values: the one place where a value, a name or a secret becomes SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .._secret import MASK, Secret


@dataclass(frozen=True)
class Identifier:
    """The name of a schema, table, column or variable."""

    name: str


@dataclass(frozen=True)
class Raw:
    """SQL that the dialect itself wrote; never anything that came from outside."""

    text: str


Value = Union[str, int, float, bool, Identifier, Raw, Secret]

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"},
)


def quote_literal(text: str) -> str:
    r"""Return a text as an SQL literal, for a session without ``NO_BACKSLASH_ESCAPES`` (every session of ours).

    >>> print(quote_literal("it's"))
    'it\'s'
    """
    return "'%s'" % text.translate(_ESCAPES)


def quote_identifier(name: str) -> str:
    """Return a name as a quoted identifier.

    >>> quote_identifier("odd`name")
    '`odd``name`'
    """
    return "`%s`" % name.replace("`", "``")


def _render(value: Value, reveal: bool) -> str:
    if isinstance(value, Secret):
        return quote_literal(value.reveal()) if reveal else "'%s'" % MASK
    if isinstance(value, Identifier):
        return quote_identifier(value.name)
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return quote_literal(value)


@dataclass(frozen=True)
class Statement:
    """One SQL statement.

    :ivar text: what the server gets.
    :ivar redacted: the same with every secret masked; what people, logs and results get.
    """

    text: str
    redacted: str


def sql(template: str, *values: Value) -> Statement:
    """Return the statement with each ``{}`` of the template replaced by a rendered value.

    >>> sql("CREATE USER {}@{} IDENTIFIED BY {}", "r'1", "10.0.0.%", Secret("pa'ss")).redacted
    "CREATE USER 'r\\\\'1'@'10.0.0.%' IDENTIFIED BY '********'"
    """
    return Statement(
        text=template.format(*(_render(value, reveal=True) for value in values)),
        redacted=template.format(*(_render(value, reveal=False) for value in values)),
    )


def sql_list(prefix: str, pieces: list[Statement], suffix: str = "") -> Statement:
    """Return the statement ``prefix piece, piece, … suffix``."""
    return Statement(
        text=prefix + ", ".join(piece.text for piece in pieces) + suffix,
        redacted=prefix + ", ".join(piece.redacted for piece in pieces) + suffix,
    )
