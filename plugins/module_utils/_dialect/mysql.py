# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The language of MySQL 5.7 to 26.x."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .._plan import steps as do
from .._state.account import AccountName
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.gtid import parse_gtid_set
from .base import EXPORT_SETTINGS, RESTART_VARIABLES, TLS_FILES
from .channel_row import Row, names_in
from .features import Server
from .mysql_channels import MysqlChannels
from .statement import Raw, Statement, sql

# The largest number that a transaction can get. Source: MySQL manual, "GTID Format and Storage".
_LAST_NUMBER = 2**63 - 2


_SEED_PRIVILEGES = frozenset(
    {"SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "LOCK TABLES", "RELOAD", "PROCESS", "REPLICATION CLIENT"}
)


# To set the gate, to end sessions, to see transactions and positions; the first where one privilege covers the rest.
_SWITCH_PRIVILEGES = {
    False: frozenset({"SUPER", "PROCESS", "REPLICATION CLIENT"}),
    True: frozenset({"SYSTEM_VARIABLES_ADMIN", "CONNECTION_ADMIN", "PROCESS", "REPLICATION CLIENT"}),
}

_RESTART_VARIABLES = RESTART_VARIABLES | {
    "mysqlx_bind_address",
    "log_replica_updates",
    "plugin_load_add",
    "gtid_mode",
    "enforce_gtid_consistency",
}


class MysqlDialect(MysqlChannels):
    """MySQL, and what descends from it without another grammar (Percona Server)."""

    logs_secrets = False

    @property
    def restart_variables(self) -> FrozenSet[str]:
        certificates = frozenset() if self.server.supports("reload_tls") else TLS_FILES
        # It could be set only while no applier runs, and sessions would keep the old one.
        log_format = frozenset() if self.server.supports("binlog_format_setting") else {"binlog_format"}
        return _RESTART_VARIABLES | certificates | log_format

    def reload_tls(self) -> Statement:
        # It is not written to the binary log.
        return sql("ALTER INSTANCE RELOAD TLS")

    @property
    def privileges_by_purpose(self) -> Dict[str, FrozenSet[str]]:
        return {
            "replication": frozenset({"REPLICATION SLAVE"}),
            "member": frozenset({"REPLICATION SLAVE"}),
            "switch": _SWITCH_PRIVILEGES[self.server.supports("dynamic_privileges")],
            "monitor": frozenset({"REPLICATION CLIENT", "PROCESS"}),
            "seed": _SEED_PRIVILEGES | ({"BACKUP_ADMIN"} if self.server.supports("clone") else frozenset()),
        }

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

    # Files, binary log, GTIDs, replicas.

    def read_table_files(self) -> Statement:
        # Those of the system tablespace and the undo logs are where variables tell.
        return sql(
            "SELECT FILE_NAME AS path FROM information_schema.FILES"
            " WHERE FILE_TYPE = 'TABLESPACE' AND TABLESPACE_NAME <> 'innodb_system'"
        )

    def read_commits_under_way(self, variables: Mapping[str, str]) -> Optional[Statement]:
        # Owned from before the engines commit it until it is among those executed.
        return sql("SELECT @@GLOBAL.gtid_owned") if variables.get("gtid_mode", "").upper() == "ON" else None

    hold_waits_for_readers = True

    def hold_commits(self) -> List[Statement]:
        return [sql("FLUSH TABLES WITH READ LOCK")]

    def release_commits(self) -> Statement:
        return sql("UNLOCK TABLES")

    former_collations = {"default_collation_for_utf8mb4": "utf8mb4_general_ci"}

    def import_settings(self, donor: Server) -> Dict[str, Any]:
        settings = super().import_settings(donor)
        if self.server.supports("require_primary_key"):
            settings["sql_require_primary_key"] = 0
        if self.server.supports("invisible_primary_key"):
            settings["sql_generate_invisible_primary_key"] = 0
        if self.server.supports("standard_foreign_keys"):
            settings["restrict_fk_on_non_standard_key"] = 0
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

    def semi_sync_begins_with(self) -> str:
        # Under writes without a pause that moment may not come. To switch all of it off takes up to a second.
        return self.semi_sync_waits_alone()

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

    def index_may_be_used(self) -> str:
        return "IS_VISIBLE = 'YES'" if self.server.supports("hidden_indexes") else "TRUE"

    # Client programs.

    dump_programs = ["mysqldump"]
    client_programs = ["mysql"]
    log_programs = ["mysqlbinlog"]

    def log_filter(self, beyond: str, held: Sequence[str], gone: str, written: str) -> Optional[List[str]]:
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

    def read_origins(self) -> Optional[Statement]:
        if not self.server.supports("variable_origins"):
            return None
        return sql(
            "SELECT VARIABLE_NAME AS name, VARIABLE_PATH AS file FROM performance_schema.variables_info"
            " WHERE VARIABLE_SOURCE <> 'DYNAMIC' AND VARIABLE_PATH <> ''"
        )

    def gate_variable(self) -> str:
        return "super_read_only"

    def set_gate(self, is_open: bool) -> Statement:
        # read_only = OFF clears super_read_only as well, and super_read_only = ON sets read_only.
        return sql("SET GLOBAL read_only = OFF" if is_open else "SET GLOBAL super_read_only = ON")

    def lift_gate(self) -> Optional[Statement]:
        return sql("SET GLOBAL super_read_only = OFF")


def _one_line(text: Optional[str]) -> str:
    return (text or "").replace("\n", "")
