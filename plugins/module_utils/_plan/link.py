# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells what two members already have of each other: a channel, a copy, and all that is needed to go on from there."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from .._state.binlog import BinlogCoordinates
from .._state.gtid import GtidPosition, GtidSet, parse_gtid_position, parse_gtid_set
from .seed import DONE

Facts = Mapping[str, Any]


def is_linked(facts: Facts) -> bool:
    """Return whether a member has the channel of a pair, which is the one without a name."""
    replication = facts.get("replication") or {"channels": []}
    return any(channel["name"] == "" for channel in replication["channels"])


def is_seeded(facts: Facts) -> bool:
    """Return whether a seed of this collection was finished on a member, whatever has become of the data since."""
    return bool(facts.get("seed")) and facts["seed"]["state"] == DONE


def is_untouched(facts: Facts) -> bool:
    """Return whether nothing was written or applied on a member since its seed was finished."""
    return is_seeded(facts) and bool(facts["seed"].get("own")) and facts["seed"]["own"] == _own_place(facts)


def _own_place(facts: Facts) -> Dict[str, Any]:
    """Return where the member's history stands, as its seed noted it."""
    binlog = facts["replication"]["binlog"]
    by_gtid = {"gtid": binlog["gtid"], "gtid_applied": facts["settings"].get("gtid_slave_pos", "")}
    return by_gtid if any(by_gtid.values()) else {"file": binlog["file"], "position": binlog["position"]}


def still_holds(facts: Facts, mark: Mapping[str, Any]) -> bool:
    """Return whether a member has what another was seeded with from it; a server in place of a lost one has not."""
    copied, binlog = mark.get("coordinates") or {}, facts["replication"]["binlog"]
    if copied.get("gtid"):
        if "gtid_mode" in facts["server"]["features"]:
            return _held_set(facts).contains(parse_gtid_set(copied["gtid"]))
        return _reached(facts).covers(parse_gtid_position(copied["gtid"]))
    if not copied.get("file") or not binlog["file"]:
        return False
    place = BinlogCoordinates(binlog["file"], binlog["position"])
    return not place.is_before(BinlogCoordinates(copied["file"], copied["position"]))


def goes_on(donor: Facts, recipient: Facts, coordinates: str) -> bool:
    """Return whether a member that was seeded, and has lost its channel since, can be linked again as it is.

    By GTID alone, and only where each of the two still has in its binary log whatever the other lacks.

    :param donor: what ``member_info`` returned; empty for a member that could not be asked, as the other one.
    """
    if not donor.get("server") or not recipient.get("server"):
        return False
    if coordinates != "gtid" or is_linked(recipient) or not is_seeded(recipient) or is_untouched(recipient):
        return False
    if not still_holds(donor, recipient["seed"]):
        return False
    if "gtid_mode" in recipient["server"]["features"]:
        return _has_gtids(donor) and _has_gtids(recipient) and _go_on_by_sets(donor, recipient)
    return _go_on_by_positions(donor, recipient)


def _has_gtids(facts: Facts) -> bool:
    return str(facts["settings"].get("gtid_mode", "")).upper() == "ON" and bool(_held_set(facts))


def _go_on_by_sets(donor: Facts, recipient: Facts) -> bool:
    removed_here, removed_there = (parse_gtid_set(_removed(facts)) for facts in (recipient, donor))
    return _held_set(recipient).contains(removed_there) and _held_set(donor).contains(removed_here)


def _go_on_by_positions(donor: Facts, recipient: Facts) -> bool:
    seeded_at = parse_gtid_position((recipient["seed"].get("coordinates") or {}).get("gtid") or "")
    applied = _applied(recipient)
    # A position that is not behind the seed's is none that the member has come to since.
    if not seeded_at or not applied.covers(seeded_at) or not _reached(donor).covers(applied):
        return False
    if not applied.covers(parse_gtid_position(_removed(donor))):
        return False
    return is_linked(donor) or _applied(donor).covers(parse_gtid_position(_removed(recipient)))


def _held_set(facts: Facts) -> GtidSet:
    return parse_gtid_set(facts["replication"]["binlog"]["gtid"] or "")


def _applied(facts: Facts) -> GtidPosition:
    return parse_gtid_position(facts["settings"].get("gtid_slave_pos", ""))


def _reached(facts: Facts) -> GtidPosition:
    """Return the position up to which a MariaDB has everything, whether it wrote or applied it last."""
    written, applied = facts["replication"]["binlog"]["gtid"], facts["settings"].get("gtid_slave_pos")
    return parse_gtid_position(",".join(gtid for gtid in (written, applied) if gtid))


def _removed(facts: Facts) -> str:
    """Return the GTIDs that a member has no more in its binary log."""
    return facts["replication"]["binlog"]["gtid_purged"] or ""
