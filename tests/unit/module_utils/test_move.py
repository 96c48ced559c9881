"""Who takes back writes that could not be moved."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _claim, _move
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement


class Member:
    """The session with the member that has the writes, on MariaDB, where the gate holds no administrator.

    :ivar has_lock: whether it is still the one that reserved the move.
    """

    dialect = dialect_for(parse_version("11.8.9-MariaDB"))

    def __init__(self, has_lock: bool) -> None:
        self.has_lock = has_lock
        self.said: list[str] = []

    def query(self, statement: Statement, _action: str) -> list[Any]:
        if not statement.text.startswith("SELECT"):
            self.said.append(statement.text.split(" (")[0])
        return []

    def value(self, statement: Statement, _action: str) -> int:
        assert "IS_USED_LOCK" in statement.text
        return int(self.has_lock)


@pytest.mark.parametrize(
    ("has_lock", "claimed", "said", "told"),
    [
        (True, True, ["INSERT INTO twoway.active", "SET GLOBAL read_only = 0"], "this member has them as before"),
        # The gate of the peer may be open by then.
        (False, True, [], "the session that reserved the move was lost"),
        (False, False, ["SET GLOBAL read_only = 0"], "this member has them as before"),
    ],
)
def test_writes_are_taken_back_under_the_lock_alone(has_lock: bool, claimed: bool, said: list[str], told: str) -> None:
    member: Any = Member(has_lock)
    assert told in _move._take_back(member, 1, was_open=True, claimed=claimed)
    assert member.said == said


def test_a_new_writer_that_is_cut_off_keeps_nobody_waiting_for_long() -> None:
    """Its session on the old one holds locks, and nothing tells the old one's server that it has ended."""
    member: Any = Member(has_lock=True)
    limits: list[int] = []
    member.limit_idleness = limits.append
    member.value = lambda statement, _action: limits.append(0) if "GET_LOCK" in statement.text else None
    _claim.say_ready(member)
    assert limits == [30, 0]
