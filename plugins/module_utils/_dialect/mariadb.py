# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The language of MariaDB 10.6 to 12.x."""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .._errors import Refused
from .._plan import steps as do
from .._plan.repair import COUNTER, POSITION
from .._state.account import AccountName
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.channel import CURRENT_POS, FILE_POSITION, GTID, Channel, ChannelSettings
from .._state.gtid import GtidPosition, parse_gtid_position
from .base import EXPORT_SETTINGS, IMPORT_SETTINGS, Dialect
from .channel_row import Row, common_settings, names_in, normalize_row, parse_common
from .statement import Raw, Statement, sql

_SOURCE_OPTIONS = {
    "source_host": "MASTER_HOST",
    "source_port": "MASTER_PORT",
    "source_user": "MASTER_USER",
    "source_password": "MASTER_PASSWORD",
    "coordinates": "MASTER_USE_GTID",
    "tls": "MASTER_SSL",
    "tls_verify": "MASTER_SSL_VERIFY_SERVER_CERT",
    "tls_ca": "MASTER_SSL_CA",
    "tls_cert": "MASTER_SSL_CERT",
    "tls_key": "MASTER_SSL_KEY",
    "connect_retry_seconds": "MASTER_CONNECT_RETRY",
    "retry_count": "MASTER_RETRY_COUNT",
    "heartbeat_seconds": "MASTER_HEARTBEAT_PERIOD",
    "delay_seconds": "MASTER_DELAY",
    "start_file": "MASTER_LOG_FILE",
    "start_position": "MASTER_LOG_POS",
}
_COORDINATES = {"no": FILE_POSITION, "slave_pos": GTID, "current_pos": CURRENT_POS}


class MariadbDialect(Dialect):
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
            ),
        }

    logs_secrets = True
    receiver_can_change_alone = False
    restart_variables = frozenset(
        {
            "bind_address",
            "log_bin",
            "log_bin_basename",
            "log_bin_index",
            "log_slave_updates",
            "master_retry_count",
            "port",
            "relay_log",
            "relay_log_basename",
            "relay_log_recovery",
            "report_host",
            "report_port",
            "binlog_do_db",
            "binlog_ignore_db",
            "ssl_ca",
            "ssl_cert",
            "ssl_key",
        }
    )

    # Accounts.

    def _former_login(self, account: AccountName) -> Raw:
        question = "(SELECT JSON_QUERY(Priv, '$.auth_or') FROM mysql.global_priv WHERE User = {} AND Host = {})"
        return Raw(sql(question, account.user, account.host).text)

    def _parse_former_logins(self, plugin: str, former: str) -> Tuple[Tuple[str, str], ...]:
        # The way that the other columns show has an empty place among them.
        ways = [way for way in json.loads(former or "[]") if way]
        return tuple((str(way["plugin"]), str(way.get("authentication_string", ""))) for way in ways)

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

    # Channels.

    def read_channels(self) -> Statement:
        return sql("SHOW ALL SLAVES STATUS")

    def channel_options_key(self, row: Row) -> str:
        return str(row["channel"])

    def parse_channel(self, row: Row, options: Optional[Row]) -> Optional[Channel]:
        row = normalize_row(row)
        if not row["source_host"]:
            return None
        retry_count = row.get("source_retry_count")
        settings = ChannelSettings(
            **common_settings(row),
            coordinates=_COORDINATES[row["using_gtid"].lower()],
            retry_count=None if retry_count is None else int(retry_count),
            heartbeat_seconds=float(row["replica_heartbeat_period"]),
            source_password=self._stored_password(options),
        )
        return parse_common(
            row,
            name=row["connection_name"],
            settings=settings,
            gtid_received=row["gtid_io_pos"],
            gtid_applied=row["gtid_replica_pos"],
        )

    def channel_file(self, channel: str) -> Optional[str]:
        # The server writes the name of a named connection in lower case into the file's name.
        return "master-%s.info" % channel.lower() if channel else "master.info"

    def password_in_channel_file(self, content: str) -> str:
        # Lines: count of lines, log file, position, host, user, password, …
        return content.split("\n")[5]

    def is_drained(self, channel: Channel) -> bool:
        if channel.received == channel.applied:
            return True
        # Of a transaction that its source did not live to send as a whole, the receiver counts the place, and no GTID.
        by_gtid = channel.settings.coordinates != FILE_POSITION and bool(channel.gtid_received)
        return by_gtid and self.gtid_covers(channel.gtid_applied or "", channel.gtid_received or "")

    def place_of_drained(self, channel: Channel) -> Optional[BinlogCoordinates]:
        # A part of a transaction that was received is not here.
        return channel.applied

    def has_applied_since(self, stuck: Channel, now: Channel) -> bool:
        if now.settings.coordinates != FILE_POSITION:
            # A receiver that follows GTIDs may fetch everything again, and both file positions begin anew with it.
            return now.gtid_applied != stuck.gtid_applied
        return now.applied != stuck.applied or self.is_drained(now)

    def source_option(self, setting: str, value: Any) -> Statement:
        if setting == "coordinates":
            return sql("MASTER_USE_GTID = {}", Raw("slave_pos" if value == GTID else "no"))
        if setting not in _SOURCE_OPTIONS:
            raise Refused("A channel of MariaDB has no setting %r." % setting)
        return sql("{} = {}", Raw(_SOURCE_OPTIONS[setting]), value)

    def _named(self, template: str, channel: str) -> List[Statement]:
        """Return the statement with the channel's name after its second word, where the channel has a name."""
        return [sql(template, Raw(sql(" {}", channel).text if channel else ""))]

    def _change_source(self, step: do.ChangeSource) -> List[Statement]:
        settings = dict(step.settings)
        if step.start_at:
            settings.update(start_file=step.start_at.file, start_position=step.start_at.position)
        return [self._sources(self._named("CHANGE MASTER{} TO ", step.channel)[0].text, settings)]

    def _stop_receiver(self, step: do.StopReceiver) -> List[Statement]:
        return self._named("STOP SLAVE{} IO_THREAD", step.channel)

    def _stop_applier(self, step: do.StopApplier) -> List[Statement]:
        return self._named("STOP SLAVE{} SQL_THREAD", step.channel)

    def _start_receiver(self, step: do.StartReceiver) -> List[Statement]:
        return self._named("START SLAVE{} IO_THREAD", step.channel)

    def _start_applier(self, step: do.StartApplier) -> List[Statement]:
        return self._named("START SLAVE{} SQL_THREAD", step.channel)

    def _remove_channel(self, step: do.RemoveChannel) -> List[Statement]:
        return self._named("RESET SLAVE{} ALL", step.channel)

    def gtid_without_returned(self, variables: Mapping[str, str]) -> Optional[str]:
        own = int(variables["gtid_domain_id"]), int(variables["server_id"])
        applied = parse_gtid_position(variables["gtid_slave_pos"])
        left = GtidPosition(tuple(gtid for gtid in applied.gtids if gtid[:2] != own))
        return None if left == applied else str(left)

    def _set_applied_gtid(self, step: do.SetAppliedGtid) -> List[Statement]:
        position = sql("SET GLOBAL gtid_slave_pos = {}", step.gtid)
        if not step.is_strict:
            return [position]
        return [sql("SET GLOBAL gtid_strict_mode = 0"), position, sql("SET GLOBAL gtid_strict_mode = 1")]

    def way_to_skip(self, channel: Channel, has_gtid: bool, variables: Mapping[str, str]) -> str:
        # The counter leaves alone what was received; appliers in parallel refuse it where there are several domains.
        is_parallel = int(variables.get("slave_parallel_threads", "0")) > 0
        return POSITION if channel.settings.coordinates != FILE_POSITION and is_parallel else COUNTER

    def gtid_after(self, variables: Mapping[str, str], gtid: str) -> str:
        return str(parse_gtid_position(variables["gtid_slave_pos"]).advanced_to(parse_gtid_position(gtid)))

    def _skip_next(self, step: do.SkipNext) -> List[Statement]:
        return [
            sql("SET SESSION default_master_connection = {}", step.channel),
            sql("SET GLOBAL sql_slave_skip_counter = 1"),
        ]

    def start_applier_until(self, channel: str, coordinates: BinlogCoordinates) -> Statement:
        return sql(
            "START SLAVE{} SQL_THREAD UNTIL MASTER_LOG_FILE = {}, MASTER_LOG_POS = {}",
            Raw(sql(" {}", channel).text if channel else ""),
            coordinates.file,
            coordinates.position,
        )

    def read_table_files(self) -> Statement:
        return sql("SELECT FILENAME AS path FROM information_schema.INNODB_SYS_TABLESPACES WHERE FILENAME IS NOT NULL")

    # Binary log, GTIDs, replicas.

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

    def import_settings(self) -> Dict[str, Any]:
        return {**IMPORT_SETTINGS, "check_constraint_checks": 0, "max_statement_time": 0}

    def export_settings(self) -> Dict[str, Any]:
        return {**EXPORT_SETTINGS, "max_statement_time": 0}

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

    # Client programs.

    dump_programs = ["mariadb-dump", "mysqldump"]
    client_programs = ["mariadb", "mysql"]
    backup_programs = ["mariadb-backup", "mariabackup"]
    stream_programs = ["mbstream", "mariadb-mbstream"]
    log_programs = ["mariadb-binlog", "mysqlbinlog"]

    def log_filter(self, beyond: str, held: Sequence[str]) -> Optional[List[str]]:
        if not self.server.supports("log_by_gtid"):
            return None
        domains = [domain for domain, _server, _sequence in parse_gtid_position(beyond).gtids]
        reached = parse_gtid_position(",".join(held))
        starts = [str(reached.last_in(domain)) for domain in domains if reached.last_in(domain)]
        arguments = ["--do-domain-ids=%s" % ",".join(str(domain) for domain in domains)]
        return [*arguments, "--start-position=" + ",".join(starts)] if starts else arguments

    def dump_coordinates_arguments(self, variables: Mapping[str, str]) -> List[str]:
        return ["--master-data=2"]

    def dump_plain_arguments(self) -> List[str]:
        return []

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

    def gate_variable(self) -> str:
        return "read_only"

    def set_gate(self, is_open: bool) -> Statement:
        return sql("SET GLOBAL read_only = {}", 0 if is_open else 1)

    def lift_gate(self) -> Optional[Statement]:
        return None
