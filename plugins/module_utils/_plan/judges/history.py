# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what a member would bring to its peer, which has never followed it."""

from __future__ import annotations

from typing import Iterator

from ..._state.gtid import GtidPosition, parse_gtid_position, parse_gtid_set
from ..active import present_writer
from ..link import is_seeded, still_holds
from ..steps import Finding
from .view import BLOCKER, Member, Pair

_MOST_GTIDS = 300


def on_replica(pair: Pair) -> Iterator[Finding]:
    """Find what a channel to a member without one would bring of the member that follows it already."""
    for replica, source in pair.directions:
        # The other member gets a copy, or has had its channel before.
        if source.name != pair.wish["donor"] or source.channel or not replica.channel or pair.is_copied(replica.name):
            continue
        found = _brings(replica, source, pair.wish["coordinates"])
        if found:
            yield Finding(
                "HISTORY_ON_REPLICA",
                BLOCKER,
                replica.name,
                "it follows %s, which is to follow it from now on, and %s" % (source.name, found),
                "Seed it again with rebuild_member, which first saves what only %s has." % replica.name
                if present_writer(pair.members, pair.facts) == source.name
                else "See which of the two has the right data, and rebuild the other one from it with rebuild_member.",
            )


def _brings(replica: Member, source: Member, coordinates: str) -> str:
    """Return what of a replica its source would take that it does not have, or may have already; empty for nothing."""
    if coordinates != "gtid":
        return "" if _has_start(replica, source) else "where in its binary log that would begin is not known"
    if _is_its_copy(replica, source):
        # Whatever it has written since is the pair's.
        return ""
    if replica.has("gtid_mode"):
        return _own_set(replica, source)
    return _own_position(replica, source)


def _is_its_copy(replica: Member, source: Member) -> bool:
    mark = replica.facts["seed"]
    return is_seeded(replica.facts) and mark.get("donor") == source.name and still_holds(source.facts, mark)


def _has_start(replica: Member, source: Member) -> bool:
    """Return whether the replica's seed noted the start, and the source has not come any further than that."""
    mark, server_id = replica.facts["seed"] or {}, replica.facts["server"]["server_id"]
    has_followed = mark.get("compared") or server_id in [row["server_id"] for row in source.facts["canaries"]]
    return _is_its_copy(replica, source) and bool((mark.get("binlog") or {}).get("file")) and not has_followed


def _own_set(replica: Member, source: Member) -> str:
    held, of_source = (
        parse_gtid_set(member.facts["replication"]["binlog"]["gtid"] or "") for member in (replica, source)
    )
    own = held.subtract(of_source)
    if replica.channel and replica.channel["receiver"]["state"] == "on":
        # What came over a live channel may be younger than what was read of its source.
        own = own.subtract(parse_gtid_set(replica.channel["receiver"]["gtid"] or ""))
    return "has transactions that %s lacks: %s" % (source.name, str(own)[:_MOST_GTIDS]) if own else ""


def _own_position(replica: Member, source: Member) -> str:
    """Return the same of a MariaDB, whose log is read from where the source stands: it passes over its own alone."""
    binlog = replica.facts["replication"]["binlog"]
    applied = parse_gtid_position(source.settings.get("gtid_slave_pos", ""))
    written = parse_gtid_position(replica.settings.get("gtid_binlog_state") or binlog["gtid"] or "")
    others = GtidPosition(tuple(gtid for gtid in written.gtids if gtid[1] != source.facts["server"]["server_id"]))
    own = others.beyond(applied)
    if own:
        return "has transactions that %s did not write: up to %s" % (source.name, str(own)[:_MOST_GTIDS])
    gone = parse_gtid_position(binlog["gtid_purged"] or "").beyond(applied)
    return "its binary log does not go back to where that would begin: %s is gone" % gone if gone else ""
