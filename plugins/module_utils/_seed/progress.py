# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How far a seed is, in a file that others read while it goes on."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, Optional

from .._bookkeeping import write_note

_WRITE_SECONDS = 1.0


class Progress:
    """Counts what a seed has copied, in one stage after the other.

    The file holds ``stage``, ``bytes``, ``expected_bytes``, ``share`` (0 to 1), ``bytes_per_second`` of this stage,
    ``remaining_seconds`` and ``updated_at`` (seconds of the epoch); what is not known is ``null``.
    """

    def __init__(self, path: Optional[str], clock: Callable[[], float] = time.time) -> None:
        """Prepare.

        :param path: of the file; ``None`` for none.
        """
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._stage = "starting"
        self._bytes = 0
        self._expected: Optional[int] = None
        self._since = clock()
        self._written = 0.0

    @property
    def bytes(self) -> int:
        """What this stage has counted."""
        return self._bytes

    def begin_stage(self, name: str, expected_bytes: Optional[int] = None) -> None:
        """Count from zero again, in a stage with that name."""
        with self._lock:
            self._stage, self._bytes, self._expected, self._since = name, 0, expected_bytes, self._clock()
            self._write()

    def add(self, count: int) -> None:
        """Count so many bytes more; may be called from any thread."""
        with self._lock:
            self._bytes += count
            self._write_in_time()

    def reach(self, count: int, expected_bytes: Optional[int] = None) -> None:
        """Set how many bytes there are by now, where a server counts them."""
        with self._lock:
            self._bytes = count
            self._expected = expected_bytes or self._expected
            self._write_in_time()

    def as_dict(self) -> Dict[str, Any]:
        """Return what the file holds."""
        now = self._clock()
        seconds = now - self._since
        rate = self._bytes / seconds if seconds > 0 and self._bytes else None
        left = max(0, self._expected - self._bytes) if self._expected else None
        return {
            "stage": self._stage,
            "bytes": self._bytes,
            "expected_bytes": self._expected,
            "share": round(min(1.0, self._bytes / self._expected), 4) if self._expected else None,
            "bytes_per_second": round(rate) if rate else None,
            "remaining_seconds": round(left / rate, 1) if rate and left is not None else None,
            "updated_at": round(now, 3),
        }

    def _write_in_time(self) -> None:
        if self._clock() - self._written >= _WRITE_SECONDS:
            self._write()

    def _write(self) -> None:
        self._written = self._clock()
        if self._path:
            write_note(self._path, self.as_dict())
