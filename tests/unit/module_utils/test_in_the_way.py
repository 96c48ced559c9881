"""Sessions in the middle of a write, and what becomes of them before a gate closes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._in_the_way import clear_the_way


def row(session: int, transaction: str = "9", is_running: int = 0) -> dict[str, Any]:
    return {
        "session": session,
        "user": "shop",
        "host": "10.0.0.5:4711",
        "transaction": transaction,
        "is_running": is_running,
        "passes_gate": 0,
        "seconds": 34,
        "changed_rows": 3,
    }


class Session:
    """A server that shows one list of rows after the other, the last one again and again."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        self._looks = list(looks)
        self.killed: list[str] = []

    def query(self, statement: Any, _action: str) -> list[dict[str, Any]]:
        if statement.text.startswith("KILL"):
            self.killed.append(statement.text)
            raise ServerError("end the session", 1094, "HY000", "Unknown thread id")
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


def ends(session: Any, kills: bool = False) -> list[tuple[int, str]]:
    return [(found["session"], found["end"]) for found in clear_the_way(session, 0, kills)]


def test_nobody_is_in_the_way() -> None:
    assert ends(Session([])) == []


def test_who_is_done_in_time_ended_by_itself() -> None:
    assert ends(Session([row(7), row(8)], [row(8)])) == [(7, "by itself"), (8, "cut off")]


def test_the_next_transaction_of_a_session_is_another_one() -> None:
    assert ends(Session([row(7)], [row(7, transaction="10")])) == [(7, "by itself")]


def test_who_is_not_done_is_killed_where_that_is_wished() -> None:
    session = Session([row(7), row(8, is_running=1)], [row(8, is_running=1)])
    assert ends(session, kills=True) == [(7, "by itself"), (8, "killed")]
    assert session.killed == ["KILL 8"]


@pytest.mark.parametrize("obstacle", ["is_running", "passes_gate"])
def test_who_is_not_held_by_the_gate_is_named_and_nobody_is_held_up(obstacle: str) -> None:
    session = Session([row(7), {**row(8), obstacle: 1}])
    with pytest.raises(Refused, match=r"session 8 of shop@10\.0\.0\.5: 34 s, 3 changed rows\. Nothing"):
        ends(session)
    assert session.killed == []
