# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans the write gate of a member."""

from __future__ import annotations

from typing import Dict

from .steps import CloseGate, OpenGate, Plan


def show_gate(gate: str) -> Dict[str, str]:
    """Return the gate as people see it."""
    return {"gate": gate}


def plan_gate(gate: str, wanted_open: bool) -> Plan:
    """Return the steps from a gate that is ``open``, ``half-open`` or ``closed`` to the wished one."""
    wanted = "open" if wanted_open else "closed"
    if gate == wanted:
        return Plan(show_gate(gate))
    step = OpenGate("writes are wanted here") if wanted_open else CloseGate("writes are not wanted here")
    return Plan(show_gate(wanted), [step])
