# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The language of MySQL 5.7 to 26.x."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .._errors import Refused
from .._plan import steps as do
from .._plan.repair import COUNTER, EMPTY_TRANSACTION
from .._state.account import AccountName
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.channel import FILE_POSITION, GTID, Channel, ChannelSettings
from .._state.gtid import parse_gtid_set
from .base import EXPORT_SETTINGS, IMPORT_SETTINGS, Dialect
from .channel_row import Row, common_settings, names_in, normalize_row, parse_common
from .statement import Raw, Statement, sql

# The largest number that a transaction can get. Source: MySQL manual, "GTID Format and Storage".
_LAST_NUMBER = 2**63 - 2

# Settings that not every version has, and the feature that they are.
_FEATURE_OF_SETTING = {"compression": "channel_compression", "public_key_request": "public_key_request"}

# Option of CHANGE REPLICATION SOURCE TO for each setting; {} is SOURCE, or MASTER on old servers.
_SOURCE_OPTIONS = {
    "source_host": "{}_HOST",
    "source_port": "{}_PORT",
    "source_user": "{}_USER",
    "source_password": "{}_PASSWORD",
    "coordinates": "{}_AUTO_POSITION",
    "tls": "{}_SSL",
    "tls_verify": "{}_SSL_VERIFY_SERVER_CERT",
    "tls_ca": "{}_SSL_CA",
    "tls_cert": "{}_SSL_CERT",
    "tls_key": "{}_SSL_KEY",
    "connect_retry_seconds": "{}_CONNECT_RETRY",
    "retry_count": "{}_RETRY_COUNT",
    "heartbeat_seconds": "{}_HEARTBEAT_PERIOD",
    "delay_seconds": "{}_DELAY",
    "compression": "{}_COMPRESSION_ALGORITHMS",
    "public_key_request": "GET_{}_PUBLIC_KEY",
    "start_file": "{}_LOG_FILE",
    "start_position": "{}_LOG_POS",
}


_SEED_PRIVILEGES = frozenset(
    {"SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "LOCK TABLES", "RELOAD", "PROCESS", "REPLICATION CLIENT"}
)


# To set the gate, to end sessions, to see transactions and positions; the first where one privilege covers the rest.
_SWITCH_PRIVILEGES = {
    False: frozenset({"SUPER", "PROCESS", "REPLICATION CLIENT"}),
    True: frozenset({"SYSTEM_VARIABLES_ADMIN", "CONNECTION_ADMIN", "PROCESS", "REPLICATION CLIENT"}),
}


class MysqlDialect(Dialect):
    """MySQL, and what descends from it without another grammar (Percona Server)."""

    logs_secrets = False
    receiver_can_change_alone = True
    restart_variables = frozenset(
        {
            "bind_address",
            "mysqlx_bind_address",
            "log_bin",
            "log_bin_basename",
            "log_bin_index",
            "log_replica_updates",
            "log_slave_updates",
            "port",
            "relay_log",
            "relay_log_basename",
            "relay_log_recovery",
            "report_host",
            "report_port",
            "binlog_do_db",
            "binlog_ignore_db",
            "replicate_do_db",
            "replicate_ignore_db",
            "replicate_wild_do_table",
            "replicate_wild_ignore_table",
            "plugin_load_add",
            "gtid_mode",
            "enforce_gtid_consistency",
        }
    )

    @property
    def privileges_by_purpose(self) -> Dict[str, FrozenSet[str]]:
        return {
            "replication": frozenset({"REPLICATION SLAVE"}),
            "member": frozenset({"REPLICATION SLAVE"}),
            "switch": _SWITCH_PRIVILEGES[self.server.supports("dynamic_privileges")],
            "monitor": frozenset({"REPLICATION CLIENT", "PROCESS"}),
            "seed": _SEED_PRIVILEGES | ({"BACKUP_ADMIN"} if self.server.supports("clone") else frozenset()),
        }

    @property
    def _source(self) -> Raw:
        return Raw("SOURCE" if self.server.supports("change_source_statement") else "MASTER")

    @property
    def _replica(self) -> Raw:
        return Raw("REPLICA" if self.server.supports("replica_statements") else "SLAVE")

    def _for_channel(self, template: str, channel: str) -> List[Statement]:
        return [sql(template + " FOR CHANNEL {}", self._replica, channel)]

    # Accounts.

    @property
    def _additional_password(self) -> Raw:
        known = self.server.supports("former_login")
        return Raw("JSON_UNQUOTE(JSON_EXTRACT(User_attributes, '$.additional_password'))" if known else "NULL")

    def _former_login(self, account: AccountName) -> Raw:
        return self._additional_password

    def _parse_former_logins(self, plugin: str, former: str) -> Tuple[Tuple[str, str], ...]:
        return ((plugin, former),) if former else ()

    def _add_password(self, step: do.AddPassword) -> List[Statement]:
        account = step.account.user, step.account.host
        return [sql("ALTER USER {}@{} IDENTIFIED BY {} RETAIN CURRENT PASSWORD", *account, step.password)]

    def _discard_former_login(self, step: do.DiscardFormerLogin) -> List[Statement]:
        return [sql("ALTER USER {}@{} DISCARD OLD PASSWORD", step.account.user, step.account.host)]

    # The first start after a physical copy.

    service = "mysql"
    option_folders = ["/etc/mysql/mysql.conf.d", "/etc/my.cnf.d"]

    def exact_definitions(self) -> Optional[Statement]:
        # Hashes of caching_sha2_password hold bytes that a text does not carry.
        if not self.server.supports("hex_definitions"):
            return None
        return sql("SET SESSION print_identified_with_as_hex = ON")

    # Channels.

    def read_channels(self) -> Statement:
        return sql("SHOW {} STATUS", self._replica)

    def read_channel_options(self) -> Optional[Statement]:
        compression = "COMPRESSION_ALGORITHM" if self.server.supports("channel_compression") else "NULL"
        return sql(
            "SELECT c.CHANNEL_NAME AS channel, c.HEARTBEAT_INTERVAL AS heartbeat, {} AS compression,"
            " m.User_password AS source_password"
            " FROM performance_schema.replication_connection_configuration AS c"
            " LEFT JOIN mysql.slave_master_info AS m"
            " ON m.Channel_name = CONVERT(c.CHANNEL_NAME USING utf8mb4) COLLATE utf8mb4_bin",
            Raw(compression),
        )

    def channel_options_key(self, row: Row) -> str:
        return str(row["channel"])

    def parse_channel(self, row: Row, options: Optional[Row]) -> Optional[Channel]:
        row = normalize_row(row)
        if not row["source_host"]:
            return None
        options = options or {}
        heartbeat = options.get("heartbeat")
        settings = ChannelSettings(
            **common_settings(row),
            coordinates=GTID if int(row["auto_position"]) else FILE_POSITION,
            retry_count=int(row["source_retry_count"]),
            heartbeat_seconds=None if heartbeat is None else float(heartbeat),
            compression=options.get("compression"),
            public_key_request=bool(int(row.get("get_source_public_key") or 0)),
            source_password=self._stored_password(options),
        )
        return parse_common(
            row,
            name=row["channel_name"],
            settings=settings,
            source_uuid=row["source_uuid"] or None,
            gtid_received=row["retrieved_gtid_set"].replace("\n", ""),
            gtid_applied=row["executed_gtid_set"].replace("\n", ""),
        )

    def is_drained(self, channel: Channel) -> bool:
        # With auto-position a heartbeat moves the receiver's position on without an event for the applier.
        if channel.settings.coordinates == GTID:
            return self.gtid_covers(channel.gtid_applied or "", channel.gtid_received or "")
        return channel.received == channel.applied

    def has_applied_since(self, stuck: Channel, now: Channel) -> bool:
        # Not by GTIDs: this server's own transactions are among them.
        return now.applied != stuck.applied or self.is_drained(now)

    def source_option(self, setting: str, value: Any) -> Statement:
        feature = _FEATURE_OF_SETTING.get(setting)
        if feature and not self.server.supports(feature):
            raise Refused("A channel of MySQL %s has no setting %r." % (self.server.version_text, setting))
        option = _SOURCE_OPTIONS[setting].format(self._source.text)
        return sql("{} = {}", Raw(option), value == GTID if setting == "coordinates" else value)

    def _change_source(self, step: do.ChangeSource) -> List[Statement]:
        settings = dict(step.settings)
        if step.start_at:
            settings.update(start_file=step.start_at.file, start_position=step.start_at.position)
        words = "CHANGE REPLICATION SOURCE TO " if self._source.text == "SOURCE" else "CHANGE MASTER TO "
        return [self._sources(words, settings, sql(" FOR CHANNEL {}", step.channel).text)]

    def _stop_receiver(self, step: do.StopReceiver) -> List[Statement]:
        return self._for_channel("STOP {} IO_THREAD", step.channel)

    def _stop_applier(self, step: do.StopApplier) -> List[Statement]:
        return self._for_channel("STOP {} SQL_THREAD", step.channel)

    def _start_receiver(self, step: do.StartReceiver) -> List[Statement]:
        return self._for_channel("START {} IO_THREAD", step.channel)

    def _start_applier(self, step: do.StartApplier) -> List[Statement]:
        return self._for_channel("START {} SQL_THREAD", step.channel)

    def _remove_channel(self, step: do.RemoveChannel) -> List[Statement]:
        return self._for_channel("RESET {} ALL", step.channel)

    def read_failed_transaction(self, channel: str) -> Optional[Statement]:
        if not self.server.supports("applying_transaction"):
            return None
        return sql(
            "SELECT APPLYING_TRANSACTION AS gtid FROM performance_schema.replication_applier_status_by_worker"
            " WHERE CHANNEL_NAME = {} AND LAST_ERROR_NUMBER <> 0 AND APPLYING_TRANSACTION LIKE '%-%:%'"
            " ORDER BY LAST_ERROR_TIMESTAMP DESC LIMIT 1",
            channel,
        )

    def way_to_skip(self, channel: Channel, has_gtid: bool, variables: Mapping[str, str]) -> str:
        # The counter is ignored without a word where a transaction has a GTID.
        return EMPTY_TRANSACTION if has_gtid else COUNTER

    def _commit_empty(self, step: do.CommitEmpty) -> List[Statement]:
        return [
            sql("SET SESSION gtid_next = {}", step.gtid),
            sql("BEGIN"),
            sql("COMMIT"),
            sql("SET SESSION gtid_next = 'AUTOMATIC'"),
        ]

    def _skip_next(self, step: do.SkipNext) -> List[Statement]:
        return [sql("SET GLOBAL sql_{}_skip_counter = 1", Raw(self._replica_variable))]

    @property
    def _replica_variable(self) -> str:
        return "replica" if self.server.supports("replica_variables") else "slave"

    def start_applier_until(self, channel: str, coordinates: BinlogCoordinates) -> Statement:
        return sql(
            "START {} SQL_THREAD UNTIL {}_LOG_FILE = {}, {}_LOG_POS = {} FOR CHANNEL {}",
            self._replica,
            self._source,
            coordinates.file,
            self._source,
            coordinates.position,
            channel,
        )

    def read_table_files(self) -> Statement:
        # Those of the system tablespace and the undo logs are where variables tell.
        return sql(
            "SELECT FILE_NAME AS path FROM information_schema.FILES"
            " WHERE FILE_TYPE = 'TABLESPACE' AND TABLESPACE_NAME <> 'innodb_system'"
        )

    # Binary log, GTIDs, replicas.

    def read_commits_under_way(self, variables: Mapping[str, str]) -> Optional[Statement]:
        # Owned from before the engines commit it until it is among those executed.
        return sql("SELECT @@GLOBAL.gtid_owned") if variables.get("gtid_mode", "").upper() == "ON" else None

    hold_waits_for_readers = True

    def hold_commits(self) -> List[Statement]:
        return [sql("FLUSH TABLES WITH READ LOCK")]

    def release_commits(self) -> Statement:
        return sql("UNLOCK TABLES")

    def import_settings(self) -> Dict[str, Any]:
        settings: Dict[str, Any] = dict(IMPORT_SETTINGS)
        if self.server.supports("require_primary_key"):
            settings["sql_require_primary_key"] = 0
        if self.server.supports("invisible_primary_key"):
            settings["sql_generate_invisible_primary_key"] = 0
        return settings

    def export_settings(self) -> Dict[str, Any]:
        return {**EXPORT_SETTINGS, "max_execution_time": 0}

    def read_binlog_status(self) -> Statement:
        return sql("SHOW BINARY LOG STATUS" if self.server.supports("binary_log_status") else "SHOW MASTER STATUS")

    def read_gtids(self) -> Statement:
        # What it wrote itself and has lost no channel brings: a source that still holds that is not ahead.
        return sql(
            "SELECT @@GLOBAL.gtid_executed AS written, CONCAT(@@GLOBAL.server_uuid, {}) AS own", ":1-%d" % _LAST_NUMBER
        )

    def parse_binlog_status(self, rows: Sequence[Row], variables: Mapping[str, str]) -> BinlogStatus:
        if not rows:
            return BinlogStatus(coordinates=None, gtid=_one_line(variables.get("gtid_executed", "")))
        row = rows[0]
        return BinlogStatus(
            coordinates=BinlogCoordinates(row["File"], int(row["Position"])),
            do_db=names_in(row["Binlog_Do_DB"]),
            ignore_db=names_in(row["Binlog_Ignore_DB"]),
            gtid=_one_line(row["Executed_Gtid_Set"]),
            gtid_purged=_one_line(variables.get("gtid_purged", "")),
        )

    def read_global_filters(self) -> Optional[Statement]:
        if not self.server.supports("filter_tables"):
            return None
        return sql(
            "SELECT FILTER_NAME AS name, FILTER_RULE AS rule FROM performance_schema.replication_applier_global_filters"
        )

    empty_filters = dict.fromkeys(
        ("replicate_do_db", "replicate_ignore_db", "replicate_wild_do_table", "replicate_wild_ignore_table"), ""
    )

    def semi_sync_name(self) -> str:
        return "rpl_semi_sync_" + ("source" if self.server.supports("semisync_source_plugin") else "master")

    def semi_sync_waits_alone(self) -> str:
        nobody = "replica" if self.server.supports("semisync_source_plugin") else "slave"
        return "%s_wait_no_%s" % (self.semi_sync_name(), nobody)

    def read_replicas(self) -> Statement:
        return sql("SHOW REPLICAS" if self.server.supports("show_replicas") else "SHOW SLAVE HOSTS")

    def start_history(self, gtid: str, own_domain: Optional[int]) -> List[Statement]:
        statements = [
            sql("RESET BINARY LOGS AND GTIDS" if self.server.supports("reset_binary_logs") else "RESET MASTER"),
        ]
        if gtid:
            statements.append(sql("SET GLOBAL gtid_purged = {}", gtid))
        return statements

    def wait_for_gtid(self, gtid: str, timeout_seconds: float) -> Statement:
        # A timeout of 0 is none.
        return sql("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {}) = 0 AS reached", gtid, max(0.001, timeout_seconds))

    def gtid_covers(self, held: str, wanted: str) -> bool:
        return parse_gtid_set(held).contains(parse_gtid_set(wanted))

    def gtid_beyond(self, held: Sequence[str], wanted: str) -> str:
        return str(parse_gtid_set(wanted).subtract(parse_gtid_set(",".join(held))))

    def fresh_statistics(self) -> Optional[Statement]:
        if not self.server.supports("statistics_cache"):
            return None
        return sql("SET SESSION information_schema_stats_expiry = 0")

    # Client programs.

    dump_programs = ["mysqldump"]
    client_programs = ["mysql"]
    log_programs = ["mysqlbinlog"]

    def log_filter(self, beyond: str, held: Sequence[str]) -> Optional[List[str]]:
        return ["--include-gtids=" + beyond]

    def dump_coordinates_arguments(self, variables: Mapping[str, str]) -> List[str]:
        option = "--source-data=2" if self.server.supports("dump_source_data") else "--master-data=2"
        gtid_is_on = variables.get("gtid_mode", "").upper() == "ON"
        return [option, "--set-gtid-purged=%s" % ("ON" if gtid_is_on else "OFF")]

    def dump_plain_arguments(self) -> List[str]:
        return ["--set-gtid-purged=OFF"]

    def client_tls_options(self, ca_cert: Optional[str]) -> Dict[str, Any]:
        return {"ssl-mode": "VERIFY_CA", "ssl-ca": ca_cert} if ca_cert else {"ssl-mode": "REQUIRED"}

    # Accounts in general, write gate.

    def read_accounts(self) -> Statement:
        return sql(
            "SELECT User AS user, Host AS host, ssl_type <> '' AS requires_tls, account_locked = 'Y' AS is_locked,"
            " {} IS NOT NULL AS has_former_login,"
            " plugin = 'auth_socket' OR User LIKE 'mysql.%' AS is_management FROM mysql.user ORDER BY User, Host",
            self._additional_password,
        )

    def read_persisted(self) -> Optional[Statement]:
        if not self.server.supports("persisted_variables"):
            return None
        return sql("SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.persisted_variables")

    def gate_variable(self) -> str:
        return "super_read_only"

    def set_gate(self, is_open: bool) -> Statement:
        # read_only = OFF clears super_read_only as well, and super_read_only = ON sets read_only.
        return sql("SET GLOBAL read_only = OFF" if is_open else "SET GLOBAL super_read_only = ON")

    def lift_gate(self) -> Optional[Statement]:
        return sql("SET GLOBAL super_read_only = OFF")


def _one_line(text: Optional[str]) -> str:
    return (text or "").replace("\n", "")
