# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Changes rows in one transaction per table, under locks and with a last look."""

from __future__ import annotations

from typing import Dict, Optional

from .._compare.chunks import Place
from .._compare.members import Lane
from .._compare.rows import Seen, row_hashes
from .._compare.tables import Shared
from .._compare.verdict import exchange
from .._connection import Session
from .._dialect.script import SESSION
from .._dialect.statement import Statement, sql
from .._errors import Refused, TwowayError
from .scripts import Scripts


class Writer:
    """Changes rows of the replica, whose applier stands at the snapshots of the lane."""

    def __init__(self, control: Session, lane: Lane, watch: Optional[Session]) -> None:
        """Prepare.

        :param control: a session on the replica that may write and is not logged.
        :param watch: a session on the source without a snapshot, where the replica takes writes of its own.
        """
        self._control = control
        self._lane = lane
        self._watch = watch
        control.query(sql(SESSION), "prepare the session")

    def change(self, table: Shared, rows: Dict[Place, Seen], scripts: Scripts) -> Dict[Place, Seen]:
        """Return the rows that were changed: those that are still as they were seen.

        :raises TwowayError: when the rows are then not those of the source; nothing of the table is changed.
        """
        self._control.query(sql("START TRANSACTION"), "begin the changes")
        try:
            kept = self._settled(table, self._locked(table, rows))
            for statement in scripts.add(self._lane, table, kept):
                self._control.query(Statement(statement, statement), "change a row of %s.%s" % table.name)
            self._verify(table, kept)
        except BaseException:
            self._control.query(sql("ROLLBACK"), "take the changes back")
            raise
        self._control.query(sql("COMMIT"), "commit the changes of %s.%s" % table.name)
        return kept

    def _locked(self, table: Shared, rows: Dict[Place, Seen]) -> Dict[Place, Seen]:
        """Return the rows that are as they were, and lock them; of a row that is not there its place is locked."""
        here = row_hashes(self._control, table.replica, list(rows), locks=True)
        return {place: seen for place, seen in rows.items() if here.get(place) == seen.at_replica}

    def _settled(self, table: Shared, rows: Dict[Place, Seen]) -> Dict[Place, Seen]:
        """Return the rows of which nothing that was written here is still on its way to the source."""
        if self._watch is None:
            return rows
        if not exchange(self._control, self._watch):
            raise Refused(
                "The source does not receive what this member writes: whether it has a newer value of a row cannot be"
                " told. Nothing was changed in %s.%s. Let both channels run, then repeat it." % table.name
            )
        there = row_hashes(self._watch, table.source, list(rows))
        return {place: seen for place, seen in rows.items() if there.get(place) == seen.at_source}

    def _verify(self, table: Shared, rows: Dict[Place, Seen]) -> None:
        here = row_hashes(self._control, table.replica, list(rows), locks=True)
        wrong = [place for place, seen in rows.items() if here.get(place) != seen.at_source]
        if wrong:
            raise TwowayError(
                "%d rows of %s.%s would not be those of the source after the change; nothing was changed in this table."
                % (len(wrong), *table.name)
            )
