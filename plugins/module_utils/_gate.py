# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The write gate of a member of a live pair, and its keeper."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule

from ._bookkeeping import find_seed_mark
from ._claim import moving_writes, read_claim, write_claim
from ._connection import Session
from ._dialect.statement import sql
from ._executor import writable
from ._keeper import unit
from ._module import login_of, reconcile
from ._patience import commits_at_once, has_replica
from ._plan.gate import ABSENT, Gate, plan_kept_gate, refuse_moved_writes, show_kept_gate
from ._plan.seed import IMPORTING
from ._plan.steps import ClaimWrites, InstallKeeper, RemoveKeeper
from ._read.server import read_gate
from ._state.claim import DEPLOY

_MOVE_SECONDS = 5
"""So long somebody else who moves the writes is waited for."""


def apply_gate(module: AnsibleModule, session: Session) -> Dict[str, Any]:
    """Return the result of the module ``pair_gate``."""
    params, login = module.params, login_of(module.params)
    server_id = int(session.value(sql("SELECT @@GLOBAL.server_id"), "ask for the server id"))
    can_keep, is_one = unit.is_possible(), params["writers"] == "one"
    if is_one and not can_keep:
        module.warn("This host has no systemd: nobody opens the write gate after a restart of the server.")

    def read() -> Gate:
        claim = read_claim(session)
        return Gate(
            gate=read_gate(session),
            is_unfinished=(find_seed_mark(session) or {}).get("state") == IMPORTING,
            has_claim=claim is not None and claim.server_id == server_id,
            keeper=unit.read_keeper(login, session.dialect, is_one, module.run_command) if can_keep else ABSENT,
        )

    def refuse_moved() -> None:
        if is_one:
            refuse_moved_writes(read_claim(session), server_id, params["is_active"], params["known_term"])

    def claim_writes(_step: ClaimWrites) -> None:
        with moving_writes(session, _MOVE_SECONDS):
            refuse_moved()
            # Before the members are linked there is nobody who could acknowledge it.
            with nullcontext() if has_replica(session) else commits_at_once(session), writable(session, unlogged=False):
                write_claim(session, server_id, DEPLOY)

    refuse_moved()
    return reconcile(
        module,
        session,
        read,
        plan=lambda gate: plan_kept_gate(
            gate, params["is_active"], is_one and can_keep, params["writers"] == "both" and can_keep
        ),
        show=show_kept_gate,
        actions={
            ClaimWrites: claim_writes,
            InstallKeeper: lambda _step: unit.install_keeper(login, session.dialect, is_one, module.run_command),
            RemoveKeeper: lambda _step: unit.remove_keeper(session.dialect, module.run_command),
        },
    )
