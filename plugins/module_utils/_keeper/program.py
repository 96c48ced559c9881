# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The keeper of a member's write gate, as a service of the member.

Members with one writer start with their gates closed. This opens the gate of the one that the newest claim names, and
closes that of any other. It changes nothing else, and keeps nothing but what it saw of the peer last, and how far
behind that this member is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any, Dict, Optional, Tuple

from .._bookkeeping import ALONE, LAG, PEER, read_state_file, state_path, write_state
from .._claim import moving_writes
from .._connection import Login, Session, connect
from .._errors import ServerError, TwowayError
from .._plan.keeper import CLOSE, OPEN, STAY, Seen, decide
from .._read.replication import read_semi_sync
from .._secret import Secret
from .look import ANSWER_SECONDS, login_of_peer, look_at
from .watch import Watch

WATCH = "watch"
"""The word, as a second argument, for a keeper that leaves the gate alone, because both members write."""
PAUSE_SECONDS = 0.4
NOTE_SECONDS = 1
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
        self._said = ""
        self._peer_answered_at = self._noted_at = time.monotonic()

    def run(self) -> None:
        """Keep the gate for ever."""
        while True:
            try:
                self._tick()
            except TwowayError as error:
                # The own server is away, or refuses; the next session may have more luck.
                self._say("waiting: %s" % error.message)
                _close(self._own)
                self._own = None
            time.sleep(PAUSE_SECONDS)

    def _tick(self) -> None:
        if self._own is None:
            self._own = self._connect()
        own, peer = look_at(self._own), self._look_at_peer(self._own)
        if self._keeps_gate:
            decision, reason = self._keep(self._own, own, peer)
            self._say("%s: %s" % ({STAY: own.gate, OPEN: "opened", CLOSE: "closed"}[decision], reason))
        else:
            self._say("watching: the peer %s" % ("answers" if peer else "does not answer"))
        if self._watch:
            self._watch.see_own(self._own)

    def _keep(self, session: Session, own: Seen, peer: Optional[Seen]) -> Tuple[str, str]:
        decision, reason = decide(own, peer, self._is_alone(own, peer))
        if decision == CLOSE:
            session.query(session.dialect.set_gate(is_open=False), "close the write gate")
        elif decision == OPEN:
            decision, reason = self._open(session)
        return decision, reason

    def _connect(self) -> Session:
        session = connect(self._login)
        paths = {name: state_path(session, name) for name in (ALONE, LAG, PEER)}
        self._paths = {name: path for name, path in paths.items() if path}
        if len(self._paths) < len(paths):
            raise TwowayError("The server at %s is not one of this host." % self._login.place)
        self._watch = self._watch or Watch(self._paths[LAG])
        return session

    def _open(self, session: Session) -> Tuple[str, str]:
        """Decide again, with the move of the writes reserved, and open the gate where that is still right."""
        with moving_writes(session, 0):
            own, peer = look_at(session), self._look_at_peer(session)
            decision, reason = decide(replace(own, is_moving=False), peer, self._is_alone(own, peer))
            if decision == OPEN:
                session.query(session.dialect.set_gate(is_open=True), "open the write gate")
        return decision, reason

    def _look_at_peer(self, session: Session) -> Optional[Seen]:
        """Return what the peer shows; ``None`` when it does not answer."""
        try:
            if self._peer is None:
                login = login_of_peer(session)
                self._peer = connect(login) if login else None
            if self._peer is None:
                return None
            seen = look_at(self._peer)
            self._note(self._peer, seen)
            if self._watch:
                self._watch.see_peer(self._peer, seen.server_id)
        except ServerError:
            _close(self._peer)
            self._peer = None
            return None
        self._peer_answered_at = time.monotonic()
        return seen

    def _note(self, peer: Session, seen: Seen) -> None:
        """Keep what the peer showed, for whoever has to decide without it."""
        if time.monotonic() - self._noted_at > NOTE_SECONDS:
            content = {"at": time.time(), "gate": seen.gate, "is_semi_sync": read_semi_sync(peer)}
            write_state(self._paths[PEER], content, is_durable=False)
            self._noted_at = time.monotonic()

    def _is_alone(self, own: Seen, peer: Optional[Seen]) -> bool:
        """Return whether the peer was away before already, and keep in mind whether it is."""
        term = (read_state_file(self._paths[ALONE]) or {}).get("term")
        if peer:
            if term is not None:
                os.unlink(self._paths[ALONE])
            return False
        is_away = time.monotonic() - self._peer_answered_at > ALONE_AFTER_SECONDS
        if is_away and own.gate == "open" and own.claim and term != own.claim.term:
            write_state(self._paths[ALONE], {"term": own.claim.term})
        return own.claim is not None and term == own.claim.term

    def _say(self, text: str) -> None:
        if text != self._said:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            self._said = text


def _close(session: Optional[Session]) -> None:
    if session:
        session.close()


def login_from(path: str) -> Login:
    """Return the login that a file of the member's administrator holds."""
    with open(path, encoding="utf-8") as file:
        values: Dict[str, Any] = json.load(file)
    password = values.pop("password", None)
    return Login(**values, password=None if password is None else Secret(password), answer_timeout=10 * ANSWER_SECONDS)


def main() -> None:
    """Run as a service; the first argument is the file with the login, and there may be :data:`WATCH`."""
    with suppress(KeyboardInterrupt):
        os.umask(0o077)
        Keeper(login_from(sys.argv[1]), keeps_gate=WATCH not in sys.argv[2:]).run()
