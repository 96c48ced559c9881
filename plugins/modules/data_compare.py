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
  - Runs on the replica with a session on each server, and changes no data on either.
  - Tables are read in chunks, bounded by their primary or a unique key, on both servers at the same time and without any lock. Rows are hashed
    in the servers (SHA-256, of which 64 bits count), with functions that every supported version has. The bytes of all columns count, generated
    and invisible ones too - case, accents, trailing spaces, NULL against an empty text, the last digit of a FLOAT.
  - What differs then is looked at again at synchronized points, so that rows on their way are no difference. For such a point the applier of
    the replica stands still until it has reached a snapshot of the source; the receiver goes on. The snapshot begins between two commits, without
    a lock. Only a MySQL source that has no such moment for five seconds, or no GTIDs, has its commits held for milliseconds; the module refuses
    where a long statement would make that longer.
  - One comparison covers both directions of a pair. On a replica that takes writes of its own, a row counts as different when it differed in the
    same way at two points, between which the source received what the replica had.
  - Without a key a table is read as a whole, and its differing rows are counted but not named.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.comparison
  - twoway.mysql.attributes
  - twoway.mysql.attributes.info
notes:
  - The result, and the file C(/var/lib/twoway/compare.json) on the replica's host, hold keys of differing rows, and no other values.
  - Tables of engines without a consistent snapshot (MyISAM, for example) are compared too; under writes the second look decides about them.
  - A comparison of some tables alone is kept there only where these differ.
  - Check mode compares as well, and leaves no file.
"""

EXAMPLES = r"""
- name: Compare with the source
  twoway.mysql.data_compare:
    source_host: 198.51.100.1
    source_user: twoway_seed
    source_password: "{{ seed_password }}"
  register: comparison
  failed_when: comparison is failed or comparison.is_equal is false

- name: Compare one schema without disturbing anybody
  twoway.mysql.data_compare:
    source_host: 198.51.100.1
    source_user: twoway_seed
    source_password: "{{ seed_password }}"
    schemas: [wikidb]
    exclude: [wikidb.cache]
    max_lag_seconds: 5
    max_threads_running: 20
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
is_equal:
  description: Whether all tables have the same columns and content; V(null) where that stayed open for some.
  type: bool
  returned: success
  sample: false
at:
  description: When the comparison ended, in UTC.
  type: str
  returned: success
  sample: "2026-11-25T11:20:31Z"
source:
  description: Name of the source.
  type: str
  returned: success
  sample: db1
point:
  description: The last synchronized point, in the source's binary log; V(null) when all chunks were equal at once.
  type: str
  returned: success
  sample: "binlog.000002:91034"
seconds:
  description: How long it took, pauses included.
  type: float
  returned: success
  sample: 4.37
chunks:
  description: How many chunks were read.
  type: int
  returned: success
  sample: 71
paused_seconds:
  description: How long it waited for O(max_lag_seconds) and O(max_threads_running).
  type: float
  returned: success
  sample: 0.0
left_out:
  description: >-
    Tables that were not compared, and why - V(sequence) for a sequence (MariaDB), V(not_replicated) where a filter keeps changes of its rows from the
    replica, or on a replica that takes writes of its own from the source.
  type: list
  elements: dict
  returned: success
  sample: [{schema: wikidb, table: numbers, reason: sequence}]
tables:
  description: What was found, for each table.
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
      description: >-
        V(equal), V(different), V(columns_differ), V(missing_at_source), V(missing_at_replica), or V(unknown) where its columns or rows changed
        whenever they were looked at, it was altered or dropped while its rows were read, or the source does not receive what the replica writes.
      type: str
      returned: success
      sample: different
    reason:
      description: Why it is unknown, or rows that differ are not counted because it was altered; V(null) where neither is so.
      type: str
      returned: success
      sample: was altered or dropped while it was compared; compare again
    source_rows:
      description: Number of rows read at the source; V(null) where none were read.
      type: int
      returned: success
      sample: 120
    replica_rows:
      description: The same at the replica.
      type: int
      returned: success
      sample: 119
    columns:
      description: Columns that are not defined alike, or missing on one side; content is not compared then.
      type: list
      elements: str
      returned: success
      sample: []
    only_at_source:
      description: Number of rows that the replica lacks; V(null) when not counted.
      type: int
      returned: success
      sample: 1
    only_at_replica:
      description: Number of rows that the source lacks; V(null) when not counted.
      type: int
      returned: success
      sample: 0
    different_rows:
      description: Number of rows that both have, with different values; V(null) when not counted.
      type: int
      returned: success
      sample: 2
    rows:
      description: Some of them - the key, where the row is (V(source), V(replica), V(both)), and the columns that differ.
      type: list
      elements: dict
      returned: success
      sample: [{key: {id: 7}, where: both, columns: [title]}]
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import note_comparison
from ansible_collections.twoway.mysql.plugins.module_utils._compare.options import comparison_options, request_of
from ansible_collections.twoway.mysql.plugins.module_utils._compare.record import compare_and_record
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_session_module


def read(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    request = request_of(module.params)
    name = module.params["source_name"] or module.params["source_host"]
    result = compare_and_record(session, request, name, keep=not module.check_mode)
    if result["is_equal"] and request.choice.is_everything and not module.check_mode:
        note_comparison(session)
    return {"changed": False, **result}


def main() -> None:
    run_session_module(comparison_options(), read)


if __name__ == "__main__":
    main()
