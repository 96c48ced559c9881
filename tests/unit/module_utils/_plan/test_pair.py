"""What two members tell, and what stands against making a pair of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.judges.seed import space
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


MIB = 1 << 20


@pytest.mark.parametrize(
    ("mark", "is_found"),
    [
        (None, True),
        # What was copied before is removed first.
        ({"state": "importing", "method": "dump", "schemas": ["wikidb"]}, False),
        ({"state": "importing", "method": "dump", "schemas": []}, True),
        # How much is staged, only the seed itself sees.
        ({"state": "importing", "method": "backup", "schemas": []}, False),
        ({"state": "done", "method": "dump", "schemas": ["wikidb"]}, False),
    ],
)
def test_space_that_the_seed_itself_has_taken_is_not_missing(mark: dict[str, object] | None, is_found: bool) -> None:
    wikidb = {"name": "wikidb", "tables": 9, "routines": 0, "events": 0, "size_bytes": 50 * MIB, "engines": {}}
    facts: Any = {name: {**bare_host(None), "schemas": [wikidb], "seed": None} for name in ADDRESSES}
    facts["db2"]["seed"] = mark
    facts["db2"]["host"]["free_bytes"] = 60 * MIB
    found = list(space(Pair(list(ADDRESSES), facts, {"donor": "db1", "overwrite": []})))
    assert [finding.code for finding in found] == (["DISK_TOO_SMALL"] if is_found else [])
    assert not list(space(Pair(list(ADDRESSES), facts, {"donor": "db1", "overwrite": ["db2"]})))
