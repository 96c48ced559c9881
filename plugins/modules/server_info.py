#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: server_info
short_description: Tell who a MySQL or MariaDB server is and how it is set for replication
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Reads identity, flavor, version, features, schemas and the variables that replication depends on, on MySQL 5.7 to 26.x
    and MariaDB 10.6 to 12.x.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
seealso:
  - module: twoway.mysql.replication_info
  - module: twoway.mysql.member_info
"""

EXAMPLES = r"""
- name: Read who the server is
  twoway.mysql.server_info:
  register: server

- name: Show its version
  ansible.builtin.debug:
    msg: "{{ server.server.flavor }} {{ server.server.version }}"
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  contains:
    flavor:
      description: V(mysql) or V(mariadb).
      type: str
      returned: success
      sample: mysql
    version:
      description: Version in numbers.
      type: str
      returned: success
      sample: 9.7.4
identity:
  description: Who the server is.
  type: dict
  returned: success
  contains:
    vendor:
      description: V(upstream), V(distribution) or V(percona).
      type: str
      returned: success
      sample: distribution
    server_id:
      description: The server's replication id.
      type: int
      returned: success
      sample: 168296449
    server_uuid:
      description: The server's UUID; V(null) on MariaDB.
      type: str
      returned: success
      sample: 5bfa2b3c-7f0e-11ef-9d3f-0242ac110002
    hostname:
      description: The host's own name.
      type: str
      returned: success
      sample: db1
    port:
      description: TCP port the server listens on.
      type: int
      returned: success
      sample: 3306
    data_directory:
      description: Where the data are.
      type: str
      returned: success
      sample: /var/lib/mysql/
    uptime_seconds:
      description: For how long the server has been running.
      type: int
      returned: success
      sample: 86411
    is_gate_open:
      description: Whether the server accepts writes of clients.
      type: bool
      returned: success
      sample: true
    features:
      description: What this server can do, by the names of the collection's feature table.
      type: list
      elements: str
      returned: success
      sample: [binary_log_status, change_source_statement]
    variables:
      description: Global variables that replication depends on, as the server prints them.
      type: dict
      returned: success
      sample: {server_id: "168296449", sync_binlog: "1"}
schemas:
  description: Schemas of users. Sizes are the server's estimates.
  type: list
  elements: dict
  returned: success
  sample: [{name: wikidb, tables: 9, routines: 1, events: 0, size_bytes: 5554176, engines: {InnoDB: 8, VIEW: 1}}]
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._read.data import read_schemas
from ansible_collections.twoway.mysql.plugins.module_utils._read.server import describe_identity


def read(_module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    return {
        "changed": False,
        "identity": describe_identity(session, session.variables(), session.status()),
        "schemas": read_schemas(session),
    }


def main() -> None:
    run_session_module(ArgumentSpec(options={}), read)


if __name__ == "__main__":
    main()
