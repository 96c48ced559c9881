# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges what two writers can make differ."""

from __future__ import annotations

from typing import Iterator, Tuple

from ..steps import Finding
from .view import WARNING, Pair


def _audited(pair: Pair, problem: str) -> Iterator[Tuple[str, str]]:
    """Yield each member with tables that have a problem, and the first of them."""
    if pair.wish["writers"] == "both":
        for name, facts in pair.known:
            found = (facts["audit"] or {}).get(problem)
            if found:
                more = " and %d more" % (len(found) - 10) if len(found) > 10 else ""
                yield name, ", ".join(found[:10]) + more


def keys_missing(pair: Pair) -> Iterator[Finding]:
    for name, tables in _audited(pair, "tables_without_primary_key"):
        yield Finding(
            "TWO_WRITERS_NO_PRIMARY_KEY",
            WARNING,
            name,
            "no primary key: %s" % tables,
            "Give each table a primary key; without one a change cannot name its row.",
        )


def keys_further(pair: Pair) -> Iterator[Finding]:
    for name, tables in _audited(pair, "tables_with_further_unique_keys"):
        yield Finding(
            "TWO_WRITERS_UNIQUE_KEYS",
            WARNING,
            name,
            "further unique keys: %s" % tables,
            "See to it that only one member makes values for these keys; the second one's row stops the channel.",
        )


def cascades(pair: Pair) -> Iterator[Finding]:
    for name, tables in _audited(pair, "tables_with_cascades"):
        yield Finding(
            "TWO_WRITERS_CASCADES",
            WARNING,
            name,
            "foreign keys that change rows by themselves: %s" % tables,
            "Let one member write these tables, or do in the application what the cascade does.",
        )


def triggers(pair: Pair) -> Iterator[Finding]:
    for name, tables in _audited(pair, "tables_with_triggers"):
        yield Finding(
            "TWO_WRITERS_TRIGGERS",
            WARNING,
            name,
            "triggers: %s" % tables,
            "See to it that a trigger changes only rows that its own member writes.",
        )


def events(pair: Pair) -> Iterator[Finding]:
    """Find events that run on both members."""
    if not pair.both or pair.wish["writers"] != "both":
        return
    enabled = [set(member.facts["enabled_events"] or []) for member in pair.both]
    runs = [member.settings.get("event_scheduler", "").upper() == "ON" for member in pair.both]
    twice = sorted(enabled[0] & enabled[1]) if all(runs) else []
    if twice:
        yield Finding(
            "EVENTS_ON_BOTH",
            WARNING,
            None,
            "these events run on both members: %s" % ", ".join(twice[:10]),
            "Disable each of them on one member, as on a replica.",
        )
