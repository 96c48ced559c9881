# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Whether a member whose peer is silent goes on alone: where it did so already before its server was started."""

from __future__ import annotations

import os
from contextlib import suppress

from .._bookkeeping import read_note_file, write_state
from .._plan.keeper import Seen
from .fence import read_boot, read_settings


def is_alone(path: str, own: Seen, is_peer_seen: bool, is_peer_away: bool, is_peer_off: bool) -> bool:
    """Return whether the peer was away before already, and keep in mind whether it is.

    :param path: the file that keeps it.
    :param is_peer_away: whether the peer has not answered for long.
    :param is_peer_off: whether this member had the peer's host turned off.
    """
    noted = read_note_file(path) or {}
    if is_peer_seen:
        if noted:
            os.unlink(path)
        return False
    # Where a silent host is turned off, that may be this one: it opens no gate alone when it is on again.
    may_be_off = read_settings() is not None
    is_away = is_peer_off or (not may_be_off and is_peer_away)
    note = {"term": own.claim.term, "boot": read_boot() if is_peer_off else None} if own.claim else {}
    if is_away and own.gate == "open" and note and noted != note:
        # Where that cannot be kept in mind, a start without the peer waits for it; the gate is kept all the same.
        with suppress(OSError):
            write_state(path, note)
    is_noted = bool(note) and noted.get("term") == note["term"]
    return is_peer_off or (is_noted and (not may_be_off or noted.get("boot") == read_boot()))
