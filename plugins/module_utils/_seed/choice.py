# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Which method copies the data: the fastest of those that can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple

from .._errors import Refused
from .method import Method

AUTO = "auto"


@dataclass(frozen=True)
class Choice:
    """A method, and why faster ones were passed over: name and obstacles of each."""

    method: Method
    passed_over: List[Tuple[str, List[str]]]

    def as_dict(self) -> Dict[str, Any]:
        """Return what a module shows of it."""
        return {"method": self.method.name, "passed_over": self.reasons}

    @property
    def reasons(self) -> List[str]:
        """One line for each method that was passed over."""
        return ["%s: %s" % (name, "; ".join(obstacles)) for name, obstacles in self.passed_over]


def choose(methods: Sequence[Method], wished: str) -> Choice:
    """Return the first method without an obstacle.

    :param methods: the fastest first.
    :param wished: name of a method, or ``auto``; one name may stand for several ways to do it.
    :raises Refused: when the wished one cannot be used here.
    """
    passed_over: List[Tuple[str, List[str]]] = []
    for method in methods:
        if wished not in (AUTO, method.name):
            continue
        obstacles = method.obstacles()
        if not obstacles:
            return Choice(method, passed_over)
        passed_over.append((method.name, obstacles))
    raise Refused(
        "The data cannot be copied by %s. %s. Nothing was touched."
        % (wished, ". ".join("%s: %s" % (name, "; ".join(obstacles)) for name, obstacles in passed_over))
    )
