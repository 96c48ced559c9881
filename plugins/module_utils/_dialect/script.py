# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How files with rows as SQL begin, which people play back by hand."""

from __future__ import annotations

from typing import Iterable

SESSION = (
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, time_zone = '+00:00'"
)
"""A row is written as it was read: 0 in a counted column too, and whatever refers to it."""

_BY_HAND = ("SET NAMES utf8mb4", "SET SESSION sql_log_bin = 0", SESSION)


def script_head(lines: Iterable[str]) -> str:
    """Return the beginning of such a file: what it is, in lines, and the settings of its session."""
    return "".join("-- %s\n" % line for line in lines) + "".join("%s;\n" % statement for statement in _BY_HAND)
