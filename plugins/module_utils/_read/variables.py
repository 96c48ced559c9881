# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads how a server is set, with the settings that no variable shows."""

from __future__ import annotations

from typing import Dict

from .._connection import Session
from .replication import read_binlog


def read_settings(session: Session) -> Dict[str, str]:
    """Return all global variables, and the filters as if each were one, their names joined by commas."""
    variables = session.variables()
    status = read_binlog(session, variables)
    filters = {"binlog_do_db": ",".join(status.do_db), "binlog_ignore_db": ",".join(status.ignore_db)}
    question = session.dialect.read_global_filters()
    if question:
        for row in session.query(question, "read the replication filters"):
            filters[row["name"].lower()] = row["rule"]
    return {**session.dialect.empty_filters, **filters, **variables}


def read_persisted(session: Session) -> Dict[str, str]:
    """Return the variables that the server itself keeps for its next start, over its option files."""
    question = session.dialect.read_persisted()
    rows = session.query(question, "read the persisted variables") if question else []
    return {row["name"]: row["value"] for row in rows}
