#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: data_compare
short_description: Compare all data of a replica with those of its source, while writes go on
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Runs on the replica with a session on each server, and reads both at one synchronized point.
  - The applier of the replica stands still for the moment that finding the point takes; the receiver goes on. On MySQL the source's
    writes are held for milliseconds, and the module refuses where a long statement would make that longer; MariaDB needs no lock.
  - Rows are hashed in the servers, with functions that every supported version has. All columns count; NULL is not an empty text.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
options:
  source_host:
    description: Address of the source.
    type: str
    required: true
  source_port:
    description: TCP port of the source.
    type: int
    default: 3306
  source_user:
    description: Account at the source, made with O(twoway.mysql.replication_account#module:accounts[].purpose=seed).
    type: str
    required: true
  source_password:
    description: Password of O(source_user).
    type: str
    required: true
  source_ca_cert:
    description: CA certificate (PEM) that the source's certificate must be signed with. The connection is encrypted in any case.
    type: path
  channel:
    description: Channel with which the replica follows the source.
    type: str
    default: ""
  timeout_seconds:
    description: How long the replica may take to reach the synchronized point.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Compare with the source
  twoway.mysql.data_compare:
    source_host: 198.51.100.1
    source_user: twoway_seed
    source_password: "{{ seed_password }}"
  register: comparison
  failed_when: not comparison.is_equal
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
is_equal:
  description: Whether all tables have the same content; V(null) in check mode, which does not compare.
  type: bool
  returned: success
  sample: true
tables:
  description: How many tables were compared.
  type: int
  returned: success
  sample: 8
at:
  description: The synchronized point, in the source's binary log.
  type: str
  returned: success
  sample: "binlog.000002:91034"
differences:
  description: Tables that differ or are missing, with the number of rows on both sides.
  type: list
  elements: dict
  returned: success
  sample: [{table: wikidb.page, problem: content differs, source_rows: 120, replica_rows: 119}]
"""

from contextlib import closing

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import note_comparison
from ansible_collections.twoway.mysql.plugins.module_utils._compare import compare
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login, connect
from ansible_collections.twoway.mysql.plugins.module_utils._module import login_of, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret

SPEC = ArgumentSpec(
    options={
        "source_host": {"type": "str", "required": True},
        "source_port": {"type": "int", "default": 3306},
        "source_user": {"type": "str", "required": True},
        "source_password": {"type": "str", "required": True, "no_log": True},
        "source_ca_cert": {"type": "path"},
        "channel": {"type": "str", "default": ""},
        "timeout_seconds": {"type": "int", "default": 300},
    }
)


def source_login(params):
    """Return the login at the source."""
    return Login(
        user=params["source_user"],
        password=Secret(params["source_password"]),
        host=params["source_host"],
        port=params["source_port"],
        ca_cert=params["source_ca_cert"],
        tls=True,
    )


def read(module, session):
    """Return the module's result."""
    params = module.params
    if module.check_mode:
        return {"changed": False, "is_equal": None, "tables": 0, "at": None, "differences": []}
    with closing(connect(source_login(params))) as source, closing(connect(login_of(params))) as snapshot:
        result = compare(session, snapshot, source, params["channel"], params["timeout_seconds"])
    if result["is_equal"]:
        note_comparison(session)
    return {"changed": False, **result}


def main():
    run_session_module(SPEC, read)


if __name__ == "__main__":
    main()
