# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a comparison is about, and what it leaves out."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from .._connection import Session
from .._errors import Refused
from .filters import Filters, leaves_out
from .listing import Listing
from .tables import Choice, Name, Table, read_sequences, read_tables

SEQUENCE = "sequence"
NOT_REPLICATED = "not_replicated"


class Scope:
    """The tables of both members that are compared.

    :ivar left_out: what is not, with the reason in a word.
    """

    def __init__(self, control: Session, watch: Session, choice: Choice, filters: Sequence[Filters]) -> None:
        """Prepare.

        :param control: a session on the replica.
        :param watch: a session on the source.
        :param filters: of each direction that counts.
        """
        self._control = control
        self._watch = watch
        self._choice = choice
        self._filters = filters
        self.left_out: Dict[Name, str] = {
            name: SEQUENCE for session in (watch, control) for name in read_sequences(session, choice)
        }

    def read_first(self) -> Listing:
        """Return the tables as they are now.

        :raises Refused: when something is named that is no table on either member: nothing would count as equal.
        """
        found = self.read()
        missing = self._choice.without_table({*found[0], *found[1], *self.left_out})
        if missing:
            raise Refused(
                "Neither member has a table to compare for %s: the name may be wrong, or what it means was dropped or"
                " is excluded. Nothing was compared." % ", ".join(missing)
            )
        return found

    def read(self) -> Listing:
        """Return the tables as they are now."""
        return self._of(self._watch), self._of(self._control)

    def _of(self, session: Session) -> Dict[Name, Table]:
        tables = read_tables(session, self._choice)
        kept_out = [name for name in tables if any(leaves_out(filters, name) for filters in self._filters)]
        self.left_out.update(dict.fromkeys(kept_out, NOT_REPLICATED))
        return {name: table for name, table in tables.items() if name not in self.left_out}


def describe_left_out(left_out: Dict[Name, str]) -> List[Dict[str, Any]]:
    """Return what is left out in the shape of the modules' results."""
    return [{"schema": name[0], "table": name[1], "reason": reason} for name, reason in sorted(left_out.items())]
