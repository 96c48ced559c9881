#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_wait
short_description: Wait until a channel runs, has caught up, or lags less than so much
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Looks at once and then in short pauses; GTIDs are waited for by the server itself.
  - All conditions that are given have to be met, one after the other, within O(timeout_seconds).
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
options:
  channel:
    description: Name of the channel; empty for the default one.
    type: str
    default: ""
  running:
    description: Wait until both threads run and the receiver is connected.
    type: bool
    default: true
  gtid:
    description: Wait until this GTID set (MySQL) or GTID position (MariaDB) has been applied.
    type: str
  source_log_file:
    description: Wait until the applier has passed this place in the source's binary log.
    type: str
  source_log_position:
    description: Position in O(source_log_file).
    type: int
  drained:
    description: Wait until every transaction that was received as a whole has been applied.
    type: bool
    default: false
  lag_below_seconds:
    description:
      - Wait until the lag is known and below this. Where the service C(twoway-gate) of this host measures it, that counts; else what the
        server says of itself, which is 0 as well while its source cannot send.
    type: int
  timeout_seconds:
    description: How long to wait.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Wait until the replica has everything that the source has now
  twoway.mysql.replication_wait:
    gtid: "{{ source.binlog.gtid }}"
    timeout_seconds: 120
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
waited_seconds:
  description: How long it took.
  type: float
  returned: success
  sample: 0.013
channel:
  description: The channel at the end, as RV(twoway.mysql.replication_info#module:channels) shows it; also on failure.
  type: dict
  returned: always
  sample: {name: "", source_host: 10.8.0.1, receiver: {state: "on"}, applier: {state: "on"}, lag_seconds: 0}
is_drained:
  description: Whether every transaction that was received as a whole was applied at the end; V(null) without a channel.
  type: bool
  returned: always
  sample: true
"""

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._channel import wait_for_channel
from ansible_collections.twoway.mysql.plugins.module_utils._module import run_session_module

SPEC = ArgumentSpec(
    options={
        "channel": {"type": "str", "default": ""},
        "running": {"type": "bool", "default": True},
        "gtid": {"type": "str"},
        "source_log_file": {"type": "str"},
        "source_log_position": {"type": "int"},
        "drained": {"type": "bool", "default": False},
        "lag_below_seconds": {"type": "int"},
        "timeout_seconds": {"type": "int", "default": 60},
    },
    required_together=[("source_log_file", "source_log_position")],
)


def main() -> None:
    run_session_module(SPEC, wait_for_channel)


if __name__ == "__main__":
    main()
