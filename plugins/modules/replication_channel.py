#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_channel
short_description: Bring one replication channel to the wished source, settings and state
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Wraps C(CHANGE REPLICATION SOURCE TO), C(CHANGE MASTER TO), C(START), C(STOP) and C(RESET REPLICA) of MySQL 5.7 to 26.x and
    MariaDB 10.6 to 12.x.
  - The live settings are read and compared; only what differs is changed, and nothing is stopped when nothing differs.
  - Events that were received and not yet applied are never dropped. What needs the applier to stop waits until it has applied
    them, and is refused when it cannot.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  channel:
    description: Name of the channel (MySQL) or connection (MariaDB); empty for the default one.
    type: str
    default: ""
  state:
    description:
      - V(present) leaves the threads as they are.
      - V(started) also waits until the receiver is connected, and until an applier that stood still with an error has applied
        something. When it meets an error again, the module fails with it; when it is still at work after O(wait_seconds), it runs.
    type: str
    choices: [present, started, stopped, absent]
    default: started
  source_host:
    description: Address of the source.
    type: str
  source_port:
    description: TCP port of the source.
    type: int
  source_user:
    description: Account at the source.
    type: str
  source_password:
    description:
      - Password of O(source_user).
      - It is compared with the one the channel uses where that can be read on this host; else O(unknown_login) counts.
    type: str
  unknown_login:
    description:
      - What becomes of the password that the channel has, where it cannot be read on this host, and O(source_password) is given. MariaDB
        keeps it in a file of its data directory.
      - V(try) leaves it while the receiver is connected and the source accepts O(source_password).
      - V(replace) sets O(source_password) in any case, and always changes something then. It is needed where the source accepts another
        password as well, or where the account's was changed after the receiver had connected - neither proves that the channel has this one.
    type: str
    choices: [try, replace]
    default: try
  coordinates:
    description: Whether the channel follows GTIDs or file positions.
    type: str
    choices: [gtid, file_position]
  source_log_file:
    description: File in the source's binary log to begin with, for a new channel with O(coordinates=file_position).
    type: str
  source_log_position:
    description: Position in O(source_log_file).
    type: int
  reposition:
    description: Move an existing channel to O(source_log_file) and O(source_log_position) as well.
    type: bool
    default: false
  discard_received:
    description:
      - With O(state=absent), remove a channel with what it received and has not applied, also one whose applier stands still with an error.
      - Only where those events are not wanted, or are saved - because this server is about to be seeded from its source, or its source from it.
    type: bool
    default: false
  source_begins_anew:
    description:
      - With O(state=absent), because the source is about to be seeded from this server, and its binary log begins anew.
      - MariaDB then also forgets which of its own transactions came back from the source last; a new channel would ask the source for what
        follows them, and be refused. C(gtid_strict_mode) is off for that one statement.
    type: bool
    default: false
  tls:
    description: Whether the channel is encrypted.
    type: bool
  tls_verify:
    description: Whether the source's certificate must be right for its address.
    type: bool
  tls_ca:
    description: CA certificate (PEM) on this host.
    type: str
  tls_cert:
    description: Certificate (PEM) on this host that the replica shows.
    type: str
  tls_key:
    description: Private key (PEM) of O(tls_cert).
    type: str
  connect_retry_seconds:
    description: Pause between two attempts to connect.
    type: int
  retry_count:
    description: Attempts before the receiver gives up. Before MariaDB 12.0.1 it is an option of the server, and ignored here.
    type: int
  heartbeat_seconds:
    description: The source says it is alive after so long without an event. Milliseconds are the finest that counts.
    type: float
  delay_seconds:
    description: How far behind the applier keeps on purpose.
    type: int
  compression:
    description: Algorithms in order of preference, for example V(zstd,zlib,uncompressed). MySQL 8.0.18 and later only.
    type: str
  public_key_request:
    description: Ask the source for its key, for C(caching_sha2_password) without TLS. MySQL 8.0.4 and later only.
    type: bool
  wait_seconds:
    description:
      - How long to wait for the receiver to connect, and for the applier to apply what was received.
      - Where the applier is still at work then, a receiver that was stopped for that is started again, and the module fails.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Follow the source at 198.51.100.1
  twoway.mysql.replication_channel:
    source_host: 198.51.100.1
    source_user: replication
    source_password: "{{ vault_replication_password }}"
    coordinates: gtid
    tls: true

- name: Remove the channel
  twoway.mysql.replication_channel:
    state: absent
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
channel:
  description: The channel as RV(twoway.mysql.replication_info#module:channels) shows it; V(null) when it does not exist.
  type: dict
  returned: success, and on failure as it was found then
  sample: {name: "", source_host: 10.8.0.1, receiver: {state: "on"}, applier: {state: "on"}, lag_seconds: 0}
steps:
  description: What was done, or would be in check mode, with secrets masked.
  type: list
  elements: dict
  returned: success
  sample:
    - name: change_source
      reason: connect_retry_seconds differs
      statements: ["CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY = 5 FOR CHANNEL ''"]
      executed: true
failed_step:
  description: The step that failed.
  type: dict
  returned: failure of a step
  sample: {name: change_source, reason: connect_retry_seconds differs, executed: false}
errno:
  description: The server's error number.
  type: int
  returned: failure of a statement
  sample: 3021
sqlstate:
  description: The server's sqlstate.
  type: str
  returned: failure of a statement
  sample: HY000
"""

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._channel import apply_channel
from ansible_collections.twoway.mysql.plugins.module_utils._module import run_session_module

SPEC = ArgumentSpec(
    options={
        "channel": {"type": "str", "default": ""},
        "state": {"type": "str", "choices": ["present", "started", "stopped", "absent"], "default": "started"},
        "source_host": {"type": "str"},
        "source_port": {"type": "int"},
        "source_user": {"type": "str"},
        "source_password": {"type": "str", "no_log": True},
        "unknown_login": {"type": "str", "choices": ["try", "replace"], "default": "try"},
        "coordinates": {"type": "str", "choices": ["gtid", "file_position"]},
        "source_log_file": {"type": "str"},
        "source_log_position": {"type": "int"},
        "reposition": {"type": "bool", "default": False},
        "discard_received": {"type": "bool", "default": False},
        "source_begins_anew": {"type": "bool", "default": False},
        "tls": {"type": "bool"},
        "tls_verify": {"type": "bool"},
        "tls_ca": {"type": "str"},
        "tls_cert": {"type": "str"},
        "tls_key": {"type": "str", "no_log": False},
        "connect_retry_seconds": {"type": "int"},
        "retry_count": {"type": "int"},
        "heartbeat_seconds": {"type": "float"},
        "delay_seconds": {"type": "int"},
        "compression": {"type": "str"},
        "public_key_request": {"type": "bool"},
        "wait_seconds": {"type": "int", "default": 60},
    },
    required_together=[("source_log_file", "source_log_position")],
    required_if=[("reposition", True, ("source_log_file", "source_log_position"))],
)


def main() -> None:
    run_session_module(SPEC, apply_channel)


if __name__ == "__main__":
    main()
