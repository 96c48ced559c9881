# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans accounts: present with exactly the privileges of their purpose, or absent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Tuple

from .._errors import Refused
from .._secret import Secret
from .._state.account import Account, AccountName, password_matches
from .steps import (
    CreateAccount,
    DropAccount,
    GrantPrivileges,
    GrantTables,
    Plan,
    RevokePrivileges,
    SetPassword,
    SetTlsRequirement,
    Step,
)

UNREADABLE_PASSWORD = (
    "The password of %s is kept by the plugin %s in a form that cannot be compared; it was left as it is."
)


@dataclass(frozen=True)
class DesiredAccount:
    """A wished account.

    :ivar password: needed to create it; ``None`` leaves an existing password alone.
    :ivar privileges: exactly the global privileges it shall have.
    :ivar tables: tables that it shall be able to read, as ``SHOW GRANTS`` prints them; grants beyond these stay.
    """

    name: AccountName
    present: bool
    password: Optional[Secret]
    require_tls: bool
    privileges: FrozenSet[str]
    tables: Tuple[str, ...] = ()


def show_account(actual: Optional[Account], desired: DesiredAccount) -> Optional[Dict[str, Any]]:
    """Return what people may see of an account, and whether its password is the wished one; ``None`` if missing."""
    if actual is None:
        return None
    matches = True
    if desired.password is not None:
        matches = password_matches(actual.plugin, actual.authentication_string, desired.password) is not False
    return _shown(actual, matches)


def _shown(account: Account, password_is_wished: bool) -> Dict[str, Any]:
    shown = account.as_dict()
    # A new account gets the server's own default plugin, which a plan cannot know.
    del shown["plugin"]
    shown["password"] = "as wished" if password_is_wished else "another"
    return shown


def plan_account(actual: Optional[Account], desired: DesiredAccount) -> Plan:
    """Return the steps from an account (or none) to the wished one."""
    if not desired.present:
        return Plan(None, [DropAccount("the account is not wanted", desired.name)] if actual else [])
    if actual is None:
        return _plan_creation(desired)
    return _plan_changes(actual, desired)


def plan_accounts(actual: Sequence[Optional[Account]], desired: Sequence[DesiredAccount]) -> Plan:
    """Return the steps for several accounts, one after the other; the state is a list in the same order."""
    plans = [plan_account(account, wish) for account, wish in zip(actual, desired)]
    return Plan(
        [plan.after for plan in plans],
        [step for plan in plans for step in plan.steps],
        [warning for plan in plans for warning in plan.warnings],
    )


def _plan_creation(desired: DesiredAccount) -> Plan:
    if desired.password is None:
        raise Refused("The account %s does not exist, and without a password it cannot be created." % desired.name)
    steps: List[Step] = [
        CreateAccount("the account does not exist", desired.name, desired.password, desired.require_tls)
    ]
    if desired.privileges:
        steps.append(GrantPrivileges("its purpose needs them", desired.name, tuple(sorted(desired.privileges))))
    if desired.tables:
        steps.append(GrantTables("its purpose needs them", desired.name, desired.tables))
    made = Account(desired.name, "", "", desired.require_tls, desired.privileges, desired.tables)
    return Plan(_shown(made, True), steps)


def _plan_changes(actual: Account, desired: DesiredAccount) -> Plan:
    steps: List[Step] = []
    warnings: List[str] = []
    if desired.password is not None:
        matches = password_matches(actual.plugin, actual.authentication_string, desired.password)
        if matches is None:
            warnings.append(UNREADABLE_PASSWORD % (desired.name, actual.plugin))
        elif not matches:
            steps.append(SetPassword("the password is another one", desired.name, desired.password))
    if actual.requires_tls != desired.require_tls:
        reason = "TLS %s wanted" % ("is" if desired.require_tls else "is not")
        steps.append(SetTlsRequirement(reason, desired.name, desired.require_tls))
    # Revoke before granting: ALL PRIVILEGES takes the ones granted just before along with it.
    surplus = tuple(sorted(actual.privileges - desired.privileges))
    if surplus:
        steps.append(RevokePrivileges("its purpose does not need them", desired.name, surplus))
    missing = tuple(sorted(desired.privileges - actual.privileges))
    if missing:
        steps.append(GrantPrivileges("its purpose needs them", desired.name, missing))
    unread = tuple(table for table in desired.tables if table not in actual.other_grants)
    if unread:
        steps.append(GrantTables("its purpose needs them", desired.name, unread))
    grants = (*actual.other_grants, *unread)
    after = replace(actual, requires_tls=desired.require_tls, privileges=desired.privileges, other_grants=grants)
    return Plan(_shown(after, True), steps, warnings)
