# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What can be changed row by row, and what has to be mended in another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional

from .._compare.chunks import Place
from .._compare.listing import Listing
from .._compare.result import COLUMNS_DIFFER, MISSING_AT_REPLICA, MISSING_AT_SOURCE, WAS_ALTERED, TableResult, where
from .._compare.rows import Seen
from .._compare.tables import Name, Shared, shape_now

_WHOLE_TABLE = {
    COLUMNS_DIFFER: "its columns are not the same on both members",
    MISSING_AT_SOURCE: "only the member to be changed has it",
    MISSING_AT_REPLICA: "the member to be changed does not have it",
}


def reason_against(found: TableResult, table: Optional[Shared]) -> Optional[str]:
    """Return why the rows of a table that differs are left alone; ``None`` where they can be changed.

    :param table: its shape on both members, where rows of it were seen to differ.
    """
    if found.reason:
        return "it %s" % found.reason
    if found.result in _WHOLE_TABLE:
        return _WHOLE_TABLE[found.result]
    if not found.has_key:
        return "it has no key that would name a row"
    if not found.is_counted or found.is_full or table is None:
        return "it differs in more rows than are counted; rebuild the member"
    return _reason_of_shape(table)


def reason_since(before: Shared, now: Listing) -> Optional[str]:
    """Return why a table that could be changed when it was compared is left alone; ``None`` where it still can."""
    table = shape_now(before, now[0].get(before.name), now[1].get(before.name))
    if table is None or table.source.key != before.source.key:
        return "it %s" % WAS_ALTERED
    return _reason_of_shape(table)


def _reason_of_shape(table: Shared) -> Optional[str]:
    if table.replica.has_triggers:
        return "its triggers would change more than the rows that differ"
    if table.replica.is_versioned:
        return "a change would leave a history in it that the other member does not have"
    if not table.replica.is_transactional:
        return "its engine has no transactions"
    return None


@dataclass
class TableSync:
    """What is done to a table.

    :ivar rows: what is changed, or in a dry run would be.
    :ivar left: so many of its differing rows are left alone, because they changed after the comparison.
    :ivar reason: why the whole table is left alone.
    :ivar is_done: whether its changes are committed.
    """

    name: Name
    result: str
    rows: Dict[Place, Seen]
    left: int = 0
    reason: Optional[str] = None
    is_done: bool = False

    def leave(self, reason: str) -> None:
        """Leave the whole table alone."""
        self.rows, self.reason = {}, reason

    def keep(self, now: Dict[Place, Seen], must_be_settled: bool) -> None:
        """Keep the rows that still differ.

        :param must_be_settled: whether they have to differ as they did before: where both members take writes, a newer
            value may be on its way.
        """
        kept = {
            place: seen
            for place, seen in now.items()
            if seen.at_source != seen.at_replica and (seen == self.rows[place] or not must_be_settled)
        }
        self.left += len(self.rows) - len(kept)
        self.rows = kept

    def as_dict(self) -> Dict[str, Any]:
        """Return it in the shape of the module's result."""
        sides = [where(seen) for seen in self.rows.values()]
        return {
            "schema": self.name[0],
            "table": self.name[1],
            "result": self.result,
            "inserted_rows": sides.count("source"),
            "deleted_rows": sides.count("replica"),
            "replaced_rows": sides.count("both"),
            "left_rows": self.left,
            "reason": self.reason,
        }
