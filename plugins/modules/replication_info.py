#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_info
short_description: Tell everything a server says about its replication, in neutral keys
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Reads the own position in the binary log (C(SHOW MASTER STATUS), C(SHOW BINARY LOG STATUS)), every channel
    (C(SHOW SLAVE STATUS), C(SHOW REPLICA STATUS), C(SHOW ALL SLAVES STATUS)), the connected replicas, the replication threads of
    the process list and the counters of the binary log cache.
  - The keys are the same for every flavor and version. What is not known is V(null), never 0.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
seealso:
  - module: twoway.mysql.server_info
"""

EXAMPLES = r"""
- name: Read the state of replication
  twoway.mysql.replication_info:
  register: replication

- name: Stop here unless every channel runs
  ansible.builtin.assert:
    that:
      - replication.channels | map(attribute='receiver.state') | unique == ['on']
      - replication.channels | map(attribute='applier.state') | unique == ['on']
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
binlog:
  description: The server's own binary log.
  type: dict
  returned: success
  contains:
    enabled:
      description: Whether the server writes a binary log.
      type: bool
      returned: success
      sample: true
    file:
      description: File that the next event goes to; V(null) while the binary log is off.
      type: str
      returned: success
      sample: binlog.000003
    position:
      description: Byte offset in RV(binlog.file).
      type: int
      returned: success
      sample: 1130
    do_db:
      description: Schemas the binary log is restricted to; empty means all.
      type: list
      elements: str
      returned: success
      sample: [wikidb, twoway]
    ignore_db:
      description: Schemas left out of the binary log.
      type: list
      elements: str
      returned: success
      sample: [mysql, test]
    gtid:
      description: GTID set executed (MySQL) or GTID position of the binary log (MariaDB).
      type: str
      returned: success
      sample: 5bfa2b3c-7f0e-11ef-9d3f-0242ac110002:1-184
    gtid_purged:
      description: GTID set (MySQL) or position (MariaDB) that is no longer in the binary log; V(null) while that is off.
      type: str
      returned: success
      sample: 5bfa2b3c-7f0e-11ef-9d3f-0242ac110002:1-120
    kept:
      description:
        - What is kept of the binary log; V(null) while it is off. C(lasts_seconds) is how long a replica may be away before it has to be
          seeded again, and C(limited_by) says why, V(its age), V(its size) or V(the free disk).
        - C(bytes_per_second) is known on the server's own host, once the log reaches back for an hour.
      type: dict
      returned: success
      sample:
        files: 12
        size_bytes: 1181116006
        oldest_file: mysql-bin.000031
        reaches_back_seconds: 1209480
        bytes_per_second: 976.5
        retention_seconds: 1209600
        lasts_seconds: 1209600
        limited_by: its age
channels:
  description: Every channel of the server.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the channel; empty for the default channel.
      type: str
      returned: success
      sample: ""
    source_host:
      description: Address of the source.
      type: str
      returned: success
      sample: 10.8.0.1
    source_port:
      description: TCP port of the source.
      type: int
      returned: success
      sample: 3306
    source_user:
      description: Account at the source.
      type: str
      returned: success
      sample: replication
    source_server_id:
      description: Server id of the source; V(null) before the receiver has connected.
      type: int
      returned: success
      sample: 168296449
    source_uuid:
      description: UUID of the source; V(null) on MariaDB.
      type: str
      returned: success
      sample: 9212497f-e7a0-11f1-b2ca-02420a080101
    tls:
      description: Whether the channel is encrypted.
      type: bool
      returned: success
      sample: true
    tls_verify:
      description: Whether the source's certificate is verified.
      type: bool
      returned: success
      sample: true
    connect_retry_seconds:
      description: Pause between two attempts to connect.
      type: int
      returned: success
      sample: 5
    retry_count:
      description: Attempts before the receiver gives up; V(null) where no channel shows it.
      type: int
      returned: success
      sample: 241920
    ignored_server_ids:
      description: Server ids whose events the channel passes over.
      type: list
      elements: int
      returned: success
      sample: []
    relay_log_bytes:
      description: Size of the relay log.
      type: int
      returned: success
      sample: 4207
    coordinates:
      description: V(gtid) or V(file_position); V(gtid_current_pos) for a channel of MariaDB that takes what its server wrote for received.
      type: str
      returned: success
      sample: gtid
    receiver:
      description: State (V(on), V(connecting), V(off)), coordinates in the source's binary log, GTIDs and last error of the receiver.
      type: dict
      returned: success
      sample: {state: "on", coordinates: {file: mysql-bin.000001, position: 6882}, gtid: 168296454-168296454-8, error: null}
    applier:
      description: State (V(on), V(off)), coordinates in the source's binary log, GTIDs and last error of the applier.
      type: dict
      returned: success
      sample: {state: "on", coordinates: {file: mysql-bin.000001, position: 6882}, gtid: 168296454-168296454-8, error: null, until: null}
    lag_seconds:
      description:
        - The best that is known of the lag; V(null) when nothing is.
        - On a member of a pair the service C(twoway-gate) measures it, also while the receiver is stopped, where the servers have GTIDs; else it
          is what the server calls its lag.
      type: float
      returned: success
      sample: 0.006
    lag_is_measured:
      description: Whether the lag was measured by the service of the pair, rather than estimated by the server.
      type: bool
      returned: success
      sample: true
    complete_until:
      description:
        - Up to which moment the replica has everything of its source, as Unix time by the clock of the replica's host.
        - V(null) where nobody measures.
      type: float
      returned: success
      sample: 1795604139.713
replicas:
  description: Replicas that are connected to this server.
  type: list
  elements: dict
  returned: success
  sample: [{server_id: 168296454, host: 10.8.0.6, port: 3306, uuid: null}]
threads:
  description: Replication threads of the process list.
  type: list
  elements: dict
  returned: success
  sample:
    - id: 15
      user: replication
      host: "10.8.0.6:51734"
      command: Binlog Dump GTID
      seconds: 54
      state: Source has sent all binlog to replica; waiting for more updates
semi_sync:
  description:
    - Both ends of semi-synchronous replication. A source that is enabled and not active has fallen back to asynchronous replication.
    - What a server without the plugin does not say is V(null).
  type: dict
  returned: success
  sample:
    source: {is_enabled: true, is_active: true, replicas: 1, acknowledged: 184, unacknowledged: 0, timeout_ms: 3000, wait_point: AFTER_SYNC}
    replica: {is_enabled: true, is_active: true}
binlog_cache:
  description:
    - The caches in which each session gathers a transaction, for tables with transactions and without, since the counters began.
    - C(advice) has an entry for each of them that is too small for many transactions, with a better size (a power of two, at most 16 MiB, at
      most a quarter of the buffer pool for all connections together) and the memory that all connections would take then.
  type: dict
  returned: success
  sample:
    binlog_cache_use: 18400
    binlog_cache_disk_use: 2100
    binlog_stmt_cache_use: 0
    binlog_stmt_cache_disk_use: 0
    binlog_cache_size_bytes: 32768
    binlog_stmt_cache_size_bytes: 32768
    uptime_seconds: 86400
    advice:
      - variable: binlog_cache_size
        use: 18400
        disk_use: 2100
        uptime_seconds: 86400
        size_bytes: 32768
        suggested_bytes: 131072
        connections: 151
        memory_bytes: 19791872
seed:
  description: The last seed of this server.
  type: dict
  returned: success
  contains:
    mark:
      description: Its mark, as RV(twoway.mysql.replication_seed#module:mark); V(null) for a server that was never seeded.
      type: dict
      returned: success
      sample: {state: importing, donor: db1, method: clone, schemas: [wikidb], saved: null}
    progress:
      description:
        - How far it is, or was; V(null) where there was none, and when the module does not run on the server's own host.
        - The same is in the file C(/var/lib/twoway/progress-<port>.json) of that host.
      type: dict
      returned: success
      sample:
        stage: copy
        bytes: 471859200
        expected_bytes: 1048576000
        share: 0.45
        bytes_per_second: 94371840
        remaining_seconds: 6.1
        updated_at: 1795505914.217
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import PROGRESS, find_seed_mark, read_note
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._read.replication import read_replication


def read(_module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    seed = {"mark": find_seed_mark(session), "progress": read_note(session, PROGRESS)}
    return {"changed": False, **read_replication(session, session.variables(), session.status()), "seed": seed}


def main() -> None:
    run_session_module(ArgumentSpec(options={}), read)


if __name__ == "__main__":
    main()
