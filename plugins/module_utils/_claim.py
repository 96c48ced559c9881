# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Claims to the writes, and the locks of whoever moves the writes on either member.

The table ``twoway.active`` is replicated and only ever added to, so that both members come to know every claim. A
lock is gone with the session that holds it, however that ends.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import Iterator, Optional

from ._connection import Session
from ._dialect.statement import sql
from ._errors import ServerError, TwowayError
from ._state.claim import Claim, newest, next_term

_LOCK = "twoway.writes"
_READY_LOCK = "twoway.ready"
_CUT_SECONDS = 30
"""So long the silence of whoever holds a lock on the peer is taken for thinking."""
# A schema that does not exist is an error of its own on MySQL.
_NO_SUCH_TABLE = (1049, 1146)


def read_claim(session: Session) -> Optional[Claim]:
    """Return the newest claim that this member knows; ``None`` where there is none.

    :raises ServerError: also when this session's account may not read the table.
    """
    try:
        rows = session.query(
            sql(
                "SELECT term, server_id, reason, received FROM twoway.active ORDER BY term DESC, server_id DESC LIMIT 1"
            ),
            "read who takes the writes",
        )
    except ServerError as error:
        if error.errno in _NO_SUCH_TABLE:
            return None
        raise
    if not rows:
        return None
    return Claim(int(rows[0]["term"]), int(rows[0]["server_id"]), rows[0]["reason"], rows[0]["received"])


def write_claim(
    session: Session, server_id: int, reason: str, seen: Optional[Claim] = None, received: str = ""
) -> Claim:
    """Let a member claim the writes, from this moment on. The session must be able to write.

    :param seen: the newest claim of the peer, where it is known; the new one is newer than that as well.
    """
    term = next_term(newest(read_claim(session), seen), time.time(), reason)
    claim = Claim(term, server_id, reason, received)
    session.query(
        sql(
            "INSERT INTO twoway.active (term, server_id, reason, received) VALUES ({}, {}, {}, {})",
            claim.term,
            claim.server_id,
            claim.reason,
            claim.received,
        ),
        "claim the writes",
    )
    return claim


def is_lock_used(session: Session) -> bool:
    """Return whether somebody is moving the writes of this member's pair."""
    return session.value(sql("SELECT IS_USED_LOCK({})", _LOCK), "look for others that move the writes") is not None


@contextmanager
def moving_writes(session: Session, timeout_seconds: int) -> Iterator[None]:
    """Keep others from moving the writes.

    :raises TwowayError: when somebody else is at it for longer than that.
    """
    question = sql("SELECT GET_LOCK({}, {})", _LOCK, timeout_seconds)
    if session.value(question, "reserve the move of the writes") != 1:
        raise TwowayError("Somebody else is moving the writes of this pair at this moment.")
    try:
        yield
    finally:
        # A session that is gone holds nothing any more.
        with suppress(ServerError):
            session.value(sql("SELECT RELEASE_LOCK({})", _LOCK), "end the move of the writes")


@contextmanager
def moving_writes_on(peer: Session, timeout_seconds: int) -> Iterator[None]:
    """Do the same on the peer. In a cut nothing tells its server of the end; it gives the lock back by itself then.

    :raises TwowayError: as :func:`moving_writes` does.
    """
    peer.limit_idleness(_CUT_SECONDS)
    try:
        with moving_writes(peer, timeout_seconds):
            yield
    finally:
        with suppress(ServerError):
            peer.limit_idleness()


def is_moving_here(session: Session) -> bool:
    """Return whether it is this very session that keeps others from moving the writes, by :func:`moving_writes`."""
    question = sql("SELECT IS_USED_LOCK({}) = CONNECTION_ID()", _LOCK)
    return bool(session.value(question, "see whether the move of the writes is still reserved"))


def say_ready(peer: Session) -> None:
    """Show the peer, until this session ends, that somebody waits here for the writes that it is to hand over.

    The peer's server ends it where it is silent for long, as in a cut, and gives back what else it holds.
    """
    peer.limit_idleness(_CUT_SECONDS)
    peer.value(sql("SELECT GET_LOCK({}, 0)", _READY_LOCK), "say that this member is ready for the writes")


def is_peer_ready(session: Session) -> bool:
    """Return whether somebody waits on the peer for the writes that this member is to hand over."""
    question = sql("SELECT IS_USED_LOCK({})", _READY_LOCK)
    return session.value(question, "look whether the peer is ready for the writes") is not None
