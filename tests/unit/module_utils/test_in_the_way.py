"""Sessions in the middle of a write, and what becomes of them before a gate closes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._in_the_way import clear_the_way

WRITE = "UPDATE t SET a = 1"


def row(session: int, seconds: int = 34, statement: str = "", user: str = "shop") -> dict[str, Any]:
    return {
        "session": session,
        "user": user,
        "host": "10.0.0.5:4711",
        "command": "Query" if statement else "Sleep",
        "statement": statement,
        "statement_seconds": seconds if statement else 0,
        "transaction_seconds": seconds,
        "changed_rows": 3,
        "is_administrator": int(user == "root"),
    }


class Session:
    """A server that shows one list of rows after the other, the last one again and again."""

    def __init__(self, *looks: list[dict[str, Any]], version: str = "11.8.9-MariaDB") -> None:
        self._looks = list(looks)
        self.dialect = dialect_for(parse_version(version))
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
    assert ends(Session([row(7)], [row(7, seconds=2)])) == [(7, "by itself")]


def test_the_next_statement_of_a_transaction_is_the_same_work() -> None:
    assert ends(Session([row(7)], [row(7, statement="SELECT 1")])) == [(7, "cut off")]


def test_who_only_reads_or_has_only_begun_is_in_nobodys_way() -> None:
    reading = {**row(7, statement="SELECT a FROM t"), "changed_rows": 0, "transaction_seconds": 0}
    assert ends(Session([reading, row(8, seconds=0)])) == []


def test_who_is_not_done_is_killed_where_that_is_wished() -> None:
    session = Session([row(7), row(8, statement=WRITE)], [row(8, statement=WRITE)])
    assert ends(session, kills=True) == [(7, "by itself"), (8, "killed")]
    assert session.killed == ["KILL 8"]


@pytest.mark.parametrize("stubborn", [row(8, statement=WRITE), row(8, user="root")])
def test_who_is_not_held_by_the_gate_is_named_and_nobody_is_held_up(stubborn: dict[str, Any]) -> None:
    session = Session([row(7), stubborn])
    with pytest.raises(Refused, match=r"session 8 of (shop|root)@10\.0\.0\.5: 34 s, 3 changed rows\. Nothing"):
        ends(session)
    assert session.killed == []


def test_no_administrator_passes_the_gate_of_a_mysql_server() -> None:
    assert ends(Session([row(8, user="root")], version="9.7.4")) == [(8, "cut off")]
