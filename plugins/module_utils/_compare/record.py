# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Keeps the result of the last comparison on the replica's host."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Any, Dict, Mapping

from .._bookkeeping import STATE_FOLDER, exclusive, read_note_file, state_path, write_state
from .._connection import Session
from .._state.moment import moment_text
from .result import EQUAL, UNKNOWN
from .run import Request, compare

RECORD = os.path.join(STATE_FOLDER, "compare.json")
LOCK = "compare"
"""Under this name one comparison at a time runs on a host."""


def compare_and_record(control: Session, request: Request, source_name: str, keep: bool) -> Dict[str, Any]:
    """Return the result of a comparison as the module returns it; one at a time on this host.

    :param keep: whether the host keeps it, in place of the one before; see :func:`is_telling`.
    """
    with exclusive(control, LOCK):
        begun = time.monotonic()
        found = compare(control, request)
        result = {
            **found.as_dict(),
            "at": moment_text(),
            "source": source_name,
            "seconds": round(time.monotonic() - begun, 3),
            "chunks": found.chunks,
            "paused_seconds": round(found.paused_seconds, 3),
        }
        if keep and state_path(control, LOCK):
            before = read_note_file(RECORD) or {}
            if is_telling(result, before, is_everything=request.choice.is_everything):
                write_state(RECORD, result)
    return result


def forget_comparison(session: Session) -> None:
    """Remove the result that this host keeps of the server's data, where there is any: these have been replaced."""
    if state_path(session, LOCK):
        with suppress(FileNotFoundError):
            os.unlink(RECORD)


def is_telling(result: Mapping[str, Any], before: Mapping[str, Any], is_everything: bool) -> bool:
    """Return whether a comparison tells more of the member's data than the one before, which may be empty.

    One of some tables alone does only where these differ: others may too. One that stayed open does not where tables
    that were different before are not known to be equal by now.
    """
    if result["is_equal"] is not None:
        return is_everything or not result["is_equal"]
    found = {(table["schema"], table["table"]): table["result"] for table in result["tables"]}
    different = [
        (table["schema"], table["table"])
        for table in before.get("tables") or []
        if table["result"] not in (EQUAL, UNKNOWN)
    ]
    # A table that nobody has any more cannot differ.
    return is_everything and all(found.get(name, EQUAL) == EQUAL for name in different)
