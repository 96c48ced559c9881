# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How long a binary log reaches back, and for how long a replica may be away from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

_SHORTEST_WINDOW_SECONDS = 3600.0
"""A rate over less than this says nothing about the days to come."""


@dataclass(frozen=True)
class Kept:
    """The files of a binary log, and what removes them.

    :ivar oldest_at: when the oldest file was begun, in seconds since 1970; ``None`` when that cannot be read here.
    :ivar retention_seconds: after how long files are removed; 0 is never.
    :ivar most_bytes: files are removed once there is more than this; 0 is never.
    :ivar free_bytes: free space where the files are; ``None`` when that cannot be read here.
    """

    files: int
    size_bytes: int
    oldest_file: Optional[str]
    oldest_at: Optional[float]
    now: float
    retention_seconds: float
    most_bytes: int = 0
    free_bytes: Optional[int] = None

    @property
    def bytes_per_second(self) -> Optional[float]:
        """How fast the binary log grows; ``None`` when it was not watched for long enough.

        >>> Kept(2, 7200, "b.1", 1000.0, 1000.0 + 3600, 86400).bytes_per_second
        2.0
        >>> Kept(2, 7200, "b.1", 1000.0, 1000.0 + 60, 86400).bytes_per_second is None
        True
        """
        if self.oldest_at is None or self.now - self.oldest_at < _SHORTEST_WINDOW_SECONDS:
            return None
        return self.size_bytes / (self.now - self.oldest_at)

    @property
    def limits(self) -> List[Tuple[float, str]]:
        """After how many seconds what ends the stay of an event, or of everything.

        >>> Kept(2, 7200, "b.1", 1000.0, 1000.0 + 3600, 86400, free_bytes=3600).limits
        [(86400, 'its age'), (1800.0, 'the free disk')]
        """
        limits: List[Tuple[float, str]] = [(self.retention_seconds, "its age")] if self.retention_seconds else []
        rate = self.bytes_per_second
        if not rate:
            return limits
        if self.most_bytes:
            limits.append((self.most_bytes / rate, "its size"))
        if self.free_bytes is not None:
            still_growing = min([seconds for seconds, _what in limits], default=float("inf")) * rate - self.size_bytes
            if still_growing > self.free_bytes:
                limits.append((self.free_bytes / rate, "the free disk"))
        return limits

    def as_dict(self) -> Dict[str, Any]:
        """Return what the info modules tell; ``lasts_seconds`` is how long a replica may be away."""
        lasts, limited_by = min(self.limits, default=(None, None))
        return {
            "files": self.files,
            "size_bytes": self.size_bytes,
            "oldest_file": self.oldest_file,
            "reaches_back_seconds": None if self.oldest_at is None else round(self.now - self.oldest_at),
            "bytes_per_second": None if self.bytes_per_second is None else round(self.bytes_per_second, 1),
            "retention_seconds": self.retention_seconds,
            "lasts_seconds": None if lasts is None else round(lasts),
            "limited_by": limited_by,
        }
