# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a keeper sees of a member, in as few round trips as that takes."""

from __future__ import annotations

from .._claim import is_lock_used, read_claim
from .._connection import Session
from .._plan.keeper import Seen
from .._read.server import read_gate_and_id


def look_at(session: Session) -> Seen:
    """Return what a member shows of itself.

    The lock is looked at first: whoever held it has then either written a claim, which is seen, or never will.
    """
    is_moving = is_lock_used(session)
    claim = read_claim(session)
    gate, server_id = read_gate_and_id(session)
    return Seen(server_id, gate, claim, is_moving)
