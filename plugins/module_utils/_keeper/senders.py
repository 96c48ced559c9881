# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Sets senders free that the own server holds at their end for ever, so that the peer can follow again.

MariaDB only: a sender that ends right after it began, while no other is there, waits for the thread for acknowledgments
to take notice, and that for the next replica. Every sender after it waits for its end.
"""

from __future__ import annotations

import time
from typing import FrozenSet

from .._connection import Session
from .._patience import restart_semi_sync
from .._read.replication import read_semi_sync

LOOK_SECONDS = 1
"""A sender that ends needs milliseconds; one that does so at two looks is held."""
AGAIN_SECONDS = 30
"""So long at least it is not tried again, where that did not help."""


class Senders:
    """Which senders were at their end at the last look."""

    def __init__(self) -> None:
        self._ending: FrozenSet[int] = frozenset()
        self._not_before = 0.0

    def set_free(self, own: Session, is_open: bool) -> bool:
        """Set those free that are held, and return whether that was now.

        :param is_open: whether clients write here. Their commits wait for the peer until they give up on it, and
            would be let go; so those are not hurried.
        """
        now = time.monotonic()
        question = own.dialect.read_ending_senders()
        if question is None or now < self._not_before:
            return False
        self._not_before = now + LOOK_SECONDS
        rows = own.query(question, "look for senders that do not end")
        before, self._ending = self._ending, frozenset(int(row["id"]) for row in rows)
        if not before & self._ending or (is_open and read_semi_sync(own)):
            return False
        self._not_before = now + AGAIN_SECONDS
        return restart_semi_sync(own)
