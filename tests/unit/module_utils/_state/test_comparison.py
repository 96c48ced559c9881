"""Which of the comparisons that members keep counts, and what it says of skipped transactions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state.comparison import (
    begin_of,
    find_last_comparison,
    find_last_seed,
    has_open_skips,
)


def kept(at: str, is_equal: bool | None) -> dict[str, Any]:
    """The facts of a member that keeps a comparison of that hour, which took half of one."""
    end = f"2026-11-24T{at}:00:00Z"
    return {"comparison": {"at": end, "begun_at": begin_of(end, 1800.0), "is_equal": is_equal}}


@pytest.mark.parametrize(
    ("db1", "db2", "replica"),
    [
        ({}, {"comparison": None}, None),
        ({"seed": None}, kept("10", None), "db2"),
        ({}, kept("10", None), "db2"),
        (kept("11", True), kept("10", False), "db1"),
        (kept("10", False), kept("11", None), "db1"),
        (kept("11", True), kept("11", False), "db2"),
    ],
)
def test_last_comparison(db1: dict[str, Any], db2: dict[str, Any], replica: str | None) -> None:
    found = find_last_comparison({"db1": db1, "db2": db2})
    assert (found and found["replica"]) == replica


def test_no_member_was_asked() -> None:
    assert find_last_comparison({}) is None


@pytest.mark.parametrize(
    ("seed", "replica"),
    [
        (None, "db1"),
        ({"state": "importing"}, "db1"),
        # A mark from before marks had a time.
        ({"state": "done"}, "db1"),
        ({"state": "done", "done_at": "2026-11-24T09:59:00Z"}, "db1"),
        ({"state": "done", "done_at": "2026-11-24T10:01:00Z"}, "db2"),
        ({"state": "done", "done_at": "2026-11-24T11:01:00Z"}, None),
    ],
)
def test_comparison_from_before_a_seed_does_not_count(seed: dict[str, str] | None, replica: str | None) -> None:
    """The one that was made since stayed open."""
    found = find_last_comparison({"db1": kept("10", False), "db2": {**kept("11", None), "seed": seed}})
    assert (found and found["replica"]) == replica


@pytest.mark.parametrize(
    ("times", "comparison", "is_open"),
    [
        ([], None, False),
        (["10:00:00"], None, True),
        (["10:00:00", "12:00:00"], kept("11", True), True),
        (["10:30:00"], kept("11", True), True),
        (["10:00:00", "11:00:00"], kept("12", True), False),
        # It had begun before.
        (["10:45:00"], kept("11", True), True),
        (["10:00:00"], {"comparison": {"at": "2026-11-24T12:00:00Z", "begun_at": None, "is_equal": True}}, True),
        (["10:00:00", "11:00:00"], kept("12", False), True),
        (["10:00:00", "11:00:00"], kept("12", None), True),
        (["10:00:00", None, "11:00:00"], kept("12", True), True),
    ],
)
def test_skips_are_open_until_a_comparison_has_found_all_equal(
    times: list[str | None], comparison: dict[str, Any] | None, is_open: bool
) -> None:
    last = [{"at": f"2026-11-24T{time}Z"} if time else {"reason": "cannot be read"} for time in times]
    found = comparison and comparison["comparison"]
    assert has_open_skips({"count": len(times), "last": last}, found, "") is is_open


@pytest.mark.parametrize(("time", "is_open"), [("09:00:00", False), ("11:00:00", True), (None, True)])
def test_a_seed_ends_the_skips_before_it(time: str | None, is_open: bool) -> None:
    last = [{"at": f"2026-11-24T{time}Z"} if time else {"reason": "cannot be read"}]
    seeded_at = find_last_seed({"db1": {}, "db2": {"seed": {"done_at": "2026-11-24T10:00:00Z"}}})
    assert has_open_skips({"count": 1, "last": last}, None, seeded_at) is is_open
