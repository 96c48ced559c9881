"""How a channel that stands still goes on, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan.repair import (
    COUNTER,
    EMPTY_TRANSACTION,
    FIX_ROW,
    POSITION,
    SKIP,
    RepairWish,
    plan_repair,
)
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import Plan, SetAppliedGtid
from ansible_collections.twoway.mysql.plugins.module_utils._state.table import Column, Conflict, Failure, Table

GTID = "1-1-41"
BEHIND = SetAppliedGtid("", GTID, is_strict=True)
TABLE = Table("wikidb", "category", (Column("id", "int"), Column("name", "varchar")), (("id",),))
PRESENT = Conflict("present", TABLE, ("id",), {"id": "1", "name": "'a'"}, {"id": "1", "name": "b"})
MISSING = Conflict("missing", TABLE, ("id",), {"id": "2", "name": "'c'"})


def failure(*conflicts: Conflict, is_whole: bool = True, transaction: str | None = GTID) -> Failure:
    return Failure("applier", 1062, "Duplicate entry", transaction, True, is_whole, conflicts=conflicts)


def names(plan: Plan) -> list[str]:
    return [step.name for step in plan.steps]


def wish(choice: str, transaction: str | None = GTID) -> RepairWish:
    return RepairWish("", choice, transaction)


def test_nothing_is_done_where_nothing_is_wrong_or_nothing_is_wished() -> None:
    assert plan_repair(None, wish(SKIP), COUNTER).steps == []
    shown = plan_repair(failure(PRESENT), RepairWish(""), COUNTER)
    assert (shown.steps, shown.after) == ([], {"blocked_by": GTID})


@pytest.mark.parametrize(
    ("way", "steps"),
    [
        (EMPTY_TRANSACTION, ["commit_empty"]),
        (COUNTER, ["skip_next"]),
        (POSITION, ["stop_receiver", "set_applied_gtid", "start_receiver"]),
    ],
)
def test_a_skip_is_noted_first(way: str, steps: list[str]) -> None:
    plan = plan_repair(failure(), wish(SKIP), way, BEHIND)
    assert names(plan) == ["note_skip", *steps, "start_applier"]
    assert plan.after == {"blocked_by": None}


def test_nothing_received_is_dropped_that_the_source_cannot_send_again() -> None:
    with pytest.raises(Refused, match="may not be able to send it again"):
        plan_repair(failure(), wish(SKIP), POSITION, BEHIND, is_connected=False)


@pytest.mark.parametrize("choice", [SKIP, FIX_ROW])
@pytest.mark.parametrize("transaction", [None, "1-1-42", ""])
def test_only_the_exact_transaction(choice: str, transaction: str | None) -> None:
    with pytest.raises(Refused, match="name the exact one"):
        plan_repair(failure(PRESENT), wish(choice, transaction), COUNTER)


def test_no_transaction_is_behind_the_error_of_a_receiver() -> None:
    found = Failure("receiver", 2061, "requires secure connection")
    with pytest.raises(Refused, match="no transaction"):
        plan_repair(found, wish(SKIP), COUNTER)


def test_rows_are_saved_before_they_are_removed() -> None:
    plan = plan_repair(failure(PRESENT, MISSING), wish(FIX_ROW), COUNTER)
    assert names(plan) == ["save_row", "remove_row", "put_row", "start_applier"]


def test_a_fix_that_was_killed_is_finished() -> None:
    assert names(plan_repair(failure(), wish(FIX_ROW), COUNTER)) == ["start_applier"]


def test_what_could_not_be_looked_for_is_not_changed() -> None:
    with pytest.raises(Refused, match="no row was changed"):
        plan_repair(failure(PRESENT, is_whole=False), wish(FIX_ROW), COUNTER)
    triggered = Conflict("missing", Table("a", "b", (), (("id",),), has_triggers=True), ("id",), {"id": "1"})
    referred = replace(PRESENT, orphans=("code",))
    with pytest.raises(Refused, match="other tables refer to its code"):
        plan_repair(failure(referred), wish(FIX_ROW), COUNTER)
    with pytest.raises(Refused, match="triggers"):
        plan_repair(failure(triggered), wish(FIX_ROW), COUNTER)
