# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How a survivor takes the writes of a member that is lost: everything received comes first, and no commit waits.

Whoever calls this knows that the other member takes no writes any more; here nobody can know.
"""

from __future__ import annotations

import time
from typing import List, Optional

from ._bookkeeping import PEER, read_note
from ._claim import write_claim
from ._connection import Session
from ._errors import Refused
from ._executor import writable
from ._read.replication import read_channel
from ._read.server import read_started_at
from ._state.channel import FILE_POSITION, Channel
from ._state.claim import FAILOVER
from ._wait import wait_for

_START_SECONDS = 1
"""By so much a server may have been started later than it seems."""


def seconds_since_seen(session: Session) -> Optional[int]:
    """Return how long ago the keeper saw the peer last; ``None`` where nobody can tell."""
    noted = read_note(session, PEER)
    seconds = round(time.time() - noted["at"]) if noted else -1
    return seconds if seconds >= 0 else None


def risks_of_loss(session: Session, within_seconds: Optional[float] = None) -> List[str]:
    """Return why acknowledged transactions of the lost member may be missing here; empty when nothing is known.

    :param within_seconds: what was seen longer ago than that counts as nothing.
    """
    noted = read_note(session, PEER)
    if noted is None:
        return ["nothing is known of how the lost member acknowledged its commits"]
    # A moment that is still to come tells that the clock was set back: nothing is known of when that was.
    now = time.time()
    seconds = abs(now - noted["at"])
    age = "%d s before now" % round(seconds)
    if within_seconds is not None and seconds > within_seconds:
        return ["the lost member was seen last %s, and may have stopped waiting for this one since" % age]
    # Nobody looks while the server here is down, and the other one goes on without it.
    if not read_started_at(session) + _START_SECONDS < noted["at"] <= now:
        return [
            "the lost member was seen last %s, and not since the server here was started: it may have stopped waiting"
            " for this one meanwhile" % age
        ]
    if noted["gate"] == "open" and noted["is_semi_sync"] is not True:
        return ["when it was seen last, %s, the lost member did not wait for this one before it acknowledged" % age]
    return []


def take_writes(session: Session, server_id: int, received: str) -> None:
    """Claim the writes for this member and open its gate. The move of the writes is reserved for this session."""
    with writable(session, unlogged=False):
        write_claim(session, server_id, FAILOVER, received=received)
    session.query(session.dialect.set_gate(is_open=True), "open the write gate")


def drain(session: Session, timeout_seconds: int) -> str:
    """Wait until all that was received is applied, and return the place in the peer's binary log.

    The receiver and the applier are left as they are: a channel that stands still may drop what it received.

    :raises Refused: when that does not come to an end; what is not applied yet would be overtaken by new writes.
    """
    drained, channel = wait_for(
        lambda: read_channel(session, ""),
        lambda found: found is not None and (session.dialect.is_drained(found) or not found.applier_running),
        timeout_seconds,
    )
    if channel is None or not drained or not session.dialect.is_drained(channel):
        raise _not_drained(channel)
    return str(session.dialect.place_of_drained(channel) or "")


def refuse_standstill(session: Session) -> None:
    """Make sure that :func:`drain` can come to an end; how long it would take is not waited for.

    :raises Refused: when the applier stands still before it has applied everything.
    """
    channel = read_channel(session, "")
    if channel is None or not (session.dialect.is_drained(channel) or channel.applier_running):
        raise _not_drained(channel)


def _not_drained(channel: Optional[Channel]) -> Refused:
    if channel is None:
        return Refused("This member has no channel from a peer; there is no pair whose writes could move.")
    if channel.applier_trouble:
        remedy = "Repair it first."
    elif channel.settings.coordinates == FILE_POSITION and channel.receiver_state != "on":
        # No place tells a part of a transaction, of which the rest will never come, from one that is being applied.
        remedy = (
            "Run it again. Where no applier thread is at work any more, a part of a transaction was received, of which"
            " the lost member did not send the rest: bring that member back, or see docs/runbook/active-member-gone.md."
        )
    else:
        remedy = "Run it again, or raise timeout_seconds (pair_wait_seconds in the role)."
    return Refused(
        "Transactions that were received are not applied, and this member would lack them (%s). %s"
        % (channel.applier_trouble or "%s of %s is applied so far" % (channel.applied, channel.received), remedy)
    )
