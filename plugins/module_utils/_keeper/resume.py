# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Makes the commits of the own server wait for the peer again, soon after the peer is back.

A source that gave up waiting begins again by itself only at a moment at which its replica has everything. Under writes
without a pause there may be none, and all that is acknowledged meanwhile is on one member alone.
"""

from __future__ import annotations

import time
from typing import Optional, Tuple

from .._connection import Session
from .._patience import has_given_up, wait_again
from .._state.lag import has_all

CLOSE_SECONDS = 1.5
"""A peer that lacks nothing older is close behind: no commit waits for it much longer than that."""
AGAIN_SECONDS = 30
"""So long at least it waits no more where it gave up once more: a peer that never acknowledges costs little."""


class Resume:
    """How close behind the peer is, while the own server does not wait for it."""

    def __init__(self) -> None:
        self._mark: Optional[Tuple[float, str]] = None
        self._is_reached = False
        self._not_before = 0.0

    def see_peer(self, peer: Session) -> None:
        """Look whether the peer has what the own server had, at the last look at that."""
        if self._mark:
            row = peer.query(peer.dialect.read_gtids(), "ask for the GTIDs of the peer")[0]
            self._is_reached = has_all([str(text) for text in row.values() if text], self._mark[1])

    def see_own(self, own: Session) -> bool:
        """Let commits wait again if they should, and the peer is close behind; return whether that was now."""
        mark, is_reached = self._mark, self._is_reached
        self._mark, self._is_reached = None, False
        now = time.monotonic()
        if now < self._not_before or not has_given_up(own):
            return False
        if mark and is_reached and now - mark[0] < CLOSE_SECONDS:
            wait_again(own)
            self._not_before = now + AGAIN_SECONDS
            return True
        written = own.query(own.dialect.read_gtids(), "ask for the GTIDs of this member")[0]["written"]
        self._mark = (now, str(written)) if written else None
        return False
