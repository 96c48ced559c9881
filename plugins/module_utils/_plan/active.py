# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells which member of a pair takes the writes."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional

Facts = Mapping[str, Any]


def active_member(members: List[str], facts: Mapping[str, Facts], wished: str = "") -> str:
    """Return the member that takes the writes; of a pair that is made anew the wished one, else the first.

    :param facts: by member, what ``member_info`` returned; empty for one that could not be asked.
    :param wished: named by a person; it is returned as it is, and judged elsewhere.
    """
    return wished or present_writer(members, facts) or next(iter(members), "")


def present_writer(members: List[str], facts: Mapping[str, Facts]) -> Optional[str]:
    """Return the member that the newest claim names, else the one with the open gate; ``None`` where nothing tells."""
    linked = [name for name in members if is_linked(facts.get(name) or {})]
    claims = [facts[name]["claim"] for name in linked if facts[name].get("claim")]
    if claims:
        claimed = max(claims, key=lambda claim: (claim["term"], claim["server_id"]))["server_id"]
        for name in linked:
            if facts[name]["server"]["server_id"] == claimed:
                return name
    is_open = [name for name in linked if facts[name]["server"]["is_gate_open"]]
    # Both are open while a pair is being made, and with two writers.
    return is_open[0] if len(is_open) == 1 else None


def is_linked(facts: Facts) -> bool:
    """Return whether a member has a channel, that is, belongs to a pair already."""
    return bool(facts.get("server") and facts["replication"]["channels"])
