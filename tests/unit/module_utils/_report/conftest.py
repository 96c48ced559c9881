"""A pair of real servers, as it told of itself, to be broken by each test in its own way."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._report.build import build_report

Facts = dict[str, Any]


class RecordedPair:
    """The facts of both members, open to changes, and the report that is made of them.

    >>> str(RecordedPair({}).wish["name"])
    'wiki_pair'
    """

    def __init__(self, facts: dict[str, Facts]) -> None:
        self.facts = copy.deepcopy(facts)
        self.findings: list[dict[str, Any]] = []
        self.canaries: dict[str, dict[str, Any]] = {}
        self.wish: dict[str, Any] = {
            "name": "wiki_pair",
            "at": "2026-11-25T11:00:00Z",
            "members": list(facts) or ["db1", "db2"],
            "writers": "one",
            "active": "db1",
            "addresses": {"db1": "10.8.60.1", "db2": "10.8.60.6"},
            "lag_warning_seconds": 60,
            "lag_critical_seconds": 600,
        }

    def channel(self, replica: str) -> Facts:
        """The channel with which that member follows its peer."""
        found: Facts = self.facts[replica]["replication"]["channels"][0]
        return found

    def stop(self, member: str) -> None:
        """The member's server is not there any more."""
        self.facts[member].update(server=None, settings=None, replication=None, schemas=None, canaries=[])
        self.facts[member]["host"]["service"]["is_running"] = False
        self.facts[member]["login_error"] = {"message": "Failed to connect", "errno": 2003}

    def break_applier(self, replica: str, message: str = "Duplicate entry '7' for key 'PRIMARY'") -> None:
        """The applier of that member stands still with an error."""
        error = {"code": 1062, "message": message, "at": "261125 10:59:58"}
        self.channel(replica)["applier"].update(state="off", error=error)
        self.channel(replica)["lag_seconds"] = None

    def find(self, code: str, severity: str, member: str | None = None) -> None:
        """Something was found."""
        self.findings.append(
            {"code": code, "severity": severity, "member": member, "evidence": "it is so", "remedy": "Change it."}
        )

    def report(self) -> dict[str, Any]:
        return build_report(self.facts, self.wish, self.findings, self.canaries)


@pytest.fixture(params=["mysql_9.7", "mariadb_11.8"])
def pair(request: pytest.FixtureRequest, recorded: Callable[[str], Any]) -> RecordedPair:
    """A healthy pair of each flavor."""
    return RecordedPair(recorded(f"member_facts_{request.param}"))
