#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: errant_transactions
short_description: Find the transactions that only this server has, and save them as SQL
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Compares this server's GTIDs with those of its peer, or its binary log with the place up to which the peer has applied it.
  - What only this server has is read from its binary log by the server's own program, counted by table, and saved as SQL that a person
    can read.
  - That SQL can be played back at the peer, as the head of the file says. Each transaction gets an id of its own there; with the one that it had
    it would be passed over, by the peer or by this server.
  - What is on its way to the peer counts as missing. Ask this server first, then the peer, and name what this server had in O(gtid).
  - Nothing in the server is changed.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  gtid:
    description: GTID set or position that this server had before the peer was asked; by default what it has now.
    type: str
  peer_gtids:
    description:
      - GTID sets (MySQL) or positions (MariaDB) of the peer. MariaDB has several that tell of it, RV(twoway.mysql.replication_info#module:binlog)
        and those of its channels; all of them count.
    type: list
    elements: str
    default: []
  peer_log_file:
    description: Instead of O(peer_gtids) the file of this server's binary log up to which the peer has applied it.
    type: str
  peer_log_position:
    description: Position in O(peer_log_file).
    type: int
  directory:
    description: Folder on this host for the file; without it nothing is saved.
    type: path
"""

EXAMPLES = r"""
- name: What does this member have that its peer has not
  twoway.mysql.errant_transactions:
    gtid: "{{ at_member.binlog.gtid }}"
    peer_gtids: ["{{ hostvars.db1.at_peer.binlog.gtid }}"]
    directory: /var/backups/twoway
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
gtid:
  description: GTIDs that the peer lacks; empty when it lacks none, or where GTIDs play no part.
  type: str
  returned: success
  sample: 59e5099e-e8be-11f1-b0c3-02420a082801:32-35
transactions:
  description: How many transactions of those were read.
  type: int
  returned: success
  sample: 4
changes:
  description: Rows inserted, updated and deleted by table, and statements; at most 50.
  type: list
  elements: dict
  returned: success
  sample: [{table: wikidb.page, insert: 2, update: 1, delete: 1}]
unread:
  description:
    - What of it could not be read, so that it is neither in RV(changes) nor in RV(saved), and why; V(null) when all was.
    - By GTID what the peer lacks and the binary log does not hold any more; MariaDB tells the last of it in each domain.
  type: str
  returned: success
  sample: 59e5099e-e8be-11f1-b0c3-02420a082801:32-33 is gone from the binary log
saved:
  description: The file with them; V(null) when there are none, without O(directory), and in check mode.
  type: str
  returned: success
  sample: /var/backups/twoway/errant-20261125T110412.512044Z.sql
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._errant import find_errant
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, login_of, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates

SPEC = ArgumentSpec(
    options={
        "gtid": {"type": "str"},
        "peer_gtids": {"type": "list", "elements": "str", "default": []},
        "peer_log_file": {"type": "str"},
        "peer_log_position": {"type": "int"},
        "directory": {"type": "path"},
    },
    required_together=[("peer_log_file", "peer_log_position")],
)


def find(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    params = module.params
    file = params["peer_log_file"]
    place = BinlogCoordinates(file, params["peer_log_position"]) if file else None
    directory = None if module.check_mode else params["directory"]
    found = find_errant(session, login_of(params), params["gtid"], params["peer_gtids"], place, directory)
    return {"changed": bool(found["transactions"] and params["directory"]), **found}


def main() -> None:
    run_session_module(SPEC, find)


if __name__ == "__main__":
    main()
