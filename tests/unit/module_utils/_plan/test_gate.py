"""The write gate."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.gate import plan_gate, show_gate


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
