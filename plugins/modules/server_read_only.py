#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: server_read_only
short_description: Open or close the write gate of a member
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Closed, the server refuses writes of clients. On MySQL that is C(super_read_only), which also holds administrators; on MariaDB it
    is C(read_only), which accounts with the privilege C(READ_ONLY ADMIN) pass.
  - It acts on the running server. What the server does after a restart stands in its option file.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  read_only:
    description: Whether the gate shall be closed.
    type: bool
    required: true
"""

EXAMPLES = r"""
- name: Keep clients from writing here
  twoway.mysql.server_read_only:
    read_only: true
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
    - {name: close_gate, reason: writes are not wanted here, statements: ["SET GLOBAL super_read_only = ON"], executed: true}
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, reconcile, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._plan.gate import plan_gate, show_gate
from ansible_collections.twoway.mysql.plugins.module_utils._read.server import read_gate

SPEC = ArgumentSpec(options={"read_only": {"type": "bool", "required": True}})


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    return reconcile(
        module,
        session,
        read=lambda: read_gate(session),
        plan=lambda gate: plan_gate(gate, wanted_open=not module.params["read_only"]),
        show=show_gate,
    )


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
