"""What every version is told, word for word. ``pytest --update-golden`` rewrites the files; read the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.base import Dialect
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.options import options_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan import steps as do
from ansible_collections.twoway.mysql.plugins.module_utils._secret import MASK, Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import AccountName
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates
from ansible_collections.twoway.mysql.plugins.module_utils._state.table import Column, Table

SERVERS = [
    *(Server(MYSQL, v) for v in [(5, 7, 44), (8, 0, 21), (8, 0, 22), (8, 0, 36), (8, 4, 7), (9, 7, 4), (26, 10, 0)]),
    *(Server(MARIADB, v) for v in [(10, 6, 18), (10, 11, 14), (11, 4, 8), (11, 8, 9), (12, 3, 1)]),
]

ACCOUNT = AccountName("repl'1", "10.0.0.%")
PLACE = BinlogCoordinates("binlog.000002", 4711)
PASSWORD = Secret("it's-s3cret")
MYSQL_GTIDS = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-40"

TABLE = Table(
    "wikidb",
    "odd`name",
    (
        Column("id", "bigint", is_unsigned=True, is_optional=False),
        Column("name", "varchar", charset="utf8mb4"),
        Column("at", "timestamp"),
        Column("share", "double", is_optional=False),
    ),
    (("id",),),
)
ROW = {"id": "-1 (18446744073709551615)", "name": "'é'", "at": "1764072000", "share": "0.1"}

CHANGES = {
    "source_host": "198.51.100.1",
    "source_port": 3306,
    "source_user": "repl'1",
    "source_password": PASSWORD,
    "coordinates": "gtid",
    "tls": True,
    "tls_verify": False,
    "tls_ca": "/etc/ssl/ca.pem",
    "tls_cert": "/etc/ssl/cert.pem",
    "tls_key": "/etc/ssl/key.pem",
    "connect_retry_seconds": 5,
    "retry_count": 0,
    "heartbeat_seconds": 2.5,
    "delay_seconds": 0,
    "compression": "zstd,uncompressed",
    "public_key_request": True,
}

STEPS: list[do.Step] = [
    do.CreateAccount("", ACCOUNT, PASSWORD, True),
    do.CreateAccount("", ACCOUNT, PASSWORD, False),
    do.SetPassword("", ACCOUNT, PASSWORD),
    do.AddPassword("", ACCOUNT, PASSWORD, Secret("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19")),
    do.DiscardFormerLogin("", ACCOUNT, PASSWORD),
    do.SetTlsRequirement("", ACCOUNT, True),
    do.SetTlsRequirement("", ACCOUNT, False),
    do.GrantPrivileges("", ACCOUNT, ("REPLICATION SLAVE", "SELECT")),
    do.RevokePrivileges("", ACCOUNT, ("SELECT", "SUPER")),
    do.RevokePrivileges("", ACCOUNT, ("ALL PRIVILEGES",)),
    do.RevokePrivileges("", ACCOUNT, ("ALL PRIVILEGES", "GRANT OPTION")),
    do.GrantTables("", ACCOUNT, ("`twoway`.`active`",)),
    do.DropAccount("", ACCOUNT),
    do.SetVariable("", "sync_binlog", 1),
    do.SetVariable("", "read_only", True),
    do.SetVariable("", "rpl_semi_sync_master_enabled", False),
    do.SetVariable("", "binlog_cache_size", "64K"),
    do.SetVariable("", "binlog_row_image", "FULL"),
    do.ReloadTls(""),
    *(step("", channel) for channel in ("", "north") for step in (
        do.StopReceiver, do.StopApplier, do.StartReceiver, do.StartApplier, do.RemoveChannel,
    )),
    *(do.ChangeSource("", "", {name: value}) for name, value in CHANGES.items()),
    do.ChangeSource("", "no'rth", {"source_host": "198.51.100.1", "source_password": PASSWORD, "coordinates": "gtid"}),
    do.ChangeSource("", "", {"coordinates": "file_position"}, PLACE),
    do.ChangeSource("", "", {}, PLACE),
    do.SetAppliedGtid("", "1-1-40", is_strict=True),
    do.SetAppliedGtid("", "1-1-40", is_strict=False),
    do.CommitEmpty("", "3e11fa47-71ca-11e1-9e33-c80aa9429562:41"),
    do.SkipNext("", ""),
    do.SkipNext("", "north"),
    do.RemoveRow("", TABLE, ("id",), ROW),
    do.PutRow("", TABLE, ROW),
    do.OpenGate(""),
    do.CloseGate(""),
]  # fmt: skip


def questions(dialect: Dialect) -> Iterator[tuple[str, list[Statement | None]]]:
    gtid = MYSQL_GTIDS if dialect.server.flavor == MYSQL else "1-1-40,2-2-7"
    yield "read_account", [dialect.read_account(ACCOUNT)]
    yield "read_grants", [dialect.read_grants(ACCOUNT)]
    yield "read_definition", [dialect.exact_definitions(), dialect.read_definition(ACCOUNT)]
    yield "init_file_start", list(dialect.init_file_start())
    yield "read_channels", [dialect.read_channels()]
    yield "read_channel_options", [dialect.read_channel_options()]
    yield "read_channel_place", [dialect.read_channel_place(""), dialect.read_channel_place("north")]
    yield "start_applier_until", [dialect.start_applier_until("", PLACE), dialect.start_applier_until("north", PLACE)]
    yield "read_binlog_status", [dialect.read_binlog_status()]
    yield "read_gtids", [dialect.read_gtids()]
    yield "read_global_filters", [dialect.read_global_filters()]
    yield "read_replicas", [dialect.read_replicas()]
    yield "start_history", [*dialect.start_history(gtid, 2), *dialect.start_history("", None)]
    yield "wait_for_gtid", [dialect.wait_for_gtid(gtid, 1.5), dialect.wait_for_gtid(gtid, 0.0)]
    yield "read_failed_transaction", [dialect.read_failed_transaction("north")]
    yield "read_gtid_at", [dialect.read_gtid_at(PLACE)]
    yield "fresh_statistics", [dialect.fresh_statistics()]
    yield "set_gate", [dialect.set_gate(is_open=True), dialect.set_gate(is_open=False)]
    yield "lift_gate", [dialect.lift_gate()]
    yield "try_to_set", [dialect.try_to_set("sync_binlog")]
    yield "read_origins", [dialect.read_origins()]
    yield "read_table_files", [dialect.read_table_files()]
    yield "disable_event_on_replica", [dialect.disable_event_on_replica("wiki`db", "nightly")]


def facts(dialect: Dialect) -> Iterator[str]:
    yield f"features: {' '.join(dialect.server.supported_features)}"
    yield f"receiver_can_change_alone: {dialect.receiver_can_change_alone}"
    semi_sync = (dialect.semi_sync_name(), dialect.semi_sync_waits_alone(), str(dialect.semi_sync_begins_with()))
    yield f"semi_sync_name: {' '.join(semi_sync)}"
    yield f"gate_variable: {dialect.gate_variable()}"
    yield f"held start: {dialect.held_start_options('/etc/mysql/init.sql')} {dialect.option_folders}"
    yield f"channel_file: {dialect.channel_file('')} {dialect.channel_file('North')}"
    for purpose, privileges in dialect.privileges_by_purpose.items():
        yield f"privileges for {purpose}: {', '.join(sorted(privileges))}"
    for gtid_mode in ("ON", "OFF"):
        arguments = dialect.dump_coordinates_arguments({"gtid_mode": gtid_mode})
        yield f"dump, gtid_mode {gtid_mode}: {' '.join(arguments)}"
    yield f"dump, plain: {' '.join(dialect.dump_plain_arguments())}"
    yield f"export: {dialect.export_settings()}"
    oldest = next((server for server in SERVERS if server.flavor == dialect.server.flavor), dialect.server)
    for donor in (dialect.server, oldest):
        yield f"history from {donor.version_text}: {dialect.dump_history_arguments(donor)}"
        yield f"import from {donor.version_text}: {dialect.import_settings(donor)}"
    yield f"client with TLS: {dialect.client_tls_options(None)} {dialect.client_tls_options('/etc/ssl/ca.pem')}"
    peer = MYSQL_GTIDS if dialect.server.flavor == MYSQL else "1-1-39,2-2-7"
    own = MYSQL_GTIDS + ":99" if dialect.server.flavor == MYSQL else "1-1-40,2-2-7,3-3-1"
    beyond = dialect.gtid_beyond([peer, ""], own)
    # Of a log that has a domain of which nothing is wanted, and that has lost some of what is wanted.
    for gone in ("", MYSQL_GTIDS if dialect.server.flavor == MYSQL else "1-1-20,3-3-1"):
        chosen = dialect.log_filter(beyond, [peer, ""], gone, own)
        yield f"beyond the peer's, without {gone or 'nothing'}: {beyond} {dialect.log_programs} {chosen}"
    yield f"programs: {dialect.dump_programs} {dialect.client_programs}"


def lines(dialect: Dialect) -> Iterator[str]:
    yield from facts(dialect)
    for name, statements in questions(dialect):
        yield f"\n-- {name}"
        yield from (f"{statement.text};" if statement else "(none)" for statement in statements)
    for step in STEPS:
        yield f"\n-- {step.name}"
        try:
            for statement in dialect.render(step):
                yield f"{statement.text};"
                if statement.redacted != statement.text:
                    yield f"redacted: {statement.redacted};"
        except Refused as refusal:
            yield f"refused: {refusal.message}"


def name_of(server: Server) -> str:
    return f"{server.flavor}-{server.version_text}"


@pytest.mark.parametrize("server", SERVERS, ids=name_of)
def test_statements(server: Server, golden: Callable[[str, str], None]) -> None:
    golden(f"{name_of(server)}.sql", "\n".join(lines(dialect_for(server))) + "\n")


@pytest.mark.parametrize("server", SERVERS, ids=name_of)
def test_no_secret_is_shown(server: Server) -> None:
    dialect = dialect_for(server)
    for step in STEPS:
        try:
            statements = dialect.render(step)
        except Refused:
            continue
        for statement in statements:
            assert "s3cret" not in statement.redacted
            assert (statement.redacted == statement.text) == (MASK not in statement.redacted)


def test_every_step_of_a_server_is_in_the_table() -> None:
    rendered = set(dialect_for(SERVERS[0])._renderers)
    assert rendered == {type(step) for step in STEPS}


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all": (
        {
            "server_id": 168296449,
            "bind_addresses": ["127.0.0.1", "198.51.100.1"],
            "report_host": "198.51.100.1",
            "log_bin": "/var/lib/mysql/bin log.x",
            "log_bin_basename": "/var/lib/mysql/bin log",
            "row_format": True,
            "binlog_do_db": ["wikidb", "twoway"],
            "binlog_ignore_db": ["mysql", "test"],
            "replicate_do_db": ["wikidb"],
            "replicate_ignore_db": ["test"],
            "replicate_wild_do_table": ["wikidb.%"],
            "replicate_wild_ignore_table": ["test.tmp\\_%"],
            "binlog_retention_seconds": 86401,
            "binlog_cache_size": 32768,
            "sync_binlog": 1,
            "flush_log_at_commit": 1,
            "gtid": True,
            "gtid_domain_id": 1,
            "log_replica_updates": True,
            "relay_log": "relay",
            "relay_recovery_for_gtid": True,
            "net_timeout_seconds": 60,
            "retry_count": 100,
            "link_compression": False,
            "auto_increment_increment": 2,
            "auto_increment_offset": 1,
            "semi_sync_timeout_ms": 1000,
            "tls_ca": "/etc/ssl/ca.pem",
            "tls_cert": "/etc/ssl/cert.pem",
            "tls_key": "/etc/ssl/key.pem",
            "read_only": True,
        },
        {"innodb-buffer-pool-size": "128M", "sync_binlog": 0},
    ),
    "file positions, nothing else": (
        {
            "server_id": 1,
            "bind_addresses": ["*"],
            "gtid": False,
            "enforce_gtid_consistency": "WARN",
            "gtid_mode": "OFF_PERMISSIVE",
            "relay_recovery_for_gtid": False,
            "semi_sync_timeout_ms": 0,
            "read_only": False,
            "report_host": None,
            "row_format": False,
            "replicate_do_db": [],
        },
        {},
    ),
    "several outward addresses": ({"bind_addresses": ["127.0.0.1", "198.51.100.1", "203.0.113.1"]}, {}),
}


@pytest.mark.parametrize("server", SERVERS, ids=name_of)
def test_options(server: Server, golden: Callable[[str, str], None]) -> None:
    text = ""
    for title, (settings, extra) in SETTINGS.items():
        text += f"# {title}\n"
        for option in options_for(server, settings, extra):
            shown = option.as_dict()
            for line in shown["lines"]:
                text += f"{line}\n"
            if shown["variable"] != shown["name"] or len(shown["lines"]) != 1:
                text += f"#   compare {shown['variable']} with {shown['wanted']!r}\n"
        text += "\n"
    golden(f"{name_of(server)}.cnf", text)


def test_unknown_setting() -> None:
    with pytest.raises(ValueError, match="unknown settings: a, b"):
        options_for(SERVERS[0], {"b": 1, "a": 1, "server_id": 1}, {})


@pytest.mark.parametrize("name", ["log_bin", "log-bin"])
def test_the_place_of_the_binary_log_is_no_further_option(name: str) -> None:
    with pytest.raises(ValueError, match="mysql_server_log_bin"):
        options_for(SERVERS[0], {"server_id": 1}, {name: "/srv/bin"})


@pytest.mark.parametrize("value", ['a"b', "a\nb", "a\0b", "\t"])
def test_option_that_no_file_carries(value: str) -> None:
    with pytest.raises(ValueError):
        options_for(SERVERS[0], {}, {"init_connect": value})[0].as_dict()
