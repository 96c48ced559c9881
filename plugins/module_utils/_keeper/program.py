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

from .._bookkeeping import ALONE, LAG, PATIENCE, PEER, read_note_file, state_path, write_note, write_state
from .._claim import moving_writes
from .._connection import Login, Session, connect, wait_for_end
from .._errors import Refused, ServerError, TwowayError
from .._failover import drain, risks_of_loss, take_writes
from .._patience import commits_at_once, restore_patience
from .._plan.keeper import CLOSE, OPEN, STAY, TAKE, Seen, decide
from .._read.replication import read_semi_sync
from .._read.server import read_gate
from .fence import Fence, read_boot, read_settings
from .login import SILENT_SECONDS, leads_elsewhere, login_from, login_of_peer
from .look import look_at
from .offer import Offer, is_offered, is_takeover_wished
from .resume import Resume
from .senders import Senders
from .told import tell_gate
from .watch import Watch

WATCH = "watch"
"""The word, as a second argument, for a keeper that leaves the gate alone, because both members write."""
PAUSE_SECONDS = 0.4
FENCING_PAUSE_SECONDS = 0.2
"""Where a silent host is to be turned off soon."""
LOOK_SECONDS = 0.1
"""Between two looks at the own gate alone, which decide nothing but are told."""
URGENT_PAUSE_SECONDS = 0.02
URGENT_SECONDS = 10
"""For so long after a session has ended each moment counts."""
DRAIN_SECONDS = 10
"""A standby with more than that to apply takes no writes: the dead server is back sooner."""
SEEN_SECONDS = 3
"""As long, by default, commits wait for a replica before they go on without: what was seen before tells nothing."""
NOTE_SECONDS = 1
FOLLOW_SECONDS = 10
"""So seldom a member with a closed gate asks whether its channel leads to another server by now."""
ALONE_AFTER_SECONDS = 10
"""After so long without an answer a peer counts as away."""


class Keeper:
    """One member's keeper."""

    def __init__(self, login: Login, keeps_gate: bool) -> None:
        self._login = login
        self._keeps_gate = keeps_gate
        self._own: Optional[Session] = None
        self._peer: Optional[Session] = None
        self._paths: Dict[str, str] = {}
        self._watch: Optional[Watch] = None
        self._said = self._told = ""
        self._obstacle: Optional[TwowayError] = None
        self._peer_login: Optional[Login] = None
        self._offer = Offer()
        self._fence = Fence()
        self._resume = Resume()
        self._senders = Senders()
        self._urgent_until = 0.0
        self._may_retry = False
        self._peer_answered_at = self._noted_at = self._followed_at = time.monotonic()

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
                    self._tell("away")
                    self._say("waiting: %s" % error.message)
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
        self._tell(own.gate)
        # A server may be slow to tell of its channels, which must not send clients away.
        if own.gate != "open" and time.monotonic() - self._followed_at > FOLLOW_SECONDS:
            self._follow_channel(self._own)
        peer = self._look_at_peer(self._own)
        if self._keeps_gate:
            decision, reason = self._keep(self._own, own, peer)
            done = {STAY: own.gate, OPEN: "opened", CLOSE: "closed", TAKE: "taken over"}[decision]
            self._say("%s: %s%s" % (done, reason, self._trouble))
        else:
            self._say("watching: the peer %s%s" % ("answers" if peer else "does not answer", self._trouble))
        if self._watch:
            self._watch.see_own(self._own)
        restore_patience(self._own, self._paths[PATIENCE])
        if self._told == "open" and self._resume.see_own(self._own):
            self._say("commits wait for the peer again")
        if self._senders.set_free(self._own, is_open=self._told == "open"):
            self._say("the server held a sender at its end, which was set free: the peer can follow")

    def _keep(self, session: Session, own: Seen, peer: Optional[Seen]) -> Tuple[str, str]:
        decision, reason = decide(own, peer, self._is_alone(own, peer), self._is_offered(session, own))
        if decision == CLOSE:
            self._tell("closed")
            self._set_gate(session, is_open=False)
        elif decision == OPEN:
            decision, reason = self._open(session)
        elif decision == TAKE:
            decision, reason = self._take(session)
        elif peer is None and self._fence.is_due(own):
            decision, reason = self._take_from_silent(session)
        return decision, reason

    def _connect(self) -> Session:
        session = connect(self._login)
        paths = {name: state_path(session, name) for name in (ALONE, LAG, PATIENCE, PEER)}
        self._paths = {name: path for name, path in paths.items() if path}
        if len(self._paths) < len(paths):
            raise TwowayError("The server at %s is not one of this host." % self._login.place)
        session.limit_silence(SILENT_SECONDS)
        self._watch = self._watch or Watch(self._paths[LAG])
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
        sessions = [session for session in (self._own, self._peer) if session]
        deadline = time.monotonic() + seconds
        with suppress(ServerError):
            while time.monotonic() < deadline:
                if wait_for_end(sessions, min(LOOK_SECONDS, seconds)) or read_gate(self._own) != self._told:
                    return

    def _set_gate(self, session: Session, is_open: bool) -> None:
        if not is_open:
            # It waits behind statements that run. Given up here it would wait on in the server, and so would the next.
            session.limit_silence(None)
        session.query(session.dialect.set_gate(is_open=is_open), "%s the write gate" % ("open" if is_open else "close"))
        session.limit_silence(SILENT_SECONDS)

    def _open(self, session: Session) -> Tuple[str, str]:
        """Decide again, with the move of the writes reserved on both members, and open the gate where it is right."""
        self._follow_channel(session)
        with ExitStack() as stack:
            stack.enter_context(moving_writes(session, 0))
            reserved = self._peer
            if reserved:
                stack.enter_context(moving_writes(reserved, 0))
            own, peer = look_at(session), self._look_at_peer(session)
            if self._peer is not reserved:
                return STAY, "the peer has come or gone at this moment"
            own, peer = replace(own, is_moving=False), peer and replace(peer, is_moving=False)
            decision, reason = decide(own, peer, self._is_alone(own, peer))
            if decision == OPEN:
                if reserved and own.claim:
                    self._offer.withdraw(reserved, own.claim.term)
                self._set_gate(session, is_open=True)
                self._tell("open")
        return decision, reason

    def _is_offered(self, session: Session, own: Seen) -> bool:
        """Return whether the peer's keeper offers the writes, which are to be taken then."""
        claim, login = own.claim, self._peer_login
        if claim is None or claim.server_id == own.server_id or login is None or not is_takeover_wished():
            return False
        # Both members log in at each other with an account of the same name.
        return is_offered(session, claim.term, login.user)

    def _take(self, session: Session) -> Tuple[str, str]:
        """Take the writes that the peer's keeper offers, with the move of the writes reserved."""
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
            if not self._is_offered(session, own):
                return STAY, "the offer of the writes was withdrawn"
            take_writes(session, own.server_id, received)
            self._tell("open")
        return TAKE, "the peer's server died; to apply what it had sent took %.2f s" % waited

    def _take_from_silent(self, session: Session) -> Tuple[str, str]:
        """Take the writes of a peer whose host is silent, once that is off."""
        try:
            # Before the lock is taken: a peer that lives may look here, and offer its writes only where nobody moves.
            self._fence.make_sure(session)
            with moving_writes(session, 0):
                own = look_at(session)
                if not self._fence.is_due(replace(own, is_moving=False)):
                    return STAY, "the writes have moved at this moment"
                self._fence.turn_off()
                with commits_at_once(session):
                    received = drain(session, DRAIN_SECONDS)
                    self._fence.require_off()
                    take_writes(session, own.server_id, received)
                self._tell("open")
        except Refused as error:
            return STAY, "the peer's host is off; %s" % error.message if self._fence.is_off else error.message
        return TAKE, "the peer's host was silent, and is off"

    def _offer_writes(self) -> None:
        """Offer the writes to the peer, where the own server took them and is dead."""
        if self._keeps_gate and self._peer and is_takeover_wished():
            try:
                if self._offer.make(self._peer):
                    self._say("offered the writes to the peer: the own server died")
            except ServerError:
                self._lose_peer()

    def _follow_channel(self, session: Session) -> None:
        """Leave a peer that the channel leads to no longer, because another server has taken its place."""
        if self._peer and self._peer_login and leads_elsewhere(session, self._peer_login):
            self._lose_peer()
            self._fence.lose_peer(Refused("The channel leads to another server."))
        self._followed_at = time.monotonic()

    def _look_at_peer(self, session: Session) -> Optional[Seen]:
        """Return what the peer shows; ``None`` when it does not answer."""
        try:
            if self._peer is None:
                self._peer_login = login_of_peer(session)
                self._peer = connect(self._peer_login) if self._peer_login else None
            if self._peer is None or self._peer_login is None:
                self._obstacle = None
                return None
            seen = look_at(self._peer)
            self._fence.see_peer(self._peer, self._peer_login, seen)
            self._note(self._peer, seen)
            self._resume.see_peer(self._peer)
            if self._watch:
                self._watch.see_peer(self._peer, seen.server_id)
        except TwowayError as error:
            self._lose_peer()
            self._fence.lose_peer(error)
            if not _is_same_absence(self._obstacle, error):
                self._obstacle = error
            return None
        self._obstacle = None
        self._peer_answered_at = time.monotonic()
        return seen

    @property
    def _trouble(self) -> str:
        return " (%s)" % self._obstacle.message if self._obstacle else ""

    def _lose_own(self) -> None:
        if self._own:
            self._own.close()
            self._hurry()
        self._own = None
        self._fence.lose_own()

    def _lose_peer(self) -> None:
        if self._peer:
            self._peer.close()
            self._hurry()
        self._peer = None
        self._offer.forget()

    def _hurry(self) -> None:
        """Note that a server may have died, so that each moment counts where the writes may be taken from it."""
        self._urgent_until = time.monotonic() + (URGENT_SECONDS if is_takeover_wished() else 0)

    def _note(self, peer: Session, seen: Seen) -> None:
        """Keep what the peer showed, for whoever has to decide without it."""
        if time.monotonic() - self._noted_at > NOTE_SECONDS:
            content = {"at": time.time(), "gate": seen.gate, "is_semi_sync": read_semi_sync(peer)}
            write_note(self._paths[PEER], content)
            self._noted_at = time.monotonic()

    def _is_alone(self, own: Seen, peer: Optional[Seen]) -> bool:
        """Return whether the peer was away before already, and keep in mind whether it is."""
        noted = read_note_file(self._paths[ALONE]) or {}
        if peer:
            if noted:
                os.unlink(self._paths[ALONE])
            return False
        # Where a silent host is turned off, that may be this one: it opens no gate alone when it is on again.
        is_off, may_be_off = self._fence.is_off, read_settings() is not None
        is_away = is_off or (not may_be_off and time.monotonic() - self._peer_answered_at > ALONE_AFTER_SECONDS)
        note = {"term": own.claim.term, "boot": read_boot() if is_off else None} if own.claim else {}
        if is_away and own.gate == "open" and note and noted != note:
            # Where that cannot be kept in mind, a start without the peer waits for it; the gate is kept all the same.
            with suppress(OSError):
                write_state(self._paths[ALONE], note)
        is_noted = bool(note) and noted.get("term") == note["term"]
        return is_off or (is_noted and (not may_be_off or noted.get("boot") == read_boot()))

    def _tell(self, gate: str) -> None:
        """Tell whoever leads clients here whether their writes are accepted."""
        if gate != self._told:
            tell_gate(gate == "open")
            self._told = gate

    def _say(self, text: str) -> None:
        if text != self._said:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            self._said = text


def _is_same_absence(before: Optional[TwowayError], now: TwowayError) -> bool:
    """Return whether the peer is still away in the same way, for which the kernel has more than one word."""
    if not isinstance(before, ServerError) or not isinstance(now, ServerError) or now.is_answer:
        return False
    return (before.action, before.errno) == (now.action, now.errno)


def main() -> None:
    """Run as a service; the first argument is the file with the login, and there may be :data:`WATCH`."""
    with suppress(KeyboardInterrupt):
        os.umask(0o077)
        Keeper(login_from(sys.argv[1]), keeps_gate=WATCH not in sys.argv[2:]).run()
