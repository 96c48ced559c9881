# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Transactions as the servers' own programs print them from a log: each with its id, its rows and its statements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Iterator, List, Optional

from .._secret import without_secret

_EVENT = re.compile(r"^#\d{6} +\d+:\d\d:\d\d server id ")
_GTID_NEXT = re.compile(r"^SET @@SESSION\.GTID_NEXT= '(?P<id>[0-9a-fA-F-]{36}:[^']+)'")
_GTID_EVENT = re.compile(_EVENT.pattern + r".*\sGTID (?P<id>\d+-\d+-\d+)\b")
_PLACE = re.compile(r"^# at (?P<position>\d+)$")
_ROW_START = re.compile(
    r"^### (?P<kind>INSERT INTO|UPDATE|DELETE FROM) `(?P<schema>(?:[^`]|``)+)`\.`(?P<table>(?:[^`]|``)+)`$"
)
_VALUE = re.compile(r"^###   @(?P<number>\d+)=(?P<value>.*?)(?: /\* .* \*/)?$")
_UNSIGNED = re.compile(r"^(?P<signed>-\d+) \((?P<unsigned>\d+)\)$")
_STATEMENT_END = "/*!*/;"
# What frames a transaction, or sets up the session for it, changes no data, whatever comments its author put before it.
_NO_STATEMENT = re.compile(
    r"^(?:/\*(?!M?!)(?:(?!\*/).)*\*/\s*|(?:#|--[ \t])[^\n]*(?:\n\s*|$))*"
    r"(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT .*|SET (?!PASSWORD\b|STATEMENT\b|DEFAULT ROLE\b).*|use .*"
    r"|DELIMITER.*|/\*M?!(?:\d+ SET|\\C)\b.*|)$",
    re.DOTALL,
)
_ENDS_AT = re.compile(r"^#\d{6} +\d+:\d\d:\d\d server id \d+ +end_log_pos (?P<position>\d+)")
_END = re.compile(r"^(COMMIT|ROLLBACK)(/\*!\*/)?;?$")

_IDENTITY = re.compile(
    rb"^(?:(?P<gtid_next>SET @@SESSION\.GTID_NEXT= '(?!AUTOMATIC')[^']+')"
    rb"|/\*M?!\d+ SET @@session\.(?:gtid_domain_id|server_id|gtid_seq_no)=\d+\*/)/\*!\*/;$"
)

_KINDS = {"INSERT INTO": "insert", "UPDATE": "update", "DELETE FROM": "delete"}


@dataclass
class RowChange:
    """One row of a row event.

    :ivar kind: ``insert``, ``update`` or ``delete``.
    :ivar before: values by the number of their column (from 1), as the program prints them; empty for an insert.
    :ivar after: the same after the change; empty for a delete.
    """

    kind: str
    schema: str
    table: str
    before: Dict[int, str] = field(default_factory=dict)
    after: Dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Schema and table."""
        return "%s.%s" % (self.schema, self.table)


@dataclass
class Transaction:
    """A transaction of a log.

    :ivar gtid: its GTID, ``None`` where it has none.
    :ivar position: where it begins in the log that was read.
    :ivar ends_at: where its last event ends in the binary log of the server that sent it.
    """

    gtid: Optional[str] = None
    position: Optional[int] = None
    ends_at: Optional[int] = None
    rows: List[RowChange] = field(default_factory=list)
    statements: List[str] = field(default_factory=list)

    @property
    def tables(self) -> List[str]:
        """The tables whose rows it changes, each once, in the order of their first change."""
        return list(dict.fromkeys(row.name for row in self.rows))


def value_of(printed: str, is_unsigned: bool = False) -> Optional[str]:
    """Return the value that was printed as a text, exactly; ``None`` where the print does not tell it exactly.

    The programs escape in different ways: what holds a backslash is not told apart from an escape.

    >>> value_of("-1 (255)"), value_of("-1 (255)", is_unsigned=True), value_of("'2026-01-01'"), value_of("-7")
    ('-1', '255', '2026-01-01', '-7')
    >>> value_of("'a\\\\x0a'"), value_of("NULL")
    (None, None)
    """
    signed = _UNSIGNED.match(printed)
    if signed:
        return signed.group("unsigned" if is_unsigned else "signed")
    if printed.startswith("'"):
        return None if "\\" in printed else printed[1:-1]
    return printed if re.fullmatch(r"-?\d+(\.\d+)?", printed) else None


class _Reader:
    """Puts lines together into transactions."""

    def __init__(self) -> None:
        self._current: Optional[Transaction] = None
        self._position: Optional[int] = None
        self._image: Optional[Dict[int, str]] = None
        self._statement: List[str] = []
        self._is_in_statement = False

    def read(self, line: str) -> Iterator[Transaction]:
        """Take a line, and yield the transaction that ended before it or with it."""
        place, gtid = _PLACE.match(line), _GTID_NEXT.match(line)
        if _EVENT.match(line):
            yield from self._read_event(line)
        elif any(self._statement):
            # In the middle of a statement; whatever it looks like, somebody wrote it.
            self._read_statement(line)
        elif place:
            self._position = int(place.group("position"))
        elif gtid:
            yield from self._begin(gtid.group("id"))
        else:
            if self._is_in_statement:
                self._read_statement(line)
            elif line.startswith("### "):
                self._read_row(line)
            if _END.match(line):
                yield from self.end()

    def _read_event(self, line: str) -> Iterator[Transaction]:
        gtid, ends = _GTID_EVENT.match(line), _ENDS_AT.match(line)
        if gtid:
            yield from self._begin(gtid.group("id"))
        self._is_in_statement, self._statement = "\tQuery\t" in line, []
        if ends and self._current:
            self._current.ends_at = int(ends.group("position"))

    def _begin(self, gtid: str) -> Iterator[Transaction]:
        yield from self.end()
        self._current = Transaction(gtid, self._position)

    def end(self) -> Iterator[Transaction]:
        """Yield the transaction that is open."""
        if self._current and (self._current.gtid or self._current.rows or self._current.statements):
            yield self._current
        self._current, self._is_in_statement, self._statement = None, False, []

    def _open(self) -> Transaction:
        if self._current is None:
            self._current = Transaction(None, self._position)
        return self._current

    def _read_row(self, line: str) -> None:
        start, value = _ROW_START.match(line), _VALUE.match(line)
        if start:
            schema, table = (start.group(name).replace("``", "`") for name in ("schema", "table"))
            self._open().rows.append(RowChange(_KINDS[start.group("kind")], schema, table))
        elif line in ("### WHERE", "### SET"):
            row = self._open().rows[-1]
            self._image = row.before if line.endswith("WHERE") else row.after
        elif value and self._image is not None:
            self._image[int(value.group("number"))] = value.group("value")

    def _read_statement(self, line: str) -> None:
        ends = line.endswith(_STATEMENT_END)
        self._statement.append(line[: -len(_STATEMENT_END)] if ends else line)
        if not ends:
            return
        text = "\n".join(self._statement).strip()
        self._statement = []
        if not _NO_STATEMENT.match(text):
            self._open().statements.append(text)


def read_transactions(lines: Iterable[str]) -> Iterator[Transaction]:
    r"""Yield the transactions of a log from what ``mysqlbinlog`` or ``mariadb-binlog`` prints of it with ``-v``.

    >>> printed = '''# at 99
    ... #261125 10:59:19 server id 1  end_log_pos 2802 CRC32 0x0c 	GTID 1-1-6 trans
    ... START TRANSACTION
    ... /*!*/;
    ... ### DELETE FROM `wikidb`.`odd`
    ... ### WHERE
    ... ###   @1=1 /* INT meta=0 nullable=0 is_null=0 */
    ... COMMIT/*!*/;'''
    >>> list(read_transactions(printed.split("\n")))  # doctest: +NORMALIZE_WHITESPACE
    [Transaction(gtid='1-1-6', position=99, ends_at=2802,
     rows=[RowChange(kind='delete', schema='wikidb', table='odd', before={1: '1'}, after={})], statements=[])]

    Source: mysqlbinlog 9.7, mariadb-binlog 10.11 and 11.8, run.
    """
    reader = _Reader()
    for line in lines:
        yield from reader.read(line)
    yield from reader.end()


def without_identity(line: bytes) -> bytes:
    r"""Return a printed line so that it gives a transaction no id; what it was is kept as a comment.

    A server passes over a transaction with an id that it has already, and a replica over one with its own server id.

    >>> without_identity(b"/*M!100001 SET @@session.server_id=2*//*!*/;")
    b'# /*M!100001 SET @@session.server_id=2*//*!*/;'
    >>> without_identity(b"COMMIT/*!*/;")
    b'COMMIT/*!*/;'
    """
    found = _IDENTITY.match(line)
    if not found:
        return line
    # Not left out: after the description of a log's format MySQL takes a transaction without it for one without a GTID.
    anew = b"\nSET @@SESSION.GTID_NEXT= 'AUTOMATIC'/*!*/;" if found.group("gtid_next") else b""
    return b"# " + line + anew


def summarize(transactions: Iterable[Transaction]) -> List[Dict[str, Any]]:
    """Return, for each table, how many rows were inserted, updated and deleted; and the statements.

    Of a statement with a password, or its hash, only what stands before that.
    """
    tables: Dict[str, Dict[str, Any]] = {}
    statements = []
    for transaction in transactions:
        for row in transaction.rows:
            entry = tables.setdefault(row.name, {"table": row.name, "insert": 0, "update": 0, "delete": 0})
            entry[row.kind] += 1
        statements += [{"statement": without_secret(text)} for text in transaction.statements]
    return [*tables.values(), *statements]
