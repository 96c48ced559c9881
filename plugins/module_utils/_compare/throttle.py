# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Waits while a server has too much to do, or the replica is too far behind."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import List, Optional

from .._connection import Session
from .._dialect.statement import sql
from .._errors import TwowayError
from .._read.replication import LagReader, read_channel
from .._wait import wait_for

_LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Limits:
    """Above which load the comparison pauses; ``None`` for never.

    :ivar lag_seconds: of the replica.
    :ivar threads_running: statements that the source carries out at the same time.
    :ivar pause_seconds: how long one pause may last.
    """

    lag_seconds: Optional[float]
    threads_running: Optional[int]
    pause_seconds: float


class Throttle:
    """Looks at both servers from time to time."""

    def __init__(self, control: Session, channel: str, source: Session, limits: Limits) -> None:
        self._control = control
        self._channel = channel
        self._lag = LagReader(control, channel)
        self._source = source
        self._limits = limits
        self._looked_at = float("-inf")
        self.paused_seconds = 0.0

    def wait(self) -> None:
        """Return as soon as nothing stands above its limit.

        :raises TwowayError: when something stays there for longer than a pause may last.
        """
        begun = time.monotonic()
        if begun - self._looked_at < _LOOK_EVERY_SECONDS:
            return
        calm, busy = wait_for(self._busy, lambda seen: not seen, self._limits.pause_seconds)
        self._looked_at = time.monotonic()
        if not calm:
            raise TwowayError(
                "The comparison paused for %d s, and still %s." % (self._limits.pause_seconds, " and ".join(busy))
            )
        self.paused_seconds += self._looked_at - begun

    def _busy(self) -> List[str]:
        busy = []
        if self._limits.lag_seconds is not None:
            state = read_channel(self._control, self._channel)
            lag = self._lag.read(state)["lag_seconds"] if state else None
            if lag is not None and lag > self._limits.lag_seconds:
                busy.append("the replica is %s s behind" % lag)
        if self._limits.threads_running is not None:
            row = self._source.query(sql("SHOW GLOBAL STATUS LIKE 'Threads_running'"), "read the source's load")[0]
            if int(row["Value"]) > self._limits.threads_running:
                busy.append("the source runs %s statements at the same time" % row["Value"])
        return busy
