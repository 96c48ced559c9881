# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The comparisons that members keep: which one counts, and what it says of transactions that were skipped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Dict, Mapping, Optional

from .moment import FORM


def begin_of(at: Any, seconds: Any) -> Optional[str]:
    """Return when a comparison began that ended ``at`` a moment, in the same form (ISO 8601, UTC, whole seconds).

    It is never later than it was, but up to two seconds earlier. ``None`` where a record does not tell.

    >>> begin_of("2026-11-24T01:02:03Z", 63.25), begin_of("2026-11-24T01:02:03Z", None)
    ('2026-11-24T01:00:59Z', None)
    """
    try:
        return (datetime.strptime(at, FORM) - timedelta(seconds=seconds)).strftime(FORM)
    except (TypeError, ValueError, OverflowError):
        return None


def find_last_comparison(facts: Mapping[str, Mapping[str, Any]]) -> Optional[Dict[str, Any]]:
    """Return the latest comparison that a member keeps, with the member's name as ``replica``; ``None`` without any.

    One that ended before either member was seeded tells of data that are not there any more. One that stayed open is
    the last word only where there is no other: it says nothing of what is known. Of two that ended in the same second
    it is the one that found a difference.

    :param facts: by member what ``member_info`` returned.
    """
    seeded_at = find_last_seed(facts)
    # A record whose time is unknown may be of these data.
    found = [
        {**told["comparison"], "replica": name}
        for name, told in facts.items()
        if told.get("comparison") and str(told["comparison"]["at"] or seeded_at) >= seeded_at
    ]
    return max(
        found, key=lambda kept: (kept["is_equal"] is not None, str(kept["at"]), not kept["is_equal"]), default=None
    )


def find_last_seed(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return when a member was seeded last (ISO 8601, UTC); empty where no mark tells, as those of old.

    :param facts: by member what ``member_info`` returned.
    """
    return max((str((told.get("seed") or {}).get("done_at") or "") for told in facts.values()), default="")


def has_open_skips(skipped: Mapping[str, Any], comparison: Optional[Mapping[str, Any]], seeded_at: str) -> bool:
    """Return whether transactions were skipped, and neither a seed nor a comparison tells that all data are equal.

    A comparison that had begun before the last skip may have been past the rows by then.

    :param skipped: ``count``, and the ``last`` ones with ``at``; see :func:`lacks_time`.
    :param comparison: as of :func:`find_last_comparison`.
    :param seeded_at: as of :func:`find_last_seed`; one member's data are a copy of the other's since.
    """
    times = [str(entry.get("at") or "") for entry in skipped["last"]]
    begun_at = str(comparison["begun_at"] or "") if comparison and comparison["is_equal"] else ""
    return bool(skipped["count"]) and (lacks_time(skipped) or max(begun_at, seeded_at) <= max(times, default=""))


def lacks_time(skipped: Mapping[str, Any]) -> bool:
    """Return whether the ledger does not tell of one of the last skips when it was, as a crash may leave a line.

    No comparison is known to have begun after such a one.
    """
    return any(not entry.get("at") for entry in skipped["last"])
