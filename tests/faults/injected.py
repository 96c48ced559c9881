"""What is broken on a running pair, how it is undone, and what has to be found in between."""

from __future__ import annotations

from fault import MARIADB, MYSQL, Fault, Steps, applier_setting, channel, file, restart, setting

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
_ROWS = "CREATE DATABASE scratch; CREATE TABLE scratch.t (text MEDIUMTEXT);"
_ROW = "INSERT INTO scratch.t VALUES (REPEAT('x', 60000));"
#: Since MariaDB 11.5 this is about the session, unless it is said.
_FLUSH_STATUS = "FLUSH /*M!110501 GLOBAL */ STATUS;"
_LEAVE_ALONE = "$systemctl stop twoway-gate"
_KEEP_AGAIN = "$systemctl start twoway-gate"
_OPEN: Steps = (_LEAVE_ALONE, "SET GLOBAL read_only = OFF")
_OPEN_AGAIN: Steps = ("SET GLOBAL read_only = OFF", _KEEP_AGAIN)
_CLOSE: Steps = (_LEAVE_ALONE, "SET GLOBAL read_only = ON; {shut}")
_CLOSE_AGAIN: Steps = ("SET GLOBAL read_only = ON; {shut}", _KEEP_AGAIN)
#: A certificate for five days.
_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 5 -subj /CN=short -keyout /etc/mysql/short.key"
    " -out /etc/mysql/short.crt 2>/dev/null; chown mysql /etc/mysql/short.*"
)
_AT_START = (
    "{log_updates}=OFF replicate_same_server_id=ON {skip_errors}=1062 bind_address=*"
    " relay_log=$(hostname)-relay relay_log_index=relay-bin.index"
    " ssl_cert=/etc/mysql/short.crt ssl_key=/etc/mysql/short.key"
)
_AT_START_CODES = (
    "REPLICA_UPDATES_NOT_LOGGED OWN_EVENTS_APPLIED ERRORS_SKIPPED LISTENS_EVERYWHERE RELAY_LOG_NAMED_AFTER_HOST"
    " CERTIFICATE_EXPIRES OPTION_OVERRIDDEN"
)
#: The server runs on a disk of 700 MB; nothing is written before it is back on its own.
_SMALL_DISK = """$set -e
    systemctl stop {unit}
    mount -t tmpfs -o size=700m tmpfs /mnt
    cp -a /var/lib/mysql/. /mnt/
    chown mysql:mysql /mnt
    mount --bind /mnt /var/lib/mysql
    systemctl start {unit}
"""
_OWN_DISK = "$systemctl stop {unit}; umount /var/lib/mysql /mnt; systemctl start {unit}"

FAULTS: list[Fault] = [
    setting("ACKNOWLEDGED_EVENTS_LOST", "db2", "sync_relay_log", "1000", "1", MYSQL),
    Fault(
        "SEED_GOES_ON",
        "db2",
        "$systemd-run --unit seed-goes-on flock /var/lib/twoway/unfinished-3306.json.lock sleep 600",
        "$systemctl stop seed-goes-on",
    ),
    setting("AUTO_INCREMENT_COLLIDES", "db2", "auto_increment_offset", "1", "2"),
    setting("BINLOG_FORMAT_NOT_ROW", "db1", "binlog_format", "'MIXED'", "'ROW'", MARIADB),
    setting("BINLOG_ROW_IMAGE_NOT_FULL", "db1", "binlog_row_image", "'MINIMAL'", "'FULL'"),
    setting("CHARSETS_DIFFER", "db2", "collation_server", "'latin1_bin'", "DEFAULT"),
    setting("COMMITS_NOT_DURABLE", "db1", "sync_binlog", "0", "1"),
    setting("COMMITS_NOT_DURABLE", "db2", "innodb_flush_log_at_trx_commit", "2", "1"),
    setting("DEFINITIONS_FORCED", "db2", "slave_ddl_exec_mode", "'IDEMPOTENT'", "'STRICT'", MARIADB),
    setting("GATE_HALF_OPEN", "db2", "super_read_only", "OFF", "ON", MYSQL),
    setting("GTID_MODE_NOT_ON", "db1", "gtid_mode", "ON_PERMISSIVE", "ON", MYSQL),
    setting("GTID_STRICT_MODE_OFF", "db1", "gtid_strict_mode", "OFF", "ON", MARIADB),
    setting("GTID_DOMAINS_EQUAL", "db2", "gtid_domain_id", "{peer}", "{own}", MARIADB),
    setting("PURGE_WAITS_FOR_PEER", "db1", "slave_connections_needed_for_purge", "1", "0", ("mariadb",)),
    setting("RETENTION_SHORTER_THAN_OUTAGE", "db1", "binlog_expire_logs_seconds", "3600", "1209600"),
    setting("ROWS_FORCED", "db2", "{r}_exec_mode", "'IDEMPOTENT'", "'STRICT'"),
    setting("SEMI_SYNC_AFTER_COMMIT", "db1", "rpl_semi_sync_{s}_wait_point", "'AFTER_COMMIT'", "'AFTER_SYNC'"),
    setting("SEMI_SYNC_IMPATIENT", "db1", "rpl_semi_sync_{s}_timeout", "1", "3000"),
    setting("SEMI_SYNC_ONE_SIDED", "db2", "rpl_semi_sync_{r}_enabled", "OFF", "ON"),
    setting("SQL_MODES_DIFFER", "db2", "sql_mode", "''", "DEFAULT"),
    setting("TIME_ZONES_DIFFER", "db2", "time_zone", "'+05:00'", "'SYSTEM'"),
    applier_setting("COMMIT_ORDER_NOT_KEPT", "replica_preserve_commit_order", "OFF", "ON", MYSQL),
    applier_setting("BINLOG_FORMAT_NOT_ROW", "binlog_format", "'MIXED'", "'ROW'", MYSQL),
    channel("CHANNEL_WITHOUT_TLS", "SSL = 0", "SSL = 1"),
    channel("CHANNEL_FOLLOWS_ANOTHER", "HOST = '127.0.0.1'", "HOST = '{peer_address}'"),
    Fault(
        "CHANNEL_BESIDE",
        "db2",
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1' FOR CHANNEL 'erp'",
        "RESET REPLICA ALL FOR CHANNEL 'erp'",
        MYSQL,
    ),
    Fault(
        "CHANNEL_BESIDE",
        "db2",
        "CHANGE MASTER 'erp' TO MASTER_HOST = '127.0.0.1'",
        "RESET SLAVE 'erp' ALL",
        MARIADB,
    ),
    channel("COORDINATES_DIFFER", "{by_file}", "{by_gtid}"),
    channel("GTID_CURRENT_POS_USED", "USE_GTID = current_pos", "{by_gtid}", MARIADB),
    channel("RELAY_LOG_NOT_RECOVERED", "{by_file}", "{by_gtid}", MYSQL, wish={"coordinates": "file_position"}),
    channel("HEARTBEAT_OFF", "HEARTBEAT_PERIOD = 0", "HEARTBEAT_PERIOD = 5"),
    channel("RECEIVER_NOT_CONNECTED", "PORT = 1", "PORT = 3306"),
    channel("RETRIES_TOO_FEW", "RETRY_COUNT = 3", "RETRY_COUNT = 241920", MYSQL),
    channel(
        "APPLIER_DELAYED REPLICA_LAGS",
        "DELAY = 3600",
        "DELAY = 0",
        peer_after="CREATE DATABASE scratch",
        peer_undo="DROP DATABASE scratch",
        wish={"lag_seconds": 0},
    ),
    Fault(
        "SOURCE_ID_IGNORED",
        "db2",
        "STOP {R}; CHANGE MASTER TO IGNORE_SERVER_IDS = ({peer}); START {R}",
        "STOP {R}; CHANGE MASTER TO IGNORE_SERVER_IDS = (); START {R}",
        MARIADB,
    ),
    Fault("RECEIVER_STOPPED", "db2", "STOP {R} IO_THREAD", "START {R} IO_THREAD", is_sample=True),
    Fault("APPLIER_STOPPED", "db2", "STOP {R} SQL_THREAD", "START {R} SQL_THREAD"),
    Fault(
        "APPLIER_STOPPED",
        "db2",
        "{lift} CREATE DATABASE scratch; {shut}",
        "{lift} DROP DATABASE scratch; {shut} START {R} SQL_THREAD",
        peer_after="CREATE DATABASE scratch",
        peer_undo="DROP DATABASE scratch",
        is_sample=True,
    ),
    # A counter that is set when the applier starts would skip what comes next.
    Fault(
        "SKIP_COUNTER_SET",
        "db2",
        "STOP {R} SQL_THREAD; SET GLOBAL sql_{r}_skip_counter = 1",
        "SET GLOBAL sql_{r}_skip_counter = 0; START {R} SQL_THREAD",
    ),
    Fault(
        "APPLIER_STOPS_AT_PLACE",
        "db2",
        "STOP {R} SQL_THREAD; START {R} SQL_THREAD UNTIL {S}_LOG_FILE = '{binlog}.999999', {S}_LOG_POS = 4",
        "STOP {R} SQL_THREAD; START {R} SQL_THREAD",
    ),
    Fault("BOTH_GATES_OPEN", "db2", _OPEN, _CLOSE_AGAIN, is_sample=True),
    Fault("NO_GATE_OPEN", "db1", _CLOSE, _OPEN_AGAIN),
    Fault("WRITER_CLOSED", "db2", "DO 0", "DO 0", wish={"writers": "both"}),
    Fault("WRITER_DIFFERS", "db1", "DO 0", "DO 0", wish={"active": "db2"}),
    Fault("GATE_NOT_KEPT", "db2", _LEAVE_ALONE, _KEEP_AGAIN),
    Fault("GATE_AGAINST_CLAIM", "db2", _OPEN, _CLOSE_AGAIN, peer_before=_CLOSE, peer_undo=_OPEN_AGAIN),
    Fault(
        "DUPLICATE_SERVER_ID SERVER_ID_WOULD_CHANGE",
        "db2",
        (_LEAVE_ALONE, "SET GLOBAL server_id = {peer}"),
        ("SET GLOBAL server_id = {own}", _KEEP_AGAIN),
    ),
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
        "REPLICATION_ACCOUNT_MISSING",
        "db1",
        "SET sql_log_bin = 0; ALTER USER replication@'{peer_address}' ACCOUNT LOCK",
        "SET sql_log_bin = 0; ALTER USER replication@'{peer_address}' ACCOUNT UNLOCK",
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
        "EVENTS_ON_BOTH",
        "db2",
        "SET GLOBAL event_scheduler = ON; {lift} CREATE DATABASE scratch; " + _EVENT + " {shut}",
        "SET GLOBAL event_scheduler = DEFAULT; {lift} DROP DATABASE scratch; {shut}",
        peer_before="SET GLOBAL event_scheduler = ON; SET sql_log_bin = 0; CREATE DATABASE scratch; " + _EVENT,
        peer_undo="SET GLOBAL event_scheduler = DEFAULT; SET sql_log_bin = 0; DROP DATABASE scratch",
        wish={"writers": "both"},
    ),
    Fault(
        "TWO_WRITERS_NO_PRIMARY_KEY TWO_WRITERS_UNIQUE_KEYS TWO_WRITERS_CASCADES TWO_WRITERS_TRIGGERS",
        "db1",
        _TABLES,
        "DROP DATABASE scratch",
        wish={"writers": "both"},
        reaches_peer=True,
    ),
    Fault(
        "TABLES_WITHOUT_TRANSACTIONS",
        "db1",
        "CREATE DATABASE scratch; CREATE TABLE scratch.old (id INT PRIMARY KEY) ENGINE = MyISAM",
        "DROP DATABASE scratch",
        reaches_peer=True,
    ),
    # The peer applies the same transactions.
    Fault(
        "BINLOG_CACHE_TOO_SMALL",
        "db1",
        _FLUSH_STATUS + _ROWS + _ROW * 120,
        "DROP DATABASE scratch; " + _FLUSH_STATUS,
        peer_before=_FLUSH_STATUS,
        peer_undo=_FLUSH_STATUS,
        reaches_peer=True,
    ),
    Fault(
        "FILTERS_DIFFER FILTERS_LOSE_DATA",
        "db2",
        "STOP REPLICA SQL_THREAD; CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB = (nothing); START REPLICA SQL_THREAD",
        "STOP REPLICA SQL_THREAD; CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB = (); START REPLICA SQL_THREAD",
        MYSQL,
    ),
    Fault(
        "FILTERS_DIFFER FILTERS_LOSE_DATA",
        "db2",
        "STOP SLAVE; SET GLOBAL replicate_ignore_db = 'nothing'; START SLAVE",
        "STOP SLAVE; SET GLOBAL replicate_ignore_db = ''; START SLAVE",
        MARIADB,
    ),
    Fault(
        "SEMI_SYNC_NOT_ACTIVE",
        "db1",
        "CREATE DATABASE scratch; DROP DATABASE scratch",
        "DO 0",
        peer_before="STOP {R} IO_THREAD",
        peer_undo="START {R} IO_THREAD",
    ),
    file("GATE_NOT_PERSISTED", "db2", "{folder}/zz-twoway-gate.cnf", ": > {folder}/zz-twoway-gate.cnf"),
    file("CHANNELS_NOT_STARTED_AT_BOOT", "db2", "{file}", "echo '{skip_start} = ON' >> {file}"),
    Fault(
        "OPTION_OVERRIDDEN",
        "db1",
        "$printf '[mysqld]\\nserver_id = 7\\n' > {folder}/zzz-site.cnf",
        "$rm {folder}/zzz-site.cnf",
        is_sample=True,
    ),
    Fault("OPTION_OVERRIDDEN", "db1", "SET PERSIST_ONLY server_id = 7", "RESET PERSIST server_id", MYSQL),
    file("OPTION_DEPRECATED", "db1", "{file}", "echo 'slave_net_timeout = 10' >> {file}", MYSQL),
    file(
        "RETRIES_TOO_FEW",
        "db2",
        "{file}",
        "sed -i 's/^master_retry_count.*/master_retry_count = 3/' {file}",
        MARIADB,
    ),
    Fault(
        "DUPLICATE_SERVER_UUID",
        "db2",
        "$cd /var/lib/mysql; cp -p auto.cnf /root/kept; sed -i 's/^server-uuid=.*/server-uuid={peer_uuid}/' auto.cnf;"
        " systemctl restart mysql",
        "$cp -p /root/kept /var/lib/mysql/auto.cnf; systemctl restart mysql",
        MYSQL,
        peer_undo="STOP REPLICA IO_THREAD; START REPLICA IO_THREAD",
    ),
    Fault("SERVICE_NOT_ENABLED", "db2", "$systemctl disable {unit}", "$systemctl enable {unit}"),
    Fault("SERVER_STOPPED", "db2", "$systemctl stop {unit}", "$systemctl start {unit}"),
    Fault(
        "LOGIN_FAILED",
        "db2",
        "$mv /run/mysqld/mysqld.sock /run/mysqld/kept.sock",
        "$mv /run/mysqld/kept.sock /run/mysqld/mysqld.sock",
    ),
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
    # With the id of its author, by which that one takes it for its own and leaves it out.
    Fault(
        "ERRANT_TRANSACTIONS",
        "db2",
        (
            _LEAVE_ALONE,
            "SET GLOBAL server_id = {peer}",
            "{lift} " + _EMPTY_TRANSACTION + " {shut}",
            "SET GLOBAL server_id = {own}",
            _KEEP_AGAIN,
        ),
        "DO 0",
        MYSQL,
        peer_undo="SET sql_log_bin = 0; " + _EMPTY_TRANSACTION,
    ),
    Fault(
        "ERRANT_TRANSACTIONS",
        "db2",
        "$set -e; mariadb -e 'STOP SLAVE'; mariadb -N -e 'SELECT @@GLOBAL.gtid_slave_pos' > /root/kept;"
        " lost=$(sed 's/{peer}-{peer}-[0-9]*/{peer}-{peer}-99999999/' /root/kept);"
        " mariadb -e \"SET GLOBAL gtid_slave_pos = '$lost'\"",
        "$mariadb -e \"SET GLOBAL gtid_slave_pos = '$(cat /root/kept)'; START SLAVE\"",
        MARIADB,
    ),
    # Only a restart sets its counters back.
    Fault(
        "SEMI_SYNC_TIMED_OUT",
        "db1",
        _ROWS + "INSERT INTO scratch.t VALUES ('x');" * 120,
        ("DROP DATABASE scratch", "$systemctl restart {unit}"),
        peer_before="STOP {R} IO_THREAD",
        peer_after="START {R} IO_THREAD",
    ),
    Fault(
        "REBUILD_WITHOUT_DONOR",
        "db1",
        "$systemctl stop {unit}",
        "$systemctl start {unit}",
        wish={"scope": "deployment", "rebuild": "db2"},
    ),
    restart(
        _AT_START_CODES + " CASCADES_DIFFER",
        _AT_START + " innodb_native_foreign_keys=ON",
        MYSQL,
        before=_CERTIFICATE,
    ),
    restart(
        _AT_START_CODES + " TABLE_NAME_CASE_DIFFERS",
        _AT_START + " lower_case_table_names=1",
        MARIADB,
        before=_CERTIFICATE,
    ),
    restart("BINLOG_OFF", "skip_log_bin", peer_undo="STOP {R} IO_THREAD; START {R} IO_THREAD"),
    Fault("DISK_NEARLY_FULL", "db2", _SMALL_DISK, _OWN_DISK),
]

#: What only a new seed would put right, in this order.
FINAL_FAULTS: list[Fault] = [
    Fault(
        "NEEDED_BINLOGS_PURGED",
        "db2",
        "STOP {R} IO_THREAD",
        (),
        peer_after="CREATE DATABASE scratch; DROP DATABASE scratch; FLUSH BINARY LOGS; FLUSH BINARY LOGS;"
        " PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY",
    ),
    Fault("CHANNEL_MISSING", "db2", "STOP {R}; RESET {R} ALL", ()),
]

#: Findings that need a run of the playbook, and the file of the tests that shows each.
SHOWN_BY_A_RUN: dict[str, str] = {
    "BINLOG_WOULD_MOVE": "tests/faults/test_settings.py",
    "CLOCKS_DIFFER": "tests/faults/calamities.py",
    "HISTORY_ON_REPLICA": "tests/faults/test_adopt.py",
    "WRITER_UNKNOWN": "tests/faults/test_adopt.py",
    "DATA_ON_RECIPIENT": "molecule/refuse/tests/refused/test_refused.py",
    "REBUILD_FROM_STANDBY": "tests/faults/test_operations.py",
    "REBUILD_MEMBER_INVALID": "tests/faults/test_operations.py",
    "REJOIN_NOT_CLEAN": "tests/faults/test_operations.py",
    "REPLICATION_ACCOUNT_TWO_PASSWORDS": "tests/faults/test_maintenance.py",
    **dict.fromkeys(
        (
            "BIND_ADDRESS_UNUSABLE",
            "DISK_TOO_SMALL",
            "FILTERS_ELSEWHERE",
            "FILTER_NAME_INVALID",
            "FLAVORS_DIFFER",
            "MEMBER_NOT_ASKED",
            "OPTIONS_REJECTED",
            "PAIR_MEMBERS_INVALID",
            "PASSWORD_UNUSABLE",
            "PEER_UNREACHABLE",
            "RESTART_FORBIDDEN",
            "TLS_FILE_UNUSABLE",
            "VERSION_UNSUPPORTED",
        ),
        "tests/faults/test_bad_input.py",
    ),
}

#: Findings that members of the lab cannot have, and why.
NOT_IN_THE_LAB: dict[str, str] = {
    "SYSTEM_UNSUPPORTED": "every image is of a system that is supported, or has a server",
    "VERSIONS_DIFFER": "both members of a pair are started from one image",
}
