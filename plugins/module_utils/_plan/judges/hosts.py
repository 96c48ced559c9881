# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges whether the members and their hosts can become a pair at all."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ..._errors import Refused
from ..._state.account import check_replication_password
from ..._state.variables import same_value
from ..steps import Finding
from .view import BLOCKER, WARNING, Pair

_SUPPORTED_SYSTEMS = ("debian", "ubuntu")

# Of the driver: nobody listens, or the server took the connection and said nothing, or no more. No account is refused.
_NO_ANSWER = (2002, 2003, 2013)


def members(pair: Pair) -> Iterator[Finding]:
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


def asked(pair: Pair) -> Iterator[Finding]:
    for name in pair.members:
        if not pair.facts.get(name):
            yield Finding(
                "MEMBER_NOT_ASKED",
                BLOCKER,
                name,
                "Ansible has no facts of it: it could not be reached, or it is not part of this run",
                "Make it reachable for Ansible, and run the playbook for both members (check --limit).",
            )


def system(pair: Pair) -> Iterator[Finding]:
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


def reachable(pair: Pair) -> Iterator[Finding]:
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


def own_address(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        own = facts["host"].get("own_address")
        if own and own["error"]:
            yield Finding(
                "BIND_ADDRESS_UNUSABLE",
                BLOCKER,
                name,
                "its server is to listen on %s: %s" % (own["address"], own["error"]),
                "Set pair_address to the number of an address that one of its interfaces has; where its peer reaches it"
                " by another one, as through NAT, set mysql_server_bind_addresses to what it listens on.",
            )


def login(pair: Pair) -> Iterator[Finding]:
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
            facts["login_error"]["message"].rstrip("."),
            "See whether the server hangs or is still starting (its error log), whether pair_login (login_unix_socket)"
            " names the socket that it listens on, and whether Ansible is root on the host."
            if facts["login_error"]["errno"] in _NO_ANSWER
            else "Let Ansible be root on the host (pair_become: true), or set pair_login (login_user, login_password,"
            " login_unix_socket) to an account that may administer it.",
        )


def stopped(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        service = facts["host"]["service"]
        if facts["server"] or not facts["host"]["program"] or not service or service["is_running"]:
            continue
        is_running_pair = pair.wish.get("scope") in ("running", "restarting")
        yield Finding(
            "SERVER_STOPPED",
            BLOCKER if is_running_pair else WARNING,
            name,
            "its server is installed, and the unit %s does not run" % service["name"],
            "systemctl start %s; journalctl -u %s says why it does not start." % (service["name"], service["name"])
            if is_running_pair
            else "What it holds cannot be seen: the run starts it, asks again, and judges again before anything else.",
        )


def files(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        for path in facts["host"]["unusable_files"]:
            yield Finding(
                "TLS_FILE_UNUSABLE",
                BLOCKER,
                name,
                "%s is missing, or it is no PEM file" % path,
                "Put the file of pair_tls there, readable by the server.",
            )


def options(pair: Pair) -> Iterator[Finding]:
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


def overridden(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        written: Mapping[str, Any] = facts["host"].get("option_file") or {}
        kept = [
            variable
            for variable, value in sorted((facts.get("persisted") or {}).items())
            if variable in written.get("options", []) and not same_value(value, facts["settings"].get(variable))
        ]
        said = []
        if written.get("overridden"):
            said.append("a file that is read later says %s" % ", ".join(written["overridden"]))
        if kept:
            said.append("the server itself keeps %s for then" % ", ".join(kept))
        if said:
            yield Finding(
                "OPTION_OVERRIDDEN",
                WARNING,
                name,
                "it starts with other values the next time than the role has written: %s" % "; ".join(said),
                "Take them out of the other file (the server program shows all with --print-defaults), or RESET PERSIST"
                " what the server keeps.",
            )


def password(pair: Pair) -> Iterator[Finding]:
    if pair.wish["password"] is None:
        # Who only looks at a pair needs no password of its channels.
        return
    try:
        check_replication_password(pair.wish["password"] or "")
    except Refused as error:
        evidence = error.message.rstrip(".")
        yield Finding("PASSWORD_UNUSABLE", BLOCKER, None, evidence, "Choose another pair_replication_password.")


def restart(pair: Pair) -> Iterator[Finding]:
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
