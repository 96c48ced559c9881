# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Turns the peer's host off when it has fallen silent, by a program that somebody has named for that.

Nobody on this side can tell a dead host from one behind a broken cable. One that is turned off accepts no writes for
certain, and so its writes may be taken, as long as its last commits had to wait for this member.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import Optional

from .._connection import Login, Session
from .._errors import Refused
from .._failover import refuse_standstill
from .._patience import patience_seconds
from .._plan.keeper import Seen, may_fence
from .._silence import is_silent
from .offer import is_takeover_wished

FENCE_FILE = "/etc/twoway/fence.json"


@dataclass(frozen=True)
class Settings:
    """What was chosen for a silent host.

    :ivar program: turns off the host whose address it is given, and ends with 0 once that is off.
    :ivar after_seconds: how long nothing has to come back from the host before that.
    :ivar interface: the way to the peer; a member whose own cable is out hears nobody.
    """

    program: str
    after_seconds: float
    interface: str


def read_settings() -> Optional[Settings]:
    """Return what was chosen; ``None`` where a silent host is left alone."""
    if not is_takeover_wished():
        return None
    try:
        with open(FENCE_FILE, encoding="utf-8") as file:
            found = json.load(file)
        return Settings(str(found["program"]), float(found["after_seconds"]), str(found["interface"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class _Contact:
    """What the peer showed.

    :ivar patience_seconds: how long its commits wait for this member.
    """

    at: float
    host: str
    port: int
    seen: Seen
    patience_seconds: float


class Fence:
    """The peer as it was before it fell silent, and what turns it off."""

    def __init__(self) -> None:
        self._last: Optional[_Contact] = None

    def see_peer(self, peer: Session, login: Login, seen: Seen) -> None:
        """Keep what the peer showed, which may be the last; from now on its silence ends the session soon."""
        settings = read_settings()
        if settings is None or login.host is None:
            self._last = None
            return
        peer.limit_silence_of_host(settings.after_seconds / 2)
        self._last = _Contact(time.monotonic(), login.host, login.port, seen, patience_seconds(peer))

    def is_due(self, own: Seen) -> bool:
        """Return whether the peer, which does not answer, took writes when it was seen last, and this member may."""
        return self._last is not None and may_fence(own, self._last.seen)

    def turn_off(self, session: Session) -> None:
        """Turn the peer's host off; tried once for each time that the peer was seen.

        :raises Refused: when the host is not silent, or not off for certain, or acknowledged rows could be missing.
        """
        last, settings, self._last = self._last, read_settings(), None
        if last is None or settings is None:
            raise Refused("the peer's host is not turned off: nothing is chosen that does so")
        if not last.patience_seconds:
            raise _left_alone("its commits did not wait for this member, so that acknowledged rows may be missing here")
        refuse_standstill(session)
        if not _has_carrier(settings.interface):
            raise _left_alone("this member's own cable, of %s, is out" % settings.interface)
        if not is_silent(last.host, last.port, settings.after_seconds / 2):
            raise _left_alone("the host answers")
        # From then on its commits waited for nobody, if it was cut off only.
        left = last.at + last.patience_seconds - time.monotonic()
        if left <= 0:
            raise _left_alone("it was seen last more than %g s ago" % last.patience_seconds)
        _run(settings.program, last.host, left)


def _run(program: str, host: str, timeout_seconds: float) -> None:
    # What the program says goes to the journal, as what this service says.
    try:
        done = subprocess.run([program, host], stdin=subprocess.DEVNULL, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired as error:
        reason = "%s had not ended when the peer's commits may have stopped waiting for this member, after %.1f s"
        raise _not_off(reason % (program, timeout_seconds)) from error
    except OSError as error:
        raise _not_off("%s cannot be run (%s)" % (program, error.strerror)) from error
    if done.returncode:
        raise _not_off("%s ended with %d" % (program, done.returncode))


def _has_carrier(interface: str) -> bool:
    try:
        with open("/sys/class/net/%s/carrier" % interface, encoding="ascii") as file:
            return file.read().strip() == "1"
    except OSError:
        return False


def _left_alone(reason: str) -> Refused:
    return Refused("the peer's host is not turned off: %s" % reason)


def _not_off(reason: str) -> Refused:
    return Refused("the peer's host may not be off, and its writes are not taken: %s" % reason)
