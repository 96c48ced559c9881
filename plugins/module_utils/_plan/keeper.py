# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Decides whether a member's write gate has to be opened or closed: never two, and none only where it must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from .._state.claim import Claim, newest

STAY, OPEN, CLOSE, TAKE = "stay", "open", "close", "take"


@dataclass(frozen=True)
class Seen:
    """What a member shows of itself.

    :ivar gate: ``open``, ``half-open`` or ``closed``.
    :ivar is_moving: whether somebody is moving the writes at this moment.
    """

    server_id: int
    gate: str
    claim: Optional[Claim]
    is_moving: bool = False


def decide(own: Seen, peer: Optional[Seen], is_alone: bool, is_offered: bool = False) -> Tuple[str, str]:
    """Return ``stay``, ``open`` or ``close`` for the own gate, or ``take`` for the writes, and why.

    :param peer: ``None`` when it does not answer.
    :param is_alone: the peer was known to be away while this member took the writes under its newest claim.
    :param is_offered: the peer's keeper says that its server is dead, and offers the writes that it took.
    """
    claim = newest(own.claim, peer.claim if peer else None)
    if claim is None:
        return STAY, "nobody has claimed the writes"
    if claim.server_id != own.server_id:
        if is_offered and own.claim == claim and own.gate != "open" and not own.is_moving and not _is_open(peer):
            return TAKE, "server %d died, and offered the writes" % claim.server_id
        return (CLOSE if own.gate == "open" else STAY), "the writes belong to server %d" % claim.server_id
    if own.gate == "open":
        return STAY, "this member takes the writes"
    if own.is_moving or (peer and peer.is_moving):
        return STAY, "somebody is moving the writes"
    if own.claim != claim:
        # It travels behind all that was written before, which new writes would overtake here.
        return STAY, "the claim to the writes is still on its way from the peer"
    if peer is None:
        # It could have been given the writes meanwhile, and nobody here would know.
        return (OPEN, "the peer was away before") if is_alone else (STAY, "the peer does not answer")
    if peer.gate == "open":
        return STAY, "the gate of the peer is open"
    return OPEN, "this member takes the writes, and the gate of the peer is not open"


def may_offer(last: Seen, peer: Seen) -> bool:
    """Return whether the writes may be offered to the peer, now that the own server is dead.

    :param last: what the own server showed last.
    """
    return _may_follow(last, peer)


def may_fence(own: Seen, last: Seen) -> bool:
    """Return whether the peer's host may be turned off, now that it is silent, to take its writes.

    :param last: what the peer showed last.
    """
    return _may_follow(last, own)


def takes_writes(seen: Seen) -> bool:
    """Return whether a member takes the writes, as its own newest claim says."""
    return seen.gate == "open" and seen.claim is not None and seen.claim.server_id == seen.server_id


def _may_follow(last: Seen, heir: Seen) -> bool:
    """Return whether a member that is lost took the writes, and the other one knows of no claim but that."""
    return takes_writes(last) and heir.claim == last.claim and not (last.is_moving or heir.is_moving or _is_open(heir))


def _is_open(seen: Optional[Seen]) -> bool:
    return seen is not None and seen.gate == "open"
