# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A claim to the writes of a pair: one row for each time that they were given to a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional

DEPLOY = "deploy"
SWITCHOVER = "switchover"
FAILOVER = "failover"
_LEAD_SECONDS = 86_400
"""A failover counts more than what the lost member claimed unseen, also by a clock that is ahead by nearly a day."""


@dataclass(frozen=True)
class Claim:
    """Who takes the writes, from when on.

    :ivar term: grows with every claim, also on a member that has lost the earlier ones: microseconds of the clock, of
        tomorrow's in a failover, or one more than the last term where the clock is behind that.
    :ivar server_id: the member.
    :ivar reason: ``deploy``, ``switchover`` or ``failover``.
    :ivar received: up to where the member had received the binary log of its peer, as ``file:position``; empty where
        the peer had nothing more to tell.
    """

    term: int
    server_id: int
    reason: str
    received: str = ""

    def as_dict(self) -> Dict[str, Any]:
        """Return the claim in the shape that results use."""
        return {"term": self.term, "server_id": self.server_id, "reason": self.reason, "received": self.received}


def newest(one: Optional[Claim], other: Optional[Claim]) -> Optional[Claim]:
    """Return the claim that counts; of two with one term, which no member makes, both sides take the same.

    >>> newest(Claim(2, 7, "deploy"), Claim(3, 8, "failover")).server_id, newest(None, None)
    (8, None)
    """
    known = [claim for claim in (one, other) if claim]
    return max(known, key=lambda claim: (claim.term, claim.server_id)) if known else None


def next_term(last: Optional[Claim], now_seconds: float, reason: str) -> int:
    """Return the term of a claim that is made now.

    >>> next_term(None, 1.5, "deploy"), next_term(Claim(2_000_000, 7, "deploy"), 1.5, "switchover")
    (1500000, 2000001)
    >>> next_term(Claim(2_000_000, 7, "deploy"), 1.5, "failover")
    86401500000
    """
    moment = now_seconds + (_LEAD_SECONDS if reason == FAILOVER else 0)
    return max(int(moment * 1_000_000), last.term + 1 if last else 0)
