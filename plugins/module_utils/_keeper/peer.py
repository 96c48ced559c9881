# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A keeper's session with the peer, and what is known of the peer: what it shows, or why it shows nothing."""

from __future__ import annotations

import time
from typing import Callable, Optional

from .._bookkeeping import write_note
from .._connection import Login, Session, connect
from .._errors import Refused, ServerError, TwowayError
from .._plan.keeper import Seen
from .._read.replication import read_semi_sync
from .fence import Fence
from .login import leads_elsewhere, login_of_peer
from .look import look_at
from .offer import Offer
from .resume import Resume
from .watch import Watch

NOTE_SECONDS = 1
LOGIN_SECONDS = 30
"""So seldom a peer that cannot be reached is looked for with another login than the one that is known."""
AWAY_SECONDS = 10
"""After so long without an answer a peer counts as away."""


class Peer:
    """The peer, over a session that is made anew whenever it is gone.

    :ivar session: ``None`` while there is none.
    :ivar login: the last one, by the channel.
    """

    def __init__(self, offer: Offer, fence: Fence, resume: Resume, hurry: Callable[[], None]) -> None:
        """Prepare.

        :param offer: what the session may hold on the peer.
        :param fence: what has to know how the peer was before it fell silent.
        :param resume: what looks how close behind the peer is.
        :param hurry: is told that the session has ended.
        """
        self.session: Optional[Session] = None
        self.login: Optional[Login] = None
        self._watch: Optional[Watch] = None
        self._note_path: Optional[str] = None
        self._offer = offer
        self._fence = fence
        self._resume = resume
        self._hurry = hurry
        self._obstacle: Optional[TwowayError] = None
        self._is_login_doubted = False
        self._answered_at = self._noted_at = self._followed_at = self._login_read_at = time.monotonic()

    def keep(self, note_path: str, watch: Watch) -> None:
        """From now on keep what the peer shows; the files are known once the own server has been seen.

        :param note_path: the file for whoever has to decide without the peer.
        :param watch: sees where the peer stands.
        """
        self._note_path, self._watch = note_path, watch

    @property
    def is_away(self) -> bool:
        """Whether the peer has not answered for long."""
        return time.monotonic() - self._answered_at > AWAY_SECONDS

    @property
    def trouble(self) -> str:
        """Why the peer does not answer, in brackets; empty while it does."""
        return " (%s)" % self._obstacle.message if self._obstacle else ""

    def look(self, own: Session) -> Optional[Seen]:
        """Return what the peer shows; ``None`` when it does not answer.

        :param own: tells how the channel reaches the peer.
        :raises ServerError: when that one does not tell.
        """
        try:
            if self.session is None:
                self._read_login(own)
        except Refused as error:
            self._miss(error)
            return None
        try:
            if self.session is None and self.login:
                self.session = connect(self.login)
            if self.session is None or self.login is None:
                self._obstacle = None
                return None
            seen = look_at(self.session)
            self._fence.see_peer(self.session, self.login, seen)
            self._note(self.session, seen)
            self._resume.see_peer(self.session)
            if self._watch:
                self._watch.see_peer(self.session, seen.server_id)
        except TwowayError as error:
            self._miss(error)
            return None
        self._obstacle = None
        self._answered_at = time.monotonic()
        return seen

    def _read_login(self, own: Session) -> None:
        """Read how the channel logs in, unless that is known: a server may be slow to tell of its channel."""
        is_old = time.monotonic() - self._login_read_at > LOGIN_SECONDS
        if self.login is None or self._is_login_doubted or is_old or leads_elsewhere(own, self.login):
            self._login_read_at, self._is_login_doubted = time.monotonic(), False
            self.login = login_of_peer(own)

    def _miss(self, error: TwowayError) -> None:
        """Do without the peer for now."""
        self.lose()
        self._fence.lose_peer(error)
        # An account, a password or a certificate may be another one by now.
        self._is_login_doubted = not isinstance(error, ServerError) or error.is_answer
        if not _is_same_absence(self._obstacle, error):
            self._obstacle = error

    def follow_channel(self, own: Session, after_seconds: float = 0) -> bool:
        """Leave a peer that the channel leads to no longer, because another server has taken its place; return whether.

        :param after_seconds: how long ago the channel has to have been looked at.
        """
        if time.monotonic() - self._followed_at < after_seconds:
            return False
        self._followed_at = time.monotonic()
        if self.session and self.login and leads_elsewhere(own, self.login):
            self.lose()
            self._fence.lose_peer(Refused("The channel leads to another server."))
            return True
        return False

    def lose(self) -> None:
        """End the session, and with it what it holds."""
        if self.session:
            self.session.close()
            self._login_read_at = time.monotonic()
            self._hurry()
        self.session = None
        self._offer.forget()

    def _note(self, session: Session, seen: Seen) -> None:
        """Keep what the peer showed, for whoever has to decide without it."""
        if self._note_path and time.monotonic() - self._noted_at > NOTE_SECONDS:
            content = {"at": time.time(), "gate": seen.gate, "is_semi_sync": read_semi_sync(session)}
            write_note(self._note_path, content)
            self._noted_at = time.monotonic()


def _is_same_absence(before: Optional[TwowayError], now: TwowayError) -> bool:
    """Return whether the peer is still away in the same way, for which the kernel has more than one word."""
    if not isinstance(before, ServerError) or not isinstance(now, ServerError) or now.is_answer:
        return False
    return (before.action, before.errno) == (now.action, now.errno)
