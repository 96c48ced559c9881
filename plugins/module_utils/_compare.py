# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Compares the data of a replica with those of its source at one synchronized point, while writes go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ._connection import Session
from ._dialect.statement import Identifier, Raw, Statement, sql
from ._errors import Refused, TwowayError
from ._read.data import SYSTEM_SCHEMAS
from ._read.replication import read_binlog, read_channel
from ._state.binlog import BinlogCoordinates
from ._wait import wait_for

Table = Tuple[str, str]
Checksum = Tuple[int, int, int]
"""Number of rows, sum of their CRC-32, exclusive or of the first 64 bits of their SHA-256."""

_LOCK_WAIT_SECONDS = 3
_LONG_STATEMENT_SECONDS = 2

# Types whose text depends on a character set or a collation are compared as bytes.
_BYTE_TYPES = frozenset(
    "char varchar tinytext text mediumtext longtext binary varbinary tinyblob blob mediumblob longblob enum set".split()
)
_SPATIAL_TYPES = frozenset(
    "geometry point linestring polygon multipoint multilinestring multipolygon"
    " geometrycollection geomcollection".split()
)


def column_text(column: str, data_type: str) -> str:
    """Return the expression whose bytes stand for a column's value, wherever it begins and ends.

    >>> column_text("a", "int"), column_text("b", "varchar")
    ('`a`', "CONCAT(LENGTH(`b`), ':', CAST(`b` AS BINARY))")

    What may hold any byte has its length before it: its hexadecimal digits would take twice the time.
    """
    name = sql("{}", Identifier(column)).text
    kind = data_type.lower()
    if kind in _BYTE_TYPES:
        return "CONCAT(LENGTH(%(name)s), ':', CAST(%(name)s AS BINARY))" % {"name": name}
    if kind in _SPATIAL_TYPES:
        return "HEX(ST_AsBinary(%s))" % name
    if kind == "json":
        return "HEX(CAST(%s AS CHAR CHARACTER SET utf8mb4))" % name
    if kind == "bit":
        return "BIN(%s)" % name
    return name


def checksum_statement(table: Table, columns: Sequence[Tuple[str, str]]) -> Statement:
    """Return the question for the checksum of a table, whatever the order of its rows.

    NULL and an empty text differ: each column adds a mark of its own. No function is used that newer servers dropped.
    """
    parts = ["CONCAT(ISNULL({0}), COALESCE({1}, ''))".format(sql("{}", Identifier(name)).text, column_text(name, kind))
             for name, kind in columns]  # fmt: skip
    row = "CONCAT_WS('#', %s)" % ", ".join(parts)
    return sql(
        "SELECT COUNT(*) AS row_count, COALESCE(SUM(CRC32({})), 0) AS crc_sum,"
        " COALESCE(BIT_XOR(CAST(CONV(LEFT(SHA2({}, 256), 16), 16, 10) AS UNSIGNED)), 0) AS sha_xor FROM {}.{}",
        Raw(row),
        Raw(row),
        Identifier(table[0]),
        Identifier(table[1]),
    )


def _read_columns(session: Session) -> Dict[Table, List[Tuple[str, str]]]:
    """Return the stored columns of all tables of users, by table."""
    excluded = sql(", ".join("{}" for _name in (*SYSTEM_SCHEMAS, "twoway")), *SYSTEM_SCHEMAS, "twoway").text
    rows = session.query(
        sql(
            "SELECT c.TABLE_SCHEMA AS s, c.TABLE_NAME AS t, c.COLUMN_NAME AS c, c.DATA_TYPE AS d"
            " FROM information_schema.COLUMNS AS c JOIN information_schema.TABLES AS t"
            " ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME"
            " WHERE t.TABLE_TYPE = 'BASE TABLE' AND c.TABLE_SCHEMA NOT IN ({})"
            " ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION",
            Raw(excluded),
        ),
        "list the columns",
    )
    tables: Dict[Table, List[Tuple[str, str]]] = {}
    for row in rows:
        tables.setdefault((row["s"], row["t"]), []).append((row["c"], row["d"]))
    return tables


def _begin_snapshot(session: Session) -> None:
    session.query(sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"), "prepare the snapshot")
    session.query(sql("START TRANSACTION WITH CONSISTENT SNAPSHOT"), "begin the snapshot")


def _snapshot_of_source(session: Session) -> BinlogCoordinates:
    """Begin a snapshot at the source and return the place in its binary log that belongs to it.

    :raises Refused: when the place can only be read under a lock, and a long statement would hold that lock up.
    """
    question = session.dialect.read_snapshot_coordinates()
    if question:
        _begin_snapshot(session)
        row = session.query(question, "read the place of the snapshot")[0]
        return BinlogCoordinates(row["file"], int(row["position"]))
    _refuse_behind_long_statements(session)
    session.query(sql("SET SESSION lock_wait_timeout = {}", _LOCK_WAIT_SECONDS), "limit the wait for the lock")
    try:
        session.query(sql("FLUSH TABLES WITH READ LOCK"), "hold the source's writes for a moment")
        _begin_snapshot(session)
        status = read_binlog(session, {})
    finally:
        # Also after a time-out: the server keeps half of the lock until it is told to let go.
        session.query(sql("UNLOCK TABLES"), "let the source's writes go on")
    if status.coordinates is None:
        raise Refused("The source writes no binary log.")
    return status.coordinates


def _refuse_behind_long_statements(session: Session) -> None:
    # MySQL shows an applier without work as a statement that has run since its last event.
    rows = session.query(
        sql(
            "SELECT ID AS id, TIME AS seconds FROM information_schema.PROCESSLIST"
            " WHERE COMMAND = 'Query' AND TIME >= {} AND ID <> CONNECTION_ID()"
            " AND NOT (USER = 'system user' AND STATE LIKE {})",
            _LONG_STATEMENT_SECONDS,
            "%waiting for%",
        ),
        "look for long statements",
    )
    if rows:
        raise Refused(
            "At the source, statements run for longer than %d s (%s); a lock for the comparison would stall all writes"
            " behind them. Compare later."
            % (_LONG_STATEMENT_SECONDS, ", ".join("session %s: %s s" % (row["id"], row["seconds"]) for row in rows))
        )


def _synchronize(control: Session, replica: Session, source: Session, channel: str, timeout_seconds: float) -> str:
    """Begin a snapshot on both members at the same point, and return that point.

    The applier of the replica stands still for the moment it takes; its receiver goes on all the while.

    :param control: a second session on the replica: the one with the snapshot may not touch the applier.
    """
    dialect = control.dialect
    control.query(dialect.stop_applier(channel), "hold the applier for a moment")
    try:
        place = _snapshot_of_source(source)
        control.query(dialect.start_applier_until(channel, place), "apply up to the snapshot")
        reached, seen = wait_for(
            lambda: read_channel(control, channel),
            lambda state: state is None or not state.applier_running or bool(state.applier_error),
            timeout_seconds,
        )
        if not reached or seen is None or seen.applier_error:
            raise TwowayError("The replica did not reach the snapshot at %s; nothing was compared." % place)
        _begin_snapshot(replica)
    finally:
        control.query(dialect.stop_applier(channel), "end the limited run of the applier")
        control.query(dialect.start_applier(channel), "let the applier go on")
    return str(place)


def _checksums(session: Session, columns: Dict[Table, List[Tuple[str, str]]]) -> Dict[Table, Checksum]:
    sums: Dict[Table, Checksum] = {}
    for table, listed in columns.items():
        row = session.query(checksum_statement(table, listed), "compute the checksum of %s.%s" % table)[0]
        sums[table] = (int(row["row_count"]), int(row["crc_sum"]), int(row["sha_xor"]))
    return sums


def compare(
    control: Session, replica: Session, source: Session, channel: str, timeout_seconds: float
) -> Dict[str, Any]:
    """Return what differs between a replica and its source.

    Keys: ``is_equal``, ``tables`` (how many were compared), ``at`` (the place in the source's binary log),
    ``differences`` (``table``, ``problem``, and the rows on both sides, ``None`` where a table is missing).

    :param control: a second session on the replica.
    :raises Refused: when it would stall the source.
    """
    source_columns, replica_columns = _read_columns(source), _read_columns(replica)
    place = _synchronize(control, replica, source, channel, timeout_seconds)
    with ThreadPoolExecutor(max_workers=2) as pool:
        at_source = pool.submit(_checksums, source, source_columns)
        at_replica = pool.submit(_checksums, replica, replica_columns)
        source_sums, replica_sums = at_source.result(), at_replica.result()
    differences = [
        _difference(table, source_sums.get(table), replica_sums.get(table))
        for table in sorted(set(source_sums) | set(replica_sums))
        if source_sums.get(table) != replica_sums.get(table)
    ]
    return {
        "is_equal": not differences,
        "tables": len(source_sums),
        "at": place,
        "differences": differences,
    }


def _difference(table: Table, at_source: Optional[Checksum], at_replica: Optional[Checksum]) -> Dict[str, Any]:
    problem = (
        "content differs" if at_source and at_replica else "missing at the %s" % ("replica" if at_source else "source")
    )
    return {
        "table": "%s.%s" % table,
        "problem": problem,
        "source_rows": at_source[0] if at_source else None,
        "replica_rows": at_replica[0] if at_replica else None,
    }
