"""What is broken on a running pair, how it is undone, and what has to be found in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_BOTH_FLAVORS = ("mysql", "mariadb", "mariadb-lts")
_MYSQL = ("mysql",)
_MARIADB = ("mariadb", "mariadb-lts")

#: Words of the statements below, by client: the same thing is said in both.
WORDS: dict[str, Mapping[str, str]] = {
    "mysql": {
        "R": "REPLICA",
        "r": "replica",
        "s": "source",
        "S": "SOURCE",
        "change": "CHANGE REPLICATION SOURCE TO SOURCE",
        "lift": "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0;",
        "shut": "SET GLOBAL super_read_only = ON;",
        "power": "CONNECTION_ADMIN",
        "by_file": "AUTO_POSITION = 0",
        "by_gtid": "AUTO_POSITION = 1",
        "file": "/etc/mysql/mysql.conf.d/zz-twoway.cnf",
        "unit": "mysql",
        "skip_start": "skip_replica_start",
    },
    "mariadb": {
        "R": "SLAVE",
        "r": "slave",
        "s": "master",
        "S": "MASTER",
        "change": "CHANGE MASTER TO MASTER",
        "lift": "SET sql_log_bin = 0;",
        "shut": "",
        "power": "READ_ONLY ADMIN",
        "by_file": "USE_GTID = no",
        "by_gtid": "USE_GTID = slave_pos",
        "file": "/etc/mysql/mariadb.conf.d/99-twoway.cnf",
        "unit": "mariadb",
        "skip_start": "skip_slave_start",
    },
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a pair.

    :ivar codes: what has to be found; other findings may come with it.
    :ivar member: where it is done, and found unless it is about the pair.
    :ivar does: statements, or a command line where it begins with ``$``; ``undo`` alike. Words in braces are of
        ``WORDS``, or ids of both servers: ``{own}``, ``{peer}``, ``{peer_uuid}``.
    :ivar peer_before: statements on the peer before; ``peer_after`` after, and ``peer_undo`` in the end.
    """

    codes: str
    member: str
    does: str
    undo: str
    flavors: tuple[str, ...] = _BOTH_FLAVORS
    peer_before: str = ""
    peer_after: str = ""
    peer_undo: str = ""
    wish: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.codes.replace(' ', '+')} on {self.member}"


def _setting(
    code: str, member: str, name: str, wrong: str, right: str, flavors: tuple[str, ...] = _BOTH_FLAVORS
) -> Fault:
    return Fault(code, member, f"SET GLOBAL {name} = {wrong}", f"SET GLOBAL {name} = {right}", flavors)


def _channel(code: str, wrong: str, right: str, flavors: tuple[str, ...] = _BOTH_FLAVORS) -> Fault:
    """A setting of the channel of db2, changed while everything that it received is applied."""

    def around(setting: str) -> str:
        return "STOP {R}; {change}_" + setting + "; START {R}"

    return Fault(code, "db2", around(wrong), around(right), flavors)


def _file(code: str, member: str, command: str, flavors: tuple[str, ...] = _BOTH_FLAVORS) -> Fault:
    return Fault(code, member, "$cp -p {file} /root/kept.cnf; " + command, "$cp -p /root/kept.cnf {file}", flavors)


_EVENT = "CREATE EVENT scratch.tick ON SCHEDULE EVERY 1 DAY DO SET @nothing = 0;"
_TABLES = """
    CREATE DATABASE scratch;
    CREATE TABLE scratch.plain (text VARCHAR(9));
    CREATE TABLE scratch.author (id INT PRIMARY KEY, name VARCHAR(9) UNIQUE);
    CREATE TABLE scratch.book (id INT PRIMARY KEY, author INT,
        FOREIGN KEY (author) REFERENCES scratch.author (id) ON DELETE CASCADE);
    CREATE TRIGGER scratch.mark BEFORE INSERT ON scratch.book FOR EACH ROW SET NEW.author = NEW.author;
"""
_EMPTY_TRANSACTION = "SET GTID_NEXT = '{peer_uuid}:999999'; BEGIN; COMMIT; SET GTID_NEXT = 'AUTOMATIC';"
_LARGE = "INSERT INTO scratch.large VALUES (REPEAT('x', 20000));"

FAULTS: list[Fault] = [
    _setting("ACKNOWLEDGED_EVENTS_LOST", "db2", "sync_relay_log", "1000", "1", _MYSQL),
    _setting("AUTO_INCREMENT_COLLIDES", "db2", "auto_increment_offset", "1", "2"),
    _setting("BINLOG_FORMAT_NOT_ROW", "db1", "binlog_format", "'MIXED'", "'ROW'"),
    _setting("BINLOG_ROW_IMAGE_NOT_FULL", "db1", "binlog_row_image", "'MINIMAL'", "'FULL'"),
    _setting("CHARSETS_DIFFER", "db2", "collation_server", "'latin1_bin'", "DEFAULT"),
    _setting("COMMITS_NOT_DURABLE", "db1", "sync_binlog", "0", "1"),
    _setting("COMMITS_NOT_DURABLE", "db2", "innodb_flush_log_at_trx_commit", "2", "1"),
    _setting("DEFINITIONS_FORCED", "db2", "slave_ddl_exec_mode", "'IDEMPOTENT'", "'STRICT'", _MARIADB),
    _setting("GATE_HALF_OPEN", "db2", "super_read_only", "OFF", "ON", _MYSQL),
    _setting("GTID_MODE_NOT_ON", "db1", "gtid_mode", "ON_PERMISSIVE", "ON", _MYSQL),
    _setting("GTID_STRICT_MODE_OFF", "db1", "gtid_strict_mode", "OFF", "ON", _MARIADB),
    _setting("GTID_DOMAINS_EQUAL", "db2", "gtid_domain_id", "{peer}", "{own}", _MARIADB),
    _setting("PURGE_WAITS_FOR_PEER", "db1", "slave_connections_needed_for_purge", "1", "0", ("mariadb",)),
    _setting("RETENTION_SHORTER_THAN_OUTAGE", "db1", "binlog_expire_logs_seconds", "3600", "1209600"),
    _setting("ROWS_FORCED", "db2", "{r}_exec_mode", "'IDEMPOTENT'", "'STRICT'"),
    _setting("SEMI_SYNC_AFTER_COMMIT", "db1", "rpl_semi_sync_{s}_wait_point", "'AFTER_COMMIT'", "'AFTER_SYNC'"),
    _setting("SEMI_SYNC_ONE_SIDED", "db2", "rpl_semi_sync_{r}_enabled", "OFF", "ON"),
    _setting("SQL_MODES_DIFFER", "db2", "sql_mode", "''", "DEFAULT"),
    _setting("TIME_ZONES_DIFFER", "db2", "time_zone", "'+05:00'", "'SYSTEM'"),
    _channel("APPLIER_DELAYED", "DELAY = 3600", "DELAY = 0"),
    _channel("CHANNEL_WITHOUT_TLS", "SSL = 0", "SSL = 1"),
    _channel("COORDINATES_DIFFER", "{by_file}", "{by_gtid}"),
    _channel("RECEIVER_NOT_CONNECTED", "PORT = 1", "PORT = 3306"),
    _channel("RETRIES_TOO_FEW", "RETRY_COUNT = 3", "RETRY_COUNT = 241920", _MYSQL),
    Fault(
        "SOURCE_ID_IGNORED",
        "db2",
        "STOP {R}; CHANGE MASTER TO IGNORE_SERVER_IDS = ({peer}); START {R}",
        "STOP {R}; CHANGE MASTER TO IGNORE_SERVER_IDS = (); START {R}",
        _MARIADB,
    ),
    Fault("RECEIVER_STOPPED", "db2", "STOP {R} IO_THREAD", "START {R} IO_THREAD"),
    Fault("APPLIER_STOPPED", "db2", "STOP {R} SQL_THREAD", "START {R} SQL_THREAD"),
    Fault(
        "APPLIER_STOPPED",
        "db2",
        "{lift} CREATE DATABASE scratch; {shut}",
        "{lift} DROP DATABASE scratch; {shut} START {R} SQL_THREAD",
        peer_after="CREATE DATABASE scratch",
        peer_undo="DROP DATABASE scratch",
    ),
    Fault(
        "APPLIER_STOPS_AT_PLACE",
        "db2",
        "STOP {R} SQL_THREAD; START {R} SQL_THREAD UNTIL {S}_LOG_FILE = 'later.999999', {S}_LOG_POS = 4",
        "STOP {R} SQL_THREAD; START {R} SQL_THREAD",
    ),
    Fault("BOTH_GATES_OPEN", "db2", "SET GLOBAL read_only = OFF", "SET GLOBAL read_only = ON; {shut}"),
    Fault("NO_GATE_OPEN", "db1", "SET GLOBAL read_only = ON; {shut}", "SET GLOBAL read_only = OFF"),
    Fault(
        "ANONYMOUS_ACCOUNT",
        "db1",
        "SET sql_log_bin = 0; CREATE USER ''@'nowhere.invalid' IDENTIFIED BY 'Unkn0wn!'",
        "SET sql_log_bin = 0; DROP USER ''@'nowhere.invalid'",
    ),
    Fault(
        "ACCOUNT_WRITES_THROUGH_GATE",
        "db2",
        "{lift} CREATE USER app@'%' IDENTIFIED BY 'Unkn0wn!'; GRANT {power} ON *.* TO app@'%'",
        "{lift} DROP USER app@'%'; {shut}",
    ),
    Fault(
        "REPLICATION_ACCOUNT_FOR_ALL REPLICATION_ACCOUNT_TOO_MIGHTY REPLICATION_ACCOUNT_WITHOUT_TLS",
        "db1",
        "SET sql_log_bin = 0; CREATE USER replication@'%' IDENTIFIED BY 'Unkn0wn!';"
        " GRANT REPLICATION SLAVE, SELECT ON *.* TO replication@'%'",
        "SET sql_log_bin = 0; DROP USER replication@'%'",
    ),
    Fault(
        "EVENTS_ON_STANDBY",
        "db2",
        "SET GLOBAL event_scheduler = ON; {lift} CREATE DATABASE scratch; " + _EVENT + " {shut}",
        "SET GLOBAL event_scheduler = DEFAULT; {lift} DROP DATABASE scratch; {shut}",
    ),
    Fault(
        "TWO_WRITERS_NO_PRIMARY_KEY TWO_WRITERS_UNIQUE_KEYS TWO_WRITERS_CASCADES TWO_WRITERS_TRIGGERS",
        "db1",
        _TABLES,
        "DROP DATABASE scratch",
        wish={"writers": "both"},
    ),
    Fault(
        "TABLES_WITHOUT_TRANSACTIONS",
        "db1",
        "CREATE DATABASE scratch; CREATE TABLE scratch.old (id INT PRIMARY KEY) ENGINE = MyISAM",
        "DROP DATABASE scratch",
    ),
    Fault(
        "BINLOG_CACHE_TOO_SMALL",
        "db1",
        "CREATE DATABASE scratch; CREATE TABLE scratch.large (text TEXT); SET GLOBAL binlog_cache_size = 4096;"
        " FLUSH STATUS; " + _LARGE * 120,
        "DROP DATABASE scratch; SET GLOBAL binlog_cache_size = 32768; FLUSH STATUS",
    ),
    Fault(
        "FILTERS_DIFFER FILTERS_LOSE_DATA",
        "db2",
        "STOP REPLICA SQL_THREAD; CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB = (nothing); START REPLICA SQL_THREAD",
        "STOP REPLICA SQL_THREAD; CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB = (); START REPLICA SQL_THREAD",
        _MYSQL,
    ),
    Fault(
        "FILTERS_DIFFER FILTERS_LOSE_DATA",
        "db2",
        "STOP SLAVE; SET GLOBAL replicate_ignore_db = 'nothing'; START SLAVE",
        "STOP SLAVE; SET GLOBAL replicate_ignore_db = ''; START SLAVE",
        _MARIADB,
    ),
    Fault(
        "SEMI_SYNC_NOT_ACTIVE",
        "db1",
        "CREATE DATABASE scratch; DROP DATABASE scratch",
        "DO 0",
        peer_before="STOP {R} IO_THREAD",
        peer_undo="START {R} IO_THREAD",
    ),
    _file("GATE_NOT_PERSISTED", "db2", "sed -i /read_only/d {file}"),
    _file("CHANNELS_NOT_STARTED_AT_BOOT", "db2", "echo '{skip_start} = ON' >> {file}"),
    _file("OPTION_DEPRECATED", "db1", "echo 'slave_net_timeout = 10' >> {file}", _MYSQL),
    _file("RETRIES_TOO_FEW", "db2", "sed -i 's/^master_retry_count.*/master_retry_count = 3/' {file}", _MARIADB),
    Fault("SERVICE_NOT_ENABLED", "db2", "$systemctl disable {unit}", "$systemctl enable {unit}"),
    Fault(
        "MEMBERS_DIFFER",
        "db2",
        '$echo \'{{"is_equal": false, "tables": [{{"schema": "a", "table": "b", "result": "different"}}]}}\''
        " > /var/lib/twoway/compare.json",
        "$rm /var/lib/twoway/compare.json",
    ),
    Fault(
        "TRANSACTIONS_SKIPPED",
        "db2",
        '$echo \'{{"transaction": "1-1-7", "errno": 1062}}\' >> /var/lib/twoway/skipped.jsonl',
        "$rm /var/lib/twoway/skipped.jsonl",
    ),
    Fault(
        "SEED_UNFINISHED",
        "db2",
        '$echo \'{{"state": "importing", "donor": "db1"}}\' > /var/lib/twoway/unfinished-3306.json',
        "$rm /var/lib/twoway/unfinished-3306.json",
    ),
    Fault(
        "ERRANT_TRANSACTIONS",
        "db2",
        "{lift} " + _EMPTY_TRANSACTION + " {shut}",
        "DO 0",
        _MYSQL,
        peer_undo="SET sql_log_bin = 0; " + _EMPTY_TRANSACTION,
    ),
]

#: What only a new seed would put right, in this order.
FINAL_FAULTS: list[Fault] = [
    Fault(
        "NEEDED_BINLOGS_PURGED",
        "db2",
        "STOP {R} IO_THREAD",
        "",
        peer_after="CREATE DATABASE scratch; DROP DATABASE scratch; FLUSH BINARY LOGS; FLUSH BINARY LOGS;"
        " PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY",
    ),
    Fault("CHANNEL_MISSING", "db2", "STOP {R}; RESET {R} ALL", ""),
]
