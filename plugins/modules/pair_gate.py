#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: pair_gate
short_description: Set the write gate of a member of a pair, and keep it right
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Opens the write gate of the member that takes the writes, and closes that of the standby.
  - With O(writers=one) every server starts with its gate closed, and a service of the member, C(twoway-gate), opens the one that the
    newest claim to the writes names, once that claim has arrived there, and the peer has answered that it has no newer one and its own
    gate is not open. It closes the gate of a member whose claim is not the newest any more.
  - The service tells in the file C(/run/twoway/gate-open) whether clients can write, C(1), or not, C(0); the role P(twoway.mysql.pair_vip#role)
    follows that.
  - The gate of a member whose seed was not finished is not opened; the seed does that at its end.
  - With O(writers=both) the service leaves the gate alone, and only measures how far the member is behind its peer.
  - The service logs in at the peer as the member's channel does, and verifies the peer by the channel's CA and host name where the channel does.
  - Claims stand in the table C(twoway.active), which is replicated.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  is_active:
    description: Whether this member takes the writes.
    type: bool
    required: true
  known_term:
    description:
      - Term of the newest claim to the writes that was known when O(is_active) was decided, as
        RV(twoway.mysql.member_info#module:claim) tells it; 0 where there was none.
      - Where a newer one says otherwise of this member, somebody has moved the writes meanwhile. Then the module fails, and changes nothing.
      - Without it O(is_active) counts whatever was claimed. Only with O(writers=one).
    type: int
  writers:
    description:
      - Whether one member takes the writes, so that its gate has to be kept, or both do.
      - With V(alone) the server is one of no pair, or a plain replica. The service is removed, and nobody keeps the gate. What the server does
        after a restart stands in its option file.
    type: str
    choices: [one, both, alone]
    default: one
seealso:
  - module: twoway.mysql.server_read_only
"""

EXAMPLES = r"""
- name: This member takes the writes, also after a restart
  twoway.mysql.pair_gate:
    is_active: true
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
steps:
  description: What was done, or would be in check mode.
  type: list
  elements: dict
  returned: success
  sample:
    - {name: claim_writes, reason: this member is to take the writes, statements: [], executed: true}
    - {name: install_keeper, reason: the gate has to be right after every start as well, statements: [], executed: true}
"""

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._gate import apply_gate
from ansible_collections.twoway.mysql.plugins.module_utils._module import run_session_module

SPEC = ArgumentSpec(
    options={
        "is_active": {"type": "bool", "required": True},
        "known_term": {"type": "int"},
        "writers": {"type": "str", "choices": ["one", "both", "alone"], "default": "one"},
    }
)


def main() -> None:
    run_session_module(SPEC, apply_gate)


if __name__ == "__main__":
    main()
