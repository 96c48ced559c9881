# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the accounts of a server, as far as they matter to the pair."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping

from ..steps import Finding
from .view import NOTE, WARNING, Member, Pair

_REPLICATION_PRIVILEGE = "REPLICATION SLAVE"
_HARMLESS = frozenset({"USAGE", _REPLICATION_PRIVILEGE})


def anonymous(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        hosts = [account["host"] for account in member.facts["accounts"] or [] if not account["user"]]
        if hosts:
            yield Finding(
                "ANONYMOUS_ACCOUNT",
                WARNING,
                member.name,
                "there are accounts without a name: %s" % ", ".join("''@'%s'" % host for host in hosts),
                "Drop them: they let anybody in, and take logins from named accounts whose host is less exact.",
            )


def _for_peer(member: Member, pair: Pair) -> List[Mapping[str, Any]]:
    """Return the accounts of a member that have the name with which its peer follows it."""
    peer = next((other for other in pair.answering if other.name == member.peer), None)
    user = ((peer.channel if peer else None) or {}).get("source_user")
    return [account for account in member.facts["accounts"] or [] if user and account["user"] == user]


def replication_account(pair: Pair) -> Iterator[Finding]:
    """Find a member that lets its peer in no more: an open connection goes on until it is cut."""
    for member in pair.answering:
        peer = next((other for other in pair.answering if other.name == member.peer), None)
        user = ((peer.channel if peer else None) or {}).get("source_user")
        if not user or member.facts["accounts"] is None:
            continue
        accounts = _for_peer(member, pair)
        if not any(_REPLICATION_PRIVILEGE in account["privileges"] for account in accounts):
            lacks = "there is no account '%s' with %s" % (user, _REPLICATION_PRIVILEGE)
        elif all(account["is_locked"] for account in accounts):
            lacks = "its account '%s' is locked" % user
        else:
            continue
        yield Finding(
            "REPLICATION_ACCOUNT_MISSING",
            WARNING,
            member.name,
            "%s, with which %s follows: its receiver stops at the next interruption" % (lacks, member.peer),
            "Run deploy_pair: it makes the account for the peer's address.",
        )


def replication_hosts(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for account in _for_peer(member, pair):
            if account["host"] in ("%", ""):
                yield Finding(
                    "REPLICATION_ACCOUNT_FOR_ALL",
                    WARNING,
                    member.name,
                    "'%s'@'%s' may log in from everywhere, and reads all data" % (account["user"], account["host"]),
                    "Drop it once the account for the peer's address exists; deploy_pair makes that one.",
                )


def replication_privileges(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for account in _for_peer(member, pair):
            more = sorted(set(account["privileges"]) - _HARMLESS)
            if more:
                yield Finding(
                    "REPLICATION_ACCOUNT_TOO_MIGHTY",
                    WARNING,
                    member.name,
                    "'%s'@'%s' has more than %s: %s"
                    % (account["user"], account["host"], _REPLICATION_PRIVILEGE, ", ".join(more[:10])),
                    "Run deploy_pair: it takes what the account does not need. Its password lies readable on the peer.",
                )


def replication_tls(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for account in _for_peer(member, pair):
            if not account["requires_tls"]:
                yield Finding(
                    "REPLICATION_ACCOUNT_WITHOUT_TLS",
                    NOTE,
                    member.name,
                    "'%s'@'%s' may log in without TLS" % (account["user"], account["host"]),
                    "Run deploy_pair: it requires TLS of the account.",
                )


def former_login(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        for account in _for_peer(member, pair):
            if account.get("has_former_login"):
                yield Finding(
                    "REPLICATION_ACCOUNT_TWO_PASSWORDS",
                    WARNING,
                    member.name,
                    "'%s'@'%s' is let in with a second password" % (account["user"], account["host"]),
                    "A change of the password was not finished: run rotate_password.",
                )


def certificate(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        left = member.facts["certificate_days_left"]
        if left is not None and left < 30:
            yield Finding(
                "CERTIFICATE_EXPIRES",
                WARNING,
                member.name,
                "the certificate of its server %s"
                % ("expires in %d days" % left if left >= 0 else "expired %d days ago" % -left),
                "Put a new one in its place, then ALTER INSTANCE RELOAD TLS (FLUSH SSL on MariaDB).",
            )


def listening(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        addresses = member.settings.get("bind_address", "")
        if addresses in ("*", "0.0.0.0", "::"):
            yield Finding(
                "LISTENS_EVERYWHERE",
                NOTE,
                member.name,
                "its server listens on every address of the host (bind_address is %s)" % addresses,
                "Run deploy_pair: it binds loopback and the member's address (mysql_server_bind_addresses).",
            )


def deprecated_options(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        old = pair.wish["by_member"][member.name].get("deprecated")
        if old:
            yield Finding(
                "OPTION_DEPRECATED",
                NOTE,
                member.name,
                "its option files have %s" % ", ".join(old),
                "Change or remove them before the next upgrade: no server starts with an option that it does not know.",
            )
