# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Carries out the steps of a plan. It alone knows whether this is check mode."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Type

from ._connection import Session
from ._dialect.statement import sql
from ._errors import ServerError, TwowayError
from ._plan.steps import Step
from ._read.server import read_gate

Action = Callable[[Any], None]
"""Carries out a step that is not said in SQL."""


@contextmanager
def writable(session: Session, unlogged: bool = True) -> Iterator[None]:
    """Let this administrator's session write on a gated server, and keep what it writes out of the binary log.

    Accounts without administrative privileges stay out all the while; the gate is closed again in every case, unless
    somebody else opened it for them. Where the session is gone by then, another one closes it.
    """
    lift = session.dialect.lift_gate()
    is_gated = lift is not None and read_gate(session) == "closed"
    # Inside another block of the same kind there is nothing to do, and nothing to undo.
    unlogged = unlogged and bool(session.value(sql("SELECT @@SESSION.sql_log_bin"), "read the session's settings"))
    if unlogged:
        session.query(sql("SET SESSION sql_log_bin = 0"), "keep the session out of the binary log")
    if is_gated and lift:
        session.query(lift, "lift the write gate for the administrator")
    has_failed = True
    try:
        yield
        has_failed = False
    finally:
        if has_failed:
            # In the middle of a transaction no gate can be closed.
            with suppress(TwowayError):
                session.query(sql("ROLLBACK"), "give up what was begun")
        try:
            _end_writing(session, is_gated, unlogged)
        except ServerError:
            # Whoever goes on would take the new session for the old one, which is not logged: so it fails all the same.
            with suppress(ServerError):
                session.revive()
                _end_writing(session, is_gated, unlogged)
            # Why the block failed tells more than that its server is gone.
            if not has_failed:
                raise


def _end_writing(session: Session, is_gated: bool, unlogged: bool) -> None:
    # Open it is only where somebody has moved the writes here meanwhile.
    if is_gated and read_gate(session) != "open":
        session.query(session.dialect.set_gate(is_open=False), "close the write gate again")
    if unlogged:
        session.query(sql("SET SESSION sql_log_bin = 1"), "let the session into the binary log again")


class Executor:
    """Runs steps in order and keeps a record of each, in the shape of the result ``steps``."""

    def __init__(
        self,
        session: Session,
        check_mode: bool,
        actions: Optional[Mapping[Type[Step], Action]] = None,
        local_write: bool = False,
    ) -> None:
        """Prepare.

        :param actions: how to carry out the steps that no dialect says in SQL.
        :param local_write: the steps write into this server's own tables and must not be replicated.
        """
        self._session = session
        self._check_mode = check_mode
        self._actions = dict(actions or {})
        self._local_write = local_write
        self.record: List[Dict[str, Any]] = []

    def run(self, steps: List[Step]) -> None:
        """Carry out all steps, or only record them in check mode.

        :raises TwowayError: from the first step that failed; its ``failed_step`` is the record of that step.
        """
        if self._local_write and steps and not self._check_mode:
            with writable(self._session):
                self._run_all(steps)
        else:
            self._run_all(steps)

    def _run_all(self, steps: List[Step]) -> None:
        for step in steps:
            entry: Dict[str, Any] = {"name": step.name, "reason": step.reason, "executed": False}
            statements = [] if type(step) in self._actions else self._session.dialect.render(step)
            entry["statements"] = [statement.redacted for statement in statements]
            self.record.append(entry)
            if self._check_mode:
                continue
            try:
                if type(step) in self._actions:
                    self._actions[type(step)](step)
                for statement in statements:
                    self._session.query(statement, "%s (%s)" % (step.name.replace("_", " "), statement.redacted))
            except TwowayError as error:
                error.details.setdefault("failed_step", entry)
                raise
            entry["executed"] = True
