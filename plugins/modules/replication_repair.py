#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_repair
short_description: Tell why a channel stands still, and let it go on
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Reads the transaction that a channel's applier failed with from the relay log, with its exact id, the tables and keys of its rows, and the
    rows that are here instead; says the likely cause, and what can be done.
  - On request it puts the rows right that stand in the way, so that the transaction can be applied, or passes over this one transaction.
  - It runs on the host of the server, where the relay log is. A transaction with more than 1000 rows is shown, and its rows are not looked for.
  - What it changes is not written to the binary log. Compare the tables afterwards, with M(twoway.mysql.data_compare).
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  channel:
    description: Name of the channel.
    type: str
    default: ""
  choice:
    description:
      - V(show) changes nothing.
      - V(fix_row) takes the source's side. A row that the transaction wants and that is missing is put as the transaction knew it; a row that
        has the place of one which it brings is saved in O(directory) and removed. Tables with triggers, with generated columns or without a key
        are refused, and so are values that the log does not tell exactly.
      - V(skip) passes over the transaction, and notes it in C(/var/lib/twoway/skipped.jsonl) on this host first - an empty transaction with
        its GTID on MySQL, the counter where it has none, and on MariaDB the counter, or the position where appliers work in parallel.
    type: str
    choices: [show, fix_row, skip]
    default: show
  transaction:
    description:
      - The exact id of the transaction that O(choice) is about, as RV(problem.transaction) names it - its GTID, or without GTIDs the place in the
        source's binary log where it begins. When the channel stands at another one, nothing is changed.
    type: str
  reason:
    description: Why the transaction is skipped, for the ledger.
    type: str
    default: ""
  directory:
    description: Folder on this host for rows that are removed.
    type: path
    default: /var/backups/twoway
  wait_seconds:
    description: How long the channel may take to go on.
    type: int
    default: 60
  source_host:
    description: Address of the source, to show its rows beside those of this server. A source that does not answer is no failure.
    type: str
  source_port:
    description: TCP port of the source.
    type: int
    default: 3306
  source_user:
    description: Account at the source that may read the tables.
    type: str
  source_password:
    description: Password of O(source_user).
    type: str
  source_ca_cert:
    description: CA certificate (PEM) that the source's certificate must be signed with. The connection is encrypted in any case.
    type: path
"""

EXAMPLES = r"""
- name: Why does the channel stand still
  twoway.mysql.replication_repair:
  register: found

- name: Pass over this transaction, which was applied by hand
  twoway.mysql.replication_repair:
    choice: skip
    transaction: 3e11fa47-71ca-11e1-9e33-c80aa9429562:4711
    reason: the row was written on both members, with the same values
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
problem:
  description: Why the channel stood still before this task; V(null) when it did not.
  type: dict
  returned: success
  contains:
    thread: {description: "V(receiver) or V(applier).", type: str, returned: always, sample: applier}
    errno: {description: Number of the error., type: int, returned: always, sample: 1062}
    message: {description: "What the server says of it.", type: str, returned: always, sample: "Duplicate entry '901' for key 'category.PRIMARY'"}
    transaction: {description: "Exact id of the transaction; V(null) where none is behind it.", type: str, returned: always, sample: 1-1-4711}
    unread: {description: "What the server's program said when it could not read the relay log; V(null) otherwise.", type: str, returned: always,
             sample: "mysqlbinlog failed with status 1: ERROR: Error in Log_event::read_log_event(): 'read error'"}
    cause: {description: The likely cause., type: str, returned: always, sample: a row with the same key is here already}
    choices: {description: "What can be done, the best first.", type: list, elements: str, returned: always, sample: [fix_row, skip, rebuild_member]}
    tables: {description: Tables whose rows the transaction changes., type: list, elements: str, returned: always, sample: [wikidb.category]}
    changes: {description: "What it does, by table, and its statements.", type: list, elements: dict, returned: always,
              sample: [{table: wikidb.category, insert: 1, update: 0, delete: 0}]}
    rows:
      description: The rows that stand in its way, at most 20 - whether one is V(missing) or V(present), its key, its values in the transaction,
        here, and at the source.
      type: list
      elements: dict
      returned: always
      sample: [{table: wikidb.category, problem: present, key: {id: "901"}, in_transaction: {id: "901", name: "'a'"}, here: {id: "901", name: b},
                is_source_asked: true, at_source: {id: "901", name: a}}]
saved:
  description: The file with the rows that were removed; V(null) when there are none.
  type: str
  returned: success
  sample: /var/backups/twoway/removed-20261125T110412.512044Z.sql
steps:
  description: Steps of the repair, with their reasons and statements.
  type: list
  elements: dict
  returned: success
  sample: [{name: commit_empty, reason: the applier passes over what is executed, statements: ["BEGIN"], executed: true}]
diff:
  description: The transaction that blocks the channel, before and after.
  type: dict
  returned: success
  sample: {before: {blocked_by: 1-1-4711}, after: {blocked_by: null}}
"""

from contextlib import ExitStack, closing
from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session, connect
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._module import (
    Module,
    login_of,
    remote_login_of,
    run_session_module,
)
from ansible_collections.twoway.mysql.plugins.module_utils._repair import repair

SPEC = ArgumentSpec(
    options={
        "channel": {"type": "str", "default": ""},
        "choice": {"type": "str", "choices": ["show", "fix_row", "skip"], "default": "show"},
        "transaction": {"type": "str"},
        "reason": {"type": "str", "default": ""},
        "directory": {"type": "path", "default": "/var/backups/twoway"},
        "wait_seconds": {"type": "int", "default": 60},
        "source_host": {"type": "str"},
        "source_port": {"type": "int", "default": 3306},
        "source_user": {"type": "str"},
        "source_password": {"type": "str", "no_log": True},
        "source_ca_cert": {"type": "path"},
    },
    required_together=[("source_host", "source_user", "source_password")],
    required_if=[("choice", "skip", ("transaction",)), ("choice", "fix_row", ("transaction",))],
)


def run(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    params = module.params
    with ExitStack() as stack:
        source = None
        if params["source_host"]:
            try:
                source = stack.enter_context(closing(connect(remote_login_of(params, "source"))))
            except ServerError as error:
                module.warn("The rows at the source are not shown: %s" % error.message)
        return repair(module, session, login_of(params), source)


def main() -> None:
    run_session_module(SPEC, run)


if __name__ == "__main__":
    main()
