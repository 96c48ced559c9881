# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads accounts: one of them, or those of a server that matter to a pair."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Set

from .._connection import Session
from .._dialect.statement import sql
from .._state.account import Account, AccountName


def read_account(session: Session, name: AccountName) -> Optional[Account]:
    """Return an account with its grants, ``None`` when it does not exist."""
    dialect = session.dialect
    rows = session.query(dialect.read_account(name), "read the account %s" % name)
    if not rows:
        return None
    grants = session.query(dialect.read_grants(name), "read the grants of %s" % name)
    return dialect.parse_account(name, rows[0], [str(next(iter(row.values()))) for row in grants])


_POWERS = frozenset({"SUPER", "CONNECTION_ADMIN", "READ_ONLY ADMIN", "REPLICATION SLAVE"})
"""What an account needs to follow this server, or to write on it while it is read-only."""


def read_powerful_accounts(session: Session) -> List[Dict[str, Any]]:
    """Return the accounts that may follow this server or pass its write gate, and those without a name.

    The server's own accounts, and those of the operating system's users, are left out. Keys: ``user``, ``host``,
    ``requires_tls``, ``is_locked``, ``has_former_login``, and the global ``privileges``, sorted. What comes through a
    role is not among them.
    """
    granted: Dict[str, Set[str]] = {}
    question = "SELECT GRANTEE AS grantee, PRIVILEGE_TYPE AS privilege FROM information_schema.USER_PRIVILEGES"
    for row in session.query(sql(question), "read who has which privileges"):
        granted.setdefault(row["grantee"], set()).add(row["privilege"])
    accounts = []
    for row in session.query(session.dialect.read_accounts(), "read the accounts"):
        privileges = granted.get("'%s'@'%s'" % (row["user"], row["host"]), set())
        if not row["is_management"] and (privileges & _POWERS or not row["user"]):
            accounts.append(
                {
                    "user": row["user"],
                    "host": row["host"],
                    "requires_tls": bool(row["requires_tls"]),
                    "is_locked": bool(row["is_locked"]),
                    "has_former_login": bool(row["has_former_login"]),
                    "privileges": sorted(privileges),
                }
            )
    return accounts
