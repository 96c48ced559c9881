# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans the write gate of a member, and who keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, List, Optional

from .._errors import Refused
from .._state.claim import Claim
from .steps import ClaimWrites, CloseGate, InstallKeeper, OpenGate, Plan, RemoveKeeper, Step

ABSENT, OUTDATED, KEPT = "absent", "outdated", "kept"


@dataclass(frozen=True)
class Gate:
    """A member's gate.

    :ivar gate: ``open``, ``half-open`` or ``closed``.
    :ivar has_claim: whether the newest claim to the writes is this member's.
    :ivar keeper: ``kept``, ``absent``, or ``outdated`` where another version is there, or it does not run.
    :ivar is_unfinished: whether the member holds a part of a seed only.
    """

    gate: str
    has_claim: bool = False
    keeper: str = ABSENT
    is_unfinished: bool = False


def show_gate(gate: str) -> Dict[str, str]:
    """Return the gate as people see it."""
    return {"gate": gate}


def plan_gate(gate: str, wanted_open: bool) -> Plan:
    """Return the steps from a gate that is ``open``, ``half-open`` or ``closed`` to the wished one."""
    wanted = "open" if wanted_open else "closed"
    if gate == wanted:
        return Plan(show_gate(gate))
    step = OpenGate("writes are wanted here") if wanted_open else CloseGate("writes are not wanted here")
    return Plan(show_gate(wanted), [step])


def show_kept_gate(gate: Gate) -> Dict[str, Any]:
    """Return the gate and its keeper as people see them."""
    return {"gate": gate.gate, "has_claim": gate.has_claim, "keeper": gate.keeper}


def refuse_moved_writes(claim: Optional[Claim], server_id: int, is_active: bool, known_term: Optional[int]) -> None:
    """Make sure that nobody has moved the writes since it was decided whether this member takes them.

    :param claim: the newest one.
    :param known_term: that of the newest claim when it was decided; ``None`` where that is not known.
    :raises Refused: when a newer one says otherwise.
    """
    if claim is None or known_term is None or claim.term <= known_term or is_active == (claim.server_id == server_id):
        return
    raise Refused(
        "The writes were given to server %d meanwhile (%s, claim %d after claim %d), and this gate was left as it is."
        " To move them, use the playbook switch_over." % (claim.server_id, claim.reason, claim.term, known_term),
        claim=claim.as_dict(),
    )


def plan_kept_gate(gate: Gate, is_active: bool, is_kept: bool, is_watched: bool = False) -> Plan:
    """Return the steps to a gate that a keeper keeps, or nobody.

    A keeper that is not wanted goes first: it would undo the rest. One that is wanted comes last, and finds it done.
    A member with a part of a seed serves nobody; the seed itself opens its gate at the end.

    :param is_kept: whether one member alone is to write, so that somebody has to see to it.
    :param is_watched: whether a keeper shall only look on and measure the lag, where both write.
    """
    steps: List[Step] = []
    is_open = is_active and not gate.is_unfinished
    after = replace(gate, gate="open" if is_open else "closed", keeper=KEPT if is_kept or is_watched else ABSENT)
    if not is_kept and gate.keeper not in (ABSENT, after.keeper):
        steps.append(RemoveKeeper("no member alone is to write"))
    if is_kept and is_active and not gate.has_claim:
        steps.append(ClaimWrites("this member is to take the writes"))
        after = replace(after, has_claim=True)
    steps += plan_gate(gate.gate, is_open).steps
    if is_kept and gate.keeper != KEPT:
        steps.append(InstallKeeper("the gate has to be right after every start as well"))
    elif is_watched and gate.keeper != KEPT:
        steps.append(InstallKeeper("somebody has to measure the lag"))
    return Plan(show_kept_gate(after), steps)
