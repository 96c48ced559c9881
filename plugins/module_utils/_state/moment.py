# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Moments as the records of the members hold them: in UTC, by whole seconds, so that their order is that of texts."""

from __future__ import annotations

import time
from typing import Optional

FORM = "%Y-%m-%dT%H:%M:%SZ"


def moment_text(seconds: Optional[float] = None) -> str:
    """Return a moment in ISO 8601; without seconds since 1970 the present one.

    >>> moment_text(0)
    '1970-01-01T00:00:00Z'
    """
    return time.strftime(FORM, time.gmtime(seconds))
