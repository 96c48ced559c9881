#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: server_variables
short_description: Bring a running server to the settings of its option file, and tell what needs a restart
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Compares global variables with the wished values by meaning (V(64K) is 65536, V(ON) is 1).
  - What differs and can be set on the running server is set; what cannot is returned in RV(restart_needed). The server itself is asked which
    variables it lets nobody set.
  - Certificates are taken into use where new sessions get others than the variables name, or than the files hold by now as far as the server
    tells (MySQL from 8.0.16 on).
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  variables:
    description:
      - Wished values by the name of the global variable.
      - The filters C(binlog_do_db), C(binlog_ignore_db) and C(replicate_…) are compared as if they were variables, several names joined
        by commas, in any order.
    type: dict
    required: true
  option_file:
    description:
      - Option file on this host in which the values also stand. What the server has no variable for, because it is an option alone, is in force
        when the server was started after this file was written last; without the file it needs a restart.
      - Where the server has a value from another file, that is returned in RV(set_elsewhere).
    type: path
"""

EXAMPLES = r"""
- name: Make the binary log durable
  twoway.mysql.server_variables:
    variables:
      sync_binlog: 1
      innodb_flush_log_at_trx_commit: 1
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
restart_needed:
  description: Variables that differ and can only change at a restart.
  type: list
  elements: str
  returned: success
  sample: [bind_address, log_bin_basename]
set_elsewhere:
  description:
    - Variables that differed because the server has their values from another file than O(option_file), each with that file, as far as the server
      tells (not MySQL before 8.0.11). Of C(mysqld-auto.cnf) are those that somebody has made last with C(SET PERSIST).
  type: dict
  returned: success
  sample: {sync_binlog: /etc/mysql/mysql.conf.d/zzz-site.cnf}
steps:
  description: What was done, or would be in check mode.
  type: list
  elements: dict
  returned: success
  sample:
    - {name: set_variable, reason: it is 0, statements: ["SET GLOBAL `sync_binlog` = 1"], executed: true}
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.options import filter_value
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, reconcile, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._plan.variables import (
    differing,
    plan_variables,
    restart_needed,
    show_variables,
)
from ansible_collections.twoway.mysql.plugins.module_utils._read.server import tls_in_use
from ansible_collections.twoway.mysql.plugins.module_utils._read.variables import (
    read_set_elsewhere,
    read_settings,
    read_static,
    was_started_since,
)
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import FILTERS
from ansible_collections.twoway.mysql.plugins.module_utils._state.variables import TLS_IN_USE

SPEC = ArgumentSpec(options={"variables": {"type": "dict", "required": True}, "option_file": {"type": "path"}})


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    wished = {
        name: filter_value(str(value).split(",")) if name in FILTERS else value
        for name, value in module.params["variables"].items()
    }
    has_tls = bool(wished.keys() & TLS_IN_USE.keys())
    different = differing(read_settings(session), wished)
    elsewhere = read_set_elsewhere(session, different, module.params["option_file"]) if different else {}
    only_at_start = session.dialect.restart_variables
    only_at_start |= read_static(session, set(different) - only_at_start)
    result = reconcile(
        module,
        session,
        read=lambda: _read(session, has_tls),
        plan=lambda actual: plan_variables(actual, wished, only_at_start),
        show=lambda actual: show_variables(actual, wished),
    )
    in_force = wished if was_started_since(session, module.params["option_file"]) else ()
    waiting = restart_needed(read_settings(session), wished, only_at_start, in_force)
    return {**result, "restart_needed": waiting, "set_elsewhere": elsewhere}


def _read(session: Session, has_tls: bool) -> Dict[str, str]:
    settings = read_settings(session)
    return {**settings, **(tls_in_use(settings, session.status()) if has_tls else {})}


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
