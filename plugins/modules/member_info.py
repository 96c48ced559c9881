#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: member_info
short_description: Tell everything that decides about a member of a pair, in one call
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Reads the host (system, packages, server program, service, free space, the way to the peer) and, where a server answers, what
    M(twoway.mysql.server_info) and M(twoway.mysql.replication_info) tell, together with all settings and the state of a seed.
  - It does not fail where there is no server, no driver, or no login. That is a fact like any other, and the findings of the pair
    are made of such facts. It fails where it may not read what the collection keeps on the host, for which it has to run as root (C(become)).
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
options:
  packages:
    description: Debian packages to look for.
    type: list
    elements: str
    default: []
  files:
    description: PEM files that have to be there; those that are missing, or are no PEM files, are returned.
    type: list
    elements: str
    default: []
  options:
    description:
      - Further options of the server. Its program is asked whether it takes them; without a program nothing is.
    type: dict
    default: {}
  option_files:
    description: By flavor, the option file that the collection writes. What the server program makes of it, among all that it reads, is returned.
    type: dict
    default: {}
  data_directory:
    description: Where the data are, or will be; only its free space is read.
    type: path
    default: /var/lib/mysql
  upgrade:
    description:
      - Whether to look for what the distribution has of the server program, in the lists of packages that are on the host.
    type: bool
    default: false
  audit:
    description: Whether to look for tables that are unsafe with two writers.
    type: bool
    default: false
  asked_at:
    description:
      - The time at the controller, in seconds since 1970, when this task was sent. What the clock of the host is ahead of it is returned.
    type: float
  answer_timeout:
    description:
      - Seconds to wait for each answer of the server; without it as long as it takes. With it, the module fails at a server that hangs, and names what it
        was asked.
      - One that does not even answer a login is told in RV(login_error), with all that is known of its host.
    type: int
  peer_address:
    description: Address of the peer. Whether it can be reached from here is found out.
    type: str
  peer_port:
    description: TCP port of the peer's server.
    type: int
    default: 3306
  own_address:
    description: Address on which the server is to listen for its peer. Whether it can be reached there is found out.
    type: str
seealso:
  - module: twoway.mysql.server_info
  - module: twoway.mysql.replication_info
"""

EXAMPLES = r"""
- name: Read the facts of this member
  twoway.mysql.member_info:
    packages: [mariadb-server, python3-pymysql]
    peer_address: 198.51.100.6
  register: member
"""

RETURN = r"""
read_at:
  description: When the facts were read, in UTC by the clock of the host, to the microsecond.
  type: str
  returned: success
  sample: "2026-11-24T01:02:03.456789Z"
clock_offset_seconds:
  description:
    - How far the clock of the host is ahead of the controller's, with the seconds that the task was on its way; V(null) without O(asked_at).
  type: float
  returned: success
  sample: 0.7
host:
  description: The host.
  type: dict
  returned: success
  sample:
    system: {id: debian, release: "13", codename: trixie, architecture: x86_64, python: 3.13.5}
    packages: {mariadb-server: "1:11.8.9+ds-0+deb13u1", python3-pymysql: 1.1.1-2}
    program: {path: /usr/sbin/mariadbd, flavor: mariadb, version: 11.8.9, is_supported: true}
    upgrade: {package: mariadb-server-core, candidates: {mariadb-server: 11.8.9, mariadb-server-core: 11.8.9}}
    service: {name: mariadb, is_installed: true, is_running: true, is_enabled: true}
    keeper: {name: twoway-gate, is_installed: true, is_running: true, is_enabled: true}
    free_bytes: 74138529792
    unusable_files: []
    rejected_options: null
    start_options: {server_id: null, read_only: "ON"}
    option_file: {options: [server_id], overridden: [], filters_elsewhere: {}}
    peer: {address: 198.51.100.6, port: 3306, reachable: true, listening: true, error: null}
    own_address: {address: 198.51.100.1, error: null}
server:
  description: Identity of the server, as RV(twoway.mysql.server_info#module:identity); V(null) where none answers.
  type: dict
  returned: success
  sample: {flavor: mariadb, version: 11.8.9, server_id: 168296449, is_gate_open: true}
login_error:
  description:
    - Why there is no session on a server that is installed; V(null) when there is one. C(errno) is that of the server, or of the driver where none
      answers, 2003 where nobody listens and 2013 where the server took the connection and said nothing in time.
  type: dict
  returned: success
  sample: {message: "Failed to connect to the server at socket /run/mysqld/mysqld.sock as root: Access denied", errno: 1698}
settings:
  description: All global variables, and the filters as if each were one; V(null) where no server answers.
  type: dict
  returned: success
  sample: {sync_binlog: "1", binlog_do_db: ""}
replication:
  description: What M(twoway.mysql.replication_info) tells; V(null) where no server answers.
  type: dict
  returned: success
  sample: {binlog: {enabled: true, file: mysql-bin.000001, position: 6882}, channels: []}
schemas:
  description: Schemas of users, as RV(twoway.mysql.server_info#module:schemas); V(null) where no server answers.
  type: list
  elements: dict
  returned: success
  sample: [{name: wikidb, tables: 9, routines: 1, events: 0, size_bytes: 5554176, engines: {InnoDB: 8, VIEW: 1}}]
seed:
  description: The mark of the last seed of this member; V(null) when it was never seeded.
  type: dict
  returned: success
  sample: {state: done, donor: db1, method: dump}
running_seed:
  description:
    - The process on the host that copies data into this member, when it began by the clock of the host, and the port of its server;
      V(null) where none does.
  type: dict
  returned: success
  sample: {process: 4711, began_at: "2026-11-24T01:02:03Z", port: 3306}
claim:
  description: The newest claim to the writes of the pair that this member knows; V(null) where there is none.
  type: dict
  returned: success
  sample: {term: 1764068400123456, server_id: 168296449, reason: deploy, received: ""}
audit:
  description:
    - Tables that two writers can make differ, by problem; V(null) where no server answers or O(audit) is false.
  type: dict
  returned: success
  sample: {tables_without_primary_key: [], tables_with_further_unique_keys: [wikidb.account], tables_with_cascades: [wikidb.page]}
has_bookkeeping:
  description: Whether the collection's own tables exist here.
  type: bool
  returned: success
  sample: true
canaries:
  description: The last canary of each server that this member has seen, with the Unix time at which it was sent by the sender's clock.
  type: list
  elements: dict
  returned: success
  sample: [{server_id: 168296454, sent_at: 1795505914.217}]
comparison:
  description:
    - The last comparison of this member's data with its source, from C(/var/lib/twoway/compare.json) on the host; V(null) when there was
      none. C(tables) is how many were compared, C(different) the names of some that were not equal. C(begun_at)
      is V(null) where the file does not tell it.
  type: dict
  returned: success
  sample: {at: "2026-11-24T01:02:03Z", begun_at: "2026-11-24T01:00:59Z", source: 198.51.100.1, is_equal: true, tables: 9, different: []}
skipped_transactions:
  description:
    - The ledger of transactions that were skipped on this member, from C(/var/lib/twoway/skipped.jsonl) on the host; how many there are,
      and the last of them.
  type: dict
  returned: success
  sample: {count: 0, last: []}
accounts:
  description:
    - Accounts that may follow this server or pass its write gate, and those without a name, but not the server's own and those of users of
      the operating system; V(null) where no server answers. What an account has through a role is not told.
  type: list
  elements: dict
  returned: success
  sample:
    - {user: replication, host: 198.51.100.6, requires_tls: true, is_locked: false, has_former_login: false, privileges: [REPLICATION SLAVE]}
enabled_events:
  description: Events of users that run here whenever the scheduler does; V(null) where no server answers.
  type: list
  elements: str
  returned: success
  sample: [wikidb.prune]
disks:
  description: The disks of data and binary log, by purpose, one disk once; V(null) where no server answers, or on another host.
  type: dict
  returned: success
  sample: {data: {path: /var/lib/mysql/, size_bytes: 105089261568, free_bytes: 74138529792}}
persisted:
  description: Variables that the server itself keeps for its next start (C(SET PERSIST)); V(null) where no server answers.
  type: dict
  returned: success
  sample: {super_read_only: "ON"}
static_options:
  description: Variables among O(options) that the server lets nobody set while it runs; V(null) where no server answers.
  type: list
  elements: str
  returned: success
  sample: [back_log]
certificate_days_left:
  description: For how many days the certificate of the server is valid; V(null) where it has none, or none answers.
  type: int
  returned: success
  sample: 3649
"""

import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, login_of, run_module
from ansible_collections.twoway.mysql.plugins.module_utils._read.host import read_host
from ansible_collections.twoway.mysql.plugins.module_utils._read.member import read_member
from ansible_collections.twoway.mysql.plugins.module_utils._read.packages import read_upgrade

SPEC = ArgumentSpec(
    options={
        "packages": {"type": "list", "elements": "str", "default": []},
        "files": {"type": "list", "elements": "str", "default": []},
        "options": {"type": "dict", "default": {}},
        "option_files": {"type": "dict", "default": {}},
        "data_directory": {"type": "path", "default": "/var/lib/mysql"},
        "upgrade": {"type": "bool", "default": False},
        "audit": {"type": "bool", "default": False},
        "asked_at": {"type": "float"},
        "answer_timeout": {"type": "int"},
        "peer_address": {"type": "str"},
        "peer_port": {"type": "int", "default": 3306},
        "own_address": {"type": "str"},
    }
)


def read(module: Module) -> Dict[str, Any]:
    """Return the module's result."""
    params, began_at = module.params, time.time()
    host = read_host(
        module.run_command,
        packages=params["packages"],
        data_directory=params["data_directory"],
        files=params["files"],
        options=params["options"],
        peer=(params["peer_address"], params["peer_port"]) if params["peer_address"] else None,
        own_address=params["own_address"],
        option_files=params["option_files"],
    )
    program = host["program"]
    host["upgrade"] = read_upgrade(module.run_command, program["path"]) if program and params["upgrade"] else None
    login = replace(login_of(params), answer_timeout=params["answer_timeout"])
    member = read_member(login, is_installed=bool(program), with_audit=params["audit"], options=params["options"])
    read_at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    offset = None if params["asked_at"] is None else round(began_at - params["asked_at"], 1)
    return {"changed": False, "read_at": read_at, "clock_offset_seconds": offset, "host": host, **member}


def main() -> None:
    run_module(SPEC, read)


if __name__ == "__main__":
    main()
