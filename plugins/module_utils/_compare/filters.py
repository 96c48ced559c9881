# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Which tables are kept from a replica on purpose: what it has of them says nothing."""

from __future__ import annotations

import re
from typing import Dict, List, Mapping

from .._connection import Session
from .._dialect.channel_row import names_in
from .._read.replication import read_binlog, read_channel
from .._read.server import read_gate
from .._read.variables import read_settings
from .._state.channel import REPLICA_FILTERS
from .tables import Name

Filters = Mapping[str, str]
"""Rules by the name of their option, joined by commas, for one direction: of the log that is sent, and its applier."""


def read_filters(control: Session, watch: Session, channel: str) -> List[Filters]:
    """Return the filters towards the replica and, where that takes writes of its own, those towards the source."""
    state = read_channel(control, channel)
    filters: List[Filters] = [{**_of_log(watch), **(state.filters if state else {})}]
    if read_gate(control) != "closed":
        settings = read_settings(watch)
        filters.append({**_of_log(control), **{name: settings.get(name, "") for name in REPLICA_FILTERS}})
    return filters


def _of_log(session: Session) -> Dict[str, str]:
    status = read_binlog(session, session.variables())
    return {"binlog_do_db": ",".join(status.do_db), "binlog_ignore_db": ",".join(status.ignore_db)}


def leaves_out(filters: Filters, name: Name) -> bool:
    """Return whether changes of a table's rows do not arrive, as far as they are logged as rows.

    >>> leaves_out({"binlog_ignore_db": "a, tmp"}, ("tmp", "t")), leaves_out({"replicate_do_db": "shop"}, ("tmp", "t"))
    (True, True)
    >>> rules = {"replicate_do_table": "shop.item", "replicate_wild_ignore_table": r"shop.cache\\_%"}
    >>> [leaves_out(rules, ("shop", table)) for table in ("item", "cache_1", "cachet", "other")]
    [False, True, True, True]
    """
    rules = {kind: [text.strip() for text in names_in(listed)] for kind, listed in filters.items()}
    by_schema = (("binlog_do_db", "binlog_ignore_db"), ("replicate_do_db", "replicate_ignore_db"))
    return any(_leaves_out_schema(rules, *kinds, name[0]) for kinds in by_schema) or _leaves_out_table(rules, name)


Rules = Mapping[str, List[str]]


def _leaves_out_schema(rules: Rules, wanted: str, ignored: str, schema: str) -> bool:
    # Where schemas are wanted by name, the others are not looked for among the ignored ones.
    return schema not in rules[wanted] if rules.get(wanted) else schema in rules.get(ignored, ())


def _leaves_out_table(rules: Rules, name: Name) -> bool:
    """Go by the first rule that fits, in the order of both servers; what fits none is wanted where none is by name."""
    full = "%s.%s" % name
    for kind, answer in (("replicate_do_table", False), ("replicate_ignore_table", True)):
        if full in rules.get(kind, ()):
            return answer
    for kind, answer in (("replicate_wild_do_table", False), ("replicate_wild_ignore_table", True)):
        if any(_wild(pattern).fullmatch(full) for pattern in rules.get(kind, ())):
            return answer
    return bool(rules.get("replicate_do_table") or rules.get("replicate_wild_do_table"))


def _wild(pattern: str) -> re.Pattern[str]:
    r"""Return a pattern of the servers as a regular expression.

    >>> [bool(_wild(r"a\_b.%").fullmatch(name)) for name in ("a_b.t", "axb.t")]
    [True, False]
    """
    parts = re.findall(r"\\?.", pattern, re.DOTALL)
    return re.compile("".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts), re.DOTALL)
