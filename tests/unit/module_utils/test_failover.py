"""What a survivor knows of a lost member, and of its commits."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _bookkeeping, _failover
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings, ThreadError


@pytest.mark.parametrize(
    ("gate", "is_semi_sync", "age_seconds", "within_seconds", "risks"),
    [
        ("open", True, 1, None, []),
        ("open", True, 1, 3, []),
        ("open", True, 7200, None, []),
        ("closed", None, 7200, None, []),
        (
            "open",
            True,
            4,
            3,
            ["the lost member was seen last 4 s before now, and may have stopped waiting for this one since"],
        ),
        (
            "closed",
            None,
            4,
            3,
            ["the lost member was seen last 4 s before now, and may have stopped waiting for this one since"],
        ),
        ("closed", None, 1, 3, []),
        (
            "open",
            True,
            -3600,
            3,
            ["the lost member was seen last 3600 s before now, and may have stopped waiting for this one since"],
        ),
        (
            "open",
            False,
            1,
            3,
            ["when it was seen last, 1 s before now, the lost member did not wait for this one before it acknowledged"],
        ),
    ],
)
def test_risks_follow_from_what_was_seen_last(
    monkeypatch: pytest.MonkeyPatch,
    gate: str,
    is_semi_sync: bool | None,
    age_seconds: float,
    within_seconds: float | None,
    risks: list[str],
) -> None:
    noted = {"at": time.time() - age_seconds, "gate": gate, "is_semi_sync": is_semi_sync}
    monkeypatch.setattr(_failover, "read_note", lambda session, name: noted)
    assert _failover.risks_of_loss(_server(uptime_seconds=86400), within_seconds) == risks


def _server(uptime_seconds: int) -> Any:
    row = {"Variable_name": "Uptime", "Value": str(uptime_seconds)}
    return SimpleNamespace(query=lambda _statement, _action: [row])


@pytest.mark.parametrize("gate", ["open", "closed"])
@pytest.mark.parametrize(
    ("age_seconds", "uptime_seconds", "is_risk"),
    [
        (3600, 60, True),
        (55, 60, False),
        # The server counts whole seconds: it may have been started up to one later.
        (59.5, 60, True),
        # The host has another time since it was started.
        (-3600, 60, True),
    ],
)
def test_a_server_that_was_started_since_knows_nothing_of_commits_meanwhile(
    monkeypatch: pytest.MonkeyPatch, gate: str, age_seconds: float, uptime_seconds: int, is_risk: bool
) -> None:
    noted = {"at": time.time() - age_seconds, "gate": gate, "is_semi_sync": True}
    monkeypatch.setattr(_failover, "read_note", lambda session, name: noted)
    risks = _failover.risks_of_loss(_server(uptime_seconds))
    assert [("not since the server here was started" in risk) for risk in risks] == [True] * is_risk


@pytest.mark.parametrize(("age_seconds", "told"), [(7, 7), (-3600, None), (None, None)])
def test_how_long_ago_the_lost_member_was_seen(
    monkeypatch: pytest.MonkeyPatch, age_seconds: float | None, told: int | None
) -> None:
    noted = None if age_seconds is None else {"at": time.time() - age_seconds}
    monkeypatch.setattr(_failover, "read_note", lambda session, name: noted)
    session: Any = None
    assert _failover.seconds_since_seen(session) == told


def test_a_note_that_a_power_cut_left_short_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "peer-3306.json").touch()
    monkeypatch.setattr(_bookkeeping, "STATE_FOLDER", str(tmp_path))
    monkeypatch.setattr(_bookkeeping, "state_path", lambda session, name: str(tmp_path / f"{name}-3306.json"))
    session: Any = None
    assert _failover.risks_of_loss(session) == ["nothing is known of how the lost member acknowledged its commits"]


def test_where_nothing_was_seen_that_is_a_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_failover, "read_note", lambda session, name: None)
    session: Any = None
    assert _failover.risks_of_loss(session) == ["nothing is known of how the lost member acknowledged its commits"]


@pytest.mark.parametrize(
    ("coordinates", "receiver", "error", "told"),
    [
        ("gtid", "connecting", 1062, "(error 1062: Duplicate entry). Repair it first."),
        ("file_position", "off", 1062, "(error 1062: Duplicate entry). Repair it first."),
        ("gtid", "connecting", 0, "(bin.000002:4711 of bin.000002:9000 is applied so far). Run it again, or raise"),
        ("file_position", "on", 0, "Run it again, or raise timeout_seconds"),
        ("file_position", "connecting", 0, "the lost member did not send the rest"),
    ],
)
def test_what_helps_where_not_all_is_applied(
    monkeypatch: pytest.MonkeyPatch, coordinates: str, receiver: str, error: int, told: str
) -> None:
    channel = Channel(
        "",
        ChannelSettings(coordinates=coordinates),
        receiver,
        applier_running=not error,
        received=BinlogCoordinates("bin.000002", 9000),
        applied=BinlogCoordinates("bin.000002", 4711),
        gtid_received="1-1-9",
        gtid_applied="1-1-8",
        applier_error=ThreadError(error, "Duplicate entry") if error else None,
    )
    monkeypatch.setattr(_failover, "read_channel", lambda _session, _name: channel)
    session: Any = SimpleNamespace(dialect=dialect_for(parse_version("11.8.9-MariaDB")))
    with pytest.raises(Refused) as refused:
        _failover.drain(session, 0)
    assert told in refused.value.message
