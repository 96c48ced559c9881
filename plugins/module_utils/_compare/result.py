# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a comparison found, table by table."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional

from .._errors import TABLE_CHANGED, ServerError
from .chunks import Place
from .columns import shown
from .rows import WHOLE_CHUNK, Seen
from .tables import Name, Shared

MOST_DIFFERENCES = 10_000
"""So many rows of a table are counted; a table that differs in more is to be copied, not repaired."""

EQUAL = "equal"
DIFFERENT = "different"
COLUMNS_DIFFER = "columns_differ"
MISSING_AT_SOURCE = "missing_at_source"
MISSING_AT_REPLICA = "missing_at_replica"
UNKNOWN = "unknown"
"""What was seen of it was not certain; the table's reason says why."""

GOES_ON_CHANGING = "changed whenever it was looked at; compare again with fewer writes"
WAS_ALTERED = "was altered or dropped while it was compared; compare again"
NOT_RECEIVED = (
    "may have rows on their way; the source does not receive what the replica writes, so let both channels run"
)


@dataclass
class TableResult:
    """What was found about a table.

    :ivar reason: why it is unknown, or not all that differs; ``None`` where neither is so.
    :ivar has_key: whether rows have names; without, the same content can be there several times.
    :ivar source_rows: as many as were read there; ``None`` where none were.
    :ivar differing: the rows that differ, by place.
    :ivar is_counted: whether these are all.
    :ivar columns: those defined in two ways.
    :ivar rows: some of the rows, for people.
    """

    name: Name
    result: str = EQUAL
    reason: Optional[str] = None
    has_key: bool = True
    source_rows: Optional[int] = None
    replica_rows: Optional[int] = None
    columns: List[str] = field(default_factory=list)
    differing: Dict[Place, Seen] = field(default_factory=dict)
    is_counted: bool = True
    rows: List[Dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def count(self, at_source: int, at_replica: int) -> None:
        """Add so many rows to those that were read; several threads do so."""
        with self._lock:
            if self.source_rows is not None and self.replica_rows is not None:
                self.source_rows += at_source
                self.replica_rows += at_replica

    def add(self, found: Dict[Place, Seen]) -> None:
        """Add rows that differ."""
        self.result = DIFFERENT
        if self.is_counted:
            # That others stayed open says nothing any more; that it was altered does.
            self.reason = None
        self.is_counted = self.is_counted and WHOLE_CHUNK not in found
        self.differing.update((place, seen) for place, seen in found.items() if place != WHOLE_CHUNK)

    def note_change(self) -> None:
        """Note that the table was altered or dropped while its rows were read; rows that differ still do."""
        with self._lock:
            self.is_counted, self.reason = False, WAS_ALTERED
            if self.result == EQUAL:
                self.result, self.source_rows, self.replica_rows = UNKNOWN, None, None

    def leave_open(self, reason: str) -> None:
        """Note why nothing certain is known."""
        self.result, self.reason = UNKNOWN, reason

    @property
    def is_full(self) -> bool:
        """Whether more differing rows would change nothing any more."""
        return len(self.differing) > MOST_DIFFERENCES

    def as_dict(self) -> Dict[str, Any]:
        """Return the result in the shape that modules return and the state on the host has."""
        return {
            "schema": self.name[0],
            "table": self.name[1],
            "result": self.result,
            "reason": self.reason,
            "source_rows": self.source_rows,
            "replica_rows": self.replica_rows,
            "columns": self.columns,
            **self._counts(),
            "rows": self.rows,
        }

    def _counts(self) -> Dict[str, Optional[int]]:
        if self.result != DIFFERENT:
            known = 0 if self.result == EQUAL else None
            return {"only_at_source": known, "only_at_replica": known, "different_rows": known}
        if not self.is_counted or self.is_full:
            return {"only_at_source": None, "only_at_replica": None, "different_rows": None}
        counts = Counter(dict.fromkeys(_COUNTED_AS.values(), 0))
        for seen in self.differing.values():
            if self.has_key:
                counts[_COUNTED_AS[where(seen)]] += 1
            else:
                counts[_COUNTED_AS[where_more(seen)]] += abs((seen.at_source or 0) - (seen.at_replica or 0))
        return dict(counts)


@contextmanager
def table_as_read(result: TableResult) -> Iterator[None]:
    """Read a table's rows: where it is not any more what it was when it was listed, that is noted, and no failure."""
    try:
        yield
    except ServerError as error:
        if error.errno not in TABLE_CHANGED:
            raise
        result.note_change()


_COUNTED_AS = {"source": "only_at_source", "replica": "only_at_replica", "both": "different_rows"}


def where(seen: Seen) -> str:
    """Return on which side a differing row is.

    >>> where(Seen(1, None)), where(Seen(1, 2))
    ('source', 'both')
    """
    if seen.at_replica is None:
        return "source"
    return "replica" if seen.at_source is None else "both"


def where_more(seen: Seen) -> str:
    """Return on which side a content without a key is more often.

    >>> where_more(Seen(3, 2)), where_more(Seen(None, 1))
    ('source', 'replica')
    """
    return "source" if (seen.at_source or 0) > (seen.at_replica or 0) else "replica"


def describe_row(table: Shared, place: Place, seen: Seen, columns: List[str]) -> Dict[str, Any]:
    """Return a differing row for people: its key, where it is, and the columns that differ; never their values."""
    if not table.source.key:
        return {"key": None, "where": where_more(seen), "columns": []}
    key = {column.name: shown(column, value) for column, value in zip(table.source.key, place)}
    return {"key": key, "where": where(seen), "columns": columns}
