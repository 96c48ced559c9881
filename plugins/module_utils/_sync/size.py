# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How much SQL the changes of a table are, before any of it is made: a server takes and a host holds so much only."""

from __future__ import annotations

from typing import Dict, Optional

from .._compare.chunks import Place
from .._compare.columns import row_hash
from .._compare.members import Lane
from .._compare.rows import Seen, row_lengths
from .._compare.tables import Shared, Table

MOST_BYTES = 256 * 2**20
"""So much SQL the changes of a table and what takes them back are at most; some of it is in memory twice."""

# Beside its digits or characters: what tells its type, and quotes.
_AROUND_VALUE = 40
_AROUND_STATEMENT = 600


def reason_by_size(lane: Lane, table: Shared, rows: Dict[Place, Seen], packet_bytes: int) -> Optional[str]:
    """Return why the rows of a table that differ are too much; ``None`` where they are not.

    :param packet_bytes: the longest statement that the replica takes, and the longest text that the source makes.
    """
    there = [place for place, seen in rows.items() if seen.at_source is not None]
    here = [place for place, seen in rows.items() if seen.at_replica is not None]
    at_source, at_replica = lane.both(
        lambda session: row_lengths(session, table.source, there),
        lambda session: row_lengths(session, table.replica, here),
    )
    # What is removed has to be put back by the second file.
    added = [_insertion_bytes(table.replica, length) for found in (at_source, at_replica) for length in found.values()]
    if max(added, default=0) >= packet_bytes:
        return "a row of it is too long as SQL for max_allowed_packet (%d bytes)" % packet_bytes
    removed = len(row_hash(table.replica.columns)) + _AROUND_STATEMENT
    if sum(added) + removed * len(added) > MOST_BYTES:
        return "the rows that differ are more than %d MiB as SQL; rebuild the member" % (MOST_BYTES // 2**20)
    return None


def _insertion_bytes(table: Table, value_bytes: int) -> int:
    """Return how long the statement that adds a row is at most: a byte takes two where it is escaped or hexadecimal."""
    names = sum(len(column.quoted.encode("utf-8")) + _AROUND_VALUE for column in table.columns)
    return 2 * value_bytes + names + _AROUND_STATEMENT
