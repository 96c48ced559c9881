# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Waiting for something to come true, without waiting longer than it takes."""

from __future__ import annotations

import time
from typing import Callable, Tuple, TypeVar

Seen = TypeVar("Seen")


def wait_for(
    look: Callable[[], Seen],
    is_reached: Callable[[Seen], bool],
    timeout_seconds: float,
    first_pause_seconds: float = 0.002,
    longest_pause_seconds: float = 0.25,
) -> Tuple[bool, Seen]:
    """Return whether the condition came true within the time, and what was seen last.

    It looks at once, then in pauses that grow from the first to the longest.
    """
    deadline = time.monotonic() + timeout_seconds
    pause = first_pause_seconds
    while True:
        seen = look()
        if is_reached(seen):
            return True, seen
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return False, seen
        time.sleep(min(pause, remaining))
        pause = min(pause * 1.5, longest_pause_seconds)
