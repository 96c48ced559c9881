# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads everything a member's server says, in one session; a missing server is a fact, not a failure."""

from __future__ import annotations

import time
from typing import Any, Dict, Iterable

from .._bookkeeping import UNFINISHED, find_excluding, find_seed_mark, has_bookkeeping
from .._claim import read_claim
from .._connection import Login, Session, connect
from .._dialect.options import variable_of
from .._errors import TwowayError
from .account import read_powerful_accounts
from .data import read_audit, read_enabled_events, read_schemas
from .records import read_canaries, read_comparison, read_skipped
from .replication import read_replication
from .retention import read_disks
from .server import certificate_days_left, describe_identity
from .variables import read_persisted, read_settings, read_static

_NOTHING: Dict[str, Any] = {
    "server": None,
    "login_error": None,
    "settings": None,
    "replication": None,
    "schemas": None,
    "audit": None,
    "seed": None,
    "claim": None,
    "has_bookkeeping": False,
    "canaries": [],
    "accounts": None,
    "enabled_events": None,
    "disks": None,
    "persisted": None,
    "static_options": None,
    "certificate_days_left": None,
}


def read_member(login: Login, is_installed: bool, with_audit: bool, options: Iterable[str]) -> Dict[str, Any]:
    """Return the server's part of the module ``member_info``.

    :param options: names of further options, of which it is told which ones can only change at a restart.
    """
    records = {
        "comparison": read_comparison(),
        "skipped_transactions": read_skipped(),
        "running_seed": find_excluding(UNFINISHED),
    }
    if not is_installed:
        return {**_NOTHING, **records}
    try:
        session = connect(login)
    except TwowayError as error:
        failure = {"message": error.message, "errno": error.details.get("errno")}
        return {**_NOTHING, **records, "login_error": failure}
    try:
        return {**_NOTHING, **records, **_read_session(session, with_audit, options)}
    finally:
        session.close()


def _read_session(session: Session, with_audit: bool, options: Iterable[str]) -> Dict[str, Any]:
    settings, counters, is_prepared = read_settings(session), session.status(), has_bookkeeping(session)
    claim = read_claim(session)
    return {
        "server": describe_identity(session, settings, counters),
        "settings": settings,
        "replication": read_replication(session, settings, counters),
        "schemas": read_schemas(session),
        "audit": read_audit(session) if with_audit else None,
        "has_bookkeeping": is_prepared,
        "canaries": read_canaries(session) if is_prepared else [],
        "seed": find_seed_mark(session),
        "claim": claim.as_dict() if claim else None,
        "accounts": read_powerful_accounts(session),
        "enabled_events": read_enabled_events(session),
        "disks": read_disks(settings),
        "persisted": read_persisted(session),
        "static_options": sorted(read_static(session, settings.keys() & {variable_of(name) for name in options})),
        "certificate_days_left": certificate_days_left(settings, counters, time.time()),
    }
