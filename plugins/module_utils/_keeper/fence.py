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
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Optional

from .._connection import Login, Session
from .._driver import is_timeout
from .._errors import Refused, ServerError, TwowayError
from .._failover import refuse_standstill
from .._patience import patience_seconds
from .._plan.keeper import Seen, may_fence, takes_writes
from .._silence import is_silent
from .offer import is_takeover_wished

FENCE_FILE = "/etc/twoway/fence.json"
KERNEL_SECONDS = 0.4
"""So much later than it is told to does the kernel notice that nothing is confirmed."""
MOST_SECONDS = 60
"""A program that takes longer is given up, however long the peer's commits wait."""
STILL_OFF_SECONDS = 2
"""No host is on again sooner."""
WHOLE_SECONDS = 10
"""A server that has started has received again by then what its start may have dropped."""


@dataclass(frozen=True)
class Settings:
    """What was chosen for a silent host.

    :ivar program: turns off the host whose address it is given, and ends with 0 once that is off.
    :ivar after_seconds: how long nothing has to come back from the host before that; 0.6 is the least.
    :ivar interface: the way to the peer; a member whose own cable is out hears nobody.
    """

    program: str
    after_seconds: float
    interface: str

    @property
    def probe_seconds(self) -> float:
        """How long it takes in the end to send the host three packets anew."""
        return 0.3 * self.after_seconds

    @property
    def unconfirmed_seconds(self) -> float:
        """What the kernel is told, so that it notices a silence early enough for the probe."""
        return self.after_seconds - self.probe_seconds - KERNEL_SECONDS


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


def read_boot() -> str:
    """Return what is another after each start of this host."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


@dataclass(frozen=True)
class _Contact:
    """What the peer showed.

    :ivar patience_seconds: how long its commits wait for this member.
    :ivar cable: what the kernel told of the own cable.
    """

    at: float
    host: str
    port: int
    seen: Seen
    patience_seconds: float
    cable: str


class Fence:
    """The peer as it was before it fell silent, and whether its host was turned off then."""

    def __init__(self) -> None:
        self._last: Optional[_Contact] = None
        self._off: Optional[_Contact] = None
        self._off_at = 0.0
        self._is_whole_from = time.monotonic() + WHOLE_SECONDS

    @property
    def is_off(self) -> bool:
        """Whether the peer's host was turned off, and the peer was not seen since."""
        return self._off is not None

    def see_peer(self, peer: Session, login: Login, seen: Seen) -> None:
        """Keep what the peer showed, which may be the last; the silence of who takes the writes is noticed soon.

        :raises ServerError: when the peer falls silent meanwhile; what it showed before is the last then.
        """
        self._off = None
        settings = read_settings()
        if login.host is None:
            return
        if settings is None or not takes_writes(seen):
            # A session that may hold a lock there would be left behind without a word, for hours.
            peer.limit_silence_of_host(0)
            self._last = None
            return
        peer.limit_silence_of_host(settings.unconfirmed_seconds)
        now, cable = time.monotonic(), _cable(settings.interface)
        contact = _Contact(now, login.host, login.port, seen, patience_seconds(peer), cable)
        self._last = contact if now > self._is_whole_from else None

    def lose_peer(self, error: TwowayError) -> None:
        """Note why the peer does not answer; a host whose kernel still confirms what it receives is not silent."""
        if not isinstance(error, ServerError) or error.is_answer or is_timeout(error):
            self._last = None

    def lose_own(self) -> None:
        """Note that the own server is away; what it had received may be gone with it, and has to come again."""
        self._last = None
        self._is_whole_from = time.monotonic() + WHOLE_SECONDS

    def is_due(self, own: Seen) -> bool:
        """Return whether this member may take the writes of the peer, which does not answer, once its host is off."""
        contact = self._last
        if self._off and self._off_at > self._is_whole_from:
            contact = self._off
        return contact is not None and may_fence(own, contact.seen)

    def make_sure(self, session: Session) -> None:
        """Make sure that the peer's host is silent, and that its writes can be taken once it is off.

        :raises Refused: with the reason why it is left alone; that is final until the peer was seen again.
        """
        if self._off:
            return
        last, settings, self._last = self._last, read_settings(), None
        if last is None or settings is None:
            raise _left_alone("nothing is chosen that does so")
        if not last.patience_seconds:
            raise _left_alone("its commits did not wait for this member, so that acknowledged rows may be missing here")
        refuse_standstill(session)
        if not is_silent(last.host, last.port, settings.probe_seconds):
            raise _left_alone("the host answers")
        if not _is_plugged_in(settings.interface) or _cable(settings.interface) != last.cable:
            raise _left_alone("this member's own cable, of %s, is out, or was" % settings.interface)
        self._last = last

    def turn_off(self) -> None:
        """Turn the peer's host off, which is silent; once it is off that is kept in mind until the peer is seen.

        :raises Refused: when it is not off for certain, or acknowledged rows could be missing.
        """
        if self._off:
            return
        last, settings, self._last = self._last, read_settings(), None
        if last is None or settings is None:
            raise _left_alone("nothing is chosen that does so")
        # After that its commits may have waited for nobody, if it was cut off only.
        left = last.at + last.patience_seconds - time.monotonic()
        if left <= 0:
            raise _left_alone("it was seen last more than %g s ago" % last.patience_seconds)
        _run(settings.program, last.host, min(left, MOST_SECONDS))
        self._off, self._off_at = last, time.monotonic()

    def require_off(self) -> None:
        """Make sure that nobody has turned the host on again since; it is looked at where that can have been.

        :raises Refused: when it answers.
        """
        contact, seconds = self._off, time.monotonic() - self._off_at
        if contact and seconds > STILL_OFF_SECONDS and not is_silent(contact.host, contact.port):
            self._off = None
            raise Refused("the peer's host was turned off, and answers again")


def _run(program: str, host: str, timeout_seconds: float) -> None:
    try:
        # What the program says goes to the journal, as what this service says.
        process = subprocess.Popen([program, host], stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise _not_off("%s cannot be run (%s)" % (program, error.strerror)) from error
    try:
        status = process.wait(timeout_seconds)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise _not_off("%s had not ended after %.1f s" % (program, timeout_seconds)) from error
    if status:
        raise _not_off("%s ended with %d" % (program, status))


def _is_plugged_in(interface: str) -> bool:
    return _tell(interface, "carrier") == "1"


def _cable(interface: str) -> str:
    """Return what changes whenever the cable is plugged in or out."""
    return _tell(interface, "carrier_changes")


def _tell(interface: str, what: str) -> str:
    try:
        with open("/sys/class/net/%s/%s" % (interface, what), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _left_alone(reason: str) -> Refused:
    return Refused("the peer's host is not turned off: %s" % reason)


def _not_off(reason: str) -> Refused:
    return Refused("the peer's host may be off or not, and its writes are not taken: %s" % reason)
