# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges two members before they become, or are kept, a pair: every problem that facts can show, all at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

from .._errors import Refused
from .._state.account import check_replication_password
from .active import present_writer
from .seed import needed_bytes
from .steps import Finding

Facts = Mapping[str, Any]

BLOCKER, WARNING, NOTE = "blocker", "warning", "note"

_SUPPORTED_SYSTEMS = ("debian", "ubuntu")
_FILTER_NAME = re.compile(r"[^\s'\"`\\,;#=]+")


@dataclass(frozen=True)
class Pair:
    """What is wished for a pair, and what its members told.

    :ivar members: names, in the order of the pair.
    :ivar facts: by name what ``member_info`` returned; a member that could not be asked is missing.
    :ivar wish: ``hosts`` (names in the inventory), ``donor``, ``active``, ``writers``, ``password``, ``may_restart``,
        ``overwrite`` (names whose data may be overwritten), and ``by_member``: for each its ``server_id``, ``address``,
        ``flavor``, ``filters`` and ``restart_needed``.
    """

    members: List[str]
    facts: Mapping[str, Facts]
    wish: Mapping[str, Any]

    @property
    def known(self) -> Iterator[tuple[str, Facts]]:
        """Yield the members that told something, with what they told."""
        for name in self.members:
            if self.facts.get(name):
                yield name, self.facts[name]

    @property
    def recipient(self) -> Optional[str]:
        """The member that is not the donor."""
        return next((name for name in self.members if name != self.wish["donor"]), None)


Judge = Callable[[Pair], Iterator[Finding]]


def _members(pair: Pair) -> Iterator[Finding]:
    problems = []
    if len(pair.members) != 2:
        problems.append("it names %d members" % len(pair.members))
    if len(set(pair.members)) < len(pair.members):
        problems.append("it names a member twice")
    problems += ["%s is not in the inventory" % name for name in pair.members if name not in pair.wish["hosts"]]
    for role in ("donor", "active"):
        if pair.wish[role] not in pair.members:
            problems.append("the %s member %s is not one of them" % (role, pair.wish[role]))
    if problems:
        yield Finding(
            "PAIR_MEMBERS_INVALID",
            BLOCKER,
            None,
            "pair_members is %s: %s" % (", ".join(pair.members) or "empty", "; ".join(problems)),
            "Name exactly two different hosts of the inventory in pair_members.",
        )


def _asked(pair: Pair) -> Iterator[Finding]:
    for name in pair.members:
        if not pair.facts.get(name):
            yield Finding(
                "MEMBER_NOT_ASKED",
                BLOCKER,
                name,
                "Ansible has no facts of it: it could not be reached, or it is not part of this run",
                "Make it reachable for Ansible, and run the playbook for both members (check --limit).",
            )


def _system(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        system = facts["host"]["system"]
        if system["id"] not in _SUPPORTED_SYSTEMS and not facts["host"]["program"]:
            yield Finding(
                "SYSTEM_UNSUPPORTED",
                BLOCKER,
                name,
                "it runs %s and has no server" % system["id"],
                "Install a MySQL or MariaDB server and PyMySQL yourself, or use Debian or Ubuntu.",
            )


def _reachable(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        peer = facts["host"]["peer"]
        if peer and not peer["reachable"]:
            yield Finding(
                "PEER_UNREACHABLE",
                BLOCKER,
                name,
                "it cannot reach its peer at %s:%d: %s" % (peer["address"], peer["port"], peer["error"]),
                "Let the members reach each other, or set pair_address to the addresses with which they do.",
            )


def _login(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        service = facts["host"]["service"]
        driver_is_missing = not any(
            version for package, version in facts["host"]["packages"].items() if "pymysql" in package
        )
        if not facts["login_error"] or driver_is_missing or (service and not service["is_running"]):
            continue
        yield Finding(
            "LOGIN_FAILED",
            BLOCKER,
            name,
            facts["login_error"]["message"],
            "Set pair_login (login_user, login_password, login_unix_socket) to an account that may administer it.",
        )


def _files(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        for path in facts["host"]["unusable_files"]:
            yield Finding(
                "TLS_FILE_UNUSABLE",
                BLOCKER,
                name,
                "%s is missing, or it is no PEM file" % path,
                "Put the file of pair_tls there, readable by the server.",
            )


def _options(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        rejection = facts["host"].get("rejected_options")
        if rejection:
            yield Finding(
                "OPTIONS_REJECTED",
                BLOCKER,
                name,
                "its server program does not take mysql_server_options: %s" % rejection,
                "Name only options that this version of the server has, with values that it takes.",
            )


def _password(pair: Pair) -> Iterator[Finding]:
    if pair.wish["password"] is None:
        # Who only looks at a pair needs no password of its channels.
        return
    try:
        check_replication_password(pair.wish["password"] or "")
    except Refused as error:
        yield Finding("PASSWORD_UNUSABLE", BLOCKER, None, error.message, "Choose another pair_replication_password.")


def _versions(pair: Pair) -> Iterator[Finding]:
    flavors = {}
    for name, facts in pair.known:
        program = facts["host"]["program"]
        flavors[name] = (program and program["flavor"]) or pair.wish["by_member"][name]["flavor"]
        if program and not program["is_supported"]:
            yield Finding(
                "VERSION_UNSUPPORTED",
                BLOCKER,
                name,
                "its server is %s %s" % (flavors[name], program["version"]),
                "Upgrade to MySQL 5.7 or MariaDB 10.6 at least.",
            )
    if len(set(flavors.values())) > 1:
        yield Finding(
            "FLAVORS_DIFFER",
            BLOCKER,
            None,
            ", ".join("%s: %s" % item for item in flavors.items()),
            "Install the same flavor on both members.",
        )


def _server_ids(pair: Pair) -> Iterator[Finding]:
    wished = {name: int(pair.wish["by_member"][name]["server_id"]) for name, _facts in pair.known}
    if len(set(wished.values())) < len(wished):
        yield Finding(
            "DUPLICATE_SERVER_ID",
            BLOCKER,
            None,
            ", ".join("%s: %d" % item for item in wished.items()),
            "Leave mysql_server_id unset, or give each member its own.",
        )
    for name, facts in pair.known:
        is_linked = facts["replication"] and facts["replication"]["channels"]
        if is_linked and facts["server"]["server_id"] != wished[name]:
            yield Finding(
                "SERVER_ID_WOULD_CHANGE",
                BLOCKER,
                name,
                "it replicates with server id %d; wished is %d" % (facts["server"]["server_id"], wished[name]),
                "Set mysql_server_id to the present id: events of the old id would go round for ever.",
            )


def _sources(pair: Pair) -> Iterator[Finding]:
    addresses = {name: pair.wish["by_member"][name]["address"] for name, _facts in pair.known}
    for name, facts in pair.known:
        peer = next((other for other in pair.members if other != name), None)
        for channel in (facts["replication"] or {}).get("channels", []):
            if channel["name"] == "" and peer in addresses and channel["source_host"] != addresses[peer]:
                yield Finding(
                    "CHANNEL_FOLLOWS_ANOTHER",
                    BLOCKER,
                    name,
                    "it follows %s; its peer %s has the address %s" % (channel["source_host"], peer, addresses[peer]),
                    "Set pair_address of the peer to the address the channel uses, or remove the channel on purpose.",
                )


def _duplicate_uuid(pair: Pair) -> Iterator[Finding]:
    uuids = [facts["server"]["server_uuid"] for _name, facts in pair.known if facts["server"]]
    if len(uuids) == 2 and uuids[0] and uuids[0] == uuids[1]:
        yield Finding(
            "DUPLICATE_SERVER_UUID",
            BLOCKER,
            None,
            "both members have the UUID %s; one is a copy of the other's disk" % uuids[0],
            "Remove auto.cnf from the data directory of the copy and restart its server.",
        )


def _filters(pair: Pair) -> Iterator[Finding]:
    by_member = {
        name: pair.wish["by_member"][name]["filters"] for name in pair.members if pair.wish["by_member"].get(name)
    }
    for name, filters in by_member.items():
        for kind, names in filters.items():
            bad = [text for text in names if not _FILTER_NAME.fullmatch(text)]
            if bad:
                yield Finding(
                    "FILTER_NAME_INVALID",
                    BLOCKER,
                    name,
                    "mysql_server_%s holds %s" % (kind, ", ".join(repr(text) for text in bad)),
                    "Write plain names, one in each item of the list.",
                )
    if len({repr(sorted(filters.items())) for filters in by_member.values()}) > 1:
        yield Finding(
            "FILTERS_DIFFER",
            BLOCKER,
            None,
            "; ".join("%s: %s" % item for item in by_member.items()),
            "Say the filters for the group, not for one member.",
        )
    used = sorted({kind for filters in by_member.values() for kind, names in filters.items() if names})
    if used:
        yield Finding(
            "FILTERS_LOSE_DATA",
            WARNING,
            None,
            "filters in use: %s. Statements that name a schema other than the current one are lost or leak, accounts"
            " are not replicated, and a filtered binary log cannot restore the server" % ", ".join(used),
            "Replicate everything unless you must not.",
        )


def _restart(pair: Pair) -> Iterator[Finding]:
    if pair.wish["may_restart"]:
        return
    for name, facts in pair.known:
        needed = pair.wish["by_member"][name]["restart_needed"]
        if facts["server"] and needed:
            yield Finding(
                "RESTART_FORBIDDEN",
                BLOCKER,
                name,
                "its server needs a restart for %s, and mysql_server_restart is false" % ", ".join(needed),
                "Allow the restart, or set these yourself and restart at a time of your choice.",
            )


def _is_linked(pair: Pair) -> bool:
    """Return whether the recipient follows somebody already."""
    facts = pair.facts.get(pair.recipient or "")
    return bool(facts and facts["replication"] and facts["replication"]["channels"])


def _describe_schemas(schemas: Optional[List[Dict[str, Any]]]) -> str:
    listed = [
        "%s (%d tables, %d bytes)" % (schema["name"], schema["tables"], schema["size_bytes"])
        for schema in schemas or []
    ]
    return ", ".join(listed) or "no schemas"


def _data_on_recipient(pair: Pair) -> Iterator[Finding]:
    name, donor = pair.recipient, pair.facts.get(pair.wish["donor"])
    facts = pair.facts.get(name or "")
    if not name or not facts or facts["schemas"] is None or _is_linked(pair) or facts["seed"]:
        return
    own = [schema for schema in facts["schemas"] if schema["tables"] or schema["routines"]]
    if own and name not in pair.wish["overwrite"]:
        yield Finding(
            "DATA_ON_RECIPIENT",
            BLOCKER,
            name,
            "it holds %s; the donor %s holds %s"
            % (_describe_schemas(own), pair.wish["donor"], _describe_schemas(donor["schemas"] if donor else None)),
            "Name the other donor with pair_seed_from, or let the data of %s be saved and overwritten with"
            " pair_seed_overwrite: [%s]." % (name, name),
        )


def _unfinished_seed(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        if not facts["seed"] or facts["seed"]["state"] != "importing":
            continue
        is_donor = name == pair.wish["donor"]
        yield Finding(
            "SEED_UNFINISHED",
            BLOCKER if is_donor else WARNING,
            name,
            "an import from %s was not finished; its data are half of somebody's" % facts["seed"]["donor"],
            "Seed it from its peer (pair_seed_from)." if is_donor else "This run seeds it again from the beginning.",
        )


def _space(pair: Pair) -> Iterator[Finding]:
    donor, facts = pair.facts.get(pair.wish["donor"]), pair.facts.get(pair.recipient or "")
    if not donor or not facts or not donor["schemas"] or _is_linked(pair):
        return
    needed = needed_bytes(donor["schemas"])
    free = facts["host"]["free_bytes"]
    if free is not None and free < needed:
        yield Finding(
            "DISK_TOO_SMALL",
            BLOCKER,
            pair.recipient,
            "the seed needs about %d bytes, and %d are free" % (needed, free),
            "Make room in the data directory.",
        )


def _engines(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        used = {engine for schema in facts["schemas"] or [] for engine in schema["engines"]}
        plain = sorted(used & {"MyISAM", "Aria", "MEMORY", "CSV", "ARCHIVE"})
        if plain:
            yield Finding(
                "TABLES_WITHOUT_TRANSACTIONS",
                WARNING,
                name,
                "tables of %s: they have no snapshot, and a crash can make the members differ" % ", ".join(plain),
                "Change them to InnoDB.",
            )


def _writer(pair: Pair) -> Iterator[Finding]:
    if pair.wish["writers"] != "one":
        return
    present, active = present_writer(pair.members, pair.facts), pair.wish["active"]
    if present and present != active:
        yield Finding(
            "WRITER_DIFFERS",
            BLOCKER,
            present,
            "it takes the writes; pair_active_member says %s" % active,
            "Leave pair_active_member unset: this run moves no writes.",
        )


def _two_writers(pair: Pair) -> Iterator[Finding]:
    if pair.wish["writers"] != "both":
        return
    for name, facts in pair.known:
        for problem, tables in (facts["audit"] or {}).items():
            if tables:
                yield Finding(
                    "TWO_WRITERS_UNSAFE",
                    WARNING,
                    name,
                    "%s: %s" % (problem.replace("_", " "), ", ".join(tables[:10])),
                    "With two writers these can conflict or differ without an error; let one member write.",
                )


_JUDGES: List[Judge] = [
    _members,
    _asked,
    _system,
    _reachable,
    _login,
    _files,
    _options,
    _password,
    _versions,
    _server_ids,
    _sources,
    _duplicate_uuid,
    _filters,
    _restart,
    _data_on_recipient,
    _unfinished_seed,
    _space,
    _engines,
    _writer,
    _two_writers,
]


def judge(pair: Pair) -> List[Finding]:
    """Return every finding about a pair, blockers first."""
    invalid = list(_members(pair))
    if invalid:
        # Nothing else can be judged while it is not clear who the members are.
        return invalid
    found = [finding for one in _JUDGES for finding in one(pair)]
    return sorted(found, key=lambda finding: (BLOCKER, WARNING, NOTE).index(finding.severity))
