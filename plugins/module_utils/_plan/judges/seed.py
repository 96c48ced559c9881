# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the copy of the data: whether it may be made, and whether the last one was finished."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional

from ..._state.units import in_bytes
from ..active import present_writer
from ..link import is_linked, is_seeded, is_untouched
from ..seed import needed_bytes
from ..steps import Finding
from .view import BLOCKER, WARNING, Pair


def _describe_schemas(schemas: Optional[List[Dict[str, Any]]]) -> str:
    listed = [
        "%s (%d tables, %s)" % (schema["name"], schema["tables"], in_bytes(schema["size_bytes"]))
        for schema in schemas or []
    ]
    return ", ".join(listed) or "no schemas"


def data_on_recipient(pair: Pair) -> Iterator[Finding]:
    name, donor = pair.recipient, pair.facts.get(pair.wish["donor"])
    facts = pair.facts.get(name or "")
    if not name or not facts or facts["schemas"] is None or is_linked(facts) or not pair.is_copied(name):
        return
    own = [schema for schema in facts["schemas"] if any(schema.get(what) for what in ("tables", "routines", "events"))]
    if own and is_seeded(facts) and not is_untouched(facts):
        yield from _changed_since(pair, name, own)
    elif own and not facts["seed"] and name not in pair.wish["overwrite"]:
        yield Finding(
            "DATA_ON_RECIPIENT",
            BLOCKER,
            name,
            "it holds %s; the donor %s holds %s"
            % (_describe_schemas(own), pair.wish["donor"], _describe_schemas(donor["schemas"] if donor else None)),
            "Name the other donor with pair_seed_from, or let the data of %s be saved and overwritten with"
            " pair_seed_overwrite: [%s]." % (name, name),
        )


def running_seed(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        running = facts.get("running_seed")
        if running:
            yield Finding(
                "SEED_GOES_ON",
                BLOCKER,
                name,
                "process %s has been copying data into it since %s; /var/lib/twoway/progress-%s.json tells how far"
                " it is" % (running["process"] or "of an earlier run", running["began_at"], running["port"]),
                "deploy_pair, rebuild_member and add_replica wait for its end, and go on then. To give it up, end that"
                " process.",
            )


def _changed_since(pair: Pair, name: str, own: List[Dict[str, Any]]) -> Iterator[Finding]:
    """Judge a member that has lost its channel: it was in a pair, and may be the one that the application writes to."""
    writer = present_writer(pair.members, pair.facts) if pair.wish["writers"] == "one" else None
    if pair.wish.get("rebuild") == name or (name in pair.wish["overwrite"] and writer != name):
        return
    yield Finding(
        "DATA_ON_RECIPIENT",
        BLOCKER,
        name,
        "it was seeded from %s, has changed since, and follows nobody; it holds %s"
        % (pair.facts[name]["seed"].get("donor"), _describe_schemas(own)),
        "Seed it again with rebuild_member, which first saves what only %s has, or with pair_seed_overwrite: [%s]."
        % (name, name)
        if writer == pair.wish["donor"]
        else "See which of the two has the right data, and rebuild the other one from it with rebuild_member.",
    )


def unfinished_seed(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        if not facts["seed"] or facts["seed"]["state"] != "importing" or facts.get("running_seed"):
            continue
        is_donor = name == pair.wish["donor"]
        yield Finding(
            "SEED_UNFINISHED",
            BLOCKER if is_donor else WARNING,
            name,
            "an import from %s was not finished; its data are half of somebody's" % facts["seed"]["donor"],
            "Seed it from its peer (pair_seed_from)." if is_donor else "deploy_pair seeds it again.",
        )


def space(pair: Pair) -> Iterator[Finding]:
    name, donor = pair.recipient or "", pair.facts.get(pair.wish["donor"])
    facts = pair.facts.get(name)
    if not donor or not facts or not donor["schemas"] or is_linked(facts) or not pair.is_copied(name):
        return
    mark, free = facts["seed"] or {}, facts["host"]["free_bytes"]
    # What was copied is no copy to come; what an unfinished one by files has taken, only the next one sees.
    if free is None or mark.get("state") == "done" or mark.get("method") == "backup":
        return
    needed = needed_bytes(donor["schemas"])
    doomed = [
        schema
        for schema in facts["schemas"] or []
        if pair.recipient in pair.wish["overwrite"] or schema["name"] in mark.get("schemas", ())
    ]
    free += sum(schema["size_bytes"] for schema in doomed)
    if free < needed:
        yield Finding(
            "DISK_TOO_SMALL",
            BLOCKER,
            pair.recipient,
            "the seed needs about %s, and %s are free" % (in_bytes(needed), in_bytes(free)),
            "Make room in the data directory.",
        )


def engines(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        used = {engine for schema in facts["schemas"] or [] for engine in schema["engines"]}
        plain = sorted(used & {"MyISAM", "Aria", "MEMORY", "CSV", "ARCHIVE"})
        if plain:
            yield Finding(
                "TABLES_WITHOUT_TRANSACTIONS",
                WARNING,
                name,
                "tables of %s: they have no snapshot, and a crash can make the members differ" % ", ".join(plain),
                "Change them to InnoDB.",
            )
