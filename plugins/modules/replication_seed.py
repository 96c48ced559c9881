#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_seed
short_description: Copy a donor's data into this server, with the coordinates that belong to them
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Runs on the recipient and fetches the data from the donor, without the controller in between.
  - Copies all schemas of users with tables, views, routines, triggers and events, at one consistent moment, while the donor goes on
    accepting writes.
  - A copy of rows (V(dump)) never touches the schema C(mysql). A copy of files (V(clone), V(backup)) replaces everything the recipient has,
    and restarts it; the account that the module is logged in with and those of the distribution's own scripts are kept, all others are the
    donor's afterwards.
  - Nothing of the import is written to the recipient's binary log, which afterwards begins at the donor's coordinates.
  - The recipient is marked before the first change and until the last. A mark that is left by a run that was killed makes the next
    run begin again, or finish a V(dump) whose donor has not moved; half an import is never taken for data.
  - During a seed the recipient refuses writes of accounts without administrative privileges, also when its server is started anew. Afterwards
    its write gate is as it was before.
  - A recipient that follows the donor already, or was seeded and not touched since, is left alone.
  - Events of the event scheduler are copied, but switched off on the recipient, as replication does.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  donor_host:
    description: Address of the donor, by the name that the recipient's channel has for it.
    type: str
    required: true
  donor_port:
    description: TCP port of the donor.
    type: int
    default: 3306
  donor_user:
    description: Account at the donor, made with O(twoway.mysql.replication_account#module:accounts[].purpose=seed).
    type: str
    required: true
  donor_password:
    description: Password of O(donor_user).
    type: str
    required: true
  donor_ca_cert:
    description: CA certificate (PEM) that the donor's certificate must be signed with. The connection is encrypted in any case.
    type: path
  donor_name:
    description: Name of the donor in messages. By default its address.
    type: str
  offer_port:
    description: TCP port of the donor's offer, made there with M(twoway.mysql.seed_offer).
    type: int
    default: 4444
  offer_password:
    description: Secret of that offer. Without it there is none, and V(backup) cannot be used.
    type: str
  channel:
    description: Channel with which the recipient follows, or will follow, the donor.
    type: str
    default: ""
  method:
    description:
      - V(auto) takes the fastest way that is safe here; RV(passed_over) says what stands against the faster ones.
      - V(clone) is the CLONE plugin of MySQL 8.0.17 and later.
      - V(backup) is mariadb-backup.
      - V(dump) copies rows over several connections, and is the only one between different series of a flavor.
    type: str
    choices: [auto, clone, backup, dump]
    default: auto
  overwrite:
    description: Whether user data that the recipient holds may be overwritten. A dump of them is saved first.
    type: bool
    default: false
  again:
    description:
      - Copy also where the recipient was seeded already and holds what the seed left. A recipient that still follows the donor is never
        touched; remove its channel first.
    type: bool
    default: false
  backup_directory:
    description: Where the dump of overwritten data is saved, readable by the administrator alone.
    type: path
    default: /var/backups/twoway
  file:
    description:
      - Keep a dump of the donor in this file, in the format of its own dump program, with its SHA-256 checksum beside it, and import it from
        there. It is written over one connection.
    type: path
  long_query_seconds:
    description:
      - A statement that runs at the donor for longer than this is not waited behind with a lock, because all writes would wait there too.
        V(clone), V(backup) and a V(dump) of MariaDB take no such lock. A V(dump) of MySQL, or one that locks tables without transactions,
        waits for a minute at most until no such statement runs, and is refused then.
    type: float
    default: 2.0
notes:
  - Tables of engines without a consistent snapshot (MyISAM, for example) are locked on the donor for the time of the dump; the module
    warns and names the engines.
"""

EXAMPLES = r"""
- name: Copy the data of 198.51.100.1
  twoway.mysql.replication_seed:
    donor_host: 198.51.100.1
    donor_user: twoway_seed
    donor_password: "{{ seed_password }}"
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mysql, version: 9.7.4}
mark:
  description: The mark of the seed.
  type: dict
  returned: success
  contains:
    state:
      description: V(done), or V(importing) in check mode while an unfinished seed waits.
      type: str
      returned: success
      sample: done
    donor:
      description: Name of the donor.
      type: str
      returned: success
      sample: db1
    schemas:
      description: The schemas that a seed that begins again drops first.
      type: list
      elements: str
      returned: success
      sample: [wikidb]
    saved:
      description: Where overwritten data were saved; V(null) when nothing was overwritten.
      type: str
      returned: success
      sample: null
    saved_accounts:
      description: Where accounts were saved that only the recipient had; V(null) when there were none, or they were kept.
      type: str
      returned: success
      sample: null
    done_at:
      description: When the seed was done, in UTC. What was compared before tells nothing of these data.
      type: str
      returned: when the seed is done, but for seeds of the first versions
      sample: "2026-11-24T01:02:03Z"
    claim:
      description: The number of the newest claim to the writes that the donor knew before the copy; V(null) when it knew none.
      type: int
      returned: success
      sample: 1795514400000000
    coordinates:
      description: The place in the donor's binary log that belongs to the copied data.
      type: dict
      returned: when the seed is done
      sample: {file: binlog.000002, position: 8190, gtid: "9212497f-e7a0-11f1-b2ca-02420a080101:1-31"}
    binlog:
      description: Where the recipient's own binary log began right after the seed.
      type: dict
      returned: when the seed is done
      sample: {file: binlog.000001, position: 158}
method:
  description: How the data are copied, or were or would be if that were necessary.
  type: str
  returned: success
  sample: clone
passed_over:
  description: Why faster ways were not taken, one line for each.
  type: list
  elements: str
  returned: success
  sample: ["clone: the donor has tables of MyISAM, which it would leave empty"]
copied:
  description: How much was copied in which time; V(null) when nothing had to be copied.
  type: dict
  returned: success
  sample: {file: binlog.000002, position: 8190, gtid: "9212497f-e7a0-11f1-b2ca-02420a080101:1-31", bytes: 482133, seconds: 1.94, tables: 9, lock_ms: null}
saved:
  description: Where the overwritten data were saved; V(null) when nothing was overwritten.
  type: str
  returned: success
  sample: /var/backups/twoway/before-seed-20261124T010203.512044Z.sql
steps:
  description: What was done, or would be in check mode.
  type: list
  elements: dict
  returned: success
  sample: [{name: import_data, reason: the recipient has not been seeded, statements: [], executed: true}]
"""

from typing import Any, Dict

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import UNFINISHED, exclusive, find_seed_mark
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session, connect
from ansible_collections.twoway.mysql.plugins.module_utils._module import (
    Module,
    login_of,
    reconcile,
    remote_login_of,
    run_session_module,
)
from ansible_collections.twoway.mysql.plugins.module_utils._plan.seed import show_seed
from ansible_collections.twoway.mysql.plugins.module_utils._read.data import see_fresh_sizes
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._seed.choice import choose, methods_for
from ansible_collections.twoway.mysql.plugins.module_utils._seed.run import SeedRun
from ansible_collections.twoway.mysql.plugins.module_utils._seed.transport import decline

SPEC = ArgumentSpec(
    options={
        "donor_host": {"type": "str", "required": True},
        "donor_port": {"type": "int", "default": 3306},
        "donor_user": {"type": "str", "required": True},
        "donor_password": {"type": "str", "required": True, "no_log": True},
        "donor_ca_cert": {"type": "path"},
        "donor_name": {"type": "str"},
        "offer_port": {"type": "int", "default": 4444},
        "offer_password": {"type": "str", "no_log": True},
        "channel": {"type": "str", "default": ""},
        "method": {"type": "str", "choices": ["auto", "clone", "backup", "dump"], "default": "auto"},
        "overwrite": {"type": "bool", "default": False},
        "again": {"type": "bool", "default": False},
        "backup_directory": {"type": "path", "default": "/var/backups/twoway"},
        "file": {"type": "path"},
        "long_query_seconds": {"type": "float", "default": 2.0},
    }
)


def seed(module: Module, session: Session, donor: Session) -> Dict[str, Any]:
    """Return the module's result."""
    choice = choose(methods_for(module.params, session, donor), module.params["method"])
    run = SeedRun(session, login_of(module.params), donor, choice, module.params)
    run.check()
    for warning in choice.method.warnings():
        module.warn(warning)
    result = reconcile(
        module,
        session,
        read=run.read,
        plan=run.steps_for,
        show=show_seed,
        actions=run.actions(),
    )
    copied = run.copied.as_dict() if run.copied else None
    if run.saved_accounts:
        module.warn("The donor has not all accounts that were here; those were saved in %s." % run.saved_accounts)
    return {**result, **choice.as_dict(), "mark": find_seed_mark(session), "copied": copied, "saved": run.saved}


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result, once no other run seeds this server any more."""
    donor = connect(remote_login_of(module.params, "donor"))
    try:
        for each in (donor, session):
            # Both are idle while others copy.
            each.stay_connected()
            see_fresh_sizes(each)
        with exclusive(session, UNFINISHED):
            return seed(module, session, donor)
    finally:
        donor.close()
        if module.params["offer_password"] and not module.check_mode:
            # One that was taken up is over by now.
            decline(module.params["donor_host"], module.params["offer_port"], Secret(module.params["offer_password"]))


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
