# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Sessions on both members, and questions to both at the same time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Callable, Iterator, List, Optional, Tuple, TypeVar

from .._connection import Login, Session, connect
from .._dialect.statement import sql
from .chunks import Checksum, Chunk, checksum

Answer = TypeVar("Answer")

# With one lane alone nobody computes while it waits for a disk: that takes a third more time.
_FEWEST_LANES, _MOST_LANES = 2, 4


class Lane:
    """A session on each member; both are asked at the same time."""

    def __init__(self, source: Session, replica: Session, helper: ThreadPoolExecutor) -> None:
        self.source = source
        self.replica = replica
        self._helper = helper

    def both(
        self, at_source: Callable[[Session], Answer], at_replica: Callable[[Session], Answer]
    ) -> Tuple[Answer, Answer]:
        """Return the answers of the source and of the replica."""
        waiting = self._helper.submit(at_source, self.source)
        try:
            here = at_replica(self.replica)
        finally:
            # Also when the replica failed: no session is given back while it is in use.
            waiting.exception()
        return waiting.result(), here

    def packet_bytes(self) -> int:
        """Return how long a statement, or a text that a server makes, may be on both."""
        return min(self.both(_packet_bytes, _packet_bytes))

    def checksums(self, chunk: Chunk) -> Tuple[Checksum, Checksum]:
        """Return the checksum of a chunk on both."""
        table = chunk.table
        return self.both(
            lambda session: checksum(session, table.source, chunk.condition),
            lambda session: checksum(session, table.replica, chunk.condition),
        )


def _packet_bytes(session: Session) -> int:
    return int(session.value(sql("SELECT @@SESSION.max_allowed_packet"), "read the longest packet"))


def lanes_for(wished: Optional[int]) -> int:
    """Return how many chunks are compared at the same time: as many as wished, or by the processors of this host.

    Half of them are left to whoever else needs them, where there are enough.
    """
    return wished or max(_FEWEST_LANES, min(_MOST_LANES, (os.cpu_count() or 1) // 2))


@contextmanager
def open_lanes(source: Login, replica: Login, count: int) -> Iterator[List[Lane]]:
    """Open so many sessions on each member, and close them in the end."""
    with ExitStack() as stack:
        helper = stack.enter_context(ThreadPoolExecutor(max_workers=count))
        yield [
            Lane(stack.enter_context(closing(connect(source))), stack.enter_context(closing(connect(replica))), helper)
            for _number in range(count)
        ]
