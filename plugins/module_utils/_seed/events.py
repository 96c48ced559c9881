# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Keeps copied events from running on the recipient as well."""

from __future__ import annotations

from .._connection import Session
from .._dialect.statement import sql
from .._read.data import BOOKKEEPING_SCHEMA
from .._state.variables import is_on


def disable_events(session: Session) -> None:
    """Switch off the enabled events of users, as replication does on a replica."""
    events = session.query(
        sql(
            "SELECT EVENT_SCHEMA AS name, EVENT_NAME AS event FROM information_schema.EVENTS"
            " WHERE STATUS = 'ENABLED' AND EVENT_SCHEMA NOT IN ('mysql', 'sys', {})",
            BOOKKEEPING_SCHEMA,
        ),
        "list the events",
    )
    for row in events:
        statement = session.dialect.disable_event_on_replica(row["name"], row["event"])
        session.query(statement, "disable the event %s.%s here" % (row["name"], row["event"]))


def resume_scheduler(session: Session, configured: str) -> None:
    """Let the event scheduler be as it was before a start that held it; the copied events are switched off first.

    :param configured: value of ``event_scheduler`` before.
    """
    disable_events(session)
    # A scheduler that was DISABLED at start was so by the option files, and is again after the next start.
    if is_on(configured):
        session.query(sql("SET GLOBAL event_scheduler = ON"), "switch the event scheduler on again")
