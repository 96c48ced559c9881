# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Gives a member the rows of its peer where they differ, without anything of it going back to the peer."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from .._bookkeeping import exclusive
from .._compare.chunks import Place
from .._compare.listing import Listing
from .._compare.members import Lane, open_lanes
from .._compare.point import Synchronizer
from .._compare.record import LOCK
from .._compare.result import EQUAL, TableResult
from .._compare.rows import Seen, row_hashes
from .._compare.run import Request, compare
from .._compare.scope import describe_left_out
from .._compare.tables import Choice, Name, Shared, read_tables
from .._connection import Session, connect
from .._errors import TwowayError
from .._executor import writable
from .._read.server import read_gate
from .apply import Writer
from .judgment import TableSync, reason_against, reason_since
from .scripts import Scripts
from .size import reason_by_size


@dataclass(frozen=True)
class Sync:
    """What is wished.

    :ivar source_name: of the member whose rows are right.
    :ivar folder: where the files are kept; ``None`` for none.
    :ivar applies: whether rows are to be changed, and not only told.
    :ivar is_trial: whether nothing is changed all the same.
    """

    source_name: str
    folder: Optional[str]
    applies: bool
    is_trial: bool


Work = Tuple[TableSync, Shared]


class _Shapes:
    """Remembers the shape of each table of which rows differ for certain."""

    def __init__(self) -> None:
        self.tables: Dict[Name, Shared] = {}

    def __call__(self, _lane: Lane, table: Shared, _found: Dict[Place, Seen]) -> None:
        self.tables[table.name] = table


def sync(control: Session, request: Request, wish: Sync) -> Dict[str, Any]:
    """Return what is changed on the replica so that its rows are the source's, or in a dry run what would be.

    The comparison is made anew, and its differences are looked at once more at a point at which the applier stands
    still until the changes are committed.

    :param control: a session on the replica, the member to be changed.
    """
    with exclusive(control, LOCK):
        shapes = _Shapes()
        found = compare(control, request, [shapes])
        tables = [_begin(result, shapes.tables.get(result.name)) for result in found.tables if result.result != EQUAL]
        scripts = Scripts(wish.folder, wish.source_name, wish.applies)
        work = [(table, shapes.tables[table.name]) for table in tables if table.reason is None]
        try:
            if work:
                _carry_out(control, request, wish.applies and not wish.is_trial, work, scripts)
        except TwowayError as error:
            # Tables before the one that failed are changed.
            done = [table for table in tables if table.is_done and table.rows]
            error.details.update(changed=bool(done), undo_file=scripts.undo, tables=[table.as_dict() for table in done])
            raise
    changed = {"%s.%s" % table.name: len(table.rows) for table in tables if table.rows and wish.applies}
    return {
        "changed": bool(changed),
        "diff": {"before": {"differing_rows": changed}, "after": {"differing_rows": dict.fromkeys(changed, 0)}},
        "is_equal": found.is_equal,
        "source": wish.source_name,
        "is_applied": wish.applies and not wish.is_trial,
        "changes_file": scripts.changes,
        "undo_file": scripts.undo,
        "tables": [table.as_dict() for table in tables],
        "left_out": describe_left_out(found.left_out),
    }


def _begin(result: TableResult, shape: Optional[Shared]) -> TableSync:
    reason = reason_against(result, shape)
    return TableSync(result.name, result.result, {} if reason else dict(result.differing), reason=reason)


def _carry_out(control: Session, request: Request, applies: bool, work: List[Work], scripts: Scripts) -> None:
    """Enter into the tables what is changed, or would be."""
    synchronizer = Synchronizer(control, request.source, request.channel, request.timeout_seconds)
    with closing(connect(request.source)) as watch, open_lanes(request.source, request.replica, 1) as lanes:
        lane = lanes[0]
        with synchronizer.point(lane, holds_applier=applies):
            # While its applier stands still nobody gives this member the writes.
            takes_writes = read_gate(control) != "closed"
            choice = Choice(tables=["%s.%s" % table.name for table, _shape in work])
            _keep_what_stands(lane, work, (read_tables(watch, choice), read_tables(control, choice)), takes_writes)
            kept = [(table, shape) for table, shape in work if table.reason is None]
            if applies:
                with writable(control):
                    _write(Writer(control, lane, watch if takes_writes else None), kept, scripts)
            else:
                for table, shape in kept:
                    scripts.add(lane, shape, table.rows)


def _keep_what_stands(lane: Lane, work: List[Work], now: Listing, takes_writes: bool) -> None:
    """Keep the rows that still differ, of the tables that still can be changed."""
    packet_bytes = lane.packet_bytes()
    for table, shape in work:
        reason = reason_since(shape, now)
        if reason is None:
            table.keep(_seen_now(lane, shape, table.rows), must_be_settled=takes_writes)
            reason = reason_by_size(lane, shape, table.rows, packet_bytes)
        if reason:
            table.leave(reason)


def _write(writer: Writer, work: List[Work], scripts: Scripts) -> None:
    for table, shape in work:
        changed = writer.change(shape, table.rows, scripts)
        table.left += len(table.rows) - len(changed)
        table.rows = changed
        table.is_done = True


def _seen_now(lane: Lane, table: Shared, rows: Dict[Place, Seen]) -> Dict[Place, Seen]:
    places = list(rows)
    at_source, at_replica = lane.both(
        lambda session: row_hashes(session, table.source, places),
        lambda session: row_hashes(session, table.replica, places),
    )
    return {place: Seen(at_source.get(place), at_replica.get(place)) for place in places}
