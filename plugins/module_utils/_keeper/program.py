# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The keeper of a member's write gate, as a service of the member.

Members with one writer start with their gates closed. This opens the gate of the one that the newest claim names, and
closes that of any other. It changes nothing else, and keeps nothing but what it saw of the peer last, and how far
behind that this member is. How the gate is stands in a file, for whatever leads clients to where writes are accepted.
Where that was chosen, the keeper of a server that died gives the writes away, and the keeper of the peer takes them;
it takes those of a silent host as well, once that is turned off.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Dict, Optional, Tuple

from .._bookkeeping import ALONE, LAG, PATIENCE, PEER, state_path
from .._claim import moving_writes, moving_writes_on
from .._connection import Login, Session, connect, wait_for_end
from .._errors import ServerError, TwowayError
from .._patience import restore_patience
from .._plan.keeper import CLOSE, OPEN, STAY, TAKE, Seen, decide
from .._read.server import read_gate
from .alone import is_alone
from .fence import Fence, read_settings
from .login import SILENT_SECONDS, login_from
from .look import look_at
from .offer import Offer, is_takeover_wished
from .peer import Peer
from .resume import Resume
from .senders import Senders
from .take import is_offered_here, take_from_silent, take_offered
from .told import Told
from .watch import Watch

WATCH = "watch"
"""The word, as a second argument, for a keeper that leaves the gate alone, because both members write."""
PAUSE_SECONDS = 0.4
FENCING_PAUSE_SECONDS = 0.1
"""Where a silent host is to be turned off soon."""
LOOK_SECONDS = 0.1
"""Between two looks at the own gate alone, which decide nothing but are told."""
URGENT_PAUSE_SECONDS = 0.02
URGENT_SECONDS = 10
"""For so long after a session has ended each moment counts."""
FOLLOW_SECONDS = 10
"""So seldom it is asked whether the channel leads to another server by now."""


class Keeper:
    """One member's keeper."""

    def __init__(self, login: Login, keeps_gate: bool) -> None:
        self._login = login
        self._keeps_gate = keeps_gate
        self._own: Optional[Session] = None
        self._paths: Dict[str, str] = {}
        self._watch: Optional[Watch] = None
        self._told = Told()
        self._offer = Offer()
        self._fence = Fence()
        self._resume = Resume()
        self._senders = Senders()
        self._peer = Peer(self._offer, self._fence, self._resume, self._hurry)
        self._urgent_until = 0.0
        self._may_retry = False

    def run(self) -> None:
        """Keep the gate for ever."""
        while True:
            try:
                self._tick()
                self._may_retry = True
            except TwowayError as error:
                # The own server is away, or refuses; the next session may have more luck.
                self._lose_own()
                if not self._is_back():
                    self._told.tell("away")
                    self._told.say("waiting: %s" % error.message)
                    self._offer_writes()
            self._pause()

    def _is_back(self) -> bool:
        """Return whether there is a new session at once, after one that went well: its end alone sends nobody away."""
        may_retry, self._may_retry = self._may_retry, False
        if may_retry:
            with suppress(TwowayError):
                self._own = self._connect()
        return self._own is not None

    def _tick(self) -> None:
        if self._own is None:
            self._own = self._connect()
        own = look_at(self._own)
        self._offer.note(own)
        self._told.tell(own.gate)
        self._peer.follow_channel(self._own, FOLLOW_SECONDS)
        peer = self._peer.look(self._own)
        if self._keeps_gate:
            decision, reason = self._keep(self._own, own, peer)
            done = {STAY: own.gate, OPEN: "opened", CLOSE: "closed", TAKE: "taken over"}[decision]
            self._told.say("%s: %s%s" % (done, reason, self._peer.trouble))
        else:
            self._told.say("watching: the peer %s%s" % ("answers" if peer else "does not answer", self._peer.trouble))
        if self._watch:
            self._watch.see_own(self._own)
        restore_patience(self._own, self._paths[PATIENCE])
        if self._told.gate == "open" and self._resume.see_own(self._own):
            self._told.say("commits wait for the peer again")
        if self._senders.set_free(self._own, is_open=self._told.gate == "open"):
            self._told.say("the server held a sender at its end, which was set free: the peer can follow")

    def _keep(self, session: Session, own: Seen, peer: Optional[Seen]) -> Tuple[str, str]:
        decision, reason = decide(own, peer, self._is_alone(own, peer), is_offered_here(session, own, self._peer.login))
        if decision == CLOSE and decide(own, None, is_alone=False)[0] != CLOSE and self._peer.follow_channel(session):
            # Only the peer named another writer, and its place has been taken.
            return STAY, "the channel leads to another server by now"
        if decision == CLOSE:
            self._told.tell("closed")
            # It may take hours, in which the journal would tell of an open gate.
            self._told.say("closing: %s" % reason)
            self._set_gate(session, is_open=False)
        elif decision == OPEN:
            decision, reason = self._open(session)
        elif decision == TAKE:
            decision, reason = take_offered(session, self._peer.login, self._told)
        elif peer is None and self._fence.is_due(own):
            decision, reason = take_from_silent(session, self._fence, self._told)
        return decision, reason

    def _connect(self) -> Session:
        session = connect(self._login)
        paths = {name: state_path(session, name) for name in (ALONE, LAG, PATIENCE, PEER)}
        self._paths = {name: path for name, path in paths.items() if path}
        if len(self._paths) < len(paths):
            raise TwowayError("The server at %s is not one of this host." % self._login.place)
        session.limit_silence(SILENT_SECONDS)
        self._watch = self._watch or Watch(self._paths[LAG])
        self._peer.keep(self._paths[PEER], self._watch)
        self._offer.watch(session)
        return session

    def _pause(self) -> None:
        """Wait for the next decision, and look at the gate meanwhile; a change of it, or of a server, is urgent."""
        is_urgent = time.monotonic() < self._urgent_until
        calm_seconds = FENCING_PAUSE_SECONDS if read_settings() else PAUSE_SECONDS
        seconds = URGENT_PAUSE_SECONDS if is_urgent else calm_seconds
        if self._own is None:
            # There is no server to look at meanwhile.
            time.sleep(seconds)
            return
        sessions = [session for session in (self._own, self._peer.session) if session]
        deadline = time.monotonic() + seconds
        with suppress(ServerError):
            while time.monotonic() < deadline:
                if wait_for_end(sessions, min(LOOK_SECONDS, seconds)) or read_gate(self._own) != self._told.gate:
                    return

    def _set_gate(self, session: Session, is_open: bool) -> None:
        if not is_open:
            # It waits behind statements that run. Given up here it would wait on in the server, and so would the next.
            session.limit_silence(None)
        session.query(session.dialect.set_gate(is_open=is_open), "%s the write gate" % ("open" if is_open else "close"))
        session.limit_silence(SILENT_SECONDS)

    def _open(self, session: Session) -> Tuple[str, str]:
        """Decide again, with the move of the writes reserved on both members, and open the gate where it is right."""
        self._peer.follow_channel(session)
        with ExitStack() as stack:
            stack.enter_context(moving_writes(session, 0))
            reserved = self._peer.session
            if reserved:
                stack.enter_context(moving_writes_on(reserved, 0))
            own, peer = look_at(session), self._peer.look(session)
            if self._peer.session is not reserved:
                return STAY, "the peer has come or gone at this moment"
            own, peer = replace(own, is_moving=False), peer and replace(peer, is_moving=False)
            decision, reason = decide(own, peer, self._is_alone(own, peer))
            if decision == OPEN:
                if reserved and own.claim:
                    self._offer.withdraw(reserved, own.claim.term)
                self._set_gate(session, is_open=True)
                self._told.tell("open")
        return decision, reason

    def _offer_writes(self) -> None:
        """Offer the writes to the peer, where the own server took them and is dead."""
        if self._keeps_gate and self._peer.session and is_takeover_wished():
            try:
                if self._offer.make(self._peer.session):
                    self._told.say("offered the writes to the peer: the own server died")
            except ServerError:
                self._peer.lose()

    def _lose_own(self) -> None:
        if self._own:
            self._own.close()
            self._hurry()
        self._own = None
        self._fence.lose_own()

    def _hurry(self) -> None:
        """Note that a server may have died, so that each moment counts where the writes may be taken from it."""
        self._urgent_until = time.monotonic() + (URGENT_SECONDS if is_takeover_wished() else 0)

    def _is_alone(self, own: Seen, peer: Optional[Seen]) -> bool:
        return is_alone(self._paths[ALONE], own, peer is not None, self._peer.is_away, self._fence.is_off)


def main() -> None:
    """Run as a service; the first argument is the file with the login, and there may be :data:`WATCH`."""
    with suppress(KeyboardInterrupt):
        os.umask(0o077)
        Keeper(login_from(sys.argv[1]), keeps_gate=WATCH not in sys.argv[2:]).run()
