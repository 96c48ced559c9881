features: binlog_format_setting ddl_exec_mode former_login gtid_domains hidden_indexes retention_seconds variable_origins
receiver_can_change_alone: False
semi_sync_name: rpl_semi_sync_master rpl_semi_sync_master_wait_no_slave None
gate_variable: read_only
held start: {'init_file': '/etc/mysql/init.sql', 'skip_slave_start': 'ON', 'event_scheduler': 'OFF', 'read_only': 'ON'} ['/etc/mysql/mariadb.conf.d', '/etc/my.cnf.d']
channel_file: master.info master-north.info
privileges for replication: REPLICATION SLAVE
privileges for member: REPLICATION SLAVE
privileges for switch: BINLOG MONITOR, CONNECTION ADMIN, PROCESS, READ_ONLY ADMIN, REPLICA MONITOR, SELECT
privileges for monitor: BINLOG MONITOR, PROCESS, REPLICA MONITOR
privileges for seed: BINLOG ADMIN, BINLOG MONITOR, EVENT, LOCK TABLES, PROCESS, RELOAD, SELECT, SHOW VIEW, TRIGGER
dump, gtid_mode ON: --master-data=2
dump, gtid_mode OFF: --master-data=2
dump, plain: 
export: {'character_set_results': 'binary', 'net_write_timeout': 600, 'idle_transaction_timeout': 0, 'idle_readonly_transaction_timeout': 0, 'max_statement_time': 0, 'sql_log_bin': 0}
history from 10.6.18: None
import from 10.6.18: {'sql_mode': 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', 'foreign_key_checks': 0, 'net_read_timeout': 600, 'check_constraint_checks': 0, 'max_statement_time': 0}
history from 10.6.18: None
import from 10.6.18: {'sql_mode': 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', 'foreign_key_checks': 0, 'net_read_timeout': 600, 'check_constraint_checks': 0, 'max_statement_time': 0}
client with TLS: {'ssl': 1, 'ssl-verify-server-cert': 0} {'ssl': 1, 'ssl-verify-server-cert': 1, 'ssl-ca': '/etc/ssl/ca.pem'}
beyond the peer's, without nothing: 1-1-40,3-3-1 ['mariadb-binlog', 'mysqlbinlog'] None
beyond the peer's, without 1-1-20,3-3-1: 1-1-40,3-3-1 ['mariadb-binlog', 'mysqlbinlog'] None
programs: ['mariadb-dump', 'mysqldump'] ['mariadb', 'mysql']

-- read_account
SELECT plugin, authentication_string, ssl_type, (SELECT JSON_QUERY(Priv, '$.auth_or') FROM mysql.global_priv WHERE User = 'repl\'1' AND Host = '10.0.0.%') AS former FROM mysql.user WHERE User = 'repl\'1' AND Host = '10.0.0.%';

-- read_grants
SHOW GRANTS FOR 'repl\'1'@'10.0.0.%';

-- read_definition
(none)
SHOW CREATE USER 'repl\'1'@'10.0.0.%';

-- init_file_start
SET SESSION sql_log_bin = 0;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES';

-- read_channels
SHOW ALL SLAVES STATUS;

-- read_channel_options
(none)

-- read_channel_place
(none)
(none)

-- start_applier_until
START SLAVE SQL_THREAD UNTIL MASTER_LOG_FILE = 'binlog.000002', MASTER_LOG_POS = 4711;
START SLAVE 'north' SQL_THREAD UNTIL MASTER_LOG_FILE = 'binlog.000002', MASTER_LOG_POS = 4711;

-- read_binlog_status
SHOW MASTER STATUS;

-- read_gtids
SELECT @@GLOBAL.gtid_binlog_pos AS written, @@GLOBAL.gtid_slave_pos AS applied;

-- read_global_filters
(none)

-- read_replicas
SHOW SLAVE HOSTS;

-- start_history
RESET MASTER;
SET GLOBAL gtid_slave_pos = '1-1-40,2-2-7';
SET GLOBAL gtid_binlog_state = '2-2-7';
RESET MASTER;
SET GLOBAL gtid_slave_pos = '';

-- wait_for_gtid
SELECT MASTER_GTID_WAIT('1-1-40,2-2-7', 1.5) = 0 AS reached;
SELECT MASTER_GTID_WAIT('1-1-40,2-2-7', 0.0) = 0 AS reached;

-- read_failed_transaction
(none)

-- read_gtid_at
SELECT BINLOG_GTID_POS('binlog.000002', 4711);

-- fresh_statistics
(none)

-- set_gate
SET GLOBAL read_only = 0;
SET GLOBAL read_only = 1;

-- lift_gate
(none)

-- try_to_set
SET GLOBAL `sync_binlog` = @@GLOBAL.`sync_binlog`, GLOBAL `version` = '';

-- read_origins
SELECT LOWER(VARIABLE_NAME) AS name, GLOBAL_VALUE_PATH AS file FROM information_schema.SYSTEM_VARIABLES WHERE GLOBAL_VALUE_ORIGIN = 'CONFIG' AND GLOBAL_VALUE_PATH <> '';

-- read_table_files
SELECT FILENAME AS path FROM information_schema.INNODB_SYS_TABLESPACES WHERE FILENAME IS NOT NULL;

-- disable_event_on_replica
ALTER EVENT `wiki``db`.`nightly` DISABLE ON SLAVE;

-- create_account
CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret' REQUIRE SSL;
redacted: CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********' REQUIRE SSL;

-- create_account
CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret' REQUIRE NONE;
redacted: CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********' REQUIRE NONE;

-- set_password
ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret';
redacted: ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********';

-- add_password
ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED VIA mysql_native_password USING PASSWORD('it\'s-s3cret') OR mysql_native_password USING '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19';
redacted: ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED VIA mysql_native_password USING PASSWORD('********') OR mysql_native_password USING '********';

-- discard_former_login
ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret';
redacted: ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********';

-- set_tls_requirement
ALTER USER 'repl\'1'@'10.0.0.%' REQUIRE SSL;

-- set_tls_requirement
ALTER USER 'repl\'1'@'10.0.0.%' REQUIRE NONE;

-- grant_privileges
GRANT REPLICATION SLAVE, SELECT ON *.* TO 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE SELECT, SUPER ON *.* FROM 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE ALL PRIVILEGES ON *.* FROM 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE ALL PRIVILEGES ON *.* FROM 'repl\'1'@'10.0.0.%';
REVOKE GRANT OPTION ON *.* FROM 'repl\'1'@'10.0.0.%';

-- grant_tables
GRANT SELECT ON `twoway`.`active` TO 'repl\'1'@'10.0.0.%';

-- drop_account
DROP USER 'repl\'1'@'10.0.0.%';

-- set_variable
SET GLOBAL `sync_binlog` = 1;

-- set_variable
SET GLOBAL `read_only` = 1;

-- set_variable
BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; FOR replica IN (SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%') DO KILL replica.ID; END FOR; END;
SET GLOBAL `rpl_semi_sync_master_enabled` = 0;

-- set_variable
SET GLOBAL `binlog_cache_size` = 65536;

-- set_variable
SET GLOBAL `binlog_row_image` = 'FULL';

-- reload_tls
FLUSH LOCAL SSL;

-- stop_receiver
STOP SLAVE IO_THREAD;

-- stop_applier
STOP SLAVE SQL_THREAD;

-- start_receiver
START SLAVE IO_THREAD;

-- start_applier
START SLAVE SQL_THREAD;

-- remove_channel
RESET SLAVE ALL;

-- stop_receiver
STOP SLAVE 'north' IO_THREAD;

-- stop_applier
STOP SLAVE 'north' SQL_THREAD;

-- start_receiver
START SLAVE 'north' IO_THREAD;

-- start_applier
START SLAVE 'north' SQL_THREAD;

-- remove_channel
RESET SLAVE 'north' ALL;

-- change_source
CHANGE MASTER TO MASTER_HOST = '198.51.100.1';

-- change_source
CHANGE MASTER TO MASTER_PORT = 3306;

-- change_source
CHANGE MASTER TO MASTER_USER = 'repl\'1';

-- change_source
CHANGE MASTER TO MASTER_PASSWORD = 'it\'s-s3cret';
redacted: CHANGE MASTER TO MASTER_PASSWORD = '********';

-- change_source
CHANGE MASTER TO MASTER_USE_GTID = slave_pos;

-- change_source
CHANGE MASTER TO MASTER_SSL = 1;

-- change_source
CHANGE MASTER TO MASTER_SSL_VERIFY_SERVER_CERT = 0;

-- change_source
CHANGE MASTER TO MASTER_SSL_CA = '/etc/ssl/ca.pem';

-- change_source
CHANGE MASTER TO MASTER_SSL_CERT = '/etc/ssl/cert.pem';

-- change_source
CHANGE MASTER TO MASTER_SSL_KEY = '/etc/ssl/key.pem';

-- change_source
CHANGE MASTER TO MASTER_CONNECT_RETRY = 5;

-- change_source
CHANGE MASTER TO MASTER_RETRY_COUNT = 0;

-- change_source
CHANGE MASTER TO MASTER_HEARTBEAT_PERIOD = 2.5;

-- change_source
CHANGE MASTER TO MASTER_DELAY = 0;

-- change_source
refused: A channel of MariaDB has no setting 'compression'.

-- change_source
refused: A channel of MariaDB has no setting 'public_key_request'.

-- change_source
CHANGE MASTER 'no\'rth' TO MASTER_HOST = '198.51.100.1', MASTER_PASSWORD = 'it\'s-s3cret', MASTER_USE_GTID = slave_pos;
redacted: CHANGE MASTER 'no\'rth' TO MASTER_HOST = '198.51.100.1', MASTER_PASSWORD = '********', MASTER_USE_GTID = slave_pos;

-- change_source
CHANGE MASTER TO MASTER_USE_GTID = no, MASTER_LOG_FILE = 'binlog.000002', MASTER_LOG_POS = 4711;

-- change_source
CHANGE MASTER TO MASTER_LOG_FILE = 'binlog.000002', MASTER_LOG_POS = 4711;

-- set_applied_gtid
BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET GLOBAL gtid_strict_mode = 1; RESIGNAL; END; SET GLOBAL gtid_strict_mode = 0; SET GLOBAL gtid_slave_pos = '1-1-40'; SET GLOBAL gtid_strict_mode = 1; END;

-- set_applied_gtid
SET GLOBAL gtid_slave_pos = '1-1-40';

-- commit_empty
refused: This server takes no transaction for executed without what it does

-- skip_next
SET SESSION default_master_connection = '';
SET GLOBAL sql_slave_skip_counter = 1;

-- skip_next
SET SESSION default_master_connection = 'north';
SET GLOBAL sql_slave_skip_counter = 1;

-- remove_row
SET SESSION foreign_key_checks = 0;
DELETE FROM `wikidb`.`odd``name` WHERE `id` = 18446744073709551615;
SET SESSION foreign_key_checks = 1;
COMMIT;

-- put_row
SET SESSION foreign_key_checks = 0;
INSERT INTO `wikidb`.`odd``name` (`id`, `name`, `at`, `share`) VALUES (18446744073709551615, 'é', FROM_UNIXTIME(1764072000), 0);
SET SESSION foreign_key_checks = 1;

-- open_gate
SET GLOBAL read_only = 0;

-- close_gate
SET GLOBAL read_only = 1;
