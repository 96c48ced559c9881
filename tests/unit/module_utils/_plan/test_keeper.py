"""Which gate a keeper opens or closes: in no state of two members are both opened."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.gate import Gate, plan_kept_gate
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import (
    CLOSE,
    OPEN,
    STAY,
    TAKE,
    Seen,
    decide,
    may_offer,
)
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

CLAIMS = [None, Claim(1, 1, "deploy"), Claim(2, 2, "failover"), Claim(3, 1, "switchover")]
MEMBERS = [
    [Seen(server, gate, claim, moving) for gate, claim, moving in itertools.product(gates, CLAIMS, (False, True))]
    for server, gates in ((1, ("open", "half-open", "closed")), (2, ("open", "half-open", "closed")))
]


@pytest.mark.parametrize("one", MEMBERS[0], ids=str)
def test_two_gates_are_never_opened(one: Seen) -> None:
    for other in MEMBERS[1]:
        will_be_open = [
            decision == OPEN or (decision == STAY and seen.gate == "open")
            for seen, decision in ((one, decide(one, other, False)[0]), (other, decide(other, one, False)[0]))
        ]
        assert will_be_open != [True, True] or not (one.claim or other.claim)


def test_a_silent_peer_keeps_the_gate_closed_unless_it_was_away_before() -> None:
    own = Seen(1, "closed", CLAIMS[3])
    assert decide(own, None, False)[0] == STAY
    assert decide(own, None, True)[0] == OPEN
    assert decide(Seen(1, "closed", CLAIMS[2]), None, True)[0] == STAY
    assert decide(Seen(1, "open", CLAIMS[2]), None, True)[0] == CLOSE


def test_a_claim_that_has_not_arrived_opens_no_gate() -> None:
    """Whoever moved the writes was killed; what stands before the claim in the peer's binary log is not here either."""
    given = Claim(4, 2, "switchover")
    peer = Seen(1, "closed", given)
    for before in (None, CLAIMS[3]):
        assert decide(Seen(2, "closed", before), peer, False)[0] == STAY
    assert decide(Seen(2, "closed", given), peer, False)[0] == OPEN


@pytest.mark.parametrize("dead", MEMBERS[0], ids=str)
def test_only_what_a_dead_server_took_is_offered_and_taken(dead: Seen) -> None:
    for standby in MEMBERS[1]:
        offered = may_offer(dead, standby)
        took_writes = dead.gate == "open" and dead.claim is not None and dead.claim.server_id == dead.server_id
        assert not offered or (took_writes and standby.claim == dead.claim and standby.gate != "open")
        assert decide(standby, None, False, is_offered=False)[0] != TAKE
        if offered:
            assert decide(standby, None, False, is_offered=True)[0] == TAKE


def test_nothing_is_taken_from_a_peer_that_is_open_or_claims_anew() -> None:
    own, claim = Seen(2, "closed", CLAIMS[3]), CLAIMS[3]
    assert decide(own, Seen(1, "closed", claim), False, is_offered=True)[0] == TAKE
    assert decide(own, Seen(1, "open", claim), False, is_offered=True)[0] == STAY
    assert decide(own, Seen(1, "closed", Claim(4, 1, "failover")), False, is_offered=True)[0] == STAY
    assert decide(Seen(2, "closed", claim, is_moving=True), None, False, is_offered=True)[0] == STAY
    assert decide(Seen(1, "closed", claim), None, False, is_offered=True)[0] == STAY


@pytest.mark.parametrize(
    ("gate", "is_active", "is_kept", "steps"),
    [
        (Gate("open"), True, True, ["claim_writes", "install_keeper"]),
        (Gate("open"), False, True, ["close_gate", "install_keeper"]),
        (Gate("closed", True, "kept"), True, True, ["open_gate"]),
        (Gate("open", True, "kept"), True, True, []),
        (Gate("closed", False, "kept"), True, False, ["remove_keeper", "open_gate"]),
        (Gate("open"), True, False, []),
        (Gate("half-open", False, "kept"), False, True, ["close_gate"]),
        (Gate("closed", is_unfinished=True), True, False, []),
        (Gate("open", is_unfinished=True), True, False, ["close_gate"]),
    ],
)
def test_steps(gate: Gate, is_active: bool, is_kept: bool, steps: list[str]) -> None:
    assert [step.name for step in plan_kept_gate(gate, is_active, is_kept).steps] == steps


@pytest.mark.parametrize(
    ("gate", "steps"),
    [
        (Gate("open"), ["install_keeper"]),
        (Gate("open", keeper="kept"), []),
        (Gate("closed", True, "outdated"), ["remove_keeper", "open_gate", "install_keeper"]),
    ],
)
def test_steps_where_both_members_write(gate: Gate, steps: list[str]) -> None:
    """A keeper that keeps the gate is another one than one that only looks on: it counts as outdated."""
    plan = plan_kept_gate(gate, is_active=True, is_kept=False, is_watched=True)
    assert [step.name for step in plan.steps] == steps
    assert plan.after["keeper"] == "kept"
