# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells which member of a pair takes the writes."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from .link import Facts, is_linked


def active_member(members: List[str], facts: Mapping[str, Facts], wished: str = "", first: str = "") -> str:
    """Return the member that takes the writes; of a pair that is made anew the wished one, else that which is first to.

    :param facts: by member, what ``member_info`` returned; empty for one that could not be asked.
    :param wished: named by a person; it is returned as it is, and judged elsewhere.
    :param first: who takes them where nothing tells; without a name the first member.
    """
    return wished or present_writer(members, facts) or first or next(iter(members), "")


def present_writer(members: List[str], facts: Mapping[str, Facts]) -> Optional[str]:
    """Return the member that the newest claim names, else the one that the gates tell; ``None`` where nothing does."""
    answering = _answering(members, facts)
    claim = _newest_claim(answering)
    claimant = _named_by(claim, answering)
    if claim and claimant:
        return claimant if _remembers(answering[claimant], claim) else None
    linked = [name for name, told in answering.items() if is_linked(told)]
    if len(linked) == 1 and len(answering) > 1:
        # What a replica follows takes the writes, unless that cannot and the replica can.
        source_first = sorted(answering, key=lambda name: name in linked)
        return next((name for name in source_first if _is_open(answering[name])), None)
    is_open = [name for name in linked if _is_open(answering[name])]
    # Both are open with two writers.
    return is_open[0] if len(is_open) == 1 else None


def doubt_about_writer(members: List[str], facts: Mapping[str, Facts]) -> str:
    """Return why it cannot be told who takes the writes of a pair that somebody may be using; empty where it can."""
    answering = _answering(members, facts)
    claim = _newest_claim(answering)
    claimant = _named_by(claim, answering)
    if claim and claimant:
        if _remembers(answering[claimant], claim):
            return ""
        return "the newest claim to them is of %s, which knows nothing of it and follows nobody" % claimant
    if len(answering) > 1 and all(is_linked(told) and _is_open(told) for told in answering.values()):
        return "both members take them, and none has claimed them"
    return ""


def is_left_to_keeper(members: List[str], facts: Mapping[str, Facts], member: str) -> bool:
    """Return whether a member's closed gate is its keeper's to open, which knows when the last of the peer is there.

    So where the newest claim names the member, which follows its peer, and is still on its way, or the gate of the peer
    is open all the same.
    """
    answering = _answering(members, facts)
    told, claim = answering.get(member), _newest_claim(answering)
    if told is None or claim is None or _named_by(claim, answering) != member or _is_open(told) or not is_linked(told):
        return False
    own = told.get("claim")
    is_on_its_way = own is None or _order(own) != _order(claim)
    return is_on_its_way or any(_is_open(other) for name, other in answering.items() if name != member)


def _answering(members: List[str], facts: Mapping[str, Facts]) -> Dict[str, Facts]:
    return {name: facts[name] for name in members if (facts.get(name) or {}).get("server")}


def _newest_claim(answering: Mapping[str, Facts]) -> Optional[Mapping[str, Any]]:
    claims = [told["claim"] for told in answering.values() if told.get("claim")]
    return max(claims, key=_order) if claims else None


def _order(claim: Mapping[str, Any]) -> Any:
    return claim["term"], claim["server_id"]


def _named_by(claim: Optional[Mapping[str, Any]], answering: Mapping[str, Facts]) -> Optional[str]:
    named = [name for name, told in answering.items() if claim and told["server"]["server_id"] == claim["server_id"]]
    return named[0] if named else None


def _remembers(told: Facts, claim: Mapping[str, Any]) -> bool:
    """Return whether a member is still the one that claimed the writes, and not its host with other data."""
    own = told.get("claim")
    return is_linked(told) or bool(own and _order(own) == _order(claim))


def _is_open(told: Facts) -> bool:
    return bool(told["server"]["is_gate_open"])
