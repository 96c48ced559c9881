"""A member that comes back with what its binary log does not hold any more does not come back clean."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.judges.rejoin import member
from ansible_collections.twoway.mysql.plugins.module_utils._plan.judges.view import Pair

NOTHING = {"member": "db2", "gtid": "", "transactions": 0, "changes": [], "unread": None, "saved": None}


def evidence(**found: Any) -> list[str]:
    pair = Pair(["db1", "db2"], {}, {"rejoin": {**NOTHING, **found}})
    return [finding.evidence for finding in member(pair)]


def test_a_member_with_nothing_of_its_own_is_clean() -> None:
    assert evidence() == []
    assert list(member(Pair(["db1", "db2"], {}, {"rejoin": None}))) == []


@pytest.mark.parametrize(
    ("found", "number", "said"),
    [
        ({"transactions": 2, "saved": "/a.sql"}, "2", "(by file position); they are saved as SQL in /a.sql"),
        ({"gtid": "u:91", "unread": "u:91 is gone"}, "an unknown number of", "(u:91); not read: u:91 is gone"),
        ({"unread": "what follows 2:157"}, "an unknown number of", "(by file position); not read: what follows 2:157"),
    ],
)
def test_what_the_peer_lacks_is_named_whether_it_was_read_or_not(found: dict[str, Any], number: str, said: str) -> None:
    assert evidence(**found) == [f"it has {number} transactions that db1 lacks and cannot apply {said}"]
