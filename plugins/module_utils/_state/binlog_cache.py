# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Advice on the caches in which a session gathers a transaction before it goes to the binary log."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

CACHES = {"binlog_cache": "binlog_cache_size", "binlog_stmt_cache": "binlog_stmt_cache_size"}
"""Counters begin with the first, and the variable is the second."""

_USES_WORTH_JUDGING = 100
_DISK_SHARES = ((0.5, 8), (0.1, 4), (0.01, 2))
"""From which share of transactions that went to the disk on, a cache should be how many times as large."""
_LARGEST_BYTES = 16 * 2**20
_LARGEST_SHARE_OF_POOL = 0.25
"""All connections together should not take more memory than this share of the buffer pool."""


def _power_of_two(number: float) -> int:
    """Return the next power of two.

    >>> [_power_of_two(number) for number in (32768, 32769, 100000)]
    [32768, 65536, 131072]
    """
    return 1 << max(0, int(number) - 1).bit_length()


def advise(use: int, disk_use: int, size_bytes: int, connections: int, pool_bytes: int) -> Optional[int]:
    """Return a better size for a cache; ``None`` when it is large enough, or must not be larger.

    >>> advise(use=1000, disk_use=200, size_bytes=32768, connections=151, pool_bytes=2**30)
    131072
    >>> advise(use=1000, disk_use=5, size_bytes=32768, connections=151, pool_bytes=2**30) is None
    True
    >>> advise(use=1000, disk_use=900, size_bytes=2**24, connections=151, pool_bytes=2**30) is None
    True

    :param use: transactions that used the cache.
    :param disk_use: those of them for which it was too small.
    """
    factor = next((factor for share, factor in _DISK_SHARES if use and disk_use / use > share), 1)
    if use < _USES_WORTH_JUDGING or factor == 1:
        return None
    affordable = max(2**15, int(pool_bytes * _LARGEST_SHARE_OF_POOL / max(1, connections)))
    largest = 1 << (min(_LARGEST_BYTES, affordable).bit_length() - 1)
    suggested = min(_power_of_two(size_bytes * factor), largest)
    return suggested if suggested > size_bytes else None


def describe_caches(variables: Mapping[str, str], counters: Mapping[str, str]) -> Dict[str, Any]:
    """Return counters and size of both caches, and advice for each that is too small.

    :param variables: the server's global variables.
    :param counters: its global status counters.
    """
    described: Dict[str, Any] = {
        name: int(counters[name])
        for cache in CACHES
        for name in (cache + "_use", cache + "_disk_use")
        if name in counters
    }
    described.update({variable + "_bytes": int(variables[variable]) for variable in CACHES.values()})
    described["uptime_seconds"] = int(counters.get("uptime_since_flush_status", counters["uptime"]))
    described["advice"] = [
        advice for cache, variable in CACHES.items() for advice in _advice(cache, variable, variables, counters)
    ]
    return described


def _advice(
    cache: str, variable: str, variables: Mapping[str, str], counters: Mapping[str, str]
) -> List[Dict[str, Any]]:
    use, disk_use = int(counters.get(cache + "_use", 0)), int(counters.get(cache + "_disk_use", 0))
    size, connections = int(variables[variable]), int(variables["max_connections"])
    suggested = advise(use, disk_use, size, connections, int(variables["innodb_buffer_pool_size"]))
    if suggested is None:
        return []
    return [
        {
            "variable": variable,
            "use": use,
            "disk_use": disk_use,
            "uptime_seconds": int(counters.get("uptime_since_flush_status", counters["uptime"])),
            "size_bytes": size,
            "suggested_bytes": suggested,
            "connections": connections,
            "memory_bytes": suggested * connections,
        }
    ]
