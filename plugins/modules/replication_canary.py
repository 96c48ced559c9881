#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_canary
short_description: Prove that the channels of a pair move data, in both directions
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Each member writes its own row of the table C(twoway.canary) and waits for the row of its peer. Run the same task, with the same
    O(token), on both members at once.
  - A member keeps one row, so the table does not grow. The exchange is no change in the sense of Ansible.
  - On a MySQL member whose gate is closed, C(super_read_only) is lifted for the one statement; C(read_only) stays, so that accounts
    without administrative privileges never get through.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  state:
    description:
      - V(prepared) makes the collection's own tables on this member, unreplicated. V(exchanged) exchanges canaries.
      - V(sent) writes this member's row and waits for nothing, and V(received) waits for the row of another server and writes nothing, as a plain
        replica must not.
      - V(absent) removes these tables from this member, unreplicated, with what is known of its peer's present. It refuses where they say
        that the data are a part of an unfinished seed.
    type: str
    choices: [prepared, exchanged, sent, received, absent]
    default: exchanged
  token:
    description: A text of at most 50 characters that both members share and that was never used before.
    type: str
  wait_seconds:
    description: How long to wait for the peer's canary.
    type: int
    default: 30
  must_arrive:
    description: Fail when the peer's canary has not arrived in time.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Exchange canaries
  twoway.mysql.replication_canary:
    token: "{{ canary_token }}"
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
arrived:
  description: Whether the peer's canary arrived here; V(null) in check mode, which sends none.
  type: bool
  returned: O(state=exchanged) or O(state=received)
  sample: true
milliseconds:
  description:
    - Time between the peer's statement and the sight of its row here, by the clocks of both members.
    - V(null) when it was not measured, because the members did not take part at the same moment.
  type: float
  returned: O(state=exchanged) or O(state=received)
  sample: 9.3
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import remove_bookkeeping
from ansible_collections.twoway.mysql.plugins.module_utils._canary import exchange, prepare, receive, send
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_session_module

SPEC = ArgumentSpec(
    options={
        "state": {
            "type": "str",
            "choices": ["prepared", "exchanged", "sent", "received", "absent"],
            "default": "exchanged",
        },
        "token": {"type": "str", "no_log": False},
        "wait_seconds": {"type": "int", "default": 30},
        "must_arrive": {"type": "bool", "default": True},
    },
    required_if=[("state", state, ("token",)) for state in ("exchanged", "sent", "received")],
)


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    params = module.params
    if params["state"] == "prepared":
        return {"changed": prepare(session, module.check_mode)}
    if params["state"] == "absent":
        return {"changed": remove_bookkeeping(session, module.check_mode)}
    if params["state"] == "sent":
        send(session, params["token"], module.check_mode)
        return {"changed": False}
    take_part = exchange if params["state"] == "exchanged" else receive
    result = take_part(session, params["token"], params["wait_seconds"], module.check_mode)
    if params["must_arrive"] and result["arrived"] is False:
        raise TwowayError(
            "The canary of the peer did not arrive within %d s: the channel from the peer moves no data."
            % params["wait_seconds"]
        )
    return {"changed": False, **result}


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
