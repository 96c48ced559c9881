# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Finds tables that one member lacks or has with other columns: one that changes on its way is no difference."""

from __future__ import annotations

from typing import Callable, Dict, List, Mapping, Optional, Tuple

from .result import (
    COLUMNS_DIFFER,
    EQUAL,
    GOES_ON_CHANGING,
    MISSING_AT_REPLICA,
    MISSING_AT_SOURCE,
    NOT_RECEIVED,
    TableResult,
)
from .tables import Name, Shared, Table, differing_columns, share

_MOST_LOOKS = 5

Listing = Tuple[Mapping[Name, Table], Mapping[Name, Table]]
"""The tables of the source and of the replica."""
_Both = Tuple[Optional[Table], Optional[Table]]


def settle_listing(
    first: Listing, look_again: Callable[[], Optional[Listing]]
) -> Tuple[Dict[Name, TableResult], List[Shared]]:
    """Return what is known of each table before its rows are read, and the tables whose rows can be.

    A difference counts when it was there in the same way at two looks, between which the replica caught up.

    :param look_again: looks when either member has what the other one had; ``None`` where one does not get that.
    """
    reason = GOES_ON_CHANGING
    tables = {name: _of(first, name) for name in sorted({*first[0], *first[1]})}
    unsettled = {name for name, both in tables.items() if _result(name, both).result != EQUAL}
    for _look in range(_MOST_LOOKS):
        if not unsettled:
            break
        listing = look_again()
        if listing is None:
            reason = NOT_RECEIVED
            break
        for name in sorted(unsettled):
            before, tables[name] = tables[name], _of(listing, name)
            if _is_gone(tables[name]) or _result(name, tables[name]).result == EQUAL or _same(before, tables[name]):
                unsettled.remove(name)
    results = {name: _result(name, both) for name, both in tables.items() if not _is_gone(both)}
    for name in unsettled:
        results[name].leave_open(reason)
    equal = (tables[name] for name, found in results.items() if found.result == EQUAL)
    return results, [share(source, replica) for source, replica in equal if source and replica]


def _of(listing: Listing, name: Name) -> _Both:
    return listing[0].get(name), listing[1].get(name)


def _is_gone(both: _Both) -> bool:
    return both == (None, None)


def _same(before: _Both, now: _Both) -> bool:
    """Return whether nothing was done to a table; its estimated size says nothing of that."""
    return [table and table.columns for table in before] == [table and table.columns for table in now]


def _result(name: Name, both: _Both) -> TableResult:
    source, replica = both
    if replica is None:
        return TableResult(name, MISSING_AT_REPLICA)
    if source is None:
        return TableResult(name, MISSING_AT_SOURCE)
    columns = differing_columns(source, replica)
    if columns:
        return TableResult(name, COLUMNS_DIFFER, columns=columns)
    return TableResult(name, has_key=bool(share(source, replica).source.key), source_rows=0, replica_rows=0)
