# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How the keeper of a dead server offers the writes to its peer, so that both cannot open their gates.

The offer is a lock on the peer's server, held by the keeper that makes it, under the account of the channel. It is made
when the own server is dead, which starts with its gate closed, and withdrawn before the own gate is opened, under the
lock of whoever moves the writes: while the peer holds that one and sees the offer, no gate of the other member is open.
"""

from __future__ import annotations

import os
from typing import Optional

from .._connection import Session
from .._dialect.statement import sql
from .._errors import ServerError, TwowayError
from .._plan.keeper import Seen, may_offer
from .._wait import wait_for
from .look import look_at
from .service import DIED, UNKNOWN, Service, how_it_ended, service_of

TAKEOVER_FILE = "/etc/twoway/takeover"
"""Where it is, the keeper of this member makes offers, and takes them."""

_END_SECONDS = 1
_NO_SUCH_SESSION, _NOT_OURS = 1094, 1095
"""What a server says of a session that is to end. One of another account makes no offer, see :func:`is_offered`."""


def is_takeover_wished() -> bool:
    """Return whether keepers may move the writes from a dead server."""
    return os.path.exists(TAKEOVER_FILE)


def is_offered(session: Session, term: int, user: str) -> bool:
    """Return whether the peer's keeper, which logs in here as that user, offers the writes of that term's claim."""
    question = sql(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK({}) AND USER = {}",
        _lock(term),
        user,
    )
    return int(session.value(question, "look for an offer of the writes")) == 1


def _lock(term: int) -> str:
    return "twoway.offer.%d" % term


def _holder(peer: Session, term: int) -> Optional[int]:
    found = peer.value(sql("SELECT IS_USED_LOCK({})", _lock(term)), "look for an offer of the writes")
    return None if found is None else int(found)


class Offer:
    """The offer that a keeper makes, or could have to make."""

    def __init__(self) -> None:
        self._service: Optional[Service] = None
        self._last: Optional[Seen] = None
        self._term: Optional[int] = None

    def watch(self, session: Session) -> None:
        """Take this for the session with the own server; until it has been seen there is nothing to offer."""
        self._service, self._last = service_of(session), None

    def note(self, own: Seen) -> None:
        """Keep what the own server showed, which may be the last."""
        self._last = own

    def make(self, peer: Session) -> bool:
        """Make the offer where the own server is dead and took the writes, and return whether that was now.

        :raises ServerError: when the peer does not answer.
        """
        if self._service is None or self._last is None:
            return False
        end = how_it_ended(self._service)
        if end == UNKNOWN:
            return False
        last, self._last = self._last, None
        if end != DIED or last.claim is None or not may_offer(last, look_at(peer)):
            return False
        lock = sql("SELECT GET_LOCK({}, 0)", _lock(last.claim.term))
        is_made = int(peer.value(lock, "offer the writes to the peer") or 0) == 1
        self._term = last.claim.term if is_made else None
        return is_made

    def withdraw(self, peer: Session, term: int) -> None:
        """Make sure that the peer sees no offer of that term's claim. The move of the writes is reserved on it.

        A session that ended here in a cut may still be there for hours, and an offer of an earlier service with it.

        :raises TwowayError: when it does not end.
        """
        if self._term is not None:
            peer.value(sql("SELECT RELEASE_LOCK({})", _lock(self._term)), "take the offer of the writes back")
        self._term = None
        holder = _holder(peer, term)
        if holder is None:
            return
        try:
            peer.query(sql("KILL {}", holder), "end a session that offers the writes")
        except ServerError as error:
            if error.errno == _NOT_OURS:
                return
            if error.errno != _NO_SUCH_SESSION:
                raise
        if not wait_for(lambda: _holder(peer, term), lambda found: found != holder, _END_SECONDS)[0]:
            raise TwowayError("An earlier offer of the writes still stands at the peer.")

    def forget(self) -> None:
        """Note that the session that held it is gone, and the offer with it."""
        self._term = None
