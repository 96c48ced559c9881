"""What two members tell, and what stands against making a pair of them."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.judges.view import Pair
from ansible_collections.twoway.mysql.plugins.module_utils._plan.link import Facts
from ansible_collections.twoway.mysql.plugins.module_utils._plan.pair import judge
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import Finding

ADDRESSES = {"db1": "198.51.100.1", "db2": "198.51.100.6"}
REJECTION = "unknown variable 'no_such_option=1'"


def bare_host(rejected_options: str | None) -> Facts:
    """What member_info tells of a host that has the program of a server, and none that runs."""
    host = {
        "system": {"id": "debian", "release": "13"},
        "program": {"flavor": "mysql", "version": "9.7.4", "is_supported": True},
        "peer": None,
        "service": None,
        "packages": {},
        "unusable_files": [],
        "rejected_options": rejected_options,
        "free_bytes": None,
    }
    return {
        "host": host,
        "server": None,
        "login_error": None,
        "replication": None,
        "schemas": None,
        "audit": None,
        "seed": None,
    }


def findings(**rejected: str | None) -> list[Finding]:
    """The findings about two members, with what the program of each says of the options."""
    by_member = {
        name: {"server_id": number, "address": address, "flavor": "mysql", "filters": {}, "restart_needed": []}
        for number, (name, address) in enumerate(ADDRESSES.items(), start=1)
    }
    wish = {
        "hosts": list(ADDRESSES),
        "donor": "db1",
        "active": "db1",
        "writers": "one",
        "password": "s3cret",
        "overwrite": [],
        "may_restart": True,
        "by_member": by_member,
    }
    return judge(Pair(list(ADDRESSES), {name: bare_host(rejected.get(name)) for name in ADDRESSES}, wish))


@pytest.mark.parametrize("rejected", [{}, {"db1": None, "db2": None}, {"db1": "", "db2": ""}])
def test_options_that_the_program_takes_are_no_finding(rejected: dict[str, str | None]) -> None:
    assert findings(**rejected) == []


def test_options_that_it_does_not_take_are_a_blocker_on_each_member() -> None:
    one, both = findings(db2=REJECTION), findings(db1=REJECTION, db2="another reason")
    assert [(found.code, found.severity, found.member) for found in one] == [("OPTIONS_REJECTED", "blocker", "db2")]
    assert "mysql_server_options" in one[0].evidence
    assert REJECTION in one[0].evidence
    assert [(found.code, found.member) for found in both] == [("OPTIONS_REJECTED", "db1"), ("OPTIONS_REJECTED", "db2")]
    assert both[1].evidence.endswith("another reason")
