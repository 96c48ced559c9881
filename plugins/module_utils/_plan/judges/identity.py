# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what has to be different on two servers."""

from __future__ import annotations

from math import gcd
from typing import Any, Callable, Iterator, Optional, Tuple

from ..steps import Finding
from .view import BLOCKER, WARNING, Member, Pair


def server_ids(pair: Pair) -> Iterator[Finding]:
    wished = {name: int(pair.wish["by_member"][name]["server_id"]) for name, _facts in pair.known}
    if len(set(wished.values())) < len(wished):
        yield Finding(
            "DUPLICATE_SERVER_ID",
            BLOCKER,
            None,
            ", ".join("%s: %d" % item for item in wished.items()),
            "Leave mysql_server_id unset, or give each member its own.",
        )
    for member in pair.in_use:
        name, present = member.name, member.facts["server"]["server_id"]
        # What a member wrote that is followed stands on its peer under the present id.
        if present != wished[name]:
            yield Finding(
                "SERVER_ID_WOULD_CHANGE",
                BLOCKER,
                name,
                "it replicates with server id %d; wished is %d" % (present, wished[name]),
                "Set mysql_server_id to the present id: events of the old id would go round for ever.",
            )


def duplicate_id(pair: Pair) -> Iterator[Finding]:
    ids = [member.facts["server"]["server_id"] for member in pair.answering]
    if len(ids) == 2 and ids[0] == ids[1]:
        yield Finding(
            "DUPLICATE_SERVER_ID",
            BLOCKER,
            None,
            "the servers of both members run with the id %d" % ids[0],
            "SET GLOBAL server_id of the one that has another in its option file to that, then start its channel.",
        )


def duplicate_uuid(pair: Pair) -> Iterator[Finding]:
    uuids = [facts["server"]["server_uuid"] for _name, facts in pair.known if facts["server"]]
    if len(uuids) == 2 and uuids[0] and uuids[0] == uuids[1]:
        yield Finding(
            "DUPLICATE_SERVER_UUID",
            BLOCKER,
            None,
            "both members have the UUID %s; one is a copy of the other's disk" % uuids[0],
            "Remove auto.cnf from the data directory of the copy and restart its server.",
        )


def _values(pair: Pair, read: Callable[[Member], Any]) -> Optional[Tuple[Any, Any]]:
    """Return what was read of both members; ``None`` unless both know it."""
    values = [read(member) for member in pair.answering]
    return (values[0], values[1]) if len(values) == 2 and None not in values else None


# The numbers that a member gives out: every so many, from one on.
Numbers = Tuple[int, int]


def _in_force(member: Member) -> Optional[Numbers]:
    step, offset = member.number("auto_increment_increment"), member.number("auto_increment_offset")
    return None if step is None or offset is None else (int(step), int(offset))


def _wished(pair: Pair, member: Member) -> Numbers:
    wish = pair.wish["by_member"][member.name]["auto_increment"]
    return int(wish["increment"]), int(wish["offset"])


def _meet(one: Numbers, other: Numbers) -> bool:
    """Return whether the same number is given out by both.

    >>> _meet((2, 1), (2, 2)), _meet((2, 1), (4, 2)), _meet((2, 1), (3, 2))
    (False, False, True)
    """
    return (one[1] - other[1]) % gcd(one[0], other[0]) == 0


def _are_apart(one: Numbers, other: Numbers) -> bool:
    return one[0] == other[0] > 1 and not _meet(one, other)


def _collision(pair: Pair, seen: str, numbers: Tuple[Numbers, Numbers], remedy: str) -> Finding:
    """Return the finding about the numbers of the members, in their order."""
    told = ", ".join("%s: every %d from %d" % (name, *each) for name, each in zip(pair.members, numbers))
    return Finding(
        "AUTO_INCREMENT_COLLIDES",
        BLOCKER if pair.wish["writers"] == "both" else WARNING,
        None,
        "both members %s (%s)" % (seen, told),
        remedy,
    )


def auto_increment(pair: Pair) -> Iterator[Finding]:
    present = _values(pair, _in_force)
    if present and not _are_apart(*present):
        yield _collision(
            pair,
            "can give out the same number",
            present,
            "Run deploy_pair: it gives each member numbers of its own (pair_auto_increment_increment).",
        )


def wished_auto_increment(pair: Pair) -> Iterator[Finding]:
    wished = _values(pair, lambda member: _wished(pair, member))
    if wished and not _are_apart(*wished):
        yield _collision(
            pair,
            "would give out the same number, or count in different steps",
            wished,
            "Say pair_auto_increment_increment for the group, not for one member, and 2 at least.",
        )


def auto_increment_meanwhile(pair: Pair) -> Iterator[Finding]:
    """Find numbers that both members can give out while one of them is restarted with its new ones, and the other not.

    Different steps are harmless for so long, as long as no number is in both series.
    """
    present, wished = _values(pair, _in_force), _values(pair, lambda member: _wished(pair, member))
    if not present or not wished or not _are_apart(*wished):
        return
    meeting = [mixed for mixed in ((present[0], wished[1]), (wished[0], present[1])) if _meet(*mixed)]
    if meeting:
        yield _collision(
            pair,
            "could give out the same number while one of them is restarted and the other is not yet",
            meeting[0],
            "Run deploy_pair first: it gives both their numbers without a restart.",
        )


def domains(pair: Pair) -> Iterator[Finding]:
    values = _values(pair, lambda member: member.settings.get("gtid_domain_id"))
    if values and values[0] == values[1] and pair.wish["coordinates"] == "gtid":
        yield Finding(
            "GTID_DOMAINS_EQUAL",
            BLOCKER if pair.wish["writers"] == "both" else WARNING,
            None,
            "both members write in the replication domain %s" % values[0],
            "Leave mysql_server_gtid_domain_id unset, or give each member its own.",
        )
