"""Whether the source got what the replica has written itself."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare import verdict
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates, BinlogStatus
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings

PLACE = BinlogCoordinates("binlog.000002", 500)
SERVER_ID = 7


class Member:
    """A server that tells its variables, and nothing else."""

    def __init__(self, version: str, **variables: str) -> None:
        self.dialect = dialect_for(parse_version(version))
        self._variables = {"server_id": str(SERVER_ID), **variables}

    def variables(self) -> dict[str, str]:
        return self._variables


def follower(applied: BinlogCoordinates | None, source_id: int = SERVER_ID) -> Channel:
    return Channel("", ChannelSettings(), "on", applier_running=True, source_server_id=source_id, applied=applied)


def reached(
    monkeypatch: pytest.MonkeyPatch,
    own: BinlogStatus,
    there: str = "",
    channels: list[Channel] | None = None,
    version: str = "8.4.7",
    **variables: str,
) -> bool:
    replica: Any = Member(version, **variables)
    source: Any = Member(version)
    monkeypatch.setattr(verdict, "_EXCHANGE_SECONDS", 0)
    monkeypatch.setattr(
        verdict,
        "read_binlog",
        lambda session, _variables: own if session is replica else BinlogStatus(PLACE, gtid=there),
    )
    monkeypatch.setattr(verdict, "read_channels", lambda _session: channels or [])
    return verdict.exchange(replica, source)


@pytest.mark.parametrize(("applied", "expected"), [(499, False), (500, True), (501, True)])
def test_without_gtids_the_place_in_the_log_counts(
    monkeypatch: pytest.MonkeyPatch, applied: int, expected: bool
) -> None:
    other = follower(BinlogCoordinates("binlog.000009", 4), source_id=8)
    channels = [other, follower(BinlogCoordinates("binlog.000002", applied))]
    assert reached(monkeypatch, BinlogStatus(PLACE), channels=channels, gtid_mode="OFF") is expected


@pytest.mark.parametrize("mode", ["OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE"])
def test_without_gtids_a_source_that_does_not_follow_gets_nothing(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    assert not reached(monkeypatch, BinlogStatus(PLACE), gtid_mode=mode)
    assert not reached(monkeypatch, BinlogStatus(PLACE), channels=[follower(None)], gtid_mode=mode)


def test_with_gtids_these_count(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"
    for there, expected in ((own, True), (own[:-1] + "4", False)):
        assert reached(monkeypatch, BinlogStatus(PLACE, gtid=own), there, gtid_mode="ON") is expected


def test_one_flavor_always_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, expected in (("0-7-5", True), ("0-7-4", False)):
        own = BinlogStatus(PLACE, gtid="0-7-5")
        assert reached(monkeypatch, own, there, version="11.8.9-MariaDB") is expected


def test_what_is_not_logged_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not reached(monkeypatch, BinlogStatus(None), gtid_mode="ON")
