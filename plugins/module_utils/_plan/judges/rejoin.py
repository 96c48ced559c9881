# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the wish to take a member that was lost back into its pair."""

from __future__ import annotations

from typing import Iterator

from ..steps import Finding
from .view import BLOCKER, Pair


def member(pair: Pair) -> Iterator[Finding]:
    """Judge what only the member has, once it was asked; nothing when the wish is none of this kind."""
    found = pair.wish.get("rejoin") or {}
    # By GTID it is known that they are there, also where the binary log has lost them.
    if not (found.get("gtid") or found.get("transactions") or found.get("unread")):
        return
    donor = next((name for name in pair.members if name != found["member"]), "")
    saved = "; they are saved as SQL in %s" % found["saved"] if found.get("saved") else ""
    unread = "; not read: %s" % found["unread"] if found.get("unread") else ""
    yield Finding(
        "REJOIN_NOT_CLEAN",
        BLOCKER,
        found["member"],
        "it has %s transactions that %s lacks and cannot apply (%s)%s%s"
        % (
            found.get("transactions") or "an unknown number of",
            donor,
            found.get("gtid") or "by file position",
            saved,
            unread,
        ),
        "Choose: repair the channel of %s (repair_channel), or give them up with rebuild_member"
        " -e pair_rebuild_member=%s, which saves a dump of its data first, and then play back at %s what has to stay,"
        " from the SQL." % (donor, found["member"], donor),
    )
