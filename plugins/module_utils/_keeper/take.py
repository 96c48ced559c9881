# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How a keeper takes the writes of its peer: those that were offered, and those of a host that was turned off."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Optional, Tuple

from .._claim import moving_writes
from .._connection import Login, Session
from .._errors import Refused
from .._failover import drain, risks_of_loss, take_writes
from .._patience import commits_at_once
from .._plan.keeper import STAY, TAKE, Seen
from .fence import Fence
from .look import look_at
from .offer import is_offered, is_takeover_wished
from .told import Told

DRAIN_SECONDS = 10
"""A standby with more than that to apply takes no writes: the dead server is back sooner."""
SEEN_SECONDS = 3
"""As long, by default, commits wait for a replica before they go on without: what was seen before tells nothing."""


def is_offered_here(session: Session, own: Seen, login: Optional[Login]) -> bool:
    """Return whether the peer's keeper offers the writes, which are to be taken then.

    :param login: this keeper's own at the peer; both members log in at each other with an account of the same name.
    """
    claim = own.claim
    if claim is None or claim.server_id == own.server_id or login is None or not is_takeover_wished():
        return False
    return is_offered(session, claim.term, login.user)


def take_offered(session: Session, login: Optional[Login], told: Told) -> Tuple[str, str]:
    """Take the writes that the peer's keeper offers, with the move of the writes reserved, and return what was decided.

    :param login: as of :func:`is_offered_here`.
    """
    risks = risks_of_loss(session, SEEN_SECONDS)
    if risks:
        return STAY, "acknowledged transactions may be missing: %s" % "; ".join(risks)
    with moving_writes(session, 0), commits_at_once(session):
        began = time.monotonic()
        try:
            received = drain(session, DRAIN_SECONDS)
        except Refused as error:
            return STAY, error.message
        waited = time.monotonic() - began
        own = look_at(session)
        # Looked at last: as long as the offer stands, the peer opens no gate without the lock that is held here.
        if not is_offered_here(session, own, login):
            return STAY, "the offer of the writes was withdrawn"
        take_writes(session, own.server_id, received)
        told.tell("open")
    return TAKE, "the peer's server died; to apply what it had sent took %.2f s" % waited


def take_from_silent(session: Session, fence: Fence, told: Told) -> Tuple[str, str]:
    """Take the writes of a peer whose host is silent, once that is off, and return what was decided."""
    try:
        # Before the lock is taken: a peer that lives may look here, and offer its writes only where nobody moves.
        fence.make_sure(session)
        with moving_writes(session, 0):
            own = look_at(session)
            if not fence.is_due(replace(own, is_moving=False)):
                return STAY, "the writes have moved at this moment"
            fence.turn_off()
            with commits_at_once(session):
                received = drain(session, DRAIN_SECONDS)
                fence.require_off()
                take_writes(session, own.server_id, received)
            told.tell("open")
    except Refused as error:
        return STAY, "the peer's host is off; %s" % error.message if fence.is_off else error.message
    return TAKE, "the peer's host was silent, and is off"
