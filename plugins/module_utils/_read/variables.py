# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads how a server is set, with the settings that no variable shows."""

from __future__ import annotations

import os
import re
from typing import Dict, FrozenSet, Iterable, Optional

from .._connection import Session
from .._dialect.options import filter_value
from .._errors import ServerError
from .._state.channel import FILTERS
from .replication import read_binlog
from .server import read_started_at

_READ_ONLY = 1238


def read_settings(session: Session) -> Dict[str, str]:
    """Return all global variables, and the filters as if each were one, their names in order, joined by commas."""
    variables = session.variables()
    status = read_binlog(session, variables)
    filters = {"binlog_do_db": ",".join(status.do_db), "binlog_ignore_db": ",".join(status.ignore_db)}
    question = session.dialect.read_global_filters()
    if question:
        for row in session.query(question, "read the replication filters"):
            filters[row["name"].lower()] = row["rule"]
    settings = {**session.dialect.empty_filters, **filters, **variables}
    return {name: filter_value(value.split(",")) if name in FILTERS else value for name, value in settings.items()}


def read_persisted(session: Session) -> Dict[str, str]:
    """Return the variables that the server itself keeps for its next start, over its option files."""
    question = session.dialect.read_persisted()
    rows = session.query(question, "read the persisted variables") if question else []
    return {row["name"]: row["value"] for row in rows}


def read_set_elsewhere(session: Session, names: Iterable[str], option_file: Optional[str]) -> Dict[str, str]:
    """Return which of some variables have their values from another file than this one, each with that file."""
    question = session.dialect.read_origins()
    rows = session.query(question, "read which files variables are from") if question else []
    files = {row["name"]: row["file"] for row in rows}
    ours = os.path.realpath(option_file or "")
    return {name: files[name] for name in names if name in files and os.path.realpath(files[name]) != ours}


def read_static(session: Session, names: Iterable[str]) -> FrozenSet[str]:
    """Return those of some variables, which the server has, that it lets nobody set while it runs."""
    return frozenset(name for name in names if _is_static(session, name))


def _is_static(session: Session, name: str) -> bool:
    try:
        session.query(session.dialect.try_to_set(name), "see whether %s can be set" % name)
    except ServerError as error:
        # In whatever language the server says it.
        return error.errno == _READ_ONLY and re.search(r"\b%s\b" % re.escape(name), error.reason) is not None
    return False


def was_started_since(session: Session, option_file: Optional[str]) -> bool:
    """Return whether the server was started after an option file on this host was written last."""
    try:
        written_at = os.stat(option_file or "").st_mtime
    except OSError:
        return False
    return written_at < read_started_at(session)
