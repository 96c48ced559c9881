"""Which comparison a host keeps: what it says of the data must not be better than what is known of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.record import is_telling


def found(**tables: str) -> dict[str, Any]:
    """A comparison with these results by table."""
    results = set(tables.values())
    is_equal = False if results - {"equal", "unknown"} else None if "unknown" in results else True
    listed = [{"schema": "s", "table": name, "result": result} for name, result in tables.items()]
    return {"is_equal": is_equal, "tables": listed}


@pytest.mark.parametrize(
    ("before", "now", "is_everything", "is_kept"),
    [
        ({}, found(a="equal"), True, True),
        ({}, found(a="unknown"), True, True),
        (found(a="different"), found(a="equal"), True, True),
        (found(a="equal"), found(a="different"), False, True),
        # Of some tables alone: the others may differ.
        (found(a="different"), found(a="equal"), False, False),
        (found(a="equal", b="equal"), found(a="unknown"), False, False),
        # One that stayed open, after a difference.
        (found(a="different"), found(a="unknown", b="equal"), True, False),
        (found(a="missing_at_source"), found(a="unknown"), False, False),
        (found(a="different", b="unknown"), found(a="equal", b="unknown"), True, True),
        (found(a="different"), found(b="unknown"), True, True),
    ],
)
def test_what_is_kept(before: dict[str, Any], now: dict[str, Any], is_everything: bool, is_kept: bool) -> None:
    assert is_telling(now, before, is_everything) is is_kept
