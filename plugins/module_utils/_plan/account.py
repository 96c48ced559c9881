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
    AddPassword,
    CreateAccount,
    DiscardFormerLogin,
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

LEAVE, KEEP, DISCARD = "leave", "keep", "discard"
"""What becomes of a password that an account had before."""


@dataclass(frozen=True)
class DesiredAccount:
    """A wished account.

    :ivar password: needed to create it; ``None`` leaves an existing password alone.
    :ivar privileges: exactly the global privileges it shall have.
    :ivar tables: tables that it shall be able to read, as ``SHOW GRANTS`` prints them; grants beyond these stay.
    :ivar former_login: ``leave``; ``keep`` the present one beside the wished one; ``discard`` all others.
    """

    name: AccountName
    present: bool
    password: Optional[Secret]
    require_tls: bool
    privileges: FrozenSet[str]
    tables: Tuple[str, ...] = ()
    former_login: str = LEAVE


def show_account(actual: Optional[Account], desired: DesiredAccount) -> Optional[Dict[str, Any]]:
    """Return what people may see of an account, and whether its password is the wished one; ``None`` if missing."""
    if actual is None:
        return None
    matches = True
    if desired.password is not None:
        matches = password_matches(actual.plugin, actual.authentication_string, desired.password) is not False
    return _shown(actual, desired, matches, bool(actual.former_logins))


def _shown(account: Account, desired: DesiredAccount, password_is_wished: bool, accepts_former: bool) -> Dict[str, Any]:
    shown = account.as_dict()
    # A new account gets the server's own default plugin, which a plan cannot know.
    del shown["plugin"]
    shown["password"] = "as wished" if password_is_wished else "another"
    if desired.former_login != LEAVE:
        shown["former_login"] = "accepted" if accepts_former else "none"
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
    if desired.former_login == KEEP:
        # More exact than an account with which somebody logs in now, it would refuse whoever has the present password.
        raise Refused(
            "The account %s does not exist, so that it has no password to keep beside the wished one. Make it first,"
            " with the password that is in use (deploy_pair does)." % desired.name
        )
    steps: List[Step] = [
        CreateAccount("the account does not exist", desired.name, desired.password, desired.require_tls)
    ]
    if desired.privileges:
        steps.append(GrantPrivileges("its purpose needs them", desired.name, tuple(sorted(desired.privileges))))
    if desired.tables:
        steps.append(GrantTables("its purpose needs them", desired.name, desired.tables))
    made = Account(desired.name, "", "", desired.require_tls, desired.privileges, desired.tables)
    return Plan(_shown(made, desired, True, False), steps)


def _plan_changes(actual: Account, desired: DesiredAccount) -> Plan:
    steps: List[Step] = []
    warnings: List[str] = []
    if desired.password is not None:
        matches = password_matches(actual.plugin, actual.authentication_string, desired.password)
        if matches is None:
            warnings.append(UNREADABLE_PASSWORD % (desired.name, actual.plugin))
        steps += _steps_to_password(actual, desired, desired.password, matches)
    accepts_former = any(isinstance(step, AddPassword) for step in steps) or bool(
        actual.former_logins and desired.former_login == KEEP
    )
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
    return Plan(_shown(after, desired, True, accepts_former), steps, warnings)


def _steps_to_password(
    actual: Account, desired: DesiredAccount, password: Secret, matches: Optional[bool]
) -> List[Step]:
    """Return the steps that let an account in with a password.

    :param matches: whether it is the account's; ``None`` where that cannot be told.
    :raises Refused: where the present password is to be kept, and that would not be true of every one in use.
    """
    if desired.former_login == KEEP:
        return _steps_beside(actual, desired.name, password, matches)
    steps: List[Step] = []
    if matches is False:
        steps.append(SetPassword("the password is another one", desired.name, password))
    if desired.former_login == DISCARD and actual.former_logins:
        steps.append(DiscardFormerLogin("nobody needs the former password any more", desired.name, password))
    return steps


def _steps_beside(actual: Account, name: AccountName, password: Secret, matches: Optional[bool]) -> List[Step]:
    if matches:
        return []
    if matches is None:
        raise Refused((UNREADABLE_PASSWORD + " Nothing can be added to it.") % (name, actual.plugin))
    known = any(password_matches(plugin, stored, password) for plugin, stored in actual.former_logins)
    if actual.former_logins and not known:
        raise Refused(
            "The account %s has two passwords already, and neither is the wished one. A change of the password was"
            " begun and not finished: finish it first, with the password it was begun with, or with the one before."
            % name
        )
    kept = Secret(actual.authentication_string)
    return [AddPassword("the password is another one, which is still in use", name, password, kept)]
