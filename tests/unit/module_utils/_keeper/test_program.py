"""The keeper: what it says of a peer that it does not get in at."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import ALONE
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import login, program
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.fence import Settings
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.login import SILENT_SECONDS
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

UNTRUSTED = ServerError("connect", 2003, None, "certificate verify failed", was_there=True)


class Peer:
    """A session that shows nothing and can be closed."""

    def close(self) -> None:
        return None


@pytest.mark.parametrize("obstacle", [Refused("The CA of the channel cannot be read."), UNTRUSTED])
def test_obstacle_is_said_until_it_is_gone(monkeypatch: pytest.MonkeyPatch, obstacle: Exception) -> None:
    session: Any = object()
    obstacles: list[Exception] = [obstacle]

    def login_of_peer(_session: Any) -> Login:
        if obstacles:
            raise obstacles.pop()
        return Login(user="replication")

    keeper = program.Keeper(Login(), keeps_gate=True)
    monkeypatch.setattr(program, "login_of_peer", login_of_peer)
    monkeypatch.setattr(program, "connect", lambda _login: Peer())
    monkeypatch.setattr(program, "look_at", lambda _peer: Seen(2, "closed", None))
    monkeypatch.setattr(keeper, "_note", lambda _peer, _seen: None)

    assert keeper._look_at_peer(session) is None
    assert keeper._trouble == f" ({obstacle})"
    assert keeper._look_at_peer(session) == Seen(2, "closed", None)
    assert keeper._trouble == ""


def test_what_the_kernel_says_of_an_absent_peer_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    session: Any = object()
    reasons = ["timed out", "No route to host", "timed out"]

    def connect(_login: Login) -> Any:
        raise ServerError("connect", 2003, None, reasons.pop(0))

    keeper = program.Keeper(Login(), keeps_gate=True)
    monkeypatch.setattr(program, "login_of_peer", lambda _session: Login(host="10.8.0.2"))
    monkeypatch.setattr(program, "connect", connect)
    told = set()
    while reasons:
        keeper._look_at_peer(session)
        told.add(keeper._trouble)
    assert told == {" (Failed to connect: timed out (errno 2003, sqlstate none))"}


@pytest.mark.parametrize(
    ("host", "port", "is_left"), [("10.8.0.3", 3306, True), ("10.8.0.2", 3307, True), ("10.8.0.2", None, False)]
)
def test_a_peer_that_the_channel_leads_to_no_longer_is_left(
    monkeypatch: pytest.MonkeyPatch, host: str, port: int | None, is_left: bool
) -> None:
    """One that was replaced may run on, and know no claim but its own of before."""
    session: Any = object()
    channel = Channel(
        name="", settings=ChannelSettings(source_host=host, source_port=port), receiver_state="on", applier_running=True
    )
    keeper = program.Keeper(Login(), keeps_gate=True)
    keeper._peer, keeper._peer_login = cast(Any, Peer()), Login(host="10.8.0.2")
    monkeypatch.setattr(login, "read_channel", lambda _session, _name: channel)
    keeper._follow_channel(session)
    assert (keeper._peer is None) is is_left
    # Without a channel nobody has taken its place.
    monkeypatch.setattr(login, "read_channel", lambda _session, _name: None)
    keeper._follow_channel(session)
    assert (keeper._peer is None) is is_left


class Own:
    """The session with the own server; ``patience`` is for how long each statement was waited for."""

    dialect = dialect_for(parse_version("9.7.4"))

    def __init__(self) -> None:
        self._seconds: float | None = SILENT_SECONDS
        self.patience: dict[str, float | None] = {}

    def limit_silence(self, seconds: float | None) -> None:
        self._seconds = seconds

    def query(self, statement: Statement, _action: str) -> None:
        self.patience[statement.text] = self._seconds


def test_a_gate_that_is_slow_to_close_is_not_closed_once_more_beside_that() -> None:
    session: Any = Own()
    keeper = program.Keeper(Login(), keeps_gate=True)
    keeper._set_gate(session, is_open=False)
    keeper._set_gate(session, is_open=True)
    assert session.patience == {"SET GLOBAL super_read_only = ON": None, "SET GLOBAL read_only = OFF": SILENT_SECONDS}


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> program.Keeper:
    """That of the active member, whose peer has been away for long."""
    made = program.Keeper(Login(), keeps_gate=True)
    made._paths = {ALONE: str(tmp_path / "alone.json")}
    made._peer_answered_at = time.monotonic() - program.ALONE_AFTER_SECONDS - 1
    return made


def may_be_off(monkeypatch: pytest.MonkeyPatch, is_chosen: bool) -> None:
    settings = Settings("/bin/true", 1.0, "eth0") if is_chosen else None
    monkeypatch.setattr(program, "read_settings", lambda: settings)


ACTIVE = Seen(1, "open", Claim(7, 1, "deploy"))
STARTED = Seen(1, "closed", ACTIVE.claim)


def test_who_goes_on_without_its_peer_does_so_after_a_start(keeper: program.Keeper) -> None:
    assert not keeper._is_alone(STARTED, None)
    keeper._is_alone(ACTIVE, None)
    assert keeper._is_alone(STARTED, None)
    assert not keeper._is_alone(STARTED, Seen(2, "closed", ACTIVE.claim))
    assert not keeper._is_alone(STARTED, None)


def test_a_note_that_cannot_be_read_tells_nothing(keeper: program.Keeper) -> None:
    Path(keeper._paths[ALONE]).write_bytes(b"\0\0\0")
    assert not keeper._is_alone(STARTED, None)
    keeper._is_alone(ACTIVE, None)
    assert keeper._is_alone(STARTED, None)


def test_who_may_have_been_turned_off_opens_no_gate_alone(
    keeper: program.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper._is_alone(ACTIVE, None)
    may_be_off(monkeypatch, True)
    assert not keeper._is_alone(ACTIVE, None)
    assert not keeper._is_alone(STARTED, None)


def test_who_had_its_peer_turned_off_goes_on_alone(keeper: program.Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    may_be_off(monkeypatch, True)
    keeper._fence._off = cast(Any, "somebody")
    assert keeper._is_alone(STARTED, None)
    assert keeper._is_alone(ACTIVE, None)
    # Also when the service itself has started again, but not its host: that may have been turned off as well.
    keeper._fence._off = None
    assert keeper._is_alone(STARTED, None)
    monkeypatch.setattr(program, "read_boot", lambda: "another")
    assert not keeper._is_alone(STARTED, None)
