# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the wish to give one member of a pair its peer's data anew."""

from __future__ import annotations

from typing import Iterator

from ..link import Facts
from ..steps import Finding
from .view import BLOCKER, Pair


def member(pair: Pair) -> Iterator[Finding]:
    """Judge the member that the wish names for a rebuild; nothing when it wishes no such thing."""
    name = pair.wish.get("rebuild")
    if name is None:
        return
    if name not in pair.members:
        yield _invalid("pair_rebuild_member is %s; the members are %s" % (name or "empty", ", ".join(pair.members)))
    elif pair.wish["donor"] == name:
        yield _invalid("pair_seed_from names the same member as pair_rebuild_member, %s" % name)
    else:
        yield from _donor(pair, name)


def _invalid(evidence: str) -> Finding:
    return Finding(
        "REBUILD_MEMBER_INVALID",
        BLOCKER,
        None,
        evidence,
        "Name the member whose data shall be replaced: -e pair_rebuild_member=…, and no other donor.",
    )


def _donor(pair: Pair, name: str) -> Iterator[Finding]:
    donor = pair.wish["donor"]
    facts = pair.facts.get(donor)
    if not facts:
        return
    if facts["server"] is None:
        yield Finding(
            "REBUILD_WITHOUT_DONOR",
            BLOCKER,
            donor,
            "it would be copied to %s, and it has no server that answers" % name,
            "Bring %s back first; a member is rebuilt from a living peer." % donor,
        )
    elif pair.wish["writers"] == "one" and not _takes_writes(facts, pair.facts.get(name) or {}):
        yield Finding(
            "REBUILD_FROM_STANDBY",
            BLOCKER,
            donor,
            "it does not take the writes, and %s would get its data" % name,
            "Rebuild %s, or move the writes to it first: switch_over, or fail_over where %s is lost." % (donor, name),
        )


def _takes_writes(donor: Facts, other: Facts) -> bool:
    """Return whether the writes are the donor's, though its gate may be closed.

    A donor that restarts while the other member is out of the pair sees no peer, and stays closed. The writes are its
    own all the same where both say so.
    """
    if donor["server"]["is_gate_open"]:
        return True
    claim, answer = donor.get("claim"), other.get("server")
    if not claim or not answer or answer["is_gate_open"]:
        return False
    known = other.get("claim") or claim
    return bool(
        claim["server_id"] == donor["server"]["server_id"]
        and (known["term"], known["server_id"]) <= (claim["term"], claim["server_id"])
    )
