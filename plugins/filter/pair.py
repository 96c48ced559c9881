# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What playbooks ask about a pair before anything is sent to a server."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible.errors import AnsibleFilterError
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import Server, parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.options import (
    deprecated_options,
    options_for,
    variable_of,
)
from ansible_collections.twoway.mysql.plugins.module_utils._errors import UnsupportedServer
from ansible_collections.twoway.mysql.plugins.module_utils._plan.active import active_member, is_left_to_keeper
from ansible_collections.twoway.mysql.plugins.module_utils._plan.forks import forks_needed
from ansible_collections.twoway.mysql.plugins.module_utils._plan.judges.view import Pair
from ansible_collections.twoway.mysql.plugins.module_utils._plan.link import goes_on
from ansible_collections.twoway.mysql.plugins.module_utils._plan.pair import (
    judge,
    judge_replica,
    judge_restarting,
    judge_running,
)
from ansible_collections.twoway.mysql.plugins.module_utils._plan.variables import restart_needed
from ansible_collections.twoway.mysql.plugins.module_utils._report.build import build_report
from ansible_collections.twoway.mysql.plugins.module_utils._report.comparison import report_comparison

# What a distribution of today installs, for a plan before there is a server.
_EXPECTED = {"mysql": Server("mysql", (9, 7, 0)), "mariadb": Server("mariadb", (11, 8, 0))}

_JUDGES = {"running": judge_running, "restarting": judge_restarting, "replica": judge_replica}


def server_id(address: str) -> int:
    """Return a server id that is unique over a fleet: an IPv4 address as a number, else a checksum of the address."""
    try:
        return int(ipaddress.IPv4Address(address))
    except ipaddress.AddressValueError:
        return zlib.crc32(str(address).encode()) or 1


def _server_of(facts: Mapping[str, Any], flavor: str) -> Server:
    program = facts["host"]["program"]
    if not program or not program["version"]:
        return _EXPECTED[flavor]
    return _server_named(program)


def server_options(
    settings: Mapping[str, Any], facts: Mapping[str, Any], flavor: str, extra: Mapping[str, Any]
) -> List[Dict[str, Any]]:
    """Return the options of a member's option file from neutral settings."""
    try:
        return [option.as_dict() for option in options_for(_server_of(facts, flavor), settings, extra)]
    except ValueError as error:
        raise AnsibleFilterError(
            "The settings of the server cannot be written to an option file: %s" % error
        ) from error


def wanted_variables(options: List[Mapping[str, Any]]) -> Dict[str, Any]:
    """Return the global variables that a list of options stands for, by name."""
    return {option["variable"]: option["wanted"] for option in options if option["variable"]}


def options_needing_restart(options: List[Mapping[str, Any]], facts: Mapping[str, Any], flavor: str) -> List[str]:
    """Return the variables that differ from the options and can change only at a restart; none without a server."""
    if not facts["settings"]:
        return []
    try:
        dialect = dialect_for(_server_of(facts, flavor))
    except UnsupportedServer:
        return []
    static = dialect.restart_variables | frozenset(facts.get("static_options") or [])
    # What no variable shows is taken for in force where the option files name it; a change is seen when they change.
    in_force = {variable_of(name) for name in facts["host"]["start_options"] or []}
    return restart_needed(facts["settings"], wanted_variables(options), static, in_force)


def pair_findings(facts: Mapping[str, Any], wish: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """Return the findings about a pair, blockers first."""
    # Ansible registers a failure as well: what tells nothing of the host is no facts.
    told = {name: fact for name, fact in facts.items() if fact and "host" in fact}
    # Nothing was planned for a member that could not be asked; of such a one there is nothing to judge.
    by_member = {
        name: {**planned, **_opinion(name, told)} if planned else {} for name, planned in wish["by_member"].items()
    }
    judged = Pair(list(wish["members"]), told, {**wish, "by_member": by_member})
    judge_all = _JUDGES.get(wish.get("scope", ""), judge)
    return [finding.as_dict() for finding in judge_all(judged)]


def _opinion(name: str, told: Mapping[str, Any]) -> Dict[str, Any]:
    """Return what only the table of features knows of a member that is a replica of the others."""
    facts = told.get(name) or {}
    if not facts.get("server"):
        return {"doubt": None, "deprecated": []}
    server = _server_named(facts["server"])
    sources = [_server_named(other["server"]) for other in told.values() if other["server"] and other is not facts]
    doubts = [doubt for doubt in map(server.doubt_about_source, sources) if doubt]
    return {
        "doubt": doubts[0] if doubts else None,
        "deprecated": deprecated_options(server, facts["host"]["start_options"] or {}),
    }


def _server_named(identity: Mapping[str, Any]) -> Server:
    return parse_version("%s %s" % (identity["version"], identity["flavor"]))


def pair_active(facts: Mapping[str, Any], members: List[str], wished: str = "", first: str = "") -> str:
    """Return the member that takes the writes, or is to take them in a pair that is made anew."""
    return active_member(members, facts, wished, first)


def pair_left_to_keeper(facts: Mapping[str, Any], members: List[str], member: str) -> bool:
    """Return whether a member's closed gate is its keeper's to open, at the right moment."""
    return is_left_to_keeper(members, facts, member)


def pair_goes_on(facts: Mapping[str, Any], donor: str, recipient: str, coordinates: str) -> bool:
    """Return whether a member that was seeded once, and follows nobody now, can follow its peer without a new seed."""
    return goes_on(facts.get(donor) or {}, facts.get(recipient) or {}, coordinates)


def pair_report(
    facts: Mapping[str, Any], wish: Mapping[str, Any], canaries: Optional[Mapping[str, Any]] = None
) -> Dict[str, Any]:
    """Return everything that is known of a pair, with a verdict."""
    return build_report(facts, wish, pair_findings(facts, wish), canaries or {})


def comparison_report(found: Mapping[str, Any], replica: str, done: Optional[Mapping[str, Any]] = None) -> List[str]:
    """Return a comparison, and the row changes made before it, in lines that a person reads."""
    return report_comparison(found, replica, done)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {
            "server_id": server_id,
            "server_options": server_options,
            "wanted_variables": wanted_variables,
            "options_needing_restart": options_needing_restart,
            "forks_needed": forks_needed,
            "pair_active": pair_active,
            "pair_left_to_keeper": pair_left_to_keeper,
            "pair_goes_on": pair_goes_on,
            "pair_findings": pair_findings,
            "pair_report": pair_report,
            "comparison_report": comparison_report,
        }
