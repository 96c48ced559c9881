# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a keeper sees of a member, in as few round trips as that takes."""

from __future__ import annotations

from typing import Optional

from .._claim import is_lock_used, read_claim
from .._connection import Login, Session
from .._dialect.statement import sql
from .._plan.keeper import Seen
from .._read.replication import read_channel
from .._read.server import read_gate

ANSWER_SECONDS = 2
"""A peer that takes longer is taken for one that does not answer."""


def look_at(session: Session) -> Seen:
    """Return what a member shows of itself.

    The lock is looked at first: whoever held it has then either written a claim, which is seen, or never will.
    """
    is_moving = is_lock_used(session)
    server_id = int(session.value(sql("SELECT @@GLOBAL.server_id"), "ask for the server id"))
    claim = read_claim(session)
    return Seen(server_id, read_gate(session), claim, is_moving)


def login_of_peer(session: Session) -> Optional[Login]:
    """Return how this member's channel reaches the peer; ``None`` without one whose password can be read."""
    channel = read_channel(session, "", session.variables()["datadir"])
    if channel is None or channel.settings.source_password is None:
        return None
    settings = channel.settings
    return Login(
        user=settings.source_user or "",
        password=settings.source_password,
        host=settings.source_host,
        port=settings.source_port or 3306,
        tls=bool(settings.tls),
        connect_timeout=ANSWER_SECONDS,
        answer_timeout=ANSWER_SECONDS,
    )
