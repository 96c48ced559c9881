# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The two files of a run: the row changes, and how to take them back."""

from __future__ import annotations

import os
from typing import Dict, Iterable, List, Optional

from .._compare.chunks import Place
from .._compare.members import Lane
from .._compare.rows import Seen, row_values
from .._compare.tables import Shared, Table
from .._dialect.script import script_head
from .._files import dated_path
from .statements import row_changes, script_part

_UNFINISHED = (
    "Each part is one transaction. A row that has changed since is left alone by its DELETE, and its INSERT fails."
)


class Scripts:
    """Both files, readable by their owner alone; they begin to exist with the first part.

    :ivar changes: path of the row changes.
    :ivar undo: path of what takes them back.
    """

    def __init__(self, folder: Optional[str], source: str, is_applied: bool) -> None:
        """Prepare.

        :param folder: ``None`` for no files.
        :param source: name of the member whose rows are right.
        """
        changes = dated_path(folder or "", "sync")
        self._folder = folder
        self._source = source
        self._said = "These changes were applied" if is_applied else "Nothing of this is applied yet"
        self.changes: Optional[str] = None
        self.undo: Optional[str] = None
        self._paths = [changes, changes[: -len(".sql")] + "-undo.sql"]

    def add(self, lane: Lane, table: Shared, rows: Dict[Place, Seen]) -> List[str]:
        """Return the statements that change the replica's rows, once both files have them on the disk."""
        if not rows:
            return []
        here = {place: seen.at_replica for place, seen in rows.items() if seen.at_replica is not None}
        there = {place: seen.at_source for place, seen in rows.items() if seen.at_source is not None}
        at_source, at_replica = lane.both(
            lambda session: row_values(session, table.source, list(there)),
            lambda session: row_values(session, table.replica, list(here)),
        )
        changes = row_changes(table.replica, here, at_source.values())
        if self._folder:
            self._begin(self._folder)
            self._append(self._paths[1], table.replica, row_changes(table.replica, there, at_replica.values()))
            self._append(self._paths[0], table.replica, changes)
        return changes

    def _begin(self, folder: str) -> None:
        if self.changes:
            return
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.changes, self.undo = self._paths
        _create(self.changes, ["Gives this member the rows of %s. %s." % (self._source, self._said), _UNFINISHED])
        _create(self.undo, ["Takes back what %s does." % os.path.basename(self.changes), _UNFINISHED])

    def _append(self, path: str, table: Table, statements: List[str]) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(script_part(table, statements))
            file.flush()
            os.fsync(file.fileno())


def _create(path: str, lines: Iterable[str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(script_head(lines))
