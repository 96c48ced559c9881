# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the filters of a pair."""

from __future__ import annotations

import re
from typing import Dict, Iterator, List

from ..._state.channel import FILTERS
from ..steps import Finding
from .view import BLOCKER, WARNING, Member, Pair

_FILTER_NAME = re.compile(r"[^\s'\"`\\,;#=]+")


def wished_names(pair: Pair) -> Iterator[Finding]:
    for name, filters in _wished(pair).items():
        for kind, names in filters.items():
            bad = [text for text in names if not _FILTER_NAME.fullmatch(text)]
            if bad:
                yield Finding(
                    "FILTER_NAME_INVALID",
                    BLOCKER,
                    name,
                    "mysql_server_%s holds %s" % (kind, ", ".join(repr(text) for text in bad)),
                    "Write plain names, one in each item of the list.",
                )


def wished_filters(pair: Pair) -> Iterator[Finding]:
    yield from _judged(_wished(pair))


def filters_elsewhere(pair: Pair) -> Iterator[Finding]:
    """Find filters to which a deployment could only add."""
    wished = _wished(pair)
    for name, facts in pair.known:
        found = (facts["host"].get("option_file") or {}).get("filters_elsewhere", {})
        others = {kind: sorted(set(names) - set(wished.get(name, {}).get(kind, []))) for kind, names in found.items()}
        # It lets the collection's own tables through, and has no variable in the inventory.
        others.pop("replicate_ignore_table", None)
        if any(others.values()):
            yield Finding(
                "FILTERS_ELSEWHERE",
                BLOCKER,
                name,
                "its option files have filters that the inventory does not say: %s"
                % _in_words({kind: names for kind, names in others.items() if names}),
                "Take them out of the files, or say them in the inventory for both members.",
            )


def filters_in_force(pair: Pair) -> Iterator[Finding]:
    yield from _judged({member.name: _in_force(member) for member in pair.answering})


Filters = Dict[str, List[str]]


def _wished(pair: Pair) -> Dict[str, Filters]:
    return {name: pair.wish["by_member"][name]["filters"] for name in pair.members if pair.wish["by_member"].get(name)}


def _in_force(member: Member) -> Filters:
    """Return the rules of each filter of a server, and of its channel."""
    rules = {kind: member.settings.get(kind, "") for kind in FILTERS}
    rules.update((member.channel or {}).get("filters", {}))
    return {kind: sorted(set(filter(None, rule.replace(" ", "").split(",")))) for kind, rule in rules.items()}


def _in_words(filters: Filters) -> str:
    """Return filters as people read them.

    >>> _in_words({"binlog_do_db": ["wikidb", "blog"], "replicate_do_db": ["wikidb"]}), _in_words({})
    ('binlog_do_db wikidb blog, replicate_do_db wikidb', 'none')
    """
    return ", ".join(" ".join([kind, *names]) for kind, names in filters.items()) or "none"


def _judged(by_member: Dict[str, Filters]) -> Iterator[Finding]:
    used = {name: {kind: names for kind, names in kinds.items() if names} for name, kinds in by_member.items()}
    if len({repr(sorted(kinds.items())) for kinds in used.values()}) > 1:
        yield Finding(
            "FILTERS_DIFFER",
            BLOCKER,
            None,
            "; ".join("%s: %s" % (name, _in_words(kinds)) for name, kinds in used.items()),
            "Say the filters for the group, not for one member.",
        )
    kinds_used = sorted({kind for kinds in used.values() for kind in kinds})
    if kinds_used:
        yield Finding(
            "FILTERS_LOSE_DATA",
            WARNING,
            None,
            "filters in use: %s. Statements that name a schema other than the current one are lost or leak, accounts"
            " are not replicated, and a filtered binary log cannot restore the server" % ", ".join(kinds_used),
            "Replicate everything unless you must not.",
        )
