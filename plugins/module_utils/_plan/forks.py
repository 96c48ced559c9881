# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells how many hosts Ansible has to let work at once."""

from __future__ import annotations

from typing import List, Mapping, Set


def forks_needed(pairs: Mapping[str, List[str]]) -> int:
    """Return how many hosts have to work at once for none to wait in vain for what its peer does in the same task.

    Hosts begin in their order, each as soon as there is a fork for it, and end when their peer has begun as well.

    :param pairs: by host, in that order, the members of its pair.

    >>> a, b, c = ["a1", "a2"], ["b1", "b2"], ["c1", "c2"]
    >>> forks_needed({"a1": a, "a2": a, "b1": b, "b2": b})
    2
    >>> forks_needed({"a1": a, "b1": b, "c1": c, "a2": a, "b2": b, "c2": c})
    4
    """
    waiting: Set[str] = set()
    needed = 2
    for host, members in pairs.items():
        needed = max(needed, len(waiting) + 1)
        if waiting.isdisjoint(members):
            waiting |= {host}.intersection(members)
        else:
            waiting.difference_update(members)
    return needed
