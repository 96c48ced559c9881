# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans one member's part in a move of the writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional

from .steps import FailOver, Fence, HandOver, Plan, Step, TakeOver


@dataclass(frozen=True)
class Part:
    """What a member knows of the writes.

    :ivar server_id: its own.
    :ivar gate: ``open``, ``half-open`` or ``closed``.
    :ivar active: the server id that the newest claim names; ``None`` without a claim.
    """

    server_id: int
    gate: str
    active: Optional[int]


def show_part(part: Part) -> Dict[str, Any]:
    """Return the part as people see it."""
    return {"gate": part.gate, "active_server_id": part.active}


def plan_move(part: Part, target: int, is_lost: bool) -> Plan:
    """Return this member's step towards a pair in which the target takes the writes.

    :param is_lost: whether the members do not see each other, so that each does its part alone.
    """
    is_target = part.server_id == target
    after = {"gate": "open" if is_target else "closed", "active_server_id": target}
    if show_part(part) == after:
        return Plan(after)
    step: Step
    if not is_target and is_lost:
        step = Fence("server %d is to take the writes, and is not reached from here" % target)
    elif not is_target:
        step = HandOver("server %d is to take the writes" % target)
    elif is_lost:
        step = FailOver("the member that took the writes is lost")
    else:
        step = TakeOver("this member is to take the writes")
    return Plan(after, [step])
