# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How long commits of a server wait for its replica: for nobody while there is none, and again once there is one.

What was before is noted on the host, so that the keeper of the gate restores it where somebody was killed meanwhile.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import Iterator, Optional

from ._bookkeeping import PATIENCE, read_note_file, state_path, write_state
from ._connection import Session
from ._dialect.statement import Raw, sql
from ._errors import ServerError
from ._read.replication import read_semi_sync
from ._state.variables import is_on

_AT_ONCE_MS = 1
_LOCK = "twoway.patience"
_LOCK_SECONDS = 1


@contextmanager
def commits_at_once(session: Session) -> Iterator[None]:
    """Let commits wait for no replica, because there is none; once given up on, it is not waited for any more.

    Those of the applier wait as well, so that what was received is not applied before.
    """
    if not is_on(_read(session, "enabled") or ""):
        yield
        return
    path = state_path(session, PATIENCE)
    with _reserved(session, _LOCK_SECONDS):
        before_ms = _before(session, path)
        if path:
            # On a full disk a kill leaves commits that do not wait, which is a finding; the writes have to be taken.
            with suppress(OSError):
                write_state(path, {"timeout_ms": before_ms})
        at_once = sql("SET GLOBAL {} = {}", _variable(session, "timeout"), _AT_ONCE_MS)
        session.query(at_once, "let commits wait for no replica")
        _let_go(session)
        try:
            yield
        finally:
            with suppress(ServerError):
                _restore(session, before_ms, path)


def patience_seconds(session: Session) -> float:
    """Return how long a commit of this server waits for its replica; 0 where it waits for none."""
    return int(_read(session, "timeout") or 0) / 1000 if read_semi_sync(session) else 0.0


def has_replica(session: Session) -> bool:
    """Return whether a replica is connected that commits may wait for."""
    return bool(_count(session, "clients"))


def has_given_up(session: Session) -> bool:
    """Return whether commits wait for no connected replica, although they should, and :func:`wait_again` helps."""
    if session.dialect.semi_sync_begins_with() is None:
        return False
    is_active = read_semi_sync(session)
    return is_active is False and has_replica(session) and is_on(_read(session, "enabled") or "")


def wait_again(session: Session) -> None:
    """Let commits wait for the replica from the next one on, which has to be close behind: else that one waits long."""
    name = session.dialect.semi_sync_begins_with()
    if name:
        before = is_on(_read_variable(session, name) or "")
        again = sql("SET GLOBAL {} = {}, GLOBAL {} = {}", Raw(name), int(not before), Raw(name), int(before))
        session.query(again, "let commits wait for the replica again")


def restart_semi_sync(session: Session) -> bool:
    """Let go of everything that waits for the thread for acknowledgments; return whether there was such a thread."""
    is_enabled = is_on(_read(session, "enabled") or "")
    if is_enabled:
        _switch_off_and_on(session, _variable(session, "enabled"))
    return is_enabled


def _let_go(session: Session) -> None:
    """End the wait of commits that wait already; for those that come, and for a replica that is back, it stays on.

    Where no replica is connected it is enough to say that nobody is waited for then. To switch all of it off ends
    every wait, and takes MySQL a second, as long as its thread for acknowledgements takes to notice.
    """
    alone = session.dialect.semi_sync_waits_alone()
    if is_on(_read_variable(session, alone) or ""):
        _switch_off_and_on(session, Raw(alone))
    if _count(session, "wait_sessions"):
        first = session.dialect.end_sessions_of_replicas()
        if first:
            session.query(first, "end the sessions of replicas")
        _switch_off_and_on(session, _variable(session, "enabled"))


def _switch_off_and_on(session: Session, variable: Raw) -> None:
    session.query(sql("SET GLOBAL {} = 0, GLOBAL {} = 1", variable, variable), "let waiting commits go")


def restore_patience(session: Session, path: str) -> None:
    """Let commits wait as before where somebody was killed who had let them wait for nobody.

    :param path: the file in which that one noted how long they waited; without it there is nothing to do.
    """
    if not os.path.exists(path):
        return
    with _reserved(session, 0) as is_reserved:
        # Else somebody needs it so at this moment.
        if is_reserved:
            _restore(session, _before(session, path), path)


def _variable(session: Session, part: str) -> Raw:
    return Raw("%s_%s" % (session.dialect.semi_sync_name(), part))


def _read(session: Session, part: str) -> Optional[str]:
    return _read_variable(session, _variable(session, part).text)


def _read_variable(session: Session, name: str) -> Optional[str]:
    rows = session.query(sql("SHOW GLOBAL VARIABLES LIKE {}", name), "read the patience of commits")
    return str(rows[0]["Value"]) if rows else None


def _count(session: Session, part: str) -> int:
    question = sql("SHOW GLOBAL STATUS LIKE {}", _variable(session, part).text)
    rows = session.query(question, "look for commits that wait, and for whom")
    return int(rows[0]["Value"]) if rows else 0


def _before(session: Session, path: Optional[str]) -> int:
    """Return how long commits wait when nobody changes that; a note counts while what its author set is in force."""
    now_ms = int(_read(session, "timeout") or 0)
    noted = read_note_file(path) if path and now_ms == _AT_ONCE_MS else None
    return int(noted["timeout_ms"]) if noted else now_ms


def _restore(session: Session, milliseconds: int, path: Optional[str]) -> None:
    # Where the server was started without semi-synchronous replication since, there is nothing to restore.
    if _read(session, "timeout") is not None:
        restore = sql("SET GLOBAL {} = {}", _variable(session, "timeout"), milliseconds)
        session.query(restore, "restore the patience of commits")
    if path:
        with suppress(FileNotFoundError):
            os.unlink(path)


@contextmanager
def _reserved(session: Session, timeout_seconds: int) -> Iterator[bool]:
    """Tell whether nobody else changes the patience of commits now; a kill ends the reservation with the session."""
    question = sql("SELECT GET_LOCK({}, {})", _LOCK, timeout_seconds)
    is_reserved = int(session.value(question, "reserve the patience of commits") or 0) == 1
    try:
        yield is_reserved
    finally:
        if is_reserved:
            with suppress(ServerError):
                session.value(sql("SELECT RELEASE_LOCK({})", _LOCK), "release the patience of commits")
