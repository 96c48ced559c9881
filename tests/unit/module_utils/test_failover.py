"""What a survivor knows of the commits of a lost member."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _failover


@pytest.mark.parametrize(
    ("gate", "is_semi_sync", "age_seconds", "within_seconds", "risks"),
    [
        ("open", True, 1, None, []),
        ("open", True, 1, 3, []),
        ("open", True, 7200, None, []),
        (
            "open",
            True,
            4,
            3,
            ["the lost member was seen last 4 s before now, and may have stopped waiting for this one since"],
        ),
        (
            "closed",
            None,
            4,
            3,
            ["the lost member was seen last 4 s before now, and may have stopped waiting for this one since"],
        ),
        ("closed", None, 1, 3, []),
        (
            "open",
            False,
            1,
            3,
            ["when it was seen last, 1 s before now, the lost member did not wait for this one before it acknowledged"],
        ),
    ],
)
def test_risks_follow_from_what_was_seen_last(
    monkeypatch: pytest.MonkeyPatch,
    gate: str,
    is_semi_sync: bool | None,
    age_seconds: float,
    within_seconds: float | None,
    risks: list[str],
) -> None:
    noted = {"at": time.time() - age_seconds, "gate": gate, "is_semi_sync": is_semi_sync}
    monkeypatch.setattr(_failover, "read_state", lambda session, name: noted)
    session: Any = None
    assert _failover.risks_of_loss(session, within_seconds) == risks


def test_where_nothing_was_seen_that_is_a_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_failover, "read_state", lambda session, name: None)
    session: Any = None
    assert _failover.risks_of_loss(session) == ["nothing is known of how the lost member acknowledged its commits"]
