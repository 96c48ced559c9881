#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: seed_offer
short_description: Offer this server's files to one recipient
version_added: 0.1.0
author: The twoway.mysql authors (@twoway)
description:
  - Runs on the donor. M(twoway.mysql.replication_seed) on the recipient fetches what is offered.
  - MySQL 8.0.17 and later gets the CLONE plugin, which stays; nothing of that is replicated.
  - On MariaDB it starts a process that waits for one recipient, sends it the files by C(mariadb-backup) and their place in the binary log,
    and ends. The module itself returns at once.
  - A server that cannot offer its files is no failure; RV(obstacles) says why, and a seed can copy rows.
  - The stream is encrypted, and nothing of it is sent before both ends have proved to know O(password). The certificate is made for
    this one offer; the proofs cover it, so nobody can stand in between.
  - An earlier offer at the same port is ended first.
extends_documentation_fragment:
  - twoway.mysql.login
  - twoway.mysql.attributes
  - twoway.mysql.attributes.writing
options:
  state:
    description: V(present) offers the files. V(absent) ends an offer, and a backup that is being sent.
    type: str
    choices: [present, absent]
    default: present
  address:
    description: Address of this host at which the recipient is waited for. Needed with O(state=present).
    type: str
  port:
    description: TCP port of the offer; the recipient has to reach it.
    type: int
    default: 4444
  password:
    description: The secret that the recipient has to know, long and random, made for this seed alone. Needed with O(state=present).
    type: str
  timeout_seconds:
    description:
      - As long the recipient may take to come. One that has come may have data of its own to save first, and is waited for as long as it is
        connected.
    type: int
    default: 120
  parallel:
    description: How many files are read at once.
    type: int
    default: 2
"""

EXAMPLES = r"""
- name: Offer the donor's files
  twoway.mysql.seed_offer:
    address: 198.51.100.1
    password: "{{ seed_password }}"
"""

RETURN = r"""
server:
  description: Flavor and version.
  type: dict
  returned: success
  sample: {flavor: mariadb, version: 11.8.9}
method:
  description: The method of M(twoway.mysql.replication_seed) that this server is ready for now; V(null) where it can offer nothing.
  type: str
  returned: success
  sample: backup
obstacles:
  description: Why it can offer nothing.
  type: list
  elements: str
  returned: success
  sample: ["none of the programs mariadb-backup, mariabackup is installed on the donor"]
port:
  description: Port at which the recipient is waited for; V(null) when it is not.
  type: int
  returned: success
  sample: 4444
"""

from typing import Any, Dict, Optional

from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, login_of, run_session_module
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._seed.clone import has_plugin, install_plugin
from ansible_collections.twoway.mysql.plugins.module_utils._seed.offer import Offer, obstacles
from ansible_collections.twoway.mysql.plugins.module_utils._seed.offer_process import end_offer, find_offer

SPEC = ArgumentSpec(
    options={
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "address": {"type": "str"},
        "port": {"type": "int", "default": 4444},
        "password": {"type": "str", "no_log": True},
        "timeout_seconds": {"type": "int", "default": 120},
        "parallel": {"type": "int", "default": 2},
    },
    required_if=[("state", "present", ["address", "password"])],
)


def show(state: str, is_changed: bool, port: Optional[int], method: Optional[str] = None) -> Dict[str, Any]:
    """Return the module's result."""
    other = "absent" if state == "present" else "present"
    before = other if is_changed else state
    diff = {"before": {"offer": before}, "after": {"offer": state}}
    return {"changed": is_changed, "method": method, "port": port, "obstacles": [], "diff": diff}


def offer_files(module: Module, session: Session) -> Dict[str, Any]:
    """Return the result for a server whose files a program copies."""
    params, found = module.params, obstacles(session)
    if found:
        return {**show("absent", False, None), "obstacles": found}
    if module.check_mode:
        return show("present", True, params["port"], "backup")
    end_offer(params["port"])
    offer = Offer(session, login_of(params), params["address"], params["port"], Secret(params["password"]))
    return show("present", True, offer.start(params["timeout_seconds"], params["parallel"]), "backup")


def apply(module: Module, session: Session) -> Dict[str, Any]:
    """Return the module's result."""
    params = module.params
    if params["state"] == "absent":
        is_there = find_offer(params["port"]) is not None
        if not module.check_mode:
            end_offer(params["port"])
        return show("absent", is_there, None)
    if session.dialect.server.supports("clone"):
        is_new = not has_plugin(session)
        if not module.check_mode:
            install_plugin(session)
        return show("present", is_new, None, "clone")
    return offer_files(module, session)


def main() -> None:
    run_session_module(SPEC, apply)


if __name__ == "__main__":
    main()
