"""Who takes the writes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.active import (
    active_member,
    doubt_about_writer,
    is_left_to_keeper,
    present_writer,
)

MEMBERS = ["db1", "db2"]


def member(is_open: bool, is_linked: bool = True, name: str = "") -> dict[str, Any]:
    return {"server": {"is_gate_open": is_open}, "replication": {"channels": [{"name": name}] if is_linked else []}}


def claimed(by: int, term: int = 7) -> dict[str, Any]:
    return {"term": term, "server_id": by, "reason": "deploy", "received": ""}


def known(number: int, facts: dict[str, Any], claim: dict[str, Any] | None) -> dict[str, Any]:
    return {**facts, "server": {**facts["server"], "server_id": number}, "claim": claim}


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


@pytest.mark.parametrize("replica_is_open", [True, False])
@pytest.mark.parametrize("replica", MEMBERS)
def test_the_source_of_the_only_replica_takes_the_writes(replica: str, replica_is_open: bool) -> None:
    facts = {name: member(name != replica or replica_is_open, name == replica) for name in MEMBERS}
    assert present_writer(MEMBERS, facts) == next(name for name in MEMBERS if name != replica)


def test_a_source_that_is_closed_does_not_take_them() -> None:
    assert present_writer(MEMBERS, {"db1": member(False, is_linked=False), "db2": member(True)}) == "db2"
    assert present_writer(MEMBERS, {"db1": member(False, is_linked=False), "db2": member(False)}) is None


def test_a_channel_with_a_name_links_nobody() -> None:
    facts = {"db1": member(True), "db2": member(True, name="erp")}
    assert present_writer(MEMBERS, facts) == "db2"


@pytest.mark.parametrize("linked", [[], ["db1"], ["db2"], MEMBERS])
def test_a_claim_counts_with_and_without_channels(linked: list[str]) -> None:
    claim = claimed(by=2)
    facts = {name: known(number, member(True, name in linked), claim) for number, name in enumerate(MEMBERS, start=1)}
    assert present_writer(MEMBERS, facts) == "db2"
    assert doubt_about_writer(MEMBERS, facts) == ""


def test_the_newest_claim_counts() -> None:
    facts = {"db1": known(1, member(True), claimed(1, 5)), "db2": known(2, member(False), claimed(2, 6))}
    assert present_writer(MEMBERS, facts) == "db2"


@pytest.mark.parametrize(
    ("own", "own_claim", "peer_is_open", "expected"),
    [
        # A switchover was killed: the claim for db2 stands on db1 alone.
        (member(False), claimed(1, 5), False, True),
        (member(False), None, False, True),
        # It has arrived, and somebody has opened the gate of db1.
        (member(False), claimed(2, 6), True, True),
        (member(False), claimed(2, 6), False, False),
        (member(True), claimed(1, 5), False, False),
        # Nothing arrives at a member that follows nobody.
        (member(False, is_linked=False), claimed(1, 5), False, False),
    ],
)
def test_whose_gate_its_keeper_opens(
    own: dict[str, Any], own_claim: dict[str, Any] | None, peer_is_open: bool, expected: bool
) -> None:
    facts = {"db1": known(1, member(peer_is_open), claimed(2, 6)), "db2": known(2, own, own_claim)}
    assert is_left_to_keeper(MEMBERS, facts, "db2") is expected
    assert is_left_to_keeper(MEMBERS, facts, "db1") is False


def test_no_gate_is_left_to_a_keeper_without_a_claim_or_an_answer() -> None:
    facts = {"db1": known(1, member(True), None), "db2": known(2, member(False), None)}
    assert is_left_to_keeper(MEMBERS, facts, "db2") is False
    assert is_left_to_keeper(MEMBERS, {"db1": known(1, member(True), claimed(2))}, "db2") is False


def test_a_claim_of_nobody_here_leaves_it_to_the_gates() -> None:
    facts = {"db1": known(1, member(False), claimed(9)), "db2": known(2, member(True), None)}
    assert present_writer(MEMBERS, facts) == "db2"


def test_a_member_whose_data_are_lost_does_not_take_the_writes_that_it_once_claimed() -> None:
    facts = {"db1": known(1, member(False), claimed(2)), "db2": known(2, member(True, is_linked=False), None)}
    assert present_writer(MEMBERS, facts) is None
    assert "claim to them is of db2" in doubt_about_writer(MEMBERS, facts)


@pytest.mark.parametrize(
    ("facts", "is_doubtful"),
    [
        ({"db1": member(True), "db2": member(True)}, True),
        ({"db1": member(True), "db2": member(False)}, False),
        ({"db1": member(False), "db2": member(False)}, False),
        ({"db1": member(True, is_linked=False), "db2": member(True)}, False),
        ({"db1": member(True, is_linked=False), "db2": member(True, is_linked=False)}, False),
        ({"db2": member(True)}, False),
    ],
)
def test_when_nobody_can_tell(facts: dict[str, Any], is_doubtful: bool) -> None:
    assert bool(doubt_about_writer(MEMBERS, facts)) is is_doubtful


def test_a_named_member_is_returned_as_it_is() -> None:
    assert active_member(MEMBERS, {"db1": member(True), "db2": member(False)}, "db2") == "db2"


def test_the_donor_is_first_in_a_new_pair_alone() -> None:
    assert (
        active_member(MEMBERS, {"db1": member(True, is_linked=False), "db2": member(True, False)}, "", "db2") == "db2"
    )
    assert active_member(MEMBERS, {"db1": member(True), "db2": member(False)}, "", "db2") == "db1"
    assert active_member(MEMBERS, {}, "db1", "db2") == "db1"


def test_no_member_at_all() -> None:
    assert active_member([], {}) == ""
