# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what has to be alike on two servers."""

from __future__ import annotations

from typing import Iterator, List, Optional, Tuple

from ..steps import Finding
from .view import BLOCKER, WARNING, Member, Pair

_FARTHEST_CLOCK_SECONDS = 10.0
"""A module starts within a few seconds of being sent; what is more than this is the clocks."""


def versions(pair: Pair) -> Iterator[Finding]:
    flavors = {}
    for name, facts in pair.known:
        program = facts["host"]["program"]
        flavors[name] = (program and program["flavor"]) or pair.wish["by_member"][name]["flavor"]
        if program and not program["is_supported"]:
            yield Finding(
                "VERSION_UNSUPPORTED",
                BLOCKER,
                name,
                "its server is %s %s" % (flavors[name], program["version"]),
                "Upgrade to MySQL 5.7 or MariaDB 10.6 at least.",
            )
    if len(set(flavors.values())) > 1:
        yield Finding(
            "FLAVORS_DIFFER",
            BLOCKER,
            None,
            ", ".join("%s: %s" % item for item in flavors.items()),
            "Install the same flavor on both members.",
        )


def series(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        doubt = pair.wish["by_member"][member.name].get("doubt")
        if doubt:
            yield Finding(
                "VERSIONS_DIFFER",
                WARNING,
                member.name,
                doubt,
                "Bring both members to the same series, the standby first; until then use nothing that only one has.",
            )


def _differing(pair: Pair, names: Tuple[str, ...]) -> List[str]:
    """Return the variables of these that both members have, with different values, in words."""
    if not pair.both:
        return []
    one, other = pair.both
    return [
        "%s is %r on %s and %r on %s" % (name, one.settings[name], one.name, other.settings[name], other.name)
        for name in names
        if name in one.settings and name in other.settings and one.settings[name] != other.settings[name]
    ]


def table_names(pair: Pair) -> Iterator[Finding]:
    for described in _differing(pair, ("lower_case_table_names",)):
        yield Finding(
            "TABLE_NAME_CASE_DIFFERS",
            BLOCKER,
            None,
            described,
            "Make one of the servers anew with the other's setting: it cannot change in a server with data.",
        )


def cascades(pair: Pair) -> Iterator[Finding]:
    for described in _differing(pair, ("innodb_native_foreign_keys",)):
        yield Finding(
            "CASCADES_DIFFER",
            WARNING,
            None,
            "%s: only one of them writes what its foreign keys change into the binary log" % described,
            "Set innodb_native_foreign_keys alike in mysql_server_options of the group.",
        )


def sql_modes(pair: Pair) -> Iterator[Finding]:
    for described in _differing(pair, ("sql_mode",)):
        yield Finding(
            "SQL_MODES_DIFFER", WARNING, None, described, "Set sql_mode alike in mysql_server_options of the group."
        )


def charsets(pair: Pair) -> Iterator[Finding]:
    described = _differing(pair, ("character_set_server", "collation_server"))
    if described:
        yield Finding(
            "CHARSETS_DIFFER",
            WARNING,
            None,
            "; ".join(described),
            "Set character_set_server and collation_server alike in mysql_server_options of the group.",
        )


def _zone(member: Member) -> Optional[str]:
    named = member.settings.get("time_zone")
    return member.settings.get("system_time_zone") if named == "SYSTEM" else named


def time_zones(pair: Pair) -> Iterator[Finding]:
    zones = [(member.name, _zone(member)) for member in pair.answering]
    if len(zones) == 2 and zones[0][1] and zones[1][1] and zones[0][1] != zones[1][1]:
        yield Finding(
            "TIME_ZONES_DIFFER",
            WARNING,
            None,
            "the servers' time zones are %s" % ", ".join("%s: %s" % zone for zone in zones),
            "Set time_zone alike in mysql_server_options of the group, or the time zone of the hosts.",
        )


def clocks(pair: Pair) -> Iterator[Finding]:
    ahead = {name: facts.get("clock_offset_seconds") for name, facts in pair.known}
    if len(ahead) < 2 or None in ahead.values():
        return
    fast = max(ahead, key=lambda name: float(ahead[name] or 0))
    apart = float(ahead[fast] or 0) - min(float(offset or 0) for offset in ahead.values())
    if apart > _FARTHEST_CLOCK_SECONDS:
        yield Finding(
            "CLOCKS_DIFFER",
            WARNING,
            fast,
            "its clock is about %.0f s ahead of the other's" % apart,
            "Let both hosts keep their time by NTP.",
        )
