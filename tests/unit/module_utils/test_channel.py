"""Channels on a live server: what is refused before the first step, and when a started channel is believed."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _channel
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError, TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import DrainApplier
from ansible_collections.twoway.mysql.plugins.module_utils._read import replication
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings, ThreadError

UUID, OWN_UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562", "9212497f-e7a0-11f1-b2ca-02420a080101"
MYSQL, OLD_MYSQL = "9.7.4", "5.7.44"
MARIADB, NEW_MARIADB = "11.8.9-MariaDB", "12.3.1-MariaDB"


@pytest.fixture(autouse=True)
def _nobody_measures_the_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication, "state_path", lambda _session, _name: None)


def session_on(version: str) -> Any:
    return SimpleNamespace(dialect=dialect_for(parse_version(version)))


def desired(version: str, **options: Any) -> Any:
    """The wish that a module's options describe; those that are not named are not set."""
    params: dict[str, Any] = {item.name: None for item in fields(ChannelSettings)}
    params.update(channel="", state="started", source_log_file=None, source_log_position=None, reposition=False)
    params.update(discard_received=False, source_begins_anew=False, unknown_login="try")
    return _channel._desired({**params, **options}, session_on(version))


@pytest.mark.parametrize(
    ("version", "option", "value", "is_refused"),
    [
        (MARIADB, "compression", "zstd", True),
        (MARIADB, "public_key_request", True, True),
        (OLD_MYSQL, "compression", "zstd", True),
        (OLD_MYSQL, "public_key_request", True, True),
        (MYSQL, "compression", "zstd", False),
        (MYSQL, "public_key_request", True, False),
        (OLD_MYSQL, "delay_seconds", 7, False),
        (MARIADB, "delay_seconds", 7, False),
    ],
)
def test_setting_that_the_server_lacks_is_refused(version: str, option: str, value: Any, is_refused: bool) -> None:
    if not is_refused:
        assert getattr(desired(version, **{option: value}).settings, option) == value
        return
    with pytest.raises(Refused, match=option):
        desired(version, **{option: value})


@pytest.mark.parametrize(("version", "count"), [(MYSQL, 9), (MARIADB, None), (NEW_MARIADB, 9)])
def test_number_of_attempts_is_left_out_where_it_is_an_option_of_the_server(version: str, count: int | None) -> None:
    assert desired(version, retry_count=9).settings.retry_count == count


@pytest.mark.parametrize(("wished", "kept"), [(2.5, 2.5), (3.33333, 3.333), (None, None)])
def test_heartbeat_is_as_fine_as_servers_tell_it(wished: float | None, kept: float | None) -> None:
    assert desired(MYSQL, heartbeat_seconds=wished).settings.heartbeat_seconds == kept


@pytest.mark.parametrize("coordinates", [None, "gtid"])
def test_place_to_begin_needs_file_positions(coordinates: str | None) -> None:
    with pytest.raises(Refused, match="coordinates: file_position"):
        desired(MYSQL, coordinates=coordinates, source_log_file="bin.000002", source_log_position=4)


def test_place_to_begin_is_taken() -> None:
    wish = desired(MYSQL, coordinates="file_position", source_log_file="bin.000002", source_log_position=4)
    assert wish.start_at == BinlogCoordinates("bin.000002", 4)


def test_password_is_a_secret_that_a_channel_can_carry() -> None:
    assert desired(MYSQL, source_password="s3cret").settings.source_password == Secret("s3cret")
    with pytest.raises(Refused):
        desired(MYSQL, source_password="x" * 33)


@pytest.mark.parametrize(("choice", "replaces"), [("try", False), ("replace", True)])
def test_what_becomes_of_an_unknown_login(choice: str, replaces: bool) -> None:
    assert desired(MARIADB, unknown_login=choice).replaces_unknown_login is replaces


def channel(coordinates: str, gtid: str = "", position: int = 4711, error: int = 0, receiver: str = "on") -> Channel:
    """A channel that has received more than it has applied; with an error it stands still."""
    return Channel(
        name="",
        settings=ChannelSettings(coordinates=coordinates),
        receiver_state=receiver,
        applier_running=not error,
        received=BinlogCoordinates("bin.000002", 9000),
        applied=BinlogCoordinates("bin.000002", position),
        gtid_received=f"{UUID}:1-9",
        gtid_applied=gtid,
        applier_error=ThreadError(error, "Duplicate entry") if error else None,
    )


def wait(monkeypatch: pytest.MonkeyPatch, version: str, before: Channel | None, *seen: Channel, seconds: float) -> int:
    """Wait for a channel that is seen like this, one after the other; how often it was looked at."""
    looks: list[Channel] = []

    def read(_session: Any, _name: str) -> Channel:
        looks.append(seen[min(len(looks), len(seen) - 1)])
        return looks[-1]

    monkeypatch.setattr(_channel, "read_channel", read)
    _channel.wait_until_running(session_on(version), "", before, seconds)
    return len(looks)


# Version, coordinates, GTIDs that were applied before and after the event at which the applier stood.
FLAVORS = [
    (MYSQL, "gtid", f"{UUID}:1-4", f"{UUID}:1-5"),
    (MYSQL, "file_position", "", ""),
    (MARIADB, "gtid", "1-1-4", "1-1-5"),
    (MARIADB, "file_position", "1-1-4", "1-1-4"),
]


@pytest.mark.parametrize(("version", "coordinates", "old", "new"), FLAVORS)
def test_applier_that_stood_still_has_to_apply_something(
    monkeypatch: pytest.MonkeyPatch, version: str, coordinates: str, old: str, new: str
) -> None:
    stuck, again = channel(coordinates, old, error=1062), channel(coordinates, old)
    assert wait(monkeypatch, version, stuck, again, again, channel(coordinates, new, 4900), seconds=9) == 3


@pytest.mark.parametrize(("version", "coordinates", "old", "new"), FLAVORS)
def test_applier_that_meets_the_event_again_is_an_error(
    monkeypatch: pytest.MonkeyPatch, version: str, coordinates: str, old: str, new: str
) -> None:
    stuck, again = channel(coordinates, old, error=1062), channel(coordinates, old)
    with pytest.raises(TwowayError, match="does not run: Duplicate entry") as caught:
        wait(monkeypatch, version, stuck, again, again, stuck, seconds=9)
    assert caught.value.details["errno"] == 1062


def test_mysql_s_own_transactions_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = channel("gtid", f"{UUID}:1-4", error=1062)
    with pytest.raises(TwowayError, match="Duplicate entry"):
        wait(monkeypatch, MYSQL, stuck, channel("gtid", f"{UUID}:1-4,{OWN_UUID}:1"), stuck, seconds=9)


def test_mariadb_s_file_position_proves_nothing_while_it_follows_gtids(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = channel("gtid", "1-1-4", error=1062)
    with pytest.raises(TwowayError, match="Duplicate entry"):
        wait(monkeypatch, MARIADB, stuck, channel("gtid", "1-1-4", 4), stuck, seconds=9)


def test_applier_that_is_at_work_when_the_time_is_over_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    again = channel("gtid", "1-1-4")
    wait(monkeypatch, MARIADB, channel("gtid", "1-1-4", error=1062), again, seconds=0)


def test_channel_that_stood_still_without_an_error_is_believed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running = channel("gtid", "1-1-4")
    assert wait(monkeypatch, MARIADB, replace(running, applier_running=False), running, running, seconds=9) == 1
    assert wait(monkeypatch, MARIADB, None, running, running, seconds=9) == 1


def test_receiver_that_is_refused_is_an_error_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = replace(channel("gtid", receiver="connecting"), receiver_error=ThreadError(1045, "Access denied"))
    with pytest.raises(TwowayError, match="does not run: Access denied"):
        wait(monkeypatch, MARIADB, None, refused, seconds=9)


@pytest.mark.parametrize(
    ("restores", "error", "is_up", "said", "told"),
    [
        (
            True,
            0,
            True,
            ["START REPLICA IO_THREAD FOR CHANNEL ''"],
            "started again. Nothing was done that would drop the rest. Run it",
        ),
        (True, 0, False, ["START REPLICA IO_THREAD FOR CHANNEL ''"], "The receiver stays stopped ("),
        # With both threads off it would drop what it received.
        (True, 1062, True, [], "The receiver stays stopped. Nothing was done that would drop the rest. Repair"),
        (False, 0, True, [], "after 0 s it is still at bin.000002:4711. Nothing was done that"),
    ],
)
def test_a_receiver_goes_on_where_the_applier_does_not_get_done(
    monkeypatch: pytest.MonkeyPatch, restores: bool, error: int, is_up: bool, said: list[str], told: str
) -> None:
    asked = []

    def query(statement: Any, action: str) -> None:
        asked.append(statement.text)
        if not is_up:
            raise ServerError(action, 2013, None, "gone")

    seen = channel("gtid", error=error, receiver="off")
    monkeypatch.setattr(_channel, "read_channel", lambda _session, _name: seen)
    session = session_on(MYSQL)
    session.query = query
    with pytest.raises(TwowayError) as failure:
        _channel._drain(session, 0)(DrainApplier("it changes", "", restores))
    assert told in failure.value.message
    assert asked == said


@pytest.mark.parametrize(("applied", "is_drained"), [("1-7", False), ("1-8", True)])
def test_who_waited_in_vain_learns_whether_there_is_still_something_to_apply(
    applied: str, is_drained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ChannelSettings(coordinates="gtid")
    channel = Channel(
        "", settings, "on", True, gtid_received=f"{UUID}:1-8", gtid_applied=f"{UUID}:{applied}", lag_seconds=0
    )
    monkeypatch.setattr(_channel, "read_channel", lambda _session, _name: channel)
    params = {"channel": "", "running": False, "drained": False, "source_log_file": None, "lag_below_seconds": None}
    module: Any = SimpleNamespace(params={**params, "gtid": f"{UUID}:1-9", "timeout_seconds": 0}, check_mode=False)
    measured = {"at": time.time(), "seen_at": time.time(), "complete_until": time.time() - 90, "lag_seconds": None}
    monkeypatch.setattr(replication, "state_path", lambda _session, _name: "/lag-3306.json")
    monkeypatch.setattr(replication, "read_note_file", lambda _path: measured)
    session = session_on(MYSQL)
    session.value = lambda _question, _action: 0
    with pytest.raises(TwowayError, match="Not within 0 s") as failure:
        _channel.wait_for_channel(module, session)
    assert failure.value.details["is_drained"] is is_drained
    # As whoever measures it says, not the server, to which it is 0 by now.
    assert failure.value.details["channel"]["lag_seconds"] == pytest.approx(90, abs=5)
