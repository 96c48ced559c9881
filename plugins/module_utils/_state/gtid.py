# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""GTID sets of MySQL and GTID positions of MariaDB: two types, two algebras, no shared meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Mapping, Optional, Tuple

Interval = Tuple[int, int]
"""First and last sequence number, both included."""


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same numbers as sorted intervals that neither overlap nor touch."""
    merged: List[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _without(intervals: Iterable[Interval], removed: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the numbers of the first intervals that are in none of the second."""
    remaining = list(intervals)
    for cut_first, cut_last in removed:
        pieces: List[Interval] = []
        for first, last in remaining:
            if cut_last < first or last < cut_first:
                pieces.append((first, last))
                continue
            if first < cut_first:
                pieces.append((first, cut_first - 1))
            if cut_last < last:
                pieces.append((cut_last + 1, last))
        remaining = pieces
    return _merged(remaining)


def _parse_interval(text: str) -> Interval:
    first, _dash, last = text.partition("-")
    interval = (int(first), int(last or first))
    if not 0 < interval[0] <= interval[1]:
        raise ValueError("a GTID interval runs from a positive number upwards, not %r" % text)
    return interval


@dataclass(frozen=True)
class GtidSet:
    """A set of transactions of MySQL: for each source (``uuid`` or ``uuid:tag``) the intervals it holds.

    >>> str(parse_gtid_set("3E11FA47-71CA-11E1-9E33-C80AA9429562:5-7:1-4"))
    '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7'
    """

    sources: Tuple[Tuple[str, Tuple[Interval, ...]], ...] = ()

    @classmethod
    def of(cls, sources: Mapping[str, Iterable[Interval]]) -> GtidSet:
        """Return the set with these intervals by source; sources without a number are left out."""
        merged = {source: _merged(intervals) for source, intervals in sources.items()}
        return cls(tuple(sorted((source, intervals) for source, intervals in merged.items() if intervals)))

    def _by_source(self) -> Dict[str, Tuple[Interval, ...]]:
        return dict(self.sources)

    def subtract(self, other: GtidSet) -> GtidSet:
        """Return the transactions of this set that the other lacks.

        >>> u = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
        >>> str(parse_gtid_set(u + ":1-10").subtract(parse_gtid_set(u + ":3-4:9")))
        '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2:5-8:10'
        """
        removed = other._by_source()
        return GtidSet.of({source: _without(held, removed.get(source, ())) for source, held in self.sources})

    def contains(self, other: GtidSet) -> bool:
        """Return whether every transaction of the other set is in this one."""
        return not other.subtract(self)

    def of_source(self, uuid: str) -> GtidSet:
        """Return the part that came from one server, with all its tags."""
        wanted = uuid.lower()
        return GtidSet(tuple(item for item in self.sources if item[0].split(":")[0] == wanted))

    @property
    def count(self) -> int:
        """The number of transactions in the set."""
        return sum(last - first + 1 for _source, held in self.sources for first, last in held)

    def __bool__(self) -> bool:
        return bool(self.sources)

    def __str__(self) -> str:
        return ",".join(
            "%s:%s" % (source, ":".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in held))
            for source, held in self.sources
        )


def parse_gtid_set(text: str) -> GtidSet:
    """Return the set that MySQL prints as text, with or without line breaks.

    Tags (``uuid:tag:1-5``, also ``uuid:1-3:tag:1-5``) are sources of their own, as they are for the server.

    >>> str(parse_gtid_set(""))
    ''
    >>> u = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
    >>> str(parse_gtid_set(u + ":1-3:blue:1-2"))
    '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3,3e11fa47-71ca-11e1-9e33-c80aa9429562:blue:1-2'

    :raises ValueError: when the text is not a GTID set.

    Source: MySQL manual, "GTID Format and Storage", 8.4 and 9.7.
    """
    sources: Dict[str, List[Interval]] = {}
    for member in "".join(text.split()).split(","):
        if not member:
            continue
        uuid, *parts = member.lower().split(":")
        if len(uuid) != 36 or uuid.count("-") != 4 or not parts:
            raise ValueError("not a GTID set: %r" % member)
        source = uuid
        for part in parts:
            if part[:1].isdigit():
                sources.setdefault(source, []).append(_parse_interval(part))
            else:
                source = "%s:%s" % (uuid, part)
    return GtidSet.of(sources)


@dataclass(frozen=True)
class GtidPosition:
    """A position of MariaDB: for each domain the last GTID as (domain, server id, sequence number).

    >>> str(parse_gtid_position("2-2-7,1-1-40"))
    '1-1-40,2-2-7'
    """

    gtids: Tuple[Tuple[int, int, int], ...] = ()

    def domain(self, domain_id: int) -> GtidPosition:
        """Return the part of the position that lies in one domain.

        >>> str(parse_gtid_position("1-1-40,2-2-7").domain(2))
        '2-2-7'
        """
        return GtidPosition(tuple(gtid for gtid in self.gtids if gtid[0] == domain_id))

    def of_server(self, server_id: int) -> GtidPosition:
        """Return the part of the position that one server wrote.

        >>> str(parse_gtid_position("0-1-40,2-2-7").of_server(1))
        '0-1-40'
        """
        return GtidPosition(tuple(gtid for gtid in self.gtids if gtid[1] == server_id))

    def covers(self, other: GtidPosition) -> bool:
        """Return whether this position is at or behind the other in every domain the other names.

        A position says how far, not what: a hole before it cannot be seen (only a comparison of the data sees it).

        >>> parse_gtid_position("1-1-40,2-2-7").covers(parse_gtid_position("1-1-39"))
        True
        >>> parse_gtid_position("1-1-40").covers(parse_gtid_position("2-2-1"))
        False
        """
        return self.behind(other) == 0

    def behind(self, other: GtidPosition) -> int:
        """Return by how many sequence numbers this position is behind the other, over all domains the other names.

        >>> parse_gtid_position("1-1-40,2-2-7").behind(parse_gtid_position("1-1-45,2-2-3,3-3-1"))
        6
        """
        reached, wanted = self._by_domain(), other._by_domain()
        return sum(max(0, sequence - reached.get(domain, 0)) for domain, sequence in wanted.items())

    def _by_domain(self) -> Dict[int, int]:
        reached: Dict[int, int] = {}
        for domain, _server, sequence in self.gtids:
            reached[domain] = max(sequence, reached.get(domain, 0))
        return reached

    def last_in(self, domain_id: int) -> GtidPosition:
        """Return the part of the position that is furthest in a domain.

        >>> str(parse_gtid_position("1-1-40,1-2-38").last_in(1))
        '1-1-40'
        """
        return GtidPosition(tuple(sorted(self.domain(domain_id).gtids, key=lambda gtid: gtid[2])[-1:]))

    def advanced_to(self, other: GtidPosition) -> GtidPosition:
        """Return this position with the other's GTIDs in place of those of their domains.

        >>> str(parse_gtid_position("1-1-40,2-2-7").advanced_to(parse_gtid_position("1-1-41")))
        '1-1-41,2-2-7'
        """
        domains = {gtid[0] for gtid in other.gtids}
        kept = tuple(gtid for gtid in self.gtids if gtid[0] not in domains)
        return GtidPosition(tuple(sorted(kept + other.gtids)))

    def beyond(self, other: GtidPosition) -> GtidPosition:
        """Return the GTIDs of this position that the other is not at or behind.

        >>> str(parse_gtid_position("1-1-40,2-2-7").beyond(parse_gtid_position("1-1-39,2-2-9")))
        '1-1-40'
        """
        return GtidPosition(tuple(gtid for gtid in self.gtids if not other.covers(GtidPosition((gtid,)))))

    def __bool__(self) -> bool:
        return bool(self.gtids)

    def __str__(self) -> str:
        return ",".join("%d-%d-%d" % gtid for gtid in self.gtids)


def parse_gtid_position(text: str) -> GtidPosition:
    """Return the position that MariaDB prints as text.

    Where a domain stands more than once (``gtid_binlog_state`` names every server that wrote in it), all are kept.

    >>> parse_gtid_position("0-1-100").gtids
    ((0, 1, 100),)

    :raises ValueError: when the text is not a list of ``domain-server-sequence``.

    Source: MariaDB documentation, "Global Transaction ID", 10.6 to 11.8.
    """
    gtids = []
    for member in "".join(text.split()).split(","):
        if not member:
            continue
        parts = member.split("-")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            raise ValueError("not a GTID position: %r" % member)
        gtids.append((int(parts[0]), int(parts[1]), int(parts[2])))
    return GtidPosition(tuple(sorted(gtids)))


def count_missing(of_source: Optional[str], on_replica: Iterable[Optional[str]]) -> Optional[int]:
    """Return how many transactions of a source a replica has not applied, by what both print of their GTIDs.

    The text itself tells a set from a position. ``None`` where the source has no GTIDs. On MariaDB sequence numbers
    are counted; what lies in a hole before a position is not seen.

    >>> u = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
    >>> count_missing(u + ":1-10", [u + ":1-7", None])
    3
    >>> count_missing("1-1-40,2-2-7", ["1-1-38", "2-2-7"])
    2
    >>> count_missing("", ["1-1-38"]) is None
    True
    """
    held = [text for text in on_replica if text]
    if not of_source:
        return None
    if ":" not in of_source:
        return parse_gtid_position(",".join(held)).behind(parse_gtid_position(of_source))
    return parse_gtid_set(of_source).subtract(parse_gtid_set(",".join(held))).count
