# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The proof that both channels move data: each member writes a row and sees the row of its peer arrive."""

from __future__ import annotations

import time
from typing import Any, Dict, Optional

from ._bookkeeping import ensure_bookkeeping, has_bookkeeping
from ._connection import Session
from ._dialect.statement import Raw, sql
from ._executor import writable
from ._wait import wait_for

_TIMED = "/timed"
_TIMED_ROUND_SECONDS = 3.0
"""How long the timed round waits: both members have just shown that they are there."""


def _send(session: Session, token: str) -> None:
    """Write this member's row. It is meant to be replicated, also from a member whose gate is closed."""
    with writable(session, unlogged=False):
        session.query(
            sql(
                "REPLACE INTO twoway.canary (server_id, token, sent_at) VALUES (@@GLOBAL.server_id, {}, {})",
                token,
                Raw("%.6f" % time.time()),
            ),
            "send the canary",
        )


def _receive(session: Session, token: str, timeout_seconds: float) -> Optional[float]:
    """Return when the peer sent the row with this token, by its clock; ``None`` when it did not arrive in time.

    A row of the timed round, which replaces that of the first, says the same of the first.
    """
    question = sql(
        "SELECT sent_at FROM twoway.canary WHERE server_id <> @@GLOBAL.server_id AND token IN ({}, {})",
        token,
        token + _TIMED,
    )
    arrived, sent_at = wait_for(
        lambda: session.value(question, "look for the peer's canary"),
        lambda found: found is not None,
        timeout_seconds,
        longest_pause_seconds=0.005,
    )
    return float(sent_at) if arrived else None


def exchange(session: Session, token: str, wait_seconds: float, is_check: bool) -> Dict[str, Any]:
    """Return whether the peer's canary ``arrived``, and how long it was on the way.

    A first round shows that both members take part at the same moment; only then does a second one measure. Where the
    members take part one after the other, the canary still arrives, and ``milliseconds`` is ``None``: not measured.

    :param is_check: write nothing; a canary cannot arrive then, and ``arrived`` is ``None``.
    """
    if is_check:
        return {"arrived": None, "milliseconds": None}
    _send(session, token)
    if _receive(session, token, wait_seconds) is None:
        return {"arrived": False, "milliseconds": None}
    _send(session, token + _TIMED)
    sent_at = _receive(session, token + _TIMED, _TIMED_ROUND_SECONDS)
    milliseconds = None if sent_at is None else round((time.time() - sent_at) * 1000, 1)
    return {"arrived": True, "milliseconds": milliseconds}


def send(session: Session, token: str, is_check: bool) -> None:
    """Write this member's row, for replicas to see."""
    if not is_check:
        _send(session, token)


def receive(session: Session, token: str, wait_seconds: float, is_check: bool) -> Dict[str, Any]:
    """Return, as :func:`exchange` does, whether another server's canary ``arrived``; write nothing."""
    if is_check:
        return {"arrived": None, "milliseconds": None}
    return {"arrived": _receive(session, token, wait_seconds) is not None, "milliseconds": None}


def prepare(session: Session, is_check: bool) -> bool:
    """Make the tables on this member alone where they are missing; return whether that was, or would be, a change."""
    if has_bookkeeping(session):
        return False
    if not is_check:
        ensure_bookkeeping(session)
    return True
