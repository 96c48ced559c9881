# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Moves the writes while the members do not see each other, so that each does its part alone."""

from __future__ import annotations

from typing import List

from ._claim import moving_writes, write_claim
from ._connection import Session, connect
from ._driver import is_timeout
from ._errors import Refused, ServerError
from ._executor import writable
from ._failover import drain, risks_of_loss, take_writes
from ._in_the_way import close_gate
from ._keeper.login import required_login_of_peer
from ._keeper.look import look_at
from ._patience import commits_at_once
from ._silence import ANSWERS, SILENT, look_for
from ._state.claim import SWITCHOVER


def refuse_when_peer_answers(session: Session) -> bool:
    """Return whether the peer hangs: its host takes connections, and its server, which may live, says nothing.

    :raises Refused: when the peer answers, so that it is not lost.
    """
    login = required_login_of_peer(session)
    found = look_for(login.host, login.port) if login.host else ANSWERS
    if found == SILENT:
        return False
    try:
        peer = connect(login)
        try:
            seen = look_at(peer)
        finally:
            peer.close()
    except ServerError as error:
        if not error.is_answer:
            # Where nobody knew how to get there a moment ago, it may be the way that is looked for in vain again.
            return found == ANSWERS and is_timeout(error)
        raise Refused(
            "The other member's server answers, and refuses this one (%s). It is not lost, and may take writes: stop"
            " it, or let this member in and move the writes with the playbook switch_over." % error.message
        ) from error
    raise Refused(
        "The other member answers, and its gate is %s. It is not lost: move the writes with the playbook switch_over."
        % seen.gate
    )


def risks_where_allowed(session: Session, accepts_loss: bool) -> List[str]:
    """Return why acknowledged transactions may be missing here.

    :raises Refused: when there is a risk that is not accepted.
    """
    risks = risks_of_loss(session)
    if risks and not accepts_loss:
        raise Refused(
            "Acknowledged transactions may be missing here: %s. Bring the lost member back, or name it in"
            " pair_fail_over_lossy to go on without them." % "; ".join(risks)
        )
    return risks


def apply_received(session: Session, timeout_seconds: int) -> None:
    """Wait until all that was received is applied, so that to take the writes needs no time."""
    with commits_at_once(session):
        drain(session, timeout_seconds)


def fail_over(session: Session, timeout_seconds: int) -> None:
    """Take the writes of a member that does not answer."""
    with commits_at_once(session):
        received = drain(session, timeout_seconds)
        with moving_writes(session, timeout_seconds):
            take_writes(session, look_at(session).server_id, received)


def fence(session: Session, target: int, patience_seconds: int) -> None:
    """Close this member's gate, and keep its keeper from opening it: by a claim of the peer's, who cannot be asked."""
    with moving_writes(session, patience_seconds):
        close_gate(session, patience_seconds)
        # No client's commit waits any more, now that the gate is closed; this one would, for the peer.
        with commits_at_once(session), writable(session, unlogged=False):
            write_claim(session, target, SWITCHOVER)
