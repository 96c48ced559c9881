# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Saves the accounts and roles that a physical copy, which brings the donor's, would end."""

from __future__ import annotations

from typing import FrozenSet, List, Tuple

from .._connection import Session
from .._dialect.statement import quote_identifier, sql
from .._files import appear
from .._state.account import AccountName

# Roles are among them: on MariaDB those without a host.
_ALL = sql("SELECT User AS user, Host AS host FROM mysql.user WHERE User <> ''")


def _accounts(session: Session) -> FrozenSet[Tuple[str, str]]:
    return frozenset((str(row["user"]), str(row["host"])) for row in session.query(_ALL, "list the accounts"))


def accounts_only_here(recipient: Session, donor: Session, donor_address: str) -> List[AccountName]:
    """Return the accounts and roles that the recipient has and the donor has not, sorted.

    Those for the donor's own address are left out: they are made again when the pair is linked.
    """
    own = _accounts(recipient) - _accounts(donor)
    return [AccountName(user, host) for user, host in sorted(own) if host != donor_address.lower()]


def save_accounts(session: Session, accounts: List[AccountName], path: str) -> None:
    """Save the statements that make these accounts, with the hashes of their passwords, for the administrator alone.

    All of them exist before the first grant: it may be of a role to an account, or to another role.
    """
    exact = session.dialect.exact_definitions()
    if exact:
        session.query(exact, "ask for definitions without loss")
    definitions, grants = [], []
    for name in accounts:
        action = "read the account %s" % name
        definitions.append(str(session.value(session.dialect.read_definition(name), action)))
        listed = [str(next(iter(row.values()))) for row in session.query(session.dialect.read_grants(name), action)]
        grants += [grant for grant in listed if name.host or _is_to_role(grant, name.user)]
    # MySQL names default roles where it makes an account.
    definitions.sort(key=lambda line: " DEFAULT ROLE " in line)
    with appear(path) as file:
        file.write("".join("%s;\n" % line for line in definitions + grants).encode("utf-8"))


def _is_to_role(grant: str, role: str) -> bool:
    """Return whether a grant is to the role itself. MariaDB lists those to the roles that it has as well.

    >>> _is_to_role("GRANT `r2` TO `r1` WITH ADMIN OPTION", "r1"), _is_to_role("GRANT SELECT ON `d`.* TO `r2`", "r1")
    (True, False)
    """
    # The one that everybody has stands there without quotes, and has no others.
    return role == "PUBLIC" or grant.rpartition(" TO ")[2].startswith(quote_identifier(role))
