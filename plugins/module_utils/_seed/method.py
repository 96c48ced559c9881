# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What every method of a seed answers: whether it can be used here, and what it copied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Optional

from .progress import Progress


@dataclass(frozen=True)
class Copied:
    """What was copied.

    :ivar file: file of the donor's binary log that belongs to the copy.
    :ivar position: and the position in it.
    :ivar gtid: GTID set (MySQL) or position (MariaDB) of the copy, as text; empty where GTIDs play no part.
    :ivar bytes: what came from the donor.
    :ivar seconds: from the beginning of the copy until the recipient serves it.
    :ivar tables: how many tables were copied; ``None`` where a method does not count them.
    :ivar lock_ms: how long the donor's commits were held back; ``None`` where a method cannot tell.
    """

    file: str
    position: int
    gtid: str
    bytes: int
    seconds: float
    tables: Optional[int] = None
    lock_ms: Optional[float] = None

    @property
    def coordinates(self) -> Dict[str, Any]:
        """The coordinates as the mark of a seed has them."""
        return {"file": self.file, "position": self.position, "gtid": self.gtid}

    def as_dict(self) -> Dict[str, Any]:
        """Return what a module shows of it."""
        return asdict(self)


class Method(ABC):
    """One way to copy a donor's data."""

    name: str
    #: Whether it replaces everything that the recipient has, accounts included, and restarts it.
    is_physical: bool

    @abstractmethod
    def obstacles(self) -> List[str]:
        """Return why this method cannot be used here, each a clause without a full stop; empty when it can."""

    def warnings(self) -> List[str]:
        """Return what people should know before it is used here."""
        return []

    def continues(self) -> bool:
        """Return whether it can go on from what a run that was killed left on the recipient."""
        return False

    def frees_bytes(self, doomed_bytes: int) -> int:
        """Return how much of the recipient's space is free again before the copy comes.

        :param doomed_bytes: what the schemas take that are going to be replaced.
        """
        return doomed_bytes

    def reserve(self) -> None:
        """Have the donor keep ready what :meth:`run` needs, maybe hours later. The hold ends with this process.

        :raises TwowayError: when it has nothing ready.
        """
        return

    @abstractmethod
    def run(self, progress: Progress) -> Copied:
        """Copy the donor's data. What it made for that on either side is gone afterwards, whatever happens.

        A physical method returns when the recipient serves the copy again, and its session is connected anew.
        """
