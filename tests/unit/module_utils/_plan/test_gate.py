"""The write gate."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan.gate import (
    ABSENT,
    KEPT,
    OUTDATED,
    Gate,
    plan_gate,
    plan_kept_gate,
    refuse_moved_writes,
    show_gate,
)
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import FAILOVER, Claim


@pytest.mark.parametrize(
    ("gate", "wanted_open", "steps"),
    [
        ("open", True, []),
        ("closed", False, []),
        ("open", False, ["close_gate"]),
        ("closed", True, ["open_gate"]),
        ("half-open", True, ["open_gate"]),
        ("half-open", False, ["close_gate"]),
    ],
)
def test_gate(gate: str, wanted_open: bool, steps: list[str]) -> None:
    plan = plan_gate(gate, wanted_open)
    assert [step.name for step in plan.steps] == steps
    assert plan.after == show_gate("open" if wanted_open else "closed")


@pytest.mark.parametrize("has_claim", [True, False])
@pytest.mark.parametrize(
    ("gate", "keeper", "steps"),
    [
        ("open", KEPT, ["remove_keeper", "close_gate"]),
        ("open", OUTDATED, ["remove_keeper", "close_gate"]),
        ("closed", KEPT, ["remove_keeper"]),
        ("half-open", ABSENT, ["close_gate"]),
        ("open", ABSENT, ["close_gate"]),
        ("closed", ABSENT, []),
    ],
)
def test_a_plain_replica_has_no_keeper_and_a_closed_gate(
    has_claim: bool, gate: str, keeper: str, steps: list[str]
) -> None:
    plan = plan_kept_gate(Gate(gate, has_claim, keeper), is_active=False, is_kept=False)
    assert [step.name for step in plan.steps] == steps
    assert plan.after == {"gate": "closed", "has_claim": has_claim, "keeper": ABSENT}


@pytest.mark.parametrize(
    ("claimed_by", "is_active", "known_term", "is_refused"),
    [
        # Server 1 is to take the writes, and somebody gave them to server 2 meanwhile; or the other way round.
        (2, True, 4, True),
        (1, False, 4, True),
        (2, True, 0, True),
        # It is as it was known to be: a member that was rebuilt claimed them last, or one of what were two writers.
        (2, True, 5, False),
        (1, False, 5, False),
        # This very run has moved them.
        (1, True, 4, False),
        (2, False, 4, False),
        (2, True, None, False),
    ],
)
def test_writes_that_were_moved_meanwhile(
    claimed_by: int, is_active: bool, known_term: int | None, is_refused: bool
) -> None:
    refusal = pytest.raises(Refused, match=f"given to server {claimed_by} meanwhile")
    with refusal if is_refused else nullcontext():
        refuse_moved_writes(Claim(5, claimed_by, FAILOVER), 1, is_active, known_term)


def test_without_a_claim_nothing_was_moved() -> None:
    refuse_moved_writes(None, 1, True, 0)
