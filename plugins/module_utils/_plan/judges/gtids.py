# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges GTIDs: how they are made, who holds which, and whether each member can still get what it lacks."""

from __future__ import annotations

from typing import Iterator

from ..._state.gtid import parse_gtid_position, parse_gtid_set
from ..link import is_seeded
from ..steps import Finding
from .view import BLOCKER, WARNING, Member, Pair

_MOST_GTIDS = 300


def modes(pair: Pair) -> Iterator[Finding]:
    """Find servers that write transactions without a GTID, or could."""
    for member in pair.answering:
        yield from _mode(pair, member)


def modes_of_linked(pair: Pair) -> Iterator[Finding]:
    """Find such servers that replicate: a restart with GTIDs would meet transactions on their way that have none."""
    if any(member.channel for member in pair.answering):
        for member in pair.answering:
            if not pair.is_copied(member.name):
                yield from _mode(pair, member)


def _mode(pair: Pair, member: Member) -> Iterator[Finding]:
    wrong = [
        "%s is %s" % (name, member.settings[name])
        for name in ("gtid_mode", "enforce_gtid_consistency")
        if member.settings.get(name, "ON").upper() != "ON"
    ]
    if wrong and pair.wish["coordinates"] == "gtid":
        yield Finding(
            "GTID_MODE_NOT_ON",
            BLOCKER,
            member.name,
            "pair_coordinates is gtid, and %s" % " and ".join(wrong),
            "Go online from OFF_PERMISSIVE over ON_PERMISSIVE to ON, each step on both members, or set"
            " pair_coordinates: file_position.",
        )


def strictness(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.number("gtid_strict_mode") == 0 and pair.wish["coordinates"] == "gtid":
            yield Finding(
                "GTID_STRICT_MODE_OFF",
                WARNING,
                member.name,
                "gtid_strict_mode is off: transactions out of order within a domain are taken without an error",
                "Run deploy_pair: it switches it on.",
            )


def coordinates(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and member.channel["coordinates"] != pair.wish["coordinates"]:
            yield Finding(
                "COORDINATES_DIFFER",
                WARNING,
                member.name,
                "its channel follows %s, and pair_coordinates is %s"
                % (member.channel["coordinates"].replace("_", " "), pair.wish["coordinates"]),
                "Run deploy_pair, or say what the channels use in pair_coordinates.",
            )


def current_position(pair: Pair) -> Iterator[Finding]:
    """Find a replica that takes what it wrote itself for what it has received."""
    for member in pair.answering:
        if member.channel and member.channel["coordinates"] == "gtid_current_pos":
            yield Finding(
                "GTID_CURRENT_POS_USED",
                WARNING,
                member.name,
                "its channel begins at gtid_current_pos, in which its own transactions count: %s refuses it while"
                " it lacks one, and what %s has of its domain beyond them is passed over" % (member.peer, member.peer),
                "Run deploy_pair: its channel then begins at gtid_slave_pos.",
            )


def errant(pair: Pair) -> Iterator[Finding]:
    """Find transactions that a member lost and its peer still holds: no channel brings them back to their author."""
    for author, holder in pair.directions:
        if author.name == pair.wish.get("rebuild") or _is_to_be_seeded(pair, author):
            # It is about to get them, with all the rest.
            continue
        lost = _lost_set(author, holder) if author.has("gtid_mode") else _lost_position(author, holder)
        if lost:
            yield Finding(
                "ERRANT_TRANSACTIONS",
                BLOCKER,
                holder.name,
                "it holds transactions of %s that %s itself does not have, and no channel brings them back: %s"
                % (author.name, author.name, lost[:_MOST_GTIDS]),
                "Rebuild %s, which gets everything of %s then; where it takes the writes, give them to %s first."
                % (author.name, holder.name, holder.name),
            )


def _is_to_be_seeded(pair: Pair, member: Member) -> bool:
    """Return whether a deployment copies the donor's data to a member: a server that was in no pair before."""
    return member.name == pair.recipient and not member.channel and not is_seeded(member.facts)


def _lost_set(author: Member, holder: Member) -> str:
    held = parse_gtid_set(holder.facts["replication"]["binlog"]["gtid"] or "")
    own = held.of_source(author.facts["server"]["server_uuid"] or "")
    lost = own.subtract(parse_gtid_set(author.facts["replication"]["binlog"]["gtid"] or ""))
    if holder.channel and holder.channel["receiver"]["state"] == "on":
        # What came over a live channel may be younger than what was read of its author.
        lost = lost.subtract(parse_gtid_set(holder.channel["receiver"]["gtid"] or ""))
    return str(lost)


def _lost_position(author: Member, holder: Member) -> str:
    if "gtid_domain_id" not in author.settings or (holder.channel and holder.channel["receiver"]["state"] != "off"):
        # A receiver that its source accepts shows that the source has everything.
        return ""
    domain = int(author.settings["gtid_domain_id"])
    held = parse_gtid_position(holder.settings.get("gtid_current_pos", "")).domain(domain)
    if holder.settings.get("gtid_domain_id") == author.settings["gtid_domain_id"]:
        author_id, holder_id = (member.facts["server"]["server_id"] for member in (author, holder))
        if author_id == holder_id:
            # As servers are that nobody has set up: what they wrote before tells of no author.
            return ""
        held = held.of_server(author_id)
    own = parse_gtid_position(author.settings.get("gtid_current_pos", "")).domain(domain)
    return "" if own.covers(held) else "%s, where its author is at %s" % (held, own or "nothing")


def purged(pair: Pair) -> Iterator[Finding]:
    """Find a replica that lacks what its source has removed from its binary log."""
    for source, replica in pair.directions:
        if not replica.channel:
            continue
        if replica.channel["coordinates"] == "file_position":
            gone = _gone_files(source, replica)
        elif source.has("gtid_mode"):
            gone = _gone_set(source, replica)
        else:
            gone = _gone_position(source, replica)
        if gone:
            yield Finding(
                "NEEDED_BINLOGS_PURGED",
                BLOCKER,
                replica.name,
                "it lacks what %s has removed from its binary log: %s" % (source.name, gone[:_MOST_GTIDS]),
                "Rebuild it: nothing but a copy of %s can bring that." % source.name,
            )


def _gone_set(source: Member, replica: Member) -> str:
    removed = parse_gtid_set(source.facts["replication"]["binlog"]["gtid_purged"] or "")
    held = parse_gtid_set(replica.facts["replication"]["binlog"]["gtid"] or "")
    received = parse_gtid_set((replica.channel or {})["receiver"]["gtid"] or "")
    return str(removed.subtract(held).subtract(received))


def _gone_position(source: Member, replica: Member) -> str:
    removed = parse_gtid_position(source.facts["replication"]["binlog"]["gtid_purged"] or "")
    held = parse_gtid_position(replica.settings.get("gtid_current_pos", ""))
    received = parse_gtid_position((replica.channel or {})["receiver"]["gtid"] or "")
    own = int(replica.settings.get("gtid_domain_id", 0))
    lacking = [
        "%d-%d-%d" % gtid
        for gtid in removed.gtids
        for part in [type(removed)((gtid,))]
        if gtid[0] != own and not held.covers(part) and not received.covers(part)
    ]
    return ",".join(lacking)


def _gone_files(source: Member, replica: Member) -> str:
    kept = source.facts["replication"]["binlog"]["kept"]
    received = (replica.channel or {})["receiver"]["coordinates"]
    if not kept or not kept["oldest_file"] or not received:
        return ""
    wanted, oldest = (name.rpartition(".")[2] for name in (received["file"], kept["oldest_file"]))
    if not (wanted.isdigit() and oldest.isdigit() and int(wanted) < int(oldest)):
        return ""
    return "its receiver is in %s, and the oldest file is %s" % (received["file"], kept["oldest_file"])
