# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Numbers with their units, as people say them."""

from __future__ import annotations


def in_bytes(count: float) -> str:
    """Return a number of bytes as people say it.

    >>> [in_bytes(count) for count in (512, 1536, 5 * 1024**4)]
    ['512 B', '1.5 KiB', '5.0 TiB']
    """
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return "%d B" % count if unit == "B" else "%.1f %s" % (count, unit)
        count /= 1024
    return "%.1f TiB" % count


def in_time(seconds: float) -> str:
    """Return a span of time in its two largest units.

    >>> in_time(0), in_time(59.6), in_time(3720), in_time(93784)
    ('0 s', '1 min', '1 h 2 min', '1 d 2 h')
    """
    rest = round(seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            parts.append("%d %s" % (count, unit))
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"
