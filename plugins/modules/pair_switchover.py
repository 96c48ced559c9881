#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: pair_switchover
short_description: Move the writes of a pair to one of its members
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Runs on both members at once. The one that has the writes waits up to five seconds until the other is ready to take them, closes its
    gate, and names the other in a claim, which its binary log holds behind everything else; the other opens its gate when that claim has
    arrived, and with it everything before. Each holds a session on the other, with the account of the channel.
  - When the claim does not arrive in time, the member that had the writes takes them back with a newer one. A move that is killed is
    finished or undone by the services C(twoway-gate) of the members, see M(twoway.mysql.pair_gate). Two gates are never open.
  - With O(lost=true) the members do not see each other. The one that is left alone takes the writes. The other one finds the newer claim when
    it comes back, stays read-only, and follows.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  server_id:
    description:
      - Server id of the member that is to take the writes.
      - Required unless O(lost=true); by default it is this member then.
    type: int
  lost:
    description:
      - Whether the members do not see each other, so that each does its part alone. The member O(server_id) names applies what it has received and
        takes the writes; it refuses where the other one answers.
      - Any other member closes its gate, and leaves it closed whoever it sees, until it hears of a newer claim. Have the other one say in check
        mode that it can take the writes first.
    type: bool
    default: false
  accept_loss:
    description:
      - Whether to go on where transactions that the lost member acknowledged may be missing here.
      - Only with O(lost=true).
    type: bool
    default: false
  only_apply:
    description:
      - Whether to wait only until all that this member has received is applied, and take nothing, so that it can take the writes at once later.
      - Only with O(lost=true).
    type: bool
    default: false
  patience_seconds:
    description:
      - How long transactions that have been open for a second or more are waited for before the gate closes. Writes go on meanwhile.
      - How long statements that began since may then keep the gate from closing. New writes wait behind them for so long.
    type: int
    default: 2
  kill_sessions:
    description:
      - Whether sessions that are still in the middle of a write after that patience are ended; what they changed is rolled back.
      - Else a transaction that is open is cut off by the gate, at its next write or its commit, with error 1290; and nothing is moved where a
        statement runs that writes, or the gate would not hold the account (MariaDB, C(READ_ONLY ADMIN)).
    type: bool
    default: false
  timeout_seconds:
    description: How long it may take until everything is applied. With O(lost=false) no member takes writes for so long at most.
    type: int
    default: 10
seealso:
  - module: twoway.mysql.pair_gate
"""

EXAMPLES = r"""
- name: Give the writes to db2
  twoway.mysql.pair_switchover:
    server_id: "{{ hostvars.db2.db2_facts.server.server_id }}"
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
risks:
  description: >-
    With O(lost=true), why transactions that the lost member acknowledged may be missing here; empty when no reason
    is known. That this server was started since it saw the other one last is one: the other one goes on without a replica that is down.
    What it acknowledged after it was seen last, behind a network cut, nobody here can know.
  type: list
  elements: str
  returned: success
  sample: []
peer_hangs:
  description: >-
    With O(lost=true), whether the other member's host takes connections and its server says nothing there, so that it may live, and take writes.
  type: bool
  returned: success
  sample: false
peer_seen_seconds:
  description: >-
    With O(lost=true), how long ago the service C(twoway-gate) of this member saw the other one last; null where nobody can tell, and where
    nothing was to be done.
  type: int
  returned: success
  sample: 2
sessions:
  description: >-
    On the member that has the writes, the sessions that were in the middle of a write for a second or more when they were to move; the text of
    their statements may hold secrets and is not told.
  type: list
  elements: dict
  returned: success
  contains:
    session:
      description: The server's number of it.
      type: int
      returned: success
      sample: 421
    account:
      description: Who it is of, and from which host.
      type: str
      returned: success
      sample: shop@10.0.0.5
    seconds:
      description: How old its transaction was, or its statement where there was no transaction.
      type: int
      returned: success
      sample: 34
    changed_rows:
      description: How many rows the transaction had changed.
      type: int
      returned: success
      sample: 3
    is_running:
      description: Whether a statement ran at that moment.
      type: bool
      returned: success
      sample: false
    end:
      description: >-
        V(by itself) in time, V(killed), or V(cut off), so that its next write or its commit fails; null in check mode.
      type: str
      returned: success
      sample: by itself
seconds:
  description: How long this member's part took.
  type: float
  returned: success
  sample: 0.041
steps:
  description: What was done, or would be in check mode.
  type: list
  elements: dict
  returned: success
  sample: [{name: take_over, reason: this member is to take the writes, statements: [], executed: true}]
"""

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._module import run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._move import move_writes

SPEC = ArgumentSpec(
    options={
        "server_id": {"type": "int"},
        "lost": {"type": "bool", "default": False},
        "accept_loss": {"type": "bool", "default": False},
        "only_apply": {"type": "bool", "default": False},
        "patience_seconds": {"type": "int", "default": 2},
        "kill_sessions": {"type": "bool", "default": False},
        "timeout_seconds": {"type": "int", "default": 10},
    },
    required_if=[("lost", False, ("server_id",))],
)


def main() -> None:
    run_session_module(SPEC, move_writes)


if __name__ == "__main__":
    main()
