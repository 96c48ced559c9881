"""Fills a member with about so many bytes of data that look like a benchmark's, in schema ``bulk``, always the same.

Four tables with a secondary index and rows of text, as sysbench makes them, and one table of blobs. A gigabyte is 2.03
million rows. Nothing is written to the member's binary log.

Usage: data.py MEMBER [BYTES]
"""

from __future__ import annotations

import sys
import time

import labkit

SCHEMA = "bulk"
GIGABYTE = 1_000_000_000
_TABLES = 4
_ROWS_PER_GIGABYTE = 500_000
_BLOBS_PER_GIGABYTE = 30_000
_NUMBERS = 1_000
_UNLOGGED = "SET SESSION sql_log_bin = 0, SESSION foreign_key_checks = 0, SESSION unique_checks = 0;"
_BATCH = 50_000


def statements(size_bytes: int) -> list[list[str]]:
    """SQL that makes the data, in groups that go one after the other: the schema, then batches of rows."""
    rows = max(_NUMBERS, size_bytes * _ROWS_PER_GIGABYTE // GIGABYTE)
    blobs = max(_NUMBERS, size_bytes * _BLOBS_PER_GIGABYTE // GIGABYTE)
    groups = [[_UNLOGGED, *_schema()]]
    for number in range(1, _TABLES + 1):
        groups += [[_UNLOGGED, _rows(number, first, min(rows, first + _BATCH))] for first in range(0, rows, _BATCH)]
    step = _BATCH // 10
    groups += [[_UNLOGGED, _blobs(first, min(blobs, first + step))] for first in range(0, blobs, step)]
    return groups


def _schema() -> list[str]:
    digits = " UNION ALL ".join(f"SELECT {digit} AS n" for digit in range(10))
    return [
        f"DROP SCHEMA IF EXISTS {SCHEMA}; CREATE SCHEMA {SCHEMA} CHARACTER SET utf8mb4;",
        f"CREATE TABLE {SCHEMA}.number (n INT UNSIGNED NOT NULL PRIMARY KEY) ENGINE=InnoDB;",
        f"INSERT INTO {SCHEMA}.number SELECT a.n + 10 * b.n + 100 * c.n"
        f" FROM ({digits}) AS a, ({digits}) AS b, ({digits}) AS c;",
        *(
            f"CREATE TABLE {SCHEMA}.rows{number} (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,"
            " k INT UNSIGNED NOT NULL DEFAULT 0, c CHAR(120) NOT NULL DEFAULT '', pad CHAR(60) NOT NULL DEFAULT '',"
            " KEY by_k (k)) ENGINE=InnoDB;"
            for number in range(1, _TABLES + 1)
        ),
        f"CREATE TABLE {SCHEMA}.blobs (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL,"
        " content LONGBLOB NOT NULL, KEY by_name (name)) ENGINE=InnoDB;",
    ]


def _ids(first: int, last: int) -> str:
    """A derived table of the ids after ``first`` up to ``last``, in order."""
    return (
        f"(SELECT {first} + 1 + a.n + {_NUMBERS} * b.n AS id FROM {SCHEMA}.number b STRAIGHT_JOIN {SCHEMA}.number a"
        f" WHERE b.n <= {(last - first) // _NUMBERS} AND {first} + 1 + a.n + {_NUMBERS} * b.n <= {last}) AS i"
    )


def _rows(number: int, first: int, last: int) -> str:
    # Digits in groups, as sysbench has them.
    text = "CONCAT_WS('-', " + ", ".join(f"LPAD(CRC32(id * {number} + {part}), 10, '7')" for part in range(10)) + ")"
    return (
        f"INSERT INTO {SCHEMA}.rows{number} (id, k, c, pad)"
        f" SELECT id, CRC32(id + {number}), {text}, RIGHT({text}, 59) FROM {_ids(first, last)};"
    )


def _blobs(first: int, last: int) -> str:
    # Bytes of every value, 18 KB on average.
    unit = "UNHEX(CONCAT(" + ", ".join(f"SHA2(id * 16 + {part}, 512)" for part in range(8)) + "))"
    return (
        f"INSERT INTO {SCHEMA}.blobs (id, name, content)"
        f" SELECT id, CONCAT('file-', CRC32(id), '.bin'), REPEAT({unit}, 4 + CRC32(id) % 64) FROM {_ids(first, last)};"
    )


def fill(member: str, size_bytes: int = GIGABYTE, instance: int | None = None) -> float:
    """Fill a member and return the seconds that it took. The same size always gives the same data."""
    begun = time.monotonic()
    for group in statements(size_bytes):
        labkit.sql(member, " ".join(group), instance=instance)
    return time.monotonic() - begun


if __name__ == "__main__":
    print(round(fill(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else GIGABYTE), 1))
