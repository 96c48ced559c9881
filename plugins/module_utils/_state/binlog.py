# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A place in a binary log, and what a server says of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple


@dataclass(frozen=True)
class BinlogCoordinates:
    """A file of a binary log and the byte offset in it.

    They are ordered by the number at the end of the file's name, never as text:

    >>> BinlogCoordinates("bin.999999", 4).is_before(BinlogCoordinates("bin.1000000", 4))
    True
    """

    file: str
    position: int

    @property
    def _order(self) -> Tuple[int, int]:
        return int(self.file.rpartition(".")[2]), self.position

    def is_before(self, other: BinlogCoordinates) -> bool:
        """Return whether this place comes before the other one of the same log.

        :raises ValueError: when a file's name does not end in a number.
        """
        return self._order < other._order

    def __str__(self) -> str:
        return "%s:%d" % (self.file, self.position)


@dataclass(frozen=True)
class BinlogStatus:
    """What a server says of its own binary log; all of it is as the server prints it.

    :ivar coordinates: where the next event goes, ``None`` while the binary log is off.
    :ivar do_db: schemas the log is restricted to; empty means all.
    :ivar ignore_db: schemas left out of the log.
    :ivar gtid: the GTID set executed (MySQL) or the GTID position of the log (MariaDB), as text; may be empty.
    :ivar gtid_purged: the GTID set no longer in the log (MySQL), as text; ``None`` on MariaDB.
    """

    coordinates: Optional[BinlogCoordinates]
    do_db: Tuple[str, ...] = ()
    ignore_db: Tuple[str, ...] = ()
    gtid: str = ""
    gtid_purged: Optional[str] = None
