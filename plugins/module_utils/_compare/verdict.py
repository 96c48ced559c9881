# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Looks again, at synchronized points, at what differed: a row on its way is no difference."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Callable, Deque, Dict, Iterable, List, Optional

from .._connection import Session
from .._read.replication import read_binlog, read_channels
from .._state.binlog import BinlogCoordinates
from .._state.variables import is_on
from .._wait import wait_for
from .chunks import Chunk, Place
from .members import Lane
from .point import Synchronizer
from .result import EQUAL, GOES_ON_CHANGING, MOST_DIFFERENCES, NOT_RECEIVED, UNKNOWN, TableResult, table_as_read
from .rows import Seen, differing_rows
from .tables import Name, Shared

_MOST_LOOKS = 5
_SNAPSHOT_SECONDS = 20
_EXCHANGE_SECONDS = 10


@dataclass
class _Suspect:
    """A chunk that differed.

    :ivar seen: its differing rows at the point before; ``None`` before the first.
    """

    chunk: Chunk
    seen: Optional[Dict[Place, Seen]] = None
    looks: int = 0


Detail = Callable[[Lane, Shared, Dict[Place, Seen]], None]
"""Told of rows that differ for certain, while both members stand at the point."""


class Judge:
    """Decides about chunks that differed.

    At one point both members have the same transactions of the source. The replica may have others of its own that the
    source has not yet; so a row counts when it differed in the same way at two points, between which the source
    received what the replica had at the first.
    """

    def __init__(
        self,
        lane: Lane,
        synchronizer: Synchronizer,
        results: Dict[Name, TableResult],
        details: List[Detail],
        takes_writes: bool,
    ) -> None:
        """Prepare.

        :param takes_writes: whether the replica has writers of its own; else one point is proof.
        """
        self._lane = lane
        self._synchronizer = synchronizer
        self._results = results
        self._details = details
        self._takes_writes = takes_writes

    def decide(self, chunks: Iterable[Chunk], exchange: Callable[[], bool]) -> None:
        """Enter into the results what is different.

        :param exchange: returns whether the source has what the replica has now, once that is so or it is too late.
        """
        waiting = deque(_Suspect(chunk) for chunk in chunks)
        while waiting:
            with self._synchronizer.point(self._lane):
                again = self._look(waiting)
            if again and not exchange() and self._takes_writes:
                # A second look would see the same rows on their way.
                for suspect in again:
                    self._leave_open(suspect.chunk.table, NOT_RECEIVED)
            else:
                waiting.extend(again)

    def _look(self, waiting: Deque[_Suspect]) -> List[_Suspect]:
        """Take suspects from the queue while the snapshot is young; return those to look at once more."""
        until = time.monotonic() + _SNAPSHOT_SECONDS
        again = []
        while waiting:
            suspect = waiting.popleft()
            result = self._results[suspect.chunk.table.name]
            if not result.is_full:
                with table_as_read(result):
                    again += self._look_at(suspect)
            if time.monotonic() > until:
                break
        return again

    def _look_at(self, suspect: _Suspect) -> List[_Suspect]:
        table = suspect.chunk.table
        known = self._results[table.name].differing
        found = {
            place: seen
            for place, seen in islice(differing_rows(self._lane, suspect.chunk), MOST_DIFFERENCES + 1)
            if place not in known
        }
        before = suspect.seen or {}
        certain = {place: seen for place, seen in found.items() if before.get(place) == seen}
        unsettled = {place: seen for place, seen in found.items() if place not in certain}
        if suspect.looks + 1 >= _MOST_LOOKS:
            certain, unsettled = self._settle(table, certain, unsettled), {}
        if certain:
            self._results[table.name].add(certain)
            for detail in self._details:
                detail(self._lane, table, certain)
        return [_Suspect(suspect.chunk, unsettled, suspect.looks + 1)] if unsettled else []

    def _settle(self, table: Shared, certain: Dict[Place, Seen], unsettled: Dict[Place, Seen]) -> Dict[Place, Seen]:
        if not self._takes_writes:
            return {**certain, **unsettled}
        if unsettled:
            self._leave_open(table, GOES_ON_CHANGING)
        return certain

    def _leave_open(self, table: Shared, reason: str) -> None:
        """Note that rows stayed open; where others differ for certain, so does the table."""
        if self._results[table.name].result == EQUAL:
            self._results[table.name].leave_open(reason)


def exchange(control: Session, source: Session) -> bool:
    """Return whether the source got the transactions that the replica has now."""
    variables = control.variables()
    own = read_binlog(control, variables)
    place, server_id = own.coordinates, int(variables["server_id"])
    if place is None:
        return False
    if is_on(variables.get("gtid_mode", "ON")):
        reached, _gtid = wait_for(
            lambda: read_binlog(source, source.variables()).gtid,
            lambda gtid: source.dialect.gtid_covers(gtid, own.gtid),
            _EXCHANGE_SECONDS,
        )
        return reached
    # Without GTIDs two empty sets would cover each other at once. A source that does not follow is not waited for.
    reached, applied = wait_for(
        lambda: _applied_of(source, server_id),
        lambda applied: applied is None or not applied.is_before(place),
        _EXCHANGE_SECONDS,
    )
    return reached and applied is not None


def _applied_of(session: Session, server_id: int) -> Optional[BinlogCoordinates]:
    """Return how far a server has applied the binary log of another one that it follows."""
    followed = (channel for channel in read_channels(session) if channel.source_server_id == server_id)
    return next((channel.applied for channel in followed), None)


def is_equal(results: Iterable[TableResult]) -> Optional[bool]:
    """Return whether all tables are equal; ``None`` where that stayed open."""
    seen = {result.result for result in results}
    if seen - {EQUAL, UNKNOWN}:
        return False
    return None if UNKNOWN in seen else True
