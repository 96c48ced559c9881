"""The keeper: how it opens and closes the gate."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import program
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.login import SILENT_SECONDS
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import CLOSE, OPEN, STAY, Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

CLAIM = Claim(7, 1, "deploy")
OPENING = "SET GLOBAL read_only = OFF"


class Session:
    """A session; ``patience`` is for how long each statement was waited for."""

    dialect = dialect_for(parse_version("9.7.4"))

    def __init__(self) -> None:
        self._seconds: float | None = SILENT_SECONDS
        self.patience: dict[str, float | None] = {}

    def limit_silence(self, seconds: float | None) -> None:
        self._seconds = seconds

    def limit_idleness(self, seconds: int = 28800) -> None:
        self.patience[f"idle {seconds}"] = self._seconds

    def query(self, statement: Statement, _action: str) -> None:
        self.patience[statement.text] = self._seconds

    def value(self, statement: Statement, _action: str) -> int | None:
        self.patience[statement.text] = self._seconds
        return None if "IS_USED_LOCK" in statement.text else 1


def test_a_gate_that_is_slow_to_close_is_not_closed_once_more_beside_that() -> None:
    session: Any = Session()
    keeper = program.Keeper(Login(), keeps_gate=True)
    keeper._set_gate(session, is_open=False)
    keeper._set_gate(session, is_open=True)
    assert session.patience == {"SET GLOBAL super_read_only = ON": None, OPENING: SILENT_SECONDS}


@pytest.mark.parametrize(
    ("peer", "decision"), [(Seen(2, "closed", CLAIM), OPEN), (Seen(2, "closed", Claim(8, 2, "failover")), STAY)]
)
def test_a_gate_is_opened_under_the_locks_of_both_members(
    monkeypatch: pytest.MonkeyPatch, peer: Seen, decision: str
) -> None:
    own, other = Session(), Session()
    keeper: Any = program.Keeper(Login(), keeps_gate=True)
    keeper._peer.session = other
    told: list[str] = []
    monkeypatch.setattr(keeper._peer, "follow_channel", lambda _own: None)
    monkeypatch.setattr(keeper._peer, "look", lambda _own: peer)
    monkeypatch.setattr(keeper._told, "tell", told.append)
    monkeypatch.setattr(keeper, "_is_alone", lambda _own, _peer: False)
    monkeypatch.setattr(program, "look_at", lambda _own: Seen(1, "closed", CLAIM, is_moving=True))
    assert keeper._open(own)[0] == decision
    asked, done = [*own.patience], [*other.patience]
    # In between each member keeps others from moving the writes; the peer only as long as it hears of the session.
    assert asked[0] == done[1] == "SELECT GET_LOCK('twoway.writes', 0)"
    assert asked[-1] == done[-2] == "SELECT RELEASE_LOCK('twoway.writes')"
    assert (done[0], done[-1]) == ("idle 30", "idle 28800")
    is_open = decision == OPEN
    assert (OPENING in asked, "SELECT IS_USED_LOCK('twoway.offer.7')" in done, told == ["open"]) == (is_open,) * 3


@pytest.mark.parametrize(
    ("own", "is_replaced", "decision"),
    [
        # The peer alone names another writer, for a pair that it may be a part of no more.
        (CLAIM, True, STAY),
        (CLAIM, False, CLOSE),
        # What is known here as well counts, whoever the peer is.
        (Claim(8, 2, "failover"), True, CLOSE),
    ],
)
def test_a_gate_is_not_closed_for_a_peer_that_was_replaced(
    monkeypatch: pytest.MonkeyPatch, own: Claim, is_replaced: bool, decision: str
) -> None:
    session: Any = Session()
    keeper: Any = program.Keeper(Login(), keeps_gate=True)
    told: list[str] = []
    monkeypatch.setattr(keeper._peer, "follow_channel", lambda _own: is_replaced)
    monkeypatch.setattr(keeper._told, "tell", told.append)
    monkeypatch.setattr(keeper, "_is_alone", lambda _own, _peer: False)
    peer = Seen(2, "closed", Claim(8, 2, "failover"))
    assert keeper._keep(session, Seen(1, "open", own), peer)[0] == decision
    assert ("SET GLOBAL super_read_only = ON" in session.patience, told == ["closed"]) == (decision == CLOSE,) * 2


def test_a_gate_that_is_slow_to_close_is_said_to_be_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper: Any = program.Keeper(Login(), keeps_gate=True)
    done: list[str] = []
    monkeypatch.setattr(keeper._told, "tell", done.append)
    monkeypatch.setattr(keeper._told, "say", done.append)
    monkeypatch.setattr(keeper, "_is_alone", lambda _own, _peer: False)
    monkeypatch.setattr(keeper, "_set_gate", lambda _session, is_open: done.append(f"gate {is_open}"))
    keeper._keep(Session(), Seen(1, "open", Claim(8, 2, "failover")), None)
    assert done == ["closed", "closing: the writes belong to server 2", "gate False"]
