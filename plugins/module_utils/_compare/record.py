# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Keeps the result of the last comparison on the replica's host."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from typing import Any, Dict

from .._bookkeeping import STATE_FOLDER, exclusive, state_path, write_state
from .._connection import Session
from .run import Request, compare

RECORD = os.path.join(STATE_FOLDER, "compare.json")
LOCK = "compare"
"""Under this name one comparison at a time runs on a host."""


def compare_and_record(control: Session, request: Request, source_name: str, keep: bool) -> Dict[str, Any]:
    """Return the result of a comparison as the module returns it; one at a time on this host.

    :param keep: whether the host keeps it. One of some tables alone is kept only where these differ: others may too.
    """
    with exclusive(control, LOCK):
        begun = time.monotonic()
        found = compare(control, request)
        result = {
            **found.as_dict(),
            "at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "source": source_name,
            "seconds": round(time.monotonic() - begun, 3),
            "chunks": found.chunks,
            "paused_seconds": round(found.paused_seconds, 3),
        }
        is_telling = request.choice.is_everything or not result["is_equal"]
        if keep and is_telling and state_path(control, LOCK):
            write_state(RECORD, result)
    return result
