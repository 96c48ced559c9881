"""Channels as real servers print them: MySQL 9.7 and MariaDB 11.8 recorded, older column sets as documented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.base import Dialect
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings

NEW_MYSQL = dialect_for(Server(MYSQL, (9, 7, 4)))
NEW_MARIADB = dialect_for(Server(MARIADB, (11, 8, 9)))
UUID = "d94a8ba6-e7a0-11f1-bd52-02420a080501"


def values(channel: Channel, names: str) -> dict[str, Any]:
    """Return some values of a channel, by dotted names of the shape that people see."""
    found = {}
    for name in names.split():
        value: Any = channel.as_dict()
        for part in name.split("."):
            value = value[part] if value is not None else None
        found[name] = value
    return found


# File, row, expected values by the names of the shape that people see.
RECORDED: list[tuple[Dialect, str, str, dict[str, Any]]] = [
    (NEW_MYSQL, "mysql_9.7", "never_started", {
        "name": "north", "source_host": "198.51.100.1", "source_port": 3306, "source_user": "repl",
        "coordinates": "gtid",
        "tls": True, "tls_verify": False, "connect_retry_seconds": 60, "retry_count": 10, "heartbeat_seconds": 30.0,
        "delay_seconds": 0, "compression": "uncompressed", "public_key_request": False, "source_server_id": None,
        "source_uuid": None, "receiver.state": "off", "applier.state": "off", "receiver.coordinates": None,
        "applier.coordinates": None, "receiver.gtid": "", "lag_seconds": None, "applier.until": None, "filters": {},
    }),
    (NEW_MYSQL, "mysql_9.7", "running", {
        "receiver.state": "on", "applier.state": "on", "source_server_id": 1, "source_uuid": UUID, "lag_seconds": 0,
        "receiver.coordinates.file": "binlog.000002", "receiver.coordinates.position": 19577,
        "applier.coordinates.position": 19577, "receiver.gtid": UUID + ":1-83", "applier.gtid": UUID + ":1-83",
        "receiver.error": None, "applier.error": None, "relay_log_bytes": 20003,
    }),
    (NEW_MYSQL, "mysql_9.7", "refused", {
        "receiver.state": "connecting", "applier.state": "on", "receiver.error.code": 1045, "delay_seconds": 7,
        "receiver.error.at": "261124 01:00:55", "connect_retry_seconds": 3, "compression": "zstd,uncompressed",
        "lag_seconds": None,
    }),
    (NEW_MYSQL, "mysql_9.7", "applier_broken", {
        "name": "", "coordinates": "file_position", "receiver.state": "on", "applier.state": "off",
        "applier.error.code": 1396, "applier.coordinates.position": 158, "public_key_request": True,
        "lag_seconds": None,
    }),
    (NEW_MARIADB, "mariadb_11.8", "never_started", {
        "name": "north", "source_host": "198.51.100.1", "coordinates": "gtid", "tls": True, "tls_verify": False,
        "heartbeat_seconds": 30.0, "retry_count": None, "compression": None, "source_uuid": None,
        "source_server_id": None,
        "receiver.state": "off", "applier.state": "off", "receiver.coordinates": None, "lag_seconds": None,
    }),
    (NEW_MARIADB, "mariadb_11.8", "running", {
        "receiver.state": "on", "applier.state": "on", "lag_seconds": 0, "source_server_id": 1, "receiver.error": None,
    }),
    (NEW_MARIADB, "mariadb_11.8", "refused", {
        "receiver.state": "connecting", "applier.state": "on", "receiver.error.code": 1045, "delay_seconds": 7,
        "receiver.error.at": None, "connect_retry_seconds": 3,
    }),
    (NEW_MARIADB, "mariadb_11.8", "applier_broken", {
        "name": "", "coordinates": "file_position", "receiver.state": "on", "applier.state": "off",
        "applier.error.code": 1396, "applier.coordinates.position": 322, "receiver.coordinates.position": 26121,
    }),
    (NEW_MARIADB, "mariadb_11.8", "until", {
        "applier.state": "off", "applier.error": None, "applier.until": "Master",
        "filters": {"replicate_do_db": "wikidb"},
    }),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "file", "name", "expected"), RECORDED, ids=lambda item: str(item)[:20])
def test_recorded(
    recorded: Callable[[str], Any], dialect: Dialect, file: str, name: str, expected: dict[str, Any]
) -> None:
    example = recorded(f"channel_rows_{file}")[name]
    channel = dialect.parse_channel(example["row"], example["options"])
    assert channel
    assert values(channel, " ".join(expected)) == expected


@pytest.mark.parametrize(("dialect", "file"), [(NEW_MYSQL, "mysql_9.7"), (NEW_MARIADB, "mariadb_11.8")])
def test_an_error_does_not_repeat_a_password(recorded: Callable[[str], Any], dialect: Dialect, file: str) -> None:
    example = recorded(f"channel_rows_{file}")["applier_broken"]
    row = {**example["row"], "Last_SQL_Error": "Error on query. Query: 'CREATE USER u IDENTIFIED BY 'SECRET''"}
    channel = dialect.parse_channel(row, example["options"])
    assert channel
    assert channel.applier_error
    assert channel.applier_error.message == "Error on query. Query: 'CREATE USER u IDENTIFIED BY …"


@pytest.mark.parametrize(
    ("server", "example"),
    [
        (Server(MYSQL, (5, 7, 44)), "mysql_5.7"),
        (Server(MYSQL, (8, 0, 21)), "mysql_8.0.21"),
        (Server(MARIADB, (10, 6, 18)), "mariadb_10.6"),
    ],
)
def test_documented_columns(recorded: Callable[[str], Any], server: Server, example: str) -> None:
    channel = dialect_for(server).parse_channel(recorded("channel_rows_documented")[example], None)
    assert channel
    assert channel.name == "north"
    assert channel.is_running
    assert channel.settings.coordinates == "gtid"
    assert channel.lag_seconds == 0
    assert channel.settings.source_password is None
    assert channel.gtid_received


@pytest.mark.parametrize(
    ("dialect", "file", "drained"),
    [
        (NEW_MYSQL, "mysql_9.7", {"never_started", "running", "refused"}),
        (NEW_MARIADB, "mariadb_11.8", {"never_started", "running", "refused"}),
    ],
)
def test_drained(recorded: Callable[[str], Any], dialect: Dialect, file: str, drained: set[str]) -> None:
    found = set()
    for name, example in recorded(f"channel_rows_{file}").items():
        channel = dialect.parse_channel(example["row"], example["options"])
        assert channel
        if dialect.is_drained(channel):
            found.add(name)
    assert found == drained


def test_part_of_a_transaction_that_nobody_will_complete(recorded: Callable[[str], Any]) -> None:
    """Its source was killed while it sent it: its place counts as received, and its GTID does not."""
    row = recorded("channel_rows_mariadb_11.8")["running"]["row"]
    left = {**row, "Slave_IO_Running": "Connecting", "Read_Master_Log_Pos": 1_500_000, "Exec_Master_Log_Pos": 4211}
    done = {**left, "Gtid_IO_Pos": "1-1-8", "Gtid_Slave_Pos": "1-1-8,2-2-3"}
    channel = NEW_MARIADB.parse_channel(done, None)
    assert channel and NEW_MARIADB.is_drained(channel)
    place = NEW_MARIADB.place_of_drained(channel)
    assert place and place.position == 4211


@pytest.mark.parametrize(
    "changes",
    [
        # A whole transaction is not applied yet.
        {"Gtid_IO_Pos": "1-1-9", "Gtid_Slave_Pos": "1-1-8"},
        # The receiver has not connected since the server was started.
        {"Gtid_IO_Pos": "", "Gtid_Slave_Pos": "1-1-8"},
        # By file position nothing tells a part from the whole.
        {"Gtid_IO_Pos": "1-1-8", "Gtid_Slave_Pos": "1-1-8", "Using_Gtid": "No"},
    ],
)
def test_what_may_be_whole_and_unapplied_is_not_drained(
    recorded: Callable[[str], Any], changes: dict[str, str]
) -> None:
    row = recorded("channel_rows_mariadb_11.8")["running"]["row"]
    channel = NEW_MARIADB.parse_channel({**row, "Read_Master_Log_Pos": 1_500_000, **changes}, None)
    assert channel and not NEW_MARIADB.is_drained(channel)


def test_channel_that_begins_at_what_its_server_wrote(recorded: Callable[[str], Any]) -> None:
    row = recorded("channel_rows_mariadb_11.8")["running"]["row"]
    channel = NEW_MARIADB.parse_channel({**row, "Using_Gtid": "Current_Pos"}, None)
    assert channel and channel.settings.coordinates == "gtid_current_pos"
    assert channel.settings.changes_to(ChannelSettings(coordinates="gtid")) == {"coordinates": "gtid"}


def test_password_is_read_but_not_shown(recorded: Callable[[str], Any]) -> None:
    example = recorded("channel_rows_mysql_9.7")["refused"]
    channel = NEW_MYSQL.parse_channel(example["row"], example["options"])
    assert channel and channel.settings.source_password
    assert channel.settings.source_password.reveal() == "wrong"
    assert "wrong" not in str(channel.as_dict())
    assert "wrong" not in repr(channel)


def test_password_and_place_in_the_file_of_a_channel() -> None:
    content = "33\n\n4\n198.51.100.1\nrepl\np 1'\\é\n3306\n60\n1\n"
    assert NEW_MARIADB.password_in_channel_file(content) == "p 1'\\é"
    with pytest.raises(TypeError):
        NEW_MYSQL.password_in_channel_file(content)
    assert NEW_MARIADB.place_in_channel_file(content) == ("198.51.100.1", 3306)
    with pytest.raises(TypeError):
        NEW_MYSQL.place_in_channel_file(content)


def test_row_of_filters_is_no_channel(recorded: Callable[[str], Any]) -> None:
    for dialect, file, host in (
        (NEW_MYSQL, "mysql_9.7", "Source_Host"),
        (NEW_MARIADB, "mariadb_11.8", "Master_Host"),
    ):
        row = recorded(f"channel_rows_{file}")["never_started"]["row"]
        assert dialect.parse_channel({**row, host: ""}, None) is None


def test_heartbeats_do_not_look_like_events(recorded: Callable[[str], Any]) -> None:
    example = recorded("channel_rows_mysql_9.7")["running"]
    channel = NEW_MYSQL.parse_channel({**example["row"], "Read_Source_Log_Pos": 99999}, example["options"])
    assert channel and NEW_MYSQL.is_drained(channel)


BINLOG_ROW = {"File": "bin.000003", "Position": 1130, "Binlog_Do_DB": "wikidb,twoway", "Binlog_Ignore_DB": ""}


def test_binlog_of_mysql() -> None:
    row = {**BINLOG_ROW, "Executed_Gtid_Set": UUID + ":1-3,\n" + UUID + ":blue:1"}
    status = NEW_MYSQL.parse_binlog_status([row], {"gtid_purged": UUID + ":1"})
    assert str(status.coordinates) == "bin.000003:1130"
    assert status.do_db == ("wikidb", "twoway")
    assert status.ignore_db == ()
    assert status.gtid == f"{UUID}:1-3,{UUID}:blue:1"
    assert status.gtid_purged == UUID + ":1"
    assert NEW_MYSQL.parse_binlog_status([], {"gtid_executed": UUID + ":1"}).coordinates is None


def test_binlog_of_mariadb() -> None:
    status = NEW_MARIADB.parse_binlog_status([BINLOG_ROW], {"gtid_binlog_pos": "1-1-40"})
    assert (status.gtid, status.gtid_purged) == ("1-1-40", None)
    assert NEW_MARIADB.parse_binlog_status([], {}).coordinates is None
