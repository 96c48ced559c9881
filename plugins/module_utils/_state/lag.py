# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How far a replica is behind its source in time, measured without a write and without a second clock.

The source is asked now and then which GTIDs it has. Once the replica has them too, it has everything that the source
had at that moment. All moments are of one clock, that of the replica's host.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .gtid import count_missing

SILENT_SECONDS = 10.0
"""After so long without an answer nothing is known of a source's present."""
_MOST_SAMPLES = 4096


class Progress:
    """Up to which moment a replica has everything of its source."""

    def __init__(self, kept: Optional[Mapping[str, Any]] = None) -> None:
        """Go on from what :meth:`as_dict` returned earlier, if there is such."""
        kept = kept or {}
        self._source_server_id: Optional[int] = kept.get("source_server_id")
        self._complete_until: Optional[float] = kept.get("complete_until")
        self._seen_at: Optional[float] = kept.get("seen_at")
        self._lag_seconds: Optional[float] = None
        self._waiting: List[Tuple[float, str]] = []

    def see(self, at: float, source_server_id: int, gtid: str) -> None:
        """Take in which GTIDs the source had, at that moment or a little later."""
        if source_server_id != self._source_server_id:
            self._source_server_id, self._complete_until = source_server_id, None
            self._waiting.clear()
        self._seen_at = at
        if self._waiting and self._waiting[-1][1] == gtid:
            self._waiting.pop()
        elif self._waiting and not has_all([gtid], self._waiting[-1][1]):
            # The source has a history of its own no more: it was seeded anew.
            self._waiting.clear()
        self._waiting.append((at, gtid))
        if len(self._waiting) > _MOST_SAMPLES:
            # Every second one less makes the answer coarser, and not wrong.
            del self._waiting[1::2]

    def apply(self, at: float, held: Sequence[str]) -> None:
        """Take in which GTIDs the replica has at that moment."""
        if self._waiting and has_all(held, self._waiting[-1][1]):
            del self._waiting[:-1]
        while self._waiting and has_all(held, self._waiting[0][1]):
            self._complete_until = self._waiting.pop(0)[0]
            self._lag_seconds = max(0.0, at - self._complete_until)

    def as_dict(self, at: float) -> Dict[str, Any]:
        """Return what is known at that moment.

        Keys: ``at``, ``source_server_id``, ``seen_at`` (when the source told of itself last), ``complete_until``, and
        ``lag_seconds`` as it was measured last, ``None`` while the replica lacks something.
        """
        return {
            "at": at,
            "source_server_id": self._source_server_id,
            "seen_at": self._seen_at,
            "complete_until": self._complete_until,
            "lag_seconds": None if self._waiting else self._lag_seconds,
        }


def has_all(held: Sequence[str], gtid: str) -> bool:
    """Return whether one of the held GTID sets or positions, or all together, contain the other one."""
    try:
        return count_missing(gtid, held) == 0
    except ValueError:
        # Servers of two kinds, which count in different ways.
        return False


def describe_lag(kept: Optional[Mapping[str, Any]], reported: Optional[int], now: float) -> Dict[str, Any]:
    """Return the best that is known of a lag: ``lag_seconds``, ``lag_is_measured``, ``complete_until`` (Unix time).

    A source that is silent may have gone on or not: then the lag is ``None``, whatever the server says of it, and what
    is known is up to when the replica has everything.

    :param kept: what :meth:`Progress.as_dict` returned last, ``None`` where nobody measures.
    :param reported: what the server calls its lag.

    >>> told = {"at": 100.0, "seen_at": 99.5, "complete_until": 40.0, "lag_seconds": None}
    >>> describe_lag(told, 0, 100.0)
    {'lag_seconds': 60.0, 'lag_is_measured': True, 'complete_until': 40.0}
    >>> describe_lag({**told, "seen_at": 50.0}, 0, 100.0)
    {'lag_seconds': None, 'lag_is_measured': False, 'complete_until': 40.0}
    >>> describe_lag(None, 3, 100.0)
    {'lag_seconds': 3, 'lag_is_measured': False, 'complete_until': None}
    """
    estimate = {"lag_seconds": reported, "lag_is_measured": False, "complete_until": None}
    if not kept or kept["seen_at"] is None or now - kept["at"] > SILENT_SECONDS:
        return estimate
    until = kept["complete_until"]
    if kept["at"] - kept["seen_at"] > SILENT_SECONDS:
        return {**estimate, "lag_seconds": None, "complete_until": until}
    # A moment that is still to come tells that the clock was set back: nothing is known of how long ago that was.
    if until is None or until > now:
        return estimate
    lag = now - until if kept["lag_seconds"] is None else kept["lag_seconds"]
    return {"lag_seconds": round(max(0.0, lag), 3), "lag_is_measured": True, "complete_until": until}
