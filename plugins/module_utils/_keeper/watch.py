# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How far a keeper's member is behind its peer, noted for whoever asks.

It reads only, so that it may watch any member in any state. The peer answers over the keeper's own session: whether the
channel's receiver runs plays no part.
"""

from __future__ import annotations

import time

from .._bookkeeping import read_note_file, write_note
from .._connection import Session
from .._state.lag import Progress

_NOTE_SECONDS = 1


class Watch:
    """A look at both members now and then, and a file."""

    def __init__(self, path: str) -> None:
        """Go on with what the file says."""
        self._path = path
        self._progress = Progress(read_note_file(path))
        self._noted_at = time.monotonic()

    def see_peer(self, peer: Session, server_id: int) -> None:
        """Take in where the peer stands."""
        at = time.time()
        written = peer.query(peer.dialect.read_gtids(), "ask for the GTIDs of the peer")[0]["written"]
        if written:
            self._progress.see(at, server_id, str(written))

    def see_own(self, own: Session) -> None:
        """Take in where the member stands, and note what that means."""
        row = own.query(own.dialect.read_gtids(), "ask for the GTIDs of this member")[0]
        now = time.time()
        self._progress.apply(now, [str(text) for text in row.values() if text])
        if time.monotonic() - self._noted_at > _NOTE_SECONDS:
            write_note(self._path, self._progress.as_dict(now))
            self._noted_at = time.monotonic()
