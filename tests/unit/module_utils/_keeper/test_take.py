"""Writes that are offered are taken once nothing stands against it, and only as long as the offer stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import take, told
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import STAY, TAKE, Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

OWN = Seen(2, "closed", Claim(7, 1, "deploy"))
LOGIN = Login(user="replication")


class Standby:
    """The standby, and the offer of its peer.

    :ivar done: what was done to it.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.risks: list[str] = []
        self.is_offered = self.is_drained = True
        monkeypatch.setattr(take, "risks_of_loss", lambda _session, _seconds: self.risks)
        monkeypatch.setattr(take, "moving_writes", lambda _session, _seconds: self._noting("reserved", "released"))
        monkeypatch.setattr(take, "commits_at_once", lambda _session: self._noting("at once", "patient"))
        monkeypatch.setattr(take, "drain", lambda _session, _seconds: self._drain())
        monkeypatch.setattr(take, "look_at", lambda _session: OWN)
        monkeypatch.setattr(take, "is_takeover_wished", lambda: True)
        monkeypatch.setattr(take, "is_offered", lambda _session, term, user: self._ask(term, user))
        monkeypatch.setattr(take, "take_writes", lambda _session, _id, received: self.done.append(received))
        monkeypatch.setattr(told, "tell_gate", lambda is_open: self.done.append("told" if is_open else "told closed"))

    @contextmanager
    def _noting(self, begin: str, end: str) -> Iterator[None]:
        self.done.append(begin)
        yield
        self.done.append(end)

    def _drain(self) -> str:
        if not self.is_drained:
            raise Refused("Transactions that were received are not applied.")
        return "binlog.000007:4"

    def _ask(self, term: int, user: str) -> bool:
        assert (term, user) == (7, "replication")
        self.done.append("asked")
        return self.is_offered


@pytest.fixture
def standby(monkeypatch: pytest.MonkeyPatch) -> Standby:
    return Standby(monkeypatch)


def test_the_offer_is_looked_at_last(standby: Standby) -> None:
    session: Any = None
    assert take.take_offered(session, LOGIN, told.Told())[0] == TAKE
    assert standby.done == ["reserved", "at once", "asked", "binlog.000007:4", "told", "patient", "released"]


@pytest.mark.parametrize("obstacle", ["risks", "applier", "withdrawn", "no login"])
def test_nothing_is_taken_over_an_obstacle(standby: Standby, obstacle: str) -> None:
    session: Any = None
    standby.risks = ["it did not wait"] if obstacle == "risks" else []
    standby.is_drained = obstacle != "applier"
    standby.is_offered = obstacle != "withdrawn"
    assert take.take_offered(session, None if obstacle == "no login" else LOGIN, told.Told())[0] == STAY
    assert set(standby.done) <= {"reserved", "at once", "asked", "patient", "released"}
