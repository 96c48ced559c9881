"""Who takes the writes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.active import active_member

MEMBERS = ["db1", "db2"]


def member(is_open: bool, is_linked: bool = True) -> dict[str, Any]:
    return {"server": {"is_gate_open": is_open}, "replication": {"channels": [{"name": ""}] if is_linked else []}}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "db1"),
        ({"db1": {"server": None}, "db2": {}}, "db1"),
        ({"db1": member(True, is_linked=False), "db2": member(True, is_linked=False)}, "db1"),
        ({"db1": member(True, is_linked=False), "db2": member(False, is_linked=False)}, "db1"),
        ({"db1": member(True), "db2": member(False)}, "db1"),
        ({"db1": member(False), "db2": member(True)}, "db2"),
        ({"db1": member(False), "db2": member(False)}, "db1"),
        ({"db1": member(True), "db2": member(True)}, "db1"),
        ({"db2": member(True)}, "db2"),
    ],
)
def test_who_is_active(facts: dict[str, Any], expected: str) -> None:
    assert active_member(MEMBERS, facts) == expected


def test_a_named_member_is_returned_as_it_is() -> None:
    assert active_member(MEMBERS, {"db1": member(True), "db2": member(False)}, "db2") == "db2"


def test_no_member_at_all() -> None:
    assert active_member([], {}) == ""
