"""A member's part in a move of the writes."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.move import Part, plan_move
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import FailOver, Fence, HandOver, Step, TakeOver

OWN, PEER = 7, 8


@pytest.mark.parametrize(
    ("part", "target", "is_lost", "wanted"),
    [
        (Part(OWN, "open", OWN), PEER, False, [HandOver]),
        (Part(OWN, "closed", OWN), PEER, False, [HandOver]),
        (Part(OWN, "closed", PEER), OWN, False, [TakeOver]),
        (Part(OWN, "closed", OWN), OWN, False, [TakeOver]),
        (Part(OWN, "closed", None), OWN, True, [FailOver]),
        (Part(OWN, "closed", PEER), OWN, True, [FailOver]),
        (Part(OWN, "open", OWN), PEER, True, [Fence]),
        (Part(OWN, "closed", OWN), PEER, True, [Fence]),
        (Part(OWN, "closed", PEER), PEER, True, []),
        (Part(OWN, "closed", PEER), PEER, False, []),
        (Part(OWN, "open", OWN), OWN, False, []),
        (Part(OWN, "open", OWN), OWN, True, []),
    ],
)
def test_steps(part: Part, target: int, is_lost: bool, wanted: list[type[Step]]) -> None:
    assert [type(step) for step in plan_move(part, target, is_lost).steps] == wanted


def test_half_done_is_planned_to_the_same_end() -> None:
    ends = [
        plan_move(Part(OWN, gate, active), OWN, False).after for gate in ("open", "closed") for active in (OWN, PEER)
    ]
    assert ends == [{"gate": "open", "active_server_id": OWN}] * 4
