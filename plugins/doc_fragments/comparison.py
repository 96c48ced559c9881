# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What is compared with what, and how gently; the options are made by C(comparison_options) in module_utils/_compare/options.py."""

    DOCUMENTATION = r"""
options:
  source_host:
    description: Address of the source, the server with whose data those of this replica are compared.
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
  source_name:
    description: Name of the source in the result. By default its address.
    type: str
  channel:
    description: Channel with which the replica follows the source.
    type: str
    default: ""
  schemas:
    description: Compare the tables of these schemas. With neither O(schemas) nor O(tables), all are compared.
    type: list
    elements: str
    default: []
  tables:
    description:
      - Compare these tables, each as C(schema.table), also.
      - A table or schema that is named and that neither server has is an error.
    type: list
    elements: str
    default: []
  exclude:
    description: Schemas, or tables as C(schema.table), that are not compared.
    type: list
    elements: str
    default: []
  chunk_bytes:
    description: About how much of a table one statement reads. A chunk has 100000 rows at most.
    type: int
    default: 16777216
  parallel:
    description: How many chunks are compared at the same time. By default half as many as the replica's host has processors, but 2 to 4.
    type: int
  max_lag_seconds:
    description: Pause between two chunks while the replica is more than this behind. By default there is no such limit.
    type: float
  max_threads_running:
    description: Pause between two chunks while the source carries out more statements than this. By default there is no such limit.
    type: int
  max_rows:
    description: Name so many of the differing rows of each table by their keys. All are counted, up to 10000 for each table.
    type: int
    default: 20
  timeout_seconds:
    description: How long the replica may take to reach a synchronized point, and how long one pause may last.
    type: int
    default: 300
"""
