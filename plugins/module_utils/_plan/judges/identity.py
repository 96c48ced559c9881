# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what has to be different on two servers."""

from __future__ import annotations

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


def auto_increment(pair: Pair) -> Iterator[Finding]:
    steps = _values(pair, lambda member: member.number("auto_increment_increment"))
    offsets = _values(pair, lambda member: member.number("auto_increment_offset"))
    if not steps or not offsets or (steps[0] == steps[1] > 1 and (offsets[0] - offsets[1]) % steps[0]):
        return
    given = ["%s: every %d from %d" % item for item in zip(pair.members, steps, offsets)]
    yield Finding(
        "AUTO_INCREMENT_COLLIDES",
        BLOCKER if pair.wish["writers"] == "both" else WARNING,
        None,
        "both members can give out the same number (%s)" % ", ".join(given),
        "Run deploy_pair: it gives each member numbers of its own (pair_auto_increment_increment).",
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
