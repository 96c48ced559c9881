"""What the filters make of members that could not be asked."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.filter.pair import pair_findings


@pytest.mark.parametrize("scope", ["deployment", "running"])
def test_member_without_facts_is_a_finding(scope: str) -> None:
    wish: dict[str, Any] = {
        "members": ["db1", "db2"],
        "hosts": ["db1", "db2"],
        "donor": "db1",
        "active": "db1",
        "writers": "one",
        "password": "s3cret",
        "overwrite": [],
        "scope": scope,
        "coordinates": "gtid",
        "outage_seconds": 259200,
        "lag_seconds": 60,
        "may_restart": True,
        "by_member": {"db1": {}, "db2": {}},
    }
    found = pair_findings({"db1": {}, "db2": {}}, wish)
    assert {(finding["code"], finding["member"]) for finding in found} >= {
        ("MEMBER_NOT_ASKED", "db1"),
        ("MEMBER_NOT_ASKED", "db2"),
    }
