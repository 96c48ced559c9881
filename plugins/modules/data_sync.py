#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: data_sync
short_description: Give a replica the rows of its source where they differ
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Runs on the member whose rows are wrong, with a session on its source, the member whose rows are right. In a pair either can be either.
  - Compares both as M(twoway.mysql.data_compare) does, and writes the row changes to a file of SQL, and to a second one how to take them back.
    Rows are changed only with O(apply=true).
  - The changes stay out of the binary log. They make no transaction of their own, so that there is no errant one, and never go back to the
    source, which has these rows already. Further replicas of the changed member do not get them.
  - They are made at a synchronized point, while the applier of the changed member stands still; its receiver goes on. Each table is one
    transaction. Its rows are locked and looked at once more - a row that has changed since is left alone - and at the end they have to be
    those of the source, or nothing of the table is changed.
  - On a member that takes writes of its own, the source has to have received them first; for that moment (at most 10 s) the rows are locked.
  - Left alone, with the reason, are tables without a key, with triggers, with a history of their rows (MariaDB), of an engine without
    transactions, with more than 10000 differing rows or 256 MiB of SQL for them, with a row that as SQL is longer than C(max_allowed_packet) of
    either member, that one member lacks, or whose columns are not defined alike.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.comparison
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  apply:
    description: Change the rows. Otherwise they are only compared, and the files written.
    type: bool
    default: false
  directory:
    description: Folder on the host of the changed member for the two files. They hold whole rows, and only their owner may read them.
    type: path
    default: /var/backups/twoway
notes:
  - Check mode compares, and says what would be changed; it writes no file.
"""

EXAMPLES = r"""
- name: Write down what would give this member the rows of db1
  twoway.mysql.data_sync:
    source_host: 198.51.100.1
    source_user: twoway_seed
    source_password: "{{ seed_password }}"
    source_name: db1

- name: Do it
  twoway.mysql.data_sync:
    source_host: 198.51.100.1
    source_user: twoway_seed
    source_password: "{{ seed_password }}"
    source_name: db1
    apply: true
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
is_equal:
  description: Whether all tables were equal before; V(null) where that stayed open.
  type: bool
  returned: success
  sample: false
source:
  description: Name of the source.
  type: str
  returned: success
  sample: db1
is_applied:
  description: Whether the changes were made.
  type: bool
  returned: success
  sample: true
changes_file:
  description: File with the row changes; V(null) where there are none, and in check mode.
  type: str
  returned: success
  sample: /var/backups/twoway/sync-20261125T142031.512044Z.sql
undo_file:
  description: File that takes them back.
  type: str
  returned: success
  sample: /var/backups/twoway/sync-20261125T142031.512044Z-undo.sql
left_out:
  description: >-
    Tables that were not compared, and why - V(sequence) for a sequence (MariaDB), V(not_replicated) where a filter keeps changes of its rows from the
    replica, or on a replica that takes writes of its own from the source.
  type: list
  elements: dict
  returned: success
  sample: [{schema: wikidb, table: numbers, reason: sequence}]
tables:
  description: What was done, or without O(apply) would be, for each table that differs.
  type: list
  elements: dict
  returned: success
  contains:
    schema:
      description: Its schema.
      type: str
      returned: success
      sample: wikidb
    table:
      description: Its name.
      type: str
      returned: success
      sample: page
    result:
      description: What the comparison found, as in M(twoway.mysql.data_compare).
      type: str
      returned: success
      sample: different
    inserted_rows:
      description: Number of rows that were missing here.
      type: int
      returned: success
      sample: 1
    deleted_rows:
      description: Number of rows that the source does not have.
      type: int
      returned: success
      sample: 0
    replaced_rows:
      description: Number of rows that had other values.
      type: int
      returned: success
      sample: 2
    left_rows:
      description: Number of rows that were left alone because they changed after the comparison.
      type: int
      returned: success
      sample: 0
    reason:
      description: Why the whole table was left alone; V(null) where it was not.
      type: str
      returned: success
      sample: it has no key that would name a row
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._compare.options import comparison_options, request_of
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._sync.run import Sync, sync

SPEC = ArgumentSpec(
    options={
        "apply": {"type": "bool", "default": False},
        "directory": {"type": "path", "default": "/var/backups/twoway"},
    }
)


def change(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    params = module.params
    return sync(
        session,
        request_of(params),
        Sync(
            source_name=params["source_name"] or params["source_host"],
            folder=None if module.check_mode else params["directory"],
            applies=params["apply"],
            is_trial=module.check_mode,
        ),
    )


def main() -> None:
    run_session_module(comparison_options().merged(SPEC), change)


if __name__ == "__main__":
    main()
