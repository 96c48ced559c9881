"""A silent host is turned off once, where its last commits waited, and only what is off for certain counts as off."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError, TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import fence
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

CLAIM = Claim(7, 1, "deploy")
ACTIVE = Seen(1, "open", CLAIM)
STANDBY = Seen(2, "closed", CLAIM)
LOGIN = Login(host="10.8.0.1")


class Peer:
    """The session with the peer's server."""

    def limit_silence_of_host(self, seconds: float) -> None:
        self.silence_seconds = seconds


class Host:
    """The peer's host, and this member's own cable; ``asked`` holds what its program was given."""

    def __init__(self, folder: Path) -> None:
        self.is_silent = self.is_plugged_in = True
        self.cable = "2"
        self.patience_seconds = 3.0
        self._asked = folder / "asked"
        self._program = folder / "power-off"
        self.settings = folder / "fence.json"
        self.answers("exit 0")

    def answers(self, command: str) -> None:
        self._program.write_text(f'#!/bin/sh\necho "$*" >> {self._asked}\n{command}\n')
        self._program.chmod(0o755)
        self.choose(str(self._program))

    def choose(self, program: str) -> None:
        self.settings.write_text(json.dumps({"program": program, "after_seconds": 1.0, "interface": "eth0"}))

    @property
    def asked(self) -> list[str]:
        return self._asked.read_text().splitlines() if self._asked.exists() else []


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Host:
    made = Host(tmp_path)
    monkeypatch.setattr(fence, "FENCE_FILE", str(made.settings))
    monkeypatch.setattr(fence, "is_takeover_wished", lambda: True)
    monkeypatch.setattr(fence, "WHOLE_SECONDS", 0)
    monkeypatch.setattr(fence, "patience_seconds", lambda _peer: made.patience_seconds)
    monkeypatch.setattr(fence, "refuse_standstill", lambda _session: None)
    monkeypatch.setattr(fence, "is_silent", lambda _host, _port, _seconds=0.6: made.is_silent)
    monkeypatch.setattr(fence, "_is_plugged_in", lambda _interface: made.is_plugged_in)
    monkeypatch.setattr(fence, "_cable", lambda _interface: made.cable)
    return made


def lost(reason: BaseException) -> ServerError:
    error = ServerError("look", 2013, None, "Lost connection")
    error.__cause__ = reason
    return error


def silence() -> ServerError:
    """What comes of a session whose other host confirms nothing any more."""
    return lost(OSError(errno.ETIMEDOUT, "Connection timed out"))


def seen(last: Seen = ACTIVE) -> fence.Fence:
    made = fence.Fence()
    peer: Any = Peer()
    made.see_peer(peer, LOGIN, last)
    made.lose_peer(silence())
    return made


def turn_off(made: fence.Fence) -> None:
    session: Any = None
    made.make_sure(session)
    made.turn_off()


def test_a_silent_host_is_turned_off_once_and_stays_off_until_it_is_seen(host: Host) -> None:
    made = seen()
    assert made.is_due(STANDBY)
    turn_off(made)
    # Whatever keeps this member from taking the writes now, it may try again.
    assert (made.is_off, made.is_due(STANDBY)) == (True, True)
    turn_off(made)
    made.require_off()
    assert not made.is_due(Seen(2, "closed", Claim(8, 2, "failover")))
    assert host.asked == ["10.8.0.1"]
    peer: Any = Peer()
    made.see_peer(peer, LOGIN, Seen(1, "closed", CLAIM))
    assert (made.is_off, made.is_due(STANDBY)) == (False, False)


@pytest.mark.parametrize(("last", "seconds"), [(ACTIVE, 0.3), (Seen(1, "closed", CLAIM), 0)], ids=str)
def test_only_the_silence_of_who_takes_the_writes_ends_a_session_soon(host: Host, last: Seen, seconds: float) -> None:
    peer: Any = Peer()
    fence.Fence().see_peer(peer, LOGIN, last)
    assert peer.silence_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(("after", "unconfirmed", "probe"), [(0.6, 0.02, 0.18), (1.0, 0.3, 0.3), (2.0, 1.0, 0.6)])
def test_the_kernel_and_the_probe_share_the_time_of_silence(after: float, unconfirmed: float, probe: float) -> None:
    settings = fence.Settings("/bin/true", after, "eth0")
    # The kernel takes 0 for no limit at all.
    assert settings.unconfirmed_seconds == pytest.approx(unconfirmed)
    assert settings.probe_seconds == pytest.approx(probe)


def test_a_peer_that_falls_silent_while_it_is_asked_counts_as_it_was_before(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_comes(_peer: Any) -> float:
        raise silence()

    made, peer = seen(), cast(Any, Peer())
    monkeypatch.setattr(fence, "patience_seconds", nothing_comes)
    with pytest.raises(ServerError):
        made.see_peer(peer, LOGIN, ACTIVE)
    made.lose_peer(silence())
    assert made.is_due(STANDBY)


@pytest.mark.parametrize(
    "error",
    [
        lost(TimeoutError("The read operation timed out")),
        ServerError("connect", 1040, "08004", "Too many"),
        Refused(""),
    ],
    ids=str,
)
def test_a_server_that_takes_too_long_or_refuses_is_no_silence(host: Host, error: TwowayError) -> None:
    made = seen()
    made.lose_peer(error)
    assert not made.is_due(STANDBY)


def test_a_connection_that_the_kernel_ended_may_be_silence(host: Host) -> None:
    # With TLS its number is lost on some systems.
    for error in (lost(OSError(errno.ETIMEDOUT, "Connection timed out")), lost(EOFError())):
        made = seen()
        made.lose_peer(error)
        assert made.is_due(STANDBY)


def test_what_was_seen_before_the_own_server_was_away_counts_no_more(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, peer = seen(), cast(Any, Peer())
    made.lose_own()
    assert not made.is_due(STANDBY)
    # Soon after a start the own server may lack what it had received.
    monkeypatch.setattr(fence, "WHOLE_SECONDS", 10)
    made.lose_own()
    made.see_peer(peer, LOGIN, ACTIVE)
    assert not made.is_due(STANDBY)


def test_who_loses_what_was_received_after_the_host_is_off_takes_nothing(host: Host) -> None:
    made = seen()
    turn_off(made)
    made.lose_own()
    assert (made.is_off, made.is_due(STANDBY)) == (True, False)


def test_a_host_that_was_turned_on_again_is_not_off(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence, "STILL_OFF_SECONDS", 0)
    made = seen()
    turn_off(made)
    made.require_off()
    host.is_silent = False
    with pytest.raises(Refused, match="answers again"):
        made.require_off()
    assert (made.is_off, made.is_due(STANDBY)) == (False, False)


@pytest.mark.parametrize(
    ("last", "own"),
    [
        (Seen(1, "closed", CLAIM), STANDBY),
        (Seen(1, "open", None), STANDBY),
        (Seen(1, "open", CLAIM, is_moving=True), STANDBY),
        (ACTIVE, Seen(2, "closed", CLAIM, is_moving=True)),
        (ACTIVE, Seen(2, "closed", Claim(8, 2, "failover"))),
        (ACTIVE, Seen(2, "open", CLAIM)),
        (Seen(2, "closed", CLAIM), ACTIVE),
    ],
    ids=str,
)
def test_only_a_standby_has_the_active_host_turned_off(host: Host, last: Seen, own: Seen) -> None:
    assert not seen(last).is_due(own)


@pytest.mark.parametrize("settings", ["", "{}", '{"program": "/bin/true", "after_seconds": "soon", "interface": "e"}'])
def test_without_a_choice_that_can_be_read_nothing_is_due(host: Host, settings: str) -> None:
    host.settings.write_text(settings)
    assert not seen().is_due(STANDBY)


def test_nothing_is_due_where_no_takeover_is_wished(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence, "is_takeover_wished", lambda: False)
    assert not seen().is_due(STANDBY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_silent": False}, "the host answers"),
        ({"is_plugged_in": False}, "own cable, of eth0, is out"),
        ({"cable": "4"}, "own cable, of eth0, is out, or was"),
        ({"patience_seconds": 0.0}, "did not wait for this member"),
        ({"patience_seconds": 1e-9}, "seen last more than"),
    ],
    ids=str,
)
def test_a_host_is_left_alone(host: Host, change: dict[str, Any], reason: str) -> None:
    host.patience_seconds = change.pop("patience_seconds", host.patience_seconds)
    made = seen()
    vars(host).update(change)
    with pytest.raises(Refused, match=reason):
        turn_off(made)
    assert (host.asked, made.is_off, made.is_due(STANDBY)) == ([], False, False)


@pytest.mark.parametrize(
    ("command", "patience_seconds", "reason"),
    [("exit 3", 3.0, "ended with 3"), ("sleep 60", 0.3, "had not ended"), ("kill -9 $$", 3.0, "ended with -9")],
)
def test_a_host_that_may_not_be_off_counts_as_on(
    host: Host, command: str, patience_seconds: float, reason: str
) -> None:
    host.answers(command)
    host.patience_seconds = patience_seconds
    made = seen()
    with pytest.raises(Refused, match=f"may be off or not.*{reason}"):
        turn_off(made)
    assert (made.is_off, made.is_due(STANDBY)) == (False, False)


def test_what_a_program_has_started_does_not_outlive_it(host: Host, tmp_path: Path) -> None:
    host.answers(f"(sleep 1; touch {tmp_path}/late) & wait")
    host.patience_seconds = 0.3
    with pytest.raises(Refused, match="had not ended"):
        turn_off(seen())
    running = subprocess.run(["pgrep", "--full", f"{tmp_path}/power-off"], check=False, capture_output=True)
    assert running.stdout == b""


def test_a_program_that_is_not_there_turns_nothing_off(host: Host) -> None:
    host.choose(sys.executable + "-missing")
    with pytest.raises(Refused, match="cannot be run"):
        turn_off(seen())


def test_a_cable_is_looked_at_in_the_kernel() -> None:
    assert fence._cable("lo").isdigit()
    assert not fence._is_plugged_in("no-such-interface")
