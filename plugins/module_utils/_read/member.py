# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads everything a member's server says, in one session; a missing server is a fact, not a failure."""

from __future__ import annotations

from typing import Any, Dict

from .._bookkeeping import find_seed_mark, has_bookkeeping
from .._connection import Login, Session, connect
from .._errors import TwowayError
from .data import read_audit, read_schemas
from .replication import read_replication
from .server import describe_identity
from .variables import read_settings

_NOTHING: Dict[str, Any] = {
    "server": None,
    "login_error": None,
    "settings": None,
    "replication": None,
    "schemas": None,
    "audit": None,
    "seed": None,
    "has_bookkeeping": False,
}


def read_member(login: Login, is_installed: bool, with_audit: bool) -> Dict[str, Any]:
    """Return the server's part of the module ``member_info``."""
    if not is_installed:
        return dict(_NOTHING)
    try:
        session = connect(login)
    except TwowayError as error:
        return {**_NOTHING, "login_error": {"message": error.message, "errno": error.details.get("errno")}}
    try:
        return {**_NOTHING, **_read_session(session, with_audit)}
    finally:
        session.close()


def _read_session(session: Session, with_audit: bool) -> Dict[str, Any]:
    settings = read_settings(session)
    return {
        "server": describe_identity(session, settings),
        "settings": settings,
        "replication": read_replication(session, settings),
        "schemas": read_schemas(session),
        "audit": read_audit(session) if with_audit else None,
        "has_bookkeeping": has_bookkeeping(session),
        "seed": find_seed_mark(session),
    }
