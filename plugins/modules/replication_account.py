#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_account
short_description: Make or remove accounts with exactly the privileges of their purpose
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Brings accounts to the wished password, TLS requirement and global privileges.
  - Nothing that this module does is written to the binary log, so that an account of one member never travels to its peer.
  - Passwords cannot be read back. Whether one differs is found out by hashing the wished one as the server did.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  accounts:
    description: The accounts, each with its wished state.
    type: list
    elements: dict
    required: true
    suboptions:
      user:
        description: User of the account.
        type: str
        required: true
      host:
        description: Host scope; for replication the address that the B(replica) connects from. Servers keep it in lower case.
        type: str
        required: true
      password:
        description: Password, at most 32 bytes for the purposes V(replication) and V(member). Needed to create the account.
        type: str
      purpose:
        description:
          - What the account is for; it gets these global privileges and no others.
          - V(replication) is C(REPLICATION SLAVE).
          - V(member) is the same for members of a pair with one writer, and may read C(twoway.active), where claims to the writes stand.
          - V(switch) may set the write gate, end sessions, and see transactions, for as long as the writes are moved.
          - V(monitor) may read the state of replication.
          - V(seed) may read all data together with its coordinates.
        type: str
        choices: [replication, member, switch, monitor, seed]
        default: replication
      former_login:
        description:
          - What becomes of the password that the account has, when O(accounts[].password) is another one.
          - V(keep) lets the account in with both, so that nobody who uses it is ever refused. V(discard) lets it in with
            O(accounts[].password) alone. V(leave) replaces its password, and does not ask whether there is a second one.
          - MySQL 8.0.14 and later have a second password for it. On MariaDB it is a second way to log in, both C(mysql_native_password).
          - V(keep) is refused where the account has two passwords already, and neither is the wished one, and where there is no account.
        type: str
        choices: [leave, keep, discard]
        default: leave
      tls:
        description: Whether the account may connect over TLS only.
        type: bool
        default: true
      state:
        description: Whether the account shall exist.
        type: str
        choices: [present, absent]
        default: present
"""

EXAMPLES = r"""
- name: Let the replica at 198.51.100.6 connect to this source
  twoway.mysql.replication_account:
    accounts:
      - user: replication
        host: 198.51.100.6
        password: "{{ vault_replication_password }}"

- name: Let it connect with another password as well, until its channel has that one
  twoway.mysql.replication_account:
    accounts:
      - user: replication
        host: 198.51.100.6
        password: "{{ vault_new_replication_password }}"
        former_login: keep
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
steps:
  description: What was done, or would be in check mode, with secrets masked.
  type: list
  elements: dict
  returned: success
  sample:
    - name: create_account
      reason: the account does not exist
      statements: ["CREATE USER 'replication'@'10.8.0.6' IDENTIFIED BY '********' REQUIRE SSL"]
      executed: true
failed_step:
  description: The step that failed.
  type: dict
  returned: failure of a step
  sample: {name: create_account, reason: the account does not exist, executed: false}
errno:
  description: The server's error number.
  type: int
  returned: failure of a statement
  sample: 1396
sqlstate:
  description: The server's sqlstate.
  type: str
  returned: failure of a statement
  sample: HY000
"""

from typing import Any, Dict, Mapping, Optional

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.base import Dialect
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import Server
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, reconcile, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._plan.account import (
    LEAVE,
    DesiredAccount,
    plan_accounts,
    show_account,
)
from ansible_collections.twoway.mysql.plugins.module_utils._read.account import read_account
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import AccountName, check_replication_password

PURPOSES = ["replication", "member", "switch", "monitor", "seed"]

SPEC = ArgumentSpec(
    options={
        "accounts": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "user": {"type": "str", "required": True},
                "host": {"type": "str", "required": True},
                "password": {"type": "str", "no_log": True},
                "purpose": {"type": "str", "choices": PURPOSES, "default": "replication"},
                "former_login": {"type": "str", "choices": ["leave", "keep", "discard"], "default": "leave"},
                "tls": {"type": "bool", "default": True},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
        }
    }
)


def require_former_login(password: Optional[str], server: Server) -> None:
    """Return when an account of this server can have two passwords, and the one to be accepted is given."""
    if password is None:
        raise TwowayError("An account's former password can be kept or discarded for another one; name that one.")
    if not server.supports("former_login"):
        raise TwowayError(
            "An account of MySQL %s has no second password, which begins with 8.0.14." % server.version_text
        )


def desired_account(wish: Mapping[str, Any], dialect: Dialect) -> DesiredAccount:
    """Return the wished account from one item of the option."""
    if wish["purpose"] in ("replication", "member") and wish["password"] is not None:
        check_replication_password(wish["password"])
    if wish["former_login"] != LEAVE:
        require_former_login(wish["password"], dialect.server)
    return DesiredAccount(
        # As the servers keep it; MariaDB finds it in no other spelling.
        name=AccountName(wish["user"], wish["host"].lower()),
        present=wish["state"] == "present",
        password=None if wish["password"] is None else Secret(wish["password"]),
        require_tls=wish["tls"],
        privileges=dialect.privileges_by_purpose[wish["purpose"]],
        tables=dialect.tables_by_purpose.get(wish["purpose"], ()),
        former_login=wish["former_login"],
    )


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    desired = [desired_account(wish, session.dialect) for wish in module.params["accounts"]]
    if len({wish.name for wish in desired}) < len(desired):
        raise TwowayError("An account is named twice in the option 'accounts'.")
    return reconcile(
        module,
        session,
        read=lambda: [read_account(session, wish.name) for wish in desired],
        plan=lambda actual: plan_accounts(actual, desired),
        show=lambda actual: [show_account(account, wish) for account, wish in zip(actual, desired)],
        local_write=True,
    )


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
