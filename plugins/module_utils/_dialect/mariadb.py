# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The language of MariaDB 10.6 to 12.x."""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .._plan import steps as do
from .._state.account import AccountName
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.gtid import GtidPosition, parse_gtid_position
from .._state.variables import same_value
from .base import EXPORT_SETTINGS, RESTART_VARIABLES, TLS_FILES
from .channel_row import Row, names_in
from .features import Server
from .mariadb_channels import MariadbChannels
from .statement import Identifier, Raw, Statement, sql


class MariadbDialect(MariadbChannels):
    """MariaDB. Its own words are used throughout: every supported version understands them."""

    @property
    def privileges_by_purpose(self) -> Dict[str, FrozenSet[str]]:
        return {
            "replication": frozenset({"REPLICATION SLAVE"}),
            "member": frozenset({"REPLICATION SLAVE"}),
            # SELECT for the table of accounts: which of them pass a closed gate stands there.
            "switch": frozenset(
                {"READ_ONLY ADMIN", "CONNECTION ADMIN", "PROCESS", "BINLOG MONITOR", "REPLICA MONITOR", "SELECT"}
            ),
            "monitor": frozenset({"BINLOG MONITOR", "REPLICA MONITOR", "PROCESS"}),
            "seed": frozenset(
                {"SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "LOCK TABLES", "RELOAD", "PROCESS", "BINLOG MONITOR"}
                # To read outside of the binary log.
                | {"BINLOG ADMIN"}
            ),
        }

    logs_secrets = True
    restart_variables = RESTART_VARIABLES | TLS_FILES | {"master_retry_count"}

    def reload_tls(self) -> Statement:
        return sql("FLUSH LOCAL SSL")

    # Accounts.

    def _former_login(self, account: AccountName) -> Raw:
        question = "(SELECT JSON_QUERY(Priv, '$.auth_or') FROM mysql.global_priv WHERE User = {} AND Host = {})"
        return Raw(sql(question, account.user, account.host).text)

    def _parse_former_logins(self, plugin: str, former: str) -> Tuple[Tuple[str, str], ...]:
        # The way that the other columns show has an empty place among them.
        ways = [way for way in json.loads(former or "[]") if way]
        return tuple((str(way["plugin"]), str(way.get("authentication_string", ""))) for way in ways)

    def read_definition(self, account: AccountName) -> Statement:
        # An account without a host is a role, of which there is nothing to tell but its name.
        if account.host:
            return super().read_definition(account)
        if account.user == "PUBLIC":
            return sql("SELECT '-- Everybody has the role PUBLIC' AS definition")
        return sql("SELECT {} AS definition", sql("CREATE ROLE IF NOT EXISTS {}", Identifier(account.user)).text)

    def read_grants(self, account: AccountName) -> Statement:
        return super().read_grants(account) if account.host else sql("SHOW GRANTS FOR {}", Identifier(account.user))

    def _add_password(self, step: do.AddPassword) -> List[Statement]:
        return [
            sql(
                "ALTER USER {}@{} IDENTIFIED VIA mysql_native_password USING PASSWORD({})"
                " OR mysql_native_password USING {}",
                step.account.user,
                step.account.host,
                step.password,
                step.kept,
            )
        ]

    def _discard_former_login(self, step: do.DiscardFormerLogin) -> List[Statement]:
        return self._set_password(do.SetPassword(step.reason, step.account, step.password))

    # The first start after a physical copy.

    service = "mariadb"
    option_folders = ["/etc/mysql/mariadb.conf.d", "/etc/my.cnf.d"]

    # Files, binary log, GTIDs, replicas.

    def read_table_files(self) -> Statement:
        return sql("SELECT FILENAME AS path FROM information_schema.INNODB_SYS_TABLESPACES WHERE FILENAME IS NOT NULL")

    def read_snapshot_coordinates(self) -> Optional[Statement]:
        status = "(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = {}) AS {}"
        return sql(
            "SELECT " + status + ", " + status,
            "BINLOG_SNAPSHOT_FILE",
            Raw("file"),
            "BINLOG_SNAPSHOT_POSITION",
            Raw("position"),
        )

    hold_waits_for_readers = False

    def hold_commits(self) -> List[Statement]:
        return [sql("BACKUP STAGE START"), sql("BACKUP STAGE BLOCK_COMMIT")]

    def release_commits(self) -> Statement:
        return sql("BACKUP STAGE END")

    former_collations = {"character_set_collations": ""}

    def import_settings(self, donor: Server) -> Dict[str, Any]:
        return {**super().import_settings(donor), "check_constraint_checks": 0, "max_statement_time": 0}

    def export_settings(self) -> Dict[str, Any]:
        # A savepoint that is in the binary log's hands lets go of no table, and none could be altered until the end. A
        # snapshot is a transaction that may have nothing to read for long.
        patience = {"idle_transaction_timeout": 0, "idle_readonly_transaction_timeout": 0}
        return {**EXPORT_SETTINGS, **patience, "max_statement_time": 0, "sql_log_bin": 0}

    def read_binlog_status(self) -> Statement:
        return sql("SHOW MASTER STATUS")

    def read_gtids(self) -> Statement:
        return sql("SELECT @@GLOBAL.gtid_binlog_pos AS written, @@GLOBAL.gtid_slave_pos AS applied")

    def parse_binlog_status(self, rows: Sequence[Row], variables: Mapping[str, str]) -> BinlogStatus:
        gtid = variables.get("gtid_binlog_pos", "")
        if not rows:
            return BinlogStatus(coordinates=None, gtid=gtid)
        row = rows[0]
        return BinlogStatus(
            coordinates=BinlogCoordinates(row["File"], int(row["Position"])),
            do_db=names_in(row["Binlog_Do_DB"]),
            ignore_db=names_in(row["Binlog_Ignore_DB"]),
            gtid=gtid,
        )

    def semi_sync_name(self) -> str:
        return "rpl_semi_sync_master"

    def semi_sync_waits_alone(self) -> str:
        return "rpl_semi_sync_master_wait_no_slave"

    def end_sessions_of_replicas(self) -> Statement:
        # What receives acknowledgments holds a lock while it reads from a replica, however long that says nothing.
        return sql(
            "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; FOR replica IN"
            " (SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%')"
            " DO KILL replica.ID; END FOR; END"
        )

    def read_ending_senders(self) -> Statement:
        return sql(
            "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting to finalize termination'"
        )

    def _set_variable(self, step: do.SetVariable) -> List[Statement]:
        switches_off = step.variable == "rpl_semi_sync_master_enabled" and same_value(step.value, False)
        first = [self.end_sessions_of_replicas()] if switches_off else []
        return [*first, *super()._set_variable(step)]

    def read_replicas(self) -> Statement:
        return sql("SHOW SLAVE HOSTS")

    def start_history(self, gtid: str, own_domain: Optional[int]) -> List[Statement]:
        position = parse_gtid_position(gtid)
        statements = [sql("RESET MASTER"), sql("SET GLOBAL gtid_slave_pos = {}", str(position))]
        own_part = position.domain(own_domain) if own_domain is not None else None
        if own_part:
            # The donor already has transactions of this domain: their numbers must go on where they stood.
            statements.append(sql("SET GLOBAL gtid_binlog_state = {}", str(own_part)))
        return statements

    def wait_for_gtid(self, gtid: str, timeout_seconds: float) -> Statement:
        return sql("SELECT MASTER_GTID_WAIT({}, {}) = 0 AS reached", gtid, timeout_seconds)

    def gtid_covers(self, held: str, wanted: str) -> bool:
        return parse_gtid_position(held).covers(parse_gtid_position(wanted))

    def gtid_beyond(self, held: Sequence[str], wanted: str) -> str:
        return str(parse_gtid_position(wanted).beyond(parse_gtid_position(",".join(held))))

    def index_may_be_used(self) -> str:
        return "IGNORED = 'NO'"

    # Client programs.

    dump_programs = ["mariadb-dump", "mysqldump"]
    client_programs = ["mariadb", "mysql"]
    backup_programs = ["mariadb-backup", "mariabackup"]
    stream_programs = ["mbstream", "mariadb-mbstream"]
    log_programs = ["mariadb-binlog", "mysqlbinlog"]

    def log_filter(self, beyond: str, held: Sequence[str], gone: str, written: str) -> Optional[List[str]]:
        if not self.server.supports("log_by_gtid"):
            return None
        domains = [domain for domain, _server, _sequence in parse_gtid_position(beyond).gtids]
        reached = parse_gtid_position(",".join([*held, gone]))
        places = [reached.last_in(domain) for domain in domains]
        # The program refuses a log with a domain that it is not told of, and the server one that begins after a place.
        places += [GtidPosition((gtid,)) for gtid in parse_gtid_position(written).gtids if gtid[0] not in domains]
        starts = [str(place) for place in places if place]
        # Else it takes the heads of later files for gaps (11.8), and misses places in domains that it does not print.
        arguments = ["--skip-gtid-strict-mode", "--do-domain-ids=%s" % ",".join(str(domain) for domain in domains)]
        return [*arguments, "--start-position=" + ",".join(starts)] if starts else arguments

    def dump_coordinates_arguments(self, variables: Mapping[str, str]) -> List[str]:
        return ["--master-data=2"]

    def dump_plain_arguments(self) -> List[str]:
        return []

    def dump_history_arguments(self, source: Server) -> Optional[List[str]]:
        if not self.server.supports("dump_history"):
            return None
        # Current rows that end in 2038 would be rows of the past to a newer server.
        ends_later = self.server.supports("timestamps_to_2106") and not source.supports("timestamps_to_2106")
        return ["--dump-history", *(["--update-history"] if ends_later else [])]

    def client_tls_options(self, ca_cert: Optional[str]) -> Dict[str, Any]:
        options: Dict[str, Any] = {"ssl": 1, "ssl-verify-server-cert": int(bool(ca_cert))}
        return {**options, "ssl-ca": ca_cert} if ca_cert else options

    def read_gtid_at(self, coordinates: BinlogCoordinates) -> Optional[Statement]:
        return sql("SELECT BINLOG_GTID_POS({}, {})", coordinates.file, coordinates.position)

    def read_first_gtids(self, file: str) -> Optional[Statement]:
        return sql("SHOW BINLOG EVENTS IN {} LIMIT 3", file)

    def parse_first_gtids(self, rows: Sequence[Row]) -> Optional[str]:
        listed = next((str(row["Info"]) for row in rows if row["Event_type"] == "Gtid_list"), None)
        return None if listed is None else str(parse_gtid_position(listed.strip("[]")))

    # Accounts in general, write gate.

    def read_accounts(self) -> Statement:
        return sql(
            "SELECT User AS user, Host AS host, COALESCE(JSON_VALUE(Priv, '$.ssl_type'), 0) > 0 AS requires_tls,"
            " JSON_VALUE(Priv, '$.account_locked') IS TRUE AS is_locked,"
            " COALESCE(JSON_LENGTH(Priv, '$.auth_or'), 0) > 1 AS has_former_login,"
            " Priv LIKE '%\"unix_socket\"%' OR User = 'mariadb.sys' AS is_management"
            " FROM mysql.global_priv WHERE NOT COALESCE(JSON_VALUE(Priv, '$.is_role'), 0) ORDER BY User, Host"
        )

    def read_origins(self) -> Optional[Statement]:
        return sql(
            "SELECT LOWER(VARIABLE_NAME) AS name, GLOBAL_VALUE_PATH AS file FROM information_schema.SYSTEM_VARIABLES"
            " WHERE GLOBAL_VALUE_ORIGIN = 'CONFIG' AND GLOBAL_VALUE_PATH <> ''"
        )

    def gate_variable(self) -> str:
        return "read_only"

    def set_gate(self, is_open: bool) -> Statement:
        return sql("SET GLOBAL read_only = {}", 0 if is_open else 1)

    def lift_gate(self) -> Optional[Statement]:
        return None
